#include "pprof/profile.h"

#include "pprof/builder.h"

#include <string.h>

G_DEFINE_QUARK(sidescope - profile - error, profile_error)

struct profile *profile_new_empty(void)
{
    struct store *arena = store_new();
    struct profile *profile = store_alloc(arena, sizeof *profile);

    profile->store = store_alloc(arena, sizeof *profile->store);
    profile->store->refs = 1;
    profile->store->arena = arena;
    profile->drop_frames = profile->keep_frames = profile->default_sample_type = "";
    profile->doc_url = "";
    profile->period_type = (struct profile_value_type){"", ""};
    return profile;
}

struct profile *profile_ref(struct profile *profile)
{
    g_atomic_int_inc(&profile->store->refs);
    return profile;
}

void profile_unref(struct profile *profile)
{
    if (profile != NULL && g_atomic_int_dec_and_test(&profile->store->refs))
        store_free(profile->store->arena);
}

int profile_sample_index(const struct profile *profile, const char *name)
{
    char *end;
    guint64 number = g_ascii_strtoull(name, &end, 10);

    if (end != name && *end == '\0')
        return number < profile->n_sample_types ? (int)number : -1;
    for (size_t i = 0; i < profile->n_sample_types; i++)
        if (strcmp(profile->sample_types[i].type, name) == 0)
            return (int)i;
    /* the older names of memory profiles: inuse_X is X */
    if (g_str_has_prefix(name, "inuse_"))
        for (size_t i = 0; i < profile->n_sample_types; i++)
            if (strcmp(profile->sample_types[i].type, name + strlen("inuse_")) == 0)
                return (int)i;
    return -1;
}

int profile_default_sample_index(const struct profile *profile)
{
    for (size_t i = 0; i < profile->n_sample_types; i++)
        if (*profile->default_sample_type != '\0' &&
            strcmp(profile->sample_types[i].type, profile->default_sample_type) == 0)
            return (int)i;
    return (int)profile->n_sample_types - 1;
}

/* --- building
 * ------------------------------------------------------------------------------------- */

void builder_init(struct builder *b)
{
    *b = (struct builder){.profile = profile_new_empty()};
    b->samples = g_array_new(FALSE, FALSE, sizeof(struct profile_sample));
    b->values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    b->frames = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    b->labels = g_array_new(FALSE, FALSE, sizeof(struct profile_label));
    b->locations = g_array_new(FALSE, FALSE, sizeof(struct profile_location));
    b->lines = g_array_new(FALSE, FALSE, sizeof(struct profile_line));
    b->functions = g_array_new(FALSE, FALSE, sizeof(struct profile_function));
    b->strings = g_hash_table_new(g_str_hash, g_str_equal);
    b->function_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    b->location_index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

const char *builder_intern(struct builder *b, const char *text, size_t n)
{
    g_autofree char *key = g_strndup(text, n);
    const char *known = g_hash_table_lookup(b->strings, key);

    if (known != NULL)
        return known;
    char *copy = store_strndup(b->profile->store->arena, key, strlen(key));

    g_hash_table_add(b->strings, copy);
    return copy;
}

static uint32_t builder_function(struct builder *b, const char *name, size_t name_n,
                                 const char *file, size_t file_n)
{
    g_autofree char *key = g_strdup_printf("%.*s\n%.*s", (int)name_n, name, (int)file_n, file);
    gpointer known = g_hash_table_lookup(b->function_index, key);

    if (known != NULL)
        return GPOINTER_TO_UINT(known) - 1;
    struct profile_function function = {
        .name = builder_intern(b, name, name_n),
        .filename = builder_intern(b, file, file_n),
    };

    function.system_name = function.name;
    g_array_append_val(b->functions, function);
    g_hash_table_insert(b->function_index, g_steal_pointer(&key),
                        GUINT_TO_POINTER(b->functions->len));
    return b->functions->len - 1;
}

uint32_t builder_location(struct builder *b, const char *name, size_t name_n, const char *file,
                          size_t file_n, int64_t line, uint64_t address)
{
    uint32_t function = name_n > 0 ? builder_function(b, name, name_n, file, file_n) : PROFILE_NONE;
    g_autofree char *key = g_strdup_printf("%u:%" G_GINT64_FORMAT ":%" G_GUINT64_FORMAT, function,
                                           (gint64)line, (guint64)address);
    gpointer known = g_hash_table_lookup(b->location_index, key);

    if (known != NULL)
        return GPOINTER_TO_UINT(known) - 1;
    struct profile_location location = {.address = address,
                                        .mapping = PROFILE_NONE,
                                        .first_line = b->lines->len,
                                        .n_lines = function != PROFILE_NONE};

    if (function != PROFILE_NONE) {
        struct profile_line one = {.function = function, .line = line};

        g_array_append_val(b->lines, one);
    }
    g_array_append_val(b->locations, location);
    g_hash_table_insert(b->location_index, g_steal_pointer(&key),
                        GUINT_TO_POINTER(b->locations->len));
    return b->locations->len - 1;
}

static void *move(struct store *arena, GArray *array, size_t size, size_t *ret_n)
{
    void *copy = store_array(arena, array->len, size);

    if (array->len > 0)
        memcpy(copy, array->data, array->len * size);
    *ret_n = array->len;
    return copy;
}

struct profile *builder_finish(struct builder *b)
{
    struct profile *p = b->profile;
    struct store *arena = p->store->arena;
    size_t n_values;

    p->samples = move(arena, b->samples, sizeof *p->samples, &p->n_samples);
    p->values = move(arena, b->values, sizeof *p->values, &n_values);
    p->frames = move(arena, b->frames, sizeof *p->frames, &p->n_frames);
    p->labels = move(arena, b->labels, sizeof *p->labels, &p->n_labels);
    p->locations = move(arena, b->locations, sizeof *p->locations, &p->n_locations);
    p->lines = move(arena, b->lines, sizeof *p->lines, &p->n_lines);
    p->functions = move(arena, b->functions, sizeof *p->functions, &p->n_functions);
    b->profile = NULL;
    builder_clear(b);
    return p;
}

void builder_clear(struct builder *b)
{
    GArray **const arrays[] = {&b->samples,   &b->values, &b->frames,   &b->labels,
                               &b->locations, &b->lines,  &b->functions};

    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_clear_pointer(arrays[i], g_array_unref);
    g_clear_pointer(&b->strings, g_hash_table_unref);
    g_clear_pointer(&b->function_index, g_hash_table_unref);
    g_clear_pointer(&b->location_index, g_hash_table_unref);
    profile_unref(b->profile);
    b->profile = NULL;
}
