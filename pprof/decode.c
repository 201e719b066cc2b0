#include "pprof/decode.h"

#include "pprof/builder.h"
#include "pprof/id_map.h"
#include "pprof/limits.h"
#include "pprof/names.h"
#include "pprof/problem.h"
#include "pprof/profile_fields.h"
#include "pprof/sample_reader.h"
#include "pprof/wire.h"

#include <string.h>

/*
 * Elements may come in any order and the string table is usually last, so the
 * outermost level is walked once for strings and header fields, noting where
 * mappings, functions and locations are, and once more for samples, which are
 * nearly all of it. All are read by hand: unpacking a message for each took
 * longer than inflating the file.
 */

enum type_field { TYPE_TYPE = 1, TYPE_UNIT = 2, N_TYPE_FIELDS };
enum mapping_field {
    MAPPING_ID = 1,
    MAPPING_START = 2,
    MAPPING_LIMIT = 3,
    MAPPING_OFFSET = 4,
    MAPPING_FILENAME = 5,
    MAPPING_BUILD_ID = 6,
    MAPPING_HAS_FUNCTIONS = 7,
    MAPPING_HAS_FILENAMES = 8,
    MAPPING_HAS_LINE_NUMBERS = 9,
    MAPPING_HAS_INLINE_FRAMES = 10,
    N_MAPPING_FIELDS
};
enum function_field {
    FUNCTION_ID = 1,
    FUNCTION_NAME = 2,
    FUNCTION_SYSTEM_NAME = 3,
    FUNCTION_FILENAME = 4,
    FUNCTION_START_LINE = 5,
    N_FUNCTION_FIELDS
};
enum location_field {
    LOCATION_ID = 1,
    LOCATION_MAPPING = 2,
    LOCATION_ADDRESS = 3,
    LOCATION_LINE = 4,
    LOCATION_IS_FOLDED = 5,
    N_LOCATION_FIELDS
};
enum line_field { LINE_FUNCTION = 1, LINE_LINE = 2, LINE_COLUMN = 3, N_LINE_FIELDS };

/* Header numbers by field; those that are strings are indices until the table is known. */
struct header {
    int64_t scalars[N_FIELDS];
    GArray *types;    /* int64_t pairs: type, unit */
    GArray *comments; /* int64_t */
    int64_t period_type[2];
};

struct decoding {
    const uint8_t *data;
    size_t n;
    struct profile *out;
    struct store *arena;
    struct names names;
    GPtrArray *strings;
    size_t count[N_FIELDS];
    GArray *elements[N_FIELDS];  /* struct wire: of mappings, functions, locations */
    const uint8_t *first_sample; /* where its key is */
    struct header header;
    struct id_map functions, mappings, locations;
    struct sample_reader samples;
    GArray *lines;
};

typedef bool decode_element(struct decoding *d, struct wire element, size_t index, GError **error);

/* --- strings and header --- */

static bool get(const struct decoding *d, int64_t index, const char **ret, GError **error)
{
    return string_table_get(d->strings, index, ret, error);
}

static bool read_type(const struct wire_field *field, int64_t ret[2])
{
    if (field->type != WIRE_BYTES)
        return false;
    int64_t numbers[N_TYPE_FIELDS] = {0};

    if (!wire_numbers((struct wire){field->at, field->at + field->n}, numbers, N_TYPE_FIELDS))
        return false;
    ret[0] = numbers[TYPE_TYPE];
    ret[1] = numbers[TYPE_UNIT];
    return true;
}

static bool add_type(struct decoding *d, const struct wire_field *field, GError **error)
{
    int64_t pair[2];

    if (!read_type(field, pair))
        return problem_unrecognized(error);
    if (d->header.types->len >= 2 * PPROF_MAX_VALUES)
        return problem_too_many(error, "sample types", PPROF_MAX_VALUES);
    g_array_append_vals(d->header.types, pair, 2);
    return true;
}

static bool add_comments(struct decoding *d, struct wire packed)
{
    uint64_t value;

    while (packed.at < packed.end) {
        if (!wire_varint(&packed, &value))
            return false;
        g_array_append_val(d->header.comments, value);
    }
    return true;
}

static bool note_element(struct decoding *d, const struct wire_field *field, GError **error)
{
    GArray *elements = d->elements[field->number];

    if (field->type != WIRE_BYTES)
        return problem_unrecognized(error);
    if (d->count[field->number] > PPROF_MAX_ELEMENTS)
        return problem_too_many(error, "entries of one kind", PPROF_MAX_ELEMENTS);
    if (field->n > PPROF_MAX_MESSAGE_BYTES)
        return problem_too_many(error, "bytes in one entry", PPROF_MAX_MESSAGE_BYTES);
    struct wire element = {field->at, field->at + field->n};

    if (elements != NULL)
        g_array_append_val(elements, element);
    return true;
}

