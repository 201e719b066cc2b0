#include "probes/http.h"
#include "probes/http_text.h"
#include "probes/pprof_index.h"
#include "probes/threads.h"
#include "tests/support/http_server.h"
#include "tests/unit/probes/counts.h"

#include <glib.h>
#include <string.h>

#define PATH "/debug/pprof/heap?debug=1"
#define TEXT "heap profile: 0: 0 [0: 0] @ heap/1048576\n"

struct fixture {
    struct counts before;
    struct http_server *server;
    struct http_client *client;
    char *url;
};

static void set_up(struct fixture *f, gconstpointer user)
{
    (void)user;
    /* whatever libraries keep for good is open before the count */
    http_client_free(http_client_new());
    f->before = counts_now();
    f->server = http_server_new();
    f->client = http_client_new();
    f->url = g_strconcat(http_server_base(f->server), "/heap?debug=1", NULL);
}

static void tear_down(struct fixture *f, gconstpointer user)
{
    (void)user;
    http_client_free(f->client);
    http_server_free(f->server);
    g_free(f->url);
    counts_assert_back(f->before);
}

static bool get(struct fixture *f, struct http_response *ret, GError **error)
{
    struct http_request request = {
        .url = f->url, .timeout_ms = 400, .idle_ms = 150, .max_bytes = 1 << 20};

    return http_get(f->client, &request, ret, error);
}

/* Expects failure with code, each of words (NULL-terminated) in its sentence. */
static void assert_fails(struct fixture *f, enum http_error code, const char *const *words)
{
    struct http_response response;
    g_autoptr(GError) error = NULL;

    g_assert_false(get(f, &response, &error));
    g_test_message("%s", error->message);
    g_assert_error(error, HTTP_ERROR, (int)code);
    g_assert_null(response.body);
    for (size_t i = 0; words[i] != NULL; i++)
        if (strstr(error->message, words[i]) == NULL)
            g_error("no \"%s\" in: %s", words[i], error->message);
    http_response_clear(&response);
}

#define FAILS(f, code, ...) assert_fails(f, code, (const char *const[]){__VA_ARGS__, NULL})

/* --- answers --- */

static void test_whole_answers(struct fixture *f, gconstpointer user)
{
    static const enum http_behaviour ways[] = {HTTP_PLAIN, HTTP_CHUNKED, HTTP_CLOSED_END,
                                               HTTP_TRICKLE};
    struct http_response response;
    g_autoptr(GError) error = NULL;

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        struct http_answer answer = {
            .behaviour = ways[i], .body = TEXT, .content_type = "text/plain; charset=utf-8"};

        http_server_set(f->server, PATH, &answer);
        bool ok = get(f, &response, &error);

        g_assert_no_error(error);
        g_assert_true(ok);
        g_assert_cmpint(response.status, ==, 200);
        g_assert_cmpuint(response.body->len, ==, strlen(TEXT));
        g_assert_cmpstr((const char *)response.body->data, ==, TEXT); /* a NUL follows */
        g_assert_cmpstr(response.content_type, ==, "text/plain; charset=utf-8");
        g_assert_false(response.is_pprof_error);
        g_assert_cmpint(response.latency_us, >, 0);
        http_response_clear(&response);
    }
}

static void test_empty_body_is_an_answer(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.body = ""};
    struct http_response response;

    (void)user;
    http_server_set(f->server, PATH, &answer);
    g_assert_true(get(f, &response, NULL));
    g_assert_cmpuint(response.body->len, ==, 0);
    g_assert_cmpstr((const char *)response.body->data, ==, "");
    http_response_clear(&response);
}

/* Half a gzip is for the decoder to refuse: HTTP saw a whole answer. */
static void test_gzip_is_content(struct fixture *f, gconstpointer user)
{
    static const char half[] = "\x1f\x8b\x08\0\0\0\0\0\x04\xff\x12";
    struct http_answer answer = {.body = half, .n_body = sizeof half - 1};
    struct http_response response;

    (void)user;
    http_server_set(f->server, PATH, &answer);
    g_assert_true(get(f, &response, NULL));
    g_assert_cmpuint(response.body->len, ==, sizeof half - 1);
    g_assert_true(memcmp(response.body->data, half, sizeof half - 1) == 0);
    http_response_clear(&response);
}

