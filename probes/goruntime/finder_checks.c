#include "probes/goruntime/finder_private.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/pclntab.h"

#include <string.h>

enum {
    WORD = 8,
    MAX_THREADS = 1 << 20,
    MAX_PROCESSORS = 4096, /* above the runtime's own cap on GOMAXPROCS */
    OS_PAGE = 4096,
};

#define MAX_ADDRESS_SPACE ((uint64_t)1 << 48)

/* {pointer, length, capacity} */
struct slice {
    uint64_t data, n, room;
};

static bool look_slice(struct finder *f, uint64_t address, struct slice *ret)
{
    uint8_t words[3 * WORD];

    if (!finder_look(f, address, words, sizeof words))
        return false;
    *ret = (struct slice){bytes_u64(words), bytes_u64(words + WORD), bytes_u64(words + 2 * WORD)};
    return true;
}

static bool look_u64(struct finder *f, uint64_t address, uint64_t *ret)
{
    uint8_t word[WORD];

    if (!finder_look(f, address, word, sizeof word))
        return false;
    *ret = bytes_u64(word);
    return true;
}

static bool is_pointer(uint64_t value)
{
    return value >= OS_PAGE && value % WORD == 0 && value < MAX_ADDRESS_SPACE;
}

static bool is_main_goroutine(struct finder *f, uint64_t g)
{
    struct symbol_range main_function;
    uint64_t id, start;

    return is_pointer(g) && look_u64(f, g + (uint64_t)f->layout->g_goid, &id) && id == 1 &&
           look_u64(f, g + (uint64_t)f->layout->g_startpc, &start) &&
           symbols_find_function(f->symbols, "runtime.main", &main_function) &&
           start == main_function.entry;
}

/* The first goroutine ever made runs runtime.main and has the number 1. */
enum finder_state finder_check_allgs(struct finder *f, uint64_t address)
{
    enum { MAX_CAPACITY = 1 << 28 };
    struct slice allgs;
    uint64_t first;

    if (!look_slice(f, address, &allgs) || allgs.n == 0 || allgs.n > allgs.room ||
        allgs.room > MAX_CAPACITY || !is_pointer(allgs.data) || !look_u64(f, allgs.data, &first) ||
        !is_main_goroutine(f, first))
        return FINDER_MISSING;
    return FINDER_SURE;
}

/* Copies of the first two words of allgs, for readers without a lock. */
static enum finder_state check_copy_of_allgs(struct finder *f, uint64_t address, bool is_length)
{
    const struct finder_global *allgs = &f->found->allgs;
    struct slice list;
    uint64_t value;

    if (allgs->state == FINDER_MISSING ||
        (address >= allgs->address && address < allgs->address + 3 * WORD) ||
        !look_slice(f, allgs->address, &list) || !look_u64(f, address, &value) ||
        value != (is_length ? list.n : list.data))
        return FINDER_MISSING;
    return FINDER_SURE;
}

enum finder_state finder_check_allgptr(struct finder *f, uint64_t address)
{
    return check_copy_of_allgs(f, address, false);
}

enum finder_state finder_check_allglen(struct finder *f, uint64_t address)
{
    return check_copy_of_allgs(f, address, true);
}

/* Texts of at most 64 bytes of letters, in an array of strings. */
enum finder_state finder_check_reasons(struct finder *f, uint64_t address)
{
    enum { TEXTS_NEEDED = 20, MAX_TEXT = 64 };
    char text[MAX_TEXT];

    for (size_t i = 1; i <= TEXTS_NEEDED; i++) { /* the first says nothing: "" */
        uint8_t pair[2 * WORD];

        if (!finder_look(f, address + i * sizeof pair, pair, sizeof pair))
            return FINDER_MISSING;
        uint64_t n = bytes_u64(pair + WORD);

        if (n == 0 || n > sizeof text || !finder_look(f, bytes_u64(pair), text, (size_t)n))
            return FINDER_MISSING;
        for (size_t k = 0; k < n; k++)
            if (!g_ascii_isprint(text[k]))
                return FINDER_MISSING;
    }
    return FINDER_SURE;
}

