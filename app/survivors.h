#ifndef SIDESCOPE_APP_SURVIVORS_H
#define SIDESCOPE_APP_SURVIVORS_H

/*
 * How many of the descriptors opened in a stretch of time are still open. The
 * samples tell births since the one before; here they are added up over time.
 * Pure; the thread of its owner.
 */

#include "probes/samples.h"

struct survivors;

struct survivors *survivors_new(void);
void survivors_free(struct survivors *survivors);
/* Another process. */
void survivors_reset(struct survivors *survivors);
/* Samples of the past, or seen before, change nothing. */
void survivors_note(struct survivors *survivors, const struct files_sample *files);

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
void survivors_bands(const struct survivors *survivors, const struct files_sample *files,
                     struct survivors_band ret[SURVIVORS_BANDS]);

#endif
