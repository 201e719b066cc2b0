#ifndef SIDESCOPE_PROBES_GORUNTIME_LAYOUT_H
#define SIDESCOPE_PROBES_GORUNTIME_LAYOUT_H

/*
 * Where the fields of the Go runtime's own structs are, per minor version and
 * architecture (amd64, arm64; Go 1.19 and newer). The numbers come from the
 * debug information of a program that each toolchain built: layout_table.h is
 * written by tests/goruntime/layout-gen, never by hand. A new Go version is
 * one run of it and one diff.
 *
 * What is not in the table is refused in words. Nothing here looks at a
 * process. Any thread; no allocation but of errors.
 */

#include "probes/goruntime/layout_fields.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What a version does not have; every other number is 0 or more. */
#define GO_LAYOUT_NONE (-1)

enum go_arch { GO_ARCH_AMD64, GO_ARCH_ARM64, GO_ARCH_COUNT };

/* What changes how memory is laid out without moving a field of this table. */
struct go_experiments {
    /* pointer bitmaps of small objects stand 128 bytes before the end of their span, not at it */
    bool green_tea_gc;
};

#define GO_LAYOUT_MEMBER(MEMBER, WHERE, FIELD) int32_t MEMBER;
struct go_layout {
    int minor; /* 26 of go1.26.8 */
    enum go_arch arch;
    struct go_experiments experiments;
    /* offsets and sizes in bytes, GO_LAYOUT_NONE where the version has no such field */
    GO_LAYOUT_FIELDS(GO_LAYOUT_MEMBER, GO_LAYOUT_MEMBER, GO_LAYOUT_MEMBER)
};

/* Bytes of each size class, class 0 (large objects) is 0. The same in every version of the table.
 */
enum { GO_SIZE_CLASSES = 68, GO_PAGE_BYTES = 8192 };
extern const uint32_t go_size_class_bytes[GO_SIZE_CLASSES];

enum go_layout_error {
    GO_LAYOUT_ERROR_VERSION,    /* older or newer than the table, or no release */
    GO_LAYOUT_ERROR_EXPERIMENT, /* built with a GOEXPERIMENT that is not known to leave fields alone
                                 */
    GO_LAYOUT_ERROR_ARCH,       /* neither amd64 nor arm64 */
};
#define GO_LAYOUT_ERROR (go_layout_error_quark())
GQuark go_layout_error_quark(void);

/*
 * "amd64", "arm64" for an ELF header's e_machine (EM_X86_64, EM_AARCH64; elf(5));
 * NULL for every other one.
 */
const char *go_arch_of_machine(uint16_t e_machine);

/*
 * The layout of a program by the version text of its build information
 * ("go1.26.8", "go1.25.8 X:nodwarf5", "go1.22.9 (Red Hat 1.22.9-2.el9)") and
 * by GOARCH. False with a sentence that names the version for development and
 * pre-release builds, versions outside the table, experiments that are not
 * known to be harmless in that version, and other architectures; *ret is then
 * left alone.
 */
bool go_layout_find(const char *version, const char *goarch, struct go_layout *ret, GError **error);

#endif
