#include "pprof/profile.h"

#include "pprof/builder.h"
#include "pprof/inflate.h"
#include "pprof/limits.h"
#include "pprof/text_profile.h"
#include "profile.pb-c.h"

#include <string.h>

/*
 * From bytes to tables. protobuf-c unpacks into an arena that is thrown away;
 * the profile's own arena gets resolved, dense tables. Ids are resolved by
 * array where they are dense and by hash where they are not.
 */

typedef Sidescope__Pprof__Profile pb_profile;

struct id_map {
    uint32_t *dense; /* index + 1 by id, for ids up to dense_n */
    size_t dense_n;
    GHashTable *sparse;
};

struct decoding {
    const pb_profile *in;
    struct profile *out;
    struct store *arena;
    const char **strings;
    struct id_map functions, mappings, locations;
};

static bool invalid(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool invalid(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);

    va_end(args);
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID, "malformed profile: %s", text);
    return false;
}

/* --- ids
 * ------------------------------------------------------------------------------------------- */

static void id_map_init(struct id_map *map, struct store *scratch, size_t n)
{
    map->dense_n = n * 4 + 16;
    map->dense = store_array(scratch, map->dense_n, sizeof *map->dense);
}

static bool id_map_add(struct id_map *map, uint64_t id, size_t index)
{
    if (id < map->dense_n) {
        bool fresh = map->dense[id] == 0;

        map->dense[id] = (uint32_t)index + 1;
        return fresh;
    }
    if (map->sparse == NULL)
        map->sparse = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    gint64 *key = g_new(gint64, 1);

    *key = (gint64)id;
    return g_hash_table_insert(map->sparse, key, GUINT_TO_POINTER((guint)index + 1));
}

static uint32_t id_map_find(const struct id_map *map, uint64_t id)
{
    gint64 key = (gint64)id;
    uint32_t found = 0;

    if (id < map->dense_n)
        found = map->dense[id];
    else if (map->sparse != NULL)
        found = GPOINTER_TO_UINT(g_hash_table_lookup(map->sparse, &key));
    return found == 0 ? PROFILE_NONE : found - 1;
}

static bool add_id(struct id_map *map, uint64_t id, size_t index, const char *what, GError **error)
{
    if (id == 0)
        return invalid(error, "a %s has id 0", what);
    if (!id_map_add(map, id, index))
        return invalid(error, "two %ss have the id %" G_GUINT64_FORMAT, what, (guint64)id);
    return true;
}

/* --- tables
 * ----------------------------------------------------------------------------------------- */

static bool decode_strings(struct decoding *d, GError **error)
{
    size_t n = d->in->n_string_table;

    if (n > PPROF_MAX_STRINGS)
        return invalid(error, "more than %d strings", PPROF_MAX_STRINGS);
    d->strings = store_array(d->arena, MAX(n, 1), sizeof *d->strings);
    d->strings[0] = "";
    for (size_t i = 0; i < n; i++) {
        const ProtobufCBinaryData *s = &d->in->string_table[i];

        if (i == 0 && s->len > 0)
            return invalid(error, "string 0 is not empty");
        if (s->len > 0)
            d->strings[i] = store_strndup(d->arena, (const char *)s->data, s->len);
        else
            d->strings[i] = "";
    }
    return true;
}

static bool get(const struct decoding *d, int64_t index, const char **ret, GError **error)
{
    if (index == 0) {
        *ret = "";
        return true;
    }
    if (index < 0 || (uint64_t)index >= d->in->n_string_table)
        return invalid(error, "string %" G_GINT64_FORMAT " of %zu", (gint64)index,
                       d->in->n_string_table);
    *ret = d->strings[index];
    return true;
}

static bool decode_types(struct decoding *d, GError **error)
{
    struct profile *p = d->out;

    p->n_sample_types = d->in->n_sample_type;
    if (p->n_sample_types > PPROF_MAX_VALUES)
        return invalid(error, "more than %d sample types", PPROF_MAX_VALUES);
    p->sample_types = store_array(d->arena, p->n_sample_types, sizeof *p->sample_types);
    for (size_t i = 0; i < p->n_sample_types; i++)
        if (!get(d, d->in->sample_type[i]->type, &p->sample_types[i].type, error) ||
            !get(d, d->in->sample_type[i]->unit, &p->sample_types[i].unit, error))
            return false;
    if (d->in->period_type != NULL &&
        (!get(d, d->in->period_type->type, &p->period_type.type, error) ||
         !get(d, d->in->period_type->unit, &p->period_type.unit, error)))
        return false;
    return true;
}

