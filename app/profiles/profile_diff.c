#include "app/profiles/profile_diff.h"

#include "pprof/measurement.h"

#include <math.h>
#include <string.h>

enum { NUMBER_COLUMNS = 10 };

static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

/* --- which rows --- */

static int64_t profile_diff_change(const struct diff_row *row,
                                   const struct profile_diff_options *options)
{
    return options->by_cum ? minus(row->after_cum, row->before_cum)
                           : minus(row->after_flat, row->before_flat);
}

/* Whether a row is worth showing, and the change it is chosen by. */
static bool profile_diff_counts(const struct diff_report *report, size_t row,
                                const struct profile_diff_options *options)
{
    double total = fmax(fabs((double)report->before_total), fabs((double)report->after_total));
    int64_t change = profile_diff_change(&report->rows[row], options);

    return change != 0 && fabs((double)change) >= options->min_fraction * total &&
           (change > 0 || !options->only_growth);
}

bool profile_diff_grew(const struct diff_report *report, const struct profile_diff_options *options)
{
    for (size_t i = 0; i < report->n_rows; i++)
        if (profile_diff_counts(report, i, options) &&
            profile_diff_change(&report->rows[i], options) > 0)
            return true;
    return false;
}

/* Numbers of the rows to show, and how many more would count. */
static GArray *choose_rows(const struct diff_report *report,
                           const struct profile_diff_options *options, size_t *ret_more)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(size_t));

    *ret_more = 0;
    for (size_t i = 0; i < report->n_rows; i++) {
        if (!profile_diff_counts(report, i, options))
            continue;
        if (options->max_rows > 0 && rows->len >= options->max_rows)
            (*ret_more)++;
        else
            g_array_append_val(rows, i);
    }
    return rows;
}

/* --- text --- */

static char *value_text(const struct diff_report *report,
                        const struct profile_diff_options *options, int64_t value)
{
    return measurement_text(value, report->unit, options->unit != NULL ? options->unit : "auto");
}

static char *change_text(const struct diff_report *report,
                         const struct profile_diff_options *options, int64_t change)
{
    g_autofree char *text = value_text(report, options, change);

    return g_strconcat(change > 0 ? "+" : "", text, NULL);
}

/* "+12.5%", "new", "gone". */
static char *relative_text(int64_t before, int64_t after)
{
    if (before == 0)
        return g_strdup(after == 0 ? "" : "new");
    if (after == 0)
        return g_strdup("gone");
    double percent = ((double)after - (double)before) / fabs((double)before) * 100;

    return g_strdup_printf(fabs(percent) < 100 ? "%+.1f%%" : "%+.0f%%", percent);
}

static void append_row(GString *out, const struct diff_report *report,
                       const struct profile_diff_options *options, const struct diff_row *row)
{
    int64_t was = options->by_cum ? row->before_cum : row->before_flat;
    int64_t is = options->by_cum ? row->after_cum : row->after_flat;
    g_autofree char *before = value_text(report, options, was);
    g_autofree char *after = value_text(report, options, is);
    g_autofree char *flat = change_text(report, options, minus(row->after_flat, row->before_flat));
    g_autofree char *cum = change_text(report, options, minus(row->after_cum, row->before_cum));
    g_autofree char *relative = relative_text(was, is);

    g_string_append_printf(out, "%*s %*s %*s %*s %*s  %s\n", NUMBER_COLUMNS, before, NUMBER_COLUMNS,
                           after, NUMBER_COLUMNS, flat, NUMBER_COLUMNS, cum, NUMBER_COLUMNS - 1,
                           relative, row->name);
}

char *profile_diff_text(const struct diff_report *report,
                        const struct profile_diff_options *options)
{
    GString *out = g_string_new(NULL);
    size_t more;
    g_autoptr(GArray) rows = choose_rows(report, options, &more);
    g_autofree char *before = value_text(report, options, report->before_total);
    g_autofree char *after = value_text(report, options, report->after_total);
    g_autofree char *growth =
        change_text(report, options, minus(report->after_total, report->before_total));
    g_autofree char *relative = relative_text(report->before_total, report->after_total);

    g_string_append_printf(out, "Type: %s\nBefore: %s  %s\nAfter: %s  %s\nGrowth: %s%s%s%s\n",
                           report->type, before, options->before, after, options->after, growth,
                           *relative != '\0' ? " (" : "", relative, *relative != '\0' ? ")" : "");
    g_string_append_printf(out, "%*s %*s %*s %*s %*s\n", NUMBER_COLUMNS, "before", NUMBER_COLUMNS,
                           "after", NUMBER_COLUMNS, "flat", NUMBER_COLUMNS, "cum",
                           NUMBER_COLUMNS - 1, options->by_cum ? "cum%" : "flat%");
    for (guint i = 0; i < rows->len; i++)
        append_row(out, report, options, &report->rows[g_array_index(rows, size_t, i)]);
    if (more > 0)
        g_string_append_printf(out, "and %zu more (-nodecount=0 shows all)\n", more);
    return g_string_free(out, FALSE);
}

/* --- JSON --- */

char *profile_diff_json(const struct diff_report *report,
                        const struct profile_diff_options *options,
                        const struct profile_json_source *before,
                        const struct profile_json_source *after)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    size_t more;
    g_autoptr(GArray) rows = choose_rows(report, options, &more);

    profile_json_begin(builder, "diff", after, before);
    profile_json_add_type(builder, "sample_type", report->type, report->unit);
    json_add_int(builder, "before_total", report->before_total);
    json_add_int(builder, "after_total", report->after_total);
    json_add_flag(builder, "other_program", report->other_program);
    json_add_flag(builder, "grew", profile_diff_grew(report, options));
    json_add_int(builder, "left_out", (gint64)(report->n_rows - rows->len));
    json_begin_array(builder, "nodes");
    for (guint i = 0; i < rows->len; i++) {
        const struct diff_row *row = &report->rows[g_array_index(rows, size_t, i)];

        json_builder_begin_object(builder);
        json_add_text(builder, "name", row->name);
        json_add_text(builder, "function", row->function);
        json_add_text(builder, "file", row->file);
        json_add_int(builder, "line", row->line);
        json_add_int(builder, "before_flat", row->before_flat);
        json_add_int(builder, "after_flat", row->after_flat);
        json_add_int(builder, "before_cum", row->before_cum);
        json_add_int(builder, "after_cum", row->after_cum);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return json_document(builder);
}
