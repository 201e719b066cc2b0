/* Threads and children of live processes, and what they start. */

#include "tests/unit/probes/live_child.h"
#include "tests/unit/probes/proc_tree.h"
#include "tests/unit/probes/take.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void *burn(void *user)
{
    volatile unsigned long n = 0;

    prctl(PR_SET_NAME, "burner");
    for (;;)
        n++;
    return user;
}

static void *rest(void *user)
{
    for (;;)
        pause();
    return user;
}

static void run_threads(void *user)
{
    pthread_t thread;

    (void)user;
    pthread_create(&thread, NULL, burn, NULL);
    pthread_create(&thread, NULL, rest, NULL);
    pthread_create(&thread, NULL, rest, NULL);
    live_child_write("x", 1);
}

static const struct thread_entry *find_named(const struct threads_sample *sample, const char *name)
{
    for (size_t i = 0; i < sample->n_threads; i++)
        if (strcmp(sample->threads[i].name, name) == 0)
            return &sample->threads[i];
    return NULL;
}

/* Samples until the burner's share of a core is known. */
static struct threads_sample *until_measured(struct platform *platform)
{
    struct threads_sample *sample = take_threads(platform, NULL);
    gint64 until = g_get_monotonic_time() + 60 * (gint64)G_USEC_PER_SEC;

    for (;;) {
        g_assert_cmpint(g_get_monotonic_time(), <, until);
        struct threads_sample *next = take_threads(platform, sample);
        const struct thread_entry *burner = find_named(next, "burner");
        bool measured = burner != NULL && burner->cpu_percent > 5; /* of a busy machine */

        /* ticks are 10 ms: the pause between two looks decides how well a share is known */
        if (measured) {
            sample_unref(sample);
            return next;
        }
        sample_unref(next);
        g_usleep(20000);
    }
}

static void test_threads(void)
{
    char ready;
    struct live_child child = live_child_start(run_threads, NULL);

    live_child_report(&child, &ready, 1);
    struct platform *platform = live_child_open(&child);
    struct threads_sample *running = until_measured(platform);

    g_assert_cmpint(running->base.status, ==, SAMPLE_OK);
    live_child_pause(&child);
    struct threads_sample *stopped = take_threads(platform, running);
    g_autofree char *task = g_strdup_printf("/proc/%d/task", (int)child.pid);

    g_assert_cmpint(stopped->count, ==, live_count_entries(task));
    g_assert_cmpint(stopped->count, >=, 4); /* a sanitizer may have threads of its own */
    g_assert_cmpuint(stopped->n_threads, ==, (size_t)stopped->count);
    for (size_t i = 0; i < stopped->n_threads; i++) {
        g_assert_cmpint(stopped->threads[i].state, ==, 'T');
        g_assert_cmpint(stopped->threads[i].voluntary_switches, !=, SAMPLE_UNKNOWN);
        g_assert_true(i == 0 || stopped->threads[i - 1].tid < stopped->threads[i].tid);
    }
    g_assert_cmpint(find_named(stopped, "burner")->cpu_us, >, 0);
    sample_unref(running);
    sample_unref(stopped);
    platform_close(platform);
    live_child_end(&child);
}

/* --- children --- */

static void have_children(void *user)
{
    pid_t pids[2];

    (void)user;
    pids[0] = fork();
    if (pids[0] == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(3); /* the report ends with its writer */
        rest(NULL);
    }
    pids[1] = fork();
    if (pids[1] == 0)
        _exit(0);
    waitid(P_PID, (id_t)pids[1], NULL, WEXITED | WNOWAIT);
    live_child_write(pids, sizeof pids);
}

static void test_children(void)
{
    pid_t pids[2];
    struct live_child child = live_child_start(have_children, NULL);

    live_child_report(&child, pids, sizeof pids);
    struct platform *platform = live_child_open(&child);
    struct threads_sample *sample = take_threads(platform, NULL);

    g_assert_cmpuint(sample->n_children, ==, 2);
    g_assert_cmpuint(sample->n_zombies, ==, 1);
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(sample->children[i].parent, ==, child.pid);
        g_assert_true(sample->children[i].pid == pids[0] || sample->children[i].pid == pids[1]);
        g_assert_true((sample->children[i].state == 'Z') == (sample->children[i].pid == pids[1]));
        g_assert_cmpstr(sample->children[i].command, !=, "");
    }
    sample_unref(sample);
    platform_close(platform);
    kill(pids[0], SIGKILL);
    live_child_end(&child);
}

enum { STARTS = 25 };

/* Only once the test is watching. */
static void wait_for_gate(void *user)
{
    char go;

    if (read(*(int *)user, &go, 1) != 1)
        _exit(2);
}

