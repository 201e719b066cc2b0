#include "pprof/decode.h"

#include "pprof/builder.h"
#include "pprof/id_map.h"
#include "pprof/limits.h"
#include "pprof/names.h"
#include "pprof/problem.h"
#include "pprof/sample_reader.h"
#include "pprof/wire.h"
#include "profile.pb-c.h"

/*
 * Elements may come in any order and the string table is usually last, so the
 * outermost level is walked several times: once for strings and header fields,
 * then for mappings, functions, locations and samples, each of which needs the
 * ones before it. protobuf-c unpacks one element at a time into a scratch arena;
 * samples, which are many, have a reader of their own.
 */

enum field {
    FIELD_SAMPLE_TYPE = 1,
    FIELD_SAMPLE = 2,
    FIELD_MAPPING = 3,
    FIELD_LOCATION = 4,
    FIELD_FUNCTION = 5,
    FIELD_STRING = 6,
    FIELD_DROP_FRAMES = 7,
    FIELD_KEEP_FRAMES = 8,
    FIELD_TIME = 9,
    FIELD_DURATION = 10,
    FIELD_PERIOD_TYPE = 11,
    FIELD_PERIOD = 12,
    FIELD_COMMENT = 13,
    FIELD_DEFAULT_TYPE = 14,
    FIELD_DOC_URL = 15,
    N_FIELDS
};

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
    struct store *arena, *scratch;
    ProtobufCAllocator allocator;
    struct names names;
    GPtrArray *strings;
    size_t count[N_FIELDS];
    struct header header;
    struct id_map functions, mappings, locations;
    struct sample_reader samples;
    GArray *lines;
};

typedef bool decode_element(struct decoding *d, const struct wire_field *field, size_t index,
                            GError **error);

/* --- protobuf-c's memory --- */

static void *scratch_alloc(void *user, size_t size)
{
    struct store *scratch = user;

    /* NULL makes protobuf-c give up on the message */
    if (size > 64 * (size_t)PPROF_MAX_MESSAGE_BYTES - store_used(scratch))
        return NULL;
    return store_alloc_raw(scratch, size);
}

static void scratch_free(void *user, void *block)
{
    (void)user;
    (void)block; /* all at once, by store_reset() */
}

/* --- strings and header --- */

static bool get(const struct decoding *d, int64_t index, const char **ret, GError **error)
{
    return string_table_get(d->strings, index, ret, error);
}

static bool add_string(struct decoding *d, const struct wire_field *field, GError **error)
{
    if (field->type != WIRE_BYTES)
        return problem_unrecognized(error);
    if (d->strings->len == 0 && field->n > 0)
        return problem_invalid(error, "string 0 is not empty");
    if (d->strings->len >= PPROF_MAX_STRINGS)
        return problem_too_many(error, "strings", PPROF_MAX_STRINGS);
    const char *text = names_intern(&d->names, (const char *)field->at, field->n);

    g_ptr_array_add(d->strings, (gpointer)(uintptr_t)text);
    return true;
}

static bool read_type(struct decoding *d, const struct wire_field *field, int64_t ret[2])
{
    if (field->type != WIRE_BYTES)
        return false;
    Sidescope__Pprof__ValueType *type =
        sidescope__pprof__value_type__unpack(&d->allocator, field->n, field->at);

    if (type != NULL) {
        ret[0] = type->type;
        ret[1] = type->unit;
    }
    store_reset(d->scratch);
    return type != NULL;
}

