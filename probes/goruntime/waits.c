#include "probes/goruntime/waits.h"

#include "probes/goruntime/limits.h"
#include "probes/goruntime/waits_private.h"

#include <string.h>

static const struct wait_object unknown_object = {.length = -1,
                                                  .capacity = -1,
                                                  .element_bytes = -1,
                                                  .is_locked = -1,
                                                  .n_readers = -1,
                                                  .n_counted = -1,
                                                  .fd = -1};

/* --- what the parts find --- */

static uint32_t object_at(struct wait_reader *r, enum wait_kind kind, uint64_t address)
{
    uint64_t hash = hash_number(address ^ (uint64_t)kind << 60); /* above all addresses */
    struct wait_object object = unknown_object;
    uint32_t found = hash_index_find(&r->by_object, hash, NULL, NULL);

    if (found != HASH_NONE)
        return found;
    object.kind = kind;
    if (kind == WAIT_DESCRIPTOR)
        object.fd = (int64_t)address;
    else
        object.address = address;
    hash_index_add(&r->by_object, hash, r->objects->len);
    g_array_append_val(r->objects, object);
    return r->objects->len - 1;
}

void wait_add(struct wait_reader *r, uint32_t goroutine, enum wait_kind kind, uint64_t address,
              struct wait_link wait)
{
    if (r->waits->len >= GORUNTIME_MAX_WAITS) {
        r->truncated = r->is_partial[goroutine] = true;
        return;
    }
    wait.goroutine = goroutine;
    wait.object = object_at(r, kind, address);
    r->is_found[goroutine] = true;
    g_array_append_val(r->waits, wait);
}

/* The runtime's and its locks' own frames; the program's code is what waits. */
static bool is_inside(const char *function)
{
    static const char *const prefixes[] = {"runtime.", "sync.", "internal/sync.", "internal/poll.",
                                           "internal/runtime/"};

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(function, prefixes[i]))
            return true;
    return false;
}

bool wait_has_frame(const struct live_goroutine *g, const char *prefix)
{
    for (size_t i = 0; i < g->n_stack; i++)
        for (uint32_t k = 0; k < g->stack[i]->n_frames; k++) {
            const char *function = g->stack[i]->frames[k].function;

            if (!is_inside(function))
                return false;
            if (g_str_has_prefix(function, prefix))
                return true;
        }
    return false;
}

size_t wait_frame_bytes(const struct live_goroutine *g, const char *package)
{
    enum { RETURN_ADDRESS = 8 };
    size_t bytes = 0;

    for (size_t i = 0; i < g->n_stack && bytes < WAIT_FRAME_BYTES; i++) {
        const struct symbol *s = g->stack[i];
        const char *name = s->n_frames > 0 ? s->frames[s->n_frames - 1].function : "";

        if (s->stack_delta < 0)
            break;
        bytes += (size_t)s->stack_delta + RETURN_ADDRESS;
        if (!g_str_has_prefix(name, "runtime.") && !g_str_has_prefix(name, package))
            break;
    }
    return MIN(bytes, MIN((size_t)WAIT_FRAME_BYTES, (size_t)(g->stack_hi - g->sp)));
}

/* --- the list --- */

static int compare_waits(const void *a, const void *b)
{
    const struct wait_link *x = a, *y = b;

    return x->goroutine != y->goroutine ? (x->goroutine < y->goroutine ? -1 : 1)
                                        : (x->object > y->object) - (x->object < y->object);
}

static int compare_objects(const void *a, const void *b, gpointer user)
{
    const struct wait_object *objects = user;
    const struct wait_object *x = &objects[*(const uint32_t *)a];
    const struct wait_object *y = &objects[*(const uint32_t *)b];

    if (x->n_waiters != y->n_waiters)
        return x->n_waiters > y->n_waiters ? -1 : 1;
    return x->address != y->address ? (x->address < y->address ? -1 : 1)
                                    : (x->fd > y->fd) - (x->fd < y->fd);
}

