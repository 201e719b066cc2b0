#ifndef SIDESCOPE_PPROF_SAMPLE_READER_H
#define SIDESCOPE_PPROF_SAMPLE_READER_H

/*
 * Samples are nearly all of a large profile: they are read from the wire right
 * into the tables of the profile, their stacks on request only checked and left
 * where they are. Private to pprof/.
 */

#include "pprof/packed.h"
#include "pprof/profile.h"
#include "pprof/wire.h"

/* Where labels lie that an earlier sample has. */
struct label_set {
    uint32_t first, n; /* n 0: none */
};

enum { SAMPLE_LABEL_SETS = 256 };

struct sample_reader {
    /* borrowed */
    const struct id_map *locations;
    const GPtrArray *strings;
    const uint8_t *base; /* NULL, or where offsets of stacks are counted from: frames stay there */
    /* what is read */
    struct packed_reader packed;
    GByteArray *loose; /* with a base: stacks that are no runs, as runs */
    size_t n_types;
    int64_t *values; /* room for all samples */
    uint32_t *frames;
    struct profile_label *labels;
    size_t n_values, n_frames, n_labels;
    size_t room_frames, room_labels;
    struct label_set label_sets[SAMPLE_LABEL_SETS]; /* by hash, those seen last */
};

/* False with error when there are samples and no types for their values. */
bool sample_reader_begin(struct sample_reader *reader, size_t n_types, size_t n_samples,
                         GError **error);
/* Forgets what was read, for reading again. */
void sample_reader_reset(struct sample_reader *reader);
/*
 * One Sample message. With a base also false, with or without a sentence, for a
 * stack that is not one run of ids: such a profile is read again without it.
 */
bool sample_reader_next(struct sample_reader *reader, struct wire message,
                        struct profile_sample *ret, GError **error);
/* Gives the tables to the profile, whole or not; nothing is left in the reader. */
void sample_reader_finish(struct sample_reader *reader, struct profile *profile);

/* Text of index in the table, "" for 0. */
bool string_table_get(const GPtrArray *strings, int64_t index, const char **ret, GError **error);

#endif
