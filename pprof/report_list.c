#include "pprof/report.h"
#include "pprof/source_listing_private.h"

/* -list: sources with what their lines cost. */

static void append_or_dot(GString *out, const struct report *report, int64_t value)
{
    if (value != 0)
        report_append_value(out, report, value, 10);
    else
        report_append_right(out, ".", 10);
    g_string_append_c(out, ' ');
}

static void write_routine(GString *out, const struct report *report,
                          const struct source_listing_routine *routine)
{
    if (*routine->file == '\0') {
        g_string_append_printf(out, "No source information for %s\n", routine->function);
        return;
    }
    g_string_append_printf(out, "ROUTINE ======================== %s in %s\n", routine->function,
                           routine->file);
    report_append_value(out, report, routine->flat, 10);
    g_string_append_c(out, ' ');
    report_append_value(out, report, routine->cum, 10);
    g_string_append(out, " (flat, cum) ");
    report_append_percentage(out, routine->cum, report->view.total);
    g_string_append(out, " of Total\n");
    if (routine->error != NULL)
        g_string_append_printf(out, " Error: %s\n", routine->error);
    for (size_t i = 0; routine->error == NULL && i < routine->n_lines; i++) {
        const struct source_listing_line *line = &routine->lines[i];

        append_or_dot(out, report, line->flat);
        append_or_dot(out, report, line->cum);
        g_string_append_printf(out, "%6" G_GINT64_FORMAT ":", (gint64)line->line);
        g_string_append_len(out, line->text, (gssize)line->n);
        g_string_append_c(out, '\n');
    }
}

bool report_write_list(GString *out, const struct report *report, GError **error)
{
    const struct report_options *options = report->options;
    g_autoptr(source_listing_auto) listing = source_listing_of_view(
        &report->view, &options->top, options->pattern, options->sources, error);

    if (listing == NULL)
        return false;
    g_string_append(out, "Total: ");
    report_append_value(out, report, report->view.total, 0);
    g_string_append_c(out, '\n');
    for (size_t i = 0; i < listing->n_routines; i++)
        write_routine(out, report, &listing->routines[i]);
    return true;
}
