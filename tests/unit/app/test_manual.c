#include "app/config/config.h"
#include "app/triage/thresholds.h"
#include "app/tui/screens/screens.h"
#include "app/tui/shell/actions.h"
#include "probes/probe.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/*
 * The manual says what the tables say. Parts between .\" BEGIN NAME and .\" END are made from them:
 * SIDESCOPE_UPDATE_GOLDEN=1 writes them anew.
 */

static const char manual[] = SIDESCOPE_SOURCE_DIR "/assets/sidescope.1";

static char *read_manual(void)
{
    char *text = NULL;

    g_assert_true(g_file_get_contents(manual, &text, NULL, NULL));
    return text;
}

/* Text as roff takes it; what stands at the beginning of a line is never a request. */
static void add_escaped(GString *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '-')
            g_string_append(out, "\\-");
        else if (*text == '\\')
            g_string_append(out, "\\e");
        else
            g_string_append_c(out, *text);
    }
}

static void add_entry(GString *out, const char *bold, const char *plain, const char *words)
{
    g_string_append(out, ".TP 26\n\\fB");
    add_escaped(out, bold);
    g_string_append(out, "\\fP");
    if (plain != NULL) {
        g_string_append(out, "  (");
        add_escaped(out, plain);
        g_string_append_c(out, ')');
    }
    g_string_append(out, "\n\\&");
    add_escaped(out, words);
    g_string_append_c(out, '\n');
}

/* Holds the part called name of the manual against what it should be. */
static void check_part(const char *name, GString *wanted)
{
    g_autofree char *text = read_manual();
    g_autofree char *begin = g_strdup_printf(".\\\" BEGIN %s\n", name);
    g_autofree char *part = g_string_free(wanted, FALSE);
    char *from = strstr(text, begin), *to = from != NULL ? strstr(from, ".\\\" END\n") : NULL;

    g_assert_nonnull(to);
    from += strlen(begin);
    g_autofree char *found = g_strndup(from, (gsize)(to - from));

    if (g_getenv("SIDESCOPE_UPDATE_GOLDEN") != NULL) {
        g_autofree char *head = g_strndup(text, (gsize)(from - text));
        g_autofree char *whole = g_strconcat(head, part, to, NULL);

        g_assert_true(g_file_set_contents(manual, whole, -1, NULL));
        return;
    }
    if (strcmp(found, part) != 0) {
        g_printerr("the %s of %s are not those of the program; SIDESCOPE_UPDATE_GOLDEN=1 writes:\n"
                   "%s",
                   name, manual, part);
        g_test_fail();
    }
}

static void test_keys(void)
{
    GString *out = g_string_new(NULL);

    for (int a = ACTION_NONE + 1; a < ACTION_N; a++) {
        const struct action_info *info = action_info((enum action)a);

        if (*info->help != '\0')
            add_entry(out, *info->keys != '\0' ? info->keys : "no key", info->name, info->help);
    }
    check_part("keys", out);
}

static void test_commands(void)
{
    GString *out = g_string_new(NULL);
    const char *help;

    for (size_t i = 0; (help = screens_command_help(i)) != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(help, ": ", 2);

        add_entry(out, parts[0], NULL, parts[1] != NULL ? parts[1] : "");
    }
    check_part("commands", out);
}

static void test_thresholds(void)
{
    GString *out = g_string_new(NULL);

    for (int i = 0; i < THRESHOLD_N; i++) {
        const struct threshold *threshold = threshold_info((enum threshold_id)i);
        double here = threshold_default(threshold->id, false),
               there = threshold_default(threshold->id, true);
        GString *words = g_string_new(NULL);

        if (isnan(here))
            g_string_append(words, "unset");
        else
            g_string_append_printf(words, "%.15g", here);
        if (here != there && !isnan(there))
            g_string_append_printf(words, " (macOS: %.15g)", there);
        g_string_append_printf(words, " %s", threshold->unit);
        add_entry(out, threshold->key, NULL, words->str);
        g_string_free(words, TRUE);
    }
    check_part("thresholds", out);
}

/* "true, false", the words, "1 to 1048576 MiB", and what it is when nobody says. */
static char *option_range(enum option_id id)
{
    const struct option *option = option_info(id);

    switch (option->kind) {
    case OPTION_WORD:
        return g_strjoinv(", ", (char **)(uintptr_t)option->words());
    case OPTION_SWITCH:
        return g_strdup(option->usual != 0 ? "true, else false" : "false, else true");
    case OPTION_NUMBER:
        return g_strdup_printf("%.15g %s, else %.15g to %.15g", option_usual(id), option->unit,
                               option->min, option->max);
    default:
        return g_strdup("a command");
    }
}

static void test_options(const char *group, const char *part)
{
    GString *out = g_string_new(NULL);

    for (enum option_id id = 0; id < OPTION_N; id++) {
        const struct option *option = option_info(id);
        g_autofree char *range = option_range(id);
        g_autofree char *words =
            g_strdup_printf("%c%s.%s%s", g_ascii_toupper(*option->help), option->help + 1,
                            *option->more != '\0' ? " " : "", option->more);

        if (option->key != NULL && strcmp(option->group, group) == 0)
            add_entry(out, option->key, range, words);
    }
    check_part(part, out);
}

static void test_dashboard(void)
{
    test_options("dashboard", "options");
}

static void test_intervals(void)
{
    test_options("intervals", "intervals");
}

/* The values that completions offer for a flag are the table's. */
static void test_completions(void)
{
    static const char *const files[] = {"sidescope.bash", "_sidescope"};

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path =
            g_build_filename(SIDESCOPE_SOURCE_DIR "/assets/completions", files[i], NULL);
        g_autofree char *text = NULL;

        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        for (enum option_id id = 0; id < OPTION_N; id++) {
            const struct option *option = option_info(id);

            if (option->flag == NULL || option->stands != NULL || option->kind != OPTION_WORD)
                continue;
            /* "off" is what a flag need not say */
            bool off = strcmp(option->words()[0], "off") == 0;
            g_autofree char *words =
                g_strjoinv(" ", (char **)(uintptr_t)(option->words() + (off ? 1 : 0)));
            g_autofree char *bash = g_strdup_printf("-%s) echo %s ;;", option->flag, words);
            g_autofree char *zsh = g_strdup_printf("-%s) values=(%s) ;;", option->flag, words);

            g_assert_nonnull(strstr(text, i == 0 ? bash : zsh));
        }
    }
}

static void test_example(void)
{
    g_autoptr(GError) error = NULL;
    struct config *config = config_load(SIDESCOPE_SOURCE_DIR "/assets/config.example", &error);

    g_assert_no_error(error);
    struct keymap *keymap = keymap_new(config_key_file(config), &error);

    g_assert_no_error(error);
    keymap_free(keymap);
    config_free(config);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/manual/keys", test_keys);
    g_test_add_func("/manual/commands", test_commands);
    g_test_add_func("/manual/thresholds", test_thresholds);
    g_test_add_func("/manual/options", test_dashboard);
    g_test_add_func("/manual/intervals", test_intervals);
    g_test_add_func("/manual/completions", test_completions);
    g_test_add_func("/manual/example", test_example);
    return g_test_run();
}
