#include "probes/capture.h"

#include "probes/bell.h"
#include "probes/http.h"
#include "probes/limits.h"
#include "probes/target.h"
#include "tests/support/http_server.h"
#include "tests/unit/probes/counts.h"

#include <glib.h>
#include <poll.h>
#include <string.h>

#define CPU "/debug/pprof/profile?seconds=1"

static const char heap_text[] = "heap profile: 1: 1024 [2: 2048] @ heap/1048576\n"
                                "1: 1024 [2: 2048] @ 0x1 0x2\n"
                                "#\t0x1\tmain.keep+0x20\t/src/main.go:10\n";
static const char dump_text[] = "goroutine 1 [select]:\n"
                                "main.main()\n"
                                "\t/src/main.go:5 +0x1d\n";

struct fixture {
    struct counts before;
    struct http_server *server;
    struct bell *bell;
    struct target *target;
};

static void set_up(struct fixture *f, gconstpointer user)
{
    (void)user;
    http_client_free(http_client_new());
    f->before = counts_now();
    f->server = http_server_new();
    f->bell = bell_new();
    f->target = target_new(NULL, NULL, http_server_base(f->server), NULL);
}

static void tear_down(struct fixture *f, gconstpointer user)
{
    (void)user;
    target_free(f->target);
    bell_free(f->bell);
    http_server_free(f->server);
    counts_assert_back(f->before);
}

static struct capture *start(struct fixture *f, const char *path, int seconds)
{
    struct capture_request request = {
        .path = path, .seconds = seconds, .bell_fd = bell_ring_end(f->bell)};
    g_autoptr(GError) error = NULL;
    struct capture *capture = capture_start(f->target, &request, &error);

    g_assert_no_error(error);
    return capture;
}

static struct capture_result *wait_for(struct fixture *f, struct capture *capture)
{
    struct pollfd bell = {.fd = bell_fd(f->bell), .events = POLLIN};

    g_assert_cmpint(poll(&bell, 1, 10000), ==, 1);
    bell_clear(f->bell);
    struct capture_result *result = capture_take(capture);

    g_assert_nonnull(result);
    g_assert_null(capture_take(capture));
    return result;
}

static void test_done(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.behaviour = HTTP_CHUNKED, .body = heap_text, .delay_ms = 20};

    (void)user;
    http_server_set(f->server, CPU, &answer);
    struct capture *capture = start(f, "profile", 1);
    double progress = capture_progress(capture);

    g_assert_cmpfloat(progress, >=, 0);
    g_assert_cmpfloat(progress, <, 1);
    struct capture_result *result = wait_for(f, capture);

    g_assert_cmpint(result->outcome, ==, CAPTURE_DONE);
    g_assert_cmpstr(result->error, ==, "");
    g_assert_cmpuint(g_bytes_get_size(result->bytes), ==, strlen(heap_text));
    g_assert_nonnull(result->profile);
    g_assert_null(result->dump);
    g_assert_cmpint(result->latency_us, >=, 20000);
    g_assert_cmpfloat(capture_progress(capture), ==, 1);
    g_assert_cmpuint(capture_received(capture), ==, strlen(heap_text));
    capture_free(capture);
    capture_result_free(result); /* outlives its capture */
    capture_result_free(NULL);
}

static void test_other_paths(struct fixture *f, gconstpointer user)
{
    struct http_answer heap = {.body = heap_text}, dump = {.body = dump_text};
    struct capture *capture;
    struct capture_result *result;

    (void)user;
    http_server_set(f->server, "/debug/pprof/heap?gc=1", &heap);
    http_server_set(f->server, "/debug/pprof/heap?gc=1&seconds=2", &heap);
    http_server_set(f->server, "/debug/pprof/goroutine?debug=2", &dump);
    static const struct {
        const char *path;
        int seconds;
        bool is_dump;
    } cases[] = {{"heap?gc=1", 0, false}, {"heap?gc=1", 2, false}, {"goroutine?debug=2", 0, true}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        capture = start(f, cases[i].path, cases[i].seconds);
        result = wait_for(f, capture);
        g_assert_cmpstr(result->error, ==, "");
        g_assert_cmpint(result->dump != NULL, ==, cases[i].is_dump);
        g_assert_cmpint(result->profile != NULL, ==, !cases[i].is_dump);
        capture_result_free(result);
        capture_free(capture);
    }
}

