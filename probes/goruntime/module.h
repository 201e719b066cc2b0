#ifndef SIDESCOPE_PROBES_GORUNTIME_MODULE_H
#define SIDESCOPE_PROBES_GORUNTIME_MODULE_H

/*
 * The runtime's moduledata: where text, data and tables of the program lie, with
 * local copies of the tables (facts 1; runtime/symtab.go). They never change in a
 * running process, so a module is loaded once and immutable afterwards: any
 * number of threads may read it at once, and none needs the process for it.
 */

#include "probes/goruntime/layout.h"
#include "probes/goruntime/memory.h"
#include "probes/goruntime/program.h"

#include <glib.h>

/* [begin, end) */
struct module_area {
    uint64_t begin, end;
};

/* A copied table. */
struct module_table {
    uint8_t *data;
    size_t n; /* bytes */
};

struct module {
    gint refs;               /* atomic; private */
    struct go_layout layout; /* a copy: version and processor are in it */
    uint64_t address;        /* of the moduledata */
    uint64_t pc_header;      /* of the pclntab */
    const char *how;         /* how both were found, for a log; static */
    unsigned quantum;        /* bytes of the smallest instruction: 1, 4 */
    struct module_area text, noptrdata, data, bss, noptrbss, types;
    uint64_t gofunc; /* what funcdata offsets count from */
    uint64_t next;   /* of another module (plugin), which is not read; 0: there is none */
    struct module_table names, units, files, pc_tables, functions; /* funcnametab, cutab, filetab,
                                                                      pctab, pclntable */
    struct module_table index;                                     /* ftab */
    size_t n_functions;
};

/*
 * Finds and copies it. NULL with error: FOREIGN (no pclntab: packed, or garbled),
 * MISMATCH (tables that contradict each other), TOO_LARGE, or what memory_read
 * says. One reference.
 */
struct module *module_load(struct memory *memory, const struct program *program,
                           const struct go_layout *layout, GError **error);
struct module *module_ref(struct module *module);
void module_unref(struct module *module);
typedef struct module module_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(module_auto, module_unref)

/* Whether an address is in it. */
static inline bool module_area_has(const struct module_area *area, uint64_t address)
{
    return address >= area->begin && address < area->end;
}

#endif
