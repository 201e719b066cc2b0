#include "probes/goruntime/object_guess.h"

#include "probes/goruntime/bytes.h"

enum {
    WORD = 8,
    LOWEST = 4096,
    MAX_DEPTH = 6,
    MAX_ELEMENTS = 64, /* of an array that are looked at */
    MAX_FIELDS = 2048, /* that take no bytes */
    MAX_LENGTH = 1 << 30,
};
static const uint64_t highest = UINT64_C(1) << 47;

struct guess {
    struct go_types *types;
    const struct objects *objects;
    uint64_t steps; /* left for the value at hand: see object_types.c */
};

/* --- what fields can hold --- */

static bool is_pointer(struct guess *g, uint64_t value, const struct go_type *to)
{
    if (value == 0)
        return true;
    uint32_t slot = objects_find(g->objects, value);

    if (slot == OBJECT_NONE)
        return value >= LOWEST && value < highest;
    struct object object = objects_at(g->objects, slot);

    return to->name == NULL || to->kind == GO_KIND_MAP || to->kind == GO_KIND_CHAN ||
           value + to->size <= object.address + object.bytes;
}

static bool is_counted(const uint8_t *data, bool has_room)
{
    uint64_t at = bytes_u64(data), n = bytes_u64(data + WORD);
    uint64_t room = has_room ? bytes_u64(data + (size_t)2 * WORD) : n;

    return n <= room && room < MAX_LENGTH && (room == 0 || (at >= LOWEST && at < highest));
}

static bool is_value(struct guess *g, const uint8_t *data, uint64_t n, const struct go_type *type,
                     int depth);

static bool are_elements(struct guess *g, const uint8_t *data, uint64_t n,
                         const struct go_type *type, int depth)
{
    const struct go_type *elem = go_types_at(g->types, type->elem);

    for (uint64_t i = 0; i < MIN(type->n, MAX_ELEMENTS) && elem->size > 0; i++)
        if ((i + 1) * elem->size > n ||
            !is_value(g, data + i * elem->size, elem->size, elem, depth + 1))
            return false;
    return true;
}

static bool are_fields(struct guess *g, const uint8_t *data, uint64_t n, const struct go_type *type,
                       int depth)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        const struct go_field *f = &type->fields[i];

        if (f->offset > n || !is_value(g, data + f->offset, n - f->offset,
                                       go_types_at(g->types, f->type), depth + 1))
            return false;
    }
    return true;
}

static bool is_value(struct guess *g, const uint8_t *data, uint64_t n, const struct go_type *type,
                     int depth)
{
    static const struct go_type anything = {0};
    /* Bytes that are read of it, whatever the type says. */
    static const uint8_t needed[] = {
        [GO_KIND_BOOL] = 1,
        [GO_KIND_CHAN] = WORD,
        [GO_KIND_FUNC] = WORD,
        [GO_KIND_INTERFACE] = 2 * WORD,
        [GO_KIND_MAP] = WORD,
        [GO_KIND_POINTER] = WORD,
        [GO_KIND_SLICE] = 3 * WORD,
        [GO_KIND_STRING] = 2 * WORD,
        [GO_KIND_UNSAFE_POINTER] = WORD,
    };

    if (type->name == NULL || MAX(type->size, needed[type->kind]) > n)
        return false;
    if (depth > MAX_DEPTH || g->steps == 0)
        return true;
    g->steps--;
    switch (type->kind) {
    case GO_KIND_BOOL:
        return data[0] <= 1;
    case GO_KIND_POINTER:
    case GO_KIND_MAP:
    case GO_KIND_CHAN:
        return is_pointer(g, bytes_u64(data), go_types_at(g->types, type->elem));
    case GO_KIND_FUNC:
    case GO_KIND_UNSAFE_POINTER:
        return is_pointer(g, bytes_u64(data), &anything);
    case GO_KIND_STRING:
        return is_counted(data, false);
    case GO_KIND_SLICE:
        return is_counted(data, true);
    case GO_KIND_INTERFACE:
        return bytes_u64(data) == 0 ? bytes_u64(data + WORD) == 0
                                    : is_pointer(g, bytes_u64(data), &anything);
    case GO_KIND_ARRAY:
        return are_elements(g, data, n, type, depth);
    case GO_KIND_STRUCT:
        return are_fields(g, data, n, type, depth);
    default:
        return true;
    }
}

