#ifndef SIDESCOPE_PPROF_SAMPLE_READER_H
#define SIDESCOPE_PPROF_SAMPLE_READER_H

/*
 * Samples are nearly all of a large profile, so they are read from the wire
 * without unpacking each into a message first: with protobuf-c a million of
 * them took three times as long as inflating the file. What is accepted is the
 * same. Private to pprof/.
 */

#include "pprof/id_map.h"
#include "pprof/profile.h"

struct sample_reader {
    /* borrowed */
    const struct id_map *locations;
    const GPtrArray *strings;
    size_t n_types;
    /* what is read goes to the end of these: int64_t, uint32_t, struct profile_label */
    GArray *values, *frames, *labels;
};

/* One Sample message of n bytes. */
bool sample_reader_next(struct sample_reader *reader, const uint8_t *at, size_t n,
                        struct profile_sample *ret, GError **error);

/* Text of index in the table, "" for 0. */
bool string_table_get(const GPtrArray *strings, int64_t index, const char **ret, GError **error);

#endif
