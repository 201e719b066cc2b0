#include "app/config/config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct config *load(const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(g_get_tmp_dir(), "sidescope-config-XXXXXX", NULL);
    int fd = g_mkstemp(path);

    g_assert_cmpint(fd, >=, 0);
    g_assert_true(g_close(fd, NULL));
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    struct config *config = config_load(path, error);

    g_unlink(path);
    return config;
}

static void test_missing_file(void)
{
    g_autoptr(GError) error = NULL;
    struct config *config = config_load("/nonexistent/sidescope/config", &error);
    struct session_options options;
    struct alert_options alerts;

    g_assert_no_error(error);
    g_assert_false(config_is_set(config, OPTION_THEME)); /* the terminal decides */
    g_assert_null(config_word(config, OPTION_THEME));
    g_assert_cmpstr(config_word(config, OPTION_GLYPHS), ==, "block");
    g_assert_true(config_value(config, OPTION_MOUSE)->on);
    g_assert_cmpfloat(config_value(config, OPTION_REMEMBER_SIZE)->number, ==, 64);
    config_alerts(config, NULL, &alerts);
    g_assert_false(alerts.bell);
    g_assert_cmpint(alerts.notify, ==, NOTIFICATION_OFF);
    g_assert_null(alerts.exec);
    config_session_options(config, &options);
    g_assert_cmpint(options.interval_us[PROBE_HEAP], ==, 0);
    g_assert_cmpfloat(options.duty_scale, ==, 1);
    config_free(config);
}

static void test_values(void)
{
    g_autoptr(GError) error = NULL;
    struct config *config = load("# mine\n[dashboard]\ntheme=light\nglyphs=ascii\nmouse=false\n"
                                 "bell=true\nnotifications=osc99\nexec=mail -s 'it leaks' me\n"
                                 "observe-less=true\n[intervals]\nheap=30\nprocess=0.5\n"
                                 "[thresholds]\nrss-idle=1G\n[keys]\nquit=x\n",
                                 &error);
    struct session_options options;
    struct alert_options alerts;

    g_assert_no_error(error);
    g_assert_cmpstr(config_word(config, OPTION_THEME), ==, "light");
    g_assert_cmpstr(config_word(config, OPTION_GLYPHS), ==, "ascii");
    g_assert_false(config_value(config, OPTION_MOUSE)->on);
    config_session_options(config, &options);
    g_assert_cmpint(options.interval_us[PROBE_HEAP], ==, 30 * G_USEC_PER_SEC);
    g_assert_cmpint(options.interval_us[PROBE_PROCESS], ==, G_USEC_PER_SEC / 2);
    g_assert_cmpfloat(options.duty_scale, <, 1);
    g_assert_cmpfloat(config_thresholds(config)->value[THRESHOLD_RSS_IDLE_BYTES], ==,
                      1024.0 * 1024 * 1024);
    config_alerts(config, NULL, &alerts);
    g_assert_true(alerts.bell);
    g_assert_cmpint(alerts.notify, ==, NOTIFICATION_OSC99);
    g_assert_cmpstr(alerts.exec[2], ==, "it leaks");
    alert_options_clear(&alerts);
    g_assert_true(g_key_file_has_key(config_key_file(config), "keys", "quit", NULL));
    config_free(config);
}

static const struct bad_case {
    const char *text, *says;
} bad_cases[] = {
    {"[dashbord]\n", "dashboard"},
    {"[dashboard]\nthem=dark\n", "theme, glyphs"},
    {"[dashboard]\ntheme=neon\n", "dark"},
    {"[dashboard]\nglyphs=fancy\n", "braille"},
    {"[dashboard]\nmouse=maybe\n", "true nor false"},
    {"[dashboard]\nbell=loud\n", "true nor false"},
    {"[dashboard]\nnotifications=smoke\n", "osc777"},
    {"[dashboard]\nremember-size=2000000\n", "from 1 to 1048576"},
    {"[dashboard]\nexec=mail 'x\n", "split into words"},
    {"[intervals]\nheap=0\n", "seconds"},
    {"[intervals]\nheap=soon\n", "seconds"},
    {"[intervals]\ndisk=3\n", "goroutines"},
    {"[thresholds]\nrss=1\n", "rss-idle"},
    {"no group\n", "/"},
};

