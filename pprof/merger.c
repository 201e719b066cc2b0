#include "pprof/merger.h"

#include "pprof/labels.h"

#include <string.h>

/* --- life --- */

void merger_init(struct merger *m, const struct profile *source)
{
    *m = (struct merger){.sorted_labels = g_ptr_array_new()};
    builder_init_from(&m->builder, source);
    m->lines = g_array_new(FALSE, FALSE, sizeof(struct profile_line));
    m->frames = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    m->labels = g_array_new(FALSE, FALSE, sizeof(struct profile_label));
}

struct profile *merger_profile(struct merger *m)
{
    return m->builder.profile;
}

void merger_mark(struct merger *m, const char *key, const char *value)
{
    m->mark_key = key;
    m->mark_value = value;
}

void merger_end(struct merger *m)
{
    g_clear_pointer(&m->mapping_of, g_free);
    g_clear_pointer(&m->function_of, g_free);
    g_clear_pointer(&m->location_of, g_free);
    m->in = NULL;
}

struct profile *merger_finish(struct merger *m)
{
    hash_index_clear(&m->mappings);
    hash_index_clear(&m->functions);
    hash_index_clear(&m->locations);
    hash_index_clear(&m->samples);
    g_ptr_array_unref(m->sorted_labels);
    g_array_unref(m->lines);
    g_array_unref(m->frames);
    g_array_unref(m->labels);
    return builder_finish(&m->builder);
}

static const char *intern(struct merger *m, const char *text)
{
    return names_intern(&m->builder.names, text, strlen(text));
}

static uint64_t hash_text(uint64_t hash, const char *interned)
{
    return hash_mix(hash, (uint64_t)(uintptr_t)interned);
}

/* --- mappings --- */

struct mapping_key {
    const struct merger *merger;
    uint64_t size, offset;
    const char *id; /* build id, else file name; interned */
};

/* Sizes count in whole pages. */
static struct mapping_key key_of_mapping(struct merger *m, const struct profile_mapping *mapping)
{
    const uint64_t page = 4096;
    uint64_t size = mapping->limit - mapping->start + page - 1;

    return (struct mapping_key){
        .merger = m,
        .size = size - size % page,
        .offset = mapping->file_offset,
        .id = intern(m, *mapping->build_id != '\0' ? mapping->build_id : mapping->filename),
    };
}

static bool is_mapping(const void *user, uint32_t element)
{
    const struct mapping_key *key = user;
    struct merger *m = (struct merger *)(uintptr_t)key->merger;
    struct mapping_key other =
        key_of_mapping(m, &g_array_index(m->builder.mappings, struct profile_mapping, element));

    return other.size == key->size && other.offset == key->offset && other.id == key->id;
}

static uint32_t map_mapping(struct merger *m, uint32_t index)
{
    const struct profile_mapping *in = &m->in->mappings[index];

    if (m->mapping_of[index] != 0)
        return m->mapping_of[index] - 1;
    struct mapping_key key = key_of_mapping(m, in);
    uint64_t hash = hash_text(hash_mix(hash_number(key.size), key.offset), key.id);
    uint32_t found = hash_index_find(&m->mappings, hash, is_mapping, &key);

    if (found == HASH_NONE) {
        struct profile_mapping out = *in;

        found = m->builder.mappings->len;
        out.id = found + 1;
        out.filename = intern(m, in->filename);
        out.build_id = intern(m, in->build_id);
        g_array_append_val(m->builder.mappings, out);
        hash_index_add(&m->mappings, hash, found);
    }
    m->mapping_of[index] = found + 1;
    return found;
}

/* --- functions --- */

struct function_key {
    const GArray *functions;
    struct profile_function function; /* interned */
};

static bool is_function(const void *user, uint32_t element)
{
    const struct function_key *key = user;
    const struct profile_function *f =
        &g_array_index(key->functions, struct profile_function, element);

    return f->start_line == key->function.start_line && f->name == key->function.name &&
           f->system_name == key->function.system_name && f->filename == key->function.filename;
}

