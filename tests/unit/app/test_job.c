/* Work off the main loop's thread, and the end of it. */

#include "app/ground/job.h"

enum { WORK_MS = 300, SHORT_MS = 20, LONG_MS = 10 * 1000 };

static void *sleep_a_while(void *data, const int *cancelled)
{
    (void)data;
    (void)cancelled;
    g_usleep(WORK_MS * 1000);
    return NULL;
}

static void never(void *result, void *user)
{
    (void)result;
    (void)user;
    g_assert_not_reached();
}

/* Who leaves must know whether a thread still runs that nobody waits for. */
static void test_wait_all(void)
{
    struct job *job = job_start(&(struct job_ops){.work = sleep_a_while, .done = never}, NULL);

    job_cancel(job);
    g_assert_false(job_wait_all(SHORT_MS));
    g_assert_true(job_wait_all(LONG_MS));
    g_assert_true(job_wait_all(0));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/job/wait-all", test_wait_all);
    return g_test_run();
}