static void test_bad(gconstpointer data)
{
    const struct bad_case *bad = data;
    g_autoptr(GError) error = NULL;

    g_assert_null(load(bad->text, &error));
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, bad->says));
    g_assert_nonnull(strstr(error->message, "sidescope-config-"));
}

static void test_unreadable(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(config_load("/", &error));
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_READ);
}

/* A pipe would be waited for, and has to be refused before it is read. */
static void test_fifo(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-config-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "config", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    alarm(20);
    g_assert_null(config_load(path, &error));
    alarm(0);
    g_assert_error(error, CONFIG_ERROR, CONFIG_ERROR_READ);
    g_assert_nonnull(strstr(error->message, "no regular file"));
    g_unlink(path);
    g_rmdir(dir);
}

/* The wrong file: the sentence stays one, and harmless. */
static void test_much(void)
{
    enum { MUCH = 3 * 1024 * 1024, SOME = 100 * 1024, SENTENCE_MAX = 500 };
    static const gsize sizes[] = {MUCH, SOME};

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *text = g_strnfill(sizes[i], 'x');
        g_autoptr(GError) error = NULL;

        text[1] = '\033';
        g_assert_null(load(text, &error));
        g_assert_cmpuint(strlen(error->message), <, SENTENCE_MAX);
        g_assert_null(strchr(error->message, '\033'));
    }
}

static void test_changes(void)
{
    g_autoptr(GError) error = NULL;
    struct config *config = load("# kept\n[dashboard]\ntheme=light\n", &error);

    g_assert_no_error(error);
    g_assert_true(config_set(config, OPTION_THEME, "safe", &error));
    g_assert_true(config_set(config, OPTION_GLYPHS, "block", &error));
    g_assert_true(config_set(config, OPTION_MOUSE, "false", &error));
    g_assert_true(config_set(config, OPTION_INTERVAL + PROBE_FILES, "7", &error));
    g_assert_true(config_set_threshold(config, THRESHOLD_RSS_IDLE_BYTES, "2G", &error));
    g_assert_false(config_set(config, OPTION_THEME, "pink", NULL));
    g_assert_false(config_set_threshold(config, THRESHOLD_RSS_IDLE_BYTES, "much", NULL));
    g_autofree char *text = config_to_text(config);
    struct config *again = load(text, &error);

    g_assert_no_error(error);
    g_assert_nonnull(strstr(text, "# kept"));
    g_assert_cmpstr(config_word(again, OPTION_THEME), ==, "safe");
    g_assert_cmpstr(config_word(again, OPTION_GLYPHS), ==, "block");
    g_assert_false(config_value(again, OPTION_MOUSE)->on);
    g_assert_cmpfloat(config_value(again, OPTION_INTERVAL + PROBE_FILES)->number, ==, 7);
    g_assert_cmpfloat(config_thresholds(again)->value[THRESHOLD_RSS_IDLE_BYTES], ==,
                      2 * 1024.0 * 1024 * 1024);
    config_free(again);
    config_free(config);
}

/* Every option that the file has is taken back as it was written. */
static void test_round(void)
{
    for (enum option_id id = 0; id < OPTION_N; id++) {
        const struct option *option = option_info(id);
        struct option_value value = {.word = -1, .on = true, .number = 7.5}, again = {.word = -1};
        char *command[] = {(char[]){"mail"}, (char[]){"it's $HOME"}, (char[]){""}, NULL};
        g_autoptr(GError) error = NULL;

        if (option->kind == OPTION_WORD)
            value.word = 1;
        if (option->kind == OPTION_COMMAND)
            value.command = command;
        g_autofree char *text = option_text(id, &value);

        g_assert_true(option_parse(id, text, &again, &error));
        g_assert_no_error(error);
        if (option->kind == OPTION_WORD)
            g_assert_cmpint(again.word, ==, 1);
        else if (option->kind == OPTION_SWITCH)
            g_assert_true(again.on);
        else if (option->kind == OPTION_NUMBER)
            g_assert_cmpfloat(again.number, ==, 7.5);
        else
            g_assert_cmpstrv(again.command, command);
        option_value_clear(&again);
        if (option->key != NULL)
            g_assert_cmpint(option_find(option->group, option->key), ==, id);
    }
}

/* --- flags --- */

