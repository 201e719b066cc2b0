#include "fuzz.h"

#include <stdlib.h>

/* In libFuzzer's programs a warning of GLib is a find. Its own way to end (G_DEBUG=fatal-warnings)
 * is a trap, which libFuzzer does not catch: the input would be lost. */

int LLVMFuzzerInitialize(int *argc, char ***argv);

static void stop(const char *domain, GLogLevelFlags level, const char *message, void *user)
{
    g_log_default_handler(domain, level, message, user);
    if ((level & G_LOG_LEVEL_MASK) <= G_LOG_LEVEL_WARNING)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    g_log_set_default_handler(stop, NULL);
    return 0;
}