static bool add_type(struct decoding *d, const struct wire_field *field, GError **error)
{
    int64_t pair[2];

    if (!read_type(d, field, pair))
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

static bool add_comment(struct decoding *d, const struct wire_field *field, GError **error)
{
    if (field->type == WIRE_VARINT)
        g_array_append_val(d->header.comments, field->value);
    else if (field->type != WIRE_BYTES ||
             !add_comments(d, (struct wire){field->at, field->at + field->n}))
        return problem_unrecognized(error);
    if (d->header.comments->len > PPROF_MAX_STRINGS)
        return problem_too_many(error, "comments", PPROF_MAX_STRINGS);
    return true;
}

static bool set_scalar(struct decoding *d, const struct wire_field *field, GError **error)
{
    if (field->type != WIRE_VARINT)
        return problem_unrecognized(error);
    if (field->number == FIELD_TIME && d->header.scalars[FIELD_TIME] != 0)
        return problem_invalid(error, "concatenated profiles detected");
    d->header.scalars[field->number] = (int64_t)field->value;
    return true;
}

static bool read_header_field(struct decoding *d, const struct wire_field *field, GError **error)
{
    if (field->number == 0 || field->number >= N_FIELDS)
        return true;
    d->count[field->number]++;
    switch ((enum field)field->number) {
    case FIELD_SAMPLE_TYPE:
        return add_type(d, field, error);
    case FIELD_STRING:
        return add_string(d, field, error);
    case FIELD_PERIOD_TYPE:
        return read_type(d, field, d->header.period_type) || problem_unrecognized(error);
    case FIELD_COMMENT:
        return add_comment(d, field, error);
    case FIELD_SAMPLE:
    case FIELD_MAPPING:
    case FIELD_LOCATION:
    case FIELD_FUNCTION:
        if (d->count[field->number] > PPROF_MAX_ELEMENTS)
            return problem_too_many(error, "entries of one kind", PPROF_MAX_ELEMENTS);
        return field->type == WIRE_BYTES || problem_unrecognized(error);
    default:
        return set_scalar(d, field, error);
    }
}

static bool read_header(struct decoding *d, GError **error)
{
    struct wire wire = {d->data, d->data + d->n};
    struct wire_field field;
    enum wire_result result;

    while ((result = wire_next(&wire, &field)) == WIRE_FIELD)
        if (!read_header_field(d, &field, error))
            return false;
    if (result == WIRE_BAD)
        return problem_unrecognized(error);
    return true;
}

static bool resolve_types(struct decoding *d, GError **error)
{
    struct profile *p = d->out;
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
    return get(d, scalars[FIELD_DROP_FRAMES], &p->drop_frames, error) &&
           get(d, scalars[FIELD_KEEP_FRAMES], &p->keep_frames, error) &&
           get(d, scalars[FIELD_DEFAULT_TYPE], &p->default_sample_type, error) &&
           get(d, scalars[FIELD_DOC_URL], &p->doc_url, error) && resolve_types(d, error);
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

static bool decode_mapping(struct decoding *d, const struct wire_field *field, size_t index,
                           GError **error)
{
    const Sidescope__Pprof__Mapping *m =
        sidescope__pprof__mapping__unpack(&d->allocator, field->n, field->at);
    struct profile_mapping *out = &d->out->mappings[index];

    if (m == NULL)
        return problem_unrecognized(error);
    out->id = m->id;
    out->start = m->memory_start;
    out->limit = m->memory_limit;
    out->file_offset = m->file_offset;
    out->has_functions = m->has_functions;
    out->has_filenames = m->has_filenames;
    out->has_line_numbers = m->has_line_numbers;
    out->has_inline_frames = m->has_inline_frames;
    return add_id(&d->mappings, m->id, index, "mapping", error) &&
           get(d, m->filename, &out->filename, error) && get(d, m->build_id, &out->build_id, error);
}

static bool decode_function(struct decoding *d, const struct wire_field *field, size_t index,
                            GError **error)
{
    const Sidescope__Pprof__Function *f =
        sidescope__pprof__function__unpack(&d->allocator, field->n, field->at);
    struct profile_function *out = &d->out->functions[index];

    if (f == NULL)
        return problem_unrecognized(error);
    out->start_line = f->start_line;
    return add_id(&d->functions, f->id, index, "function", error) &&
           get(d, f->name, &out->name, error) && get(d, f->system_name, &out->system_name, error) &&
           get(d, f->filename, &out->filename, error);
}

static bool add_lines(struct decoding *d, const Sidescope__Pprof__Location *l, GError **error)
{
    if (l->n_line > PPROF_MAX_LINES)
        return problem_too_many(error, "lines in a location", PPROF_MAX_LINES);
    if (d->lines->len + l->n_line > PPROF_MAX_TOTAL_LINES)
        return problem_too_many(error, "lines", PPROF_MAX_TOTAL_LINES);
    for (size_t i = 0; i < l->n_line; i++) {
        uint32_t function = id_map_find(&d->functions, l->line[i]->function_id);
        struct profile_line line = {function, l->line[i]->line, l->line[i]->column};

        if (function == HASH_NONE)
            return problem_invalid(error,
                                   "location %" G_GUINT64_FORMAT " has a line with nil function",
                                   (guint64)l->id);
        g_array_append_val(d->lines, line);
    }
    return true;
}

static bool decode_location(struct decoding *d, const struct wire_field *field, size_t index,
                            GError **error)
{
    const Sidescope__Pprof__Location *l =
        sidescope__pprof__location__unpack(&d->allocator, field->n, field->at);

    if (l == NULL)
        return problem_unrecognized(error);
    d->out->locations[index] =
        (struct profile_location){.id = l->id,
                                  .address = l->address,
                                  .mapping = id_map_find(&d->mappings, l->mapping_id),
                                  .first_line = d->lines->len,
                                  .n_lines = (uint32_t)l->n_line,
                                  .is_folded = l->is_folded};
    return add_id(&d->locations, l->id, index, "location", error) && add_lines(d, l, error);
}

static bool decode_sample(struct decoding *d, const struct wire_field *field, size_t index,
                          GError **error)
{
    return sample_reader_next(&d->samples, field->at, field->n, &d->out->samples[index], error);
}

static bool each(struct decoding *d, enum field number, decode_element *decode, GError **error)
{
    struct wire wire = {d->data, d->data + d->n};
    struct wire_field field;
    size_t index = 0;

    while (index < d->count[number] && wire_next(&wire, &field) == WIRE_FIELD) {
        if (field.number != number)
            continue;
        if (field.n > PPROF_MAX_MESSAGE_BYTES)
            return problem_too_many(error, "bytes in one entry", PPROF_MAX_MESSAGE_BYTES);
        bool ok = decode(d, &field, index++, error);

        store_reset(d->scratch);
        if (!ok)
            return false;
    }
    return true;
}

static void make_tables(struct decoding *d)
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
}

static bool decode_elements(struct decoding *d, GError **error)
{
    make_tables(d);
    d->samples.n_types = d->out->n_sample_types;
    return each(d, FIELD_MAPPING, decode_mapping, error) &&
           each(d, FIELD_FUNCTION, decode_function, error) &&
           each(d, FIELD_LOCATION, decode_location, error) &&
           each(d, FIELD_SAMPLE, decode_sample, error);
}

/* --- all of it --- */

static void decoding_init(struct decoding *d, const uint8_t *data, size_t n)
{
    *d = (struct decoding){.data = data, .n = n, .out = profile_new_empty()};
    d->arena = d->out->store->arena;
    d->scratch = store_new();
    d->allocator = (ProtobufCAllocator){scratch_alloc, scratch_free, d->scratch};
    names_init(&d->names, d->arena);
    d->strings = g_ptr_array_new();
    d->header.types = g_array_new(FALSE, FALSE, sizeof(int64_t));
    d->header.comments = g_array_new(FALSE, FALSE, sizeof(int64_t));
    d->samples = (struct sample_reader){
        .locations = &d->locations,
        .strings = d->strings,
        .values = g_array_new(FALSE, FALSE, sizeof(int64_t)),
        .frames = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
        .labels = g_array_new(FALSE, FALSE, sizeof(struct profile_label)),
    };
    d->lines = g_array_new(FALSE, FALSE, sizeof(struct profile_line));
}

/* Gives the growing tables to the profile, whole or not: they are freed with it. */
static struct profile *decoding_end(struct decoding *d)
{
    struct profile *p = d->out;
    size_t n_values;

    p->values = store_adopt_array(d->arena, d->samples.values, &n_values);
    p->frames = store_adopt_array(d->arena, d->samples.frames, &p->n_frames);
    p->labels = store_adopt_array(d->arena, d->samples.labels, &p->n_labels);
    p->lines = store_adopt_array(d->arena, d->lines, &p->n_lines);
    g_array_unref(d->header.types);
    g_array_unref(d->header.comments);
    g_ptr_array_unref(d->strings);
    names_clear(&d->names);
    id_map_clear(&d->functions);
    id_map_clear(&d->mappings);
    id_map_clear(&d->locations);
    store_free(d->scratch);
    return p;
}

struct profile *proto_decode(const uint8_t *data, size_t n, GError **error)
{
    struct decoding d;

    decoding_init(&d, data, n);
    bool ok = read_header(&d, error) && resolve_header(&d, error) && decode_elements(&d, error);
    g_autoptr(profile_auto) profile = decoding_end(&d);

    return ok ? g_steal_pointer(&profile) : NULL;
}