static uint32_t map_function(struct merger *m, uint32_t index)
{
    const struct profile_function *in = &m->in->functions[index];

    if (m->function_of[index] != 0)
        return m->function_of[index] - 1;
    struct function_key key = {.functions = m->builder.functions,
                               .function = {.name = intern(m, in->name),
                                            .system_name = intern(m, in->system_name),
                                            .filename = intern(m, in->filename),
                                            .start_line = in->start_line}};
    uint64_t hash = hash_number((uint64_t)in->start_line);

    hash = hash_text(hash_text(hash, key.function.name), key.function.system_name);
    hash = hash_text(hash, key.function.filename);
    uint32_t found = hash_index_find(&m->functions, hash, is_function, &key);

    if (found == HASH_NONE) {
        found = m->builder.functions->len;
        g_array_append_val(m->builder.functions, key.function);
        hash_index_add(&m->functions, hash, found);
    }
    m->function_of[index] = found + 1;
    return found;
}

/* --- locations --- */

static uint64_t relative_address(const struct merger *m, const struct profile_location *l)
{
    if (l->mapping == PROFILE_NONE)
        return l->address;
    /* the same place of a program may be loaded anywhere */
    return l->address -
           g_array_index(m->builder.mappings, struct profile_mapping, l->mapping).start;
}

struct location_key {
    const struct merger *merger;
    const struct profile_location *location;
    uint64_t address; /* relative */
};

static bool are_lines_equal(const GArray *wanted, const GArray *known,
                            const struct profile_location *l)
{
    for (uint32_t i = 0; i < l->n_lines; i++) {
        const struct profile_line *a = &g_array_index(wanted, struct profile_line, i);
        const struct profile_line *b =
            &g_array_index(known, struct profile_line, l->first_line + i);

        if (a->function != b->function || a->line != b->line || a->column != b->column)
            return false;
    }
    return true;
}

static bool is_location(const void *user, uint32_t element)
{
    const struct location_key *key = user;
    const struct builder *b = &key->merger->builder;
    const struct profile_location *l =
        &g_array_index(b->locations, struct profile_location, element);

    return l->mapping == key->location->mapping && l->is_folded == key->location->is_folded &&
           l->n_lines == key->location->n_lines &&
           relative_address(key->merger, l) == key->address &&
           are_lines_equal(key->merger->lines, b->lines, l);
}

static uint32_t map_location(struct merger *m, uint32_t index)
{
    if (m->location_of[index] != 0)
        return m->location_of[index] - 1;

    /* The location in merged indices; its lines go to m->lines. */
    struct profile_location l = m->in->locations[index];

    if (l.mapping != PROFILE_NONE) {
        uint64_t start = m->in->mappings[l.mapping].start;

        l.mapping = map_mapping(m, l.mapping);
        l.address +=
            g_array_index(m->builder.mappings, struct profile_mapping, l.mapping).start - start;
    }
    g_array_set_size(m->lines, 0);
    for (uint32_t i = 0; i < l.n_lines; i++) {
        struct profile_line line = m->in->lines[l.first_line + i];

        line.function = map_function(m, line.function);
        g_array_append_val(m->lines, line);
    }

    struct location_key key = {m, &l, relative_address(m, &l)};
    uint64_t hash = hash_mix(hash_number(key.address), key.location->mapping);

    hash = hash_mix(hash, key.location->is_folded);
    for (guint i = 0; i < m->lines->len; i++) {
        const struct profile_line *line = &g_array_index(m->lines, struct profile_line, i);

        hash = hash_mix(hash_mix(hash, line->function), (uint64_t)line->line);
        hash = hash_mix(hash, (uint64_t)line->column);
    }
    uint32_t found = hash_index_find(&m->locations, hash, is_location, &key);

    if (found == HASH_NONE) {
        found = m->builder.locations->len;
        l.id = found + 1;
        l.first_line = m->builder.lines->len;
        if (l.n_lines > 0)
            g_array_append_vals(m->builder.lines, m->lines->data, l.n_lines);
        g_array_append_val(m->builder.locations, l);
        hash_index_add(&m->locations, hash, found);
    }
    m->location_of[index] = found + 1;
    return found;
}

/* --- samples --- */

static bool are_labels_equal(const struct profile_label *a, const struct profile_label *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i].key != b[i].key || a[i].str != b[i].str || a[i].num != b[i].num ||
            a[i].unit != b[i].unit)
            return false;
    return true;
}

