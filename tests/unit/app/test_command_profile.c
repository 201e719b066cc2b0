/* The profile commands as a script would call them: exit statuses, streams, files. */

#include <glib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/http_server.h"

static const char small_text[] = "heap profile: 1: 1 [1: 1] @ heap/1\n"
                                 "1: 1048576 [1: 1048576] @ 0x10 0x20\n"
                                 "#\t0xf\tmain.grow+0x5\t/src/main.go:10\n"
                                 "#\t0x1f\tmain.m\x1b[31m+0x5\t/src/main.go:20\n";
static const char large_text[] = "heap profile: 1: 1 [1: 1] @ heap/1\n"
                                 "1: 5242880 [1: 5242880] @ 0x10 0x20\n"
                                 "#\t0xf\tmain.grow+0x5\t/src/main.go:10\n"
                                 "#\t0x1f\tmain.m\x1b[31m+0x5\t/src/main.go:20\n";

struct fixture {
    char *dir;
    char *out, *err;
    int status;
};

static void put_file(const struct fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->dir, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void set_up(struct fixture *f, gconstpointer user)
{
    (void)user;
    f->dir = g_dir_make_tmp("sidescope-command-XXXXXX", NULL);
    put_file(f, "small", small_text);
    put_file(f, "large", large_text);
    put_file(f, "page", "<html></html>");
    put_file(f, "other", "goroutine profile: total 1\n1 @ 0x10\n#\t0xf\tmain.main+0x5\t/a.go:1\n");
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
    g_free(f->out);
    g_free(f->err);
}

/* line: words with single blanks between them; the program runs in the directory of the files. */
static void run(struct fixture *f, const char *line)
{
    g_autofree char *whole = g_strconcat(SIDESCOPE_BIN, " ", line, NULL);
    g_auto(GStrv) argv = g_strsplit(whole, " ", -1);
    g_autoptr(GError) error = NULL;
    int status;

    g_clear_pointer(&f->out, g_free);
    g_clear_pointer(&f->err, g_free);
    g_spawn_sync(f->dir, argv, NULL, 0, NULL, NULL, &f->out, &f->err, &status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFEXITED(status));
    f->status = WEXITSTATUS(status);
    g_test_message("%s: %d %s", line, f->status, f->err);
}

static void test_streams(struct fixture *f, gconstpointer user)
{
    (void)user;
    run(f, "top small -focus=nothing");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_true(g_str_has_prefix(f->out, "Type: inuse_space\n"));
    g_assert_cmpstr(f->err, ==, "Focus expression matched no samples\n");
    run(f, "top small -cum");
    g_assert_cmpstr(f->err, ==, "");
    g_assert_nonnull(strstr(f->out, "main.m\x1b[31m")); /* no terminal: as the tool writes it */
}

static void test_unable(struct fixture *f, gconstpointer user)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"top ./none", "No such file"},
        {"top page", "web page"},
        {"top -nope small", "-nope"},
        {"top -sample_index=x small", "inuse_space"},
        {"top -focus=( small", "focus"},
        {"peek", "REGEX"},
        {"list", "REGEX"},
        {"peek nothing small", "no matches"},
        {"list nothing small", "no matches"},
        {"diff small", "BEFORE AFTER"},
        {"top -profile trace 1", "no profile"},
        {"top -source=disk 1", "auto, pprof or memory"},
        {"top -base small -diff_base small large", "exclude"},
        {"top -normalize small", "-base"},
        {"diff -mean small large", "-mean"},
        {"flame -normalize -base small large", "-normalize"},
        {"top -json -divide_by=2 small", "-divide_by"},
        {"diff -divide_by=2 small large", "-divide_by"},
        {"peek -json -mean main small", "top alone"},
        {"top small other", "cannot be merged"},
        {"top no-such-program-here", "neither a file nor a running process"},
    };

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        run(f, cases[i].line);
        g_assert_cmpint(f->status, ==, 2);
        g_assert_cmpstr(f->out, ==, "");
        g_assert_nonnull(strstr(f->err, cases[i].words));
    }
}

