/* The census of a live process whose number passes to another, and of paths too deep to print. */

#include "tests/unit/probes/live_child.h"
#include "tests/unit/probes/take.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the number belongs to another process now --- */

enum { HELD = 500, REPLACEMENTS = 5, TICK_US = 30 * 1000 /* start times count in 10 ms */ };

static void hold_null(void *user)
{
    int n = HELD;

    (void)user;
    for (int i = 0; i < n; i++)
        if (open("/dev/null", O_RDONLY) < 0)
            _exit(2);
    live_child_write(&n, sizeof n);
}

/* Bare system calls only: the other thread may hold any lock of the library. */
static void hold_zero_and_wait(void)
{
    syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    for (int i = 0; i < HELD; i++)
        syscall(SYS_openat, AT_FDCWD, "/dev/zero", O_RDONLY, 0);
    for (;;)
        syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

/* A new child with the number of a dead one; needs rights over the pid name space. 0 or errno. */
static int start_as(pid_t pid)
{
    struct clone_args arguments = {
        .exit_signal = SIGCHLD, .set_tid = (uint64_t)(uintptr_t)&pid, .set_tid_size = 1};
    long started = syscall(SYS_clone3, &arguments, sizeof arguments);

    if (started == 0)
        hold_zero_and_wait();
    return started > 0 ? 0 : errno;
}

/* Reads until the target is gone: what it calls whole is never the other's. */
static void *read_until_gone(void *user)
{
    struct platform *platform = user;
    struct files_sample *previous = take_files(platform, NULL);

    while (previous->base.status == SAMPLE_OK) {
        g_assert_cmpint(previous->count, >=, HELD);
        for (size_t i = 0; i < previous->n_fds; i++)
            g_assert_cmpstr(previous->fds[i].path, !=, "/dev/zero");
        struct files_sample *sample = take_files(platform, previous);

        sample_unref(previous);
        previous = sample;
    }
    g_assert_cmpint(previous->base.status, ==, SAMPLE_GONE);
    sample_unref(previous);
    return NULL;
}

/* False: this user or kernel cannot choose numbers, or somebody else was given it. */
static bool replace_once(void)
{
    int held;
    struct live_child child = live_child_start(hold_null, NULL);

    live_child_report(&child, &held, sizeof held);
    g_usleep(TICK_US); /* so that the start times differ */
    struct platform *platform = live_child_open(&child);
    GThread *reader = g_thread_new("reader", read_until_gone, platform);

    g_assert_cmpint(kill(child.pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(child.pid, NULL, 0), ==, child.pid);
    int error = start_as(child.pid);

    g_thread_join(reader);
    if (error == 0) {
        struct files_sample *sample = take_files(platform, NULL);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_GONE);
        g_assert_nonnull(strstr(sample->base.reason, "belongs to another process"));
        g_assert_cmpuint(sample->n_fds, ==, 0);
        sample_unref(sample);
        live_child_end(&child);
    } else {
        close(child.report);
    }
    platform_close(platform);
    return error == 0;
}

static void test_number_passes_on(void)
{
    int replaced = 0;

    for (int i = 0; i < REPLACEMENTS; i++)
        replaced += replace_once();
    if (replaced == 0)
        g_test_skip("this user may not choose process numbers");
}

/* --- paths at and over 4096 bytes --- */

enum { LONGEST = 4095, DELETED_SUFFIX = 10, STEP = 200, N_DEEP = 5 };

enum { DEEP_LONGEST, DEEP_OVER, DEEP_OTHER, DEEP_DELETED, DEEP_DELETED_OVER };

struct deep {
    int fd[N_DEEP];
    uint64_t inode[N_DEEP];
};

/* Goes down by relative names, the only way there; returns the length of the path. */
static size_t go_down(const char *dir, size_t until)
{
    char step[STEP + 1];
    g_autofree char *here = NULL;

    memset(step, 'd', STEP);
    step[STEP] = '\0';
    if (chdir(dir) != 0)
        _exit(2);
    here = g_get_current_dir();
    size_t length = strlen(here);

    for (; length + 1 + STEP < until; length += 1 + STEP)
        if ((mkdir(step, 0700) != 0 && errno != EEXIST) || chdir(step) != 0)
            _exit(2);
    return length;
}

/* Opens a file here whose path has length bytes in all, and that many bytes of content. */
static int open_deep(size_t here, size_t length, char letter)
{
    char name[256];
    size_t n = length - here - 1;

    if (n >= sizeof name)
        _exit(2);
    memset(name, letter, n);
    name[n] = '\0';
    int fd = open(name, O_CREAT | O_RDWR, 0600);

    if (fd < 0 || ftruncate(fd, letter) != 0)
        _exit(2);
    if (letter >= 'x' && unlink(name) != 0)
        _exit(2);
    return fd;
}

static void hold_deep(void *user)
{
    struct deep deep;
    size_t here = go_down(user, LONGEST - DELETED_SUFFIX - 1);

    deep.fd[DEEP_LONGEST] = open_deep(here, LONGEST, 'a');
    deep.fd[DEEP_OVER] = open_deep(here, LONGEST + 1, 'b');
    deep.fd[DEEP_OTHER] = open_deep(here, LONGEST + 1, 'c');
    deep.fd[DEEP_DELETED] = open_deep(here, LONGEST - DELETED_SUFFIX, 'x');
    deep.fd[DEEP_DELETED_OVER] = open_deep(here, LONGEST - DELETED_SUFFIX + 1, 'y');
    for (int i = 0; i < N_DEEP; i++) {
        struct stat st;

        if (fstat(deep.fd[i], &st) != 0)
            _exit(2);
        deep.inode[i] = st.st_ino;
    }
    live_child_write(&deep, sizeof deep);
}

static void check_deep(const struct files_sample *sample, const struct deep *deep)
{
    static const struct {
        char letter; /* also its size */
        size_t length;
        bool deleted;
    } truths[N_DEEP] = {
        [DEEP_LONGEST] = {'a', LONGEST, false},
        [DEEP_OVER] = {'b', 0, false},
        [DEEP_OTHER] = {'c', 0, false},
        [DEEP_DELETED] = {'x', LONGEST - DELETED_SUFFIX, true},
        [DEEP_DELETED_OVER] = {'y', 0, true},
    };
    int found = 0;

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    for (size_t i = 0; i < sample->n_fds; i++) {
        const struct fd_entry *entry = &sample->fds[i];

        for (int k = 0; k < N_DEEP; k++) {
            if (deep->fd[k] != entry->fd)
                continue;
            found++;
            g_test_message("file %c, number %d", truths[k].letter, entry->fd);
            g_assert_cmpint(entry->type, ==, FD_REG);
            g_assert_cmpuint(entry->inode, ==, deep->inode[k]); /* its own, not a namesake's */
            g_assert_cmpint(entry->size, ==, truths[k].letter);
            g_assert_true(entry->deleted == truths[k].deleted);
            if (truths[k].length > 0)
                g_assert_cmpuint(strlen(entry->path), ==, truths[k].length);
            else
                g_assert_cmpstr(entry->path, ==, "(path too long)");
        }
    }
    g_assert_cmpint(found, ==, N_DEEP);
}

/* As deep as it went, level by level: no path reaches the bottom. */
static void remove_deep(const char *dir)
{
    const char *argv[] = {"rm", "-rf", dir, NULL};
    int status = 1;

    g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                 &status, NULL);
    g_assert_cmpint(status, ==, 0);
}

static void test_deep_paths(void)
{
    struct deep deep;
    g_autofree char *dir = g_dir_make_tmp("sidescope-deep-XXXXXX", NULL);
    struct live_child child = live_child_start(hold_deep, dir);

    live_child_report(&child, &deep, sizeof deep);
    struct platform *platform = live_child_open(&child);
    struct files_sample *first = take_files(platform, NULL);
    struct files_sample *second = take_files(platform, first);

    check_deep(first, &deep);
    sample_unref(first);
    check_deep(second, &deep);
    g_assert_cmpuint(second->opened + second->closed, ==, 0);
    sample_unref(second);
    platform_close(platform);
    live_child_end(&child);
    remove_deep(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hostile-names/number-passes-on", test_number_passes_on);
    g_test_add_func("/hostile-names/deep-paths", test_deep_paths);
    return g_test_run();
}
