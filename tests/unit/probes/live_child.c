#include "tests/unit/probes/live_child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct live_child live_child_start(void (*body)(void *), void *user)
{
    int ends[2];
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
        dup2(ends[1], 3);
        close_range(4, ~0U, 0);
        body(user);
        close(3);
        for (;;)
            pause();
    }
    close(ends[1]);
    return (struct live_child){pid, ends[0]};
}

void live_child_report(struct live_child *child, void *ret, size_t n)
{
    size_t got = 0;
    for (;;) {
        char rest;
        ssize_t k = got < n ? read(child->report, (char *)ret + got, n - got)
                            : read(child->report, &rest, 1);
        if (k <= 0)
            break;
        got += (size_t)k;
    }
    g_assert_cmpuint(got, ==, n);
    close(child->report);
}

void live_child_pause(const struct live_child *child)
{
    int status;
    kill(child->pid, SIGSTOP);
    g_assert_cmpint(waitpid(child->pid, &status, WUNTRACED), ==, child->pid);
    g_assert_true(WIFSTOPPED(status));
}

void live_child_end(const struct live_child *child)
{
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
}

struct platform *live_child_open(const struct live_child *child)
{
    g_autoptr(GError) error = NULL;
    struct platform *platform = platform_open(NULL, child->pid, NULL, &error);
    g_assert_no_error(error);
    return platform;
}

void live_child_write(const void *report, size_t n)
{
    if (write(3, report, n) != (ssize_t)n)
        _exit(2);
}

void live_child_idle(void *user)
{
    (void)user;
    live_child_write("x", 1);
}

int64_t live_count_entries(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    int64_t n = 0;
    while (dir && g_dir_read_name(dir))
        n++;
    return n;
}