static bool decode_header(struct decoding *d, GError **error)
{
    struct profile *p = d->out;

    p->period = d->in->period;
    p->time_ns = d->in->time_nanos;
    p->duration_ns = d->in->duration_nanos;
    if (!get(d, d->in->drop_frames, &p->drop_frames, error) ||
        !get(d, d->in->keep_frames, &p->keep_frames, error) ||
        !get(d, d->in->default_sample_type, &p->default_sample_type, error) ||
        !get(d, d->in->doc_url, &p->doc_url, error))
        return false;
    p->n_comments = d->in->n_comment;
    p->comments = store_array(d->arena, p->n_comments, sizeof *p->comments);
    for (size_t i = 0; i < p->n_comments; i++)
        if (!get(d, d->in->comment[i], &p->comments[i], error))
            return false;
    return decode_types(d, error);
}

static bool decode_functions(struct decoding *d, GError **error)
{
    struct profile *p = d->out;

    p->n_functions = d->in->n_function;
    p->functions = store_array(d->arena, p->n_functions, sizeof *p->functions);
    for (size_t i = 0; i < p->n_functions; i++) {
        const Sidescope__Pprof__Function *f = d->in->function[i];
        struct profile_function *out = &p->functions[i];

        out->start_line = f->start_line;
        if (!add_id(&d->functions, f->id, i, "function", error) ||
            !get(d, f->name, &out->name, error) ||
            !get(d, f->system_name, &out->system_name, error) ||
            !get(d, f->filename, &out->filename, error))
            return false;
    }
    return true;
}

static bool decode_mappings(struct decoding *d, GError **error)
{
    struct profile *p = d->out;

    p->n_mappings = d->in->n_mapping;
    p->mappings = store_array(d->arena, p->n_mappings, sizeof *p->mappings);
    for (size_t i = 0; i < p->n_mappings; i++) {
        const Sidescope__Pprof__Mapping *m = d->in->mapping[i];
        struct profile_mapping *out = &p->mappings[i];

        out->start = m->memory_start;
        out->limit = m->memory_limit;
        out->file_offset = m->file_offset;
        if (!add_id(&d->mappings, m->id, i, "mapping", error) ||
            !get(d, m->filename, &out->filename, error) ||
            !get(d, m->build_id, &out->build_id, error))
            return false;
    }
    return true;
}

static bool decode_location(struct decoding *d, size_t i, size_t *line, GError **error)
{
    const Sidescope__Pprof__Location *l = d->in->location[i];
    struct profile_location *out = &d->out->locations[i];

    if (!add_id(&d->locations, l->id, i, "location", error))
        return false;
    if (l->n_line > PPROF_MAX_LINES)
        return invalid(error, "more than %d lines in a location", PPROF_MAX_LINES);
    *out = (struct profile_location){.address = l->address,
                                     .mapping = id_map_find(&d->mappings, l->mapping_id),
                                     .first_line = (uint32_t)*line,
                                     .n_lines = (uint32_t)l->n_line,
                                     .is_folded = l->is_folded};
    for (size_t j = 0; j < l->n_line; j++) {
        uint32_t function = id_map_find(&d->functions, l->line[j]->function_id);

        if (function == PROFILE_NONE)
            return invalid(error, "line with unknown function");
        d->out->lines[(*line)++] = (struct profile_line){
            .function = function, .line = l->line[j]->line, .column = l->line[j]->column};
    }
    return true;
}

static bool decode_locations(struct decoding *d, GError **error)
{
    struct profile *p = d->out;
    size_t line = 0;

    p->n_locations = d->in->n_location;
    for (size_t i = 0; i < p->n_locations; i++)
        p->n_lines += d->in->location[i]->n_line;
    p->locations = store_array(d->arena, p->n_locations, sizeof *p->locations);
    p->lines = store_array(d->arena, p->n_lines, sizeof *p->lines);
    for (size_t i = 0; i < p->n_locations; i++)
        if (!decode_location(d, i, &line, error))
            return false;
    return true;
}

/* A label whose text and number are both empty says nothing and is dropped. */
static bool decode_labels(struct decoding *d, const Sidescope__Pprof__Sample *s,
                          struct profile_sample *out, GError **error)
{
    out->first_label = (uint32_t)d->out->n_labels;
    for (size_t i = 0; i < s->n_label; i++) {
        const Sidescope__Pprof__Label *l = s->label[i];
        struct profile_label *label = &d->out->labels[d->out->n_labels];

        if (l->str == 0 && l->num == 0 && l->num_unit == 0)
            continue;
        label->num = l->num;
        if (!get(d, l->key, &label->key, error) || !get(d, l->str, &label->str, error) ||
            !get(d, l->num_unit, &label->unit, error))
            return false;
        d->out->n_labels++;
        out->n_labels++;
    }
    return true;
}

