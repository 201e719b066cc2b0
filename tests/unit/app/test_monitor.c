#include "app/monitor/cadence.h"
#include "app/monitor/csv.h"
#include "app/monitor/log_name.h"
#include "app/monitor/log_writer.h"
#include "app/target/instance.h"
#include "tests/support/remove.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define S ((gint64)G_USEC_PER_SEC)

static const char five[] = "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb";

/* --- cadence --- */

static void test_cadence(void)
{
    static const struct {
        const char *what;
        gint64 now_us, next_us;
    } cases[] = {
        {"before the start", 5 * S, 10 * S},
        {"the start itself has been", 10 * S, 70 * S},
        {"work took a while", 10 * S + 700, 70 * S},
        {"a little before", 70 * S - 1, 70 * S},
        {"on the moment", 70 * S, 130 * S},
        {"suspended for an hour: no burst", 10 * S + 3605 * S, 10 * S + 3660 * S},
    };
    struct cadence cadence;

    cadence_init(&cadence, 10 * S, 60 * S);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].what);
        g_assert_cmpint(cadence_next_us(&cadence, cases[i].now_us), ==, cases[i].next_us);
    }
    cadence_init(&cadence, 0, S / 10);
    g_assert_cmpint(cadence.grace_us, <, S / 10);
}

/* --- text --- */

static struct values some_values(void)
{
    struct values values;

    values_set_unknown(&values);
    values.value[METRIC_HEAP_ALLOC] = 12345678;
    values.value[METRIC_HEAP_INUSE] = 23456789;
    values.value[METRIC_GOROUTINES] = 29;
    values.value[METRIC_RSS] = 67.125 * 1024 * 1024;
    values.value[METRIC_CPU] = 2.345;
    values.value[METRIC_SWAP] = 0;
    return values;
}

static char *line(const struct csv_form *form, const char *name, const struct values *values)
{
    struct csv_row row = {.real_us = 0, .pid = 4711, .name = name, .values = values};

    return csv_line(form, &row);
}

/* Behind the time, which is local. */
static const char *rest(const char *text)
{
    return strchr(text, ',') + 1;
}

static void test_documented(void)
{
    struct csv_form form = {0};
    struct values values = some_values();
    g_autofree char *header = csv_header(&form);
    g_autofree char *known = line(&form, "sidecar", &values);

    g_assert_true(g_str_has_prefix(header, five));
    g_assert_cmpstr(header + strlen(five), ==, "\n");
    g_assert_cmpuint(strcspn(known, ","), ==, strlen("23:11:44"));
    g_assert_cmpstr(rest(known), ==, "12345678,23456789,29,67.1\n");
    values_set_unknown(&values);
    g_autofree char *unknown = line(&form, "sidecar", &values);

    g_assert_cmpstr(rest(unknown), ==, "N/A,N/A,N/A,N/A\n");
}

static guint n_fields(const char *text)
{
    g_auto(GStrv) fields = g_strsplit(text, ",", -1);

    return g_strv_length(fields);
}

/* Each metric is a column exactly once, and every line has as many as the header. */
static void test_extended(void)
{
    struct csv_form form = {.with_process = true, .extended = true, .iso_times = true};
    struct values values = some_values();
    g_autofree char *header = csv_header(&form);
    g_autofree char *text = line(&form, "sidecar", &values);

    g_assert_true(g_str_has_prefix(header, five));
    g_assert_nonnull(strstr(header, ",pid,name,fds,"));
    g_assert_nonnull(strstr(header, ",swap_bytes,"));
    g_assert_nonnull(strstr(header, ",cpu_percent,"));
    g_assert_nonnull(strstr(header, ",alloc_rate_bytes_per_second,"));
    g_assert_cmpuint(n_fields(header), ==, 5 + 2 + METRIC_N - 4);
    g_assert_cmpuint(n_fields(text), ==, n_fields(header));
    g_assert_nonnull(strstr(text, "67.1,4711,sidecar,"));
    g_assert_nonnull(strstr(text, ",2.35,") != NULL ? text : strstr(text, ",2.34,"));
    g_assert_true(g_str_has_prefix(text + 10, "T"));
    g_assert_cmpuint(strcspn(text, ","), ==, strlen("1970-01-01T00:00:00+00:00"));
}

static void test_foreign_names(void)
{
    static const struct {
        const char *name, *field;
    } cases[] = {
        {"sidecar", ",sidecar\n"}, {"a,b", ",\"a,b\"\n"}, {"a\"b", ",\"a\"\"b\"\n"},
        {"=cmd()", ",'=cmd()\n"},  {"-1+2", ",'-1+2\n"},  {"", ",\n"},
    };
    struct csv_form form = {.with_process = true};
    struct values values = some_values();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = line(&form, cases[i].name, &values);

        g_assert_true(g_str_has_suffix(text, cases[i].field));
    }
    g_autofree char *split = line(&form, "a\nb\033[2J\xff", &values);

    g_assert_true(strchr(split, '\n') == split + strlen(split) - 1);
    g_assert_null(strchr(split, '\033'));
    g_assert_true(g_utf8_validate(split, -1, NULL));
}

