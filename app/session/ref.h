#ifndef SIDESCOPE_APP_SESSION_REF_H
#define SIDESCOPE_APP_SESSION_REF_H

/*
 * What a row or a finding points at: a thing of the target, named so that any
 * screen can find it. A plain value; what it points to is borrowed and has to
 * live only for the call it is handed to.
 */

#include "probes/samples.h"

enum ref_kind {
    REF_NONE,
    REF_REGIONS,  /* the mappings of region */
    REF_PATH,     /* descriptors that share the path text, of type */
    REF_TEMPLATE, /* descriptors that share the path template text, of type */
    REF_TYPE,     /* descriptors of type; text names it */
    REF_AGES,     /* descriptors first seen from from_us to to_us and still open; text says when */
    REF_DESCRIPTOR, /* fd */
    REF_DATABASE,   /* the SQLite database at the path text */
    REF_STACKS,     /* n goroutine buckets by hash, the one at index at first */
};

struct ref {
    enum ref_kind kind;
    const char *text;
    enum fd_type type;
    enum region_class region;
    gint64 from_us, to_us; /* monotonic */
    const struct fd_entry *fd;
    const uint64_t *hashes;
    size_t n, at;
};

#endif
