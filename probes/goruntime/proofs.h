#ifndef SIDESCOPE_PROBES_GORUNTIME_PROOFS_H
#define SIDESCOPE_PROBES_GORUNTIME_PROOFS_H

/*
 * Goroutines that nothing can ever wake: what each of them waits for is referred to by
 * nobody but those who wait there. As the runtime's own goroutineleak profile finds them
 * (findGoroutineLeaks, mgc.go), but of any Go version, from outside, while the process
 * goes on.
 *
 * Everything is followed from variables, from all other writable memory outside of Go's heap
 * (C, the runtime's own records), from what finalizers and weak pointers give, and from the stacks
 * of goroutines that do not wait for a channel or a lock. Whoever waits at what was reached may go
 * on, so its stack is followed as well, until nothing is added. Who is left is leaked. Waiters' own
 * records, and the list of all goroutines, are not followed; timers, being objects, are.
 *
 * The process moves pointers while it is read, and one that was moved behind the reader is
 * not seen. So stacks and variables are read before and behind the heap; nothing of a
 * heap is taken for free or for no pointer; and a goroutine counts only when it was found so
 * in every one of several looks, at moments that follow no rhythm, and never ran in between. Two
 * are enough where no goroutine ran at all from the first to the last: then it was one moment.
 * Registers are not read: a goroutine that was not interrupted since the first look may have in
 * them what nothing else has, so there are more looks until it was, or nothing is proven.
 */

#include "probes/goruntime/holders.h"

struct proof {
    uint64_t id;    /* of the goroutine */
    char *state;    /* "chan send" */
    char *waits;    /* "send to channel 0xc000012345, unbuffered"; "" for one without any */
    char *function; /* where: the innermost that is the program's own */
};

struct proofs {
    GArray *proven;    /* struct proof, by id */
    size_t n_suspects; /* user goroutines that wait for a channel or a lock */
    size_t n_unread;   /* such whose channel or lock was not found: never proven */
    unsigned n_looks;
    bool was_quiet;      /* nothing ran meanwhile */
    uint64_t heap_bytes; /* of one look */
    uint64_t read_bytes; /* of all */
    double took_s;
};

/*
 * Whether proofs can be had of this process, as far as that is known before the heap is read.
 * False with error: what proofs_read would say. About 1 ms.
 */
bool proofs_possible(struct go_runtime *runtime, GError **error);

/*
 * Some ten ms for each 10 MB of heap and look, with pauses between them; copies as much as the
 * heap has pointers in, once at a time. progress (or NULL) is called on this thread. NULL with
 * error when anything could not be read (MISMATCH with the reason): then nothing is proven.
 * Cancel with memory_cancel. Free with proofs_free.
 */
struct proofs *proofs_read(struct go_runtime *runtime, holders_progress *progress, void *user,
                           GError **error);
void proofs_free(struct proofs *proofs);
typedef struct proofs proofs_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(proofs_auto, proofs_free)

/* Whether a goroutine is among them. */
bool proofs_have(const struct proofs *proofs, uint64_t goroutine);

#endif
