#include "probes/linux/census_share.h"

#include <string.h>

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_numbers(const struct fd_entry *a, const struct fd_entry *b)
{
    return a->fd == b->fd && a->type == b->type && a->cls == b->cls && a->deleted == b->deleted &&
           a->access == b->access && a->inode == b->inode && a->device == b->device &&
           a->offset == b->offset && a->flags == b->flags && a->size == b->size &&
           a->watches == b->watches && a->first_seen_us == b->first_seen_us;
}

static bool same_entry(const struct fd_entry *a, const struct fd_entry *b)
{
    return same_numbers(a, b) && same_text(a->path, b->path) && same_text(a->detail, b->detail) &&
           same_text(a->peer, b->peer);
}

bool census_share(struct files_sample *sample, const struct files_sample *previous,
                  const struct fd_entry *fds, size_t n)
{
    if (previous == NULL || previous->n_fds != n || n == 0 || previous->n_groups == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!same_entry(&fds[i], &previous->fds[i]))
            return false;

    sample->fds = previous->fds;
    sample->by_group = previous->by_group;
    sample->groups = previous->groups;
    sample->n_groups = previous->n_groups;
    sample->by_template = previous->by_template;
    sample->templates = previous->templates;
    sample->n_templates = previous->n_templates;
    sample->inotify_watches = previous->inotify_watches;
    memcpy(sample->by_type, previous->by_type, sizeof sample->by_type);
    memcpy(sample->by_class, previous->by_class, sizeof sample->by_class);

    /* always the one that owns them: a chain would keep every sample of a quiet day */
    const void *owner = previous->lists_of != NULL ? (const void *)previous->lists_of : previous;

    sample->lists_of = owner;
    sample_hold(sample, sample_ref(owner), sample_unref);
    return true;
}

/* One copy of each text; which are equal is seen by where they come from. */
static const char *copy_text(struct files_sample *sample, GHashTable *copies, const char *text)
{
    const char *copy = g_hash_table_lookup(copies, text);

    if (copy != NULL)
        return copy;
    copy = sample_strdup(sample, text);
    g_hash_table_insert(copies, (gpointer)(uintptr_t)text, (gpointer)(uintptr_t)copy);
    return copy;
}

/* Mostly the end of the path: see look_up. */
static const char *copy_detail(struct files_sample *sample, const char *path, const char *detail)
{
    size_t n_path = strlen(path), n = strlen(detail);

    if (n <= n_path && strcmp(path + n_path - n, detail) == 0)
        return path + n_path - n;
    return sample_strdup(sample, detail);
}

void census_adopt(struct files_sample *sample, const struct files_sample *previous,
                  const struct fd_entry *fds, size_t n)
{
    struct fd_entry *list = sample_alloc(sample, (n + 1) * sizeof *list);
    g_autoptr(GHashTable) copies = g_hash_table_new(NULL, NULL);
    size_t cursor = 0, n_before = previous != NULL ? previous->n_fds : 0;

    if (n > 0) /* a census that could not be taken has no list at all */
        memcpy(list, fds, n * sizeof *list);
    for (size_t i = 0; i < n; i++) {
        while (cursor < n_before && previous->fds[cursor].fd < list[i].fd)
            cursor++;
        const struct fd_entry *old = cursor < n_before ? &previous->fds[cursor] : NULL;

        if (old == NULL || old->fd != list[i].fd || old->path != list[i].path)
            continue;
        list[i].path = copy_text(sample, copies, old->path);
        if (old->detail[0] != '\0')
            list[i].detail = copy_detail(sample, list[i].path, old->detail);
    }
    sample->fds = list;
    sample->n_fds = n;
}
