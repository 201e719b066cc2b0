#ifndef SIDESCOPE_TESTS_GORUNTIME_MADE_MODULE_H
#define SIDESCOPE_TESTS_GORUNTIME_MADE_MODULE_H

#include "probes/goruntime/symbols.h"

/*
 * A module made of functions of MADE_FUNCTION bytes, one behind the other, in the
 * layout of Go 1.26 on amd64: enough for walking stacks.
 */
enum { MADE_TEXT = 0x401000, MADE_FUNCTION = 0x20, MADE_MAX = 16 };

struct made_function {
    const char *name;
    int32_t delta; /* of the stack, everywhere in it; -1: not known */
    bool is_wrapper;
};

struct made_module {
    struct module module;
    struct symbols *symbols;
    uint8_t *own[4];
};

/* At most MADE_MAX functions. Clear with made_module_clear. */
void made_module_init(struct made_module *made, const struct made_function *functions, size_t n);
void made_module_clear(struct made_module *made);

/* Address of byte offset of function i. */
static inline uint64_t made_pc(size_t i, uint64_t offset)
{
    return MADE_TEXT + i * MADE_FUNCTION + offset;
}

#endif
