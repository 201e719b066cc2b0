/*
 * Profiles and captures from within the dashboard, against a scripted server:
 * what is asked, what is shown meanwhile, and what is said when it goes wrong.
 */

#include "app/tui/screens/capture.h"
#include "app/tui/screens/screens.h"
#include "tests/screens/fake_session.h"
#include "tests/screens/golden.h"
#include "tests/support/http_server.h"
#include "tests/support/terminal_mock.h"

#include <string.h>

#define CPU_600 "/debug/pprof/profile?seconds=600"
#define CPU_1 "/debug/pprof/profile?seconds=1"

static const char index_page[] =
    "<html><table>\n"
    "<tr><td>16</td><td><a href='allocs?debug=1'>allocs</a></td></tr>\n"
    "<tr><td>0</td><td><a href='block?debug=1'>block</a></td></tr>\n"
    "<tr><td>0</td><td><a href='cmdline?debug=1'>cmdline</a></td></tr>\n"
    "<tr><td>102</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>\n"
    "<tr><td>16</td><td><a href='heap?debug=1'>heap</a></td></tr>\n"
    "<tr><td>3</td><td><a href='mutex?debug=1'>mutex</a></td></tr>\n"
    "<tr><td>7</td><td><a href='my/po%1Bol?debug=1'>my/po\x1bol</a></td></tr>\n"
    "<tr><td>0</td><td><a href='profile?debug=1'>profile</a></td></tr>\n"
    "<tr><td>5</td><td><a href='threadcreate?debug=1'>threadcreate</a></td></tr>\n"
    "<tr><td>0</td><td><a href='trace?debug=1'>trace</a></td></tr>\n"
    "</table>";

static const char heap_text[] = "heap profile: 1: 1024 [2: 2048] @ heap/2\n"
                                "1: 1024 [2: 2048] @ 0x1 0x2\n"
                                "#\t0x1\tmain.keep+0x20\t/src/main.go:10\n";
/* A whole profile of a process that did nothing: one sample type, no samples. */
static const char idle[] = "\x0a\x04\x08\x01\x10\x02\x32\x00\x32\x07samples\x32\x05"
                           "count";

struct fixture {
    struct http_server *server;
    struct config *config;
    struct ui *ui;
    struct terminal *terminal;
};

static void serve(struct fixture *f, const char *path, const struct http_answer *answer)
{
    http_server_set(f->server, path, answer);
}

static struct target *make_target(struct fixture *f, enum fake_story story)
{
    struct target *target = fake_target_new(story);

    if (target->pprof_url != NULL) {
        g_free(target->pprof_url);
        target->pprof_url = g_strdup(http_server_base(f->server));
    }
    return target;
}

static void set_up_with(struct fixture *f, enum fake_story story, int lines, int cols)
{
    g_autoptr(GError) error = NULL;

    f->server = http_server_new();
    serve(f, "/debug/pprof/", &(struct http_answer){.body = index_page});
    terminal_mock_prepare(lines, cols, 256);
    fake_session_prepare(story);
    f->config = config_load("/dev/null/sidescope/config", &error);
    g_assert_no_error(error);
    f->ui = ui_new(
        &(struct ui_options){.openers = &screens_openers, .config = f->config, .theme = "dark"},
        &error);
    g_assert_no_error(error);
    f->terminal = terminal_mock_current();
    ui_push(f->ui, dashboard_screen_new(f->ui));
    ui_attach(f->ui, make_target(f, story));
}

static void set_up(struct fixture *f, gconstpointer user)
{
    (void)user;
    set_up_with(f, FAKE_LEAKING, 24, 80);
}

static void tear_down(struct fixture *f, gconstpointer user)
{
    (void)user;
    ui_free(f->ui);
    config_free(f->config);
    http_server_free(f->server);
}

