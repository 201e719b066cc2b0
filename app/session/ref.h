#ifndef SIDESCOPE_APP_SESSION_REF_H
#define SIDESCOPE_APP_SESSION_REF_H

/*
 * What a row, a finding or an event points at: a thing of the target, named so
 * that any screen can find it and nobody has to guess what a text is. A plain
 * value: what it points to is borrowed and has to live only for the call it is
 * handed to; ref_copy makes one that keeps its own. Pure; any thread.
 */

#include "probes/samples.h"

enum ref_kind {
    REF_NONE,
    /* a whole subject */
    REF_MEMORY,
    REF_FILES,
    REF_GOROUTINES,
    REF_HEAP,
    REF_CPU, /* the CPU profile captured last */
    REF_THREADS,
    REF_CHILDREN,
    REF_STARTS, /* the commands it starts */
    REF_STEP,   /* the step id of the triage */
    /* one of many */
    REF_REGIONS,  /* the mappings of region */
    REF_PATH,     /* descriptors that share the path text, of type */
    REF_TEMPLATE, /* descriptors that share the path template text, of type */
    REF_TYPE,     /* descriptors of type; text names it */
    REF_CLASS,    /* descriptors of the kind of file cls; text names it */
    REF_HELD,     /* descriptors that are held in the way text (probes/goruntime/descriptors.h) */
    REF_AGES,     /* descriptors first seen from from_us to to_us and still open; text says when */
    REF_DESCRIPTOR,   /* fd; cannot be kept */
    REF_DATABASE,     /* the SQLite database at the path text, with its locks */
    REF_STACKS,       /* n goroutine buckets by hash, the one at index at first; text: of them
                       * those alone that wait for what has that name, NULL all */
    REF_SITE,         /* the goroutine buckets that stand in the function text */
    REF_FUNCTION,     /* the function text in the live heap */
    REF_CPU_FUNCTION, /* the function text in the CPU profile captured last */
    REF_THREAD,       /* the thread id */
    REF_COMMAND,      /* what it starts by the command line text */
    REF_N_KINDS,
};

struct ref {
    enum ref_kind kind;
    const char *text;
    enum fd_type type;
    enum path_class cls;
    enum region_class region;
    int id;
    gint64 from_us, to_us; /* monotonic */
    const struct fd_entry *fd;
    const uint64_t *hashes;
    size_t n, at;
};

/* ret points at the same and keeps its text and hashes itself: end it with ref_clear. */
void ref_copy(struct ref *ret, const struct ref *ref);
/* Of a copy, or of zeros; leaves REF_NONE. */
void ref_clear(struct ref *ref);

/* "none", "path", "stacks", …: what kind of thing it is, for documents; static. */
const char *ref_name(enum ref_kind kind);
/* The pane that has things of this kind, for documents: "memory", "files", "goroutines", "heap",
 * "cpu", "none"; static. */
const char *ref_pane(enum ref_kind kind);
/* What tells it from others of its kind (a path, a function, a hash in hex), "" for a whole
 * subject. New string, raw bytes. */
char *ref_key(const struct ref *ref);
/* One of many that come and go with what the target does, like a path, a stack or a function. */
bool ref_is_part(enum ref_kind kind);

#endif
