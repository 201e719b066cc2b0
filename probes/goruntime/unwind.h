#ifndef SIDESCOPE_PROBES_GORUNTIME_UNWIND_H
#define SIDESCOPE_PROBES_GORUNTIME_UNWIND_H

/*
 * Walking a copied Go stack by the frame sizes of the pclntab (facts 4; Go's
 * runtime/traceback.go): no frame pointers and no debug information are needed,
 * and every Go frame is found, those of assembly too. Pure but for the symbols;
 * the thread of the symbols.
 */

#include "probes/goruntime/symbols.h"

/* Where the walk begins. */
struct unwind_start {
    uint64_t pc, sp;
    uint64_t lr;   /* link register, arm64 only */
    bool is_exact; /* pc is the instruction itself, not a return address: a sample's */
};

/* Copied memory from base on; sp lies in it. */
struct unwind_stack {
    uint64_t base;
    const uint8_t *data;
    size_t n;
};

/*
 * Appends the symbols from innermost to outermost to out (const struct symbol *),
 * runtime.goexit left out, at most most. NULL when the end of the stack was
 * reached, otherwise a static sentence that says why the walk stopped.
 */
const char *unwind_walk(struct symbols *symbols, const struct unwind_start *start,
                        const struct unwind_stack *stack, size_t most, GPtrArray *out);

#endif
