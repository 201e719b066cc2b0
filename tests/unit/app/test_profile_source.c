/* What a SOURCE means, and reading it: files, pipes, a scripted server. */

#include "app/profiles/profile_source.h"

#include "tests/support/http_server.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char heap_text[] = "heap profile: 1: 1024 [2: 2048] @ heap/1048576\n"
                                "1: 1024 [2: 2048] @ 0x1 0x2\n"
                                "#\t0x1\tmain.keep+0x20\t/src/main.go:10\n";

struct fixture {
    char *dir;
    struct http_server *server;
    struct profile_source source;
    struct profile_loaded loaded;
};

static void set_up(struct fixture *f, gconstpointer user)
{
    (void)user;
    f->dir = g_dir_make_tmp("sidescope-source-XXXXXX", NULL);
    g_assert_nonnull(f->dir);
    f->server = http_server_new();
}

static void tear_down(struct fixture *f, gconstpointer user)
{
    (void)user;
    g_autoptr(GDir) dir = g_dir_open(f->dir, 0, NULL);

    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(f->dir, name, NULL);

        g_remove(path);
    }
    g_rmdir(f->dir);
    g_free(f->dir);
    http_server_free(f->server);
    profile_source_clear(&f->source);
    profile_loaded_clear(&f->loaded);
}

