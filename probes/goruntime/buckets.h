#ifndef SIDESCOPE_PROBES_GORUNTIME_BUCKETS_H
#define SIDESCOPE_PROBES_GORUNTIME_BUCKETS_H

/*
 * The runtime's profile buckets (runtime/mprof.go): one per place in the code, with
 * what was counted there. They are only ever added to a chain, never moved or
 * freed, and their stacks do not change; the counts do, while they are read. One
 * thread.
 */

#include "probes/goruntime/runtime.h"

enum bucket_kind {
    BUCKET_MEMORY = 1, /* as bucket.typ says it */
    BUCKET_BLOCK = 2,
    BUCKET_MUTEX = 3,
};

struct bucket {
    uint64_t address;
    uint64_t size;            /* bytes of one allocation; 0 of the other kinds */
    uint32_t first_pc, n_pcs; /* bucket_list.pcs[first_pc..]: innermost first, return addresses */
    size_t record;            /* bucket_list.records[record..]: record_bytes of the counts */
};

struct bucket_list {
    GArray *buckets; /* struct bucket, newest first */
    GArray *pcs;     /* uint64_t */
    GByteArray *records;
    size_t record_bytes;
    bool truncated; /* more than this reader takes: the newest are there */
};

/*
 * Follows the chain that begins in the variable at head. False with error: MISMATCH
 * when it is none of buckets of that kind (or runs in a circle), and what
 * memory_read_ranges says. Clear with bucket_list_clear, also after an error.
 */
bool bucket_list_read(struct go_runtime *runtime, uint64_t head, enum bucket_kind kind,
                      struct bucket_list *ret, GError **error);
void bucket_list_clear(struct bucket_list *list);

#endif
