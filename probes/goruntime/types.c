#include "probes/goruntime/types.h"

#include "pprof/hash.h"
#include "pprof/store.h"
#include "probes/goruntime/blocks.h"
#include "probes/goruntime/bytes.h"

#include <string.h>

enum {
    WORD = 8,
    MAX_NAME = 4096,
    MAX_FIELDS = 2048,
    MAX_DEPTH = 12, /* structs within structs that are gone into */
    MAX_ALIGN = 16,
    MAX_BYTES = 1 << 29, /* of all types that are kept, with their fields and names */
    MAX_ITABS = 1 << 20, /* that are kept */
    FLAG_EXTRA_STAR = 2, /* of the type: the name has a "*" in front that is not its own */
    FLAG_DIRECT = 32,    /* of the type from 1.26 on, of the kind before */
    FLAGS_UNUSED = 0xc0,
    KIND_MASK = 31,
};

struct go_types {
    const struct go_runtime *runtime;
    const struct go_layout *layout;
    struct module_area area;
    struct blocks *blocks;
    struct store *arena;
    size_t n_bytes;  /* of arena */
    GPtrArray *list; /* struct go_type */
    struct hash_index by_address;
    GHashTable *itabs; /* word -> address of its type, or 0 */
    bool is_scanned;
    GHashTable *by_name, *by_table; /* name -> address; address -> address */
    GPtrArray *by_class[GO_SIZE_CLASSES];
};

struct go_types *go_types_new(struct go_runtime *runtime)
{
    struct go_types *types = g_new0(struct go_types, 1);

    types->runtime = runtime;
    types->layout = &runtime->layout;
    types->area = runtime->module->types;
    types->blocks = blocks_new(runtime->memory);
    types->arena = store_new();
    types->list = g_ptr_array_new();
    types->itabs = g_hash_table_new_full(hash_u64, g_int64_equal, g_free, g_free);
    types->by_name = g_hash_table_new(hash_string, g_str_equal);
    types->by_table = g_hash_table_new(hash_u64, g_int64_equal);
    for (size_t i = 0; i < GO_SIZE_CLASSES; i++)
        types->by_class[i] = g_ptr_array_new();
    return types;
}

void go_types_free(struct go_types *types)
{
    if (types == NULL)
        return;
    for (size_t i = 0; i < GO_SIZE_CLASSES; i++)
        g_ptr_array_unref(types->by_class[i]);
    g_hash_table_unref(types->by_name);
    g_hash_table_unref(types->by_table);
    g_hash_table_unref(types->itabs);
    hash_index_clear(&types->by_address);
    g_ptr_array_unref(types->list);
    store_free(types->arena);
    blocks_free(types->blocks);
    g_free(types);
}

/* --- one descriptor --- */

/* A flag byte, the length in base 128, the bytes (internal/abi/type.go, Name). */
static const char *read_name(struct go_types *types, uint64_t address)
{
    uint8_t head[3];
    char text[MAX_NAME];
    size_t n, at = 2;

    if (!blocks_read(types->blocks, address, head, sizeof head))
        return NULL;
    n = head[1] & 0x7f;
    if (head[1] & 0x80) {
        n |= (size_t)(head[2] & 0x7f) << 7;
        at = 3;
    }
    if (n >= sizeof text || !blocks_read(types->blocks, address + at, text, n))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ')
            return NULL;
    types->n_bytes += n + 1;
    return store_strndup(types->arena, text, n);
}

static bool read_word(struct go_types *types, uint64_t address, uint64_t *ret)
{
    uint8_t bytes[WORD];

    if (!blocks_read(types->blocks, address, bytes, sizeof bytes))
        return false;
    *ret = bytes_u64(bytes);
    return true;
}

static void read_fields(struct go_types *types, struct go_type *type)
{
    const struct go_layout *l = types->layout;
    uint64_t at, n;
    uint8_t bytes[64];

    if (!read_word(types, type->address + (uint64_t)l->structtype_fields, &at) ||
        !read_word(types, type->address + (uint64_t)l->structtype_fields + WORD, &n) ||
        n > MAX_FIELDS)
        return;
    struct go_field *fields = store_array(types->arena, (size_t)n, sizeof *fields);

    types->n_bytes += (size_t)n * sizeof *fields;
    for (size_t i = 0; i < n; i++) {
        if (!blocks_read(types->blocks, at + i * (uint64_t)l->structfield_bytes, bytes,
                         (size_t)l->structfield_bytes))
            return;
        const char *name = read_name(types, bytes_u64(bytes + l->structfield_name));

        fields[i] =
            (struct go_field){name != NULL ? name : "?", bytes_u64(bytes + l->structfield_typ),
                              bytes_u64(bytes + l->structfield_offset)};
    }
    type->fields = fields;
    type->n_fields = (size_t)n;
}