static char *put_file(struct fixture *f, const char *name, const char *text)
{
    char *path = g_build_filename(f->dir, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

/* --- what a word means --- */

static void test_parse(void)
{
    static const struct {
        const char *text, *wanted;
        int seconds;
        enum profile_source_kind kind;
        const char *base, *path, *name;
        int expected_seconds;
    } cases[] = {
        {"-", NULL, 0, PROFILE_SOURCE_STDIN, NULL, NULL, NULL, 0},
        {"./sidecar", NULL, 0, PROFILE_SOURCE_FILE, NULL, NULL, NULL, 0},
        {"no/such/heap.pb.gz", NULL, 0, PROFILE_SOURCE_FILE, NULL, NULL, NULL, 0},
        {"/", NULL, 0, PROFILE_SOURCE_FILE, NULL, NULL, NULL, 0},
        {"4182", NULL, 0, PROFILE_SOURCE_LIVE, NULL, "heap", "heap", 0},
        {"sidecar", "cpu", 0, PROFILE_SOURCE_LIVE, NULL, "profile", "profile", 30},
        {"sidecar", "cpu", 5, PROFILE_SOURCE_LIVE, NULL, "profile", "profile", 5},
        {"sidecar", "my/own list", 0, PROFILE_SOURCE_LIVE, NULL, "my/own%20list", "my/own list", 0},
        {":6060", NULL, 0, PROFILE_SOURCE_URL, "http://127.0.0.1:6060/debug/pprof", "heap", "heap",
         0},
        {"localhost:6060", "goroutine", 0, PROFILE_SOURCE_URL, "http://localhost:6060/debug/pprof",
         "goroutine", "goroutine", 0},
        {"http://h:1/", NULL, 0, PROFILE_SOURCE_URL, "http://h:1/debug/pprof", "heap", "heap", 0},
        {"http://h:1/debug/pprof/", "mutex", 0, PROFILE_SOURCE_URL, "http://h:1/debug/pprof",
         "mutex", "mutex", 0},
        {"http://h:1/x/debug/pprof/heap?gc=1", NULL, 0, PROFILE_SOURCE_URL,
         "http://h:1/x/debug/pprof", "heap?gc=1", "heap", 0},
        {"h:1/debug/pprof/profile", NULL, 0, PROFILE_SOURCE_URL, "http://h:1/debug/pprof",
         "profile", "profile", 30},
        {"http://h:1/debug/pprof/profile?seconds=7", NULL, 0, PROFILE_SOURCE_URL,
         "http://h:1/debug/pprof", "profile", "profile", 7},
        {"http://h:1/debug/pprof/heap?seconds=7&gc=1", NULL, 0, PROFILE_SOURCE_URL,
         "http://h:1/debug/pprof", "heap?gc=1", "heap", 7},
        {"http://h:1/debug/pprof/heap?gc=1&seconds=7", NULL, 2, PROFILE_SOURCE_URL,
         "http://h:1/debug/pprof", "heap?gc=1", "heap", 2},
        {"http://h:1/kept/heap.pb.gz", NULL, 0, PROFILE_SOURCE_URL, "http://h:1/kept", "heap.pb.gz",
         "heap.pb.gz", 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct profile_wanted wanted = {.profile = cases[i].wanted, .seconds = cases[i].seconds};
        struct profile_source source;
        g_autoptr(GError) error = NULL;

        g_test_message("%s", cases[i].text);
        profile_source_parse(cases[i].text, &wanted, &source, &error);
        g_assert_no_error(error);
        g_assert_cmpint(source.kind, ==, cases[i].kind);
        g_assert_cmpstr(source.base, ==, cases[i].base);
        g_assert_cmpstr(source.path, ==, cases[i].path);
        g_assert_cmpstr(source.name, ==, cases[i].name);
        g_assert_cmpint(source.seconds, ==, cases[i].expected_seconds);
        profile_source_clear(&source);
    }
}

static void test_parse_refuses(void)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {{"ftp://h:1/", NULL},
                 {"h:99999", NULL},
                 {"", "trace"},
                 {"99999999999999", NULL},
                 {"sidecar", "cmdline"}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct profile_wanted wanted = {.profile = cases[i].wanted};
        struct profile_source source = {0};
        g_autoptr(GError) error = NULL;

        g_assert_false(profile_source_parse(cases[i].text, &wanted, &source, &error));
        g_assert_nonnull(error);
        g_assert_null(source.text);
    }
}

/* A path that exists is a file, whatever else it could be. */
static void test_parse_file_first(struct fixture *f, gconstpointer user)
{
    struct profile_wanted wanted = {0};
    g_autofree char *old = g_get_current_dir();
    g_free(put_file(f, "4182", heap_text));
    (void)user;
    g_assert_cmpint(g_chdir(f->dir), ==, 0);
    bool ok = profile_source_parse("4182", &wanted, &f->source, NULL);

    g_assert_cmpint(g_chdir(old), ==, 0);
    g_assert_true(ok);
    g_assert_cmpint(f->source.kind, ==, PROFILE_SOURCE_FILE);
}

/* --- files --- */

static void test_file(struct fixture *f, gconstpointer user)
{
    g_autofree char *path = put_file(f, "heap.txt", heap_text);
    g_autoptr(GError) error = NULL;

    (void)user;
    profile_source_load_file(path, NULL, &f->loaded, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(f->loaded.profile->n_samples, ==, 1);
    g_assert_cmpuint(g_bytes_get_size(f->loaded.bytes), ==, strlen(heap_text));
    g_assert_cmpstr(f->loaded.origin, ==, path);
    g_assert_cmpstr(f->loaded.kind, ==, "heap");
}

static void assert_file_error(struct fixture *f, const char *path, enum profile_source_error code,
                              const char *words)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(profile_source_load_file(path, NULL, &f->loaded, &error));
    g_assert_error(error, PROFILE_SOURCE_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_null(f->loaded.profile);
}

static void test_file_errors(struct fixture *f, gconstpointer user)
{
    g_autofree char *none = g_build_filename(f->dir, "none", NULL);
    g_autofree char *page = put_file(f, "page", "<html><title>login</title>");
    g_autofree char *empty = put_file(f, "empty", "");
    g_autofree char *huge = put_file(f, "huge", "x");

    (void)user;
    assert_file_error(f, none, PROFILE_SOURCE_ERROR_FILE, "No such file");
    assert_file_error(f, f->dir, PROFILE_SOURCE_ERROR_FILE, "directory");
    assert_file_error(f, "/dev/zero", PROFILE_SOURCE_ERROR_FILE, "device");
    assert_file_error(f, page, PROFILE_SOURCE_ERROR_FORMAT, "web page");
    assert_file_error(f, empty, PROFILE_SOURCE_ERROR_FORMAT, "empty");
    g_assert_cmpint(truncate(huge, INT64_C(1) << 40), ==, 0); /* a hole: takes no room */
    assert_file_error(f, huge, PROFILE_SOURCE_ERROR_FILE, "larger than");
}

/* Nobody will ever write to this pipe. */
static void test_pipe_cancelled(struct fixture *f, gconstpointer user)
{
    g_autofree char *path = g_build_filename(f->dir, "pipe", NULL);
    int cancelled = 1;
    struct profile_waiting waiting = {.cancelled = &cancelled};
    g_autoptr(GError) error = NULL;

    (void)user;
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    g_assert_false(profile_source_load_file(path, &waiting, &f->loaded, &error));
    g_assert_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_CANCELLED);
}

static gpointer write_pipe(gpointer path)
{
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    FILE *file = fopen(path, "w");

    g_assert_nonnull(file);
    fputs(heap_text, file);
    fclose(file);
    return NULL;
}

static void test_pipe(struct fixture *f, gconstpointer user)
{
    g_autofree char *path = g_build_filename(f->dir, "pipe", NULL);
    g_autoptr(GError) error = NULL;

    (void)user;
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    GThread *writer = g_thread_new("writer", write_pipe, path);

    profile_source_load_file(path, NULL, &f->loaded, &error);
    g_thread_join(writer);
    g_assert_no_error(error);
    g_assert_cmpuint(f->loaded.profile->n_samples, ==, 1);
}

/* --- servers --- */

static bool load(struct fixture *f, const char *below, const struct profile_wanted *wanted,
                 const struct profile_waiting *waiting, GError **error)
{
    g_autofree char *url = g_strconcat(http_server_base(f->server), below, NULL);

    g_assert_true(profile_source_parse(url, wanted, &f->source, NULL));
    return profile_source_load(&f->source, waiting, &f->loaded, error);
}

static void test_url(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.body = heap_text};
    struct profile_wanted wanted = {0};
    g_autoptr(GError) error = NULL;

    (void)user;
    http_server_set(f->server, "/debug/pprof/heap?gc=1", &answer);
    load(f, "/heap?gc=1", &wanted, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(f->loaded.kind, ==, "heap");
    g_assert_cmpint(f->loaded.real_us, >, 0);
}

static void test_url_seconds(struct fixture *f, gconstpointer user)
{
    struct http_answer answer = {.body = heap_text};
    struct profile_wanted wanted = {.profile = "cpu", .seconds = 1};

    (void)user;
    http_server_set(f->server, "/debug/pprof/profile?seconds=1", &answer);
    g_assert_true(load(f, "", &wanted, NULL, NULL));
    g_assert_cmpuint(http_server_hits(f->server, "/debug/pprof/profile?seconds=1"), ==, 1);
}

static void assert_server_error(struct fixture *f, const char *profile, int code, const char *words)
{
    struct profile_wanted wanted = {.profile = profile};
    g_autoptr(GError) error = NULL;

    g_assert_false(load(f, "", &wanted, NULL, &error));
    g_assert_error(error, PROFILE_SOURCE_ERROR, code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, words));
    profile_source_clear(&f->source);
}

static void test_url_errors(struct fixture *f, gconstpointer user)
{
    struct http_answer page = {.body = "<html>log in</html>", .content_type = "text/html"};
    struct http_answer unknown = {
        .body = "Unknown profile\n", .status = 404, .headers = "X-Go-Pprof: 1\r\n"};

    (void)user;
    http_server_set(f->server, "/debug/pprof/heap", &page);
    http_server_set(f->server, "/debug/pprof/goroutineleak", &unknown);
    assert_server_error(f, "heap", PROFILE_SOURCE_ERROR_SERVER, "web page");
    assert_server_error(f, "goroutineleak", PROFILE_SOURCE_ERROR_SERVER, "goroutineleakprofile");
    assert_server_error(f, "allocs", PROFILE_SOURCE_ERROR_SERVER, "404");
    http_server_go_down(f->server);
    assert_server_error(f, "heap", PROFILE_SOURCE_ERROR_SERVER, "127.0.0.1");
}

static void cancel(const struct profile_source *source, double fraction, void *user)
{
    int *cancelled = user;

    (void)source;
    g_assert_cmpfloat(fraction, <, 1);
    __atomic_store_n(cancelled, 1, __ATOMIC_RELAXED);
}

static void test_url_cancelled(struct fixture *f, gconstpointer user)
{
    struct http_answer hang = {.behaviour = HTTP_HANG};
    struct profile_wanted wanted = {.profile = "cpu"};
    int cancelled = 0;
    struct profile_waiting waiting = {
        .cancelled = &cancelled, .progress = cancel, .user = &cancelled};
    g_autoptr(GError) error = NULL;

    (void)user;
    http_server_set(f->server, "/debug/pprof/profile?seconds=30", &hang);
    g_assert_false(load(f, "", &wanted, &waiting, &error));
    g_assert_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_CANCELLED);
}

