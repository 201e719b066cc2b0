#ifndef SIDESCOPE_APP_TRIAGE_HEAP_GROWTH_H
#define SIDESCOPE_APP_TRIAGE_HEAP_GROWTH_H

/*
 * Which functions hold more of the heap than before: the difference of two
 * heap profiles by flat in-use bytes, with the program's own function that
 * calls into the library where the bytes are allocated. Pure.
 */

#include "pprof/profile.h"

#include <glib.h>

struct heap_growth {
    char *function; /* raw bytes, as pprof prints it */
    char *caller;   /* heaviest caller outside the standard library; "" when it is its own */
    int64_t delta_bytes, now_bytes;
    const char *known; /* what this signature usually means, or NULL; static */
};

/*
 * Functions that grew by at least min_bytes, most first, at most max. Empty
 * when the profiles are not comparable heap profiles. GPtrArray of struct
 * heap_growth *, owns them.
 */
GPtrArray *heap_growth_find(const struct profile *now, const struct profile *base,
                            int64_t min_bytes, size_t max);

/* True for a function of Go's standard library or runtime. */
bool heap_growth_is_standard(const char *function);

#endif
