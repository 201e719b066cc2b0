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

/*
 * What of a difference between two heap profiles is sampling noise: four
 * samples' worth. A function that allocated bytes is in the profile with about
 * bytes / period samples, and their number is off by its square root, so that
 * of fewer than four a zero is in reach of twice that. Never below 1 MiB, which
 * is no leak to speak of.
 */
int64_t heap_growth_noise_bytes(const struct profile *profile);

/* True for a function of Go's standard library or runtime. */
bool heap_growth_is_standard(const char *function);

#endif