static bool is_align(uint8_t align)
{
    return align > 0 && align <= MAX_ALIGN && (align & (align - 1)) == 0;
}

/* Whether bytes can be a descriptor, before anything else is read. */
static bool is_possible(const struct go_layout *l, const uint8_t *b)
{
    uint8_t kind = b[l->type_kind] & KIND_MASK;

    return kind > 0 && kind <= GO_KIND_UNSAFE_POINTER && is_align(b[l->type_align]) &&
           is_align(b[l->type_field_align]) && (b[l->type_tflag] & FLAGS_UNUSED) == 0 &&
           bytes_u32(b + l->type_hash) != 0 && bytes_u64(b + l->type_size) <= UINT32_MAX &&
           bytes_u64(b + l->type_ptrdata) <= bytes_u64(b + l->type_size) &&
           (int32_t)bytes_u32(b + l->type_str) > 0;
}

static void read_type(struct go_types *types, struct go_type *type)
{
    enum { FIRST_DIRECT_FLAG = 26 };
    const struct go_layout *l = types->layout;
    uint8_t b[128];

    if (type->address % WORD != 0 || !module_area_has(&types->area, type->address) ||
        !blocks_read(types->blocks, type->address, b, (size_t)l->type_bytes) || !is_possible(l, b))
        return;
    const char *name = read_name(types, types->area.begin + bytes_u32(b + l->type_str));

    if (name == NULL || *name == '\0')
        return;
    if (b[l->type_tflag] & FLAG_EXTRA_STAR) {
        if (*name != '*')
            return;
        name++;
    }
    type->size = bytes_u64(b + l->type_size);
    type->pointer_bytes = bytes_u64(b + l->type_ptrdata);
    type->kind = (enum go_kind)(b[l->type_kind] & KIND_MASK);
    type->is_direct =
        (b[l->minor >= FIRST_DIRECT_FLAG ? l->type_tflag : l->type_kind] & FLAG_DIRECT) != 0;
    type->name = name;
    const int32_t elems[] = {[GO_KIND_ARRAY] = l->arraytype_elem,
                             [GO_KIND_CHAN] = l->chantype_elem,
                             [GO_KIND_MAP] = l->maptype_elem,
                             [GO_KIND_POINTER] = l->ptrtype_elem,
                             [GO_KIND_SLICE] = l->slicetype_elem};

    if ((size_t)type->kind < G_N_ELEMENTS(elems) && elems[type->kind] != 0)
        read_word(types, type->address + (uint64_t)elems[type->kind], &type->elem);
    if (type->kind == GO_KIND_ARRAY)
        read_word(types, type->address + (uint64_t)l->arraytype_len, &type->n);
    if (type->kind == GO_KIND_MAP)
        read_word(types, type->address + (uint64_t)l->maptype_table, &type->table);
    if (type->kind == GO_KIND_STRUCT)
        read_fields(types, type);
}

const struct go_type *go_types_at(struct go_types *types, uint64_t address)
{
    static const struct go_type none = {0};
    uint64_t hash = hash_number(address);
    uint32_t found = hash_index_find(&types->by_address, hash, NULL, NULL);

    if (found != HASH_NONE)
        return g_ptr_array_index(types->list, found);
    if (!module_area_has(&types->area, address) || types->n_bytes >= MAX_BYTES)
        return &none;
    struct go_type *type = store_alloc(types->arena, sizeof *type);

    types->n_bytes += sizeof *type;
    type->address = address;
    hash_index_add(&types->by_address, hash, types->list->len);
    g_ptr_array_add(types->list, type);
    read_type(types, type);
    return type;
}

/* --- interfaces --- */

static uint64_t find_itab(struct go_types *types, uint64_t itab)
{
    const struct go_layout *l = types->layout;
    uint8_t b[32];
    uint64_t hash_at;

    if (itab % WORD != 0 || !blocks_read(types->blocks, itab, b, 3 * WORD))
        return 0;
    uint64_t type = bytes_u64(b + l->itab_type);

    if (!module_area_has(&types->area, type) || !module_area_has(&types->area, bytes_u64(b)) ||
        !read_word(types, type + (uint64_t)l->type_hash, &hash_at) ||
        (uint32_t)hash_at != bytes_u32(b + l->itab_hash))
        return 0;
    return go_types_at(types, type)->name != NULL &&
                   go_types_at(types, bytes_u64(b + l->itab_inter))->kind == GO_KIND_INTERFACE
               ? type
               : 0;
}

