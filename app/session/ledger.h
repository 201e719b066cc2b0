#ifndef SIDESCOPE_APP_SESSION_LEDGER_H
#define SIDESCOPE_APP_SESSION_LEDGER_H

/*
 * Where RSS is: the process's resident memory split into parts that add up to
 * it exactly, by joining the kernel's numbers with the Go runtime's MemStats
 * and the classes of its memory map. What cannot be explained is a part of its
 * own, never hidden. Pure.
 */

#include "probes/samples.h"

enum ledger_part {
    LEDGER_GO_LIVE,    /* HeapAlloc: reachable, and garbage not yet swept */
    LEDGER_GO_SLACK,   /* HeapInuse - HeapAlloc: fragmentation inside spans in use */
    LEDGER_GO_IDLE,    /* HeapIdle - HeapReleased: kept for reuse */
    LEDGER_GO_STACKS,  /* StackSys */
    LEDGER_GO_RUNTIME, /* MSpan, MCache, BuckHash, GC, Other */
    LEDGER_LAZY_FREE,  /* given back by MADV_FREE; the system takes it when it needs it */
    LEDGER_C_HEAP,     /* malloc, and SQLite's own mappings */
    LEDGER_OTHER,      /* anonymous memory nobody answers for; with neither MemStats nor a map:
                          all of it */
    LEDGER_FILE,       /* pages of files: the binary, libraries, mapped files */
    LEDGER_SHMEM,
    LEDGER_GO_BACK, /* of HeapReleased: resident all the same, as huge pages make it */
    LEDGER_N,
};

struct ledger {
    int64_t bytes[LEDGER_N]; /* sum is rss_bytes */
    int64_t rss_bytes;
    int64_t untouched_bytes;  /* held by Go but not resident (or read at another moment) */
    int64_t returned_bytes;   /* HeapReleased: Go's address space without memory; not in RSS */
    int64_t file_dirty_bytes; /* part of LEDGER_FILE and LEDGER_SHMEM; SAMPLE_UNKNOWN: not known */
    bool has_go;              /* MemStats were joined in */
    bool has_map; /* so was the memory map: LEDGER_C_HEAP and LEDGER_LAZY_FREE are known */
};

/* "heap", "idle kept", …; static. */
const char *ledger_part_name(enum ledger_part part);

/* Of what Go gave back to the system so much is resident all the same: what its heap has resident
 * by the map beyond Sys minus Released. SAMPLE_UNKNOWN when map or counters (NULL) are not known.
 */
int64_t ledger_returned_resident(const struct memstats *memstats,
                                 const struct memory_sample *memory);
/* memstats and memory may be NULL. False when the process sample has no RSS split. */
bool ledger_compute(const struct process_sample *process, const struct memstats *memstats,
                    const struct memory_sample *memory, struct ledger *ret);

#endif
