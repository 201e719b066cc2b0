#include "tests/support/http_server.h"
#include "tests/support/remove.h"
#include "tests/support/target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* sidescope monitor as a script would run it, on live processes. */

static const char header[] = "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb\n";

/* --- running it --- */

struct child {
    GPid pid;
    gint out, err; /* read ends */
};

/* folder: working directory; line: the arguments, blanks between. */
static struct child launch(const char *folder, const char *line)
{
    g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_autofree char *whole = g_strdup_printf("%s monitor %s", SIDESCOPE_BIN, line);
    g_auto(GStrv) argv = g_strsplit(whole, " ", -1);
    struct child child = {0};
    g_autoptr(GError) error = NULL;

    g_spawn_async_with_pipes(folder, argv, env, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child.pid,
                             NULL, &child.out, &child.err, &error);
    g_assert_no_error(error);
    return child;
}

static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    char bytes[4096];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        g_string_append_len(text, bytes, n);
    close(fd);
    return g_string_free(text, FALSE);
}

struct outcome {
    int status;
    char *out, *err;
};

static void outcome_clear(struct outcome *outcome)
{
    g_free(outcome->out);
    g_free(outcome->err);
}
typedef struct outcome outcome_auto;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(outcome_auto, outcome_clear)

static struct outcome finish(const struct child *child)
{
    struct outcome outcome = {.out = read_all(child->out), .err = read_all(child->err)};
    int status = 0;

    g_assert_cmpint(waitpid(child->pid, &status, 0), ==, child->pid);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    g_test_message("status %d\n%s%s", outcome.status, outcome.out, outcome.err);
    return outcome;
}

/* The next line of a pipe without its end; NULL at the end or after half a minute. */
static char *next_line(int fd)
{
    GString *line = g_string_new(NULL);
    char byte = 0;

    while (byte != '\n') {
        struct pollfd one = {.fd = fd, .events = POLLIN};

        if (poll(&one, 1, 30000) != 1 || read(fd, &byte, 1) != 1) {
            g_string_free(line, TRUE);
            return NULL;
        }
        if (byte != '\n')
            g_string_append_c(line, byte);
    }
    return g_string_free(line, FALSE);
}

/* The first line that begins with prefix or has part in it. */
static char *wait_for_line(int fd, const char *part)
{
    char *line;

    while ((line = next_line(fd)) != NULL && strstr(line, part) == NULL)
        g_free(line);
    if (line == NULL)
        g_error("no line with \"%s\" came", part);
    g_test_message("%s", line);
    return line;
}

/* --- what else is needed --- */

struct place {
    char *dir;
};

static void place_clear(struct place *place)
{
    remove_tree(place->dir);
    g_free(place->dir);
}
typedef struct place place_auto;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(place_auto, place_clear)

static struct place place_new(void)
{
    return (struct place){g_dir_make_tmp("sidescope-monitor-XXXXXX", NULL)};
}

static bool skip_without_stage(void)
{
    if (target_available())
        return false;
    g_test_skip("no Go: the stage program was not built");
    return true;
}

static struct stage *start(int port)
{
    const struct stage_options options = {.pprof = port};
    g_autoptr(GError) error = NULL;
    struct stage *stage = target_start(&options, &error);

    g_assert_no_error(error);
    return stage;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("no \"%s\" in: %s", part, text);
}

/* GET of path at a port of this machine: our own few lines, not the program's client. */
static char *get(int port, const char *path)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((guint16)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    g_autofree char *request = g_strdup_printf("GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return g_strdup("");
    }
    g_assert_cmpint(send(fd, request, strlen(request), MSG_NOSIGNAL), ==, (ssize_t)strlen(request));
    return read_all(fd);
}

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
    g_autofree char *heap = get(port, "/debug/pprof/heap?debug=1");
    g_autofree char *goroutines = get(port, "/debug/pprof/goroutine?debug=1");
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

/* --- the documented log --- */