/* The objects in their order, and the links to where they are now. */
static const struct wait_object *sort_objects(struct wait_reader *r, struct store *memory)
{
    guint n = r->objects->len;
    struct wait_object *old = (struct wait_object *)(void *)r->objects->data;
    struct wait_object *sorted = store_array(memory, n, sizeof *sorted);
    g_autofree uint32_t *order = g_new(uint32_t, n + 1), *place = g_new(uint32_t, n + 1);

    for (guint i = 0; i < n; i++)
        order[i] = i;
    g_qsort_with_data(order, (gint)n, sizeof *order, compare_objects, old);
    for (guint i = 0; i < n; i++) {
        sorted[i] = old[order[i]];
        place[order[i]] = i;
    }
    for (guint i = 0; i < r->waits->len; i++) {
        struct wait_link *wait = &g_array_index(r->waits, struct wait_link, i);

        wait->object = place[wait->object];
    }
    return sorted;
}

static struct wait_list *finish(struct wait_reader *r)
{
    struct store *memory = store_new();
    struct wait_list *list = store_alloc(memory, sizeof *list);

    list->memory = memory;
    list->truncated = r->truncated;
    g_array_sort(r->waits, compare_waits);
    /* Deals the waiters of each object out of one array; a select may wait twice at one. */
    struct wait_object *objects = (struct wait_object *)(void *)r->objects->data;
    const struct wait_link *waits = (const struct wait_link *)(void *)r->waits->data;
    uint32_t *all = store_array(memory, r->waits->len, sizeof *all);
    g_autofree uint32_t **ends = g_new0(uint32_t *, r->objects->len + 1);

    for (guint i = 0; i < r->waits->len; i++)
        objects[waits[i].object].n_waiters++;
    for (guint i = 0; i < r->objects->len; all += objects[i++].n_waiters) {
        objects[i].waiters = ends[i] = all;
    }
    for (guint i = 0; i < r->waits->len; i++) {
        uint32_t **end = &ends[waits[i].object];

        if (*end == objects[waits[i].object].waiters || (*end)[-1] != waits[i].goroutine)
            *(*end)++ = waits[i].goroutine;
    }
    for (guint i = 0; i < r->objects->len; i++)
        objects[i].n_waiters = (size_t)(ends[i] - objects[i].waiters);
    list->n_objects = r->objects->len;
    list->objects = sort_objects(r, memory);
    for (size_t i = 0; i < r->goroutines->n; i++) {
        const struct live_goroutine *g = &r->goroutines->goroutines[i];

        list->n_unknown +=
            g->status == GOROUTINE_STATUS_WAITING && !g->is_system && !r->is_found[i];
    }
    list->is_partial = memcpy(store_array(memory, r->goroutines->n + 1, sizeof(bool)),
                              r->is_partial, r->goroutines->n + 1);
    list->waits = store_adopt_array(memory, g_array_ref(r->waits), &list->n);
    return list;
}

struct wait_list *waits_read(const struct go_runtime *runtime, const struct goroutine_list *list,
                             GError **error)
{
    struct wait_reader r = {.runtime = runtime, .goroutines = list};
    struct wait_list *ret = NULL;

    r.waits = g_array_new(FALSE, FALSE, sizeof(struct wait_link));
    r.objects = g_array_new(FALSE, FALSE, sizeof(struct wait_object));
    r.is_found = g_new0(bool, list->n + 1);
    r.is_partial = g_new0(bool, list->n + 1);
    if (wait_find_sudogs(&r, error) && wait_find_semaphores(&r, error) &&
        wait_find_conditions(&r, error) && wait_find_weighted(&r, error) &&
        wait_find_descriptors(&r, error) && wait_read_objects(&r, error)) {
        wait_find_holders(&r);
        ret = finish(&r);
    }
    g_array_unref(r.waits);
    g_array_unref(r.objects);
    hash_index_clear(&r.by_object);
    g_free(r.is_found);
    g_free(r.is_partial);
    return ret;
}

void wait_list_free(struct wait_list *list)
{
    if (list != NULL)
        store_free(list->memory);
}

const struct wait_link *wait_list_of(const struct wait_list *list, size_t goroutine, size_t *ret_n)
{
    size_t low = 0, high = list->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (list->waits[middle].goroutine < goroutine)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_n = 0;
    while (low + *ret_n < list->n && list->waits[low + *ret_n].goroutine == goroutine)
        ++*ret_n;
    return *ret_n > 0 ? &list->waits[low] : NULL;
}
