#include "tests/unit/probes/counts.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

enum { PATIENCE_MS = 2000 };

static size_t count_entries(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    size_t n = 0;

    g_assert_nonnull(dir);
    while (g_dir_read_name(dir) != NULL)
        n++;
    g_dir_close(dir);
    return n;
}

static void *do_nothing(void *user)
{
    return user;
}

/* Sanitizers start a thread of their own with the first of ours. */
static void warm_up(void)
{
    pthread_t thread;

    g_assert_cmpint(pthread_create(&thread, NULL, do_nothing, NULL), ==, 0);
    pthread_join(thread, NULL);
}

static struct counts count(void)
{
    return (struct counts){count_entries("/proc/self/fd"), count_entries("/proc/self/task")};
}

struct counts counts_now(void)
{
    static bool warm = false;

    if (!warm) {
        warm_up();
        g_usleep(20000); /* the joined thread leaves the listing */
        warm = true;
    }
    return count();
}

void counts_assert_back(struct counts before)
{
    struct counts now = count();

    /* a joined thread may stay in the listing for an instant */
    for (int ms = 0; ms < PATIENCE_MS && now.threads > before.threads; ms++) {
        g_usleep(1000);
        now = count();
    }
    g_assert_cmpuint(now.fds, ==, before.fds);
    g_assert_cmpuint(now.threads, ==, before.threads);
}

bool counts_has_thread(const char *name)
{
    GDir *dir = g_dir_open("/proc/self/task", 0, NULL);
    const char *task;
    bool found = false;

    while (!found && (task = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_strdup_printf("/proc/self/task/%s/comm", task);
        g_autofree char *comm = NULL;

        if (g_file_get_contents(path, &comm, NULL, NULL))
            found = strcmp(g_strstrip(comm), name) == 0;
    }
    g_dir_close(dir);
    return found;
}