static const struct flag_case {
    const char *line; /* arguments, | between */
    const char *error;
    enum option_id id;
    const char *text; /* what was chosen */
} flag_cases[] = {
    {"x", NULL, OPTION_BELL, NULL},
    {"x|--bell|--events", NULL, OPTION_EVENTS, "true"},
    {"x|--capture-on-alarm", NULL, OPTION_CAPTURE, "true"},
    {"x|--notify", NULL, OPTION_NOTIFICATIONS, "auto"},
    {"x|--notify=osc99", NULL, OPTION_NOTIFICATIONS, "osc99"},
    {"x|--notify=smoke", "--notify: \"smoke\" is no notifications; known: off, auto", OPTION_N,
     NULL},
    {"x|--exec=mail -s me", NULL, OPTION_EXEC, "mail -s me"},
    {"x|--exec='unfinished", "cannot be split", OPTION_N, NULL},
    {"x|--exec=", "needs a COMMAND", OPTION_N, NULL},
    {"x|--theme=light", NULL, OPTION_THEME, "light"},
    {"x|--theme=pink", "known: dark, light, safe", OPTION_N, NULL},
    {"x|--ascii", NULL, OPTION_GLYPHS, "ascii"},
    {"x|--no-mouse", NULL, OPTION_MOUSE, "false"},
    {"x|--no-remember", NULL, OPTION_REMEMBER, "false"},
};

static void test_flag(gconstpointer data)
{
    const struct flag_case *flag = data;
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(option_choices_auto) choices = option_choices_new();
    g_auto(GStrv) argv = g_strsplit(flag->line, "|", -1);
    g_autofree char **left = g_memdup2(argv, sizeof *argv * (g_strv_length(argv) + 1));
    g_autoptr(GError) error = NULL;
    int argc = (int)g_strv_length(argv);

    g_option_context_set_main_group(context, option_look_group(choices));
    option_add_alert_group(context, choices);
    g_assert_true(g_option_context_parse(context, &argc, &left, &error) == (flag->error == NULL));
    if (flag->error != NULL)
        g_assert_nonnull(strstr(error->message, flag->error));
    else
        g_assert_cmpstr(option_choice(choices, flag->id), ==, flag->text);
}

/* What flags choose goes before the file, and is not saved. */
static void test_choose(void)
{
    g_autoptr(GError) error = NULL;
    struct config *config = load("[dashboard]\nbell=true\nnotifications=osc9\nexec=true\n", &error);
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(option_choices_auto) choices = option_choices_new();
    char *line[] = {(char[]){"x"}, (char[]){"--notify=osc99"}, (char[]){"--theme=safe"}, NULL};
    char **argv = line;
    struct alert_options alerts;
    int argc = 3;

    g_option_context_set_main_group(context, option_look_group(choices));
    option_add_alert_group(context, choices);
    g_assert_true(g_option_context_parse(context, &argc, &argv, &error));
    config_alerts(config, choices, &alerts);
    g_assert_true(alerts.bell);
    g_assert_cmpint(alerts.notify, ==, NOTIFICATION_OSC99);
    g_assert_cmpstr(alerts.exec[0], ==, "true");
    alert_options_clear(&alerts);
    config_alerts(NULL, choices, &alerts);
    g_assert_false(alerts.bell);
    alert_options_clear(&alerts);
    config_choose(config, choices);
    g_assert_cmpstr(config_word(config, OPTION_THEME), ==, "safe");
    g_autofree char *text = config_to_text(config);

    g_assert_null(strstr(text, "theme"));
    config_free(config);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/missing", test_missing_file);
    g_test_add_func("/config/values", test_values);
    for (size_t i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
        g_autofree char *path = g_strdup_printf("/config/bad/%" G_GSIZE_FORMAT, i);

        g_test_add_data_func(path, &bad_cases[i], test_bad);
    }
    g_test_add_func("/config/unreadable", test_unreadable);
    g_test_add_func("/config/fifo", test_fifo);
    g_test_add_func("/config/much", test_much);
    g_test_add_func("/config/changes", test_changes);
    g_test_add_func("/config/round", test_round);
    for (size_t i = 0; i < G_N_ELEMENTS(flag_cases); i++) {
        g_autofree char *path = g_strdup_printf("/config/flags/%" G_GSIZE_FORMAT, i);

        g_test_add_data_func(path, &flag_cases[i], test_flag);
    }
    g_test_add_func("/config/choose", test_choose);
    return g_test_run();
}
