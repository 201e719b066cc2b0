/* Captures that report to the main loop, against a scripted server. */

#include "app/target/capture_run.h"

#include "probes/target.h"
#include "tests/support/http_server.h"
#include "tests/unit/probes/counts.h"

#include <string.h>

static const char heap_text[] = "heap profile: 1: 1024 [2: 2048] @ heap/1048576\n"
                                "1: 1024 [2: 2048] @ 0x1 0x2\n"
                                "#\t0x1\tmain.keep+0x20\t/src/main.go:10\n";

struct fixture {
    struct http_server *server;
    struct target *target;
    struct capture_run *run;
    struct capture_result *result;
    bool free_when_done;
};

static void set_up(struct fixture *f, gconstpointer user)
{
    (void)user;
    f->server = http_server_new();
    f->target = target_new(NULL, NULL, http_server_base(f->server), NULL);
}

static void tear_down(struct fixture *f, gconstpointer user)
{
    (void)user;
    capture_run_free(f->run);
    capture_result_free(f->result);
    target_free(f->target);
    http_server_free(f->server);
}

static void on_done(struct capture_result *result, void *user)
{
    struct fixture *f = user;

    g_assert_null(f->result);
    f->result = result;
    if (f->free_when_done)
        g_clear_pointer(&f->run, capture_run_free);
}

static void start(struct fixture *f)
{
    g_autoptr(GError) error = NULL;
    struct capture_request request = {.path = "heap", .bell_fd = -1};

    f->run = capture_run_start(f->target, &request, on_done, f, &error);
    g_assert_no_error(error);
}

static gboolean give_up(gpointer user)
{
    (void)user;
    g_error("the capture never reported");
    return G_SOURCE_REMOVE;
}

static void wait_for_result(struct fixture *f)
{
    guint limit = g_timeout_add_seconds(10, give_up, NULL);

    while (f->result == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(limit);
}

static void test_reports_once(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.body = heap_text};

    (void)user;
    http_server_set(f->server, "/debug/pprof/heap", &answer);
    start(f);
    g_assert_false(capture_run_over(f->run));
    wait_for_result(f);
    g_assert_true(capture_run_over(f->run));
    g_assert_cmpfloat(capture_run_progress(f->run), ==, 1);
    g_assert_cmpuint(capture_run_received(f->run), ==, strlen(heap_text));
    g_assert_cmpint(f->result->outcome, ==, CAPTURE_DONE);
    g_assert_nonnull(f->result->profile);
    while (g_main_context_iteration(NULL, FALSE))
        ; /* a second report would trip over the first */
}

/* What a screen does that ends with its capture. */
static void test_freed_in_its_report(struct fixture *f, gconstpointer user)
{
    (void)user;
    f->free_when_done = true;
    start(f); /* 404 */
    wait_for_result(f);
    g_assert_null(f->run);
    g_assert_cmpint(f->result->outcome, ==, CAPTURE_FAILED);
}

static void test_freed_while_it_runs(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.behaviour = HTTP_HANG};

    (void)user;
    http_server_set(f->server, "/debug/pprof/heap", &answer);
    start(f);
    g_assert_true(http_server_wait_hits(f->server, "/debug/pprof/heap", 1));
    g_clear_pointer(&f->run, capture_run_free);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_null(f->result);
    g_assert_false(counts_has_thread("probe-capture"));
}

static void test_nothing_to_ask(void)
{
    struct target *mute = target_new(NULL, NULL, NULL, "pprof is off");
    struct capture_request request = {.path = "heap", .bell_fd = -1};
    struct counts before = counts_now();
    g_autoptr(GError) error = NULL;

    g_assert_null(capture_run_start(mute, &request, on_done, NULL, &error));
    g_assert_cmpstr(error->message, ==, "pprof is off");
    counts_assert_back(before);
    target_free(mute);
}

#define ADD(name, test)                                                                            \
    g_test_add("/capture-run/" name, struct fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("reports-once", test_reports_once);
    ADD("freed-in-its-report", test_freed_in_its_report);
    ADD("freed-while-it-runs", test_freed_while_it_runs);
    g_test_add_func("/capture-run/nothing-to-ask", test_nothing_to_ask);
    return g_test_run();
}
