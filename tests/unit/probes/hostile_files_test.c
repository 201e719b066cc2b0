/* The census when the target does not hold still, or is not ours to look at. */

#include "tests/unit/probes/live_child.h"
#include "tests/unit/probes/take.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- thousands of descriptors come and go --- */

enum { BASE_FDS = 50 };

static void churn(void *user)
{
    int fds[40], n = BASE_FDS;

    (void)user;
    for (int i = 0; i < BASE_FDS; i++)
        if (open("/dev/null", O_RDONLY) < 0)
            _exit(2);
    live_child_write(&n, sizeof n);
    close(3); /* the report ends here: the rest goes on until the child is killed */
    for (;;) {
        for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
            fds[i] = open(i % 2 ? "/dev/zero" : "/etc/hostname", O_RDONLY);
        for (size_t i = 0; i < G_N_ELEMENTS(fds); i++)
            close(fds[(i * 7) % G_N_ELEMENTS(fds)]);
    }
}

/* Every list is one that could have been: sorted, no number twice, sums that agree. */
static void check_consistent(const struct files_sample *sample)
{
    int64_t types = 0, groups = 0, templates = 0;

    for (size_t i = 1; i < sample->n_fds; i++)
        g_assert_cmpint(sample->fds[i - 1].fd, <, sample->fds[i].fd);
    for (int t = 0; t < FD_N_TYPES; t++)
        types += sample->by_type[t];
    for (size_t i = 0; i < sample->n_groups; i++)
        groups += sample->groups[i].count;
    for (size_t i = 0; i < sample->n_templates; i++)
        templates += sample->templates[i].count;
    g_assert_cmpint(types, ==, (int64_t)sample->n_fds);
    g_assert_cmpint(groups, ==, (int64_t)sample->n_fds);
    g_assert_cmpint(templates, ==, (int64_t)sample->n_fds);
    g_assert_cmpint(sample->count, ==, (int64_t)sample->n_fds);
}

static void test_churn(void)
{
    int held = 0;
    struct live_child child = live_child_start(churn, NULL);
    uint64_t opened = 0, closed = 0;
    size_t first_n = 0, last_n = 0;

    live_child_report(&child, &held, sizeof held);
    struct platform *platform = live_child_open(&child);
    struct files_sample *previous = NULL;

    for (int round = 0; round < 100; round++) {
        struct files_sample *sample = take_files(platform, previous);

        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpuint(sample->n_fds, >=, (size_t)held);
        check_consistent(sample);
        opened += sample->opened;
        closed += sample->closed;
        first_n = round == 0 ? sample->n_fds : first_n;
        last_n = sample->n_fds;
        sample_unref(previous);
        previous = sample;
    }
    /* births and deaths account for every difference */
    g_assert_cmpint((int64_t)first_n + (int64_t)opened - (int64_t)closed, ==, (int64_t)last_n);
    sample_unref(previous);
    platform_close(platform);
    live_child_end(&child);
}

/* Stopped in the middle of it, the count is the kernel's, and two looks agree. */
static void test_stopped(void)
{
    int held = 0;
    struct live_child child = live_child_start(churn, NULL);

    live_child_report(&child, &held, sizeof held);
    g_autofree char *dir = g_strdup_printf("/proc/%d/fd", (int)child.pid);
    struct platform *platform = live_child_open(&child);

    for (int round = 0; round < 20; round++) {
        live_child_pause(&child);
        struct files_sample *sample = take_files(platform, NULL);
        struct files_sample *again = take_files(platform, sample);

        g_assert_cmpint(sample->count, ==, live_count_entries(dir));
        g_assert_cmpuint(again->opened + again->closed, ==, 0);
        g_assert_cmpint(again->count, ==, sample->count);
        check_consistent(again);
        sample_unref(sample);
        sample_unref(again);
        g_assert_cmpint(kill(child.pid, SIGCONT), ==, 0);
    }
    platform_close(platform);
    live_child_end(&child);
}

/* --- it dies while it is read --- */

static void *kill_later(void *user)
{
    const struct live_child *child = user;

    kill(child->pid, SIGKILL);
    return NULL;
}

static void test_dies(void)
{
    for (int round = 0; round < 20; round++) {
        int held = 0;
        struct live_child child = live_child_start(churn, NULL);

        live_child_report(&child, &held, sizeof held);
        struct platform *platform = live_child_open(&child);
        struct files_sample *previous = take_files(platform, NULL);
        GThread *killer = g_thread_new("killer", kill_later, &child);
        enum sample_status status = SAMPLE_OK;

        while (status == SAMPLE_OK) {
            struct files_sample *sample = take_files(platform, previous);

            status = sample->base.status;
            if (status == SAMPLE_OK)
                check_consistent(sample);
            sample_unref(previous);
            previous = sample;
        }
        /* never a list that looks as if all had been closed */
        g_assert_cmpint(status, ==, SAMPLE_GONE);
        g_thread_join(killer);
        sample_unref(previous);
        platform_close(platform);
        live_child_end(&child);
    }
}

/* --- another user's process --- */

/* Becomes nobody, who may not look into root's process; the exit status tells what was seen. */
static int look_as_nobody(pid_t pid)
{
    const struct passwd *nobody = getpwnam("nobody");

    if (nobody == NULL || setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0)
        return 77;
    struct platform *platform = platform_open(NULL, pid, NULL, NULL);

    if (platform == NULL)
        return 2;
    struct files_sample *sample = take_files(platform, NULL);
    int status = sample->base.status == SAMPLE_DENIED ? 0 : sample->base.reason[0] == '\0' ? 3 : 4;

    if (status == 0 && (sample->n_fds != 0 || strstr(sample->base.reason, "root") == NULL))
        status = 5;
    sample_unref(sample);
    platform_close(platform);
    return status;
}

static void test_other_user(void)
{
    if (geteuid() != 0) {
        g_test_skip("only root can become somebody else");
        return;
    }
    struct live_child child = live_child_start(live_child_idle, NULL);
    char byte;
    int wait_status = 0;

    live_child_report(&child, &byte, 1);
    pid_t viewer = fork();

    if (viewer == 0)
        _exit(look_as_nobody(child.pid));
    g_assert_cmpint(waitpid(viewer, &wait_status, 0), ==, viewer);
    g_assert_true(WIFEXITED(wait_status));
    if (WEXITSTATUS(wait_status) == 77)
        g_test_skip("nobody does not exist here");
    else
        g_assert_cmpint(WEXITSTATUS(wait_status), ==, 0);
    live_child_end(&child);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hostile-files/churn", test_churn);
    g_test_add_func("/hostile-files/stopped", test_stopped);
    g_test_add_func("/hostile-files/dies", test_dies);
    g_test_add_func("/hostile-files/other-user", test_other_user);
    return g_test_run();
}