/*
 * What may differ between a line and a reading right after it: each heap answer
 * costs the target a megabyte or two of garbage, a collection takes as much as
 * there is of it, and each of our connections is two or three goroutines.
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
    if (skip_without_stage() || target_skip_without_procfs())
        return;
    g_auto(place_auto) place = place_new();
    g_autoptr(stage_auto) stage = start(STAGE_PPROF_RANDOM);
    g_autofree char *arguments =
        g_strdup_printf("%d --interval 3 --duration 60", (int)target_pid(stage));

    target_do(stage, "heap json 64M"); /* much more than may differ */
    struct child child = launch(place.dir, arguments);
    g_autofree char *first = next_line(child.out);
    struct reading before = {{0}}, after = {{0}};

    g_assert_cmpstr(first, ==, "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb");
    for (int i = 0; i < 6; i++) {
        g_autofree char *line = next_line(child.out);
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
    g_auto(outcome_auto) outcome = finish(&child);

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
    if (skip_without_stage())
        return;
    g_auto(place_auto) place = place_new();
    g_autoptr(stage_auto) stage = start(STAGE_PPROF_RANDOM);
    g_autofree char *arguments = g_strdup_printf("%d 3 --duration 6", target_pprof_port(stage));
    struct child child = launch(place.dir, arguments);
    g_auto(outcome_auto) outcome = finish(&child);
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

    assert_has(outcome.err, pid);
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
    g_auto(place_auto) place = place_new();
    struct http_server *server = http_server_new();

    http_server_set(server, "/debug/pprof/", &hang);
    http_server_set(server, "/debug/pprof/heap?debug=1", &hang);
    g_autofree char *arguments = g_strdup_printf(
        "127.0.0.1:%d --interval 1 --duration 5 -o mem.csv", http_server_port(server));
    struct child child = launch(place.dir, arguments);
    g_auto(outcome_auto) outcome = finish(&child);
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

static int port_of_nobody(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, n), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &n), ==, 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* Killed and started again at the same port: noted, and followed. */
static void test_comes_back(void)
{
    if (skip_without_stage())
        return;
    g_auto(place_auto) place = place_new();
    int port = port_of_nobody();
    struct stage *stage = start(port);
    g_autofree char *arguments =
        g_strdup_printf("127.0.0.1:%d --interval 1 --duration 90 --extended -o mem.csv", port);
    struct child child = launch(place.dir, arguments);
    g_free(wait_for_line(child.err, "is watched"));
    pid_t old = target_pid(stage);

    target_kill(stage, SIGKILL);
    target_stop(stage);
    g_free(wait_for_line(child.err, "has ended"));
    g_free(wait_for_line(child.out, ",N/A,N/A,N/A,N/A,"));

    stage = start(port);
    g_free(wait_for_line(child.err, "is back"));
    g_autofree char *pid = g_strdup_printf(",%d,sidecar,", (int)target_pid(stage));
    g_free(wait_for_line(child.out, pid));
    g_autofree char *full = NULL;

    g_assert_cmpint(old, !=, target_pid(stage));
    while (full == NULL || strstr(full, ",N/A,N/A,N/A,") != NULL) { /* the first answers come */
        g_free(full);
        full = wait_for_line(child.out, pid);
    }
    kill(child.pid, SIGTERM);
    g_auto(outcome_auto) outcome = finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
    target_stop(stage);
}

/* --- trouble with files --- */

static void test_full_disk(void)
{
    if (!g_file_test("/dev/full", G_FILE_TEST_EXISTS)) {
        g_test_skip("no /dev/full here");
        return;
    }
    g_auto(place_auto) place = place_new();
    g_autofree char *arguments =
        g_strdup_printf("%d -i 0.5 --duration 2 -o /dev/full", (int)getpid());
    struct child child = launch(place.dir, arguments);
    g_auto(outcome_auto) outcome = finish(&child);

    g_assert_cmpint(outcome.status, ==, 2);
    g_assert_true(g_str_has_prefix(outcome.out, header));
    g_assert_cmpuint(count_lines(outcome.out), ==, 1 + 5);
    assert_has(outcome.err, "/dev/full cannot be written: No space left on device");
    assert_has(outcome.err, "/dev/full lacks 6 lines");
    g_assert_null(strstr(strstr(outcome.err, "cannot be written") + 1, "cannot be written"));
}

static void test_read_only(void)
{
    g_auto(place_auto) place = place_new();
    g_autofree char *arguments = g_strdup_printf("%d -o /dev/null/mem.csv", (int)getpid());
    struct child child = launch(place.dir, arguments);
    g_auto(outcome_auto) outcome = finish(&child);

    g_assert_cmpint(outcome.status, ==, 2);
    assert_has(outcome.err, "/dev/null/mem.csv cannot be written");
    g_assert_cmpstr(outcome.out, ==, "");
}

/* SIGKILL at any moment leaves whole lines, and the next run goes on in the same file. */
static void test_killed(void)
{
    g_auto(place_auto) place = place_new();
    g_autofree char *arguments = g_strdup_printf("%d -i 0.1 -o mem.csv", (int)getpid());
    g_autofree char *path = g_build_filename(place.dir, "mem.csv", NULL);

    for (int i = 0; i < 4; i++) {
        struct child child = launch(place.dir, arguments);
        g_autofree char *text = NULL;

        g_free(wait_for_line(child.out, ":"));
        g_usleep(37000 * (gulong)i);
        kill(child.pid, SIGKILL);
        g_auto(outcome_auto) outcome = finish(&child);

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
    g_auto(place_auto) place = place_new();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct child child = launch(place.dir, cases[i].arguments);
        g_auto(outcome_auto) outcome = finish(&child);

        g_assert_cmpint(outcome.status, ==, 2);
        assert_has(outcome.err, cases[i].words);
    }
    g_autoptr(GDir) dir = g_dir_open(place.dir, 0, NULL);

    g_assert_null(g_dir_read_name(dir));
}