/* --- which fields fit --- */

/* The second word of an interface whose first says what it holds. */
static bool interface_holds(struct guess *g, const uint8_t *data, uint64_t offset, uint64_t rest,
                            const struct object_child *child)
{
    if (rest != WORD || offset < WORD || child->is_array || child->is_function)
        return false;
    const struct go_type *type =
        go_types_at(g->types, go_types_of_interface(g->types, bytes_u64(data + offset - WORD)));

    return type->name != NULL &&
           (type->address == child->type->address ||
            (type->kind == GO_KIND_POINTER && type->elem == child->type->address));
}

static bool fits(const struct go_type *field, const struct object_child *child)
{
    if (child->is_function)
        return field->kind == GO_KIND_FUNC;
    switch (field->kind) {
    case GO_KIND_POINTER:
        return field->elem == child->type->address && !child->is_array;
    case GO_KIND_SLICE:
        return field->elem == child->type->address;
    case GO_KIND_MAP:
    case GO_KIND_CHAN:
        return field->address == child->type->address;
    default:
        return false;
    }
}

/* Nothing but pointers to the beginnings of objects of one size. */
static bool is_pointer_array(struct guess *g, const struct object *object, uint64_t offset,
                             size_t *ret_n)
{
    const uint8_t *data = object->data + object->header_bytes;
    uint64_t n = object->bytes - object->header_bytes;
    uint32_t first = objects_find(g->objects, bytes_u64(data + offset));

    *ret_n = 0;
    if (first == OBJECT_NONE)
        return false;
    uint64_t bytes = objects_at(g->objects, first).bytes;

    for (uint64_t at = 0; at + WORD <= n; at += WORD) {
        uint64_t value = bytes_u64(data + at);
        uint32_t slot = value != 0 ? objects_find(g->objects, value) : first;

        if (slot == OBJECT_NONE)
            return false;
        struct object target = objects_at(g->objects, slot);

        if (value != 0 && (target.bytes != bytes || target.address + target.header_bytes != value))
            return false;
        *ret_n += value != 0;
    }
    return true;
}

struct object_guess object_guess_above(struct go_types *types, const struct objects *objects,
                                       uint32_t slot, uint64_t offset,
                                       const struct object_child *child)
{
    struct guess g = {types, objects, 0};
    struct object object = objects_at(objects, slot);
    struct object_guess ret = {0};
    size_t n_pointers;

    if (object.data == NULL || offset + WORD > object.bytes - object.header_bytes ||
        (child->type == NULL && !child->is_function))
        return ret;
    const GPtrArray *structs = go_types_of_slot(types, object.bytes);

    for (guint i = 0; i < structs->len; i++) {
        const struct go_type *type = g_ptr_array_index(structs, i);
        const uint8_t *data = object.data + object.header_bytes;
        uint64_t n = object.bytes - object.header_bytes, rest;

        if (offset >= type->size)
            continue;
        const struct go_type *field = go_types_inside(g.types, type, offset, NULL, &rest);
        bool is_it = field->kind == GO_KIND_INTERFACE
                         ? interface_holds(&g, data, offset, rest, child)
                         : rest == 0 && fits(field, child);

        g.steps = MAX_FIELDS + n * (MAX_DEPTH + 1);
        if (!is_it || !is_value(&g, data, n, type, 0))
            continue;
        if (ret.n < OBJECT_GUESS_MOST)
            ret.types[ret.n] = type;
        ret.n++;
    }
    bool may_be_array =
        !child->is_array && (child->type == NULL || child->type->kind != GO_KIND_MAP);

    if (may_be_array && is_pointer_array(&g, &object, offset, &n_pointers) &&
        (n_pointers >= 2 || (ret.n == 0 && object.bytes > WORD && !child->is_function)))
        ret = (struct object_guess){.is_array = true};
    return ret;
}
