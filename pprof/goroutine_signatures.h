#ifndef SIDESCOPE_PPROF_GOROUTINE_SIGNATURES_H
#define SIDESCOPE_PPROF_GOROUTINE_SIGNATURES_H

/*
 * What a bucket's way of waiting says, in a word: the blocked signatures of
 * the memory-profiling document (chanrecv1, chansend1, time.Sleep) and of
 * pprof-reference 8.2, and goroutines that are parked by design (accept loops,
 * signal loops, readers of a watcher, ...). A hint for readers, no verdict:
 * that a count grows is what makes a leak. Pure; any thread.
 */

#include "pprof/goroutines.h"

enum goroutine_signature_kind {
    GOROUTINE_SIGNATURE_NONE,     /* says nothing: runs, or waits for input, or in a select */
    GOROUTINE_SIGNATURE_EXPECTED, /* parked by design; only a growing count is news */
    GOROUTINE_SIGNATURE_WAITING,  /* normal when it ends; many or old ones are a leak */
    GOROUTINE_SIGNATURE_BLOCKED,  /* somebody else has to act, and may never */
    GOROUTINE_SIGNATURE_FOREVER,  /* cannot end */
};

struct goroutine_signature {
    enum goroutine_signature_kind kind;
    const char *word;    /* at most 16 columns; "" for NONE */
    const char *meaning; /* one sentence */
    const char *next;    /* what to look at, one sentence */
};

/* Never NULL; static. */
const struct goroutine_signature *goroutine_signature_of(const struct goroutine_bucket *bucket);

#endif