static bool is_sample(const void *user, uint32_t element)
{
    const struct merger *m = user;
    const struct builder *b = &m->builder;
    const struct profile_sample *s = &g_array_index(b->samples, struct profile_sample, element);

    if (s->n_frames != m->frames->len || s->n_labels != m->labels->len)
        return false;
    if (s->n_frames > 0 && memcmp(&g_array_index(b->frames, uint32_t, s->first_frame),
                                  m->frames->data, s->n_frames * sizeof(uint32_t)) != 0)
        return false;
    return s->n_labels == 0 ||
           are_labels_equal(&g_array_index(b->labels, struct profile_label, s->first_label),
                            &g_array_index(m->labels, struct profile_label, 0), s->n_labels);
}

static void add_label(struct merger *m, const struct profile_label *label)
{
    bool is_number = label_is_number(label);
    struct profile_label out = {.key = intern(m, label->key),
                                .str = intern(m, label->str),
                                .unit = intern(m, is_number ? label->unit : ""),
                                .num = is_number ? label->num : 0};

    g_array_append_val(m->labels, out);
}

static uint64_t hash_sample(const struct merger *m)
{
    uint64_t hash = hash_bytes(m->frames->data, m->frames->len * sizeof(uint32_t), hash_seed());

    for (guint i = 0; i < m->labels->len; i++) {
        const struct profile_label *l = &g_array_index(m->labels, struct profile_label, i);

        hash = hash_text(hash_text(hash, l->key), l->str);
        hash = hash_text(hash_mix(hash, (uint64_t)l->num), l->unit);
    }
    return hash;
}

static void append_sample(struct merger *m, const int64_t *values)
{
    struct builder *b = &m->builder;
    struct profile_sample s = {.first_frame = b->frames->len,
                               .n_frames = m->frames->len,
                               .first_label = b->labels->len,
                               .n_labels = m->labels->len};

    if (m->frames->len > 0)
        g_array_append_vals(b->frames, m->frames->data, m->frames->len);
    if (m->labels->len > 0)
        g_array_append_vals(b->labels, m->labels->data, m->labels->len);
    g_array_append_vals(b->values, values, (guint)b->profile->n_sample_types);
    g_array_append_val(b->samples, s);
}

void merger_begin(struct merger *m, const struct profile *in)
{
    m->in = in;
    profile_unpack(in);
    m->mapping_of = g_new0(uint32_t, in->n_mappings + 1);
    m->function_of = g_new0(uint32_t, in->n_functions + 1);
    m->location_of = g_new0(uint32_t, in->n_locations + 1);
    /* the first mapping is the main program, whatever the samples use */
    if (m->builder.mappings->len == 0 && in->n_mappings > 0)
        map_mapping(m, 0);
}

void merger_add(struct merger *m, size_t index, const int64_t *values)
{
    const struct profile_sample *s = &m->in->samples[index];
    size_t n_types = m->builder.profile->n_sample_types;

    g_array_set_size(m->frames, 0);
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t location = map_location(m, m->in->frames[s->first_frame + i]);

        g_array_append_val(m->frames, location);
    }

    /* The labels in a fixed order, with the mark in the place of one of the same key. */
    const struct profile_label mark = {.key = m->mark_key, .str = m->mark_value, .unit = ""};
    bool marked = m->mark_key == NULL;

    g_array_set_size(m->labels, 0);
    labels_sorted(m->in, s, m->sorted_labels);
    for (guint i = 0; i < m->sorted_labels->len; i++) {
        const struct profile_label *label = g_ptr_array_index(m->sorted_labels, i);
        bool is_text = !label_is_number(label);
        int order = m->mark_key != NULL && is_text ? strcmp(label->key, m->mark_key) : -1;

        if (!marked && (order > 0 || !is_text)) {
            add_label(m, &mark);
            marked = true;
        }
        if (order != 0)
            add_label(m, label);
    }
    if (!marked)
        add_label(m, &mark);

    uint64_t hash = hash_sample(m);
    uint32_t found = hash_index_find(&m->samples, hash, is_sample, m);

    if (found == HASH_NONE) {
        append_sample(m, values);
        hash_index_add(&m->samples, hash, m->builder.samples->len - 1);
        return;
    }
    int64_t *row = &g_array_index(m->builder.values, int64_t, found * n_types);

    for (size_t i = 0; i < n_types; i++)
        row[i] = (int64_t)((uint64_t)row[i] + (uint64_t)values[i]);
}
