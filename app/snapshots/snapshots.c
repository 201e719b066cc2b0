#include "app/snapshots/snapshots.h"

#include <string.h>

struct snapshots {
    GPtrArray *all; /* struct snapshot *, by id */
    unsigned last_id;
};

static void clear_profile(void *data)
{
    struct snapshot_profile *p = data;

    g_free(p->kind);
    profile_unref(p->profile);
    g_clear_pointer(&p->bytes, g_bytes_unref);
}

struct snapshot *snapshot_new(const char *name, const char *origin)
{
    struct snapshot *snapshot = g_new0(struct snapshot, 1);

    snapshot->name = g_strdup(name != NULL ? name : "");
    snapshot->origin = g_strdup(origin);
    snapshot->goroutines_source = g_strdup("");
    snapshot->heap_source = g_strdup("");
    snapshot->profiles = g_array_new(FALSE, TRUE, sizeof(struct snapshot_profile));
    g_array_set_clear_func(snapshot->profiles, clear_profile);
    return snapshot;
}

void snapshot_free(struct snapshot *snapshot)
{
    if (snapshot == NULL)
        return;
    g_free(snapshot->name);
    g_free(snapshot->origin);
    g_free(snapshot->whom);
    g_free(snapshot->goroutines_source);
    g_free(snapshot->heap_source);
    g_array_unref(snapshot->profiles);
    goroutine_dump_unref(snapshot->goroutines);
    g_clear_pointer(&snapshot->goroutines_text, g_bytes_unref);
    sample_unref(snapshot->process);
    sample_unref(snapshot->memory);
    sample_unref(snapshot->files);
    g_free(snapshot);
}

static void *copy_sample(void *sample)
{
    return sample_ref(sample);
}

struct snapshot *snapshot_copy(const struct snapshot *snapshot)
{
    struct snapshot *copy = snapshot_new(snapshot->name, snapshot->origin);

    copy->whom = g_strdup(snapshot->whom);
    snapshot_set_source(&copy->goroutines_source, snapshot->goroutines_source);
    snapshot_set_source(&copy->heap_source, snapshot->heap_source);
    copy->id = snapshot->id;
    copy->automatic = snapshot->automatic;
    copy->taken_us = snapshot->taken_us;
    copy->real_us = snapshot->real_us;
    copy->has_memstats = snapshot->has_memstats;
    copy->memstats = snapshot->memstats;
    if (snapshot->goroutines != NULL)
        copy->goroutines = goroutine_dump_ref(snapshot->goroutines);
    if (snapshot->goroutines_text != NULL)
        copy->goroutines_text = g_bytes_ref(snapshot->goroutines_text);
    copy->process = copy_sample(snapshot->process);
    copy->memory = copy_sample(snapshot->memory);
    copy->files = copy_sample(snapshot->files);

    for (guint i = 0; i < snapshot->profiles->len; i++) {
        const struct snapshot_profile *p =
            &g_array_index(snapshot->profiles, struct snapshot_profile, i);

        snapshot_set_profile(copy, p->kind, profile_ref(p->profile),
                             p->bytes != NULL ? g_bytes_ref(p->bytes) : NULL);
    }

    return copy;
}

void snapshot_set_source(char **member, const char *source)
{
    char *old = *member;

    *member = g_strdup(source != NULL ? source : "");
    g_free(old);
}

static struct snapshot_profile *find_profile(const struct snapshot *snapshot, const char *kind)
{
    for (guint i = 0; i < snapshot->profiles->len; i++) {
        struct snapshot_profile *p = &g_array_index(snapshot->profiles, struct snapshot_profile, i);

        if (strcmp(p->kind, kind) == 0)
            return p;
    }
    return NULL;
}

void snapshot_set_profile(struct snapshot *snapshot, const char *kind, struct profile *profile,
                          GBytes *bytes)
{
    struct snapshot_profile entry = {.kind = g_strdup(kind), .profile = profile, .bytes = bytes};
    struct snapshot_profile *old = find_profile(snapshot, kind);

    if (old == NULL) {
        g_array_append_val(snapshot->profiles, entry);
        return;
    }
    clear_profile(old);
    *old = entry;
}

struct profile *snapshot_profile(const struct snapshot *snapshot, const char *kind)
{
    const struct snapshot_profile *p = find_profile(snapshot, kind);

    return p != NULL ? p->profile : NULL;
}

