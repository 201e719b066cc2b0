/* From what was typed to a target: over recorded trees, and once against a real listener. */

#include "probes/find.h"
#include "probes/target.h"
#include "tests/unit/probes/proc_tree.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- queries --- */

static void test_query(void)
{
    static const struct {
        const char *text;
        enum target_query_kind kind;
        pid_t pid;
        const char *name, *url;
    } cases[] = {
        {NULL, TARGET_QUERY_ALL, 0, NULL, NULL},
        {"", TARGET_QUERY_ALL, 0, NULL, NULL},
        {"  ", TARGET_QUERY_ALL, 0, NULL, NULL},
        {"4182", TARGET_QUERY_PID, 4182, NULL, NULL},
        {" 4182 ", TARGET_QUERY_PID, 4182, NULL, NULL},
        {"sidecar", TARGET_QUERY_NAME, 0, "sidecar", NULL},
        {"./sidecar", TARGET_QUERY_NAME, 0, "./sidecar", NULL},
        {"/opt/bin/sidecar", TARGET_QUERY_NAME, 0, "/opt/bin/sidecar", NULL},
        {":6060", TARGET_QUERY_URL, 0, NULL, "http://127.0.0.1:6060/debug/pprof"},
        {"localhost:6060", TARGET_QUERY_URL, 0, NULL, "http://localhost:6060/debug/pprof"},
        {"[::1]:6060", TARGET_QUERY_URL, 0, NULL, "http://[::1]:6060/debug/pprof"},
        {"10.0.0.7:8080", TARGET_QUERY_URL, 0, NULL, "http://10.0.0.7:8080/debug/pprof"},
        {"http://h:1/", TARGET_QUERY_URL, 0, NULL, "http://h:1/debug/pprof"},
        {"HTTP://h:1", TARGET_QUERY_URL, 0, NULL, "http://h:1/debug/pprof"},
        {"http://h", TARGET_QUERY_URL, 0, NULL, "http://h/debug/pprof"},
        {"http://h:1/debug/", TARGET_QUERY_URL, 0, NULL, "http://h:1/debug/pprof"},
        {"http://h:1/debug/pprof/", TARGET_QUERY_URL, 0, NULL, "http://h:1/debug/pprof"},
        {"http://h:1/debug/pprof/heap?debug=1", TARGET_QUERY_URL, 0, NULL,
         "http://h:1/debug/pprof"},
        {"http://h:1/admin/prof", TARGET_QUERY_URL, 0, NULL, "http://h:1/admin/prof"},
        {"https://h", TARGET_QUERY_URL, 0, NULL, "https://h/debug/pprof"},
        {"HTTPS://u:p@h:1/", TARGET_QUERY_URL, 0, NULL, "https://h:1/debug/pprof"},
        {"u:p@h:1", TARGET_QUERY_URL, 0, NULL, "http://h:1/debug/pprof"},
        {"u@h", TARGET_QUERY_NAME, 0, "u@h", NULL},
        {"http://h:1/a/debug/pprof", TARGET_QUERY_URL, 0, NULL, "http://h:1/a/debug/pprof"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct target_query query;
        g_autoptr(GError) error = NULL;
        g_test_message("%s", cases[i].text ? cases[i].text : "(null)");
        g_assert_true(target_query_parse(cases[i].text, &query, &error));
        g_assert_cmpint(query.kind, ==, cases[i].kind);
        g_assert_cmpint(query.pid, ==, cases[i].pid);
        g_assert_cmpstr(query.name, ==, cases[i].name);
        g_assert_cmpstr(query.url, ==, cases[i].url);
        target_query_clear(&query);
    }
}

static void test_query_errors(void)
{
    static const char *const cases[] = {
        "0",         "99999999999", ":0",         ":99999",    ":",    "host:",
        "host:http", "::1:6060",    "[::1:6060",  "[::1]6060", "[]:1", "https://h:1x",
        "ftp://h",   "http://",     "http://:x/", "a b:1",     "-x",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct target_query query;
        g_autoptr(GError) error = NULL;
        g_test_message("%s", cases[i]);
        g_assert_false(target_query_parse(cases[i], &query, &error));
        g_assert_error(error, FIND_ERROR, FIND_ERROR_SYNTAX);
        g_assert_nonnull(strstr(error->message, cases[i]));
        target_query_clear(&query);
    }
}

/* --- ranking --- */

#define ARGS(TEXT) .cmdline = TEXT, .cmdline_n = sizeof TEXT - 1

static const struct proc_tree_process machine[] = {
    {.pid = 1, .comm = "init", .start_ticks = 1, ARGS("/sbin/init\0"), .exe = "/sbin/init"},
    {.pid = 2, .comm = "kthreadd", .start_ticks = 1, .parent = 0},
    {.pid = 100,
     .comm = "sidecar",
     .start_ticks = 500,
     ARGS("sidecar\0"),
     .exe = "/usr/bin/sidecar"},
    {.pid = 101,
     .comm = "sidecar",
     .start_ticks = 600,
     ARGS("/opt/sidecar\0-debug\0"),
     .exe = "/opt/sidecar (deleted)"},
    {.pid = 102,
     .comm = "sidecar",
     .start_ticks = 700,
     ARGS("sidecar\0open\0x\0"),
     .exe = "/usr/bin/sidecar"},
    {.pid = 103,
     .comm = "sidecar",
     .start_ticks = 701,
     ARGS("sidecar\0--agents\0"),
     .exe = "/usr/bin/sidecar"},
    {.pid = 104, .comm = "sidecar", .start_ticks = 702, .state = 'Z'},
    {.pid = 105, .comm = "sidecar", .start_ticks = 703, ARGS("renamed\0"), .exe = "/usr/bin/other"},
    {.pid = 106, .comm = "wrap", .start_ticks = 704, ARGS("/x/sidecar\0"), .exe = "/usr/bin/wrap"},
    {.pid = 107,
     .comm = "bash",
     .start_ticks = 705,
     ARGS("bash\0-c\0pgrep -f sidecar\0"),
     .exe = "/bin/bash"},
    {.pid = 108,
     .comm = "tmux: client",
     .start_ticks = 706,
     ARGS("tmux\0-C\0attach-session\0-t\0sidecar-sh-x\0"),
     .exe = "/usr/bin/tmux"},
    {.pid = 109,
     .comm = "vim",
     .start_ticks = 707,
     ARGS("vim\0sidecar.go\0"),
     .exe = "/usr/bin/vim"},
    {.pid = 110,
     .comm = "tail",
     .start_ticks = 708,
     ARGS("tail\0-f\0sidecar.log\0"),
     .exe = "/usr/bin/tail"},
    /* a command of 100 that has not become git yet */
    {.pid = 111,
     .parent = 100,
     .comm = "sidecar",
     .start_ticks = 709,
     ARGS("sidecar\0"),
     .exe = "/usr/bin/sidecar",
     .forked = true},
    {.pid = 112,
     .comm = "go",
     .start_ticks = 710,
     ARGS("go\0build\0./cmd/sidecar\0"),
     .exe = "/usr/bin/go"},
    {.pid = 113,
     .comm = "git",
     .start_ticks = 711,
     ARGS("git\0-C\0/src/sidecar\0status\0"),
     .exe = "/usr/bin/git"},
};

static struct proc_tree *make_machine(void)
{
    struct proc_tree *tree = proc_tree_new();
    for (size_t i = 0; i < G_N_ELEMENTS(machine); i++)
        proc_tree_process(tree, &machine[i]);
    proc_tree_write(tree, "2/stat",
                    "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n", -1);
    return tree;
}

static GPtrArray *find(struct proc_tree *tree, const char *text)
{
    struct target_query query;
    g_autoptr(GError) error = NULL;
    g_assert_true(target_query_parse(text, &query, &error));
    GPtrArray *results = find_targets(&tree->options, &query, false, &error);
    g_assert_no_error(error);
    target_query_clear(&query);
    return results;
}

static void test_ranking(void)
{
    static const struct {
        pid_t pid;
        enum find_rank rank;
    } expected[] = {
        {101, FIND_RANK_EXE}, /* newest first */
        {100, FIND_RANK_EXE},     {105, FIND_RANK_COMM},    {106, FIND_RANK_ARGV0},
        {113, FIND_RANK_CMDLINE}, {112, FIND_RANK_CMDLINE}, {107, FIND_RANK_CMDLINE},
    };
    g_autoptr(proc_tree_auto) tree = make_machine();
    g_autoptr(GPtrArray) all = find(tree, NULL);
    g_autoptr(GPtrArray) named = find(tree, "sidecar");
    g_assert_cmpuint(all->len, ==, 2); /* what is one, not what has the word somewhere */
    g_assert_cmpuint(named->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < named->len; i++) {
        const struct find_result *result = named->pdata[i];
        g_assert_cmpint(result->process->id.pid, ==, expected[i].pid);
        g_assert_cmpint(result->rank, ==, expected[i].rank);
    }
    g_assert_cmpuint(find_exact(all), ==, 2);
    g_assert_cmpuint(find_exact(named), ==, 2);
    for (guint i = 0; i < all->len; i++) {
        const struct find_result *one = all->pdata[i];
        g_assert_cmpint(one->process->id.pid, ==, expected[i].pid);
    }
    g_autoptr(GPtrArray) path = find(tree, "/usr/bin/sidecar");
    g_assert_cmpuint(path->len, ==, 1);
    g_autoptr(GPtrArray) mentioned = find(tree, "pgrep");
    g_assert_cmpuint(mentioned->len, ==, 1);
    g_assert_cmpuint(find_exact(mentioned), ==, 0);
    g_autoptr(GPtrArray) nothing = find(tree, "nosuchprogram");
    g_assert_cmpuint(nothing->len, ==, 0);
    g_assert_cmpuint(find_exact(nothing), ==, 0);
}

static void test_by_pid(void)
{
    g_autoptr(proc_tree_auto) tree = make_machine();
    g_autoptr(GPtrArray) one = find(tree, "101");
    const struct find_result *result = one->pdata[0];
    g_assert_cmpstr(result->process->exe, ==, "/opt/sidecar");
    g_assert_cmpstr(result->process->cmdline, ==, "/opt/sidecar -debug");
    g_assert_cmpstr(result->process->argv0, ==, "/opt/sidecar");
    struct target_query query = {.kind = TARGET_QUERY_PID, .pid = 7777};
    g_autoptr(GError) error = NULL;
    g_assert_null(find_targets(&tree->options, &query, false, &error));
    g_assert_error(error, PLATFORM_ERROR, PLATFORM_ERROR_NO_PROCESS);
}

static void test_kernel_threads(void)
{
    g_autoptr(proc_tree_auto) tree = make_machine();
    g_autoptr(GPtrArray) list = platform_list(&tree->options, false, NULL);
    g_assert_cmpuint(list->len, ==, G_N_ELEMENTS(machine) - 1);
    struct platform_options nowhere = {.proc_root = "/nonexistent-proc"};
    g_autoptr(GError) error = NULL;
    g_assert_null(platform_list(&nowhere, false, &error));
    g_assert_error(error, PLATFORM_ERROR, PLATFORM_ERROR_FAILED);
}

/* --- environment and listeners --- */

static const char tcp_rows[] =
    "  sl  local_address rem_address   st\n"
    "   0: 0100007F:17AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 200 1\n"
    "   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 201 1\n"
    "   2: 0105A8C0:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 202 1\n";

static void add_network(struct proc_tree *tree, pid_t pid)
{
    g_autofree char *path = g_strdup_printf("%d/net/tcp", (int)pid);
    proc_tree_write(tree, path, tcp_rows, -1);
}

static void set_environment(struct proc_tree *tree, pid_t pid, const char *text, gssize n)
{
    g_autofree char *path = g_strdup_printf("%d/environ", (int)pid);
    proc_tree_write(tree, path, text, n);
}

static struct process_entry *describe(struct proc_tree *tree, pid_t pid)
{
    g_autoptr(GError) error = NULL;
    struct process_entry *entry = platform_describe(&tree->options, pid, &error);
    g_assert_no_error(error);
    return entry;
}

static void test_environment(void)
{
    static const struct {
        const char *text;
        gssize n;
        bool set;
        int port;
    } cases[] = {
        {"A=1\0SIDECAR_PPROF=1\0", 20, true, 6060},
        {"SIDECAR_PPROF=7070\0B=2\0", 23, true, 7070},
        {"SIDECAR_PPROF= 7070\0", 20, true, 7070},
        {"SIDECAR_PPROF=0\0", 16, true, 0},
        {"SIDECAR_PPROF=true\0", 19, true, 0},
        {"SIDECAR_PPROF=99999\0", 20, true, 0},
        {"SIDECAR_PPROF=\0", 15, false, 0},
        {"XSIDECAR_PPROF=1\0", 17, false, 0},
        {"", 0, false, 0},
    };
    g_autoptr(proc_tree_auto) tree = make_machine();
    g_autoptr(process_entry_auto) unread = describe(tree, 100);

    g_assert_false(unread->go_settings.known);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        set_environment(tree, 100, cases[i].text, cases[i].n);
        g_autoptr(process_entry_auto) entry = describe(tree, 100);
        g_assert_true(entry->env_pprof == cases[i].set);
        g_assert_cmpint(entry->env_port, ==, cases[i].port);
        g_assert_cmpint(entry->pprof_port, ==, 0); /* nobody listens */
        g_assert_true(entry->go_settings.known);
    }
    set_environment(tree, 100, "GOGC=50\0GOMEMLIMIT=1GiB\0", 24);
    g_autoptr(process_entry_auto) told = describe(tree, 100);

    g_assert_cmpint(told->go_settings.gc_percent, ==, 50);
    g_assert_cmpint(told->go_settings.memory_limit, ==, 1 << 30);
}