static void start_commands(void *user)
{
    static char git[] = "git", status[] = "status";
    char *const argv[] = {git, status, NULL};
    char *const none[] = {NULL};

    wait_for_gate(user);
    for (int i = 0; i < STARTS; i++) {
        pid_t pid;

        if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, none) == 0)
            waitpid(pid, NULL, 0);
    }
    live_child_write("x", 1);
}

static bool is_watching(struct platform *platform)
{
    for (int i = 0; i < 100; i++) {
        struct threads_sample *sample = take_threads(platform, NULL);
        bool exact = sample->spawns_exact;

        sample_unref(sample);
        if (exact)
            return true;
        g_usleep(10000);
    }
    return false;
}

/* All are counted; on a busy machine some end before their command line can be read. */
static uint64_t starts_of(struct platform *platform)
{
    struct threads_sample *sample = take_threads(platform, NULL);
    uint64_t n = 0;

    for (size_t i = 0; i < sample->n_spawns; i++)
        if (strcmp(sample->spawns[i].command, "git status") == 0 ||
            strcmp(sample->spawns[i].command, "true") == 0 ||
            strcmp(sample->spawns[i].command, "(too short to be named)") == 0)
            n += sample->spawns[i].total;
    g_assert_cmpuint(sample->spawns_total, ==, n);
    sample_unref(sample);
    return n;
}

static void test_starts(void)
{
    int gate[2];
    char done;

    g_assert_cmpint(pipe(gate), ==, 0);
    /* number 3 is the report's, and what is above it gets closed: the gate becomes standard input
     */
    dup2(gate[0], STDIN_FILENO);
    int in = STDIN_FILENO;
    struct live_child child = live_child_start(start_commands, &in);
    struct platform *platform = live_child_open(&child);
    bool exact = is_watching(platform);

    g_assert_cmpint(write(gate[1], "g", 1), ==, 1);
    live_child_report(&child, &done, 1);
    if (exact) {
        gint64 until = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;

        while (starts_of(platform) < STARTS && g_get_monotonic_time() < until)
            g_usleep(1000);
        g_assert_cmpuint(starts_of(platform), ==, STARTS);
    } else {
        g_test_message("this kernel does not report starts to this user");
    }
    platform_close(platform);
    live_child_end(&child);
    close(gate[0]);
    close(gate[1]);
}

/* --- in a container --- */

enum { SKIPPED = 77, CONTAINER_STARTS = 20 };

/* When it is told to: one command after the other, each long enough to be seen by looking. */
static void start_slow_commands(void *user)
{
    static char git[] = "git", seconds[] = "0.05";
    char *const argv[] = {git, seconds, NULL};
    char *const none[] = {NULL};

    wait_for_gate(user);
    for (int i = 0; i < CONTAINER_STARTS; i++) {
        pid_t pid;

        if (posix_spawn(&pid, "/bin/sleep", NULL, NULL, argv, none) == 0)
            waitpid(pid, NULL, 0);
    }
    live_child_write("x", 1);
}

/* Starts are counted from some moment on. */
static bool is_counting(struct platform *platform)
{
    struct threads_sample *sample = take_threads(platform, NULL);
    bool counts = sample->spawns_since_us != 0;

    sample_unref(sample);
    return counts;
}

/* As the first process of a pid namespace with a procfs of its own; its exit status. */
static int watch_in_container(void)
{
    char done;
    int gate[2], in = STDIN_FILENO;

    if (mount("proc", "/proc", "proc", 0, NULL) != 0)
        return SKIPPED;
    g_assert_cmpint(pipe(gate), ==, 0);
    dup2(gate[0], in);
    struct live_child child = live_child_start(start_slow_commands, &in);
    struct platform *platform = live_child_open(&child);

    while (!is_counting(platform))
        g_usleep(1000);
    g_assert_cmpint(write(gate[1], "g", 1), ==, 1);
    live_child_report(&child, &done, 1);
    struct threads_sample *sample = take_threads(platform, NULL);

    g_assert_false(sample->spawns_exact);
    g_assert_nonnull(strstr(sample->spawns_why, "pid namespace"));
    /* on a busy machine some are missed; without looking often all would be */
    g_assert_cmpuint(sample->spawns_total, >=, CONTAINER_STARTS / 4);
    g_assert_cmpuint(sample->spawns_total, <=, CONTAINER_STARTS);
    g_assert_true(g_str_has_prefix(sample->spawns[0].command, "git"));
    sample_unref(sample);
    platform_close(platform);
    live_child_end(&child);
    return 0;
}

