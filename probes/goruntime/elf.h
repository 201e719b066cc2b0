#ifndef SIDESCOPE_PROBES_GORUNTIME_ELF_H
#define SIDESCOPE_PROBES_GORUNTIME_ELF_H

/*
 * The headers of an ELF program file, 64 bits, little-endian: segments, sections,
 * what lies where in the file (elf(5)). The definitions are our own, so that it
 * compiles where there is no <elf.h>. Blocks for the file; one thread per object,
 * any number may read a const one.
 */

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum elf_machine {
    ELF_MACHINE_X86_64 = 62,
    ELF_MACHINE_AARCH64 = 183,
};

struct elf_segment { /* PT_LOAD only, in the order of the file */
    uint64_t address, memory_n;
    uint64_t offset, file_n; /* in the file; the rest is zeroes */
    bool is_writable, is_executable;
};

struct elf_section {
    const char *name; /* owned by the file */
    uint64_t address; /* 0: not in memory */
    uint64_t offset, n;
    uint32_t type, link; /* SHT_…; link: of a symbol table, the section of its texts */
    bool has_bytes;      /* not SHT_NOBITS */
};

struct elf_file {
    int fd; /* borrowed; must stay open for elf_read and elf_read_at */
    uint16_t type, machine;
    struct elf_segment *segments;
    size_t n_segments;
    struct elf_section *sections;
    size_t n_sections; /* 0 when they were removed */
    char *names;       /* private */
};

/* NULL with error (FOREIGN: not such a file; FAILED: cannot be read). */
struct elf_file *elf_open(int fd, GError **error);
void elf_free(struct elf_file *file);
typedef struct elf_file elf_file_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(elf_file_auto, elf_free)

/* The section of that name, or NULL. */
const struct elf_section *elf_section_find(const struct elf_file *file, const char *name);
/* n bytes at a file offset, whole or not at all. */
bool elf_read(const struct elf_file *file, uint64_t offset, void *ret, size_t n);
/* n bytes at a virtual address, as far as they are in the file; false otherwise. */
bool elf_read_address(const struct elf_file *file, uint64_t address, void *ret, size_t n);

#endif