/* Address of the type that an itab is for, 0 when it is none. */
static uint64_t type_of_itab(struct go_types *types, uint64_t itab)
{
    const gint64 *known = g_hash_table_lookup(types->itabs, &itab);

    if (known == NULL && g_hash_table_size(types->itabs) >= MAX_ITABS)
        return find_itab(types, itab);
    if (known == NULL) {
        gint64 *value = g_new(gint64, 1);

        *value = (gint64)find_itab(types, itab);
        g_hash_table_insert(types->itabs, g_memdup2(&itab, sizeof itab), value);
        known = value;
    }
    return (uint64_t)*known;
}

uint64_t go_types_of_interface(struct go_types *types, uint64_t word)
{
    if (module_area_has(&types->area, word) && go_types_at(types, word)->name != NULL)
        return word;
    /* itabs that the linker made; those made at run time lie where anything may */
    return program_holds(types->runtime->program, word, 3 * WORD) ? type_of_itab(types, word) : 0;
}

/* --- inside --- */

static const struct go_field *field_at(struct go_types *types, const struct go_type *type,
                                       uint64_t offset)
{
    const struct go_field *found = NULL;

    for (size_t i = 0; i < type->n_fields; i++) {
        const struct go_field *f = &type->fields[i];

        if (f->offset <= offset && offset - f->offset < go_types_at(types, f->type)->size &&
            (found == NULL || f->offset >= found->offset))
            found = f;
    }
    return found;
}

const struct go_type *go_types_inside(struct go_types *types, const struct go_type *type,
                                      uint64_t offset, GString *path, uint64_t *ret_rest)
{
    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        const struct go_type *elem = go_types_at(types, type->elem);
        const struct go_field *field =
            type->kind == GO_KIND_STRUCT ? field_at(types, type, offset) : NULL;

        if (field != NULL) {
            if (path != NULL)
                g_string_append_printf(path, ".%s", field->name);
            offset -= field->offset;
            type = go_types_at(types, field->type);
        } else if (type->kind == GO_KIND_ARRAY && elem->size > 0) {
            if (path != NULL)
                g_string_append(path, "[]");
            offset %= elem->size;
            type = elem;
        } else {
            break;
        }
    }
    *ret_rest = offset;
    return type;
}

/* --- all --- */

static size_t class_of(uint64_t bytes)
{
    for (size_t i = 1; i < GO_SIZE_CLASSES; i++)
        if (bytes <= go_size_class_bytes[i])
            return i;
    return 0;
}

void go_types_scan(struct go_types *types)
{
    enum { MAX_TYPES_AREA = 256 << 20 };
    const struct go_layout *l = types->layout;
    uint64_t n = types->area.end - types->area.begin;

    if (types->is_scanned || types->area.end <= types->area.begin)
        return;
    types->is_scanned = true;
    g_autofree uint8_t *copy =
        memory_copy(types->runtime->memory, types->area.begin, n, MAX_TYPES_AREA, NULL);

    for (uint64_t at = 0; copy != NULL && at + (uint64_t)l->type_bytes <= n; at += WORD) {
        if (!is_possible(l, copy + at))
            continue;
        const struct go_type *type = go_types_at(types, types->area.begin + at);

        if (type->name != NULL) {
            const struct go_type *elem = go_types_at(types, type->elem);

            if (!g_hash_table_contains(types->by_name, type->name))
                g_hash_table_insert(types->by_name, (gpointer)(uintptr_t)type->name,
                                    (gpointer)(uintptr_t)&type->address);
            if (type->kind == GO_KIND_POINTER && elem->name != NULL &&
                !g_hash_table_contains(types->by_name, elem->name))
                g_hash_table_insert(types->by_name, (gpointer)(uintptr_t)elem->name,
                                    (gpointer)(uintptr_t)&elem->address);
            if (type->kind == GO_KIND_MAP)
                g_hash_table_insert(types->by_table, (gpointer)(uintptr_t)&type->table,
                                    (gpointer)(uintptr_t)&type->address);
            if (type->kind == GO_KIND_STRUCT && type->pointer_bytes > 0 && class_of(type->size) > 0)
                g_ptr_array_add(types->by_class[class_of(type->size)], (gpointer)(uintptr_t)type);
        }
    }
}

uint64_t go_types_named(struct go_types *types, const char *name)
{
    const uint64_t *found = g_hash_table_lookup(types->by_name, name);

    return found != NULL ? *found : 0;
}

uint64_t go_types_map_of(struct go_types *types, uint64_t table)
{
    const uint64_t *found = g_hash_table_lookup(types->by_table, &table);

    return found != NULL ? *found : 0;
}

const GPtrArray *go_types_of_slot(struct go_types *types, uint64_t slot_bytes)
{
    static const GPtrArray none = {0};
    size_t cls = class_of(slot_bytes);

    return cls > 0 && go_size_class_bytes[cls] == slot_bytes ? types->by_class[cls] : &none;
}