/* Its numbers are not those of the kernel's process events: looking takes their place. */
static void test_container(void)
{
    int status = 0;
    pid_t outer = fork();

    if (outer == 0) {
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 ||
            mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
            _exit(SKIPPED);
        pid_t first = fork();

        if (first == 0)
            _exit(watch_in_container());
        if (first < 0 || waitpid(first, &status, 0) != first)
            _exit(1);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    g_assert_cmpint(waitpid(outer, &status, 0), ==, outer);
    g_assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED)
        g_test_skip("no pid namespace may be made here");
    else
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

/* --- what is no live process --- */

static void test_recorded(void)
{
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    struct proc_tree_process process = {
        .pid = 100, .parent = 1, .comm = "sidecar", .state = 'S', .start_ticks = 5, .exe = "/x"};

    proc_tree_process(tree, &process);
    proc_tree_write(tree, "100/task/100/stat",
                    "100 (a) S (b) S 1 1 1 0 -1 0 1 0 0 0 3 4 0 0 20 0 1 0 5 100 10 0\n", -1);
    proc_tree_write(tree, "100/task/100/status",
                    "Name:\ta\nvoluntary_ctxt_switches:\t7\nnonvoluntary_ctxt_switches:\t8\n", -1);
    proc_tree_write(tree, "100/task/100/schedstat", "1000 2000000 3\n", -1);
    proc_tree_write(tree, "100/task/100/wchan", "futex_do_wait", -1);
    struct platform *platform = platform_open(&tree->options, 100, NULL, NULL);
    struct threads_sample *sample = take_threads(platform, NULL);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_cmpuint(sample->n_threads, ==, 1);
    g_assert_cmpstr(sample->threads[0].name, ==, "a) S (b");
    g_assert_cmpstr(sample->threads[0].wait_channel, ==, "futex_do_wait");
    g_assert_cmpint(sample->threads[0].voluntary_switches, ==, 7);
    g_assert_cmpint(sample->threads[0].involuntary_switches, ==, 8);
    g_assert_cmpint(sample->threads[0].run_wait_us, ==, 2000);
    g_assert_true(isnan(sample->threads[0].cpu_percent));
    g_assert_false(sample->spawns_exact);
    g_assert_cmpstr(sample->spawns_why, !=, "");
    sample_unref(sample);
    platform_close(platform);
}

static void test_orphans(void)
{
    static const char client[] = "tmux\0-C\0attach-session\0-t\0sidecar-sh-1";
    g_autoptr(proc_tree_auto) tree = proc_tree_new();
    const struct proc_tree_process processes[] = {
        {.pid = 1, .comm = "init", .state = 'S', .start_ticks = 1, .exe = "/sbin/init"},
        {.pid = 100, .parent = 1, .comm = "sidecar", .state = 'S', .start_ticks = 5, .exe = "/x"},
        {.pid = 101,
         .parent = 100,
         .comm = "tmux: client",
         .state = 'S',
         .start_ticks = 6,
         .cmdline = client,
         .cmdline_n = sizeof client,
         .exe = "/usr/bin/tmux"},
        {.pid = 102,
         .parent = 1,
         .comm = "tmux: client",
         .state = 'S',
         .start_ticks = 4,
         .cmdline = client,
         .cmdline_n = sizeof client,
         .exe = "/usr/bin/tmux"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(processes); i++)
        proc_tree_process(tree, &processes[i]);
    proc_tree_write(tree, "100/task/100/stat",
                    "100 (x) S 1 1 1 0 -1 0 1 0 0 0 3 4 0 0 20 0 1 0 5 100 10 0\n", -1);
    struct platform *platform = platform_open(&tree->options, 100, NULL, NULL);
    struct threads_sample *sample = take_threads(platform, NULL);

    g_assert_cmpuint(sample->n_orphans, ==, 1);
    g_assert_cmpint(sample->orphans[0].pid, ==, 102);
    g_assert_nonnull(strstr(sample->orphans[0].command, "attach-session"));
    sample_unref(sample);
    platform_close(platform);
}

static void test_gone(void)
{
    char ready;
    struct live_child child = live_child_start(live_child_idle, NULL);

    live_child_report(&child, &ready, 1);
    struct platform *platform = live_child_open(&child);

    live_child_end(&child);
    struct threads_sample *sample = take_threads(platform, NULL);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_GONE);
    sample_unref(sample);
    platform_close(platform);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/probes/linux/tasks/threads", test_threads);
    g_test_add_func("/probes/linux/tasks/children", test_children);
    g_test_add_func("/probes/linux/tasks/starts", test_starts);
    g_test_add_func("/probes/linux/tasks/container", test_container);
    g_test_add_func("/probes/linux/tasks/recorded", test_recorded);
    g_test_add_func("/probes/linux/tasks/orphans", test_orphans);
    g_test_add_func("/probes/linux/tasks/gone", test_gone);
    return g_test_run();
}