static void test_one_connection_is_kept(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.behaviour = HTTP_CHUNKED, .body = TEXT};
    struct http_response response;

    (void)user;
    http_server_set(f->server, PATH, &answer);
    for (int i = 0; i < 20; i++) {
        g_assert_true(get(f, &response, NULL));
        http_response_clear(&response);
    }
    g_assert_cmpuint(http_server_hits(f->server, PATH), ==, 20);
    g_assert_cmpuint(http_server_connections(f->server), ==, 1);
}

/* --- failures on the way --- */

static void play(struct fixture *f, enum http_behaviour behaviour, const char *body)
{
    struct http_answer answer = {.behaviour = behaviour, .body = body};

    http_server_set(f->server, PATH, &answer);
}

static void test_hangs(struct fixture *f, gconstpointer user)
{
    (void)user;
    play(f, HTTP_HANG, TEXT);
    FAILS(f, HTTP_ERROR_TIMEOUT, "did not answer within 1 s", "heap?debug=1");
    play(f, HTTP_HANG_IN_BODY, TEXT);
    FAILS(f, HTTP_ERROR_TIMEOUT, "stopped after 20 bytes", "nothing more came");
}

static void test_trickle_is_ended_by_the_whole_time(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.behaviour = HTTP_TRICKLE, .body = TEXT TEXT, .delay_ms = 30};

    (void)user;
    http_server_set(f->server, PATH, &answer);
    FAILS(f, HTTP_ERROR_TIMEOUT, "not complete after 1 s", "bytes");
}

static void test_delay_within_the_time_is_fine(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.body = TEXT,
                                 .delay_ms = 200}; /* longer than an idle body may be */
    struct http_response response;

    (void)user;
    http_server_set(f->server, PATH, &answer);
    g_assert_true(get(f, &response, NULL));
    g_assert_cmpint(response.latency_us, >=, 200000);
    http_response_clear(&response);
}

static void test_closes(struct fixture *f, gconstpointer user)
{
    (void)user;
    play(f, HTTP_NO_ANSWER, "");
    FAILS(f, HTTP_ERROR_CLOSED, "without an answer");
    play(f, HTTP_CUT, TEXT);
    FAILS(f, HTTP_ERROR_CLOSED, "in the middle", "20 bytes");
}

static void test_garbage(struct fixture *f, gconstpointer user)
{
    (void)user;
    play(f, HTTP_GARBAGE, "SSH-2.0-OpenSSH_9.2\r\n");
    FAILS(f, HTTP_ERROR_CONTENT, "does not speak HTTP", "127.0.0.1:");
}

static void test_nobody_listens(struct fixture *f, gconstpointer user)
{
    (void)user;
    http_server_go_down(f->server);
    FAILS(f, HTTP_ERROR_CONNECT, "connection refused", "127.0.0.1:");
}

static void test_addresses(struct fixture *f, gconstpointer user)
{
    static const char *const urls[] = {
        "file:///etc/passwd", "ftp://127.0.0.1/x", "localhost:1", "", "http://",
        "http://[::1",        "gopher://127.0.0.1"};

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
        struct http_request request = {.url = urls[i]};
        struct http_response response;
        g_autoptr(GError) error = NULL;

        g_assert_false(http_get(f->client, &request, &response, &error));
        g_assert_error(error, HTTP_ERROR, HTTP_ERROR_URL);
    }
}

/* The body of two gigabytes: given up at the cap, and the memory with it. */
static void test_endless_body_is_cut_off(struct fixture *f, gconstpointer user)
{
    g_autofree char *block = g_strnfill(1 << 16, 'x');
    struct http_answer announced = {.body = TEXT, .announced = (size_t)2 << 30};

    (void)user;
    play(f, HTTP_ENDLESS, block);
    FAILS(f, HTTP_ERROR_TOO_LARGE, "larger than 1.0", "given up");
    http_client_free(g_steal_pointer(&f->client));
    f->client = http_client_new();
    g_assert_cmpuint(http_server_endless_bytes(f->server), <, 1 << 24);
    http_server_set(f->server, PATH, &announced);
    FAILS(f, HTTP_ERROR_TOO_LARGE, "larger than 1.0");
}

