#include "app/lists/profile_rows.h"

#include <string.h>

int profile_rows_base_index(const struct profile *profile, const struct profile *base, int index,
                            GError **error)
{
    int own = index >= 0 ? index : profile_default_sample_index(profile);

    if (own < 0 || (size_t)own >= profile->n_sample_types)
        return -1; /* nothing was sampled: nothing to compare either */
    int found = profile_sample_index(base, profile->sample_types[own].type);

    if (found < 0)
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH,
                    "the profile compared with has no %s: choose another one",
                    profile->sample_types[own].type);
    return found;
}

/* Untrimmed: a row that is small there is not new here. */
static struct top_report *build_base(const struct profile *profile, const struct profile *base,
                                     const struct top_options *options, GError **error)
{
    struct top_options whole = *options;

    whole.node_count = 0;
    whole.node_fraction = whole.edge_fraction = 0;
    whole.sample_index = profile_rows_base_index(profile, base, options->sample_index, error);
    if (whole.sample_index < 0 && profile->n_sample_types > 0)
        return NULL;
    return top_build(base, &whole, error);
}

static struct profile_row row_of(const struct top_row *top)
{
    return (struct profile_row){.name = top->name,
                                .function = top->function,
                                .file = top->file,
                                .line = top->line,
                                .flat = top->flat,
                                .cum = top->cum,
                                .inlined = top->inlined};
}

/* Rows are compared by name; of several with one name the first takes it. */
static void compare(struct profile_rows *rows, bool trimmed)
{
    const struct top_report *report = rows->base_own;
    g_autoptr(GHashTable) unmet = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < report->n_rows; i++)
        g_hash_table_insert(unmet, (gpointer)(uintptr_t)report->rows[i].name, &report->rows[i]);

    for (size_t i = 0; i < rows->n; i++) {
        struct profile_row *row = &rows->rows[i];
        const struct top_row *base = g_hash_table_lookup(unmet, row->name);

        if (base == NULL)
            continue;
        row->base_flat = base->flat;
        row->base_cum = base->cum;
        g_hash_table_remove(unmet, row->name);
    }
    if (!trimmed) {
        /* What the base alone has is gone by now; what was trimmed away is not. */
        int64_t running = rows->n > 0 ? rows->rows[rows->n - 1].running : 0;

        for (size_t i = 0; i < rows->base_own->n_rows; i++) {
            const struct top_row *base = &rows->base_own->rows[i];

            if (g_hash_table_lookup(unmet, base->name) != base)
                continue;
            struct profile_row row = row_of(base);

            row.base_flat = row.flat;
            row.base_cum = row.cum;
            row.flat = row.cum = 0;
            row.running = running;
            row.inlined = TOP_INLINE_NONE;
            rows->rows[rows->n++] = row;
        }
    }
}

struct profile_rows *profile_rows_build(const struct profile *profile, const struct profile *base,
                                        const struct top_options *options, double hours,
                                        GError **error)
{
    g_autoptr(profile_rows_auto) rows = g_new0(struct profile_rows, 1);

    rows->report = rows->own = top_build(profile, options, error);
    rows->hours = hours;
    if (rows->own == NULL)
        return NULL;
    if (base != NULL) {
        rows->base_own = build_base(profile, base, options, error);
        if (rows->base_own == NULL)
            return NULL;
        rows->compared = true;
        rows->base_total = rows->base_own->total;
    }
    size_t n_base = rows->base_own != NULL ? rows->base_own->n_rows : 0;
    uint64_t running = 0;

    rows->rows = g_new0(struct profile_row, rows->own->n_rows + n_base + 1);
    for (size_t i = 0; i < rows->own->n_rows; i++) {
        rows->rows[i] = row_of(&rows->own->rows[i]);
        running += (uint64_t)rows->rows[i].flat;
        rows->rows[i].running = (int64_t)running;
    }
    rows->n = rows->own->n_rows;
    if (rows->compared)
        compare(rows, rows->own->n_dropped > 0 || options->node_count > 0);
    return g_steal_pointer(&rows);
}

void profile_rows_free(struct profile_rows *rows)
{
    if (rows == NULL)
        return;
    top_report_free(rows->own);
    top_report_free(rows->base_own);
    g_free(rows->rows);
    g_free(rows);
}