static bool read_header_field(struct decoding *d, const struct wire_field *field, GError **error)
{
    if (field->number == 0 || field->number >= N_FIELDS)
        return true;
    d->count[field->number]++;
    switch ((enum profile_field)field->number) {
    case FIELD_SAMPLE_TYPE:
        return add_type(d, field, error);
    case FIELD_STRING:
        if (field->type != WIRE_BYTES)
            return problem_unrecognized(error);
        if (d->strings->len == 0 && field->n > 0)
            return problem_invalid(error, "string 0 is not empty");
        if (d->strings->len >= PPROF_MAX_STRINGS)
            return problem_too_many(error, "strings", PPROF_MAX_STRINGS);
        const char *text = names_intern(&d->names, (const char *)field->at, field->n);

        g_ptr_array_add(d->strings, (gpointer)(uintptr_t)text);
        return true;
    case FIELD_PERIOD_TYPE:
        return read_type(field, d->header.period_type) || problem_unrecognized(error);
    case FIELD_COMMENT:
        if (field->type == WIRE_VARINT)
            g_array_append_val(d->header.comments, field->value);
        else if (field->type != WIRE_BYTES ||
                 !add_comments(d, (struct wire){field->at, field->at + field->n}))
            return problem_unrecognized(error);
        if (d->header.comments->len > PPROF_MAX_STRINGS)
            return problem_too_many(error, "comments", PPROF_MAX_STRINGS);
        return true;

    case FIELD_SAMPLE:
    case FIELD_MAPPING:
    case FIELD_LOCATION:
    case FIELD_FUNCTION:
        return note_element(d, field, error);
    default:
        if (field->type != WIRE_VARINT)
            return problem_unrecognized(error);
        if (field->number == FIELD_TIME && d->header.scalars[FIELD_TIME] != 0)
            return problem_invalid(error, "concatenated profiles detected");
        d->header.scalars[field->number] = (int64_t)field->value;
        return true;
    }
}

static bool read_header(struct decoding *d, GError **error)
{
    struct wire wire = {d->data, d->data + d->n};
    struct wire_field field;
    enum wire_result result;

    for (const uint8_t *at = wire.at; (result = wire_next(&wire, &field)) == WIRE_FIELD;
         at = wire.at) {
        if (field.number == FIELD_SAMPLE && d->first_sample == NULL)
            d->first_sample = at;
        if (!read_header_field(d, &field, error))
            return false;
    }
    if (result == WIRE_BAD)
        return problem_unrecognized(error);
    return true;
}

static bool resolve_header(struct decoding *d, GError **error)
{
    struct profile *p = d->out;
    const int64_t *scalars = d->header.scalars;

    p->period = scalars[FIELD_PERIOD];
    p->time_ns = scalars[FIELD_TIME];
    p->duration_ns = scalars[FIELD_DURATION];
    p->n_comments = d->header.comments->len;
    p->comments = store_array(d->arena, p->n_comments, sizeof *p->comments);
    for (size_t i = 0; i < p->n_comments; i++)
        if (!get(d, g_array_index(d->header.comments, int64_t, i), &p->comments[i], error))
            return false;

    if (!get(d, scalars[FIELD_DROP_FRAMES], &p->drop_frames, error) ||
        !get(d, scalars[FIELD_KEEP_FRAMES], &p->keep_frames, error) ||
        !get(d, scalars[FIELD_DEFAULT_TYPE], &p->default_sample_type, error) ||
        !get(d, scalars[FIELD_DOC_URL], &p->doc_url, error))
        return false;

    const int64_t *pairs = (const int64_t *)(const void *)d->header.types->data;

    p->n_sample_types = d->header.types->len / 2;
    p->sample_types = store_array(d->arena, p->n_sample_types, sizeof *p->sample_types);
    for (size_t i = 0; i < p->n_sample_types; i++)
        if (!get(d, pairs[2 * i], &p->sample_types[i].type, error) ||
            !get(d, pairs[2 * i + 1], &p->sample_types[i].unit, error))
            return false;
    return get(d, d->header.period_type[0], &p->period_type.type, error) &&
           get(d, d->header.period_type[1], &p->period_type.unit, error);
}

/* --- elements --- */

static bool add_id(struct id_map *map, uint64_t id, size_t index, const char *what, GError **error)
{
    if (id == 0)
        return problem_invalid(error, "found %s with reserved id 0", what);
    if (!id_map_add(map, id, (uint32_t)index))
        return problem_invalid(error, "multiple %ss with same id %" G_GUINT64_FORMAT, what,
                               (guint64)id);
    return true;
}

