#ifndef SIDESCOPE_PROBES_GORUNTIME_GOROUTINES_PRIVATE_H
#define SIDESCOPE_PROBES_GORUNTIME_GOROUTINES_PRIVATE_H

/* What the reading (goroutines.c) and the meaning of a g's bytes (goroutine_decode.c) share. */

#include "pprof/hash.h"
#include "pprof/store.h"
#include "probes/goruntime/goroutines.h"
#include "probes/goruntime/unwind.h"
#include "probes/goruntime/wait_reasons.h"

/* Behind a list: what its goroutines point to. */
struct goroutine_lists {
    struct store *arena;
    uint64_t *records; /* addresses of g's */
    struct wait_reasons reasons;
    GArray *goroutines;           /* struct live_goroutine */
    struct hash_index by_stack;   /* of stacks */
    GArray *stacks;               /* struct goroutine_stack: each different one once */
    size_t n_frames;              /* of all of stacks, inlined ones too */
    struct hash_index by_label;   /* address of a label set -> label_texts */
    GPtrArray *label_texts;       /* const char *, of arena */
    size_t n_label_bytes;         /* of all of label_texts */
    struct hash_index by_address; /* of goroutines */
};

struct goroutine_stack {
    const struct symbol *const *symbols;
    size_t n;
};

/* One goroutine while it is read. */
struct goroutine_look {
    uint64_t address;
    uint8_t *before, *after;   /* its g, around the copy of its stack */
    struct unwind_stack stack; /* n 0: none to be had */
    bool is_cut;               /* the stack is larger than what is copied */
    bool is_done;
    bool is_there; /* result is filled: it lives */
    struct live_goroutine result;
};

enum goroutine_status goroutine_status_of(const struct go_layout *layout, const uint8_t *g);

/*
 * Fills look->result from the bytes of before and the stack. Reads the process for
 * labels only.
 */
void goroutine_decode(struct goroutine_lists *own, const struct go_runtime *runtime,
                      struct goroutine_look *look, int64_t now_ns);

#endif
