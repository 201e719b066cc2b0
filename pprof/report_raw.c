#include "pprof/labels.h"
#include "pprof/report.h"
#include "pprof/report_time.h"

#include <string.h>

/* -raw: all tables as text. */

static void write_header(GString *out, const struct report *report)
{
    const struct profile *p = report->view.profile;

    for (size_t i = 0; i < p->n_comments; i++)
        g_string_append_printf(out, "Comment: %s\n", p->comments[i]);
    if (*p->doc_url != '\0')
        g_string_append_printf(out, "Doc: %s\n", p->doc_url);
    g_string_append_printf(out, "PeriodType: %s %s\n", p->period_type.type, p->period_type.unit);
    g_string_append_printf(out, "Period: %" G_GINT64_FORMAT "\n", (gint64)p->period);
    if (p->time_ns != 0) {
        g_string_append(out, "Time: ");
        report_time_append(out, p->time_ns, report->options->zone, REPORT_TIME_FULL);
        g_string_append_c(out, '\n');
    }
    if (p->duration_ns != 0) {
        enum { SHOWN = 4 };
        g_autoptr(GString) text = g_string_new(NULL);

        /* cut to its first characters, whatever they say */
        report_duration_append(text, p->duration_ns);
        if (g_utf8_strlen(text->str, -1) > SHOWN)
            g_string_truncate(text,
                              (gsize)(g_utf8_offset_to_pointer(text->str, SHOWN) - text->str));
        g_string_append_printf(out, "Duration: %s\n", text->str);
    }
}

/* --- labels --- */

static gint compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_same_key(const struct profile_label *a, const struct profile_label *b)
{
    return label_is_number(a) == label_is_number(b) && strcmp(a->key, b->key) == 0;
}

/* "key:[value value]"; returns how many labels it took. */
static guint add_key(GPtrArray *texts, const GPtrArray *sorted, guint index)
{
    const struct profile_label *first = g_ptr_array_index(sorted, index);
    GString *text = g_string_new(NULL);
    bool with_unit = false;
    guint end = index;

    for (; end < sorted->len && has_same_key(g_ptr_array_index(sorted, end), first); end++)
        with_unit = with_unit ||
                    *((const struct profile_label *)g_ptr_array_index(sorted, end))->unit != '\0';
    g_string_append_printf(text, "%s:[", first->key);
    for (guint i = index; i < end; i++) {
        if (i > index)
            g_string_append_c(text, ' ');

        const struct profile_label *label = g_ptr_array_index(sorted, i);

        if (!label_is_number(label))
            g_string_append(text, label->str);
        else if (with_unit)
            g_string_append_printf(text, "%" G_GINT64_FORMAT " %s", (gint64)label->num,
                                   label->unit);
        else
            g_string_append_printf(text, "%" G_GINT64_FORMAT, (gint64)label->num);
    }
    g_string_append_c(text, ']');
    g_ptr_array_add(texts, g_string_free(text, FALSE));
    return end - index;
}

static void write_label_line(GString *out, GPtrArray *texts)
{
    if (texts->len == 0)
        return;
    g_ptr_array_sort(texts, compare_texts);
    g_string_append(out, "                ");
    for (guint i = 0; i < texts->len; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? " " : "",
                               (const char *)g_ptr_array_index(texts, i));
    g_string_append_c(out, '\n');
}

/* --- tables --- */

static void write_sample(GString *out, const struct profile *p, size_t index)
{
    const struct profile_sample *s = &p->samples[index];

    for (size_t i = 0; i < p->n_sample_types; i++)
        g_string_append_printf(out, " %10" G_GINT64_FORMAT,
                               (gint64)p->values[index * p->n_sample_types + i]);
    g_string_append(out, ": ");
    for (uint32_t i = 0; i < s->n_frames; i++)
        g_string_append_printf(out, "%" G_GUINT64_FORMAT " ",
                               (guint64)p->locations[p->frames[s->first_frame + i]].id);
    g_string_append_c(out, '\n');

    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) numbers = g_ptr_array_new_with_free_func(g_free);

    if (s->n_labels == 0)
        return;
    labels_sorted(p, s, sorted);
    for (guint i = 0; i < sorted->len;)
        i += add_key(label_is_number(g_ptr_array_index(sorted, i)) ? numbers : texts, sorted, i);
    write_label_line(out, texts);
    write_label_line(out, numbers);
}

