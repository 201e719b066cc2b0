#include "app/config/options.h"

#include <string.h>

/* The flags of the option table, for any command's GOptionContext. */

struct option_choices {
    char *text[OPTION_N]; /* NULL: not on the command line */
};

struct option_choices *option_choices_new(void)
{
    return g_new0(struct option_choices, 1);
}

void option_choices_free(struct option_choices *choices)
{
    if (choices == NULL)
        return;
    for (size_t i = 0; i < OPTION_N; i++)
        g_free(choices->text[i]);
    g_free(choices);
}

const char *option_choice(const struct option_choices *choices, enum option_id id)
{
    return choices->text[id];
}

static gboolean on_flag(const gchar *name, const gchar *argument, gpointer data, GError **error)
{
    struct option_choices *choices = data;

    for (size_t i = 0; i < OPTION_N; i++) {
        const struct option *option = option_info((enum option_id)i);
        const char *text = option->stands != NULL ? option->stands
                           : argument != NULL     ? argument
                                                  : option->without;
        struct option_value value = {.word = -1};

        if (option->flag == NULL || strcmp(name + strlen("--"), option->flag) != 0)
            continue;
        if (!option_parse((enum option_id)i, text, &value, error)) {
            g_prefix_error(error, "%s: ", name);
            return FALSE;
        }
        option_value_clear(&value);
        if (*text == '\0') {
            g_set_error(error, OPTION_ERROR, OPTION_ERROR_VALUE, "%s needs a %s", name,
                        option->argument);
            return FALSE;
        }
        g_free(choices->text[i]);
        choices->text[i] = g_strdup(text);
    }
    return TRUE;
}

static void add_flags(GOptionGroup *group, enum option_flags flags)
{
    for (size_t i = 0; i < OPTION_N; i++) {
        const struct option *option = option_info((enum option_id)i);
        int how = option->stands != NULL    ? G_OPTION_FLAG_NO_ARG
                  : option->without != NULL ? G_OPTION_FLAG_OPTIONAL_ARG
                                            : 0;
        const GOptionEntry entries[] = {{option->flag, 0, how, G_OPTION_ARG_CALLBACK,
                                         (gpointer)(guintptr)on_flag, option->help,
                                         option->argument},
                                        {0}};

        if (option->flags == flags)
            g_option_group_add_entries(group, entries);
    }
}

GOptionGroup *option_look_group(struct option_choices *choices)
{
    GOptionGroup *group = g_option_group_new(NULL, NULL, NULL, choices, NULL);

    add_flags(group, OPTION_FLAGS_LOOK);
    return group;
}

void option_add_alert_group(GOptionContext *context, struct option_choices *choices)
{
    GOptionGroup *group =
        g_option_group_new("alerts", "At an alert:", "What can be done at an alert", choices, NULL);

    add_flags(group, OPTION_FLAGS_ALERT);
    g_option_context_add_group(context, group);
}