/* The three shares of a number in heapStats make it up, as readmemstats adds them. */
static uint64_t heap_stats_sum(const struct go_layout *l, const uint8_t *mstats, int32_t member)
{
    uint64_t sum = 0;

    for (int32_t i = 0; i < 3; i++)
        sum += bytes_u64(mstats + l->mstats_heap_stats + i * l->heapstats_bytes + member);
    return sum;
}

/* Bytes of mstats up to the last field that is used; what follows depends on experiments. */
static size_t known_mstats(const struct go_layout *l)
{
    return (size_t)l->mstats_gc_cpu_fraction + WORD;
}

static bool is_memory(uint64_t bytes, uint64_t unit)
{
    return bytes < MAX_ADDRESS_SPACE && bytes % unit == 0;
}

enum finder_state finder_check_memstats(struct finder *f, uint64_t address)
{
    const struct go_layout *l = f->layout;
    size_t n = known_mstats(l);
    g_autofree uint8_t *b = g_malloc(n);

    if (!finder_look(f, address, b, n))
        return FINDER_MISSING;
    uint64_t committed = heap_stats_sum(l, b, l->heapstats_committed);
    uint64_t heap = heap_stats_sum(l, b, l->heapstats_in_heap);
    uint64_t stacks = heap_stats_sum(l, b, l->heapstats_in_stacks);
    double fraction;

    memcpy(&fraction, b + l->mstats_gc_cpu_fraction, sizeof fraction);
    if (!is_memory(committed, OS_PAGE) || !is_memory(heap, GO_PAGE_BYTES) ||
        !is_memory(stacks, GO_PAGE_BYTES) || heap == 0 || stacks == 0 ||
        heap + stacks > committed || !(fraction >= 0 && fraction <= 1))
        return FINDER_MISSING;
    if (bytes_u32(b + l->mstats_numforcedgc) > bytes_u32(b + l->mstats_numgc) ||
        bytes_u64(b + l->mstats_mspan_sys) >= MAX_ADDRESS_SPACE ||
        bytes_u64(b + l->mstats_other_sys) >= MAX_ADDRESS_SPACE ||
        bytes_u64(b + l->mstats_other_sys) == 0)
        return FINDER_MISSING;
    return FINDER_SURE;
}

/* Bytes of heap spans as memstats has them; false when it was not found. */
static bool heap_in_use(struct finder *f, uint64_t *ret)
{
    const struct go_layout *l = f->layout;
    size_t n = known_mstats(l);
    g_autofree uint8_t *b = g_malloc(n);

    if (f->found->memstats.state == FINDER_MISSING ||
        !finder_look(f, f->found->memstats.address, b, n))
        return false;
    *ret = heap_stats_sum(l, b, l->heapstats_in_heap);
    return true;
}

/* Its bytes of heap in use are those of memstats, up to what happens between two reads. */
enum finder_state finder_check_gc_controller(struct finder *f, uint64_t address)
{
    const struct go_layout *l = f->layout;
    g_autofree uint8_t *b = g_malloc((size_t)l->gccontroller_bytes);
    uint64_t there;

    if (!finder_look(f, address, b, (size_t)l->gccontroller_bytes))
        return FINDER_MISSING;
    int32_t percent = (int32_t)bytes_u32(b + l->gccontroller_gc_percent);
    int64_t limit = (int64_t)bytes_u64(b + l->gccontroller_memory_limit);
    uint64_t in_use = bytes_u64(b + l->gccontroller_heap_in_use);

    if (percent < -1 || limit < 0 || in_use == 0 || !is_memory(in_use, GO_PAGE_BYTES) ||
        !is_memory(bytes_u64(b + l->gccontroller_heap_free), GO_PAGE_BYTES) ||
        !is_memory(bytes_u64(b + l->gccontroller_heap_released), OS_PAGE) ||
        bytes_u64(b + l->gccontroller_mapped_ready) < in_use)
        return FINDER_MISSING;
    return heap_in_use(f, &there) && there == in_use ? FINDER_SURE : FINDER_CHECKED;
}

