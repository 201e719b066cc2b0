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

    g_assert_no_error(error);
    g_assert_null(config_theme(config)); /* the terminal decides */
    g_assert_cmpint((int)config_glyphs(config), ==, THEME_BLOCK);
    g_assert_true(config_mouse(config));
    g_assert_false(config_alerts(config)->bell);
    g_assert_cmpint(config_alerts(config)->notify, ==, NOTIFICATION_OFF);
    g_assert_null(config_alerts(config)->exec);
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

    g_assert_no_error(error);
    g_assert_cmpstr(config_theme(config), ==, "light");
    g_assert_cmpint((int)config_glyphs(config), ==, THEME_ASCII);
    g_assert_false(config_mouse(config));
    config_session_options(config, &options);
    g_assert_cmpint(options.interval_us[PROBE_HEAP], ==, 30 * G_USEC_PER_SEC);
    g_assert_cmpint(options.interval_us[PROBE_PROCESS], ==, G_USEC_PER_SEC / 2);
    g_assert_cmpfloat(options.duty_scale, <, 1);
    g_assert_cmpfloat(config_thresholds(config)->value[THRESHOLD_RSS_IDLE_BYTES], ==,
                      1024.0 * 1024 * 1024);
    g_assert_true(config_alerts(config)->bell);
    g_assert_cmpint(config_alerts(config)->notify, ==, NOTIFICATION_OSC99);
    g_assert_cmpstr(config_alerts(config)->exec[2], ==, "it leaks");
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
    config_set_theme(config, "safe");
    config_set_glyphs(config, THEME_BLOCK);
    config_set_mouse(config, false);
    config_set_interval(config, PROBE_FILES, 7);
    g_autofree char *text = config_to_text(config);
    struct config *again = load(text, &error);

    g_assert_no_error(error);
    g_assert_nonnull(strstr(text, "# kept"));
    g_assert_cmpstr(config_theme(again), ==, "safe");
    g_assert_cmpint((int)config_glyphs(again), ==, THEME_BLOCK);
    g_assert_false(config_mouse(again));
    config_free(again);
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
    return g_test_run();
}
