#include "probes/goruntime/object_types.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/pclntab.h"

#include <inttypes.h>
#include <string.h>

enum {
    WORD = 8,
    LOWEST = 1 << 16,
    MAX_DEPTH = 8,          /* structs within structs */
    MAX_ELEMENTS = 1 << 16, /* of one array that are looked at */
    ARRAY = 0x80,           /* beside enum object_how */
};

struct object_types {
    struct go_runtime *runtime;
    struct go_types *types;
    const struct objects *objects;
    uint64_t *type; /* by slot: address of a descriptor, of a function for a closure */
    uint8_t *how;   /* enum object_how, ARRAY */
    GArray *queue;  /* uint32_t: what was typed and not looked into */
    uint64_t steps; /* left for the value at hand: of types that make sense each byte takes one for
                     * each struct that it is in */
};

struct object_types *object_types_new(struct go_runtime *runtime, struct go_types *types,
                                      const struct objects *objects, GError **error)
{
    struct object_types *ot = g_new0(struct object_types, 1);

    ot->runtime = runtime;
    ot->types = types;
    ot->objects = objects;
    ot->type = g_try_new0(uint64_t, objects_count(objects) + 1);
    ot->how = g_try_new0(uint8_t, objects_count(objects) + 1);
    ot->queue = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (ot->type != NULL && ot->how != NULL)
        return ot;
    g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_TOO_LARGE,
                "there is no room for the types of %zu objects", objects_count(objects));
    object_types_free(ot);
    return NULL;
}

void object_types_free(struct object_types *ot)
{
    if (ot == NULL)
        return;
    g_free(ot->type);
    g_free(ot->how);
    g_array_unref(ot->queue);
    g_free(ot);
}

static void set(struct object_types *ot, uint32_t slot, uint64_t type, enum object_how how,
                bool is_array)
{
    if (ot->how[slot] != OBJECT_HOW_NONE)
        return;
    ot->type[slot] = type;
    ot->how[slot] = (uint8_t)(how | (is_array ? ARRAY : 0));
    g_array_append_val(ot->queue, slot);
}

/* Values that stand for a pointer to a larger thing, whose type is that of the value. */
static bool is_handle(const struct go_type *type)
{
    return type->kind == GO_KIND_MAP || type->kind == GO_KIND_CHAN;
}

/* --- interfaces --- */

void object_types_see_pair(uint64_t first, uint64_t second, void *user)
{
    struct object_types *ot = user;

    if (first < LOWEST || second < LOWEST || first % WORD != 0)
        return;
    uint32_t slot = objects_find(ot->objects, second);

    if (slot == OBJECT_NONE || ot->how[slot] != OBJECT_HOW_NONE)
        return;
    struct object object = objects_at(ot->objects, slot);
    uint64_t address = object.address == second ? go_types_of_interface(ot->types, first) : 0;

    if (address == 0)
        return;
    const struct go_type *type = go_types_at(ot->types, address);

    if (type->is_direct && type->kind == GO_KIND_POINTER)
        type = go_types_at(ot->types, type->elem);
    else if (type->is_direct && !is_handle(type))
        return;
    if (type->name != NULL && (is_handle(type) || type->size <= object.bytes))
        set(ot, slot, type->address, OBJECT_HOW_INTERFACE, false);
}

/* --- what the object itself says --- */

static void look_at(struct object_types *ot, uint32_t slot)
{
    const struct module *module = ot->runtime->module;
    struct object object = objects_at(ot->objects, slot);

    if (object.data == NULL)
        return;
    const struct go_type *type = go_types_at(ot->types, object.type);
    uint64_t first = bytes_u64(object.data);

    if (type->name != NULL) {
        set(ot, slot, type->address, OBJECT_HOW_HEADER, type->size * 2 <= object.bytes);
    } else if (object.type == 0 && module_area_has(&module->text, first)) {
        size_t function = pclntab_find(module, first);

        if (function != PCLNTAB_NONE && pclntab_entry(module, function) == first)
            set(ot, slot, first, OBJECT_HOW_FUNCTION, false);
    }
    for (size_t at = object.header_bytes; at + (size_t)2 * WORD <= object.bytes; at += WORD)
        object_types_see_pair(bytes_u64(object.data + at), bytes_u64(object.data + at + WORD), ot);
}

/* --- downwards --- */

/* What a pointer of a known type points to. */
static void set_child(struct object_types *ot, uint64_t pointer, const struct go_type *type,
                      bool is_array)
{
    uint32_t slot = pointer >= LOWEST ? objects_find(ot->objects, pointer) : OBJECT_NONE;

    if (slot == OBJECT_NONE || type->name == NULL || ot->how[slot] != OBJECT_HOW_NONE)
        return;
    struct object object = objects_at(ot->objects, slot);

    if (pointer == object.address + object.header_bytes &&
        (is_handle(type) || type->size <= object.bytes))
        set(ot, slot, type->address, OBJECT_HOW_FIELD, is_array);
}