static bool is_span(struct finder *f, uint64_t span)
{
    const struct go_layout *l = f->layout;
    g_autofree uint8_t *b = g_malloc((size_t)l->mspan_bytes);
    enum { STATE_MANUAL = 2 };

    return is_pointer(span) && finder_look(f, span, b, (size_t)l->mspan_bytes) &&
           bytes_u64(b + l->mspan_start_addr) % GO_PAGE_BYTES == 0 &&
           bytes_u64(b + l->mspan_npages) < MAX_ADDRESS_SPACE / GO_PAGE_BYTES &&
           b[l->mspan_state] <= STATE_MANUAL;
}

/* Its two allocators say how large a span and a cache are, which nothing else does at once. */
enum finder_state finder_check_mheap(struct finder *f, uint64_t address)
{
    enum { MAX_SPANS = 1 << 28, SPANS_TRIED = 4 };
    const struct go_layout *l = f->layout;
    uint64_t span_bytes, cache_bytes, span;
    struct slice spans;

    if (!look_u64(f, address + (uint64_t)l->mheap_spanalloc, &span_bytes) ||
        span_bytes != (uint64_t)l->mspan_bytes ||
        !look_u64(f, address + (uint64_t)l->mheap_cachealloc, &cache_bytes) ||
        cache_bytes != (uint64_t)l->mcache_bytes ||
        !look_slice(f, address + (uint64_t)l->mheap_allspans, &spans) || spans.n == 0 ||
        spans.n > spans.room || spans.room > MAX_SPANS || !is_pointer(spans.data))
        return FINDER_MISSING;
    for (uint64_t i = 0; i < MIN(spans.n, SPANS_TRIED); i++)
        if (!look_u64(f, spans.data + i * WORD, &span) || !is_span(f, span))
            return FINDER_MISSING;
    return FINDER_SURE;
}

/* Threads are counted, and at most maxmcount: 10000 unless the program changed it. */
enum finder_state finder_check_sched(struct finder *f, uint64_t address)
{
    enum { USUAL_MOST_THREADS = 10000 };
    const struct go_layout *l = f->layout;
    g_autofree uint8_t *b = g_malloc((size_t)l->sched_bytes);

    if (!finder_look(f, address, b, (size_t)l->sched_bytes))
        return FINDER_MISSING;
    int64_t next = (int64_t)bytes_u64(b + l->sched_mnext);
    int32_t idle = (int32_t)bytes_u32(b + l->sched_nmidle);
    int32_t most = (int32_t)bytes_u32(b + l->sched_maxmcount);
    int32_t system = (int32_t)bytes_u32(b + l->sched_ngsys);
    uint64_t midle = bytes_u64(b + l->sched_midle);

    if (next < 1 || next > MAX_THREADS || idle < 0 || idle > next || most < 1 || system < 0 ||
        (midle == 0) != (idle == 0) || (midle != 0 && !is_pointer(midle)) ||
        (int64_t)bytes_u64(b + l->sched_nmfreed) < 0 ||
        (int64_t)bytes_u64(b + l->sched_nmfreed) > next ||
        (int32_t)bytes_u32(b + l->sched_gfree_stack) < 0)
        return FINDER_MISSING;
    return most == USUAL_MOST_THREADS ? FINDER_SURE : FINDER_CHECKED;
}

/* Every processor knows its number and has a cache. */
enum finder_state finder_check_allp(struct finder *f, uint64_t address)
{
    enum { MAX_STATUS = 4 };
    struct slice list;

    if (!look_slice(f, address, &list) || list.n == 0 || list.n > list.room ||
        list.room > MAX_PROCESSORS || !is_pointer(list.data))
        return FINDER_MISSING;
    for (uint64_t i = 0; i < list.n; i++) {
        uint64_t p, cache;
        uint8_t head[WORD];

        if (!look_u64(f, list.data + i * WORD, &p) || !is_pointer(p) ||
            !finder_look(f, p + (uint64_t)f->layout->p_id, head, sizeof head) ||
            bytes_u32(head) != i || bytes_u32(head + 4) > MAX_STATUS ||
            !look_u64(f, p + (uint64_t)f->layout->p_mcache, &cache) || !is_pointer(cache))
            return FINDER_MISSING;
    }
    return FINDER_SURE;
}

