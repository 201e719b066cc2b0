#ifndef SIDESCOPE_PPROF_SAMPLE_READER_H
#define SIDESCOPE_PPROF_SAMPLE_READER_H

/*
 * Samples are nearly all of a large profile: they are read from the wire right
 * into the tables of the profile. Private to pprof/.
 */

#include "pprof/id_map.h"
#include "pprof/profile.h"
#include "pprof/wire.h"

struct sample_reader {
    /* borrowed */
    const struct id_map *locations;
    const GPtrArray *strings;
    /* what is read */
    size_t n_types;
    int64_t *values; /* room for all samples */
    uint32_t *frames;
    struct profile_label *labels;
    size_t n_values, n_frames, n_labels;
    size_t room_frames, room_labels;
};

/* False with error when there are samples and no types for their values. */
bool sample_reader_begin(struct sample_reader *reader, size_t n_types, size_t n_samples,
                         GError **error);
/* One Sample message. */
bool sample_reader_next(struct sample_reader *reader, struct wire message,
                        struct profile_sample *ret, GError **error);
/* Gives the tables to the profile, whole or not; nothing is left in the reader. */
void sample_reader_finish(struct sample_reader *reader, struct profile *profile);

/* Text of index in the table, "" for 0. */
bool string_table_get(const GPtrArray *strings, int64_t index, const char **ret, GError **error);

#endif