static void write_location(GString *out, const struct report *report,
                           const struct profile_location *l)
{
    const struct profile *p = report->view.profile;

    /* %#x leaves the 0x off zero, Go does not */
    g_string_append_printf(out, "%6" G_GUINT64_FORMAT ": 0x%" G_GINT64_MODIFIER "x ",
                           (guint64)l->id, (guint64)l->address);
    if (l->mapping != PROFILE_NONE)
        g_string_append_printf(out, "M=%" G_GUINT64_FORMAT " ",
                               (guint64)p->mappings[l->mapping].id);
    if (l->is_folded)
        g_string_append(out, "[F] ");
    if (l->n_lines == 0)
        g_string_append_c(out, '\n');
    uint32_t first = report->options->top.no_inlines && l->n_lines > 0 ? l->n_lines - 1 : 0;

    for (uint32_t i = first; i < l->n_lines; i++) {
        if (i > first)
            g_string_append(out, "             ");

        const struct profile_line *line = &p->lines[l->first_line + i];
        const struct profile_function *f = &report->view.profile->functions[line->function];

        g_string_append_printf(out, "%s %s:%" G_GINT64_FORMAT, f->name, f->filename,
                               (gint64)line->line);
        /* without inlined calls the tool forgets columns as well */
        if (report->options->dialect != REPORT_DIALECT_GO_1_19)
            g_string_append_printf(out, ":%" G_GINT64_FORMAT,
                                   report->options->top.no_inlines ? 0 : (gint64)line->column);
        g_string_append_printf(out, " s=%" G_GINT64_FORMAT, (gint64)f->start_line);
        if (strcmp(f->name, f->system_name) != 0)
            g_string_append_printf(out, "(%s)", f->system_name);
        g_string_append_c(out, '\n');
    }
}

void report_write_raw(GString *out, const struct report *report)
{
    const struct profile *p = report->view.profile;
    bool skips_empty = report->options->dialect == REPORT_DIALECT_GO_1_19;

    profile_unpack(p);
    write_header(out, report);

    g_autoptr(GString) line = g_string_new(NULL);

    for (size_t i = 0; i < p->n_sample_types; i++) {
        const struct profile_value_type *type = &p->sample_types[i];
        bool is_default = strcmp(type->type, p->default_sample_type) == 0;

        g_string_append_printf(line, "%s/%s%s ", type->type, type->unit,
                               is_default ? "[dflt]" : "");
    }
    g_string_append_printf(out, "Samples:\n%s\n", g_strstrip(line->str));

    for (size_t i = 0; i < p->n_samples; i++)
        if (!skips_empty || p->samples[i].n_frames > 0)
            write_sample(out, p, i);
    g_string_append(out, "Locations\n");
    for (size_t i = 0; i < p->n_locations; i++)
        write_location(out, report, &p->locations[i]);
    g_string_append(out, "Mappings\n");
    for (size_t i = 0; i < p->n_mappings; i++) {
        const struct profile_mapping *m = &p->mappings[i];

        g_string_append_printf(
            out,
            "%" G_GUINT64_FORMAT ": 0x%" G_GINT64_MODIFIER "x/0x%" G_GINT64_MODIFIER
            "x/0x%" G_GINT64_MODIFIER "x %s %s %s%s%s%s\n",
            (guint64)m->id, (guint64)m->start, (guint64)m->limit, (guint64)m->file_offset,
            m->filename, m->build_id, m->has_functions ? "[FN]" : "",
            m->has_filenames ? "[FL]" : "", m->has_line_numbers ? "[LN]" : "",
            m->has_inline_frames && !report->options->top.no_inlines ? "[IN]" : "");
    }
}
