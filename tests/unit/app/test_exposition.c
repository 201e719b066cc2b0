#include "app/monitor/exposition.h"
#include "app/monitor/http_head.h"
#include "app/monitor/listen.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- the page --- */

static struct exposed some(pid_t pid, const char *process, const char *project)
{
    struct exposed exposed = {.pid = pid, .process = process, .project = project};

    values_set_unknown(&exposed.values);
    exposed.values.up = true;
    exposed.values.value[METRIC_RSS] = 70385664;
    exposed.values.value[METRIC_CPU] = 2.5;
    exposed.values.value[METRIC_SWAP] = 0;
    exposed.values.value[METRIC_COLLECTIONS] = 17;
    exposed.values.value[METRIC_CPU_TIME] = 12.25;
    for (int i = 0; i < TRIAGE_N_STEPS; i++)
        exposed.verdicts[i] = TRIAGE_UNKNOWN;
    exposed.verdicts[TRIAGE_RSS] = TRIAGE_HEALTHY;
    exposed.verdicts[TRIAGE_FDS] = TRIAGE_BAD;
    exposed.worst = TRIAGE_BAD;
    exposed.probes[PROBE_HEAP] = SAMPLE_STALE;
    exposed.probes[PROBE_THREADS] = SAMPLE_UNSUPPORTED;
    return exposed;
}

static char *page_of(const struct exposed *exposed, size_t n, enum exposition_form form)
{
    struct thresholds thresholds;

    thresholds_init(&thresholds, false);
    return exposition_write(exposed, n, &thresholds, form);
}

static void assert_has(const char *page, const char *part)
{
    if (strstr(page, part) == NULL)
        g_error("no \"%s\" in: %s", part, page);
}

static void assert_lacks(const char *page, const char *part)
{
    if (strstr(page, part) != NULL)
        g_error("\"%s\" in: %s", part, page);
}

static void test_text(void)
{
    struct exposed two[] = {some(1, "sidecar", "shop"), some(2, "sidecar", NULL)};
    g_autofree char *page = page_of(two, 2, EXPOSITION_TEXT);

    assert_has(page,
               "# TYPE sidescope_rss_bytes gauge\n"
               "sidescope_rss_bytes{pid=\"1\",process=\"sidecar\",project=\"shop\"} 70385664\n"
               "sidescope_rss_bytes{pid=\"2\",process=\"sidecar\"} 70385664\n");
    assert_has(page, "sidescope_cpu_percent{pid=\"2\",process=\"sidecar\"} 2.5\n");
    assert_has(page, "# TYPE sidescope_collections_total counter\n");
    assert_has(page, "sidescope_cpu_time_seconds_total{pid=\"2\",process=\"sidecar\"} 12.25\n");
    assert_has(page, "sidescope_up{pid=\"2\",process=\"sidecar\"} 1\n");
    assert_has(page, "sidescope_verdict{pid=\"2\",process=\"sidecar\",step=\"fds\"} 2\n");
    assert_has(page, "sidescope_verdict_worst{pid=\"2\",process=\"sidecar\"} 2\n");
    assert_has(page, "sidescope_probe_ok{pid=\"2\",process=\"sidecar\",probe=\"heap\"} 0\n");
    assert_has(page, "sidescope_threshold{key=\"fds-focus\",unit=\"descriptors\"} 200\n");
    assert_lacks(page, "# EOF");
    g_assert_true(g_str_has_suffix(page, "\n"));
}

/* Unknown is absent and 0 is 0; nothing that is not known is healthy. */
static void test_unknown(void)
{
    struct exposed one = some(1, "sidecar", NULL);
    g_autofree char *page = page_of(&one, 1, EXPOSITION_TEXT);

    assert_has(page, "sidescope_swap_bytes{pid=\"1\",process=\"sidecar\"} 0\n");
    assert_lacks(page, "sidescope_goroutines");
    assert_lacks(page, "nan");
    assert_lacks(page, "NaN");
    assert_lacks(page, "step=\"heap\"");
    assert_lacks(page, "probe=\"threads\"");
    one.worst = TRIAGE_UNKNOWN;
    one.verdicts[TRIAGE_FDS] = TRIAGE_UNKNOWN;
    one.verdicts[TRIAGE_RSS] = TRIAGE_UNKNOWN;
    g_autofree char *unjudged = page_of(&one, 1, EXPOSITION_TEXT);

    assert_lacks(unjudged, "sidescope_verdict{");
    assert_lacks(unjudged, "sidescope_verdict_worst{");
}

