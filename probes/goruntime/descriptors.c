#include "probes/goruntime/descriptors.h"

#include "pprof/hash.h"
#include "probes/goruntime/chains.h"
#include "probes/goruntime/descriptor_objects.h"
#include "probes/goruntime/errors.h"
#include "probes/goruntime/http_requests.h"

#include <stdlib.h>
#include <string.h>

/* --- what is open --- */

GHashTable *descriptor_links_read(int pid, GError **error)
{
    g_autofree char *folder = g_strdup_printf("/proc/%d/fd", pid);
    g_autoptr(GError) cause = NULL;
    GDir *dir = g_dir_open(folder, 0, &cause);
    const char *name;

    if (dir == NULL) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_DENIED, "%s", cause->message);
        return NULL;
    }
    GHashTable *links = g_hash_table_new_full(g_int_hash, g_int_equal, g_free, g_free);

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        char *link = g_file_read_link(path, NULL);
        int fd = atoi(name);

        if (link != NULL)
            g_hash_table_insert(links, g_memdup2(&fd, sizeof fd), link);
    }
    g_dir_close(dir);
    return links;
}

/* Takes out what is not the same any more; how many. */
static size_t keep_unchanged(GHashTable *links, int pid)
{
    g_autoptr(GHashTable) now = descriptor_links_read(pid, NULL);
    GHashTableIter iter;
    gpointer fd, link;
    size_t n = 0;

    g_hash_table_iter_init(&iter, links);
    while (g_hash_table_iter_next(&iter, &fd, &link)) {
        const char *there = now != NULL ? g_hash_table_lookup(now, fd) : NULL;

        if (there == NULL || strcmp(there, link) != 0) {
            g_hash_table_iter_remove(&iter);
            n++;
        }
    }
    return n;
}

/* --- one --- */

static struct descriptor describe(const struct heap_look *look,
                                  const struct http_requests *requests, GHashTable *objects, int fd,
                                  const char *link)
{
    struct descriptor d = {.fd = fd, .link = g_strdup(link), .state = DESCRIPTOR_NO_OBJECT};
    const struct descriptor_object *object = g_hash_table_lookup(objects, &fd);
    struct chain chain;

    if (object == NULL) {
        d.chain = g_ptr_array_new_with_free_func(g_free);
        return d;
    }
    chain_make(look, object->slot, object->is_net ? "net.netFD" : "os.file", &chain);
    d.name = g_strdup(object->name);
    d.state = chain.root != NULL ? DESCRIPTOR_HELD : DESCRIPTOR_UNHELD;
    d.is_guess = chain.is_guess;
    d.root = g_steal_pointer(&chain.root);
    d.chain = g_steal_pointer(&chain.hops);
    chain_clear(&chain);
    if (object->is_net)
        d.request = http_requests_of(requests, object->slot, &d.is_unclosed_body);
    return d;
}

/* --- groups --- */

