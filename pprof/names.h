#ifndef SIDESCOPE_PPROF_NAMES_H
#define SIDESCOPE_PPROF_NAMES_H

/*
 * One copy of every text: equal texts get the same pointer, so that they can be
 * compared and hashed as pointers. Private to pprof/; one thread.
 */

#include "pprof/hash.h"
#include "pprof/store.h"

struct name {
    const char *text; /* NUL-terminated; may hold NULs before n */
    size_t n;
};

struct names {
    struct store *arena; /* of the caller */
    struct hash_index index;
    struct name *list;
    size_t n, size;
    uint64_t seed;
};

void names_init(struct names *names, struct store *arena);
void names_clear(struct names *names);
/* Number of the text; made when new. Text 0 is "". */
uint32_t names_number(struct names *names, const char *text, size_t n);
/* The one copy of a text. */
const char *names_intern(struct names *names, const char *text, size_t n);

#endif
