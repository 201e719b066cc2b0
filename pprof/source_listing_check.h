#ifndef SIDESCOPE_PPROF_SOURCE_LISTING_CHECK_H
#define SIDESCOPE_PPROF_SOURCE_LISTING_CHECK_H

/*
 * Whether the source at hand is the one a profile was made with. Profiles do not
 * say which version that was, but Go's functions begin where they begin: where
 * another one begins there, or where no function does, the text is another's.
 * Doubt is a yes. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct listing_place {
    const char *function, *file; /* as the profile names them */
    int64_t start_line;          /* of the function; 0: unknown (Go before 1.20) */
    int64_t line;                /* the first that was sampled; 0: unknown */
};

bool source_listing_check(const struct listing_place *place, const char *text, size_t n);

#endif
