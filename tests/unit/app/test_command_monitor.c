#include "tests/unit/app/monitor_run.h"

#include "tests/support/http_server.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The documented log, live: its numbers, its file, and what ends it. */

static const char header[] = "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb\n";

static double number_behind(const char *text, const char *words)
{
    const char *at = strstr(text, words);

    return at != NULL ? g_ascii_strtod(at + strlen(words), NULL) : NAN;
}

/* What the documented columns should be, read from /proc and pprof by other means. */
struct reading {
    double value[4]; /* in the order of the columns */
};

static struct reading read_independently(const struct stage *stage)
{
    int port = target_pprof_port(stage);
    g_autofree char *heap = monitor_get(port, "/debug/pprof/heap?debug=1");
    g_autofree char *goroutines = monitor_get(port, "/debug/pprof/goroutine?debug=1");
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)target_pid(stage));
    g_autofree char *status = NULL;

    if (!g_file_get_contents(path, &status, NULL, NULL))
        status = g_strdup("");
    return (struct reading){{
        number_behind(heap, "# HeapAlloc = "),
        number_behind(heap, "# HeapInuse = "),
        number_behind(goroutines, "goroutine profile: total "),
        number_behind(status, "VmRSS:") / 1024,
    }};
}

static struct reading read_row(const char *line)
{
    g_auto(GStrv) fields = g_strsplit(line, ",", -1);
    struct reading ret;

    g_assert_cmpuint(g_strv_length(fields), ==, 5);
    for (int i = 0; i < 4; i++)
        ret.value[i] =
            strcmp(fields[i + 1], "N/A") == 0 ? NAN : g_ascii_strtod(fields[i + 1], NULL);
    return ret;
}

/*
 * What may differ between a line and a reading right after it: each heap answer
 * costs the target a megabyte or two of garbage, which nothing collects here (a
 * collection between the two takes as much as there is of it), and each of our
 * connections is two or three goroutines.
 */
static const double tolerance[4] = {12e6, 12e6, 6, 6};

/* In the first line the first answer of a slow machine may be missing, which it says. */
static void compare(const struct reading *line, const struct reading *own, bool is_first)
{
    for (int i = 0; i < 4; i++) {
        g_test_message("column %d: %.1f, read %.1f", i + 2, line->value[i], own->value[i]);
        if (!is_first || !isnan(line->value[i]))
            g_assert_cmpfloat(fabs(line->value[i] - own->value[i]), <=, tolerance[i]);
    }
}

static void test_values(void)
{
    if (monitor_skip_without_stage() || target_skip_without_procfs())
        return;
    g_auto(monitor_place_auto) place = monitor_place_new();
    static const char *const env[] = {"GOGC=off", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(stage_auto) stage = target_start(&(struct stage_options){.env = env}, &error);

    g_assert_no_error(error);
    g_autofree char *arguments =
        g_strdup_printf("%d --interval 3 --duration 60", (int)target_pid(stage));

    target_do(stage, "heap json 64M"); /* much more than may differ */
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_autofree char *first = monitor_next_line(child.out);
    struct reading before = {{0}}, after = {{0}};

    g_assert_cmpstr(first, ==, "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb");
    for (int i = 0; i < 6; i++) {
        g_autofree char *line = monitor_next_line(child.out);
        struct reading own = read_independently(stage), row = read_row(line);

        compare(&row, &own, i == 0);
        if (i == 2) {
            before = row;
            target_do(stage, "goroutines recv 200");
            target_do(stage, "heap scanner 64M");
        }
        after = row;
    }
    g_assert_cmpfloat(after.value[0] - before.value[0], >, 50e6);
    g_assert_cmpfloat(after.value[2] - before.value[2], >, 190);
    g_assert_cmpfloat(after.value[3] - before.value[3], >, 50);
    kill(child.pid, SIGINT);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
}

/* Name of the only file in a folder. */
static char *only_file(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name = g_dir_read_name(dir);

    g_assert_nonnull(name);
    char *path = g_build_filename(folder, name, NULL);

    g_assert_null(g_dir_read_name(dir));
    return path;
}

/* The old script's arguments, its file name, and the same lines in both places. */
static void test_old_arguments(void)
{
    if (monitor_skip_without_stage())
        return;
    g_auto(monitor_place_auto) place = monitor_place_new();
    g_autoptr(stage_auto) stage = monitor_start_stage(STAGE_PPROF_RANDOM);
    g_autofree char *arguments = g_strdup_printf("%d 3 --duration 6", target_pprof_port(stage));
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);
    g_autofree char *path = only_file(place.dir);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *text = NULL;

    g_assert_cmpint(outcome.status, ==, 0);
    g_assert_true(g_regex_match_simple("^mem-\\d{8}-\\d{6}\\.log$", name, 0, 0));
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, outcome.out);
    g_assert_true(
        g_regex_match_simple("^[a-z_,]+\\n\\d\\d:\\d\\d:\\d\\d(,(\\d+|N/A)){3},\\d+\\.\\d\\n"
                             "(\\d\\d:\\d\\d:\\d\\d,\\d+,\\d+,\\d+,\\d+\\.\\d\\n){2}$",
                             text, 0, 0));
    g_autofree char *pid = g_strdup_printf("sidecar %d is watched", (int)target_pid(stage));

    monitor_assert_has(outcome.err, pid);
}

