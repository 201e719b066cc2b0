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

#include <glib.h>

struct packed_reader {
    const struct id_map *locations; /* borrowed */
    uint32_t *path;                 /* the stack read last: locations, the root first */
    size_t n, room;
    size_t shared; /* levels it has in common with the one before */
    struct wire run;
};

void packed_reader_init(struct packed_reader *reader, const struct id_map *locations);
void packed_reader_clear(struct packed_reader *reader);
/*
 * Reads the stack of a run, which must stay where it is until the next is read.
 * False for one that is malformed, too deep, or of a location that is not there.
 */
bool packed_read(struct packed_reader *reader, struct wire run);
/* Forgets the stack read last, whose run need not stay any more. */
void packed_forget(struct packed_reader *reader);

/*
 * Where runs lie: in the bytes of the profile, or, for the one or two ids that Go
 * writes without a run, behind each other in bytes of our own. Each has its
 * length in front. Neither has more than PPROF_MOST_BYTES.
 */
struct packed_bytes {
    const uint8_t *base; /* NULL: nothing is packed */
    GByteArray *loose;
};

#define PACKED_LOOSE (UINT32_C(1) << 31) /* in an offset: into the loose ones */

/* The run at an offset. It has been there before: nothing is checked. */
static inline struct wire packed_run(const struct packed_bytes *bytes, uint32_t offset)
{
    enum { MOST_BYTES = 10 };
    const uint8_t *at = (offset & PACKED_LOOSE) != 0 ? bytes->loose->data + (offset & ~PACKED_LOOSE)
                                                     : bytes->base + offset;
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
