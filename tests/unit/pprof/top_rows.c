#include "top_rows.h"

/* Rows as "flat cum name[ (inline)]", one per line, for comparing whole tables. */
static char *text_of(const struct top_report *report)
{
    static const char *const marks[] = {"", " (partial-inline)", " (inline)"};
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < report->n_rows; i++)
        g_string_append_printf(out, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s%s\n",
                               (gint64)report->rows[i].flat, (gint64)report->rows[i].cum,
                               report->rows[i].name, marks[report->rows[i].inlined]);
    return g_string_free(out, FALSE);
}

struct top_report *top_rows_build(const struct profile *p, const struct top_options *options)
{
    g_autoptr(GError) error = NULL;
    struct top_report *report = top_build(p, options, &error);

    g_assert_no_error(error);
    return report;
}

void top_rows_check(const struct profile *p, const struct top_options *options,
                    const char *expected)
{
    g_autoptr(top_report_auto) report = top_rows_build(p, options);
    g_autofree char *rows = text_of(report);

    g_assert_cmpstr(rows, ==, expected);
}