/* Trees of waiters: empty, or a sudog each. */
enum finder_state finder_check_semtable(struct finder *f, uint64_t address)
{
    const struct go_layout *l = f->layout;
    const struct module_area *bss = &f->module->bss;
    size_t n = (size_t)l->semtable_bytes;
    g_autofree uint8_t *b = g_malloc(n);

    if (!module_area_has(bss, address) || n > bss->end - address || !finder_look(f, address, b, n))
        return FINDER_MISSING;
    for (size_t at = 0; at < n; at += (size_t)l->semtable_stride) {
        uint64_t root = bytes_u64(b + at + l->semaroot_treap);

        if ((root != 0 && !is_pointer(root)) ||
            bytes_u32(b + at + l->semaroot_nwait) > (uint32_t)INT32_MAX)
            return FINDER_MISSING;
    }
    return FINDER_CHECKED;
}

enum finder_state finder_check_memory_rate(struct finder *f, uint64_t address)
{
    enum { USUAL_RATE = 512 * 1024 };
    uint64_t rate;

    if (!look_u64(f, address, &rate) || rate > INT32_MAX)
        return FINDER_MISSING;
    return rate == USUAL_RATE ? FINDER_SURE : FINDER_CHECKED;
}

/* Collections finished, or one more while the next is published. */
enum finder_state finder_check_cycle(struct finder *f, uint64_t address)
{
    uint8_t value[4], count[4];

    if (f->found->memstats.state == FINDER_MISSING ||
        !module_area_has(&f->module->noptrbss, address) ||
        !finder_look(f, address, value, sizeof value) ||
        !finder_look(f, f->found->memstats.address + (uint64_t)f->layout->mstats_numgc, count,
                     sizeof count))
        return FINDER_MISSING;
    uint32_t ahead = (bytes_u32(value) >> 1) - bytes_u32(count);

    return ahead <= 1 ? FINDER_CHECKED : FINDER_MISSING;
}

enum finder_state finder_check_rate(struct finder *f, uint64_t address)
{
    uint64_t rate;

    return look_u64(f, address, &rate) && rate <= INT64_MAX ? FINDER_CHECKED : FINDER_MISSING;
}

static bool is_bucket(struct finder *f, uint64_t bucket, uint64_t type, uint64_t *ret_next)
{
    enum { MAX_STACK = 1024 };
    const struct go_layout *l = f->layout;
    g_autofree uint8_t *b = g_malloc((size_t)l->bucket_bytes);
    uint64_t pcs[MAX_STACK];

    if (!is_pointer(bucket) || !finder_look(f, bucket, b, (size_t)l->bucket_bytes) ||
        bytes_u64(b + l->bucket_typ) != type)
        return false;
    uint64_t n = bytes_u64(b + l->bucket_nstk);

    if (n == 0 || n > MAX_STACK ||
        !finder_look(f, bucket + (uint64_t)l->bucket_bytes, pcs, (size_t)n * WORD))
        return false;
    /* from 1.23 on a first word of ones says of what kind the others are */
    for (uint64_t i = bytes_u64(&pcs[0]) == UINT64_MAX ? 1 : 0; i < n; i++)
        if (pclntab_find(f->module, bytes_u64(&pcs[i]) - 1) == PCLNTAB_NONE)
            return false;
    *ret_next = bytes_u64(b + l->bucket_allnext);
    return true;
}

static enum finder_state check_buckets(struct finder *f, uint64_t address, uint64_t type)
{
    enum { BUCKETS_TRIED = 4 };
    uint64_t bucket;

    if (!module_area_has(&f->module->bss, address) || !look_u64(f, address, &bucket))
        return FINDER_MISSING;
    if (bucket == 0)
        return FINDER_CHECKED;
    for (int i = 0; i < BUCKETS_TRIED && bucket != 0; i++)
        if (!is_bucket(f, bucket, type, &bucket))
            return FINDER_MISSING;
    return FINDER_SURE;
}

enum finder_state finder_check_memory_buckets(struct finder *f, uint64_t address)
{
    return check_buckets(f, address, 1);
}

enum finder_state finder_check_block_buckets(struct finder *f, uint64_t address)
{
    return check_buckets(f, address, 2);
}

enum finder_state finder_check_mutex_buckets(struct finder *f, uint64_t address)
{
    return check_buckets(f, address, 3);
}