static char *group_text(const struct descriptor *d, size_t n_unread)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (d->state == DESCRIPTOR_NO_OBJECT)
        return g_strdup("no Go object (of C code or a raw call)");
    if (d->state == DESCRIPTOR_UNHELD)
        return g_strdup(n_unread == 0 ? "nobody, closes at the next collection"
                                      : "nobody that can be seen: closes at the next collection, "
                                        "unless a goroutine that runs holds it");
    g_string_append_printf(text, "%s%s", d->root, d->is_guess ? " (a guess)" : "");
    for (guint i = 0; i < d->chain->len; i++)
        g_string_append_printf(text, " -> %s", (const char *)g_ptr_array_index(d->chain, i));
    if (d->request != NULL) {
        g_autofree char *template = http_request_template(d->request);

        g_string_append_printf(text, "%s: %s",
                               d->is_unclosed_body ? ", response body not closed" : ", serving",
                               template);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static int compare_fds(const void *a, const void *b)
{
    const struct descriptor *x = a, *y = b;

    return (x->fd > y->fd) - (x->fd < y->fd);
}

static int compare_groups(const void *a, const void *b)
{
    const struct descriptor_group *x = a, *y = b;

    if (x->fds->len != y->fds->len)
        return x->fds->len < y->fds->len ? 1 : -1;
    return (x->first > y->first) - (x->first < y->first);
}

static void make_groups(struct descriptors *ret)
{
    g_autoptr(GHashTable) by_text = g_hash_table_new_full(hash_string, g_str_equal, g_free, NULL);

    for (guint i = 0; i < ret->all->len; i++) {
        const struct descriptor *d = &g_array_index(ret->all, struct descriptor, i);
        g_autofree char *text = group_text(d, ret->n_unread);
        gpointer found = g_hash_table_lookup(by_text, text);

        if (found == NULL) {
            struct descriptor_group group = {.state = d->state,
                                             .is_guess = d->is_guess,
                                             .text = g_strdup(text),
                                             .fds = g_array_new(FALSE, FALSE, sizeof(int)),
                                             .first = i};

            g_array_append_val(ret->groups, group);
            found = GUINT_TO_POINTER(ret->groups->len);
            g_hash_table_insert(by_text, g_steal_pointer(&text), found);
        }
        g_array_append_val(
            g_array_index(ret->groups, struct descriptor_group, GPOINTER_TO_UINT(found) - 1).fds,
            d->fd);
    }
    g_array_sort(ret->groups, compare_groups);
    for (guint i = 0; i < ret->groups->len; i++) {
        const GArray *fds = g_array_index(ret->groups, struct descriptor_group, i).fds;

        for (guint k = 0; k < fds->len; k++)
            ((struct descriptor *)(uintptr_t)descriptors_find(ret, g_array_index(fds, int, k)))
                ->group = i;
    }
}

/* --- all --- */

static void free_descriptor(gpointer data)
{
    struct descriptor *d = data;

    g_free(d->link);
    g_free(d->name);
    g_free(d->root);
    g_free(d->request);
    g_ptr_array_unref(d->chain);
}

static void free_group(gpointer data)
{
    struct descriptor_group *group = data;

    g_free(group->text);
    g_array_unref(group->fds);
}

struct descriptors *descriptors_new(void)
{
    struct descriptors *ret = g_new0(struct descriptors, 1);

    ret->all = g_array_new(FALSE, FALSE, sizeof(struct descriptor));
    g_array_set_clear_func(ret->all, free_descriptor);
    ret->groups = g_array_new(FALSE, FALSE, sizeof(struct descriptor_group));
    g_array_set_clear_func(ret->groups, free_group);
    return ret;
}

struct descriptors *descriptors_of_look(const struct heap_look *look, int pid, GHashTable *links)
{
    struct descriptors *ret = descriptors_new();
    GHashTableIter iter;
    gpointer fd, link;

    ret->n_changed = pid != 0 ? keep_unchanged(links, pid) : 0;
    g_autoptr(GHashTable) objects = descriptor_objects_find(look->runtime, look->reach, links);

    go_types_scan(look->types);
    struct http_requests *requests = http_requests_new(look);

    for (size_t i = 0; i < look->goroutines->n; i++)
        ret->n_unread += look->goroutines->goroutines[i].n_stack == 0 &&
                         !look->goroutines->goroutines[i].is_system;
    g_hash_table_iter_init(&iter, links);
    while (g_hash_table_iter_next(&iter, &fd, &link)) {
        struct descriptor d = describe(look, requests, objects, *(int *)fd, link);

        g_array_append_val(ret->all, d);
    }
    http_requests_free(requests);
    g_array_sort(ret->all, compare_fds);
    make_groups(ret);
    ret->took_s = heap_look_seconds(look);
    return ret;
}

struct descriptors *descriptors_read(struct go_runtime *runtime, int pid,
                                     holders_progress *progress, void *user, GError **error)
{
    g_autoptr(GHashTable) links = descriptor_links_read(pid, error);
    struct descriptors *ret = NULL;
    struct heap_look look;

    if (links == NULL)
        return NULL;
    if (heap_look_read(&look, runtime, progress, user, error))
        ret = descriptors_of_look(&look, pid, links);
    heap_look_clear(&look);
    return ret;
}

void descriptors_free(struct descriptors *descriptors)
{
    if (descriptors == NULL)
        return;
    g_array_unref(descriptors->all);
    g_array_unref(descriptors->groups);
    g_free(descriptors);
}

const struct descriptor *descriptors_find(const struct descriptors *descriptors, int fd)
{
    guint low = 0, high = descriptors->all->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;
        const struct descriptor *d = &g_array_index(descriptors->all, struct descriptor, middle);

        if (d->fd == fd)
            return d;
        if (d->fd < fd)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
