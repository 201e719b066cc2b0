/* Several readers of one process, each on a thread of its own, over the same tables. */

#include "probes/go_process.h"
#include "probes/goruntime/goroutines.h"
#include "tests/goruntime/state/live.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>

enum { READERS = 4, ROUNDS = 20, PARKED = 50 };

/* Attaches, reads, and begins anew now and then, as after a reading that failed. */
static void *read_all_the_time(void *data)
{
    struct go_process *process = go_process_new(data);

    for (int i = 0; i < ROUNDS; i++) {
        g_autoptr(GError) error = NULL;
        struct go_runtime *runtime = go_process_open(process, &error);

        g_assert_no_error(error);
        g_autoptr(goroutine_list_auto) list = goroutines_read(runtime, 0, &error);

        g_assert_no_error(error);
        g_assert_cmpuint(list->n, >=, PARKED);
        g_assert_cmpuint(list->n_incomplete, ==, 0);
        if (i % 7 == 3) {
            g_clear_pointer(&list, goroutine_list_free);
            go_process_drop(process);
        }
    }
    go_process_free(process);
    return NULL;
}

static void fill_target(struct target *target, int pid)
{
    g_autoptr(GError) error = NULL;
    struct platform *platform = platform_open(&target->platform, pid, NULL, &error);

    g_assert_no_error(error);
    target->id = platform_identity(platform);
    platform_close(platform);
}

static void one_build(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);
    struct target target = {0};
    pthread_t readers[READERS];

    (void)build;
    g_free(live_say(live, "many %d", PARKED));
    fill_target(&target, live_pid(live));
    for (int i = 0; i < READERS; i++)
        g_assert_cmpint(pthread_create(&readers[i], NULL, read_all_the_time, &target), ==, 0);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    live_stop(live);
}

static void test_threads(void)
{
    live_each(one_build);
}

/* Who comes second needs none of what the first had to find. */
static void one_second(const struct live_build *build, const char *program)
{
    struct live *live = live_start(program);
    struct target target = {0};
    g_autoptr(GError) error = NULL;

    (void)build;
    fill_target(&target, live_pid(live));
    struct go_process *first = go_process_new(&target), *second = go_process_new(&target);
    struct go_runtime *a = go_process_open(first, &error), *b = go_process_open(second, &error);

    g_assert_no_error(error);
    g_assert_true(a->module == b->module && a->program == b->program);
    g_assert_true(a->memory != b->memory && a->symbols != b->symbols);
    g_assert_cmpuint(b->memory->n_calls, ==, 0);
    go_process_free(first);
    g_autoptr(goroutine_list_auto) list = goroutines_read(b, 0, &error);

    g_assert_no_error(error);
    g_clear_pointer(&list, goroutine_list_free);
    go_process_free(second);
    live_stop(live);
}

static void test_second(void)
{
    live_each(one_second);
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/goruntime/sharing/second", test_second);
    g_test_add_func("/goruntime/sharing/threads", test_threads);
    return g_test_run();
}