/* Where a process is read from is said by the configuration too; files have no use for it. */
static void test_configured_source(struct fixture *f, gconstpointer user)
{
    g_autofree char *home = g_build_filename(f->dir, "config", NULL);
    g_autofree char *folder = g_build_filename(home, "sidescope", NULL);
    g_autofree char *path = g_build_filename(folder, "config", NULL);
    g_autofree char *live = g_strdup_printf("top %d", (int)getpid());

    (void)user;
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_setenv("XDG_CONFIG_HOME", home, TRUE);
    g_assert_true(g_file_set_contents(path, "[dashboard]\nsource=pprof\n", -1, NULL));
    run(f, live);
    g_assert_cmpint(f->status, ==, 2);
    g_assert_nonnull(strstr(f->err, "pprof")); /* else its memory is looked at as well */
    g_assert_true(g_file_set_contents(path, "[dashboard]\nsource=disk\n", -1, NULL));
    run(f, live);
    g_assert_cmpint(f->status, ==, 2);
    g_assert_nonnull(strstr(f->err, path));
    run(f, "top small");
    g_assert_cmpint(f->status, ==, 0);
    g_unsetenv("XDG_CONFIG_HOME");
    g_remove(path);
    g_rmdir(folder);
    g_rmdir(home);
}

static void test_output(struct fixture *f, gconstpointer user)
{
    g_autofree char *path = g_build_filename(f->dir, "graph.svg", NULL);
    g_autofree char *first = NULL, *second = NULL;

    (void)user;
    run(f, "flame small -o graph.svg");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_true(g_file_get_contents(path, &first, NULL, NULL));
    g_assert_true(g_str_has_prefix(first, "<?xml"));
    run(f, "flame large -o graph.svg");
    g_assert_cmpint(f->status, ==, 2);
    g_assert_nonnull(strstr(f->err, "-force"));
    g_assert_true(g_file_get_contents(path, &second, NULL, NULL));
    g_assert_cmpstr(first, ==, second);
    run(f, "flame large -o graph.svg -force");
    g_assert_cmpint(f->status, ==, 0);
    g_clear_pointer(&second, g_free);
    g_assert_true(g_file_get_contents(path, &second, NULL, NULL));
    g_assert_cmpstr(first, !=, second);
}

static void test_diff(struct fixture *f, gconstpointer user)
{
    (void)user;
    run(f, "diff small large");
    g_assert_cmpint(f->status, ==, 1);
    g_assert_nonnull(strstr(f->out, "+4MB"));
    run(f, "diff large small");
    g_assert_cmpint(f->status, ==, 0);
    run(f, "diff small small");
    g_assert_cmpint(f->status, ==, 0);
    run(f, "diff small page");
    g_assert_cmpint(f->status, ==, 2);
}

static void test_json(struct fixture *f, gconstpointer user)
{
    static const char *const lines[] = {"top -json small",        "peek -json main small",
                                        "tree -json small",       "list -json main small",
                                        "traces -json small",     "tags -json small",
                                        "raw -json small",        "flame -json small",
                                        "diff -json large small", "top --json -base=small large"};

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GError) error = NULL;

        run(f, lines[i]);
        g_assert_cmpint(f->status, ==, 0);
        g_autoptr(JsonNode) root = json_from_string(f->out, &error);

        g_assert_no_error(error);
        g_assert_true(g_str_has_prefix(
            lines[i], json_object_get_string_member(json_node_get_object(root), "command")));
        g_assert_null(strchr(f->out, '\x1b'));
    }
}

static void test_help(struct fixture *f, gconstpointer user)
{
    static const char *const commands[] = {"top", "peek",  "tree", "traces", "tags",
                                           "raw", "flame", "diff", "list",   "pprof"};

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *line = g_strconcat(commands[i], " --help", NULL);

        run(f, line);
        g_assert_cmpint(f->status, ==, 0);
        g_assert_nonnull(strstr(f->out, "-nodecount=N"));
        g_assert_nonnull(strstr(f->out, commands[i]));
    }
}

static void test_merges(struct fixture *f, gconstpointer user)
{
    (void)user;
    run(f, "top small large");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_nonnull(strstr(f->out, "6MB"));
}