/* A comma that a locale puts into a number would be a column more. */
static void test_locale(void)
{
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    struct csv_form form = {0};
    struct values values = some_values();
    bool found = false;

    for (size_t i = 0; i < G_N_ELEMENTS(locales) && !found; i++)
        found = setlocale(LC_NUMERIC, locales[i]) != NULL;
    if (!found) {
        g_test_skip("no locale with a decimal comma is installed");
        return;
    }
    g_autofree char *text = line(&form, "sidecar", &values);

    setlocale(LC_NUMERIC, "C");
    g_assert_cmpuint(n_fields(text), ==, 5);
    g_assert_true(g_str_has_suffix(text, ",67.1\n"));
}

static void test_names(void)
{
    struct target target = {.id = {.pid = 4711}, .name = (char *)"side/car; x"};
    g_autofree char *plain = log_name_of("mem.log", &target);
    g_autofree char *deep = log_name_of("logs.d/mem", &target);

    g_assert_cmpstr(plain, ==, "mem-side_car__x-4711.log");
    g_assert_cmpstr(deep, ==, "logs.d/mem-side_car__x-4711");
}

/* --- the writer --- */

struct place {
    char *dir, *path;
};

static void place_init(struct place *place)
{
    place->dir = g_dir_make_tmp("sidescope-writer-XXXXXX", NULL);
    place->path = g_build_filename(place->dir, "mem.log", NULL);
}

static void place_clear(struct place *place)
{
    g_remove(place->path);
    g_rmdir(place->dir);
    g_free(place->dir);
    g_free(place->path);
}

static char *contents(const struct place *place)
{
    char *text = NULL;

    g_file_get_contents(place->path, &text, NULL, NULL);
    return text;
}

static void write_lines(const struct place *place, const char *header, const char *first,
                        const char *second)
{
    struct log_writer *writer = log_writer_new();
    g_autoptr(GError) error = NULL;
    struct log *log = log_writer_open(writer, place->path, header, &error);

    g_assert_no_error(error);
    log_writer_put(writer, log, g_strdup(first));
    log_writer_put(writer, log, g_strdup(second));
    g_assert_true(log_writer_free(writer));
}

static void test_goes_on(void)
{
    struct place place;

    place_init(&place);
    write_lines(&place, "a,b\n", "1,2\n", "3,4\n");
    write_lines(&place, "a,b\n", "5,6\n", "7,8\n");
    g_autofree char *text = contents(&place);

    g_assert_cmpstr(text, ==, "a,b\n1,2\n3,4\n5,6\n7,8\n");
    place_clear(&place);
}

/* After a crash of the machine: what is there of a line stays, and the next one is whole. */
static void test_half_line(void)
{
    struct place place;

    place_init(&place);
    g_assert_true(g_file_set_contents(place.path, "a,b\n1,", -1, NULL));
    write_lines(&place, "a,b\n", "5,6\n", "7,8\n");
    g_autofree char *text = contents(&place);

    g_assert_cmpstr(text, ==, "a,b\n1,\n5,6\n7,8\n");
    place_clear(&place);
}

static void test_never_overwrites(void)
{
    struct place place;
    struct log_writer *writer = log_writer_new();
    g_autoptr(GError) error = NULL;

    place_init(&place);
    g_assert_true(g_file_set_contents(place.path, "dear diary\n", -1, NULL));
    g_assert_null(log_writer_open(writer, place.path, "a,b\n", &error));
    g_assert_error(error, LOG_WRITER_ERROR, LOG_WRITER_ERROR_OTHER_COLUMNS);
    g_assert_true(log_writer_free(writer));
    g_autofree char *text = contents(&place);

    g_assert_cmpstr(text, ==, "dear diary\n");
    place_clear(&place);
}

static void wait_for(const struct place *place, const char *wanted)
{
    for (int i = 0; i < 1000; i++) {
        g_autofree char *text = contents(place);

        if (g_strcmp0(text, wanted) == 0)
            return;
        g_usleep(10000);
    }
    g_autofree char *text = contents(place);

    g_assert_cmpstr(text, ==, wanted);
}

static void set_room(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* Room for half of the second line: nothing of it is left in the file, and it comes when there is
 * room again. */
static void test_full(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 30 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr("*mem.log cannot be written: *mem.log can be written again*");
        return;
    }
    struct place place;
    struct log_writer *writer = log_writer_new();

    (void)signal(SIGXFSZ, SIG_IGN);
    place_init(&place);
    struct log *log = log_writer_open(writer, place.path, "a,b\n", NULL);

    log_writer_put(writer, log, g_strdup("1,2\n"));
    wait_for(&place, "a,b\n1,2\n");
    set_room(10);
    log_writer_put(writer, log, g_strdup("3,4\n"));
    log_writer_put(writer, log, g_strdup("5,6\n"));
    for (int i = 0; i < 30; i++) {
        g_autofree char *text = contents(&place);

        /* what is there for a moment of a line that does not fit is taken back */
        g_assert_true(g_str_has_prefix(text, "a,b\n1,2\n"));
        g_usleep(10000);
    }
    wait_for(&place, "a,b\n1,2\n");
    set_room(RLIM_INFINITY);
    wait_for(&place, "a,b\n1,2\n3,4\n5,6\n");
    g_assert_true(log_writer_free(writer));
    place_clear(&place);
}