static bool decode_sample(struct decoding *d, size_t i, size_t *frame, GError **error)
{
    const Sidescope__Pprof__Sample *s = d->in->sample[i];
    struct profile *p = d->out;

    if (s->n_value != p->n_sample_types)
        return invalid(error, "a sample has %zu values, there are %zu types", s->n_value,
                       p->n_sample_types);
    if (s->n_location_id > PPROF_MAX_FRAMES)
        return invalid(error, "a stack is deeper than %d", PPROF_MAX_FRAMES);
    p->samples[i].first_frame = (uint32_t)*frame;
    p->samples[i].n_frames = (uint32_t)s->n_location_id;
    memcpy(p->values + i * p->n_sample_types, s->value, s->n_value * sizeof *s->value);
    for (size_t j = 0; j < s->n_location_id; j++) {
        uint32_t location = id_map_find(&d->locations, s->location_id[j]);

        if (location == PROFILE_NONE)
            return invalid(error, "sample has unknown location");
        p->frames[(*frame)++] = location;
    }
    return decode_labels(d, s, &p->samples[i], error);
}

static bool decode_samples(struct decoding *d, GError **error)
{
    struct profile *p = d->out;
    size_t frame = 0, n_labels = 0;

    p->n_samples = d->in->n_sample;
    if (p->n_samples > 0 && p->n_sample_types == 0)
        return invalid(error, "samples without a sample type");
    for (size_t i = 0; i < p->n_samples; i++) {
        p->n_frames += d->in->sample[i]->n_location_id;
        n_labels += d->in->sample[i]->n_label;
    }
    p->samples = store_array(d->arena, p->n_samples, sizeof *p->samples);
    p->values = store_array(d->arena, p->n_samples * p->n_sample_types, sizeof *p->values);
    p->frames = store_array(d->arena, p->n_frames, sizeof *p->frames);
    p->labels = store_array(d->arena, n_labels, sizeof *p->labels);
    for (size_t i = 0; i < p->n_samples; i++)
        if (!decode_sample(d, i, &frame, error))
            return false;
    return true;
}

static bool check_sizes(const pb_profile *in, GError **error)
{
    if (in->n_sample > PPROF_MAX_ELEMENTS || in->n_location > PPROF_MAX_ELEMENTS ||
        in->n_function > PPROF_MAX_ELEMENTS || in->n_mapping > PPROF_MAX_ELEMENTS) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_LIMIT,
                    "the profile has more than %d entries in a table", PPROF_MAX_ELEMENTS);
        return false;
    }
    return true;
}

static struct profile *resolve(const pb_profile *in, GError **error)
{
    struct decoding d = {.in = in, .out = profile_new_empty()};
    struct store *scratch = store_new();

    d.arena = d.out->store->arena;
    id_map_init(&d.functions, scratch, in->n_function);
    id_map_init(&d.mappings, scratch, in->n_mapping);
    id_map_init(&d.locations, scratch, in->n_location);
    bool ok = check_sizes(in, error) && decode_strings(&d, error) && decode_header(&d, error) &&
              decode_functions(&d, error) && decode_mappings(&d, error) &&
              decode_locations(&d, error) && decode_samples(&d, error);

    g_clear_pointer(&d.functions.sparse, g_hash_table_unref);
    g_clear_pointer(&d.mappings.sparse, g_hash_table_unref);
    g_clear_pointer(&d.locations.sparse, g_hash_table_unref);
    store_free(scratch);
    if (!ok)
        g_clear_pointer(&d.out, profile_unref);
    return d.out;
}

/* --- bytes
 * -------------------------------------------------------------------------------------------- */

static void *arena_alloc(void *user, size_t size)
{
    return store_alloc(user, size);
}

static void arena_free(void *user, void *data)
{
    (void)user;
    (void)data;
}

static struct profile *decode_proto(const uint8_t *data, size_t n, GError **error)
{
    struct store *scratch = store_new();
    ProtobufCAllocator allocator = {
        .alloc = arena_alloc, .free = arena_free, .allocator_data = scratch};
    pb_profile *in = sidescope__pprof__profile__unpack(&allocator, n, data);
    struct profile *profile = NULL;

    if (in == NULL)
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT, "unrecognized profile format");
    else
        profile = resolve(in, error);
    store_free(scratch);
    return profile;
}

static struct profile *decode_inflated(const uint8_t *data, size_t n, GError **error)
{
    if (n == 0) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_EMPTY, "empty profile");
        return NULL;
    }
    if (n > PPROF_MAX_INFLATED_BYTES) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_LIMIT, "the profile is larger than %d MiB",
                    PPROF_MAX_INFLATED_BYTES / (1024 * 1024));
        return NULL;
    }
    if (text_profile_looks_like(data, n))
        return text_profile_decode((const char *)data, n, error);
    if (data[0] == '<' || data[0] == '{') {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                    "this is %s, not a profile: is the address right?",
                    data[0] == '<' ? "a web page" : "JSON");
        return NULL;
    }
    return decode_proto(data, n, error);
}

struct profile *profile_decode(const uint8_t *data, size_t n, GError **error)
{
    if (!inflate_is_gzip(data, n))
        return decode_inflated(data, n, error);
    g_autoptr(GByteArray) inflated = inflate_gzip(data, n, error);

    return inflated != NULL ? decode_inflated(inflated->data, inflated->len, error) : NULL;
}