/* --- several --- */

/* A process of a name that nobody else has. */
static GPid start_named(const char *folder, const char *name)
{
    g_autofree char *sleep_path = g_find_program_in_path("sleep");
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *bytes = NULL;
    const char *argv[] = {path, "100", NULL};
    gsize n;
    GPid pid;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_assert_true(g_file_get_contents(sleep_path, &bytes, &n, NULL));
        g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
        g_assert_cmpint(g_chmod(path, 0700), ==, 0);
    }
    g_assert_true(g_spawn_async(NULL, (char **)(guintptr)argv, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                                    G_SPAWN_STDERR_TO_DEV_NULL,
                                NULL, NULL, &pid, NULL));
    return pid;
}

static void end_named(GPid pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Each has a log of its own; one that comes later is watched, too. */
static void test_all(void)
{
    if (target_skip_without_procfs())
        return;
    g_auto(place_auto) place = place_new();
    g_auto(place_auto) programs = place_new();
    g_autofree char *name = g_strdup_printf("fl%d", (int)getpid());
    GPid one = start_named(programs.dir, name);
    g_autofree char *arguments = g_strdup_printf("%s --all -i 1 --duration 60 -o logs.csv", name);
    struct child child = launch(place.dir, arguments);
    g_free(wait_for_line(child.err, "is watched"));
    GPid two = start_named(programs.dir, name);
    g_free(wait_for_line(child.err, "is watched"));
    g_autofree char *pid = g_strdup_printf(",%d,%s", (int)two, name);
    g_free(wait_for_line(child.out, pid));

    end_named(one);
    g_free(wait_for_line(child.err, "has ended"));

    kill(child.pid, SIGINT);
    g_auto(outcome_auto) outcome = finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
    for (int i = 0; i < 2; i++) {
        g_autofree char *file =
            g_strdup_printf("%s/logs-%s-%d.csv", place.dir, name, (int)(i == 0 ? one : two));
        g_autofree char *text = NULL;

        g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
        g_assert_true(g_str_has_prefix(
            text, "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb,pid,name\n"));
    }
    end_named(two);
}

/* By its name: another one that ran beside it is not its successor, one that came since is. */
static void test_successor(void)
{
    if (target_skip_without_procfs())
        return;
    g_auto(place_auto) place = place_new();
    g_auto(place_auto) programs = place_new();
    g_autofree char *name = g_strdup_printf("sc%d", (int)getpid());
    GPid beside = start_named(programs.dir, name);

    g_usleep(5 * G_USEC_PER_SEC); /* so much older that it cannot be the successor */
    GPid watched = start_named(programs.dir, name);
    g_autofree char *arguments = g_strdup_printf("%d -i 0.5 --duration 60 -o -", (int)watched);
    struct child child = launch(place.dir, arguments);

    g_free(wait_for_line(child.err, "is watched"));
    end_named(watched);
    g_free(wait_for_line(child.err, "has ended"));
    for (int i = 0; i < 8; i++)
        g_free(wait_for_line(child.out, ",N/A,N/A,N/A,N/A"));
    GPid back = start_named(programs.dir, name);
    g_autofree char *line = wait_for_line(child.err, "is back");
    g_autofree char *pid = g_strdup_printf(" %d is back", (int)back);

    assert_has(line, pid);
    kill(child.pid, SIGINT);
    g_auto(outcome_auto) outcome = finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
    end_named(back);
    end_named(beside);
}

/* --- Prometheus --- */

static bool skip_without(const char *program)
{
    g_autofree char *path = g_find_program_in_path(program);
    g_autofree char *why = g_strdup_printf("%s is not installed (package prometheus)", program);

    if (path == NULL)
        g_test_skip(why);
    return path == NULL;
}

static void check_metrics(const char *path)
{
    g_autofree char *quoted = g_shell_quote(path);
    g_autofree char *command = g_strdup_printf("exec promtool check metrics <%s", quoted);
    const char *argv[] = {"/bin/sh", "-c", command, NULL};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    int status;

    g_assert_true(g_spawn_sync(NULL, (char **)(guintptr)argv, NULL, 0, NULL, NULL, &out, &err,
                               &status, NULL));
    g_test_message("%s%s", out, err);
    g_assert_true(g_spawn_check_wait_status(status, NULL));
    g_assert_cmpstr(err, ==, "");
}

/* The file for node_exporter and the page, as promtool reads them. */
static void test_promtool(void)
{
    if (skip_without_stage() || skip_without("promtool"))
        return;
    g_auto(place_auto) place = place_new();
    g_autoptr(stage_auto) stage = start(STAGE_PPROF_RANDOM);
    g_autofree char *arguments = g_strdup_printf(
        "%d -i 1 --duration 60 --openmetrics side.prom --listen 0", (int)target_pid(stage));
    struct child child = launch(place.dir, arguments);
    g_autofree char *serving = wait_for_line(child.err, "serving");
    g_autofree char *file = g_build_filename(place.dir, "side.prom", NULL);
    g_autofree char *saved = g_build_filename(place.dir, "page", NULL);
    int port = atoi(strrchr(serving, ':') + 1);
    g_autofree char *page = NULL;

    for (int i = 0; i < 1000 && !g_file_test(file, G_FILE_TEST_EXISTS); i++)
        g_usleep(10000);
    check_metrics(file);
    page = get(port, "/metrics");
    g_assert_true(
        g_file_set_contents(saved, strstr(page, "\r\n\r\n") + strlen("\r\n\r\n"), -1, NULL));
    check_metrics(saved);
    assert_has(page, "sidescope_goroutines{pid=");
    kill(child.pid, SIGINT);
    g_auto(outcome_auto) outcome = finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
    g_assert_cmpstr(outcome.out, ==, ""); /* nobody asked for a log */
}

static GPid start_prometheus(const char *folder, int port, int scraped)
{
    g_autofree char *config =
        g_strdup_printf("global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
                        "rule_files: [%s/assets/prometheus-rules.yml]\n"
                        "scrape_configs:\n  - job_name: sidescope\n    static_configs:\n"
                        "      - targets: ['127.0.0.1:%d']\n",
                        SIDESCOPE_SOURCE_DIR, scraped);
    g_autofree char *path = g_build_filename(folder, "prometheus.yml", NULL);
    g_autofree char *address = g_strdup_printf("--web.listen-address=127.0.0.1:%d", port);
    const char *argv[] = {"prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                          address, NULL};
    g_autoptr(GError) error = NULL;
    GPid pid;

    g_assert_true(g_file_set_contents(path, config, -1, NULL));
    g_spawn_async(folder, (char **)(guintptr)argv, NULL,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL |
                      G_SPAWN_STDOUT_TO_DEV_NULL,
                  NULL, NULL, &pid, &error);
    g_assert_no_error(error);
    return pid;
}

/* The answer of its API once there is one with part in it. */
static char *query(int port, const char *expression, const char *part)
{
    g_autofree char *escaped = g_uri_escape_string(expression, NULL, FALSE);
    g_autofree char *path = g_strdup_printf("/api/v1/query?query=%s", escaped);

    for (int i = 0; i < 300; i++) {
        g_autofree char *answer = get(port, path);

        if (strstr(answer, part) != NULL)
            return g_steal_pointer(&answer);
        g_usleep(100000);
    }
    g_error("no answer to %s with %s came", expression, part);
}

/* The real one scrapes a live target, answers what it is asked, and the rules see the leak. */
static void test_prometheus(void)
{
    if (skip_without_stage() || skip_without("prometheus"))
        return;
    g_auto(place_auto) place = place_new();
    g_autoptr(stage_auto) stage = start(STAGE_PPROF_RANDOM);
    g_autofree char *arguments =
        g_strdup_printf("%d -i 1 --duration 120 --listen 0", (int)target_pid(stage));

    target_do(stage, "files claude 300");
    struct child child = launch(place.dir, arguments);
    g_autofree char *serving = wait_for_line(child.err, "serving");
    int port = port_of_nobody();
    GPid prometheus = start_prometheus(place.dir, port, atoi(strrchr(serving, ':') + 1));
    g_autofree char *pid = g_strdup_printf("\"pid\":\"%d\"", (int)target_pid(stage));
    g_autofree char *up = query(port, "sidescope_up", pid);
    g_autofree char *fds = query(port, "sidescope_fds > 300", pid);
    g_autofree char *alert = query(port, "ALERTS{alertname=\"SidescopeFdsFocus\"}", pid);

    assert_has(up, "\"status\":\"success\"");
    assert_has(up, "\"process\":\"sidecar\"");
    assert_has(alert, "\"severity\":\"warning\"");
    g_test_message("%s", fds);
    g_free(query(port, "rate(sidescope_cpu_time_seconds_total[1m])", pid));
    kill(prometheus, SIGKILL);
    waitpid(prometheus, NULL, 0);
    kill(child.pid, SIGINT);
    g_auto(outcome_auto) outcome = finish(&child);

    g_assert_cmpint(outcome.status, ==, 0);
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
    g_test_add_func("/monitor/all", test_all);
    g_test_add_func("/monitor/successor", test_successor);
    g_test_add_func("/monitor/promtool", test_promtool);
    g_test_add_func("/monitor/prometheus", test_prometheus);
    return g_test_run();
}
