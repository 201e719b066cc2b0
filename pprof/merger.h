#ifndef SIDESCOPE_PPROF_MERGER_H
#define SIDESCOPE_PPROF_MERGER_H

/*
 * One set of tables out of several profiles: what is equal becomes one
 * (pprof-reference 2.10, "Merge identity"). Mappings, functions, locations and
 * samples are made in the order the samples need them. Private to pprof/merge.
 */

#include "pprof/builder.h"

struct merger {
    struct builder builder;
    struct hash_index mappings, functions, locations, samples;
    const char *mark_key, *mark_value; /* label for samples of the current profile, or NULL */
    /* of the profile being added */
    const struct profile *in;
    uint32_t *mapping_of, *function_of, *location_of; /* merged index + 1, 0: not met */
    GPtrArray *sorted_labels;
    GArray *lines, *frames, *labels; /* of the location or sample being looked up */
};

/* The header comes from source, which must outlive the merger. */
void merger_init(struct merger *merger, const struct profile *source);
struct profile *merger_profile(struct merger *merger);
/* From here on samples get this label instead of one of the same key. Static texts. */
void merger_mark(struct merger *merger, const char *key, const char *value);
void merger_begin(struct merger *merger, const struct profile *in);
/* Adds sample number index of the current profile with these values. */
void merger_add(struct merger *merger, size_t index, const int64_t *values);
void merger_end(struct merger *merger);
/* Gives the profile; the merger is empty afterwards. */
struct profile *merger_finish(struct merger *merger);

#endif
