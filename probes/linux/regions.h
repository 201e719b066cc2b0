#ifndef SIDESCOPE_PROBES_LINUX_REGIONS_H
#define SIDESCOPE_PROBES_LINUX_REGIONS_H

/*
 * Sorting mappings into classes: os-reference 2.5. Needs the whole list in
 * address order, because most rules look at the neighbours. Pure.
 */

#include "probes/samples.h"

struct mapping {
    struct region region; /* cls is filled by regions_classify */
    uint64_t inode;
};

struct region_hints {
    const char *exe;     /* path of the program as maps prints it, without " (deleted)" */
    uint64_t exe_inode;  /* 0: unknown */
    int64_t stack_limit; /* soft limit; SAMPLE_UNKNOWN: unlimited */
    uint64_t page_bytes;
    bool is_go;
    int go_minor; /* 26 for go1.26.x; 0: unknown */
    /* Whether what is called like a database begins as something else; NULL: names decide. */
    bool (*is_other_file)(void *user, const char *path);
    void *user;
};

/* Classes of all n mappings; true when a Go heap was found by shape or address. */
bool regions_classify(struct mapping *mappings, size_t n, const struct region_hints *hints);

#endif
