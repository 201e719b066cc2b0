#include "probes/goruntime/holders.h"

#include "pprof/hash.h"
#include "probes/goruntime/heap_look.h"

#include <string.h>

/* --- adding up --- */

static void free_type(gpointer data)
{
    struct holder_type *type = data;

    g_free(type->name);
}

static void free_holder(gpointer data)
{
    struct holder *holder = data;

    g_free(holder->key);
    g_free(holder->name);
    g_array_unref(holder->types);
}

struct holders *holders_new(void)
{
    struct holders *ret = g_new0(struct holders, 1);

    ret->holders = g_array_new(FALSE, FALSE, sizeof(struct holder));
    g_array_set_clear_func(ret->holders, free_holder);
    return ret;
}

GArray *holders_new_types(void)
{
    GArray *types = g_array_new(FALSE, FALSE, sizeof(struct holder_type));

    g_array_set_clear_func(types, free_type);
    return types;
}

/* What a type is counted under: holder and name. */
struct tally {
    uint32_t holder;
    char *name; /* interned */
};

static guint tally_hash(gconstpointer key)
{
    const struct tally *t = key;

    return (guint)hash_mix(hash_number(t->holder), (uint64_t)(uintptr_t)t->name);
}

static gboolean tally_equal(gconstpointer a, gconstpointer b)
{
    const struct tally *x = a, *y = b;

    return x->holder == y->holder && x->name == y->name;
}

/* A name may be 4 KiB, and each object have another holder and type than all before it. */
enum { MAX_TALLIES = 1 << 20 };

static const char others[] = "(other types)";

static void count_objects(const struct heap_look *look, struct holders *ret,
                          const uint32_t *numbers)
{
    const struct reach *reach = look->reach;
    g_autoptr(GHashTable) tallies = g_hash_table_new_full(tally_hash, tally_equal, g_free, NULL);
    GStringChunk *names = g_string_chunk_new(4096);

    for (uint32_t slot = 0; slot < objects_count(look->objects); slot++) {
        struct object object = objects_at(look->objects, slot);

        if (reach->parent[slot] == REACH_NONE) {
            ret->unheld_bytes += object.is_used ? object.bytes : 0;
            continue;
        }
        g_autofree char *name = object_types_name(look->object_types, slot);
        uint32_t holder = numbers[reach->owner[slot]];
        bool is_full = g_hash_table_size(tallies) >= MAX_TALLIES;
        struct tally key = {holder, g_string_chunk_insert_const(names, is_full ? others : name)};
        GArray *types = g_array_index(ret->holders, struct holder, holder).types;
        gpointer found = g_hash_table_lookup(tallies, &key);

        if (found == NULL) {
            struct holder_type type = {.name = g_strdup(name)};

            g_array_append_val(types, type);
            found = GUINT_TO_POINTER(types->len);
            g_hash_table_insert(tallies, g_memdup2(&key, sizeof key), found);
        }
        struct holder_type *type =
            &g_array_index(types, struct holder_type, GPOINTER_TO_UINT(found) - 1);

        type->bytes += object.bytes;
        type->n++;
    }
    g_string_chunk_free(names);
}

static int compare_holders(const void *a, const void *b)
{
    const struct holder *x = a, *y = b;

    return x->bytes != y->bytes ? (x->bytes < y->bytes ? 1 : -1) : strcmp(x->key, y->key);
}

static int compare_types(const void *a, const void *b)
{
    const struct holder_type *x = a, *y = b;

    return x->bytes != y->bytes ? (x->bytes < y->bytes ? 1 : -1) : strcmp(x->name, y->name);
}

struct holders *holders_of_look(const struct heap_look *look)
{
    struct holders *ret = holders_new();
    /* Number of the holder of each root. */
    const GArray *roots = look->reach->roots;
    g_autofree uint32_t *numbers = g_new(uint32_t, roots->len + 1);
    g_autoptr(GHashTable) by_key = g_hash_table_new(hash_string, g_str_equal);

    for (guint i = 0; i < roots->len; i++) {
        const struct reach_root *root = &g_array_index(roots, struct reach_root, i);
        g_autofree char *name = heap_look_root_name(look, root);
        g_autofree char *key = g_strconcat(root->is_guess ? "? " : "", name, NULL);
        gpointer found = g_hash_table_lookup(by_key, key);

        if (found == NULL) {
            struct holder holder = {
                .kind = root->kind, .is_guess = root->is_guess, .types = holders_new_types()};

            holder.name = g_steal_pointer(&name);
            holder.key = g_steal_pointer(&key);
            g_array_append_val(ret->holders, holder);
            found = GUINT_TO_POINTER(ret->holders->len);
            g_hash_table_insert(by_key, holder.key, found);
        }
        numbers[i] = GPOINTER_TO_UINT(found) - 1;
        struct holder *holder = &g_array_index(ret->holders, struct holder, numbers[i]);

        holder->n_roots += root->n > 0;
        holder->bytes += root->bytes;
        holder->n += root->n;
    }

    count_objects(look, ret, numbers);
    ret->heap_bytes = objects_span_bytes(look->objects);
    ret->reached_bytes = look->reach->reached_bytes;
    ret->n_objects = look->reach->n_reached;
    ret->n_goroutines = look->goroutines->n;
    for (guint i = 0; i < ret->holders->len; i++)
        g_array_sort(g_array_index(ret->holders, struct holder, i).types, compare_types);
    g_array_sort(ret->holders, compare_holders);
    while (ret->holders->len > 0 &&
           g_array_index(ret->holders, struct holder, ret->holders->len - 1).bytes == 0)
        g_array_set_size(ret->holders, ret->holders->len - 1);
    ret->by_key = g_hash_table_new(hash_string, g_str_equal);
    for (guint i = 0; i < ret->holders->len; i++)
        g_hash_table_insert(ret->by_key, g_array_index(ret->holders, struct holder, i).key,
                            GUINT_TO_POINTER(i + 1));
    ret->took_s = heap_look_seconds(look);
    return ret;
}

struct holders *holders_read(struct go_runtime *runtime, holders_progress *progress, void *user,
                             GError **error)
{
    struct heap_look look;
    struct holders *ret =
        heap_look_read(&look, runtime, progress, user, error) ? holders_of_look(&look) : NULL;

    heap_look_clear(&look);
    return ret;
}

void holders_free(struct holders *holders)
{
    if (holders == NULL)
        return;
    g_clear_pointer(&holders->by_key, g_hash_table_unref);
    g_array_unref(holders->holders);
    g_free(holders);
}

const struct holder *holders_find(const struct holders *holders, const char *key)
{
    /* Lists in the order of growth ask for each holder, many times. */
    gpointer found = holders->by_key != NULL ? g_hash_table_lookup(holders->by_key, key) : NULL;

    if (holders->by_key != NULL)
        return found != NULL
                   ? &g_array_index(holders->holders, struct holder, GPOINTER_TO_UINT(found) - 1)
                   : NULL;
    for (guint i = 0; i < holders->holders->len; i++) {
        const struct holder *holder = &g_array_index(holders->holders, struct holder, i);

        if (strcmp(holder->key, key) == 0)
            return holder;
    }
    return NULL;
}

int64_t holders_growth(const struct holder *holder, const struct holders *before)
{
    const struct holder *old = before != NULL ? holders_find(before, holder->key) : NULL;

    return (int64_t)holder->bytes - (old != NULL ? (int64_t)old->bytes : 0);
}
