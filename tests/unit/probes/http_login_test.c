/* Names, passwords and headers for servers that were typed: sent to them, to nobody else, and shown
 * nowhere. */

#include "probes/find.h"
#include "probes/http.h"
#include "probes/http_login.h"
#include "tests/support/remove.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET "s3cret word"
#define TYPED_SECRET "s3cret%20word"

/* --- a server that answers once and remembers what it was asked --- */

struct once {
    int socket, port;
    pthread_t thread;
    char request[4096];
};

static int listen_somewhere(int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    g_assert_cmpint(bind(fd, (const struct sockaddr *)&at, n), ==, 0);
    g_assert_cmpint(listen(fd, 1), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&at, &n), ==, 0);
    *ret_port = ntohs(at.sin_port);
    return fd;
}

static void *answer_once(void *user)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                 "Content-Length: 2\r\nConnection: close\r\n\r\nok";
    struct once *once = user;
    int fd = accept(once->socket, NULL, NULL);
    size_t n = 0;

    while (fd >= 0 && strstr(once->request, "\r\n\r\n") == NULL && n < sizeof once->request - 1) {
        ssize_t got = read(fd, once->request + n, sizeof once->request - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    g_assert_cmpint(write(fd, answer, sizeof answer - 1), ==, sizeof answer - 1);
    close(fd);
    return NULL;
}

static void start(struct once *once)
{
    *once = (struct once){0};
    once->socket = listen_somewhere(&once->port);
    g_assert_cmpint(pthread_create(&once->thread, NULL, answer_once, once), ==, 0);
}

/* What url's server was asked; url as it came out of the parser. */
static void ask(struct once *once, const char *url)
{
    struct http_client *client = http_client_new();
    struct http_request request = {.url = url};
    struct http_response response;
    g_autoptr(GError) error = NULL;

    g_assert_true(http_get(client, &request, &response, &error));
    g_assert_no_error(error);
    http_response_clear(&response);
    http_client_free(client);
    pthread_join(once->thread, NULL);
    close(once->socket);
}

static char *parsed(const char *text)
{
    struct target_query query;
    g_autoptr(GError) error = NULL;

    target_query_parse(text, &query, &error);
    g_assert_no_error(error);
    g_assert_cmpint(query.kind, ==, TARGET_QUERY_URL);
    g_assert_null(strstr(query.url, "s3cret"));
    char *url = g_steal_pointer(&query.url);

    target_query_clear(&query);
    return url;
}

/* --- tests --- */

static void test_password(void)
{
    static const char *const forms[] = {"http://joe:" TYPED_SECRET "@127.0.0.1:%d/debug/pprof",
                                        "joe:" TYPED_SECRET "@127.0.0.1:%d",
                                        " joe:" TYPED_SECRET "@127.0.0.1:%d/debug/pprof"};
    g_autofree char *encoded =
        g_base64_encode((const guchar *)"joe:" SECRET, strlen("joe:" SECRET));

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        struct once once;

        start(&once);
        g_autofree char *text = g_strdup_printf(forms[i], once.port);
        g_autofree char *url = parsed(text);

        ask(&once, url);
        g_assert_nonnull(strstr(once.request, encoded));
        http_login_forget();
    }
}

static void test_headers(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-login-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "headers", NULL);
    g_autoptr(GError) error = NULL;
    struct once once;

    g_assert_true(
        g_file_set_contents(path, "Authorization: Bearer s3cret\n\nX-Team: a b\r\n", -1, NULL));
    g_assert_true(http_login_read_headers(path, &error));
    start(&once);
    g_autofree char *text = g_strdup_printf("http://127.0.0.1:%d", once.port);

    ask(&once, text); /* found, not typed */
    g_assert_null(strstr(once.request, "s3cret"));
    start(&once);
    g_autofree char *typed = g_strdup_printf("http://127.0.0.1:%d", once.port);
    g_autofree char *url = parsed(typed);

    ask(&once, url);
    g_assert_nonnull(strstr(once.request, "\r\nAuthorization: Bearer s3cret\r\n"));
    g_assert_nonnull(strstr(once.request, "\r\nX-Team: a b\r\n"));
    http_login_forget();
    remove_tree(dir);
}

static void test_bad_headers(void)
{
    static const char *const texts[] = {"s3cret\n", "A: b\nx y: s3cret\n", ": s3cret\n"};
    g_autofree char *dir = g_dir_make_tmp("sidescope-login-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "headers", NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_true(g_file_set_contents(path, texts[i], -1, NULL));
        g_assert_false(http_login_read_headers(path, &error));
        g_assert_null(strstr(error->message, "s3cret"));
    }
    g_assert_false(http_login_read_headers("/", NULL));
    g_assert_false(http_login_read_headers("/nonexistent", NULL));
    remove_tree(dir);
}