static bool decode_mapping(struct decoding *d, struct wire element, size_t index, GError **error)
{
    int64_t m[N_MAPPING_FIELDS] = {0};

    if (!wire_numbers(element, m, N_MAPPING_FIELDS))
        return problem_unrecognized(error);
    struct profile_mapping *out = &d->out->mappings[index];

    *out = (struct profile_mapping){.id = (uint64_t)m[MAPPING_ID],
                                    .start = (uint64_t)m[MAPPING_START],
                                    .limit = (uint64_t)m[MAPPING_LIMIT],
                                    .file_offset = (uint64_t)m[MAPPING_OFFSET],
                                    .has_functions = m[MAPPING_HAS_FUNCTIONS] != 0,
                                    .has_filenames = m[MAPPING_HAS_FILENAMES] != 0,
                                    .has_line_numbers = m[MAPPING_HAS_LINE_NUMBERS] != 0,
                                    .has_inline_frames = m[MAPPING_HAS_INLINE_FRAMES] != 0};
    return add_id(&d->mappings, out->id, index, "mapping", error) &&
           get(d, m[MAPPING_FILENAME], &out->filename, error) &&
           get(d, m[MAPPING_BUILD_ID], &out->build_id, error);
}

static bool decode_function(struct decoding *d, struct wire element, size_t index, GError **error)
{
    int64_t f[N_FUNCTION_FIELDS] = {0};

    if (!wire_numbers(element, f, N_FUNCTION_FIELDS))
        return problem_unrecognized(error);
    struct profile_function *out = &d->out->functions[index];

    out->start_line = f[FUNCTION_START_LINE];
    return add_id(&d->functions, (uint64_t)f[FUNCTION_ID], index, "function", error) &&
           get(d, f[FUNCTION_NAME], &out->name, error) &&
           get(d, f[FUNCTION_SYSTEM_NAME], &out->system_name, error) &&
           get(d, f[FUNCTION_FILENAME], &out->filename, error);
}

/* Its numbers, with its lines at the end of the table. */
static bool read_location(struct decoding *d, struct wire element,
                          int64_t numbers[N_LOCATION_FIELDS], GError **error)
{
    guint first = d->lines->len;
    struct wire_field field;
    enum wire_result result;

    while ((result = wire_next(&element, &field)) == WIRE_FIELD) {
        if (field.number == LOCATION_LINE) {
            /* Its function is looked up when the location's id is known for the sentence. */
            int64_t l[N_LINE_FIELDS] = {0};

            if (field.type != WIRE_BYTES ||
                !wire_numbers((struct wire){field.at, field.at + field.n}, l, N_LINE_FIELDS))
                return problem_unrecognized(error);
            struct profile_line line = {id_map_find(&d->functions, (uint64_t)l[LINE_FUNCTION]),
                                        l[LINE_LINE], l[LINE_COLUMN]};

            if (d->lines->len >= PPROF_MAX_TOTAL_LINES)
                return problem_too_many(error, "lines", PPROF_MAX_TOTAL_LINES);
            g_array_append_val(d->lines, line);
        } else if (field.number > 0 && field.number < N_LOCATION_FIELDS) {
            if (field.type != WIRE_VARINT)
                return problem_unrecognized(error);
            numbers[field.number] = (int64_t)field.value;
        }
    }
    if (result == WIRE_BAD)
        return problem_unrecognized(error);
    return d->lines->len - first <= PPROF_MAX_LINES ||
           problem_too_many(error, "lines in a location", PPROF_MAX_LINES);
}

static bool decode_location(struct decoding *d, struct wire element, size_t index, GError **error)
{
    int64_t l[N_LOCATION_FIELDS] = {0};
    guint first = d->lines->len;

    if (!read_location(d, element, l, error))
        return false;
    struct profile_location *out = &d->out->locations[index];

    *out = (struct profile_location){.id = (uint64_t)l[LOCATION_ID],
                                     .address = (uint64_t)l[LOCATION_ADDRESS],
                                     .mapping =
                                         id_map_find(&d->mappings, (uint64_t)l[LOCATION_MAPPING]),
                                     .first_line = first,
                                     .n_lines = d->lines->len - first,
                                     .is_folded = l[LOCATION_IS_FOLDED] != 0};
    if (!add_id(&d->locations, out->id, index, "location", error))
        return false;
    for (guint i = first; i < d->lines->len; i++)
        if (g_array_index(d->lines, struct profile_line, i).function == HASH_NONE)
            return problem_invalid(error,
                                   "location %" G_GUINT64_FORMAT " has a line with nil function",
                                   (guint64)out->id);
    return true;
}

static bool each(struct decoding *d, enum profile_field number, decode_element *decode,
                 GError **error)
{
    const GArray *elements = d->elements[number];

    for (guint i = 0; i < elements->len; i++)
        if (!decode(d, g_array_index(elements, struct wire, i), i, error))
            return false;
    return true;
}

