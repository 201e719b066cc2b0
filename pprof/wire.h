#ifndef SIDESCOPE_PPROF_WIRE_H
#define SIDESCOPE_PPROF_WIRE_H

/*
 * The outermost level of a protobuf message, field by field. Messages inside
 * are unpacked by protobuf-c one at a time, so that no more than one of them is
 * in memory in its wide form. Private to pprof/; pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };
enum wire_result { WIRE_FIELD, WIRE_END, WIRE_BAD };

struct wire_field {
    uint64_t number;
    enum wire_type type;
    uint64_t value;    /* of a varint */
    const uint8_t *at; /* of bytes, in the caller's buffer */
    size_t n;
};

struct wire {
    const uint8_t *at, *end;
};

enum wire_result wire_next(struct wire *wire, struct wire_field *ret);
bool wire_long_varint(struct wire *wire, uint64_t *ret); /* of any length */

/* Most numbers of a profile take one byte or two. False when it is cut off or endless. */
static inline bool wire_varint(struct wire *wire, uint64_t *ret)
{
    const uint8_t *at = wire->at;

    if (wire->end - at < 2 || (at[0] & at[1] & 0x80) != 0)
        return wire_long_varint(wire, ret);
    bool two = (at[0] & 0x80) != 0;

    *ret = two ? (uint64_t)(at[0] & 0x7f) | (uint64_t)at[1] << 7 : at[0];
    wire->at += two ? 2 : 1;
    return true;
}

#endif
