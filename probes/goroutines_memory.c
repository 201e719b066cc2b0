#include "probes/goroutines_memory.h"

#include "pprof/hash.h"
#include "probes/goruntime/waits.h"
#include "probes/leak_marks.h"

#include <string.h>
#include <time.h>

bool goroutines_memory_read(struct go_process *process, struct goroutine_dump **ret_dump,
                            GBytes **ret_text, GError **error)
{
    struct go_runtime *runtime = go_process_open(process, error);
    struct timespec now;

    if (runtime == NULL)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    g_autoptr(goroutine_list_auto) list =
        goroutines_read(runtime, now.tv_sec * INT64_C(1000000000) + now.tv_nsec, error);

    if (list == NULL) {
        go_process_drop(process);
        return false;
    }
    g_autoptr(wait_list_auto) waits = waits_read(runtime, list, NULL);

    leak_marks_apply(go_process_target(process)->leaks, list);
    *ret_dump = goroutine_list_to_dump(list);
    if (waits != NULL)
        goroutine_dump_add_waits(*ret_dump, list, waits);
    goroutine_dump_add_threads(*ret_dump, list, runtime, go_process_pid(process));
    /* What it would have been, and below that what pprof does not tell. */
    gsize n;
    char *text = g_bytes_unref_to_data(goroutine_list_to_text(list), &n);
    GString *out = g_string_new_len(text, (gssize)n);

    g_free(text);
    goroutine_dump_write_waits(*ret_dump, out);
    *ret_text = g_string_free_to_bytes(out);
    return true;
}

/* --- comparing --- */

/* Goroutines by number: hash_u64 of ids that the dump owns -> its buckets. */
static GHashTable *by_id(const struct goroutine_dump *dump)
{
    GHashTable *table = g_hash_table_new(hash_u64, g_int64_equal);

    for (size_t i = 0; i < dump->n_buckets; i++)
        for (size_t k = 0; dump->buckets[i].ids != NULL && k < dump->buckets[i].count; k++)
            g_hash_table_insert(table, (gpointer)(uintptr_t)&dump->buckets[i].ids[k],
                                &dump->buckets[i]);
    return table;
}

/* Up to where either text leaves frames out. */
static bool is_same_stack(const struct goroutine_bucket *a, const struct goroutine_bucket *b)
{
    enum { TEXT_FRAMES = 45 }; /* Go prints the first 50 of a deep stack, hidden ones counted */
    size_t most = MAX(a->n_frames, b->n_frames), n = MIN(a->n_frames, b->n_frames);

    if (a->category != b->category || (a->n_frames != b->n_frames && most <= TEXT_FRAMES))
        return false;
    for (size_t i = 0; i < MIN(n, TEXT_FRAMES); i++)
        if (a->frames[i].line != b->frames[i].line ||
            strcmp(a->frames[i].function, b->frames[i].function) != 0)
            return false;
    return true;
}

static bool is_near(size_t a, size_t b)
{
    enum { SHARE = 20, AT_LEAST = 5 };

    return MAX(a, b) - MIN(a, b) <= MAX(MAX(a, b) / SHARE, AT_LEAST);
}

bool goroutines_memory_agrees(const struct goroutine_dump *memory,
                              const struct goroutine_dump *pprof)
{
    enum { SHARE = 20, AT_LEAST = 3 };

    if (!pprof->has_states)
        return is_near(memory->total, pprof->total);
    g_autoptr(GHashTable) ours = by_id(memory);
    size_t compared = 0, different = 0;

    for (size_t i = 0; i < pprof->n_buckets; i++) {
        const struct goroutine_bucket *b = &pprof->buckets[i];

        if (b->category == GOROUTINE_RUNNING || b->is_profiler)
            continue; /* never the same twice */
        for (size_t k = 0; k < b->count; k++) {
            const struct goroutine_bucket *own = g_hash_table_lookup(ours, &b->ids[k]);

            compared++;
            different += own == NULL || !is_same_stack(own, b);
        }
    }
    return different <= MAX(compared / SHARE, AT_LEAST) && different < MAX(compared, 1);
}