/* What can be read counts; all that cannot is told. */
static void test_bad_source(struct fixture *f, gconstpointer user)
{
    (void)user;
    run(f, "top small page ./none large");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_nonnull(strstr(f->out, "6MB"));
    g_assert_nonnull(strstr(f->err, "page: this is a web page"));
    g_assert_nonnull(strstr(f->err, "./none cannot be read"));
    g_assert_nonnull(strstr(f->err, "read 2 source profiles out of 4"));
    run(f, "top page ./none");
    g_assert_cmpint(f->status, ==, 2);
    g_assert_nonnull(strstr(f->err, "none of the sources"));
}

static const char dump_text[] =
    "panic: x\n\n"
    "goroutine 1 [running]:\nmain.f()\n\t/x/main.go:5 +0x1d\n\n"
    "goroutine 18 [select, 3 minutes]:\nmain.g()\n\t/x/main.go:9 +0x1d\n"
    "created by main.main in goroutine 1\n\t/x/main.go:4 +0x2\n"
    "exit status 2";

/* A saved dump is a profile of goroutines for every command that takes one. */
static void test_dump(struct fixture *f, gconstpointer user)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"top dump", "main.g"},       {"traces dump", "select"},
        {"tree dump", "main.f"},      {"tags dump", "created by"},
        {"flame dump", "main.g"},     {"diff dump other", "main.g"},
        {"top dump other", "main.g"}, {"top -tagroot=state dump", "select"},
    };

    (void)user;
    put_file(f, "dump", dump_text);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        run(f, cases[i].line);
        g_assert_cmpint(f->status, <, 2);
        g_assert_nonnull(strstr(f->out, cases[i].words));
    }
}

/* What is typed after go tool pprof. */
static void test_pprof(struct fixture *f, gconstpointer user)
{
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"pprof -top small large", "6MB"},
        {"pprof -text -cum " SIDESCOPE_BIN " small", "main.grow"},
        {"pprof --list=grow small", "ROUTINE"},
        {"pprof -peek main.grow small", "calls%"},
        {"pprof -dot small", "digraph"},
        {"pprof -dot -call_tree small", "N1 -> N2"},
    };

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        run(f, cases[i].line);
        g_assert_cmpint(f->status, ==, 0);
        g_assert_nonnull(strstr(f->out, cases[i].words));
    }
    run(f, "pprof -top -tree small");
    g_assert_cmpint(f->status, ==, 2);
    run(f, "pprof -json -dot small");
    g_assert_cmpint(f->status, ==, 2);
}

/* As go build -pgo wants it: profiles merged into one file. */
static void test_proto(struct fixture *f, gconstpointer user)
{
    g_autofree char *path = g_build_filename(f->dir, "merged", NULL);

    (void)user;
    run(f, "pprof -proto -output merged small large");
    g_assert_cmpint(f->status, ==, 0);
    run(f, "top merged");
    g_assert_nonnull(strstr(f->out, "6MB"));
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* Where there is no dot, the sentence says what to do; where there is one, its output counts. */
static void test_drawn(struct fixture *f, gconstpointer user)
{
    g_autofree char *program = g_build_filename(f->dir, "dot", NULL);
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_autofree char *ours = g_strconcat(f->dir, ":/usr/bin:/bin", NULL);

    (void)user;
    g_setenv("PATH", f->dir, TRUE);
    run(f, "pprof -svg small");
    g_assert_cmpint(f->status, ==, 2);
    g_assert_nonnull(strstr(f->err, "Graphviz"));
    put_file(f, "dot", "#!/bin/sh\necho drawn $1; head -c 7\n");
    g_assert_cmpint(g_chmod(program, 0700), ==, 0);
    g_setenv("PATH", ours, TRUE);
    run(f, "pprof -png small");
    g_setenv("PATH", path, TRUE);
    g_assert_cmpint(f->status, ==, 0);
    g_assert_cmpstr(f->out, ==, "drawn -Tpng\ndigraph");
}

/* Lines from a pipe, as from a person. */
static void test_shell(struct fixture *f, gconstpointer user)
{
    static const struct {
        const char *typed, *words;
        bool shown;
    } cases[] = {
        {"top5", "main.grow", true},
        {"top 1 nothing", "main.grow", false},
        {"top -grow", "main.grow", false},
        {"top1 -cum", "Showing top 1 nodes out of 2", true},
        {"focus=nothing\ntop", "main.grow", false},
        {"focus=nothing\nfocus=\ntop", "main.grow", true},
        {"cum\nnodecount=1\noptions", "nodecount=1", true},
        {"sample_index=alloc_objects\ntop", "Type: alloc_objects", true},
        {"peek grow", "calls%", true},
        {"traces >typed\n# no more\n", "main.grow", false},
        {"help", "top20", true},
        {"q\ntop", "main.grow", false},
    };

    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        put_file(f, "lines", cases[i].typed);
        g_autofree char *command = g_strdup_printf("%s pprof small <lines", SIDESCOPE_BIN);
        const char *const argv[] = {"/bin/sh", "-c", command, NULL};
        int status;

        g_clear_pointer(&f->out, g_free);
        g_assert_true(g_spawn_sync(f->dir, (char **)(uintptr_t)argv, NULL,
                                   G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &f->out, NULL, &status,
                                   NULL));
        g_test_message("%s", cases[i].typed);
        g_assert_cmpint(status, ==, 0);
        g_assert_cmpint(strstr(f->out, cases[i].words) != NULL, ==, cases[i].shown);
    }
}

