#ifndef SIDESCOPE_PPROF_PACKED_H
#define SIDESCOPE_PPROF_PACKED_H

/*
 * Stacks as they lie in profile.proto: runs of varints, ids of locations, leaf
 * first. Neighbours often share the rootward part, the last bytes of their runs,
 * so only what is in front of these is decoded. Private to pprof/; one thread
 * per reader.
 */

#include "pprof/id_map.h"
#include "pprof/wire.h"

struct packed_reader {
    const struct id_map *locations; /* borrowed */
    /* the stack read last, by level, the root first */
    uint32_t *path; /* locations */
    uint32_t *tail; /* bytes of the run from this level to its end */
    size_t n, room;
    size_t shared; /* levels it has in common with the one before */
    struct wire run;
};

enum packed_result {
    PACKED_FINE,
    PACKED_MALFORMED,
    PACKED_UNKNOWN, /* a location that is not there */
    PACKED_TOO_MANY,
};

void packed_reader_init(struct packed_reader *reader, const struct id_map *locations);
void packed_reader_clear(struct packed_reader *reader);
/* Reads the stack of a run, which must stay where it is until the next is read. */
enum packed_result packed_read(struct packed_reader *reader, struct wire run);

/* The run whose length stands at at. It has been there before: nothing is checked. */
static inline struct wire packed_run_at(const uint8_t *at)
{
    enum { MOST_BYTES = 10 };
    struct wire wire = {at, at + MOST_BYTES};
    uint64_t n = 0;

    wire_varint(&wire, &n);
    return (struct wire){wire.at, wire.at + n};
}

/* How long the length of a run of n bytes is when it is not longer than it has to be. */
static inline size_t packed_length_bytes(size_t n)
{
    size_t bytes = 1;

    for (; n >= 0x80; n >>= 7)
        bytes++;
    return bytes;
}

#endif