static void test_openmetrics(void)
{
    struct exposed one = some(1, "sidecar", NULL);
    g_autofree char *page = page_of(&one, 1, EXPOSITION_OPENMETRICS);

    assert_has(page, "# TYPE sidescope_cpu_time_seconds counter\n"
                     "# UNIT sidescope_cpu_time_seconds seconds\n"
                     "sidescope_cpu_time_seconds_total{pid=\"1\",process=\"sidecar\"} 12.25\n");
    assert_has(page, "# UNIT sidescope_rss_bytes bytes\n");
    g_assert_true(g_str_has_suffix(page, "\n# EOF\n"));
}

static void test_labels(void)
{
    struct exposed one = some(0, "a\"b\\c\nd\xff", NULL);
    g_autofree char *page = page_of(&one, 1, EXPOSITION_TEXT);

    assert_has(page, "sidescope_up{process=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 1\n");
    g_assert_true(g_utf8_validate(page, -1, NULL));
}

/* --- requests --- */

static void test_heads(void)
{
    static const struct {
        const char *bytes;
        enum http_head_state state;
        struct http_head head;
    } cases[] = {
        {"GET /metrics HTTP/1.1\r\n\r\n", HTTP_HEAD_OK, {.is_get = true, .is_metrics = true}},
        {"GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n",
         HTTP_HEAD_OK,
         {.is_get = true, .is_metrics = true}},
        {"HEAD / HTTP/1.0\r\n\r\n", HTTP_HEAD_OK, {.is_head = true, .is_root = true}},
        {"PUT /metricsx HTTP/1.1\r\n\r\n", HTTP_HEAD_OK, {0}},
        {"GET /metrics HTTP/1.1\r\naccept: application/openmetrics-text;version=1.0.0,"
         "text/plain;q=0.5\r\n\r\n",
         HTTP_HEAD_OK,
         {.is_get = true, .is_metrics = true, .openmetrics = true}},
        {"GET /metrics HTTP/1.1\r\nAccept: ,,;,application/openmetrics-text,\r\n\r\n",
         HTTP_HEAD_OK,
         {.is_get = true, .is_metrics = true, .openmetrics = true}},
        {"GET /metrics HTTP/1.1\r\nAccept: text/plain, application/openmetrics-text; q=0\r\n\r\n",
         HTTP_HEAD_OK,
         {.is_get = true, .is_metrics = true}},
        {"", HTTP_HEAD_INCOMPLETE, {0}},
        {"GET /metrics HTTP/1.1\r\nHost", HTTP_HEAD_INCOMPLETE, {0}},
        {"GET /metrics\r\n\r\n", HTTP_HEAD_BAD, {0}},
        {"GET /metrics HTTP/2\r\n\r\n", HTTP_HEAD_BAD, {0}},
        {"GET http://x/metrics HTTP/1.1\r\n\r\n", HTTP_HEAD_BAD, {0}},
        {"\r\n\r\n", HTTP_HEAD_BAD, {0}},
        {" / HTTP/1.1\r\n\r\n", HTTP_HEAD_BAD, {0}},
        {"GET / a HTTP/1.1\r\n\r\n", HTTP_HEAD_BAD, {0}},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct http_head head;

        g_test_message("%s", cases[i].bytes);
        g_assert_cmpint((int)http_head_parse(cases[i].bytes, strlen(cases[i].bytes), &head), ==,
                        (int)cases[i].state);
        if (cases[i].state == HTTP_HEAD_OK)
            g_assert_cmpint(memcmp(&head, &cases[i].head, sizeof head), ==, 0);
    }
    struct http_head head;
    g_autofree char *endless = g_strnfill(HTTP_HEAD_MAX_BYTES, 'a');

    g_assert_cmpint((int)http_head_parse(endless, HTTP_HEAD_MAX_BYTES, &head), ==,
                    HTTP_HEAD_TOO_LARGE);
    g_assert_cmpint((int)http_head_parse("GET /\0x HTTP/1.1\r\n\r\n", 20, &head), ==,
                    HTTP_HEAD_BAD);
}

/* --- the server --- */

static char *on_page(bool openmetrics, void *user)
{
    guint *asked = user;

    (*asked)++;
    return g_strdup(openmetrics ? "open\n" : "plain\n");
}

static int connect_to(const struct listen *listen)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *port = strrchr(listen_url(listen), ':') + 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    address.sin_port = htons((guint16)g_ascii_strtoull(port, NULL, 10));
    (void)connect(fd, (struct sockaddr *)&address, sizeof address);
    return fd;
}

static void turn_loop(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_usleep(1000);
}

