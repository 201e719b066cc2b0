#include "probes/goruntime/memstats.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"

#include <string.h>

enum {
    WORD = 8,
    TRIES = 8,
    SHARES = 3,      /* of heapStats: all three make up a number */
    MAX_SPANS = 256, /* of one processor's cache: two for each size class */
    PAUSES = 256,    /* memstats.pause_ns */
};

struct copies {
    struct go_runtime *runtime;
    const struct go_layout *layout;
    uint8_t *mstats, *controller, *mheap;
    size_t n_mstats;
    /* what processors handed out since their spans were taken: not in the counters yet */
    uint64_t cached_bytes, cached_objects, tiny;
    uint64_t n_free; /* goroutines that processors keep for use again */
};

/* --- the counters --- */

static uint64_t of_mstats(const struct copies *c, int32_t member)
{
    return bytes_u64(c->mstats + member);
}

static uint64_t of_controller(const struct copies *c, int32_t member)
{
    return bytes_u64(c->controller + member);
}

/* A number that is kept in shares; element of an array of them. 0 where the version has none. */
static uint64_t of_heap_stats(const struct copies *c, int32_t member, size_t element)
{
    const struct go_layout *l = c->layout;
    const uint8_t *at = c->mstats + l->mstats_heap_stats;
    uint64_t sum = 0;

    for (int i = 0; i < SHARES && member != GO_LAYOUT_NONE; i++)
        sum += bytes_u64(at + i * l->heapstats_bytes + member + element * WORD);
    return sum;
}

static void add_system(const struct copies *c, struct memstats *m)
{
    const struct go_layout *l = c->layout;
    uint64_t stacks = of_heap_stats(c, l->heapstats_in_stacks, 0);
    uint64_t work = of_heap_stats(c, l->heapstats_in_work_bufs, 0) +
                    of_heap_stats(c, l->heapstats_in_ptr_scalar_bits, 0);
    uint64_t unused = of_controller(c, l->gccontroller_heap_free);

    m->heap_inuse = of_controller(c, l->gccontroller_heap_in_use);
    m->heap_released = of_controller(c, l->gccontroller_heap_released);
    m->heap_idle = unused + m->heap_released;
    m->heap_sys = m->heap_inuse + m->heap_idle;
    m->stack_inuse = stacks;
    m->stack_sys = stacks + of_mstats(c, l->mstats_stacks_sys);
    m->mspan_sys = of_mstats(c, l->mstats_mspan_sys);
    m->mcache_sys = of_mstats(c, l->mstats_mcache_sys);
    m->buck_hash_sys = of_mstats(c, l->mstats_buckhash_sys);
    m->gc_sys = of_mstats(c, l->mstats_gc_misc_sys) + work;
    m->other_sys = of_mstats(c, l->mstats_other_sys);
    m->sys = m->heap_sys + m->stack_sys + m->mspan_sys + m->mcache_sys + m->buck_hash_sys +
             m->gc_sys + m->other_sys;
    m->mspan_inuse = bytes_u64(c->mheap + l->mheap_spanalloc_inuse);
    m->mcache_inuse = bytes_u64(c->mheap + l->mheap_cachealloc_inuse);
}

static bool add_up(const struct copies *c, struct memstats *m)
{
    const struct go_layout *l = c->layout;
    uint64_t freed;

    *m = (struct memstats){.complete = true};
    uint64_t tiny = of_heap_stats(c, l->heapstats_tiny_alloc_count, 0) + c->tiny;

    m->total_alloc = of_heap_stats(c, l->heapstats_large_alloc, 0) + c->cached_bytes;
    m->mallocs = of_heap_stats(c, l->heapstats_large_alloc_count, 0) + c->cached_objects;
    freed = of_heap_stats(c, l->heapstats_large_free, 0);
    m->frees = of_heap_stats(c, l->heapstats_large_free_count, 0);
    for (size_t i = 0; i < GO_SIZE_CLASSES; i++) {
        uint64_t allocs = of_heap_stats(c, l->heapstats_small_alloc_count, i);
        uint64_t frees = of_heap_stats(c, l->heapstats_small_free_count, i);

        m->total_alloc += allocs * go_size_class_bytes[i];
        m->mallocs += allocs;
        freed += frees * go_size_class_bytes[i];
        m->frees += frees;
    }
    m->mallocs += tiny;
    m->frees += tiny;
    add_system(c, m);
    uint64_t fraction = of_mstats(c, l->mstats_gc_cpu_fraction);

    m->num_gc = bytes_u32(c->mstats + l->mstats_numgc);
    m->num_forced_gc = bytes_u32(c->mstats + l->mstats_numforcedgc);
    m->last_gc_ns = of_mstats(c, l->mstats_last_gc_unix);
    m->last_pause_ns =
        bytes_u64(c->mstats + l->mstats_pause_ns + (m->num_gc + PAUSES - 1) % PAUSES * WORD);
    m->next_gc = of_controller(c, l->gccontroller_gc_percent_heap_goal);
    memcpy(&m->gc_cpu_fraction, &fraction, sizeof fraction);
    if (m->total_alloc < freed || m->mallocs < m->frees)
        return false;
    m->heap_alloc = m->alloc = m->total_alloc - freed;
    m->heap_objects = m->mallocs - m->frees;
    return m->heap_alloc <= m->heap_sys && m->gc_cpu_fraction >= 0 && m->gc_cpu_fraction <= 1;
}

/* --- the processors --- */