static guint count_lines(const char *text)
{
    guint n = 0;

    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        n++;
    return n;
}

/* A server that accepts and says nothing: the heap is not known, all else goes on. */
static void test_stalled_server(void)
{
    static const struct http_answer hang = {.behaviour = HTTP_HANG};
    g_auto(monitor_place_auto) place = monitor_place_new();
    struct http_server *server = http_server_new();

    http_server_set(server, "/debug/pprof/", &hang);
    http_server_set(server, "/debug/pprof/heap?debug=1", &hang);
    g_autofree char *arguments = g_strdup_printf(
        "127.0.0.1:%d --interval 1 --duration 5 -o mem.csv", http_server_port(server));
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);
    g_auto(GStrv) lines = g_strsplit(outcome.out, "\n", -1);

    g_assert_cmpint(outcome.status, ==, 0);
    g_assert_cmpuint(count_lines(outcome.out), ==, 1 + 6);
    for (int i = 1; i <= 6; i++) {
        struct reading row = read_row(lines[i]);

        g_assert_true(isnan(row.value[0]) && isnan(row.value[1]) && isnan(row.value[2]));
#ifdef __linux__
        g_assert_cmpfloat(row.value[3], >, 0); /* ours: the port's owner */
#endif
    }
    http_server_free(server);
}

/* Killed and started again at the same port: noted, and followed. */
static void test_comes_back(void)
{
    if (monitor_skip_without_stage())
        return;
    g_auto(monitor_place_auto) place = monitor_place_new();
    int port = monitor_port_of_nobody();
    struct stage *stage = monitor_start_stage(port);
    g_autofree char *arguments =
        g_strdup_printf("127.0.0.1:%d --interval 1 --duration 90 --extended -o mem.csv", port);
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_free(monitor_wait_for_line(child.err, "is watched"));
    pid_t old = target_pid(stage);

    target_kill(stage, SIGKILL);
    target_stop(stage);
    g_free(monitor_wait_for_line(child.err, "has ended"));
    g_free(monitor_wait_for_line(child.out, ",N/A,N/A,N/A,N/A,"));

    stage = monitor_start_stage(port);
    g_free(monitor_wait_for_line(child.err, "is back"));
    g_autofree char *pid = g_strdup_printf(",%d,sidecar,", (int)target_pid(stage));
    g_free(monitor_wait_for_line(child.out, pid));
    g_autofree char *full = NULL;

    g_assert_cmpint(old, !=, target_pid(stage));
    while (full == NULL || strstr(full, ",N/A,N/A,N/A,") != NULL) { /* the first answers come */
        g_free(full);
        full = monitor_wait_for_line(child.out, pid);
    }
    kill(child.pid, SIGTERM);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
    target_stop(stage);
}