char *snapshot_label(const struct snapshot *snapshot)
{
    if (*snapshot->name != '\0')
        return g_strdup_printf("%u %s", snapshot->id, snapshot->name);
    if (snapshot->real_us == 0)
        return g_strdup_printf("%u %s", snapshot->id, snapshot->origin);
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(snapshot->real_us / G_USEC_PER_SEC);
    g_autofree char *clock = g_date_time_format(when, "%H:%M:%S");

    return g_strdup_printf("%u %s", snapshot->id, clock);
}

struct snapshots *snapshots_new(void)
{
    struct snapshots *snapshots = g_new0(struct snapshots, 1);

    snapshots->all = g_ptr_array_new_with_free_func((GDestroyNotify)snapshot_free);
    return snapshots;
}

void snapshots_free(struct snapshots *snapshots)
{
    if (snapshots == NULL)
        return;
    g_ptr_array_unref(snapshots->all);
    g_free(snapshots);
}

size_t snapshots_count(const struct snapshots *snapshots)
{
    return snapshots->all->len;
}

const struct snapshot *snapshots_at(const struct snapshots *snapshots, size_t index)
{
    return index < snapshots->all->len ? g_ptr_array_index(snapshots->all, index) : NULL;
}

static struct snapshot *find(const struct snapshots *snapshots, unsigned id, guint *ret_index)
{
    for (guint i = 0; i < snapshots->all->len; i++) {
        struct snapshot *snapshot = g_ptr_array_index(snapshots->all, i);

        if (snapshot->id == id) {
            *ret_index = i;
            return snapshot;
        }
    }
    return NULL;
}

const struct snapshot *snapshots_find(const struct snapshots *snapshots, unsigned id)
{
    guint index;

    return find(snapshots, id, &index);
}

unsigned snapshots_add(struct snapshots *snapshots, struct snapshot *snapshot)
{
    snapshot->id = ++snapshots->last_id;
    g_ptr_array_add(snapshots->all, snapshot);
    return snapshot->id;
}

bool snapshots_rename(struct snapshots *snapshots, unsigned id, const char *name)
{
    guint index;
    struct snapshot *snapshot = find(snapshots, id, &index);

    if (snapshot == NULL)
        return false;
    g_free(snapshot->name);
    snapshot->name = g_strdup(name);
    return true;
}

bool snapshots_delete(struct snapshots *snapshots, unsigned id)
{
    guint index;

    if (find(snapshots, id, &index) == NULL)
        return false;
    g_ptr_array_remove_index(snapshots->all, index);
    return true;
}

/* --- room --- */

static size_t profile_bytes(const struct snapshot_profile *p)
{
    const struct profile *profile = p->profile;
    size_t bytes = p->bytes != NULL ? g_bytes_get_size(p->bytes) : 0;

    return bytes +
           profile->n_samples *
               (sizeof *profile->samples + profile->n_sample_types * sizeof *profile->values) +
           profile->n_frames * sizeof *profile->frames +
           profile->n_locations * sizeof *profile->locations +
           profile->n_lines * sizeof *profile->lines +
           profile->n_functions * sizeof *profile->functions;
}

/* Bytes of memory a snapshot takes by itself, roughly. */
static size_t snapshot_bytes(const struct snapshot *snapshot)
{
    enum { NAME_BYTES = 64 }; /* a path, about */
    size_t bytes = sizeof *snapshot;

    for (guint i = 0; i < snapshot->profiles->len; i++)
        bytes += profile_bytes(&g_array_index(snapshot->profiles, struct snapshot_profile, i));
    if (snapshot->goroutines_text != NULL) /* and about as much for what was read from it */
        bytes += 2 * g_bytes_get_size(snapshot->goroutines_text);
    if (snapshot->memory != NULL)
        bytes += snapshot->memory->n_regions * (sizeof(struct region) + NAME_BYTES);
    if (snapshot->files != NULL)
        bytes += snapshot->files->n_fds * (sizeof(struct fd_entry) + NAME_BYTES);
    return bytes;
}

size_t snapshots_trim(struct snapshots *snapshots, size_t max_count, size_t max_bytes)
{
    size_t count = 0, bytes = 0, gone = 0;

    for (guint i = snapshots->all->len; i-- > 0;) { /* the newest first */
        struct snapshot *snapshot = g_ptr_array_index(snapshots->all, i);

        if (!snapshot->automatic || *snapshot->name != '\0')
            continue;
        bytes += snapshot_bytes(snapshot);
        if (++count == 1 || (count <= max_count && bytes <= max_bytes))
            continue;
        g_ptr_array_remove_index(snapshots->all, i);
        gone++;
    }
    return gone;
}
