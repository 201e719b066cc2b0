#include "pprof/hash.h"
#include "probes/goruntime/system_calls.h"
#include "probes/goruntime/waits.h"

#include <inttypes.h>

/* Which threads the goroutines of a dump are on, and what these do in the kernel. */

/* Places in list of those on a thread, by hash_u64 of their ids. */
static GHashTable *on_threads(const struct goroutine_list *list)
{
    GHashTable *table = g_hash_table_new(hash_u64, g_int64_equal);

    for (size_t i = 0; i < list->n; i++)
        if (list->goroutines[i].thread != 0)
            g_hash_table_insert(table, &list->goroutines[i].id, GSIZE_TO_POINTER(i + 1));
    return table;
}

static struct goroutine_thread thread_of(struct goroutine_dump *dump,
                                         const struct live_goroutine *g,
                                         const struct go_runtime *runtime, int pid)
{
    struct goroutine_thread ret = {.id = g->id, .tid = (int64_t)g->thread, .call = "", .fd = -1};
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%" PRIu64 "/syscall", pid, g->thread);
    g_autofree char *line = NULL;

    if (g->status != GOROUTINE_STATUS_SYSCALL || !g_file_get_contents(path, &line, NULL, NULL))
        return ret;
    g_autofree char *call =
        system_call_describe(line, runtime->layout.arch, runtime->memory, &ret.fd);

    if (call != NULL)
        ret.call = goroutine_dump_keep_text(dump, call);
    return ret;
}

void goroutine_dump_add_threads(struct goroutine_dump *dump, const struct goroutine_list *list,
                                const struct go_runtime *runtime, int pid)
{
    g_autoptr(GHashTable) places = on_threads(list);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct goroutine_thread));

    for (size_t i = 0; i < dump->n_buckets && g_hash_table_size(places) > 0; i++) {
        struct goroutine_bucket *bucket = &dump->buckets[i];

        g_array_set_size(found, 0);
        for (size_t k = 0; bucket->ids != NULL && k < bucket->count; k++) {
            size_t place = GPOINTER_TO_SIZE(g_hash_table_lookup(places, &bucket->ids[k]));

            if (place == 0)
                continue;
            struct goroutine_thread thread =
                thread_of(dump, &list->goroutines[place - 1], runtime, pid);

            g_array_append_val(found, thread);
        }
        if (found->len == 0)
            continue;
        struct goroutine_thread *threads = goroutine_dump_alloc(dump, found->len * sizeof *threads);

        for (guint k = 0; k < found->len; k++)
            threads[k] = g_array_index(found, struct goroutine_thread, k);
        bucket->threads = threads;
        bucket->n_threads = found->len;
    }
}
