#ifndef SIDESCOPE_PPROF_WIRE_H
#define SIDESCOPE_PPROF_WIRE_H

/*
 * Protobuf messages field by field. What is read most often is inline here: a
 * profile is a million small messages. Private to pprof/; pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };
enum wire_result { WIRE_FIELD, WIRE_END, WIRE_BAD };

struct wire_field {
    uint64_t number;
    enum wire_type type;
    uint64_t value;    /* of a varint, else 0 */
    const uint8_t *at; /* of bytes, in the caller's buffer, else NULL */
    size_t n;
};

struct wire {
    const uint8_t *at, *end;
};

bool wire_long_varint(struct wire *wire, uint64_t *ret); /* of any length */
/* wire_next() for what is not usual. */
enum wire_result wire_next_unusual(struct wire *wire, struct wire_field *ret);

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

/* The next field; its bytes lie within the message. */
static inline enum wire_result wire_next(struct wire *wire, struct wire_field *ret)
{
    struct wire w = *wire;
    uint64_t n;

    if (w.at >= w.end)
        return WIRE_END;
    uint8_t key = *w.at++;

    /* types 0 and 2, numbers below 16 */
    if ((key & 0x85) != 0 || !wire_varint(&w, &n))
        return wire_next_unusual(wire, ret);
    if ((key & 7) == WIRE_VARINT) {
        *ret = (struct wire_field){.number = key >> 3, .type = WIRE_VARINT, .value = n};
        wire->at = w.at;
        return WIRE_FIELD;
    }
    if (n > (uint64_t)(w.end - w.at))
        return WIRE_BAD;
    *ret = (struct wire_field){.number = key >> 3, .type = WIRE_BYTES, .at = w.at, .n = (size_t)n};
    wire->at = w.at + n;
    return WIRE_FIELD;
}

/*
 * The varints of a message by field number, 1 to n - 1; the last of each counts,
 * others are passed over. False when it is malformed, or when one of these is no
 * varint.
 */
bool wire_numbers(struct wire message, int64_t *numbers, size_t n);

#endif