/* Everything the server says, up to its end of the connection or five seconds. */
static char *read_all(int fd)
{
    GString *text = g_string_new(NULL);
    gint64 end_us = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    char bytes[1024];
    ssize_t n = -1;

    while (n != 0 && g_get_monotonic_time() < end_us) {
        turn_loop();
        n = recv(fd, bytes, sizeof bytes, 0);
        if (n > 0)
            g_string_append_len(text, bytes, n);
    }
    close(fd);
    return g_string_free(text, FALSE);
}

static char *ask(const struct listen *listen, const char *request)
{
    int fd = connect_to(listen);

    turn_loop();
    for (const char *p = request; *p != '\0'; p++) { /* a slow client */
        while (send(fd, p, 1, MSG_NOSIGNAL) != 1)
            turn_loop();
        if (p - request < 40)
            turn_loop();
    }
    return read_all(fd);
}

static void test_serves(void)
{
    static const struct {
        const char *request, *status, *end;
    } cases[] = {
        {"GET /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", "\r\n\r\nplain\n"},
        {"GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text\r\n\r\n",
         "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text", "\r\n\r\nopen\n"},
        {"HEAD /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n", "\r\n\r\n"},
        {"GET /other HTTP/1.1\r\n\r\n", "HTTP/1.1 404 ", "\n"},
        {"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 405 ", "\n"},
        {"\026\003\001\r\n\r\n", "HTTP/1.1 400 ", "\n"},
    };
    guint asked = 0;
    g_autoptr(GError) error = NULL;
    struct listen *listen = listen_new("0", on_page, &asked, &error);

    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(listen_url(listen), "http://127.0.0.1:"));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = ask(listen, cases[i].request);

        g_test_message("%s", answer);
        g_assert_true(g_str_has_prefix(answer, cases[i].status));
        g_assert_true(g_str_has_suffix(answer, cases[i].end));
        assert_has(answer, "Connection: close\r\n");
    }
    g_assert_cmpuint(asked, ==, 3);
    listen_free(listen);
}

/* Clients that say nothing take all places; nobody else waits for more than the next turn, and
 * when they are gone there is room again. */
static void test_crowd(void)
{
    enum { MANY = 40 };
    guint asked = 0;
    struct listen *listen = listen_new(":0", on_page, &asked, NULL);
    int silent[MANY];

    for (int i = 0; i < MANY; i++) {
        silent[i] = connect_to(listen);
        turn_loop();
    }
    int fd = connect_to(listen);
    g_autofree char *nothing = read_all(fd);

    g_assert_cmpstr(nothing, ==, "");
    for (int i = 0; i < MANY; i++)
        close(silent[i]);
    for (int i = 0; i < 20; i++)
        turn_loop();
    g_autofree char *answer = ask(listen, "GET /metrics HTTP/1.1\r\n\r\n");

    g_assert_true(g_str_has_suffix(answer, "plain\n"));
    listen_free(listen);
}

static void test_endless_head(void)
{
    guint asked = 0;
    struct listen *listen = listen_new("localhost:0", on_page, &asked, NULL);
    g_autofree char *much = g_strnfill(2 * HTTP_HEAD_MAX_BYTES, 'x');
    g_autofree char *answer = ask(listen, much);

    g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 431 "));
    listen_free(listen);
}

static void test_addresses(void)
{
    static const char *const bad[] = {"", "x", "99999", "-1", "example.org:80", "[::1", "1.2.3:4"};
    guint asked = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_test_message("%s", bad[i]);
        g_assert_null(listen_new(bad[i], on_page, &asked, &error));
        g_assert_nonnull(error);
    }
    struct listen *first = listen_new("127.0.0.1:0", on_page, &asked, NULL);
    g_autofree char *taken = g_strdup(strstr(listen_url(first), "127"));
    g_autoptr(GError) error = NULL;

    *strchr(taken, '/') = '\0';
    g_assert_null(listen_new(taken, on_page, &asked, &error));
    g_assert_nonnull(strstr(error->message, "nothing can be served at"));
    listen_free(first);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/exposition/text", test_text);
    g_test_add_func("/exposition/unknown", test_unknown);
    g_test_add_func("/exposition/openmetrics", test_openmetrics);
    g_test_add_func("/exposition/labels", test_labels);
    g_test_add_func("/http-head", test_heads);
    g_test_add_func("/listen/serves", test_serves);
    g_test_add_func("/listen/crowd", test_crowd);
    g_test_add_func("/listen/endless-head", test_endless_head);
    g_test_add_func("/listen/addresses", test_addresses);
    return g_test_run();
}
