#include "pprof/tag_frames.h"

#include "pprof/builder.h"
#include "pprof/hash.h"
#include "pprof/labels.h"
#include "pprof/measurement.h"
#include "pprof/restack.h"

#include <string.h>

struct adding {
    struct restack restack;
    const char *unit;
    GHashTable *known; /* "key\nvalue" -> location + 1 */
    GArray *locations, *lines, *functions;
    GArray *stack; /* uint32_t: of one sample */
    GString *text;
    uint64_t last_id; /* of a location */
};

/* Keys of "a,b", the last first: it is closest to the leaf. */
static char **split_keys(const char *keys)
{
    char **all = g_strsplit(keys != NULL ? keys : "", ",", -1);
    guint n = 0;

    for (guint i = 0; all[i] != NULL; i++) {
        if (*all[i] != '\0')
            all[n++] = all[i];
        else
            g_free(all[i]);
    }
    all[n] = NULL;
    for (guint i = 0; i < n / 2; i++) {
        char *swapped = all[i];

        all[i] = all[n - 1 - i];
        all[n - 1 - i] = swapped;
    }
    return all;
}

/* Whether numbers of this key have a unit in this sample; without one they stay bare. */
static bool has_unit(const struct profile *p, const struct profile_sample *s, const char *key)
{
    for (uint32_t i = 0; i < s->n_labels; i++) {
        const struct profile_label *l = &p->labels[s->first_label + i];

        if (label_is_number(l) && *l->unit != '\0' && strcmp(l->key, key) == 0)
            return true;
    }
    return false;
}

/* The values of key with commas between, texts first; how many there are. */
static guint read_values(struct adding *a, const struct profile_sample *s, const char *key)
{
    const struct profile *p = a->restack.source;
    bool units = has_unit(p, s, key);
    guint n = 0;

    g_string_truncate(a->text, 0);
    for (int numbers = 0; numbers <= 1; numbers++)
        for (uint32_t i = 0; i < s->n_labels; i++) {
            const struct profile_label *l = &p->labels[s->first_label + i];

            if (label_is_number(l) != (numbers == 1) || strcmp(l->key, key) != 0)
                continue;
            if (n++ > 0)
                g_string_append_c(a->text, ',');

            if (!label_is_number(l)) {
                g_string_append(a->text, l->str);
                continue;
            }
            g_autofree char *number =
                measurement_text(l->num, units ? l->unit : "", units ? a->unit : "");

            g_string_append(a->text, number);
        }
    return n;
}

static char *keep(struct adding *a, const char *text)
{
    return store_strndup(a->restack.out->store->arena, text, strlen(text));
}

/* The location that stands for this value of key: a function of that name in a file of that. */
static uint32_t location_of(struct adding *a, const char *key)
{
    g_autofree char *both = g_strconcat(key, "\n", a->text->str, NULL);
    guint known = GPOINTER_TO_UINT(g_hash_table_lookup(a->known, both));

    if (known > 0)
        return known - 1;
    struct profile_function function = {
        .name = keep(a, a->text->str), .system_name = "", .filename = keep(a, key)};
    struct profile_line line = {.function = a->functions->len};
    struct profile_location location = {
        .id = ++a->last_id, .mapping = PROFILE_NONE, .first_line = a->lines->len, .n_lines = 1};

    g_array_append_val(a->functions, function);
    g_array_append_val(a->lines, line);
    g_array_append_val(a->locations, location);
    g_hash_table_insert(a->known, g_steal_pointer(&both), GUINT_TO_POINTER(a->locations->len));
    return a->locations->len - 1;
}

static void push_values(struct adding *a, const struct profile_sample *s, char **keys,
                        bool *ret_found)
{
    for (guint i = 0; keys[i] != NULL; i++) {
        *ret_found = read_values(a, s, keys[i]) > 0 || *ret_found;
        uint32_t location = location_of(a, keys[i]);

        g_array_append_val(a->stack, location);
    }
}

static GArray *copy_array(const void *data, size_t n, guint size)
{
    GArray *array = g_array_new(FALSE, FALSE, size);

    if (n > 0)
        g_array_append_vals(array, data, (guint)n);
    return array;
}

static void adding_init(struct adding *a, const struct profile *p, const char *unit)
{
    *a = (struct adding){.unit = unit};
    restack_init(&a->restack, p);
    a->known = g_hash_table_new_full(hash_string, g_str_equal, g_free, NULL);
    a->locations = copy_array(p->locations, p->n_locations, sizeof *p->locations);
    a->lines = copy_array(p->lines, p->n_lines, sizeof *p->lines);
    a->functions = copy_array(p->functions, p->n_functions, sizeof *p->functions);
    a->stack = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    a->text = g_string_new(NULL);
    for (size_t i = 0; i < p->n_locations; i++)
        a->last_id = MAX(a->last_id, p->locations[i].id);
}

static struct profile *adding_finish(struct adding *a)
{
    struct profile *out = restack_finish(&a->restack);
    struct store *arena = out->store->arena;

    out->locations = store_adopt_array(arena, a->locations, &out->n_locations);
    out->lines = store_adopt_array(arena, a->lines, &out->n_lines);
    out->functions = store_adopt_array(arena, a->functions, &out->n_functions);
    g_hash_table_unref(a->known);
    g_array_unref(a->stack);
    g_string_free(a->text, TRUE);
    return out;
}

struct profile *tag_frames_add(const struct profile *profile, const struct tag_frames *frames,
                               bool *ret_root, bool *ret_leaf)
{
    g_auto(GStrv) roots = split_keys(frames->root), leaves = split_keys(frames->leaf);
    struct adding a;

    *ret_root = *ret_leaf = false;
    if (*roots == NULL && *leaves == NULL)
        return profile_ref((struct profile *)(uintptr_t)profile);
    adding_init(&a, profile, frames->unit != NULL ? frames->unit : "minimum");
    for (size_t i = 0; i < profile->n_samples; i++) {
        const struct profile_sample *s = &profile->samples[i];

        g_array_set_size(a.stack, 0);
        push_values(&a, s, leaves, ret_leaf);
        if (s->n_frames > 0)
            g_array_append_vals(a.stack, restack_frames(&a.restack, i), s->n_frames);
        push_values(&a, s, roots, ret_root);
        restack_keep(&a.restack, i, (const uint32_t *)(const void *)a.stack->data, a.stack->len);
    }
    return adding_finish(&a);
}
