#ifndef SIDESCOPE_APP_SESSION_SURVIVORS_H
#define SIDESCOPE_APP_SESSION_SURVIVORS_H

/*
 * How many of the descriptors opened in a stretch of time are still open. How
 * many were opened is the history of METRIC_FDS_OPENED, so that a process that is
 * watched again, and any moment of a recording, tell it as well. Pure.
 */

#include "probes/history.h"
#include "probes/samples.h"

enum { SURVIVORS_BANDS = 7 };

struct survivors_band {
    const char *name;        /* "1 to 10 min ago"; static */
    gint64 min_age_us;       /* at the time of the sample */
    gint64 from_us, to_us;   /* first_seen_us of its descriptors: from <= x < to */
    int64_t opened;          /* then; SAMPLE_UNKNOWN of what was open before anybody looked */
    size_t open;             /* of them, now */
    size_t most, most_count; /* index of the template that most of them belong to */
};

/* Youngest first; the last band is what was open when the watching began. */
void survivors_bands(const struct history *opened, const struct files_sample *files,
                     struct survivors_band ret[SURVIVORS_BANDS]);

#endif
