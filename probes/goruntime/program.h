#ifndef SIDESCOPE_PROBES_GORUNTIME_PROGRAM_H
#define SIDESCOPE_PROBES_GORUNTIME_PROGRAM_H

/*
 * What is known of a Go program without reading its memory: version, processor,
 * where its parts were loaded. From /proc/PID/exe and /proc/PID/maps, or from a
 * recorded image. Immutable once made: any thread may read it.
 */

#include "probes/goruntime/elf.h"
#include "probes/goruntime/layout.h"

/* Addresses are those in memory: the load bias is in them. */
struct program_area {
    uint64_t address, n;
    uint64_t file_n; /* how much of it came from the file; the rest began as zeroes */
    uint64_t file_offset;
    bool is_writable, is_executable;
};

struct program {
    gint refs;          /* atomic; private */
    char *version;      /* "go1.26.8 X:…", as the program says */
    const char *goarch; /* "amd64", "arm64": of go_arch_of_machine */
    uint16_t machine;   /* of the ELF header */
    uint64_t bias;      /* 0 for a program that is not position independent */
    struct program_area *segments;
    size_t n_segments;
    uint64_t pclntab;   /* address of .gopclntab or .data.rel.ro.gopclntab; 0: no such section */
    uint64_t go_module; /* address of .go.module (Go 1.26 and later); 0: none */
};

/*
 * The program of a running process. NULL with error: GONE, DENIED (with the
 * remedy), FOREIGN (no Go, no build information, not 64-bit little-endian),
 * UNSUPPORTED (another processor). Whether the version's layout is known is the
 * business of go_layout_find. Blocks for a few small files. One reference.
 */
struct program *program_of_process(int pid, GError **error);
/* The same from an open program file and the text of its maps (NULL: bias 0). */
struct program *program_of_file(int fd, const char *maps, GError **error);
struct program *program_ref(struct program *program);
void program_free(struct program *program); /* one reference less */
typedef struct program program_auto;        /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(program_auto, program_free)

/* Whether n bytes from address on are within one segment. */
bool program_holds(const struct program *program, uint64_t address, uint64_t n);

#endif