static void test_listeners(void)
{
    g_autoptr(proc_tree_auto) tree = make_machine();
    add_network(tree, 100);
    proc_tree_fd(tree, 100, 3, "socket:[201]", NULL);
    proc_tree_fd(tree, 100, 4, "socket:[202]", NULL); /* not on loopback */
    proc_tree_fd(tree, 101, 5, "socket:[200]", NULL);
    g_autoptr(process_entry_auto) entry = describe(tree, 100);
    g_assert_cmpuint(entry->listen_ports->len, ==, 1);
    g_assert_cmpint(g_array_index(entry->listen_ports, struct platform_listener, 0).port, ==, 8080);
    g_assert_cmpint(entry->pprof_port, ==, 0); /* any server may listen there */
    set_environment(tree, 100, "SIDECAR_PPROF=0\0", 16);
    g_autoptr(process_entry_auto) random = describe(tree, 100);
    g_assert_cmpint(random->pprof_port, ==, 8080);
    proc_tree_write(tree, "net/tcp", tcp_rows, -1);
    g_assert_cmpint(find_port_owner(&tree->options, 6060), ==, 101);
    g_assert_cmpint(find_port_owner(&tree->options, 8080), ==, 100);
    g_assert_cmpint(find_port_owner(&tree->options, 9), ==, 0);
    g_autoptr(GPtrArray) by_url = find(tree, ":6060");
    g_assert_cmpuint(by_url->len, ==, 1);
    g_autoptr(GPtrArray) far_away = find(tree, "10.0.0.7:6060");
    g_assert_cmpuint(far_away->len, ==, 0);
}