static void press(struct fixture *f, const char *keys)
{
    g_auto(GStrv) each = g_strsplit(keys, " ", -1);

    for (char **key = each; *key != NULL; key++)
        if (**key != '\0')
            terminal_mock_key(f->terminal, *key);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

/* The screen, without what differs from run to run. */
static char *screen_text(struct fixture *f)
{
    g_autofree char *text = terminal_mock_text(f->terminal);
    g_autoptr(GRegex) port = g_regex_new("127\\.0\\.0\\.1:\\d{5}", 0, 0, NULL);

    return g_regex_replace_literal(port, text, -1, 0, "127.0.0.1:PORT.", 0, NULL);
}

static gboolean on_limit(gpointer user)
{
    *(bool *)user = true;
    return G_SOURCE_REMOVE;
}

static void expect(struct fixture *f, const char *words)
{
    bool late = false;
    guint limit = g_timeout_add_seconds(15, on_limit, &late);

    for (;;) {
        g_autofree char *text = screen_text(f);

        if (strstr(text, words) != NULL)
            break;
        if (late)
            g_error("the screen never showed \"%s\":\n%s", words, text);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(limit);
}

static void expect_not(struct fixture *f, const char *words)
{
    g_autofree char *text = screen_text(f);

    g_assert_null(strstr(text, words));
}

static void compare(struct fixture *f, const char *name)
{
    g_autofree char *text = screen_text(f);

    golden_compare(name, text);
}

/* The prompt stands at 30: one second instead. */
#define ASK_CPU_1 "c Backspace Backspace 1 Enter"
#define ASK_CPU_600 "c Backspace Backspace 6 0 0 Enter"

/* --- the list --- */

static void test_list(void)
{
    static const struct {
        const char *golden, *keys;
        int lines, cols;
    } cases[] = {
        {"profiles-80x24", "P", 24, 80},
        {"profiles-block-80x24", "P Down Down Down Down Down", 24, 80},
        {"profiles-missing-120x40", "P Down Down Down Down Down Down Down Down", 40, 120},
        {"profiles-200x60", "P", 60, 200},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;

        set_up_with(&f, FAKE_LEAKING, cases[i].lines, cases[i].cols);
        press(&f, cases[i].keys);
        expect(&f, "not served");
        compare(&f, cases[i].golden);
        tear_down(&f, NULL);
    }
}

/* Single handlers are mounted: there is no page to tell what is served. */
static void test_list_without_page(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, "/debug/pprof/", NULL);
    press(f, "P");
    expect(f, "answered 404");
    expect(f, "threadcreate");
    expect_not(f, "not served");
    serve(f, "/debug/pprof/allocs", &(struct http_answer){.body = heap_text});
    press(f, "Down Down Enter"); /* which does not keep anybody from asking */
    expect(f, "main.keep");
}

static void test_no_pprof(void)
{
    struct fixture f;

    set_up_with(&f, FAKE_NO_PPROF, 24, 80);
    press(&f, "P");
    expect(&f, "SIDECAR_PPROF=1");
    press(&f, "Escape c");
    expect(&f, "SIDECAR_PPROF=1");
    g_assert_true(ui_top(f.ui) == ui_root_screen(f.ui));
    tear_down(&f, NULL);
}

static void test_ended(void)
{
    struct fixture f;

    set_up_with(&f, FAKE_ENDED, 24, 80);
    press(&f, "c");
    expect(&f, "has ended");
    tear_down(&f, NULL);
}

/* --- from the list to the profile --- */

static void test_fetch(struct fixture *f, gconstpointer user)
{
    struct snapshots *snapshots = ui_snapshots(f->ui);

    (void)user;
    serve(f, "/debug/pprof/allocs", &(struct http_answer){.body = heap_text});
    press(f, "P Down Down Enter");
    expect(f, "main.keep");
    expect(f, "dashboard > profiles > profile");
    g_assert_cmpuint(snapshots_count(snapshots), ==, 1);
    const struct snapshot *snapshot = snapshots_at(snapshots, 0);

    g_assert_cmpstr(snapshot->name, ==, "allocs");
    g_assert_cmpstr(snapshot->origin, ==, "sidecar 41822");
    g_assert_nonnull(snapshot_profile(snapshot, "allocs"));
    press(f, "Escape");
    expect(f, "dashboard > profiles ");
}

static void test_own_profile(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, "/debug/pprof/my/po%1Bol", &(struct http_answer){.body = heap_text});
    press(f, "P");
    expect(f, "my/po\\x1bol");
    press(f, "Down Down Down Down Down Down Down Down Down Enter");
    expect(f, "main.keep");
    g_assert_nonnull(snapshot_profile(snapshots_at(ui_snapshots(f->ui), 0), "my/po\x1bol"));
}

/* The count of the leak profile is that of its last run: none is not nothing. */
static void test_leaks(struct fixture *f, gconstpointer user)
{
    static const char page[] =
        "<tr><td>0</td><td><a href='goroutineleak?debug=1'>goroutineleak</a></td></tr>\n";

    (void)user;
    serve(f, "/debug/pprof/", &(struct http_answer){.body = page});
    serve(f, "/debug/pprof/goroutineleak", &(struct http_answer){.body = heap_text});
    press(f, "P");
    expect(f, "0  asks first");
    press(f, "Down Down Down Down Down Down Down Down");
    expect_not(f, "The runtime found no goroutine");
    press(f, "Enter n");
    g_assert_cmpuint(http_server_hits(f->server, "/debug/pprof/goroutineleak"), ==, 0);
    press(f, "Enter y");
    expect(f, "main.keep");
}