static void test_full_disk(void)
{
    if (!g_file_test("/dev/full", G_FILE_TEST_EXISTS)) {
        g_test_skip("no /dev/full here");
        return;
    }
    g_auto(monitor_place_auto) place = monitor_place_new();
    g_autofree char *arguments =
        g_strdup_printf("%d -i 0.5 --duration 2 -o /dev/full", (int)getpid());
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

    g_assert_cmpint(outcome.status, ==, 2);
    g_assert_true(g_str_has_prefix(outcome.out, header));
    g_assert_cmpuint(count_lines(outcome.out), ==, 1 + 5);
    monitor_assert_has(outcome.err, "/dev/full cannot be written: No space left on device");
    monitor_assert_has(outcome.err, "/dev/full lacks 6 lines");
    g_assert_null(strstr(strstr(outcome.err, "cannot be written") + 1, "cannot be written"));
}

static void test_read_only(void)
{
    g_auto(monitor_place_auto) place = monitor_place_new();
    g_autofree char *arguments = g_strdup_printf("%d -o /dev/null/mem.csv", (int)getpid());
    struct monitor_child child = monitor_launch(place.dir, arguments);
    g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

    g_assert_cmpint(outcome.status, ==, 2);
    monitor_assert_has(outcome.err, "/dev/null/mem.csv cannot be written");
    g_assert_cmpstr(outcome.out, ==, "");
}

/* SIGKILL at any moment leaves whole lines, and the next run goes on in the same file. */
static void test_killed(void)
{
    g_auto(monitor_place_auto) place = monitor_place_new();
    g_autofree char *arguments = g_strdup_printf("%d -i 0.1 -o mem.csv", (int)getpid());
    g_autofree char *path = g_build_filename(place.dir, "mem.csv", NULL);

    for (int i = 0; i < 4; i++) {
        struct monitor_child child = monitor_launch(place.dir, arguments);
        g_autofree char *text = NULL;

        g_free(monitor_wait_for_line(child.out, ":"));
        g_usleep(37000 * (gulong)i);
        kill(child.pid, SIGKILL);
        g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

        g_assert_cmpint(outcome.status, ==, 128 + SIGKILL);
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_assert_true(g_str_has_prefix(text, header));
        g_assert_null(strstr(text + 1, "time,"));
        g_assert_true(g_regex_match_simple(
            "^[a-z_,]+\\n(\\d\\d:\\d\\d:\\d\\d(,(N/A|[\\d.]+)){4}\\n)+$", text, 0, 0));
    }
}

static void test_refuses(void)
{
    static const struct {
        const char *arguments, *words;
    } cases[] = {
        {"1 2 3", "too many"},
        {"6060 never", "the interval takes a time"},
        {"--interval 0", "the interval takes a time"},
        {"--timestamps never", "--timestamps is hms"},
        {"--all 6060", "names only one"},
        {"--push-cpu 5s", "needs --push"},
        {"--listen nowhere", "--listen takes a port"},
        {"--push nowhere", "--push takes the address"},
        {"no-such-process-anywhere", "no process called"},
    };
    g_auto(monitor_place_auto) place = monitor_place_new();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct monitor_child child = monitor_launch(place.dir, cases[i].arguments);
        g_auto(monitor_outcome_auto) outcome = monitor_finish(&child);

        g_assert_cmpint(outcome.status, ==, 2);
        monitor_assert_has(outcome.err, cases[i].words);
    }
    g_autoptr(GDir) dir = g_dir_open(place.dir, 0, NULL);

    g_assert_null(g_dir_read_name(dir));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/monitor/refuses", test_refuses);
    g_test_add_func("/monitor/values", test_values);
    g_test_add_func("/monitor/old-arguments", test_old_arguments);
    g_test_add_func("/monitor/stalled-server", test_stalled_server);
    g_test_add_func("/monitor/comes-back", test_comes_back);
    g_test_add_func("/monitor/full-disk", test_full_disk);
    g_test_add_func("/monitor/read-only", test_read_only);
    g_test_add_func("/monitor/killed", test_killed);
    return g_test_run();
}
