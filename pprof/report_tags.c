#include "pprof/graph.h"
#include "pprof/labels.h"
#include "pprof/measurement.h"
#include "pprof/report.h"
#include "pprof/tabs.h"

#include <string.h>

/* -tags: for every label key its values and what the samples with them weigh. */

struct tag {
    const char *name;
    int64_t value;
    GHashTable *values; /* of a key: name -> struct tag *; NULL for a value */
};

struct tags {
    const struct report *report;
    GHashTable *keys; /* key -> struct tag * */
    GHashTable *units;
    GStringChunk *texts; /* of numbers */
};

static void tag_free(gpointer data)
{
    struct tag *tag = data;

    g_clear_pointer(&tag->values, g_hash_table_unref);
    g_free(tag);
}

static struct tag *find_tag(GHashTable *table, const char *name, bool is_key)
{
    struct tag *tag = g_hash_table_lookup(table, name);

    if (tag != NULL)
        return tag;
    tag = g_new0(struct tag, 1);
    tag->name = name;
    if (is_key)
        tag->values = g_hash_table_new_full(hash_string, g_str_equal, NULL, tag_free);
    g_hash_table_insert(table, (gpointer)(uintptr_t)name, tag);
    return tag;
}

static const char *value_name(struct tags *tags, const struct profile_label *label)
{
    if (!label_is_number(label))
        return label->str;
    g_autofree char *text =
        measurement_text(label->num, labels_unit(tags->units, label->key), tags->report->unit);

    return g_string_chunk_insert_const(tags->texts, text);
}

static void add(struct tag *tag, int64_t value)
{
    tag->value = (int64_t)((uint64_t)tag->value + (uint64_t)value);
}

static gint compare_tags(gconstpointer a, gconstpointer b)
{
    const struct tag *x = *(const struct tag *const *)a, *y = *(const struct tag *const *)b;
    int64_t left = graph_magnitude(x->value), right = graph_magnitude(y->value);

    if (left != right)
        return left > right ? -1 : 1;
    return strcmp(x->name, y->name);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const struct tag *const *)a)->name, (*(const struct tag *const *)b)->name);
}

static GPtrArray *sorted(GHashTable *table, GCompareFunc compare)
{
    GPtrArray *array = g_ptr_array_new();
    GHashTableIter iter;
    gpointer tag;

    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, NULL, &tag))
        g_ptr_array_add(array, tag);
    g_ptr_array_sort(array, compare);
    return array;
}

static void append_share(GString *out, int64_t value, int64_t total)
{
    if (total <= 0)
        return;
    g_string_append(out, " (");
    report_append_percentage(out, value, total);
    g_string_append_c(out, ')');
}

/* Shares are of the whole profile. */
static void write_key(GString *out, const struct report *report, const struct tag *key)
{
    g_autoptr(GPtrArray) values = sorted(key->values, compare_tags);
    int64_t total = report->view.total;

    g_string_append_printf(out, "%s:\t Total ", key->name);
    report_append_value(out, report, key->value, 0);
    g_string_append(out, " of ");
    report_append_value(out, report, total, 0);
    append_share(out, key->value, total);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < values->len; i++) {
        const struct tag *tag = g_ptr_array_index(values, i);

        g_string_append(out, " \t");
        report_append_value(out, report, tag->value, 0);
        append_share(out, tag->value, total);
        g_string_append_printf(out, ":\t %s\n", tag->name);
    }
    g_string_append_c(out, '\n');
}

/* Until Go 1.24: one digit after the point, shares are of the key. */
static void append_old_value(GString *out, const struct report *report, int64_t value)
{
    const char *unit;
    double scaled = measurement_scale(value, report->view.unit, report->unit, &unit);

    g_string_append_printf(out, "%.1f%s", scaled, unit);
}

static void write_key_old(GString *out, const struct report *report, const struct tag *key)
{
    g_autoptr(GPtrArray) values = sorted(key->values, compare_tags);

    g_string_append_printf(out, "%s:\t Total ", key->name);
    append_old_value(out, report, key->value);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < values->len; i++) {
        const struct tag *tag = g_ptr_array_index(values, i);

        g_string_append(out, " \t");
        append_old_value(out, report, tag->value);
        append_share(out, tag->value, key->value);
        g_string_append_printf(out, ":\t %s\n", tag->name);
    }
    g_string_append_c(out, '\n');
}

void report_write_tags(GString *out, const struct report *report)
{
    g_autoptr(GString) text = g_string_new(NULL);
    struct tags tags = {.report = report,
                        .keys = g_hash_table_new_full(hash_string, g_str_equal, NULL, tag_free),
                        .units = labels_units(report->view.whole),
                        .texts = g_string_chunk_new(4096)};
    const struct view *view = &report->view;
    const struct profile *p = view->profile;
    bool is_old = report->options->dialect == REPORT_DIALECT_GO_1_19;

    for (size_t i = 0; i < p->n_samples; i++) {
        const struct profile_sample *s = &p->samples[i];
        int64_t value = p->values[i * p->n_sample_types + view->index];

        for (uint32_t j = 0; j < s->n_labels && !(is_old && s->n_frames == 0); j++) {
            const struct profile_label *label = &p->labels[s->first_label + j];
            struct tag *key = find_tag(tags.keys, label->key, true);

            add(key, value);
            add(find_tag(key->values, value_name(&tags, label), false), value);
        }
    }

    g_autoptr(GPtrArray) keys = sorted(tags.keys, compare_names);

    for (guint i = 0; i < keys->len; i++)
        (is_old ? write_key_old : write_key)(text, report, g_ptr_array_index(keys, i));
    tabs_align(out, text->str);
    g_hash_table_unref(tags.keys);
    g_hash_table_unref(tags.units);
    g_string_chunk_free(tags.texts);
}
