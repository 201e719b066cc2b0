#ifndef SIDESCOPE_PPROF_NAMES_H
#define SIDESCOPE_PPROF_NAMES_H

/*
 * One copy of every text: equal texts get the same pointer, so that they can be
 * compared and hashed as pointers. Private to pprof/; one thread.
 */

#include "pprof/hash.h"
#include "pprof/store.h"

/*
 * A NUL within a text, in bytes that UTF-8 forbids for it: texts that differ
 * only behind a NUL stay two, and strcmp and strlen see all of each.
 */
#define NAMES_NUL "\xc0\x80"

struct name {
    const char *text; /* NUL-terminated; NULs of the source as NAMES_NUL */
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
/* Turns every NAMES_NUL of text from an offset on back into a NUL, for what leaves the program. */
void names_restore_nuls(GString *text, size_t from);

#endif