static void test_consent(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, "/debug/pprof/heap?gc=1", &(struct http_answer){.body = heap_text});
    press(f, "P Down Enter");
    expect(f, "heap?gc=1 makes the target");
    press(f, "n");
    expect_not(f, "heap?gc=1 makes the target");
    g_assert_cmpuint(http_server_hits(f->server, "/debug/pprof/heap?gc=1"), ==, 0);
    press(f, "Enter y");
    expect(f, "main.keep");
    g_assert_nonnull(snapshot_profile(snapshots_at(ui_snapshots(f->ui), 0), "heap"));
}

static void test_change(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, "/debug/pprof/block?seconds=1",
          &(struct http_answer){.body = idle, .n_body = sizeof idle - 1});
    press(f, "P Down Down Down Down Down d Backspace Backspace 1 Enter");
    expect(f, "Nothing changed within 1 s");
    expect(f, "runtime.SetBlockProfileRate(1)");
    g_assert_cmpuint(snapshots_count(ui_snapshots(f->ui)), ==, 0);
    press(f, "Escape d x Enter");
    expect(f, "is no time to capture");
    press(f, "Up Up d"); /* a CPU profile is one already */
    expect(f, "has no change over time");
}

/* --- the CPU profile --- */

static void test_cpu(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, CPU_1, &(struct http_answer){.body = heap_text});
    press(f, "c");
    expect(f, "CPU profile (costs it 1-5 %), seconds: 30");
    press(f, "Backspace Backspace 1 Enter");
    expect(f, "main.keep");
    expect(f, "CPU 1 s");
    expect(f, "kept as snapshot 1");
    press(f, "Escape c"); /* remembers */
    expect(f, "seconds: 1");
}

static void test_progress(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, CPU_600, &(struct http_answer){.behaviour = HTTP_HANG});
    press(f, ASK_CPU_600);
    g_assert_true(http_server_wait_hits(f->server, CPU_600, 1));
    expect(f, "600 s left of 600 s");
    fake_clock_advance((gint64)90 * G_USEC_PER_SEC);
    press(f, "2 z"); /* the dashboard below goes on being used */
    expect(f, "510 s left of 600 s");
    expect(f, "2 Files");
    expect_not(f, "1 Memory");
    press(f, "c");
    expect(f, "is being captured: one at a time");
    press(f, "?"); /* something over it does not end it */
    press(f, "Escape");
    expect(f, "510 s left of 600 s");
    press(f, "Escape");
    expect(f, "cancelled");
    expect_not(f, "left of 600 s");
    press(f, "c");
    expect(f, "seconds: 600");
}

static void test_strip(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, CPU_600, &(struct http_answer){.behaviour = HTTP_HANG});
    press(f, "M " ASK_CPU_600); /* over a screen that has little of its own to change */
    expect(f, "600 s left of 600 s");
    compare(f, "capture-progress");
}

/* Whoever went on to another screen stays there. */
static void test_done_in_the_background(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, CPU_1, &(struct http_answer){.body = heap_text, .delay_ms = 300});
    press(f, ASK_CPU_1);
    press(f, "o");
    expect(f, "kept as snapshot 1");
    expect(f, "options");
    expect_not(f, "main.keep");
    press(f, "Escape");
    g_assert_true(ui_top(f->ui) == ui_root_screen(f->ui));
}

/* C-c ends the capture, not the program. */
static void test_interrupt(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, CPU_600, &(struct http_answer){.behaviour = HTTP_HANG});
    press(f, ASK_CPU_600);
    expect(f, "left of 600 s");
    press(f, "C-c");
    expect(f, "cancelled");
    g_assert_true(ui_top(f->ui) == ui_root_screen(f->ui));
}

static void test_freed_meanwhile(struct fixture *f, gconstpointer user)
{
    (void)user;
    serve(f, CPU_600, &(struct http_answer){.behaviour = HTTP_HANG});
    press(f, ASK_CPU_600);
    g_assert_true(http_server_wait_hits(f->server, CPU_600, 1)); /* tear_down does the rest */
}

