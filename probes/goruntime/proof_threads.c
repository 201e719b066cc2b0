#include "pprof/hash.h"
#include "probes/goruntime/bytes.h"
#include "probes/goruntime/proofs_private.h"

/*
 * The records of threads' own goroutines, the one that schedules and the one that handles signals:
 * they are objects of Go's heap, no list has them, and their stacks end where another's object may
 * begin. Threads are found by what the runtime itself keeps of them.
 */

enum { WORD = 8, MAX_THREADS = 1 << 16 };

struct search {
    struct proof_roots *roots;
    GArray *all; /* uint64_t: m's, each once; those behind at have not been looked at */
    struct hash_index seen;
};

static void add(struct search *s, uint64_t m)
{
    if (m == 0 || m % WORD != 0 || s->all->len >= MAX_THREADS ||
        hash_index_find(&s->seen, hash_number(m), NULL, NULL) != HASH_NONE)
        return;
    hash_index_add(&s->seen, hash_number(m), s->all->len);
    g_array_append_val(s->all, m);
}

/* Those that run something, that a goroutine is locked to, and that are idle. */
static void find_some(struct search *s, const struct goroutine_list *list)
{
    const struct go_runtime *runtime = s->roots->runtime;
    const struct finder_global *sched = &runtime->globals.sched;
    uint64_t m;

    for (guint i = 0; i < s->roots->threads->len; i++)
        add(s, g_array_index(s->roots->threads, struct proof_thread, i).m);
    for (size_t i = 0; i < list->n; i++) {
        const struct live_goroutine *g = &list->goroutines[i];

        add(s, g->m);
        if (g->is_locked &&
            memory_read_u64(runtime->memory, g->address + (uint64_t)runtime->layout.g_lockedm, &m,
                            NULL))
            add(s, m);
    }
    if (sched->state != FINDER_MISSING &&
        memory_read_u64(runtime->memory, sched->address + (uint64_t)runtime->layout.sched_midle, &m,
                        NULL))
        add(s, m);
}

static bool is_of(const struct search *s, uint64_t g, uint64_t m)
{
    const struct go_runtime *runtime = s->roots->runtime;
    uint64_t owner;

    return g != 0 && g % WORD == 0 &&
           memory_read_u64(runtime->memory, g + (uint64_t)runtime->layout.g_m, &owner, NULL) &&
           owner == m;
}

/* Nothing is skipped of what does not say itself that it belongs to this thread. */
static void look_at(struct search *s, uint64_t m)
{
    const struct go_layout *l = &s->roots->runtime->layout;
    g_autofree uint8_t *bytes = g_malloc((gsize)l->m_bytes);

    if (!memory_read(s->roots->runtime->memory, m, bytes, (size_t)l->m_bytes, NULL))
        return; /* it has ended */
    const uint64_t own[] = {bytes_u64(bytes + l->m_g0), bytes_u64(bytes + l->m_gsignal)};

    if (!is_of(s, own[0], m))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        if (is_of(s, own[i], m))
            proof_roots_skip_stack(s->roots, own[i]);
    add(s, bytes_u64(bytes + l->m_alllink));
    add(s, bytes_u64(bytes + l->m_schedlink));
}

void proof_roots_threads(struct proof_roots *roots, const struct goroutine_list *list)
{
    struct search s = {.roots = roots, .all = g_array_new(FALSE, FALSE, sizeof(uint64_t))};

    find_some(&s, list);
    for (guint i = 0; i < s.all->len; i++)
        look_at(&s, g_array_index(s.all, uint64_t, i));
    g_array_unref(s.all);
    hash_index_clear(&s.seen);
}
