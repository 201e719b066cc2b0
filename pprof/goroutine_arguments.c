#include "pprof/goroutine_arguments.h"

#include <string.h>

/* --- finding the stack --- */

static bool has_same_stack(const struct goroutine_bucket *a, const struct goroutine_bucket *b)
{
    if (*b->state != '\0')
        return a->stack_hash == b->stack_hash;
    if (a->n_frames != b->n_frames)
        return false;
    for (size_t i = 0; i < a->n_frames; i++)
        if (a->frames[i].line != b->frames[i].line || a->frames[i].elided != b->frames[i].elided ||
            strcmp(a->frames[i].function, b->frames[i].function) != 0)
            return false;
    return true;
}

/* --- counting --- */

struct variant_key {
    const struct goroutine_frame *frames;
    size_t n;
};

/* Texts of one dump are interned: equal ones are at one address. */
static guint key_hash(gconstpointer data)
{
    const struct variant_key *key = data;
    guint hash = 0;

    for (size_t i = 0; i < key->n; i++)
        hash = hash * 31 + g_direct_hash(key->frames[i].arguments);
    return hash;
}

static gboolean key_equal(gconstpointer a, gconstpointer b)
{
    const struct variant_key *x = a, *y = b;

    for (size_t i = 0; i < x->n; i++)
        if (x->frames[i].arguments != y->frames[i].arguments)
            return false;
    return true;
}

/* Buckets that differ in more than arguments (labels, wait reasons) may share a variant. */
static void add_bucket(GArray *variants, GHashTable *known, const struct goroutine_bucket *bucket)
{
    struct variant_key *key = g_new(struct variant_key, 1);
    gpointer at;

    *key = (struct variant_key){bucket->frames, bucket->n_frames};
    if (g_hash_table_lookup_extended(known, key, NULL, &at)) {
        g_free(key);
        g_array_index(variants, struct goroutine_variant, GPOINTER_TO_SIZE(at)).count +=
            bucket->count;
        return;
    }
    g_hash_table_insert(known, key, GSIZE_TO_POINTER(variants->len));
    g_array_append_vals(variants, &(struct goroutine_variant){bucket->count, bucket->frames}, 1);
}

/* A frame's counts by address of its text. */
static struct goroutine_frame_values count_values(const GArray *variants, size_t frame)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
    struct goroutine_frame_values values = {.commonest = ""};

    for (guint i = 0; i < variants->len; i++) {
        const struct goroutine_variant *v = &g_array_index(variants, struct goroutine_variant, i);
        char *text = (char *)(uintptr_t)v->frames[frame].arguments;
        size_t count = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, text)) + v->count;

        g_hash_table_insert(counts, text, GSIZE_TO_POINTER(count));
        if (count > values.commonest_count) {
            values.commonest_count = count;
            values.commonest = text;
        }
    }
    values.n = g_hash_table_size(counts);
    return values;
}

static gint compare_variants(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct goroutine_variant *x = a, *y = b;
    size_t n = *(const size_t *)user;
    int order = 0;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    for (size_t i = 0; order == 0 && i < n; i++)
        order = strcmp(x->frames[i].arguments, y->frames[i].arguments);
    return order;
}

struct goroutine_arguments *goroutine_arguments_of(struct goroutine_dump *exact,
                                                   const struct goroutine_bucket *bucket)
{
    struct goroutine_arguments *a = g_new0(struct goroutine_arguments, 1);
    GArray *variants = g_array_new(FALSE, FALSE, sizeof(struct goroutine_variant));
    g_autoptr(GHashTable) known = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);

    a->dump = goroutine_dump_ref(exact);
    a->n_frames = bucket->n_frames;
    for (size_t i = 0; i < exact->n_buckets; i++) {
        /* a hash may meet another one's: no frame is read that is not there */
        if (exact->buckets[i].n_frames != a->n_frames ||
            !has_same_stack(&exact->buckets[i], bucket))
            continue;
        add_bucket(variants, known, &exact->buckets[i]);
        a->count += exact->buckets[i].count;
    }
    g_array_sort_with_data(variants, compare_variants, &a->n_frames);
    if (a->count > 0)
        a->frames = g_new(struct goroutine_frame_values, a->n_frames + 1);
    for (size_t i = 0; a->count > 0 && i < a->n_frames; i++)
        a->frames[i] = count_values(variants, i);
    a->n_variants = variants->len;
    a->variants = (struct goroutine_variant *)(void *)g_array_free(variants, FALSE);
    return a;
}

void goroutine_arguments_free(struct goroutine_arguments *arguments)
{
    if (arguments == NULL)
        return;
    goroutine_dump_unref(arguments->dump);
    g_free(arguments->variants);
    g_free(arguments->frames);
    g_free(arguments);
}
