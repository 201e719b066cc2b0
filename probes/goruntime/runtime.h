#ifndef SIDESCOPE_PROBES_GORUNTIME_RUNTIME_H
#define SIDESCOPE_PROBES_GORUNTIME_RUNTIME_H

/*
 * A Go process that can be read: its memory, what kind of program it is, its
 * tables, and where its runtime's variables are. Everything that reads something
 * of the process (heap.h, stats.h, objects.h, holders.h, descriptors.h) begins
 * here.
 *
 * One thread at a time; memory_cancel(runtime->memory) from any thread ends what
 * is being read.
 */

#include "probes/goruntime/finder.h"
#include "probes/goruntime/layout.h"
#include "probes/goruntime/memory.h"
#include "probes/goruntime/module.h"
#include "probes/goruntime/program.h"
#include "probes/goruntime/symbols.h"

struct go_runtime {
    struct memory *memory;
    const struct program *program; /* of program_own, or the image's */
    struct program *program_own;   /* private */
    struct go_layout layout;
    struct module *module;
    struct symbols *symbols;
    struct finder_globals globals;
    uint64_t max_heap_copy; /* bytes; GORUNTIME_MAX_HEAP_COPY unless set otherwise */
};

/*
 * Attaches to a running process: some 50 to 250 ms for a large program, nothing in
 * the process itself. NULL with error: rights, no Go program, an unknown version or
 * experiment (GO_LAYOUT_ERROR, GORUNTIME_ERROR). Free with go_runtime_free.
 */
struct go_runtime *go_runtime_of_process(int pid, GError **error);
/*
 * The same process once more, for another thread: program, tables and variables are
 * shared, memory and symbols are its own. As quick as opening a file. first is read
 * only and may go before it.
 */
struct go_runtime *go_runtime_beside(const struct go_runtime *first, int pid, GError **error);
/*
 * The same over a memory that is given up (a recorder before a live one, or another
 * source) and a program that is borrowed.
 */
struct go_runtime *go_runtime_new(struct memory *memory, const struct program *program,
                                  GError **error);
void go_runtime_free(struct go_runtime *runtime);
typedef struct go_runtime go_runtime_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(go_runtime_auto, go_runtime_free)

/*
 * The address of a variable that is needed, by its place in runtime->globals; false
 * with error (GORUNTIME_ERROR_MISMATCH: which variable is missing, and why) without it.
 */
bool go_runtime_need(const struct go_runtime *runtime, const struct finder_global *global,
                     uint64_t *ret, GError **error);
/* The addresses of its processors (runtime.p), n of them, for bytes_u64: 0 where a place is free.
 * NULL with error. Free with g_free. */
uint8_t *go_runtime_processors(const struct go_runtime *runtime, size_t *ret_n, GError **error);

#endif
