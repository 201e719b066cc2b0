#include "app/session/ledger.h"

const char *ledger_part_name(enum ledger_part part)
{
    static const char *const names[LEDGER_N] = {
        [LEDGER_GO_LIVE] = "heap",
        [LEDGER_GO_SLACK] = "slack",
        [LEDGER_GO_IDLE] = "idle kept",
        [LEDGER_GO_BACK] = "given back, resident",
        [LEDGER_GO_STACKS] = "stacks",
        [LEDGER_GO_RUNTIME] = "runtime",
        [LEDGER_LAZY_FREE] = "given back lazily",
        [LEDGER_C_HEAP] = "C heap",
        [LEDGER_OTHER] = "other",
        [LEDGER_FILE] = "files",
        [LEDGER_SHMEM] = "shared",
    };

    return names[part];
}

static int64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? (int64_t)MIN(a - b, (uint64_t)INT64_MAX) : 0;
}

/* Dirty anonymous pages of the C heap; databases that are mapped count as files. */
static void add_map(struct ledger *ledger, const struct memory_sample *memory, int64_t anon)
{
    int64_t lazy = MAX(memory->lazyfree_bytes, 0);

    if (memory->regions_us == 0)
        return;
    ledger->bytes[LEDGER_LAZY_FREE] = MIN(lazy, anon);
    ledger->bytes[LEDGER_C_HEAP] =
        CLAMP(memory->classes[REGION_C_HEAP].resident_bytes, 0, anon - MIN(lazy, anon));
    ledger->has_map = true;
}

/*
 * Go counts address space it obtained, the kernel counts pages that were
 * touched, and each at its own moment. What exceeds the anonymous RSS is taken
 * from the parts least likely to be resident first.
 */
static void fit_to_anon(struct ledger *ledger, int64_t anon)
{
    static const enum ledger_part order[] = {LEDGER_GO_IDLE,   LEDGER_GO_RUNTIME, LEDGER_GO_SLACK,
                                             LEDGER_GO_STACKS, LEDGER_GO_LIVE,    LEDGER_C_HEAP,
                                             LEDGER_LAZY_FREE};
    int64_t sum = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
        sum += ledger->bytes[order[i]];
    for (size_t i = 0; i < G_N_ELEMENTS(order) && sum > anon; i++) {
        int64_t cut = MIN(ledger->bytes[order[i]], sum - anon);

        ledger->bytes[order[i]] -= cut;
        ledger->untouched_bytes += cut;
        sum -= cut;
    }
    ledger->bytes[LEDGER_OTHER] = anon - sum;
}

int64_t ledger_returned_resident(const struct memstats *m, const struct memory_sample *memory)
{
    if (m == NULL || memory == NULL || memory->regions_us == 0 || memory->regions_are_types)
        return SAMPLE_UNKNOWN;
    int64_t kept = minus(m->heap_sys + m->stack_sys, m->heap_released); /* stacks are spans too */
    int64_t back = memory->classes[REGION_GO_HEAP].resident_bytes - kept;

    return CLAMP(back, 0, minus(m->heap_released, 0));
}

/* Anonymous memory is nearly all private and dirty: what is dirty beyond it lies in files. */
static int64_t dirty_files(const struct memory_sample *memory)
{
    if (memory->private_dirty_bytes == SAMPLE_UNKNOWN ||
        memory->shared_dirty_bytes == SAMPLE_UNKNOWN || memory->anonymous_bytes == SAMPLE_UNKNOWN)
        return SAMPLE_UNKNOWN;
    return MAX(memory->private_dirty_bytes + memory->shared_dirty_bytes -
                   (memory->anonymous_bytes - MAX(memory->lazyfree_bytes, 0)),
               0);
}

bool ledger_compute(const struct process_sample *process, const struct memstats *memstats,
                    const struct memory_sample *memory, struct ledger *ret)
{
    struct ledger ledger = {.file_dirty_bytes = SAMPLE_UNKNOWN};
    bool usable = memory != NULL && memory->base.status == SAMPLE_OK;

    if (process == NULL || process->rss_bytes == SAMPLE_UNKNOWN ||
        process->rss_anon_bytes == SAMPLE_UNKNOWN)
        return false;
    ledger.rss_bytes = process->rss_bytes;
    /* the kernel's own split may lag by a few pages: the anonymous remainder takes it */
    int64_t anon = ledger.rss_bytes;

    anon -= ledger.bytes[LEDGER_FILE] = CLAMP(process->rss_file_bytes, 0, anon);
    anon -= ledger.bytes[LEDGER_SHMEM] = CLAMP(process->rss_shmem_bytes, 0, anon);

    if (memstats != NULL) {
        ledger.bytes[LEDGER_GO_LIVE] = (int64_t)MIN(memstats->heap_alloc, memstats->heap_inuse);
        ledger.bytes[LEDGER_GO_SLACK] = minus(memstats->heap_inuse, memstats->heap_alloc);
        ledger.bytes[LEDGER_GO_IDLE] = minus(memstats->heap_idle, memstats->heap_released);
        ledger.bytes[LEDGER_GO_STACKS] = (int64_t)memstats->stack_sys;
        ledger.bytes[LEDGER_GO_RUNTIME] =
            (int64_t)(memstats->mspan_sys + memstats->mcache_sys + memstats->buck_hash_sys +
                      memstats->gc_sys + memstats->other_sys);
        ledger.returned_bytes = minus(memstats->heap_released, 0);
        ledger.has_go = true;
    }
    if (usable) {
        add_map(&ledger, memory, anon);
        ledger.file_dirty_bytes = dirty_files(memory);
    }
    fit_to_anon(&ledger, anon);
    if (usable) {
        /* What is left over after all that Go answers for, as far as it lies in Go's own heap. */
        enum { NOISE_BYTES = 16 * 1024 * 1024 }; /* the two were read at different moments */
        int64_t back = ledger_returned_resident(memstats, memory);

        if (back >= NOISE_BYTES) {
            ledger.bytes[LEDGER_GO_BACK] = MIN(back, ledger.bytes[LEDGER_OTHER]);
            ledger.bytes[LEDGER_OTHER] -= ledger.bytes[LEDGER_GO_BACK];
        }
    }
    *ret = ledger;
    return true;
}