static void test_endless_headers_are_cut_off(struct fixture *f, gconstpointer user)
{
    (void)user;
    play(f, HTTP_ENDLESS_HEAD, "X-More: and more and more and more and more and more\r\n");
    FAILS(f, HTTP_ERROR_CONTENT, "does not speak HTTP");
    http_client_free(g_steal_pointer(&f->client));
    f->client = http_client_new();
    g_assert_cmpuint(http_server_endless_bytes(f->server), <, 1 << 24);
}

/* --- refusals --- */

static void test_statuses(struct fixture *f, gconstpointer user)
{
    static const char mark[] = "X-Go-Pprof: 1\r\n";
    static const struct {
        int status;
        const char *headers, *body;
        enum http_error code;
        const char *word, *other;
    } cases[] = {
        {404, mark, "Unknown profile\n", HTTP_ERROR_STATUS, "no such profile", "heap?debug=1"},
        {404, NULL, "404 page not found\n", HTTP_ERROR_STATUS, "not at this path", "404"},
        {500, mark, "Could not enable CPU profiling: cpu profiling already in use\n",
         HTTP_ERROR_STATUS, "another CPU profile", "try again"},
        {400, mark, "profile duration exceeds server's WriteTimeout\n", HTTP_ERROR_STATUS,
         "WriteTimeout", "fewer"},
        {500, mark, "failed to collect profile\n", HTTP_ERROR_STATUS, "pprof refused", "collect"},
        {500, NULL, "boom\033[31m\nsecond line", HTTP_ERROR_STATUS, "500", "\"boom [31m\""},
        {401, NULL, "", HTTP_ERROR_DENIED, "who you are", "401"},
        {403, NULL, "<html>no</html>", HTTP_ERROR_DENIED, "403", "<html>"},
        {405, NULL, "Method Not Allowed\n", HTTP_ERROR_STATUS, "405", "forbids"},
        {503, NULL, "", HTTP_ERROR_STATUS, "503", "overloaded"},
        {302, "Location: /login\r\n", "", HTTP_ERROR_STATUS, "/login", "not followed"},
    };

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct http_answer answer = {.status = cases[i].status,
                                     .headers = cases[i].headers,
                                     .body = cases[i].body,
                                     .content_type = "text/plain; charset=utf-8"};
        struct http_response response;

        http_server_set(f->server, PATH, &answer);
        FAILS(f, cases[i].code, cases[i].word, cases[i].other);
        g_assert_false(get(f, &response, NULL));
        g_assert_cmpint(response.status, ==, cases[i].status);
        g_assert_cmpint(response.is_pprof_error, ==, cases[i].headers == mark);
    }
    g_assert_cmpuint(http_server_hits(f->server, "/login"), ==, 0);
}

static void test_pages_are_no_profiles(struct fixture *f, gconstpointer user)
{
    static const struct {
        const char *type, *body, *kind, *line;
    } cases[] = {
        {"text/html; charset=utf-8", "\n<!doctype html>\n<title>Log in</title>", "a web page",
         "\"<!doctype html>\""},
        {"text/plain", "<html>", "a web page", "<html>"},
        {"application/json", "[]", "JSON", "[]"},
        {"text/plain", "{\"error\":\"\x1b]0;x\x07 \xff\"}", "JSON", "error"},
    };

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct http_answer answer = {.body = cases[i].body, .content_type = cases[i].type};

        http_server_set(f->server, PATH, &answer);
        FAILS(f, HTTP_ERROR_CONTENT, cases[i].kind, cases[i].line);
    }
}

static void test_the_index_is_a_page(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.body = "<html>", .content_type = "text/html"};
    struct http_response response;

    (void)user;
    http_server_set(f->server, "/debug/pprof/", &answer);
    g_free(f->url);
    f->url = g_strconcat(http_server_base(f->server), "/", NULL);
    g_assert_true(get(f, &response, NULL));
    http_response_clear(&response);
}

