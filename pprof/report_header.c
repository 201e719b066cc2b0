#include "pprof/measurement.h"
#include "pprof/path.h"
#include "pprof/report.h"
#include "pprof/report_time.h"

#include <math.h>
#include <string.h>

/* The lines above a report: what the profile is, which filters run, how much is shown. */

void report_write_profile(GString *out, const struct report *report)
{
    const struct profile *p = report->view.profile;

    if (p->n_mappings > 0 && *p->mappings[0].filename != '\0') {
        g_autofree char *base = path_base(p->mappings[0].filename);

        g_string_append_printf(out, "File: %s\n", base);
    }
    if (p->n_mappings > 0 && *p->mappings[0].build_id != '\0')
        g_string_append_printf(out, "Build ID: %s\n", p->mappings[0].build_id);
    for (size_t i = 0; i < p->n_comments; i++)
        if (p->comments[i][0] != '#')
            g_string_append_printf(out, "%s\n", p->comments[i]);

    if (*report->view.type != '\0')
        g_string_append_printf(out, "Type: %s\n", report->view.type);
    if (*p->doc_url != '\0')
        g_string_append_printf(out, "Doc: %s\n", p->doc_url);
    if (p->time_ns != 0) {
        g_string_append(out, "Time: ");
        report_time_append(out, p->time_ns, report->options->zone,
                           report->options->dialect == REPORT_DIALECT_GO_1_19
                               ? REPORT_TIME_OLD
                               : REPORT_TIME_SECONDS);
        g_string_append_c(out, '\n');
    }
    if (p->duration_ns != 0) {
        /* The share of the duration is only given for times: samples of CPU, say. */
        int64_t duration = report->view.profile->duration_ns;
        g_autofree char *text = measurement_text(duration, "nanoseconds", "auto");
        const char *unit;
        double total =
            measurement_scale(report->view.total, report->view.unit, "nanoseconds", &unit);

        g_string_append_printf(out, "Duration: %s, Total samples = ", text);
        report_append_value(out, report, report->view.total, 0);
        g_string_append_c(out, ' ');
        if (strcmp(unit, "ns") == 0 && total != 0) {
            g_string_append_c(out, '(');
            report_append_percentage(out, measurement_whole(total), duration);
            g_string_append_c(out, ')');
        }
        g_string_append_c(out, '\n');
    }
}

void report_write_comments(GString *out, const struct report *report)
{
    const struct profile *p = report->view.profile;

    for (size_t i = 0; i < p->n_comments; i++)
        g_string_append_printf(out, "%s\n", p->comments[i]);
}

static void write_filter(GString *out, const char *name, const char *value, bool *is_first)
{
    enum { LONGEST = 80 };

    if (value == NULL || *value == '\0')
        return;
    g_autofree char *text = g_strdup_printf("%s=%s", name, value);
    size_t n = strlen(text);

    if (*is_first)
        g_string_append(out, "Active filters:\n");
    *is_first = false;
    g_string_append(out, "   ");
    g_string_append_len(out, text, (gssize)MIN(n, (size_t)LONGEST));
    g_string_append(out, n > LONGEST ? "\u2026\n" : "\n");
}

void report_write_header(GString *out, const struct report *report, const struct trimmed *t)
{
    char percentage[MEASUREMENT_TEXT_MAX];
    uint64_t shown = 0;

    for (size_t i = 0; i < t->n; i++)
        shown += (uint64_t)t->graph->nodes[t->order[i]].flat;
    if (!report->options->compact)
        report_write_profile(out, report);

    const struct filter_options *f = report->options->top.filters;
    bool is_first = true;

    if (f != NULL) {
        write_filter(out, "focus", f->focus, &is_first);
        write_filter(out, "ignore", f->ignore, &is_first);
        write_filter(out, "hide", f->hide, &is_first);
        write_filter(out, "show", f->show, &is_first);
        write_filter(out, "show_from", f->show_from, &is_first);
        write_filter(out, "tagfocus", f->tag_focus, &is_first);
        write_filter(out, "tagignore", f->tag_ignore, &is_first);
        write_filter(out, "tagshow", f->tag_show, &is_first);
        write_filter(out, "taghide", f->tag_hide, &is_first);
    }

    measurement_percentage((int64_t)shown, report->view.total, percentage);
    g_string_append(out, "Showing nodes accounting for ");
    report_append_value(out, report, (int64_t)shown, 0);
    g_string_append_printf(out, ", %s of ", g_strstrip(percentage));
    report_append_value(out, report, report->view.total, 0);
    g_string_append(out, " total\n");
    if (report->view.total == 0)
        return;
    if (t->n_dropped > 0) {
        double fraction = report->options->top.node_fraction;

        g_string_append_printf(out, "Dropped %zu node%s (cum <= ", t->n_dropped,
                               t->n_dropped == 1 ? "" : "s");
        report_append_value(out, report, view_cutoff(report->view.total, fraction), 0);
        g_string_append(out, ")\n");
    }
    if (t->n > 0 && t->n < t->n_before_count)
        g_string_append_printf(out, "Showing top %zu nodes out of %zu\n", t->n, t->n_before_count);
}