static void test_failures(void)
{
    static const struct {
        struct http_answer answer;
        const char *words;
    } cases[] = {
        {{.status = 500,
          .headers = "X-Go-Pprof: 1\r\n",
          .body = "Could not enable CPU profiling: cpu profiling already in use\n"},
         "another CPU profile of this process"},
        {{.status = 400,
          .headers = "X-Go-Pprof: 1\r\n",
          .body = "profile duration exceeds server's WriteTimeout\n"},
         "ask for fewer"},
        {{.status = 404, .headers = "X-Go-Pprof: 1\r\n", .body = "Unknown profile\n"},
         "has no such profile"},
        {{.behaviour = HTTP_NO_ANSWER}, "the target may be ending"},
        {{.behaviour = HTTP_CUT, .body = heap_text}, "the target may be ending"},
        {{.behaviour = HTTP_HANG}, "did not answer within"}, /* half again and 5 s more */
        {{.body = "hello"}, "is no profile"},
        {{.behaviour = HTTP_GARBAGE, .body = "\x1b[31mhello"}, "does not speak HTTP"},
        {{.body = "<html>", .content_type = "text/html"}, "sent a web page"},
        {{.body = idle, .n_body = sizeof idle - 1}, "The process was idle"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;

        set_up(&f, NULL);
        serve(&f, CPU_1, &cases[i].answer);
        press(&f, "M");
        struct view *before = ui_top(f.ui);

        press(&f, ASK_CPU_1);
        expect(&f, cases[i].words);
        if (i == 0)
            compare(&f, "capture-in-use");
        press(&f, "Enter");
        g_assert_true(ui_top(f.ui) == before);
        g_assert_cmpuint(snapshots_count(ui_snapshots(f.ui)), ==, 0);
        tear_down(&f, NULL);
    }
}

/* --- all stacks as text --- */

#define DUMP "/debug/pprof/goroutine?debug=2"

static void test_dump(struct fixture *f, gconstpointer user)
{
    static const char dump[] = "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1d\n\n"
                               "goroutine 20 [chan send]:\nmain.\x1b[31mred()\n"
                               "\t/src/red.go:7 +0x1\ncreated by main.main in goroutine 1\n";

    (void)user;
    serve(f, DUMP, &(struct http_answer){.body = dump});
    press(f, "3 v");
    expect(f, "goroutine 20 [chan send]:");
    expect(f, "main.\\x1b[31mred()");
    expect(f, "goroutine?debug=2");
    press(f, "/ r e d Enter n n");
    expect_not(f, "no line matches");
    serve(f, DUMP, NULL);
    press(f, "r");
    expect(f, "answered 404");
    press(f, "Escape");
    g_assert_true(ui_top(f->ui) == ui_root_screen(f->ui));
}

/* From a stack the dump opens at its first goroutine, or says that it is gone. */
static void test_dump_at(struct fixture *f, gconstpointer user)
{
    static const char gone[] = "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:5 +0x1d\n";
    g_autoptr(GString) dump = g_string_new(NULL);

    (void)user;
    for (int i = 100; i < 160; i++)
        g_string_append_printf(dump, "goroutine %d [select]:\nmain.a()\n\t/src/a.go:1\n\n", i);
    g_string_append(dump, "goroutine 20 [chan send]:\nmain.here()\n\t/src/a.go:1\n");
    serve(f, DUMP, &(struct http_answer){.body = dump->str});
    press(f, "3 Enter v");
    expect(f, "main.here()");
    expect_not(f, "goroutine 100 ");
    press(f, "Escape");
    serve(f, DUMP, &(struct http_answer){.body = gone});
    press(f, "v");
    expect(f, "goroutine 20 has ended");
}

static void test_parse_seconds(void)
{
    static const struct {
        const char *text;
        int seconds;
    } cases[] = {
        {"30", 30},   {"30s", 30}, {"30 s", 30}, {"2m", 120},   {"10M", 600},
        {"600", 600}, {"0", 0},    {"-3", 0},    {"601", 0},    {"11m", 0},
        {"", 0},      {"m", 0},    {"1.5", 0},   {"30 s x", 0}, {"99999999999999999999", 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *why = NULL;

        g_assert_cmpint(capture_parse_seconds(cases[i].text, &why), ==, cases[i].seconds);
        g_assert_cmpint(why != NULL, ==, cases[i].seconds == 0);
    }
}

#define ADD(name, test) g_test_add("/captures/" name, struct fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("TZ", "UTC", TRUE);
    g_test_add_func("/captures/list", test_list);
    ADD("list-without-page", test_list_without_page);
    g_test_add_func("/captures/no-pprof", test_no_pprof);
    g_test_add_func("/captures/ended", test_ended);
    ADD("fetch", test_fetch);
    ADD("own-profile", test_own_profile);
    ADD("consent", test_consent);
    ADD("leaks", test_leaks);
    ADD("change", test_change);
    ADD("cpu", test_cpu);
    ADD("progress", test_progress);
    ADD("strip", test_strip);
    ADD("background", test_done_in_the_background);
    ADD("interrupt", test_interrupt);
    ADD("freed-meanwhile", test_freed_meanwhile);
    g_test_add_func("/captures/failures", test_failures);
    ADD("dump", test_dump);
    ADD("dump-at", test_dump_at);
    g_test_add_func("/captures/parse-seconds", test_parse_seconds);
    return g_test_run();
}