/* --- cancelling --- */

static void *get_for_long(void *user)
{
    struct fixture *f = user;
    struct http_request request = {.url = f->url, .timeout_ms = 60000};
    struct http_response response;
    g_autoptr(GError) error = NULL;

    g_assert_false(http_get(f->client, &request, &response, &error));
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_CANCELLED);
    return NULL;
}

static void cancel_while(struct fixture *f, enum http_behaviour behaviour)
{
    unsigned hits = http_server_hits(f->server, PATH);
    pthread_t thread;

    play(f, behaviour, TEXT);
    g_assert_true(thread_start(&thread, "getter", get_for_long, f));
    g_assert_true(http_server_wait_hits(f->server, PATH, hits + 1));
    gint64 begin = g_get_monotonic_time();

    http_cancel(f->client);
    pthread_join(thread, NULL);
    g_test_message("cancelled in %" G_GINT64_FORMAT " us", g_get_monotonic_time() - begin);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, G_USEC_PER_SEC);
    http_uncancel(f->client);
}

static void test_cancel(struct fixture *f, gconstpointer user)
{
    struct http_response response;
    g_autoptr(GError) error = NULL;

    (void)user;
    cancel_while(f, HTTP_HANG);
    cancel_while(f, HTTP_HANG_IN_BODY);
    play(f, HTTP_PLAIN, TEXT);
    http_cancel(f->client); /* before the request: it does not even begin */
    unsigned hits = http_server_hits(f->server, PATH);

    g_assert_false(get(f, &response, &error));
    g_assert_error(error, HTTP_ERROR, HTTP_ERROR_CANCELLED);
    g_assert_cmpuint(http_server_hits(f->server, PATH), ==, hits);
    http_uncancel(f->client);
    g_assert_true(get(f, &response, NULL));
    http_response_clear(&response);
}

static void count_progress(size_t bytes, void *user)
{
    size_t *most = user;

    g_assert_cmpuint(bytes, >=, *most);
    *most = bytes;
}

static void test_progress(struct fixture *f, gconstpointer user)
{
    size_t most = 0;
    struct http_request request = {
        .url = f->url, .progress = count_progress, .progress_user = &most};
    struct http_response response;

    (void)user;
    play(f, HTTP_CHUNKED, TEXT);
    g_assert_true(http_get(f->client, &request, &response, NULL));
    g_assert_cmpuint(most, ==, strlen(TEXT));
    http_response_clear(&response);
}

/* --- texts and the index page --- */