static void assert_no_pprof(struct proc_tree *tree, pid_t pid, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(process_entry_auto) entry = describe(tree, pid);
    g_assert_null(find_pprof(&tree->options, entry, NULL, &error));
    g_assert_error(error, FIND_ERROR, FIND_ERROR_NOT_FOUND);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, part));
}

/* Each reason there is no pprof has its own sentence and its own way out. */
static void test_no_pprof(void)
{
    g_autoptr(proc_tree_auto) tree = make_machine();
    assert_no_pprof(tree, 100, "restart it with SIDECAR_PPROF=1");
    assert_no_pprof(tree, 113,
                    "import net/http/pprof"); /* no sidecar: its variable means nothing */
    set_environment(tree, 100, "SIDECAR_PPROF=abc\0", 18);
    assert_no_pprof(tree, 100, "is no port number");
    set_environment(tree, 100, "SIDECAR_PPROF=1\0", 16);
    assert_no_pprof(tree, 100, "nothing listens there");
    proc_tree_write(tree, "net/tcp", tcp_rows, -1);
    proc_tree_fd(tree, 101, 5, "socket:[200]", NULL);
    assert_no_pprof(tree, 100, "belongs to process 101 (sidecar)");
    proc_tree_remove(tree, "101/fd");
    assert_no_pprof(tree, 100, "another user");
    proc_tree_link(tree, "100/ns/net", "net:[1]");
    proc_tree_link(tree, "self/ns/net", "net:[2]");
    assert_no_pprof(tree, 100, "nsenter");
    g_autoptr(process_entry_auto) old = describe(tree, 100);
    old->id.start_ticks++;
    g_autoptr(GError) error = NULL;
    g_assert_null(find_pprof(&tree->options, old, NULL, &error));
    g_assert_nonnull(strstr(error->message, "has ended"));
}