/* The index page, and a dump whose text is wanted: neither is decoded. */
static void test_raw(struct fixture *f, gconstpointer user)
{
    struct http_answer page = {.body = "<html>\n", .content_type = "text/html"},
                       dump = {.body = dump_text};
    static const char *const paths[] = {"", "goroutine?debug=2"};
    const char *const bodies[] = {page.body, dump.body};

    (void)user;
    http_server_set(f->server, "/debug/pprof/", &page);
    http_server_set(f->server, "/debug/pprof/goroutine?debug=2", &dump);
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        struct capture_request request = {
            .path = paths[i], .bell_fd = bell_ring_end(f->bell), .raw = true};
        struct capture *capture = capture_start(f->target, &request, NULL);
        struct capture_result *result = wait_for(f, capture);

        g_assert_cmpstr(result->error, ==, "");
        g_assert_null(result->profile);
        g_assert_null(result->dump);
        g_autoptr(GBytes) body = g_bytes_new_static(bodies[i], strlen(bodies[i]));

        g_assert_true(g_bytes_equal(result->bytes, body));
        capture_result_free(result);
        capture_free(capture);
    }
}

static void test_failures(struct fixture *f, gconstpointer user)
{
    static const struct {
        struct http_answer answer;
        const char *word;
    } cases[] = {
        {{.status = 500,
          .headers = "X-Go-Pprof: 1\r\n",
          .body = "Could not enable CPU profiling: cpu profiling already in use\n"},
         "another CPU profile of this process is running"},
        {{.status = 404, .headers = "X-Go-Pprof: 1\r\n", .body = "Unknown profile\n"},
         "no such profile"},
        {{.behaviour = HTTP_CUT, .body = heap_text}, "in the middle"},
        {{.body = "hello"}, "is no profile"},
        {{.body = "\x1f\x8b\x08", .n_body = 3}, "is no profile"}, /* half a gzip */
        {{.body = "<html>", .content_type = "text/html"}, "a web page"},
    };

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        http_server_set(f->server, CPU, &cases[i].answer);
        struct capture *capture = start(f, "profile", 1);
        struct capture_result *result = wait_for(f, capture);

        g_test_message("%s", result->error);
        g_assert_cmpint(result->outcome, ==, CAPTURE_FAILED);
        g_assert_nonnull(strstr(result->error, cases[i].word));
        g_assert_null(result->bytes);
        g_assert_null(result->profile);
        capture_result_free(result);
        capture_free(capture);
    }
}

static void test_cancel(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.behaviour = HTTP_HANG};

    (void)user;
    http_server_set(f->server, CPU, &answer);
    struct capture *capture = start(f, "profile", 1);

    g_assert_true(http_server_wait_hits(f->server, CPU, 1));
    g_assert_true(counts_has_thread("probe-capture"));
    g_assert_null(capture_take(capture));
    capture_cancel(capture);
    struct capture_result *result = wait_for(f, capture);

    g_assert_cmpint(result->outcome, ==, CAPTURE_CANCELLED);
    capture_result_free(result);
    capture_free(capture);
    capture = start(f, "profile", 1); /* freed while it runs */
    g_assert_true(http_server_wait_hits(f->server, CPU, 2));
    gint64 begin = g_get_monotonic_time();

    capture_free(capture);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, G_USEC_PER_SEC / 2);
    capture_free(NULL);
}

static void test_nothing_to_ask(struct fixture *f, gconstpointer user)
{
    static const int seconds[] = {-1, PROBES_HTTP_MAX_SECONDS + 1};
    struct target *mute = target_new(NULL, NULL, NULL, "pprof is off");
    struct capture_request request = {.path = "heap", .bell_fd = -1};
    g_autoptr(GError) error = NULL;

    (void)user;
    g_assert_null(capture_start(mute, &request, &error));
    g_assert_cmpstr(error->message, ==, "pprof is off");
    for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
        g_clear_error(&error);
        request.seconds = seconds[i];
        g_assert_null(capture_start(f->target, &request, &error));
        g_assert_nonnull(strstr(error->message, "seconds"));
    }
    target_free(mute);
}

#define ADD(name, test) g_test_add("/capture/" name, struct fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("done", test_done);
    ADD("paths", test_other_paths);
    ADD("raw", test_raw);
    ADD("failures", test_failures);
    ADD("cancel", test_cancel);
    ADD("nothing", test_nothing_to_ask);
    return g_test_run();
}
