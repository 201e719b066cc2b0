#include "pprof/labels.h"

#include "pprof/hash.h"

#include <string.h>

static int compare(const struct profile_label *a, const struct profile_label *b)
{
    if (label_is_number(a) != label_is_number(b))
        return label_is_number(a) ? 1 : -1;
    int order = strcmp(a->key, b->key);

    if (order != 0)
        return order;
    /* labels of a sample lie side by side: keep their order */
    return a < b ? -1 : a > b;
}

static gint compare_pointers(gconstpointer a, gconstpointer b)
{
    return compare(*(const struct profile_label *const *)a,
                   *(const struct profile_label *const *)b);
}

void labels_sorted(const struct profile *profile, const struct profile_sample *sample,
                   GPtrArray *out)
{
    g_ptr_array_set_size(out, 0);
    for (uint32_t i = 0; i < sample->n_labels; i++)
        g_ptr_array_add(out, &profile->labels[sample->first_label + i]);
    if (out->len > 1)
        g_ptr_array_sort(out, compare_pointers);
}

static void add_unit(GHashTable *units, const struct profile_label *label)
{
    gpointer key, unit;
    bool known = g_hash_table_lookup_extended(units, label->key, &key, &unit);

    if (!known || (*(const char *)unit == '\0' && *label->unit != '\0'))
        g_hash_table_insert(units, (gpointer)(uintptr_t)label->key,
                            (gpointer)(uintptr_t)label->unit);
}

GHashTable *labels_units(const struct profile *profile)
{
    GHashTable *units = g_hash_table_new(hash_string, g_str_equal);

    for (size_t i = 0; i < profile->n_samples; i++) {
        const struct profile_sample *s = &profile->samples[i];

        for (uint32_t j = 0; j < s->n_labels; j++) {
            const struct profile_label *label = &profile->labels[s->first_label + j];

            if (label_is_number(label))
                add_unit(units, label);
        }
    }
    return units;
}

const char *labels_unit(GHashTable *units, const char *key)
{
    const char *unit = g_hash_table_lookup(units, key);

    if (unit != NULL && *unit != '\0')
        return unit;
    return strcmp(key, "alignment") == 0 || strcmp(key, "request") == 0 ? "bytes" : key;
}
