#ifndef SIDESCOPE_PROBES_GORUNTIME_FINDER_PRIVATE_H
#define SIDESCOPE_PROBES_GORUNTIME_FINDER_PRIVATE_H

/* What the search (finder.c) and the tests of values (finder_checks.c) share. */

#include "probes/goruntime/finder.h"

struct finder {
    struct memory *memory;
    const struct go_layout *layout;
    struct symbols *symbols;
    const struct module *module;
    struct module_area data; /* all variables of the program */
    GHashTable *references;  /* name of a function -> GArray of sorted addresses */
    struct finder_globals *found;
    GError *error; /* the process cannot be read any more: all stops */
};

/* Copies n bytes; false when they are not mapped, or when error is set. */
bool finder_look(struct finder *f, uint64_t address, void *ret, size_t n);

/*
 * May the variable be at address, by the value there? Reads the process; what was
 * found before is in f->found.
 */
typedef enum finder_state finder_check(struct finder *f, uint64_t address);

finder_check finder_check_allgs, finder_check_allgptr, finder_check_allglen;
finder_check finder_check_reasons, finder_check_memstats, finder_check_gc_controller;
finder_check finder_check_mheap, finder_check_sched, finder_check_allp, finder_check_semtable;
finder_check finder_check_memory_rate, finder_check_cycle, finder_check_rate;
finder_check finder_check_memory_buckets, finder_check_block_buckets, finder_check_mutex_buckets;

#endif
