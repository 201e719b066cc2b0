#include "pprof/wire.h"

bool wire_long_varint(struct wire *wire, uint64_t *ret)
{
    enum { MOST_BYTES = 10 };
    uint64_t value = 0;

    for (unsigned i = 0; i < MOST_BYTES && wire->at < wire->end; i++) {
        uint8_t byte = *wire->at++;

        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) {
            *ret = value;
            return true;
        }
    }
    return false;
}

static bool take(struct wire *wire, uint64_t n, struct wire_field *field)
{
    if (n > (uint64_t)(wire->end - wire->at))
        return false;
    field->at = wire->at;
    field->n = (size_t)n;
    wire->at += n;
    return true;
}

static bool take_value(struct wire *wire, struct wire_field *field)
{
    uint64_t n;

    switch (field->type) {
    case WIRE_VARINT:
        return wire_varint(wire, &field->value);
    case WIRE_FIXED64:
        return take(wire, 8, field);
    case WIRE_BYTES:
        return wire_varint(wire, &n) && take(wire, n, field);
    case WIRE_FIXED32:
        return take(wire, 4, field);
    }
    return false; /* groups and types that do not exist */
}

enum wire_result wire_next_unusual(struct wire *wire, struct wire_field *ret)
{
    uint64_t key;

    *ret = (struct wire_field){0};
    if (wire->at >= wire->end)
        return WIRE_END;
    if (!wire_varint(wire, &key))
        return WIRE_BAD;
    ret->number = key >> 3;
    ret->type = (enum wire_type)(key & 7);
    return take_value(wire, ret) ? WIRE_FIELD : WIRE_BAD;
}

bool wire_numbers(struct wire message, int64_t *numbers, size_t n)
{
    struct wire_field field;
    enum wire_result result;

    while ((result = wire_next(&message, &field)) == WIRE_FIELD) {
        if (field.number == 0 || field.number >= n)
            continue;
        if (field.type != WIRE_VARINT)
            return false;
        numbers[field.number] = (int64_t)field.value;
    }
    return result == WIRE_END;
}
