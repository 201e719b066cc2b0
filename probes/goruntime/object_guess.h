#ifndef SIDESCOPE_PROBES_GORUNTIME_OBJECT_GUESS_H
#define SIDESCOPE_PROBES_GORUNTIME_OBJECT_GUESS_H

/*
 * What type an object is that nothing tells the type of, by a pointer in it whose
 * target's type is known: structs of the program that take as much room, have a
 * field there that fits, and whose other fields hold what such fields can. The
 * thread of the types.
 */

#include "probes/goruntime/objects.h"
#include "probes/goruntime/types.h"

/* What a pointer leads to. */
struct object_child {
    const struct go_type *type; /* NULL: nothing is known of it */
    bool is_array;              /* as many as fit */
    bool is_function;           /* a closure; type is NULL */
};

enum { OBJECT_GUESS_MOST = 3 };

struct object_guess {
    size_t n; /* structs that fit; types has the first of them */
    const struct go_type *types[OBJECT_GUESS_MOST];
    bool is_array; /* of pointers to such children instead */
};

/*
 * slot: an object with data; offset: of the word in its value (behind the header).
 * go_types_scan was called.
 */
struct object_guess object_guess_above(struct go_types *types, const struct objects *objects,
                                       uint32_t slot, uint64_t offset,
                                       const struct object_child *child);

#endif