static bool read_samples(struct decoding *d, GError **error)
{
    struct wire wire = {d->first_sample, d->data + d->n};
    struct wire_field field;
    size_t index = 0;

    if (!sample_reader_begin(&d->samples, d->out->n_sample_types, d->out->n_samples, error))
        return false;
    while (index < d->out->n_samples && wire_next(&wire, &field) == WIRE_FIELD)
        if (field.number == FIELD_SAMPLE &&
            !sample_reader_next(&d->samples, (struct wire){field.at, field.at + field.n},
                                &d->out->samples[index++], error))
            return false;
    return true;
}

static bool decode_elements(struct decoding *d, GError **error)
{
    struct profile *p = d->out;

    p->n_mappings = d->count[FIELD_MAPPING];
    p->n_functions = d->count[FIELD_FUNCTION];
    p->n_locations = d->count[FIELD_LOCATION];
    p->n_samples = d->count[FIELD_SAMPLE];
    p->mappings = store_array(d->arena, p->n_mappings, sizeof *p->mappings);
    p->functions = store_array(d->arena, p->n_functions, sizeof *p->functions);
    p->locations = store_array(d->arena, p->n_locations, sizeof *p->locations);
    p->samples = store_array(d->arena, p->n_samples, sizeof *p->samples);
    id_map_init(&d->mappings, p->n_mappings);
    id_map_init(&d->functions, p->n_functions);
    id_map_init(&d->locations, p->n_locations);

    /* What cannot stay packed, or is wrong, is read into tables, which then says what is wrong. */
    if (!each(d, FIELD_MAPPING, decode_mapping, error) ||
        !each(d, FIELD_FUNCTION, decode_function, error) ||
        !each(d, FIELD_LOCATION, decode_location, error))
        return false;
    if (d->samples.base != NULL) {
        if (read_samples(d, NULL))
            return true;
        sample_reader_reset(&d->samples);
    }
    return read_samples(d, error);
}

/* --- all of it --- */

static void decoding_init(struct decoding *d, const uint8_t *data, size_t n, bool packed)
{
    static const enum profile_field noted[] = {FIELD_MAPPING, FIELD_FUNCTION, FIELD_LOCATION};

    *d = (struct decoding){.data = data, .n = n, .out = profile_new_empty()};
    d->arena = d->out->store->arena;
    names_init(&d->names, d->arena);
    d->strings = g_ptr_array_new();
    d->header.types = g_array_new(FALSE, FALSE, sizeof(int64_t));
    d->header.comments = g_array_new(FALSE, FALSE, sizeof(int64_t));
    d->samples = (struct sample_reader){
        .locations = &d->locations, .strings = d->strings, .base = packed ? data : NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(noted); i++)
        d->elements[noted[i]] = g_array_new(FALSE, FALSE, sizeof(struct wire));
    d->lines = g_array_new(FALSE, FALSE, sizeof(struct profile_line));
}

/* Gives the growing tables to the profile, whole or not: they are freed with it. */
static struct profile *decoding_end(struct decoding *d)
{
    struct profile *p = d->out;

    if (d->samples.base != NULL) {
        /* What it takes to find stacks that stay packed. */
        struct profile_store *store = d->out->store;

        store->packed = (struct packed_bytes){d->data, g_steal_pointer(&d->samples.loose)};
        store->locations = d->locations;
        d->locations = (struct id_map){0};
    }

    sample_reader_finish(&d->samples, p);
    for (size_t i = 0; i < N_FIELDS; i++)
        g_clear_pointer(&d->elements[i], g_array_unref);
    p->lines = store_adopt_array(d->arena, d->lines, &p->n_lines);
    g_array_unref(d->header.types);
    g_array_unref(d->header.comments);
    g_ptr_array_unref(d->strings);
    names_clear(&d->names);
    id_map_clear(&d->functions);
    id_map_clear(&d->mappings);
    id_map_clear(&d->locations);
    return p;
}

static struct profile *decode(const uint8_t *data, size_t n, bool packed, GError **error)
{
    struct decoding d;

    decoding_init(&d, data, n, packed);
    bool ok = read_header(&d, error) && resolve_header(&d, error) && decode_elements(&d, error);
    g_autoptr(profile_auto) profile = decoding_end(&d);

    return ok ? g_steal_pointer(&profile) : NULL;
}

struct profile *proto_decode(const uint8_t *data, size_t n, GError **error)
{
    return decode(data, n, false, error);
}

struct profile *proto_decode_packed(GByteArray *bytes, GError **error)
{
    struct profile *profile = decode(bytes->data, bytes->len, true, error);

    if (profile != NULL && profile->store->packed.base != NULL)
        profile->store->bytes = g_byte_array_ref(bytes);
    return profile;
}
