#include "pprof/profile.h"

#include "pprof/builder.h"

#include <string.h>

GQuark profile_error_quark(void)
{
    return g_quark_from_static_string("sidescope-profile-error-quark");
}

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

void profile_use(struct profile *profile, const struct profile *source)
{
    struct profile_store *store = profile->store;

    if (store->sources == NULL)
        store->sources = g_ptr_array_new_with_free_func((GDestroyNotify)profile_unref);
    g_ptr_array_add(store->sources, profile_ref((struct profile *)(uintptr_t)source));
}

struct profile *profile_new_from(const struct profile *source)
{
    struct profile *profile = profile_new_empty();
    struct profile_store *store = profile->store;

    *profile = (struct profile){.sample_types = source->sample_types,
                                .n_sample_types = source->n_sample_types,
                                .comments = source->comments,
                                .n_comments = source->n_comments,
                                .drop_frames = source->drop_frames,
                                .keep_frames = source->keep_frames,
                                .default_sample_type = source->default_sample_type,
                                .doc_url = source->doc_url,
                                .period_type = source->period_type,
                                .period = source->period,
                                .time_ns = source->time_ns,
                                .duration_ns = source->duration_ns,
                                .store = store};
    profile_use(profile, source);
    return profile;
}

struct profile *profile_ref(struct profile *profile)
{
    /* one that a caller put together by hand has no store and is not counted */
    if (profile->store != NULL)
        g_atomic_int_inc(&profile->store->refs);
    return profile;
}

static void free_packed(struct profile_store *store)
{
    g_clear_pointer(&store->bytes, g_byte_array_unref);
    g_clear_pointer(&store->packed.loose, g_byte_array_unref);
    store->packed.base = NULL;
    id_map_clear(&store->locations);
}

void profile_unref(struct profile *profile)
{
    if (profile == NULL || profile->store == NULL ||
        !g_atomic_int_dec_and_test(&profile->store->refs))
        return;
    /* the profile itself lies in its arena */
    struct profile_store store = *profile->store;

    if (store.sources != NULL)
        g_ptr_array_unref(store.sources);
    free_packed(&store);
    store_free(store.arena);
}

void profile_unpack(const struct profile *profile)
{
    struct profile *p = (struct profile *)(uintptr_t)profile;
    struct profile_store *store = p->store;
    struct packed_reader reader;
    size_t n = 0;

    if (store == NULL || store->packed.base == NULL)
        return;
    packed_reader_init(&reader, &store->locations);
    p->frames = store_adopt(store->arena, g_new(uint32_t, p->n_frames + 1));
    for (size_t i = 0; i < p->n_samples; i++) {
        struct profile_sample *s = &p->samples[i];

        if (s->n_frames > 0)
            packed_read(&reader, packed_run(&p->store->packed, s->first_frame));
        s->first_frame = (uint32_t)n;
        for (size_t j = 0; j < s->n_frames; j++)
            p->frames[n + j] = reader.path[s->n_frames - 1 - j];

        n += p->samples[i].n_frames;
    }
    packed_reader_clear(&reader);
    free_packed(store);
}

static int index_by_number(const struct profile *profile, const char *name, bool *ret_is_number)
{
    char *end;
    guint64 number = g_ascii_strtoull(name, &end, 10);

    *ret_is_number = g_ascii_isdigit(*name) && *end == '\0';
    return number < profile->n_sample_types ? (int)number : -1;
}

int profile_sample_index(const struct profile *profile, const char *name)
{
    bool is_number;
    int number = index_by_number(profile, name, &is_number);

    if (is_number)
        return number;
    /* the older names of memory profiles: inuse_X is X */
    const char *older = g_str_has_prefix(name, "inuse_") ? name + strlen("inuse_") : name;

    for (size_t i = 0; i < profile->n_sample_types; i++)
        if (strcmp(profile->sample_types[i].type, name) == 0 ||
            strcmp(profile->sample_types[i].type, older) == 0)
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