/* --- processes --- */

static void test_no_process(struct fixture *f, gconstpointer user)
{
    struct profile_wanted wanted = {0};
    g_autoptr(GError) error = NULL;

    (void)user;
    g_assert_true(profile_source_parse("no-such-program-here", &wanted, &f->source, NULL));
    g_assert_false(profile_source_load(&f->source, NULL, &f->loaded, &error));
    g_assert_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_TARGET);
    g_assert_nonnull(strstr(error->message, "neither a file nor a running process"));
}

/* This test is no Go program and serves no pprof: the sentence says what of it stands in the way.
 */
static void test_without_pprof(struct fixture *f, gconstpointer user)
{
    struct profile_wanted wanted = {0};
    g_autofree char *pid = g_strdup_printf("%d", (int)getppid());
    g_autoptr(GError) error = NULL;

    (void)user;
    g_assert_true(profile_source_parse(pid, &wanted, &f->source, NULL));
    g_assert_false(profile_source_load(&f->source, NULL, &f->loaded, &error));
    g_assert_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_SERVER);
    g_assert_nonnull(strstr(error->message, "says nothing of Go"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-source/parse", test_parse);
    g_test_add_func("/profile-source/parse-refuses", test_parse_refuses);
#define ADD(path, function)                                                                        \
    g_test_add("/profile-source/" path, struct fixture, NULL, set_up, function, tear_down)
    ADD("parse-file-first", test_parse_file_first);
    ADD("file", test_file);
    ADD("file-errors", test_file_errors);
    ADD("pipe", test_pipe);
    ADD("pipe-cancelled", test_pipe_cancelled);
    ADD("url", test_url);
    ADD("url-seconds", test_url_seconds);
    ADD("url-errors", test_url_errors);
    ADD("url-cancelled", test_url_cancelled);
    ADD("no-process", test_no_process);
    ADD("without-pprof", test_without_pprof);
    return g_test_run();
}
