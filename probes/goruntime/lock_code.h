#ifndef SIDESCOPE_PROBES_GORUNTIME_LOCK_CODE_H
#define SIDESCOPE_PROBES_GORUNTIME_LOCK_CODE_H

/*
 * What the code of a function does with locks, without a disassembler: its direct
 * calls of sync's functions (inlined ones leave the call of their slow path), and
 * the variables it refers to. One thread; answers are kept by function.
 */

#include "probes/goruntime/blocks.h"
#include "probes/goruntime/runtime.h"

struct lock_code;

/* All is borrowed. Free with lock_code_free. */
struct lock_code *lock_code_new(const struct go_runtime *runtime, struct blocks *blocks);
void lock_code_free(struct lock_code *code);

enum lock_code_last {
    LOCK_CODE_NONE,   /* it calls neither before that place */
    LOCK_CODE_LOCK,   /* the last before it locks */
    LOCK_CODE_UNLOCK, /* or unlocks */
};

/* Before pc, in the order of the code: what a loop does at its end is not seen. */
enum lock_code_last lock_code_before(struct lock_code *code, size_t function, uint64_t pc);
/* Does it unlock anything at all? */
bool lock_code_unlocks(struct lock_code *code, size_t function);
/* Does it refer to the variable at an address? */
bool lock_code_refers(struct lock_code *code, size_t function, uint64_t address);

#endif
