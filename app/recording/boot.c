#include "app/recording/boot.h"

#include <glib.h>
#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

char *boot_id(void)
{
#ifdef __APPLE__
    char text[64] = "";
    size_t n = sizeof text - 1;

    return g_strdup(sysctlbyname("kern.bootsessionuuid", text, &n, NULL, 0) == 0 ? text : "");
#else
    char *text = NULL;

    if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
        return g_strdup("");
    return g_strstrip(text);
#endif
}
