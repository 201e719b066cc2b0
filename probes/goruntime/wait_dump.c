#include "probes/goruntime/waits.h"

#include "pprof/hash.h"

#include <stdlib.h>
#include <string.h>

/* What the goroutines of a bucket wait for, as one sentence. */

struct summary {
    const struct wait_list *waits;
    const struct wait_link *first; /* of the first goroutine that has any */
    GHashTable *all;               /* indices + 1 of those that the bucket waits for */
    GHashTable *objects;           /* of these, those that are told */
    uint32_t most;                 /* the one that most wait for: lowest index */
};

static void add_goroutine(struct summary *s, size_t place)
{
    size_t n;
    const struct wait_link *wait = wait_list_of(s->waits, place, &n);
    bool is_one_for_all = false;

    for (size_t i = 0; i < n; i++) {
        g_hash_table_add(s->all, GUINT_TO_POINTER(wait[i].object + 1));
        is_one_for_all = is_one_for_all || wait[i].stands_for_others;
    }
    for (size_t i = 0; i < n; i++) {
        if (is_one_for_all && !wait[i].stands_for_others)
            continue;
        if (s->first == NULL)
            s->first = &wait[i];
        s->most = MIN(s->most, wait[i].object);
        g_hash_table_add(s->objects, GUINT_TO_POINTER(wait[i].object + 1));
    }
}

static void describe(const struct summary *s, GString *out)
{
    static const char *const plurals[WAIT_N_KINDS] = {
        [WAIT_CHANNEL] = "channels",     [WAIT_MUTEX] = "mutexes",
        [WAIT_RWMUTEX] = "RWMutexes",    [WAIT_GROUP] = "WaitGroups",
        [WAIT_ONCE] = "Onces",           [WAIT_WEIGHTED] = "Weighteds",
        [WAIT_CONDITION] = "conditions", [WAIT_SEMAPHORE] = "semaphores",
        [WAIT_DESCRIPTOR] = "fds",
    };
    const struct wait_object *most = &s->waits->objects[s->most];
    guint n = g_hash_table_size(s->objects);

    if (n == 1) {
        wait_describe(s->waits, s->first, out);
        return;
    }
    g_string_append_printf(out, "%s%u %s, ", s->first->in_select ? "select on " : "", n,
                           plurals[most->kind]);
    if (most->n_waiters == 1) {
        g_string_append(out, "one waits at each");
        return;
    }
    g_string_append(out, "most at ");
    wait_object_describe(most, out);
    g_string_append_printf(out, ", where %zu wait", most->n_waiters);
}

static int compare_ids(const void *a, const void *b)
{
    return (*(const uint64_t *)a > *(const uint64_t *)b) -
           (*(const uint64_t *)a < *(const uint64_t *)b);
}

/* Numbers of those who wait at one, which are not in the order of their places. */
static const uint64_t *ids_of(struct goroutine_dump *dump, const struct goroutine_list *list,
                              const struct wait_object *object)
{
    uint64_t *ret = goroutine_dump_alloc(dump, MAX(object->n_waiters, 1) * sizeof *ret);

    for (size_t i = 0; i < object->n_waiters; i++)
        ret[i] = list->goroutines[object->waiters[i]].id;
    qsort(ret, object->n_waiters, sizeof *ret, compare_ids);
    return ret;
}

/* One for each object, in the order of the list. */
static struct goroutine_waited *add_objects(struct goroutine_dump *dump,
                                            const struct goroutine_list *list,
                                            const struct wait_list *waits)
{
    struct goroutine_waited *ret =
        goroutine_dump_alloc(dump, MAX(waits->n_objects, 1) * sizeof *ret);
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < waits->n_objects; i++) {
        const struct wait_object *o = &waits->objects[i];

        ret[i] = (struct goroutine_waited){
            .kind = o->kind == WAIT_CHANNEL      ? GOROUTINE_WAITED_CHANNEL
                    : o->kind == WAIT_DESCRIPTOR ? GOROUTINE_WAITED_DESCRIPTOR
                                                 : GOROUTINE_WAITED_LOCK,
            .n_waiters = o->n_waiters,
            .fd = o->fd,
            .holder_id = o->holder.n > 0 ? o->holder.id : 0,
            .is_holder_certain = o->holder.is_certain,
            .ids = ids_of(dump, list, o)};
        g_string_truncate(text, 0);
        wait_object_name(o, text);
        ret[i].name = goroutine_dump_keep_text(dump, text->str);
        g_string_truncate(text, 0);
        wait_object_state(o, text);
        ret[i].state = goroutine_dump_keep_text(dump, text->str);
        g_string_truncate(text, 0);
        wait_holder_describe(&o->holder, text);
        ret[i].holder = goroutine_dump_keep_text(dump, text->str);
    }
    dump->waited = ret;
    dump->n_waited = waits->n_objects;
    return ret;
}

static int compare_numbers(const void *a, const void *b)
{
    return (*(const guint *)a > *(const guint *)b) - (*(const guint *)a < *(const guint *)b);
}

/* Those that the goroutines of a bucket wait for, most waiters first. */
static void link_bucket(struct goroutine_dump *dump, struct goroutine_bucket *bucket,
                        const struct goroutine_waited *all, GHashTable *objects)
{
    guint n = g_hash_table_size(objects);
    g_autofree guint *numbers = g_new(guint, n + 1);
    const struct goroutine_waited **waited = goroutine_dump_alloc(dump, n * sizeof(gpointer));
    GHashTableIter iter;
    gpointer number;

    g_hash_table_iter_init(&iter, objects);
    for (guint i = 0; g_hash_table_iter_next(&iter, &number, NULL); i++)
        numbers[i] = GPOINTER_TO_UINT(number) - 1;
    qsort(numbers, n, sizeof *numbers, compare_numbers);
    for (guint i = 0; i < n; i++)
        waited[i] = &all[numbers[i]];
    bucket->waited = waited;
    bucket->n_waited = n;
}

void goroutine_dump_add_waits(struct goroutine_dump *dump, const struct goroutine_list *list,
                              const struct wait_list *waits)
{
    g_autoptr(GHashTable) places = g_hash_table_new(hash_u64, g_int64_equal); /* by id */
    g_autoptr(GString) text = g_string_new(NULL);
    const struct goroutine_waited *all = add_objects(dump, list, waits);

    for (size_t i = 0; i < list->n; i++)
        g_hash_table_insert(places, &list->goroutines[i].id, GSIZE_TO_POINTER(i + 1));
    for (size_t i = 0; i < dump->n_buckets; i++) {
        struct goroutine_bucket *bucket = &dump->buckets[i];
        g_autoptr(GHashTable) objects = g_hash_table_new(g_direct_hash, g_direct_equal);
        g_autoptr(GHashTable) told = g_hash_table_new(g_direct_hash, g_direct_equal);
        struct summary s = {.waits = waits, .all = objects, .objects = told, .most = UINT32_MAX};

        for (size_t k = 0; bucket->ids != NULL && k < bucket->count; k++) {
            gpointer place = g_hash_table_lookup(places, &bucket->ids[k]);

            if (place != NULL)
                add_goroutine(&s, GPOINTER_TO_SIZE(place) - 1);
        }
        if (s.first == NULL)
            continue;
        g_string_truncate(text, 0);
        describe(&s, text);
        bucket->waits = goroutine_dump_keep_text(dump, text->str);
        link_bucket(dump, bucket, all, objects);
    }
}
