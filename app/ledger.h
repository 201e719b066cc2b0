#ifndef SIDESCOPE_APP_LEDGER_H
#define SIDESCOPE_APP_LEDGER_H

/*
 * Where RSS is: the process's resident memory split into parts that add up to
 * it exactly, by joining the kernel's numbers with the Go runtime's MemStats.
 * What cannot be explained is a part of its own, never hidden. Pure.
 */

#include "probes/samples.h"

enum ledger_part {
    LEDGER_GO_LIVE,    /* HeapAlloc: reachable, and garbage not yet swept */
    LEDGER_GO_SLACK,   /* HeapInuse - HeapAlloc: fragmentation inside spans in use */
    LEDGER_GO_IDLE,    /* HeapIdle - HeapReleased: kept for reuse */
    LEDGER_GO_STACKS,  /* StackSys */
    LEDGER_GO_RUNTIME, /* MSpan, MCache, BuckHash, GC, Other */
    LEDGER_OTHER,      /* anonymous memory that Go does not know: C heap, mmap; all of it when
                          there are no MemStats */
    LEDGER_FILE,       /* pages of files: the binary, libraries, mapped files */
    LEDGER_SHMEM,
    LEDGER_N,
};

struct ledger {
    int64_t bytes[LEDGER_N]; /* sum is rss_bytes */
    int64_t rss_bytes;
    int64_t untouched_bytes; /* held by Go but not resident (or read at another moment) */
    bool has_go;             /* MemStats were joined in */
};

/* "heap", "idle kept", …; static. */
const char *ledger_part_name(enum ledger_part part);

/* memstats may be NULL. False when the process sample has no RSS split. */
bool ledger_compute(const struct process_sample *process, const struct memstats *memstats,
                    struct ledger *ret);

#endif