static void test_hosts(void)
{
    static const struct {
        const char *url, *host;
    } cases[] = {
        {"http://127.0.0.1:6060/debug/pprof", "127.0.0.1:6060"},
        {"http://user:secret@host:1/x", "host:1"},
        {"https://[::1]:6060", "[::1]:6060"},
        {"nothing", "nothing"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *host = http_text_host(cases[i].url);

        g_assert_cmpstr(host, ==, cases[i].host);
    }
}

static void test_index_rows(void)
{
    static const char html[] =
        "<table>\n<tr><td>7</td><td><a href='allocs?debug=1'>allocs</a></td></tr>\n"
        "<tr><td>29</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>\n"
        "<tr><td>3</td><td><a href='goroutineleak?debug=1'>goroutineleak</a></td></tr>\n"
        "<tr><td>99999999999999999999</td><td><a href='heap?debug=1'>heap</a></td></tr>\n"
        "<tr><td></td><td><a href='mutex?debug=1'>mutex</a></td></tr>\n"
        "<tr><td>11</td><td><a href='threadcreate?debug=1'>threadcreate</a></td></tr>\n";
    int64_t count = 0;

    g_assert_true(pprof_index_count(html, strlen(html), "goroutine", &count));
    g_assert_cmpint(count, ==, 29);
    g_assert_true(pprof_index_count(html, strlen(html), "threadcreate", &count));
    g_assert_cmpint(count, ==, 11);
    g_assert_false(pprof_index_count(html, strlen(html), "heap", &count));
    g_assert_false(pprof_index_count(html, strlen(html), "mutex", &count));
    g_assert_false(pprof_index_count(html, strlen(html), "block", &count));
    for (size_t n = 0; n < strlen(html); n++) { /* cut anywhere: no read past the end */
        g_autofree char *cut = g_memdup2(html, MAX(n, 1));

        pprof_index_count(cut, n, "threadcreate", &count);
    }
}

static void test_index_names(void)
{
    static const char html[] =
        "<tr><td>2</td><td><a href='a%26b%2Fc?debug=1'>a&amp;b/c &lt;&#34;&#39;&gt; &amp;lt;"
        "</a></td></tr>\n"
        "<tr><td>4</td><td><a href='x?debug=1'></a></td></tr>\n"
        "<tr><td>5</td><td><a href='x'\n>half";
    g_autoptr(GArray) rows = pprof_index_rows(html, strlen(html));
    g_autofree char *path = pprof_index_path("my/pool ?a=b#%");

    g_assert_cmpuint(rows->len, ==, 1);
    g_assert_cmpstr(g_array_index(rows, struct pprof_index_row, 0).name, ==, "a&b/c <\"'> &lt;");
    g_assert_cmpint(g_array_index(rows, struct pprof_index_row, 0).count, ==, 2);
    g_assert_cmpstr(path, ==, "my/pool%20%3Fa%3Db%23%25");
}

/* A page of any length gives no more rows than the cap. */
static void test_index_cap(void)
{
    g_autoptr(GString) html = g_string_new(NULL);

    for (int i = 0; i < PPROF_INDEX_MAX_ROWS + 10; i++)
        g_string_append_printf(html, "<tr><td>%d</td><td><a href='p%d?debug=1'>p%d</a></td></tr>\n",
                               i, i, i);
    g_autoptr(GArray) rows = pprof_index_rows(html->str, html->len);

    g_assert_cmpuint(rows->len, ==, PPROF_INDEX_MAX_ROWS);
}

/* The page of a Go 1.19 server, as recorded. */
static void test_index_recorded(void)
{
    static const char *const names[] = {"allocs", "block",   "cmdline",      "goroutine", "heap",
                                        "mutex",  "profile", "threadcreate", "trace"};
    g_autofree char *html = NULL;
    gsize n;

    if (!g_file_get_contents(SIDESCOPE_SAMPLES_DIR "/pprof/index.html", &html, &n, NULL)) {
        g_test_skip("the samples are not here");
        return;
    }
    g_autoptr(GArray) rows = pprof_index_rows(html, n);

    g_assert_cmpuint(rows->len, ==, G_N_ELEMENTS(names));
    for (guint i = 0; i < rows->len; i++)
        g_assert_cmpstr(g_array_index(rows, struct pprof_index_row, i).name, ==, names[i]);
}

#define ADD(name, test) g_test_add("/http/" name, struct fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/hosts", test_hosts);
    g_test_add_func("/pprof-index/rows", test_index_rows);
    g_test_add_func("/pprof-index/names", test_index_names);
    g_test_add_func("/pprof-index/cap", test_index_cap);
    g_test_add_func("/pprof-index/recorded", test_index_recorded);
    ADD("whole", test_whole_answers);
    ADD("empty", test_empty_body_is_an_answer);
    ADD("gzip", test_gzip_is_content);
    ADD("keep-alive", test_one_connection_is_kept);
    ADD("hangs", test_hangs);
    ADD("trickle", test_trickle_is_ended_by_the_whole_time);
    ADD("delay", test_delay_within_the_time_is_fine);
    ADD("closes", test_closes);
    ADD("garbage", test_garbage);
    ADD("refused", test_nobody_listens);
    ADD("addresses", test_addresses);
    ADD("endless", test_endless_body_is_cut_off);
    ADD("endless-head", test_endless_headers_are_cut_off);
    ADD("statuses", test_statuses);
    ADD("pages", test_pages_are_no_profiles);
    ADD("index", test_the_index_is_a_page);
    ADD("cancel", test_cancel);
    ADD("progress", test_progress);
    return g_test_run();
}