static void test_max_size(struct fixture *f, gconstpointer user)
{
    (void)user;
    run(f, "top -max_size=64b small");
    g_assert_cmpint(f->status, ==, 2);
    g_assert_nonnull(strstr(f->err, "-max_size"));
    run(f, "top -max_size=1kB small");
    g_assert_cmpint(f->status, ==, 0);
    run(f, "top -max_size=1xb small");
    g_assert_cmpint(f->status, ==, 2);
}

/* Six megabytes in two objects. */
static void test_mean(struct fixture *f, gconstpointer user)
{
    (void)user;
    run(f, "top -mean small large");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_nonnull(strstr(f->out, "Type: mean_inuse_space\n"));
    g_assert_nonnull(strstr(f->out, "3MB   100%   100%        3MB   100%  main.grow"));
    run(f, "top -mean_delay -sample_index=inuse_objects -alloc_space small");
    g_assert_true(g_str_has_prefix(f->out, "Type: mean_inuse_objects\n"));
    run(f, "top -divide_by=0.5 small");
    g_assert_nonnull(strstr(f->out, "2MB   100%   100%        2MB   100%  main.grow"));
    run(f, "top -json -mean small large");
    g_assert_cmpint(f->status, ==, 0);
    g_assert_nonnull(strstr(f->out, "\"mean_inuse_space\""));
}

/* Ctrl-C while a server collects: soon over, with a word and a status of its own. */
static void test_interrupt(struct fixture *f, gconstpointer user)
{
    static const char path[] = "/debug/pprof/profile?seconds=30";
    struct http_server *server = http_server_new();
    struct http_answer hang = {.behaviour = HTTP_HANG};
    g_autofree char *url = g_strconcat(http_server_base(server), "/profile", NULL);
    const char *argv[] = {SIDESCOPE_BIN, "top", url, NULL};
    GPid pid;
    int status;

    (void)user;
    http_server_set(server, path, &hang);
    g_assert_true(g_spawn_async(f->dir, (char **)(guintptr)argv, NULL,
                                G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                                &pid, NULL));
    g_assert_true(http_server_wait_hits(server, path, 1));
    kill(pid, SIGINT);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 130);
    http_server_free(server);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function)                                                                        \
    g_test_add("/command-profile/" path, struct fixture, NULL, set_up, function, tear_down)
    ADD("streams", test_streams);
    ADD("unable", test_unable);
    ADD("configured-source", test_configured_source);
    ADD("output", test_output);
    ADD("diff", test_diff);
    ADD("json", test_json);
    ADD("help", test_help);
    ADD("merges", test_merges);
    ADD("bad-source", test_bad_source);
    ADD("dump", test_dump);
    ADD("pprof", test_pprof);
    ADD("proto", test_proto);
    ADD("drawn", test_drawn);
    ADD("shell", test_shell);
    ADD("max-size", test_max_size);
    ADD("mean", test_mean);
    ADD("interrupt", test_interrupt);
    return g_test_run();
}