/* --- a real server --- */

static const char index_page[] =
    "<html><body><table><tr><td>3</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>"
    "</table></body></html>";
static const char other_page[] = "<html>a web application</html>";

static int listen_somewhere(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, n), ==, 0);
    g_assert_cmpint(listen(fd, 8), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &n), ==, 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static void serve(int fd, const char *page)
{
    for (;;) {
        char request[4096], answer[1024];
        int client = accept(fd, NULL, NULL);
        if (read(client, request, sizeof request) > 0) {
            g_snprintf(answer, sizeof answer,
                       "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                       "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                       strlen(page), page);
            if (write(client, answer, strlen(answer)) < 0)
                _exit(1);
        }
        close(client);
    }
}

/* The child alone owns the listener: that is how its port is told from a stranger's. */
static pid_t start_server(const char *page, int *ret_port)
{
    int fd = listen_somewhere(ret_port);
    pid_t pid = fork();
    if (pid == 0)
        serve(fd, page);
    close(fd);
    return pid;
}

static void test_real_pprof(void)
{
    int port = 0, other_port = 0;
    pid_t pid = start_server(index_page, &port), other = start_server(other_page, &other_port);
    g_autoptr(GError) error = NULL;
    g_autoptr(process_entry_auto) entry = platform_describe(NULL, pid, &error);
    g_autofree char *url = find_pprof(NULL, entry, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *expected = g_strdup_printf("http://127.0.0.1:%d/debug/pprof", port);
    g_assert_cmpstr(url, ==, expected);
    g_assert_cmpint(find_port_owner(NULL, port), ==, pid);
    g_autoptr(process_entry_auto) stranger = platform_describe(NULL, other, &error);
    g_assert_null(find_pprof(NULL, stranger, NULL, &error));
    g_assert_nonnull(strstr(error->message, "none answers as pprof"));
    /* a Go program that has no pprof is not even asked: it may end of it */
    g_autoptr(GError) without = NULL;
    g_free(entry->go_version);
    entry->go_version = g_strdup("go1.26.8");
    g_assert_null(find_pprof(NULL, entry, NULL, &without));
    g_assert_nonnull(strstr(without->message, "its ports are left alone"));
    kill(pid, SIGKILL);
    kill(other, SIGKILL);
    waitpid(pid, NULL, 0);
    waitpid(other, NULL, 0);
}

static void test_ourselves(void)
{
    struct target_query query = {.kind = TARGET_QUERY_NAME,
                                 .name = (char *)(uintptr_t) "probes_find"};
    g_autoptr(GPtrArray) results = find_targets(NULL, &query, false, NULL);
    for (guint i = 0; i < results->len; i++) {
        const struct find_result *result = results->pdata[i];
        g_assert_cmpint(result->process->id.pid, !=, getpid());
        g_assert_cmpint(result->process->id.pid, !=, getppid());
    }
}

/* --- target --- */

static void test_target(void)
{
    g_autoptr(proc_tree_auto) tree = make_machine();
    g_autoptr(process_entry_auto) entry = describe(tree, 101);
    g_autoptr(target_auto) target = target_new(&tree->options, entry, NULL, "because");
    g_assert_true(target->is_sidecar);
    g_assert_cmpstr(target->name, ==, "sidecar");
    g_assert_cmpstr(target->platform.proc_root, ==, tree->root);
    g_assert_true(target->platform.proc_root != tree->root);
    g_assert_cmpstr(target->pprof_why, ==, "because");
    g_assert_null(target->pprof_url);
    g_assert_cmpint(target->started_real_us, >, 0);
    g_autoptr(target_auto) remote =
        target_new(NULL, NULL, "http://10.0.0.7:6060/debug/pprof", NULL);
    g_assert_cmpstr(remote->name, ==, "10.0.0.7:6060");
    g_assert_cmpint(remote->id.pid, ==, 0);
    g_assert_cmpstr(remote->exe, ==, "");
    g_assert_null(remote->platform.proc_root);
    target_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/find/query", test_query);
    g_test_add_func("/find/query-errors", test_query_errors);
    g_test_add_func("/find/ranking", test_ranking);
    g_test_add_func("/find/by-pid", test_by_pid);
    g_test_add_func("/find/kernel-threads", test_kernel_threads);
    g_test_add_func("/find/environment", test_environment);
    g_test_add_func("/find/listeners", test_listeners);
    g_test_add_func("/find/no-pprof", test_no_pprof);
    g_test_add_func("/find/real-pprof", test_real_pprof);
    g_test_add_func("/find/ourselves", test_ourselves);
    g_test_add_func("/find/target", test_target);
    return g_test_run();
}
