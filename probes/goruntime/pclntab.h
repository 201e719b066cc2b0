#ifndef SIDESCOPE_PROBES_GORUNTIME_PCLNTAB_H
#define SIDESCOPE_PROBES_GORUNTIME_PCLNTAB_H

/*
 * The tables of a module by function: which function holds a pc, its name, and
 * the values that belong to a pc (facts 4; runtime/symtab.go, "Go 1.2 Runtime
 * Symbol Information"). Functions have numbers from 0 in the order of their
 * addresses. Pure; a damaged table gives "not known", never a read outside.
 */

#include "probes/goruntime/module.h"

#define PCLNTAB_NONE SIZE_MAX /* no function */

enum { /* funcdata and pcdata tables, runtime/funcdata.h */
       PCLNTAB_PCDATA_STACK_MAP = 1,
       PCLNTAB_PCDATA_INLINING = 2,
       PCLNTAB_FUNCDATA_ARGUMENT_POINTERS = 0,
       PCLNTAB_FUNCDATA_LOCAL_POINTERS = 1,
       PCLNTAB_FUNCDATA_STACK_OBJECTS = 2,
       PCLNTAB_FUNCDATA_INLINING = 3,
};

enum {                       /* of pclntab_flags */
       PCLNTAB_FLAG_TOP = 1, /* outermost frame of its stack */
};

/* The function that holds pc, or PCLNTAB_NONE (C code, no code at all). */
size_t pclntab_find(const struct module *module, uint64_t pc);
/* First address, and the first behind it. function is below n_functions. */
uint64_t pclntab_entry(const struct module *module, size_t function);
uint64_t pclntab_end(const struct module *module, size_t function);
/* "main.(*T).work", NUL-terminated, in the module; "" when damaged. */
const char *pclntab_name(const struct module *module, size_t function);
/* The name at an offset of funcnametab, as an inlining tree gives it; "" when damaged. */
const char *pclntab_name_at(const struct module *module, uint32_t offset);
/* runtime's funcID (runtime/funcid of that version) and flags; 0 when damaged. */
uint8_t pclntab_function_id(const struct module *module, size_t function);
uint8_t pclntab_flags(const struct module *module, size_t function);
/* Whether it has deferred calls. */
bool pclntab_defers(const struct module *module, size_t function);

/*
 * Bytes between the stack pointer and the return address at pc (amd64), or the
 * size of the frame (arm64); -1 when not known.
 */
int32_t pclntab_stack_delta(const struct module *module, size_t function, uint64_t pc);
/* File ("" when unknown) and line (0) of the code at pc: for a return address give pc - 1. */
const char *pclntab_place(const struct module *module, size_t function, uint64_t pc,
                          int64_t *ret_line);
/* Value of a pcdata table at pc, -1 when it has none. */
int32_t pclntab_pcdata(const struct module *module, size_t function, unsigned table, uint64_t pc);
/* Address of a funcdata table in the target, 0 when it has none. */
uint64_t pclntab_funcdata(const struct module *module, size_t function, unsigned table);

#endif
