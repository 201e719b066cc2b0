#ifndef SIDESCOPE_PROBES_GORUNTIME_NATIVE_H
#define SIDESCOPE_PROBES_GORUNTIME_NATIVE_H

/*
 * Code in a process that is not Go's: which file an address belongs to, and which
 * function by the file's own table of symbols. Programs without one leave the
 * name of the file. Reads /proc/PID/maps and the files it names, blocks for them,
 * and keeps what it found. One thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct native_place {
    const char *function;        /* "malloc", or "[libc.so.6]" without symbols; raw bytes */
    const char *file;            /* path of the mapping, "" of memory without a file; raw bytes */
    bool is_vdso;                /* the kernel's own code for the time of day */
    uint64_t begin, end, offset; /* of the mapping; offset: of begin in the file */
};

struct native;

/* The executable mappings of a process. Never fails: a process that is gone has none. */
struct native *native_new(int pid);
/* The same of the text of a maps file, and of no process: files are taken as they are named. */
struct native *native_of_maps(const char *maps);
void native_free(struct native *native);
typedef struct native native_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(native_auto, native_free)

/* Whether code is mapped at pc; texts live as long as native. */
bool native_find(struct native *native, uint64_t pc, struct native_place *ret);

#endif