static void walk(struct object_types *ot, const uint8_t *data, uint64_t n,
                 const struct go_type *type, int depth)
{
    const struct go_type *elem = go_types_at(ot->types, type->elem);

    if (type->pointer_bytes == 0 || MAX(type->size, WORD) > n || depth > MAX_DEPTH ||
        ot->steps == 0)
        return;
    ot->steps--;
    if (type->kind == GO_KIND_POINTER)
        set_child(ot, bytes_u64(data), elem, false);
    else if (is_handle(type))
        set_child(ot, bytes_u64(data), type, false);
    else if (type->kind == GO_KIND_SLICE)
        set_child(ot, bytes_u64(data), elem, true);
    for (uint64_t i = 0; type->kind == GO_KIND_ARRAY && elem->pointer_bytes > 0 &&
                         i < MIN(type->n, MAX_ELEMENTS) && (i + 1) * elem->size <= n;
         i++)
        walk(ot, data + i * elem->size, elem->size, elem, depth + 1);
    for (size_t i = 0; i < type->n_fields; i++)
        if (type->fields[i].offset < n)
            walk(ot, data + type->fields[i].offset, n - type->fields[i].offset,
                 go_types_at(ot->types, type->fields[i].type), depth + 1);
}

static const uint8_t *value_at(struct object_types *ot, uint64_t pointer, uint64_t *ret_n)
{
    uint32_t slot = objects_find(ot->objects, pointer);

    if (slot == OBJECT_NONE)
        return NULL;
    struct object object = objects_at(ot->objects, slot);

    *ret_n = object.bytes - object.header_bytes;
    return object.data != NULL ? object.data + object.header_bytes : NULL;
}

/* From 1.24 on: one group of keys and values, or a list of tables of groups. */
static void walk_swiss_map(struct object_types *ot, const uint8_t *data,
                           const struct go_type *groups)
{
    const struct go_layout *l = &ot->runtime->layout;
    uint64_t list = bytes_u64(data + l->map_dir_ptr), n = bytes_u64(data + l->map_dir_len);
    uint64_t n_bytes = 0, n_table = 0;

    if (n == 0) {
        set_child(ot, list, groups, false);
        return;
    }
    const uint8_t *tables = value_at(ot, list, &n_bytes);

    for (uint64_t i = 0; tables != NULL && i < n && (i + 1) * WORD <= n_bytes; i++) {
        const uint8_t *table = value_at(ot, bytes_u64(tables + i * WORD), &n_table);

        if (table != NULL && n_table >= (uint64_t)l->maptable_bytes)
            set_child(ot, bytes_u64(table + l->maptable_groups), groups, true);
    }
}

static void walk_map(struct object_types *ot, const uint8_t *data, uint64_t n,
                     const struct go_type *map)
{
    const struct go_layout *l = &ot->runtime->layout;
    const struct go_type *table = go_types_at(ot->types, map->table);

    if (l->map_bytes != GO_LAYOUT_NONE && n >= (uint64_t)l->map_bytes) {
        walk_swiss_map(ot, data, table);
    } else if (l->hmap_bytes != GO_LAYOUT_NONE && n >= (uint64_t)l->hmap_bytes) {
        set_child(ot, bytes_u64(data + l->hmap_buckets), table, true);
        set_child(ot, bytes_u64(data + l->hmap_oldbuckets), table, true);
    }
}

static void walk_chan(struct object_types *ot, const uint8_t *data, uint64_t n,
                      const struct go_type *chan)
{
    const struct go_layout *l = &ot->runtime->layout;

    if (n >= (uint64_t)l->hchan_bytes)
        set_child(ot, bytes_u64(data + l->hchan_buf), go_types_at(ot->types, chan->elem), true);
}

static void look_into(struct object_types *ot, uint32_t slot)
{
    struct object object = objects_at(ot->objects, slot);
    const struct go_type *type = go_types_at(ot->types, ot->type[slot]);

    if (object.data == NULL || type->name == NULL)
        return;
    const uint8_t *data = object.data + object.header_bytes;
    uint64_t n = object.bytes - object.header_bytes;

    if (type->kind == GO_KIND_MAP)
        walk_map(ot, data, n, type);
    else if (type->kind == GO_KIND_CHAN)
        walk_chan(ot, data, n, type);
    else if (type->size > 0 && type->pointer_bytes > 0)
        do {
            ot->steps = type->size * (MAX_DEPTH + 1);
            walk(ot, data, n, type, 0);
            data += type->size;
            n -= type->size;
        } while ((ot->how[slot] & ARRAY) != 0 && n >= type->size);
}

void object_types_find(struct object_types *ot, const struct reach *reach)
{
    for (uint32_t slot = 0; slot < objects_count(ot->objects); slot++)
        if (reach->parent[slot] != REACH_NONE)
            look_at(ot, slot);
    for (guint i = 0; i < ot->queue->len; i++) /* it grows meanwhile */
        look_into(ot, g_array_index(ot->queue, uint32_t, i));
    g_array_set_size(ot->queue, 0);
}

/* --- answers --- */

struct object_type object_types_at(const struct object_types *ot, uint32_t slot)
{
    struct object_type ret = {.how = (enum object_how)(ot->how[slot] & ~ARRAY),
                              .is_array = (ot->how[slot] & ARRAY) != 0};
    const struct module *module = ot->runtime->module;

    if (ret.how == OBJECT_HOW_FUNCTION)
        ret.function = pclntab_name(module, pclntab_find(module, ot->type[slot]));
    else if (ret.how != OBJECT_HOW_NONE)
        ret.type = go_types_at(ot->types, ot->type[slot]);
    return ret;
}

char *object_types_name(const struct object_types *ot, uint32_t slot)
{
    struct object_type type = object_types_at(ot, slot);

    if (type.function != NULL)
        return g_strconcat("func ", type.function, NULL);
    if (type.type == NULL)
        return g_strdup_printf("%" PRIu64 " B", objects_at(ot->objects, slot).bytes);
    return g_strconcat(type.is_array          ? "[]"
                       : is_handle(type.type) ? ""
                                              : "*",
                       type.type->name, NULL);
}
