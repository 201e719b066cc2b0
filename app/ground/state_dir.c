#include "app/ground/state_dir.h"

#include <glib.h>

char *state_dir(const char *folder)
{
    const char *base = g_getenv("XDG_STATE_HOME");

    /* as the specification says, a relative one is to be ignored */
    if (base != NULL && g_path_is_absolute(base))
        return g_build_filename(base, "sidescope", folder, NULL);
    return g_build_filename(g_get_home_dir(), ".local", "state", "sidescope", folder, NULL);
}
