#include "app/alerts/alert_options.h"

GQuark alert_options_error_quark(void)
{
    return g_quark_from_static_string("sidescope-alert-options-error-quark");
}

char **alert_options_split(const char *command, GError **error)
{
    g_autoptr(GError) local = NULL;
    char **argv = NULL;

    if (!g_shell_parse_argv(command, NULL, &argv, &local))
        g_set_error(error, ALERT_OPTIONS_ERROR, ALERT_OPTIONS_ERROR_COMMAND,
                    "the command for alerts cannot be split into words: %s", local->message);
    return argv;
}

void alert_options_clear(struct alert_options *options)
{
    g_strfreev(options->exec);
    *options = (struct alert_options){0};
}