static void test_lost(void)
{
    if (!g_test_subprocess()) {
        if (!g_file_test("/dev/full", G_FILE_TEST_EXISTS)) {
            g_test_skip("no /dev/full here");
            return;
        }
        g_test_trap_subprocess(NULL, 30 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr(
            "*/dev/full cannot be written: No space left on device*/dev/full lacks 2 lines*");
        return;
    }
    struct log_writer *writer = log_writer_new();
    struct log *log = log_writer_open(writer, "/dev/full", "a,b\n", NULL);

    log_writer_put(writer, log, g_strdup("1,2\n"));
    g_assert_false(log_writer_free(writer));
}

static void test_replace(void)
{
    struct place place;
    struct log_writer *writer = log_writer_new();

    place_init(&place);
    log_writer_replace(writer, place.path, g_strdup("one\n"));
    wait_for(&place, "one\n");
    for (int i = 0; i < 100; i++)
        log_writer_replace(writer, place.path, g_strdup_printf("%d\n", i));
    g_assert_true(log_writer_free(writer));
    g_autofree char *text = contents(&place);

    g_assert_cmpstr(text, ==, "99\n");
    g_remove(place.path);
    g_assert_cmpint(g_rmdir(place.dir), ==, 0); /* nothing else is left beside it */
    g_free(place.dir);
    g_free(place.path);
}

/* --- what a sidecar says of itself --- */

static void test_project(void)
{
    static const struct {
        const char *text, *project;
    } cases[] = {
        {"{\"pid\":4711,\"project\":\"shop\",\"startedAt\":\"2026-11-28T23:00:10Z\"}", "shop"},
        {"{\"pid\":4711,\"project\":\"shop\",\"startedAt\":\"2026-11-28T22:00:00Z\"}", NULL},
        {"{\"pid\":4712,\"project\":\"shop\",\"startedAt\":\"2026-11-28T23:00:10Z\"}", NULL},
        {"{\"pid\":4711,\"project\":\"shop\"}", NULL},
        {"{\"pid\":\"4711\",\"project\":7,\"startedAt\":\"2026-11-28T23:00:10Z\"}", NULL},
        {"{\"pid\":4711,\"project\":7,\"startedAt\":\"2026-11-28T23:00:10Z\"}", NULL},
        {"[4711]", NULL},
        {"{\"pid\":", NULL},
        {"", NULL},
    };
    g_autofree char *state = g_dir_make_tmp("sidescope-state-XXXXXX", NULL);
    g_autofree char *folder = g_build_filename(state, "sidecar", "instances", NULL);
    g_autofree char *path = g_build_filename(folder, "4711.json", NULL);
    g_autofree char *before = g_strdup(g_getenv("XDG_STATE_HOME"));
    struct target target = {.id = {.pid = 4711},
                            .is_sidecar = true,
                            .started_real_us = 1795906800 * S}; /* 2026-11-28 23:00 UTC */

    g_setenv("XDG_STATE_HOME", state, TRUE);
    g_assert_null(instance_project(&target));
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(g_file_set_contents(path, cases[i].text, -1, NULL));
        g_autofree char *project = instance_project(&target);

        g_test_message("%s", cases[i].text);
        g_assert_cmpstr(project, ==, cases[i].project);
    }
    /* its own directory counts before ours; where nothing is told, what it was started in */
    g_setenv("XDG_STATE_HOME", "/nonexistent", TRUE);
    g_assert_true(g_file_set_contents(path, cases[0].text, -1, NULL));
    target.cwd = (char *)"/home/u/blog";
    g_autofree char *folder_name = instance_project(&target);

    g_assert_cmpstr(folder_name, ==, "blog");
    target.state_home = state;
    g_autofree char *told = instance_project(&target);

    g_assert_cmpstr(told, ==, "shop");
    target.is_sidecar = false;
    g_assert_null(instance_project(&target));
    if (before != NULL)
        g_setenv("XDG_STATE_HOME", before, TRUE);
    remove_tree(state);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/monitor/cadence", test_cadence);
    g_test_add_func("/monitor/csv/documented", test_documented);
    g_test_add_func("/monitor/csv/extended", test_extended);
    g_test_add_func("/monitor/csv/foreign-names", test_foreign_names);
    g_test_add_func("/monitor/csv/locale", test_locale);
    g_test_add_func("/monitor/log-names", test_names);
    g_test_add_func("/monitor/project", test_project);
    g_test_add_func("/monitor/writer/goes-on", test_goes_on);
    g_test_add_func("/monitor/writer/half-line", test_half_line);
    g_test_add_func("/monitor/writer/never-overwrites", test_never_overwrites);
    g_test_add_func("/monitor/writer/full", test_full);
    g_test_add_func("/monitor/writer/lost", test_lost);
    g_test_add_func("/monitor/writer/replace", test_replace);
    return g_test_run();
}
