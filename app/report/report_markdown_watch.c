#include "app/report/report_markdown.h"

static void write_span(struct markdown *md, const struct watch *watch)
{
    g_autofree char *from = watch_time(watch->from_real_us), *to = watch_time(watch->to_real_us);
    double seconds = (double)(watch->to_real_us - watch->from_real_us) / G_USEC_PER_SEC;

    g_string_append_printf(md->out, "Watched from %s to %s (%s)", from, to,
                           number_duration(seconds).text);
    if (watch->gap_s >= 1)
        g_string_append_printf(md->out, ", %s of it without data",
                               number_duration(watch->gap_s).text);
    g_string_append(md->out, ". ");
    markdown_text(md, watch->ending);
    g_string_append_c(md->out, '\n');
}

static void write_row(struct markdown *md, const struct watch_row *row)
{
    g_autofree char *when = watch_time(row->real_us);

    g_string_append_printf(md->out, "| %s | ", when);
    markdown_cell_text(md, row->kind);
    g_string_append(md->out, " | ");
    markdown_cell_text(md, row->text);
    g_string_append(md->out, " |\n");
}

/* Of a long list the beginning says how it came, the end how it went out. */
static void write_rows(struct markdown *md, const GArray *rows)
{
    static const char *const titles[] = {"when", "what", "", NULL};
    guint left_out = rows->len > WATCH_MAX_ROWS ? rows->len - WATCH_MAX_ROWS : 0;

    if (rows->len == 0)
        return;
    g_string_append_c(md->out, '\n');
    markdown_table(md, titles, "lll");
    for (guint i = 0; i < rows->len; i++) {
        if (left_out > 0 && i == WATCH_MAX_ROWS / 2) {
            g_string_append_printf(md->out, "| … | | %u more are in the recording |\n", left_out);
            i += left_out;
        }
        write_row(md, &g_array_index(rows, struct watch_row, i));
    }
}

void report_markdown_watch(struct markdown *md, const struct triage_report *report)
{
    const struct watch *watch = report->watch;

    if (watch == NULL)
        return;
    markdown_heading(md, "While it was watched");
    write_span(md, watch);
    write_rows(md, watch->rows);
    if (*watch->recording == '\0')
        return;
    g_string_append(md->out, "\nThe recording has every moment of it: ");
    markdown_text(md, watch->recording);
    g_string_append(md->out, " (open it with `sidescope FILE`).\n");
}