static bool add_processor(struct copies *c, uint64_t p, GError **error)
{
    const struct go_layout *l = c->layout;
    size_t n_spans = (size_t)l->mcache_alloc_bytes / WORD;
    g_autofree uint8_t *cache = g_malloc((size_t)l->mcache_bytes);
    uint64_t address;
    uint32_t n_free;

    if (!memory_read_u64(c->runtime->memory, p + (uint64_t)l->p_mcache, &address, error) ||
        !memory_read_u32(c->runtime->memory, p + (uint64_t)l->p_gfree, &n_free, error))
        return false;
    c->n_free += n_free;
    if (address == 0) /* it is being stopped */
        return true;
    if (!memory_read(c->runtime->memory, address, cache, (size_t)l->mcache_bytes, error))
        return false;
    c->tiny += bytes_u64(cache + l->mcache_tiny_allocs);
    /* Objects from a span since a processor took it; the list is read in one go. */
    size_t n = MIN(n_spans, MAX_SPANS);
    size_t each = (size_t)l->mspan_bytes;
    g_autofree uint8_t *copy = g_malloc0(n * each);
    struct memory_range ranges[MAX_SPANS];

    for (size_t i = 0; i < n; i++)
        ranges[i] = (struct memory_range){bytes_u64(cache + l->mcache_alloc + i * WORD),
                                          copy + i * each, each, false};
    if (!memory_read_ranges(c->runtime->memory, ranges, n, error))
        return false;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *span = copy + i * each;
        uint16_t taken = bytes_u16(span + l->mspan_alloc_count);
        uint16_t before = bytes_u16(span + l->mspan_alloc_count_before_cache);

        if (!ranges[i].ok || bytes_u64(span + l->mspan_start_addr) == 0 || taken <= before)
            continue;
        c->cached_objects += (uint64_t)(taken - before);
        c->cached_bytes += (uint64_t)(taken - before) * bytes_u64(span + l->mspan_elemsize);
    }
    return true;
}

/* --- all of it --- */

struct places {
    uint64_t memstats, controller, mheap;
};

static bool copy_all(struct copies *c, const struct places *at, GError **error)
{
    struct memory_range ranges[] = {
        {at->memstats, c->mstats, c->n_mstats, false},
        {at->controller, c->controller, (size_t)c->layout->gccontroller_bytes, false},
        {at->mheap, c->mheap, (size_t)c->layout->mheap_bytes, false},
    };

    c->cached_bytes = c->cached_objects = c->tiny = c->n_free = 0;
    if (!memory_read_ranges(c->runtime->memory, ranges, G_N_ELEMENTS(ranges), error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++) {
        if (ranges[i].ok)
            continue;
        g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH,
                            "the runtime's statistics are not where they were found");
        return false;
    }
    size_t n;
    g_autofree uint8_t *list = go_runtime_processors(c->runtime, &n, error);

    if (list == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!add_processor(c, bytes_u64(list + i * WORD), error))
            return false;
    return true;
}

/* What runs or may run: all that were made, less the runtime's own and those for use again. */
static int64_t count_goroutines(const struct copies *c)
{
    const struct go_layout *l = c->layout;
    const struct finder_globals *g = &c->runtime->globals;
    g_autofree uint8_t *sched = g_malloc((size_t)l->sched_bytes);
    uint64_t n;

    if (g->sched.state == FINDER_MISSING || g->allglen.state == FINDER_MISSING ||
        !memory_read_u64(c->runtime->memory, g->allglen.address, &n, NULL) ||
        !memory_read(c->runtime->memory, g->sched.address, sched, (size_t)l->sched_bytes, NULL))
        return -1;
    uint64_t others =
        bytes_u32(sched + l->sched_ngsys) + bytes_u32(sched + l->sched_gfree_stack) + c->n_free;

    if (l->sched_gfree_nostack != GO_LAYOUT_NONE)
        others += bytes_u32(sched + l->sched_gfree_nostack);
    return others <= n ? (int64_t)(n - others) : -1;
}

static bool read_all(struct copies *c, struct go_memstats *ret, GError **error)
{
    const struct go_layout *l = c->layout;
    struct places at;
    const struct finder_globals *g = &c->runtime->globals;

    if (!go_runtime_need(c->runtime, &g->memstats, &at.memstats, error) ||
        !go_runtime_need(c->runtime, &g->gc_controller, &at.controller, error) ||
        !go_runtime_need(c->runtime, &g->mheap, &at.mheap, error))
        return false;
    for (int i = 0; i < TRIES; i++) {
        if (!copy_all(c, &at, error))
            return false;
        if (!add_up(c, &ret->memstats))
            continue;
        ret->pause_total_ns = of_mstats(c, l->mstats_pause_total_ns);
        ret->heap_marked = of_controller(c, l->gccontroller_heap_marked);
        ret->gc_percent = (int32_t)bytes_u32(c->controller + l->gccontroller_gc_percent);
        ret->memory_limit = (int64_t)of_controller(c, l->gccontroller_memory_limit);
        ret->n_goroutines = count_goroutines(c);
        return true;
    }
    g_set_error_literal(error, GORUNTIME_ERROR, GORUNTIME_ERROR_MISMATCH,
                        "the runtime's statistics contradict each other");
    return false;
}

bool go_memstats_read(struct go_runtime *runtime, struct go_memstats *ret, GError **error)
{
    const struct go_layout *l = &runtime->layout;
    /* what follows the last field that is used differs between experiments */
    size_t n_mstats = (size_t)l->mstats_gc_cpu_fraction + WORD;
    struct copies c = {.runtime = runtime,
                       .layout = l,
                       .mstats = g_malloc(n_mstats),
                       .controller = g_malloc((size_t)l->gccontroller_bytes),
                       .mheap = g_malloc((size_t)l->mheap_bytes),
                       .n_mstats = n_mstats};
    struct go_memstats found = {0};
    bool ok = read_all(&c, &found, error);

    g_free(c.mstats);
    g_free(c.controller);
    g_free(c.mheap);
    if (ok)
        *ret = found;
    return ok;
}
