#ifndef SIDESCOPE_PROBES_GORUNTIME_REFERENCES_H
#define SIDESCOPE_PROBES_GORUNTIME_REFERENCES_H

/*
 * Which of the program's data a piece of code refers to, without a disassembler
 * (facts 2). Every use of a global that the compiler makes is found; beside them
 * stand a few addresses that only look like one, so what is found is a candidate
 * until its value was checked. Pure; any thread.
 *
 * amd64: each byte that could be the ModRM of a RIP-relative operand is taken for
 * one (Intel SDM 2, 2.1.5, table 2-2; displacement counts from the end of the
 * instruction). arm64: ADRP and the ADD, load or store that follows it in the
 * same register (Arm ARM C6.2).
 */

#include "probes/goruntime/layout.h"
#include "probes/goruntime/module.h"

struct references_code {
    enum go_arch arch;
    uint64_t address; /* of its first byte in the target */
    const uint8_t *bytes;
    size_t n;
};

/*
 * Appends to found (of uint64_t) every address inside data that code refers to, in
 * the order of the code, with repetitions.
 */
void references_scan(const struct references_code *code, struct module_area data, GArray *found);

/* Sorts and takes out repetitions. */
void references_sort(GArray *found);
bool references_has(const GArray *sorted, uint64_t address);

/* From the first to the last of the module's variables. */
struct module_area references_data(const struct module *module);

#endif
