#include "pprof/builder.h"

#include <string.h>

struct wanted_function {
    const struct builder *builder;
    const char *name, *file; /* interned */
};

struct wanted_location {
    const struct builder *builder;
    uint32_t function; /* PROFILE_NONE: no symbol */
    int64_t line;
    uint64_t address;
};

static void make_tables(struct builder *b)
{
    b->samples = g_array_new(FALSE, FALSE, sizeof(struct profile_sample));
    b->values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    b->frames = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    b->labels = g_array_new(FALSE, FALSE, sizeof(struct profile_label));
    b->locations = g_array_new(FALSE, FALSE, sizeof(struct profile_location));
    b->lines = g_array_new(FALSE, FALSE, sizeof(struct profile_line));
    b->functions = g_array_new(FALSE, FALSE, sizeof(struct profile_function));
    b->mappings = g_array_new(FALSE, FALSE, sizeof(struct profile_mapping));
}

void builder_init(struct builder *b)
{
    *b = (struct builder){.profile = profile_new_empty()};
    names_init(&b->names, b->profile->store->arena);
    make_tables(b);
}

void builder_init_from(struct builder *b, const struct profile *source)
{
    *b = (struct builder){.profile = profile_new_from(source)};
    names_init(&b->names, b->profile->store->arena);
    make_tables(b);
}

static bool is_function(const void *user, uint32_t element)
{
    const struct wanted_function *wanted = user;
    const struct profile_function *f =
        &g_array_index(wanted->builder->functions, struct profile_function, element);

    return f->name == wanted->name && f->filename == wanted->file;
}

static uint64_t hash_pointer(const void *pointer)
{
    return hash_number((uint64_t)(uintptr_t)pointer);
}

static uint32_t find_function(struct builder *b, const struct builder_frame *frame)
{
    struct wanted_function wanted = {
        b,
        names_intern(&b->names, frame->name, frame->name_n),
        names_intern(&b->names, frame->file, frame->file_n),
    };
    uint64_t hash = hash_mix(hash_pointer(wanted.name), hash_pointer(wanted.file));
    uint32_t found = hash_index_find(&b->by_function, hash, is_function, &wanted);

    if (found != HASH_NONE)
        return found;
    struct profile_function function = {
        .name = wanted.name, .system_name = wanted.name, .filename = wanted.file};

    g_array_append_val(b->functions, function);
    hash_index_add(&b->by_function, hash, b->functions->len - 1);
    return b->functions->len - 1;
}

static bool is_location(const void *user, uint32_t element)
{
    const struct wanted_location *wanted = user;
    const struct profile_location *l =
        &g_array_index(wanted->builder->locations, struct profile_location, element);

    if (l->address != wanted->address)
        return false;
    if (wanted->function == PROFILE_NONE)
        return l->n_lines == 0;
    if (l->n_lines == 0)
        return false;
    const struct profile_line *line =
        &g_array_index(wanted->builder->lines, struct profile_line, l->first_line);

    return line->function == wanted->function && line->line == wanted->line;
}

uint32_t builder_location(struct builder *b, const struct builder_frame *frame)
{
    struct wanted_location wanted = {
        .builder = b,
        .function = frame->name_n > 0 ? find_function(b, frame) : PROFILE_NONE,
        .line = frame->line,
        .address = frame->address,
    };
    uint64_t hash =
        hash_mix(hash_mix(hash_number(wanted.function), (uint64_t)wanted.line), wanted.address);
    uint32_t found = hash_index_find(&b->by_location, hash, is_location, &wanted);

    if (found != HASH_NONE)
        return found;

    bool has_line = wanted.function != PROFILE_NONE;
    struct profile_location location = {.id = b->locations->len + 1,
                                        .address = wanted.address,
                                        .mapping = PROFILE_NONE,
                                        .first_line = b->lines->len,
                                        .n_lines = has_line ? 1 : 0};
    struct profile_line line = {wanted.function, wanted.line, 0};

    g_array_append_val(b->locations, location);
    if (has_line)
        g_array_append_val(b->lines, line);

    hash_index_add(&b->by_location, hash, b->locations->len - 1);
    return b->locations->len - 1;
}

uint32_t builder_add_location(struct builder *b, uint64_t address, uint32_t mapping,
                              const struct builder_frame *lines, size_t n)
{
    struct profile_location location = {.id = b->locations->len + 1,
                                        .address = address,
                                        .mapping = mapping,
                                        .first_line = b->lines->len,
                                        .n_lines = (uint32_t)n};

    for (size_t i = 0; i < n; i++) {
        struct profile_line line = {find_function(b, &lines[i]), lines[i].line, 0};

        g_array_append_val(b->lines, line);
    }
    g_array_append_val(b->locations, location);
    return b->locations->len - 1;
}

void builder_set_types(struct builder *b, const struct profile_value_type *types, size_t n)
{
    struct profile *p = b->profile;

    p->sample_types = store_array(p->store->arena, n, sizeof *types);
    memcpy(p->sample_types, types, n * sizeof *types);
    p->n_sample_types = n;
    p->period_type = types[n - 1];
}

void builder_set_comments(struct builder *b, const char *const *comments, size_t n)
{
    struct profile *p = b->profile;

    p->comments = store_array(p->store->arena, n, sizeof *p->comments);
    for (size_t i = 0; i < n; i++)
        p->comments[i] = store_strndup(p->store->arena, comments[i], strlen(comments[i]));
    p->n_comments = n;
}

struct profile *builder_finish(struct builder *b)
{
    struct profile *p = g_steal_pointer(&b->profile);
    struct store *arena = p->store->arena;
    size_t n_values;

    p->samples = store_adopt_array(arena, g_steal_pointer(&b->samples), &p->n_samples);
    p->values = store_adopt_array(arena, g_steal_pointer(&b->values), &n_values);
    p->frames = store_adopt_array(arena, g_steal_pointer(&b->frames), &p->n_frames);
    p->labels = store_adopt_array(arena, g_steal_pointer(&b->labels), &p->n_labels);
    p->locations = store_adopt_array(arena, g_steal_pointer(&b->locations), &p->n_locations);
    p->lines = store_adopt_array(arena, g_steal_pointer(&b->lines), &p->n_lines);
    p->functions = store_adopt_array(arena, g_steal_pointer(&b->functions), &p->n_functions);
    p->mappings = store_adopt_array(arena, g_steal_pointer(&b->mappings), &p->n_mappings);
    builder_clear(b);
    return p;
}

void builder_clear(struct builder *b)
{
    GArray **const arrays[] = {&b->samples,   &b->values, &b->frames,    &b->labels,
                               &b->locations, &b->lines,  &b->functions, &b->mappings};

    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_clear_pointer(arrays[i], g_array_unref);
    names_clear(&b->names);
    hash_index_clear(&b->by_function);
    hash_index_clear(&b->by_location);
    g_clear_pointer(&b->profile, profile_unref);
}
