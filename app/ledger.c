#include "app/ledger.h"

const char *ledger_part_name(enum ledger_part part)
{
    static const char *const names[LEDGER_N] = {
        [LEDGER_GO_LIVE] = "heap",       [LEDGER_GO_SLACK] = "slack",
        [LEDGER_GO_IDLE] = "idle kept",  [LEDGER_GO_STACKS] = "stacks",
        [LEDGER_GO_RUNTIME] = "runtime", [LEDGER_OTHER] = "other",
        [LEDGER_FILE] = "files",         [LEDGER_SHMEM] = "shared",
    };

    return names[part];
}

static int64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? (int64_t)MIN(a - b, (uint64_t)INT64_MAX) : 0;
}

static void add_go(struct ledger *ledger, const struct memstats *m)
{
    ledger->bytes[LEDGER_GO_LIVE] = (int64_t)MIN(m->heap_alloc, m->heap_inuse);
    ledger->bytes[LEDGER_GO_SLACK] = minus(m->heap_inuse, m->heap_alloc);
    ledger->bytes[LEDGER_GO_IDLE] = minus(m->heap_idle, m->heap_released);
    ledger->bytes[LEDGER_GO_STACKS] = (int64_t)m->stack_sys;
    ledger->bytes[LEDGER_GO_RUNTIME] =
        (int64_t)(m->mspan_sys + m->mcache_sys + m->buck_hash_sys + m->gc_sys + m->other_sys);
    ledger->has_go = true;
}

/*
 * Go counts address space it obtained, the kernel counts pages that were
 * touched. What exceeds the anonymous RSS is taken from the parts least likely
 * to be resident first.
 */
static void fit_to_anon(struct ledger *ledger, int64_t anon)
{
    static const enum ledger_part order[] = {LEDGER_GO_IDLE, LEDGER_GO_RUNTIME, LEDGER_GO_SLACK,
                                             LEDGER_GO_STACKS, LEDGER_GO_LIVE};
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

bool ledger_compute(const struct process_sample *process, const struct memstats *memstats,
                    struct ledger *ret)
{
    struct ledger ledger = {0};

    if (process == NULL || process->rss_bytes == SAMPLE_UNKNOWN ||
        process->rss_anon_bytes == SAMPLE_UNKNOWN)
        return false;
    ledger.rss_bytes = process->rss_bytes;
    if (process->rss_file_bytes != SAMPLE_UNKNOWN)
        ledger.bytes[LEDGER_FILE] = process->rss_file_bytes;
    if (process->rss_shmem_bytes != SAMPLE_UNKNOWN)
        ledger.bytes[LEDGER_SHMEM] = process->rss_shmem_bytes;
    if (memstats != NULL)
        add_go(&ledger, memstats);
    /* the kernel's own split may lag by a few pages: the remainder takes it */
    fit_to_anon(&ledger,
                MAX(ledger.rss_bytes - ledger.bytes[LEDGER_FILE] - ledger.bytes[LEDGER_SHMEM], 0));
    *ret = ledger;
    return true;
}