/* Unescaped slashes in it are part of it; what is no login stays. */
static void test_words(void)
{
    static const struct {
        const char *word, *plain;
    } cases[] = {
        {"http://joe:a/b/s3cret@h:1/debug/pprof", "http://h:1/debug/pprof"},
        {"joe:a/s3cret@h:1", "http://h:1"},
        {"http://joe:s3@cret@h:1/x", "http://h:1/x"},
        {"http://h:1/x@y", "http://h:1/x@y"},
        {"http://[::1]:6060/x@y", "http://[::1]:6060/x@y"},
        {"h:1/x@y", "http://h:1/x@y"},
        {" sidecar ", "sidecar"},
        {"/tmp/a:b@c", "/tmp/a:b@c"},
        {"4182", "4182"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *plain = http_login_take_word(cases[i].word);

        g_assert_cmpstr(plain, ==, cases[i].plain);
    }
    http_login_forget();
}

/* What cannot be asked is told without the password. */
static void test_sentences(void)
{
    static const char *const texts[] = {
        "http://joe:s3cret@host:99999/", "ftp://joe:s3cret@host/",
        "https://joe:s3cret@",           "joe:s3cret@host:1x",
        "http://joe:s3cret@ho st/",      "http://joe:s3cret@::1:8",
        "http://joe:s3cret/x@::1:8",     "joe:x/s3cret@host:1x",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct target_query query;
        g_autoptr(GError) error = NULL;

        g_assert_false(target_query_parse(texts[i], &query, &error));
        g_test_message("%s", error->message);
        g_assert_null(strstr(error->message, "s3cret"));
        target_query_clear(&query);
    }
    http_login_forget();
}

/* --- https --- */

static bool make_certificate(const char *dir)
{
    const char *argv[] = {"openssl",  "req",           "-x509",   "-newkey",
                          "rsa:2048", "-nodes",        "-keyout", "key.pem",
                          "-out",     "crt.pem",       "-days",   "2",
                          "-subj",    "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                          NULL};
    int status = -1;

    return g_spawn_sync(dir, (char **)(guintptr)argv, NULL,
                        G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                            G_SPAWN_STDERR_TO_DEV_NULL,
                        NULL, NULL, NULL, NULL, &status, NULL) &&
           status == 0;
}

static GPid serve_files(const char *dir, int port)
{
    g_autofree char *accept_at = g_strdup_printf("127.0.0.1:%d", port);
    const char *argv[] = {"openssl", "s_server", "-accept", accept_at, "-cert",
                          "crt.pem", "-key",     "key.pem", "-WWW",    NULL};
    GPid pid;

    g_assert_true(g_spawn_async(dir, (char **)(guintptr)argv, NULL,
                                G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                    G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                                NULL, NULL, &pid, NULL));
    return pid;
}

static bool get_secure(const char *url, GError **error)
{
    enum { TRIES = 100, STEP_US = 50 * 1000 };
    struct http_client *client = http_client_new();
    struct http_request request = {.url = url};
    struct http_response response;
    bool ok = false;

    for (int i = 0; i < TRIES && !ok; i++) {
        g_clear_error(error);
        ok = http_get(client, &request, &response, error);
        if (!ok)
            g_usleep(STEP_US);
        if (!ok && !strstr((*error)->message, "refused"))
            break;
    }
    if (ok) {
        g_assert_cmpstr((const char *)response.body->data, ==, "over TLS\n");
        http_response_clear(&response);
    }
    http_client_free(client);
    return ok;
}

/* Its certificate is looked at: one that nobody vouches for is refused. */
static void test_https(void)
{
    g_autofree char *dir = g_dir_make_tmp("sidescope-login-XXXXXX", NULL);
    g_autofree char *certificate = g_build_filename(dir, "crt.pem", NULL);
    g_autofree char *file = g_build_filename(dir, "heap", NULL);
    g_autoptr(GError) error = NULL;
    int port;

    close(listen_somewhere(&port));
    if (!make_certificate(dir)) {
        g_test_skip("no openssl");
        return;
    }
    g_assert_true(g_file_set_contents(file, "over TLS\n", -1, NULL));
    GPid pid = serve_files(dir, port);
    g_autofree char *text = g_strdup_printf("https://joe:s3cret@127.0.0.1:%d/x", port);
    g_autofree char *base = parsed(text);
    g_autofree char *url = g_strdup_printf("%.*s/heap", (int)strlen(base) - 2, base);

    g_assert_true(g_str_has_prefix(url, "https://127."));
    g_assert_false(get_secure(url, &error));
    g_assert_nonnull(strstr(error->message, "SSL_CERT_FILE"));
    g_clear_error(&error);
    g_setenv("SSL_CERT_FILE", certificate, TRUE);
    g_assert_true(get_secure(url, &error));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    http_login_forget();
    remove_tree(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http-login/password", test_password);
    g_test_add_func("/http-login/headers", test_headers);
    g_test_add_func("/http-login/bad-headers", test_bad_headers);
    g_test_add_func("/http-login/words", test_words);
    g_test_add_func("/http-login/sentences", test_sentences);
    g_test_add_func("/http-login/https", test_https);
    return g_test_run();
}
