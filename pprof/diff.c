#include "pprof/diff.h"

#include "pprof/graph.h"
#include "pprof/measurement.h"
#include "pprof/problem.h"

#include <math.h>
#include <string.h>

struct diff_store {
    struct top_report *before, *after;
    GArray *rows;
};

static int64_t difference(int64_t after, int64_t before)
{
    return (int64_t)((uint64_t)after - (uint64_t)before);
}

static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static gint compare(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct diff_row *x = a, *y = b;
    const struct diff_options *options = user;
    bool cum = options->sort_cum;
    int64_t growth_x = graph_magnitude(cum ? difference(x->after_cum, x->before_cum)
                                           : difference(x->after_flat, x->before_flat));
    int64_t growth_y = graph_magnitude(cum ? difference(y->after_cum, y->before_cum)
                                           : difference(y->after_flat, y->before_flat));

    if (growth_x != growth_y)
        return growth_x > growth_y ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int64_t scaled(int64_t value, double ratio)
{
    double result = round((double)value * ratio);

    if (ratio == 1)
        return value;
    return measurement_whole(result);
}

static struct diff_row *row_of(GArray *rows, GHashTable *by_name, const struct top_row *from)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(by_name, from->name));

    if (number == 0) {
        struct diff_row row = {
            .name = from->name, .function = from->function, .file = from->file, .line = from->line};

        g_array_append_val(rows, row);
        number = rows->len;
        g_hash_table_insert(by_name, (gpointer)(uintptr_t)from->name, GUINT_TO_POINTER(number));
    }
    return &g_array_index(rows, struct diff_row, number - 1);
}

/* Nodes that print alike are one here. */
static void match(struct diff_report *report, const struct diff_options *options, double ratio)
{
    struct diff_store *store = report->store;
    g_autoptr(GHashTable) by_name = g_hash_table_new(hash_string, g_str_equal);
    guint kept = 0;

    store->rows = g_array_new(FALSE, FALSE, sizeof(struct diff_row));
    for (size_t i = 0; i < store->after->n_rows; i++) {
        const struct top_row *from = &store->after->rows[i];
        struct diff_row *row = row_of(store->rows, by_name, from);

        row->after_flat = plus(row->after_flat, from->flat);
        row->after_cum = plus(row->after_cum, from->cum);
    }
    for (size_t i = 0; i < store->before->n_rows; i++) {
        const struct top_row *from = &store->before->rows[i];
        struct diff_row *row = row_of(store->rows, by_name, from);

        row->before_flat = plus(row->before_flat, scaled(from->flat, ratio));
        row->before_cum = plus(row->before_cum, scaled(from->cum, ratio));
    }
    for (guint i = 0; i < store->rows->len; i++) {
        struct diff_row row = g_array_index(store->rows, struct diff_row, i);

        if (row.before_flat != row.after_flat || row.before_cum != row.after_cum)
            g_array_index(store->rows, struct diff_row, kept++) = row;
    }
    g_array_set_size(store->rows, kept);
    g_array_sort_with_data(store->rows, compare, (gpointer)(uintptr_t)options);
}

static bool is_other_program(const struct profile *a, const struct profile *b)
{
    if (a->n_mappings == 0 || b->n_mappings == 0)
        return false;
    return strcmp(a->mappings[0].build_id, b->mappings[0].build_id) != 0 ||
           strcmp(a->mappings[0].filename, b->mappings[0].filename) != 0;
}

static struct top_report *table(const struct profile *profile, const struct diff_options *options,
                                const char *type, GError **error)
{
    struct top_options top = {.granularity = options->granularity,
                              .no_inlines = options->no_inlines,
                              .filters = options->filters};

    top.sample_index = profile_sample_index(profile, type);
    if (top.sample_index < 0) {
        problem_mismatch(error, "a profile has no sample type %s", type);
        return NULL;
    }
    return top_build(profile, &top, error);
}

struct diff_report *diff_build(const struct profile *before, const struct profile *after,
                               const struct diff_options *options, GError **error)
{
    const char *type = options->sample_type;
    int usual = profile_default_sample_index(after);
    g_autoptr(diff_report_auto) report = g_new0(struct diff_report, 1);
    struct diff_store *store = report->store = g_new0(struct diff_store, 1);
    const char *unit;

    if (type == NULL)
        type = usual >= 0 ? after->sample_types[usual].type : "";
    store->after = table(after, options, type, error);
    store->before = store->after != NULL ? table(before, options, type, error) : NULL;
    if (store->before == NULL)
        return NULL;
    if (!measurement_same_family(store->before->unit, store->after->unit)) {
        problem_mismatch(error, "%s is in %s, before it was in %s", type, store->after->unit,
                         store->before->unit);
        return NULL;
    }
    double ratio = measurement_scale(1, store->before->unit, store->after->unit, &unit);

    match(report, options, ratio);
    report->rows = (struct diff_row *)(void *)store->rows->data;
    report->n_rows = store->rows->len;
    report->before_total = scaled(store->before->total, ratio);
    report->after_total = store->after->total;
    report->type = store->after->type;
    report->unit = store->after->unit;
    report->other_program = is_other_program(before, after);
    return g_steal_pointer(&report);
}

void diff_report_free(struct diff_report *report)
{
    if (report == NULL)
        return;
    top_report_free(report->store->before);
    top_report_free(report->store->after);
    g_clear_pointer(&report->store->rows, g_array_unref);
    g_free(report->store);
    g_free(report);
}
