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

static gboolean take_exec(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct alert_options *options = data;
    char **argv = alert_options_split(value, error);

    (void)name;
    if (argv == NULL)
        return FALSE;
    g_strfreev(options->exec);
    options->exec = argv;
    return TRUE;
}

static gboolean take_form(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct alert_options *options = data;
    enum notification_form form = value != NULL ? notification_form_find(value) : NOTIFICATION_AUTO;

    (void)name;
    if (form == NOTIFICATION_N_FORMS) {
        g_autofree char *known = g_strjoinv(", ", (char **)(guintptr)notification_form_names());

        g_set_error(error, ALERT_OPTIONS_ERROR, ALERT_OPTIONS_ERROR_FORM,
                    "\"%s\" is no form of notification; known: %s", value, known);
        return FALSE;
    }
    options->notify = form;
    return TRUE;
}

void alert_options_add_entries(GOptionContext *context, struct alert_options *options)
{
    const GOptionEntry entries[] = {
        {"bell", 0, 0, G_OPTION_ARG_NONE, &options->bell, "ring the terminal's bell", NULL},
        {"notify", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK,
         (gpointer)(guintptr)take_form,
         "desktop notification through the terminal: auto, osc9, osc777 or osc99", "FORM"},
        {"exec", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer)(guintptr)take_exec,
         "run a command (no shell) with SIDESCOPE_EVENT, _SEVERITY, _TEXT, ... in its environment",
         "COMMAND"},
        {"capture-on-alarm", 0, 0, G_OPTION_ARG_NONE, &options->capture,
         "take every profile and dump at the first alarm of severity bad", NULL},
        {"events", 0, 0, G_OPTION_ARG_NONE, &options->events, "a line per event on standard error",
         NULL},
        {0}};
    GOptionGroup *group =
        g_option_group_new("alerts", "At an alert:", "What can be done at an alert", options, NULL);

    g_option_group_add_entries(group, entries);
    g_option_context_add_group(context, group);
}

void alert_options_default(struct alert_options *options, const struct alert_options *other)
{
    options->bell = options->bell || other->bell;
    options->capture = options->capture || other->capture;
    options->events = options->events || other->events;
    if (options->notify == NOTIFICATION_OFF)
        options->notify = other->notify;
    if (options->exec == NULL)
        options->exec = g_strdupv(other->exec);
}

void alert_options_clear(struct alert_options *options)
{
    g_strfreev(options->exec);
    *options = (struct alert_options){0};
}
