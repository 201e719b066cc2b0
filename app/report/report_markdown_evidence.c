#include "app/report/report_markdown.h"

#include "app/report/report_chart.h"
#include "app/report/report_functions.h"
#include "app/triage/goroutine_growth.h"
#include "app/triage/steps.h"
#include "widgets/safe_text.h"

#include <math.h>

/* --- over time -------------------------------------------------------------- */

static void write_trend(struct markdown *md, enum metric metric, const struct trend *trend)
{
    static const char *const verdicts[] = {
        [TREND_UNKNOWN] = "unknown",     [TREND_FLAT] = "flat",       [TREND_GROWING] = "growing",
        [TREND_SHRINKING] = "shrinking", [TREND_PLATEAU] = "plateau",
    };
    bool known = trend->verdict != TREND_UNKNOWN;
    struct number_text (*rate)(double) =
        metric_is_bytes(metric) ? number_rate_bytes : number_rate_count;

    g_string_append_printf(md->out, "| %s | %s | %s | %s to %s | %s |\n", metric_info(metric)->name,
                           verdicts[trend->verdict], known ? rate(trend->per_second).text : "-",
                           known ? rate(trend->low).text : "-",
                           known ? rate(trend->high).text : "-",
                           number_duration(trend->window_s).text);
}

static void write_trends(struct markdown *md, const struct triage_input *in)
{
    static const char *const titles[] = {"trend", "verdict", "rate", "90 % range", "window", NULL};

    markdown_table(md, titles, "llrrr");
    for (size_t i = 0; i < METRIC_N; i++)
        if (metric_has_use((enum metric)i, METRIC_USE_TREND))
            write_trend(md, (enum metric)i, &in->trends[i]);
}

static void write_time(struct markdown *md, const struct triage_report *report)
{
    markdown_heading(md, "Over time");
    write_trends(md, report->input);
    for (guint i = 0; report->series != NULL && i < report->series->len; i++) {
        g_autoptr(GString) chart = g_string_new(NULL);

        if (!report_chart(chart, &g_array_index(report->series, struct report_series, i),
                          md->unicode))
            continue;
        g_string_append_c(md->out, '\n');
        markdown_block(md, chart->str);
    }
}

/* --- files ------------------------------------------------------------------ */

static void write_paths(struct markdown *md, const struct triage_report *report)
{
    static const char *const titles[] = {"open", "growth", "deleted", "oldest seen",
                                         "type", "path",   NULL};
    const struct files_sample *files = report->input->files;

    markdown_table(md, titles, "rrrrll");
    for (size_t i = 0; i < MIN(files->n_groups, (size_t)REPORT_MAX_PATHS); i++) {
        const struct fd_group *group = &files->groups[i];

        g_string_append_printf(md->out, "| %u | %s | %u | %s | %s | ", group->count,
                               report_signed_count(group->growth).text, group->deleted,
                               report_age(report, group->oldest_us).text,
                               fd_type_label(group->type));
        markdown_cell_code(md, group->path);
        g_string_append(md->out, " |\n");
    }
    report_markdown_left_out(md, files->n_groups, REPORT_MAX_PATHS, "paths");
}

static void write_templates(struct markdown *md, const struct files_sample *files)
{
    static const char *const titles[] = {"open", "growth", "paths", "type", "template", NULL};
    size_t shown = 0;

    for (size_t i = 0; i < files->n_templates && shown < REPORT_MAX_TEMPLATES; i++) {
        const struct fd_template *fold = &files->templates[i];

        if (fold->n_paths < 2)
            continue;
        if (shown++ == 0) {
            g_string_append(md->out, "\nPaths of one shape together:\n\n");
            markdown_table(md, titles, "rrrll");
        }
        g_string_append_printf(md->out, "| %u | %s | %u | %s | ", fold->count,
                               report_signed_count(fold->growth).text, fold->n_paths,
                               fd_type_label(fold->type));
        markdown_cell_code(md, fold->text);
        g_string_append(md->out, " |\n");
    }
}

static void write_files(struct markdown *md, const struct triage_report *report)
{
    const struct files_sample *files = report->input->files;

    if (files == NULL || !sample_usable(&files->base))
        return;
    markdown_heading(md, "Open files");
    g_string_append_printf(md->out, "%s descriptors", number_count(files->count).text);
    for (size_t i = 0; i < FD_N_TYPES; i++)
        if (files->by_type[i] > 0)
            g_string_append_printf(md->out, ", %s %s", number_count(files->by_type[i]).text,
                                   fd_type_label((enum fd_type)i));
    g_string_append_printf(md->out, "; limit %s.\n\n", number_count(files->soft_limit).text);
    write_paths(md, report);
    write_templates(md, files);
}

/* --- memory map ------------------------------------------------------------- */

static void write_map(struct markdown *md, const struct memory_sample *memory)
{
    static const char *const titles[] = {"region type", "virtual", "resident", "dirty",
                                         "swapped",     "count",   "growth",   NULL};

    if (memory == NULL || !sample_usable(&memory->base) || memory->regions_us == 0)
        return;
    markdown_heading(md, "Memory map");
    markdown_table(md, titles, "lrrrrrr");
    for (size_t i = 0; i < REGION_N_CLASSES; i++) {
        const struct region_totals *t = &memory->classes[i];

        if (t->count > 0)
            g_string_append_printf(
                md->out, "| %s | %s | %s | %s | %s | %s | %s |\n",
                region_class_name((enum region_class)i), number_bytes(t->virtual_bytes).text,
                number_bytes(t->resident_bytes).text, number_bytes(t->dirty_bytes).text,
                number_bytes(t->swapped_bytes).text, number_count(t->count).text,
                number_bytes_signed(memory->growth[i].resident_bytes).text);
    }
}

/* --- goroutines ------------------------------------------------------------- */

static void append_frame(GString *lines, const struct markdown *md,
                         const struct goroutine_frame *frame, const char *prefix)
{
    g_autofree char *function = redact_text(md->redact, frame->function);
    g_autofree char *file = redact_text(md->redact, frame->file);

    if (frame->elided > 0) {
        g_string_append_printf(lines, "...%u frames the runtime left out...\n", frame->elided);
        return;
    }
    g_string_append(lines, prefix);
    text_sanitise(lines, function, -1, md->unicode);
    if (*file != '\0') {
        g_string_append(lines, "\n    ");
        text_sanitise(lines, file, -1, md->unicode);
        g_string_append_printf(lines, ":%" G_GINT64_FORMAT, (gint64)frame->line);
    }
    g_string_append_c(lines, '\n');
}

static void write_frames(struct markdown *md, const struct goroutine_bucket *bucket)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    for (size_t i = 0; i < MIN(bucket->n_frames, (size_t)REPORT_MAX_FRAMES); i++)
        append_frame(lines, md, &bucket->frames[i], "");
    if (bucket->n_frames > REPORT_MAX_FRAMES)
        g_string_append_printf(lines, "...%zu more...\n", bucket->n_frames - REPORT_MAX_FRAMES);
    if (bucket->creator != NULL)
        append_frame(lines, md, bucket->creator, "created by ");
    markdown_block(md, lines->str);
}

static void write_bucket(struct markdown *md, const struct goroutine_bucket *bucket, int64_t growth)
{

    g_string_append_printf(md->out, "\n**%zu** %s", bucket->count,
                           goroutine_category_name(bucket->category));
    if (growth != SAMPLE_UNKNOWN)
        g_string_append_printf(md->out, ", %s since the baseline",
                               report_signed_count(growth).text);
    if (bucket->wait_max_minutes > 0)
        g_string_append_printf(md->out, ", waiting up to %" G_GINT64_FORMAT " min",
                               (gint64)bucket->wait_max_minutes);
    if (bucket->n_leaked > 0)
        g_string_append_printf(md->out, ", %zu proven leaked", bucket->n_leaked);
    g_string_append(md->out, ", in ");
    markdown_code(md, goroutine_site_function(bucket));
    g_string_append(md->out, "\n\n");
    write_frames(md, bucket);
}

static void write_goroutines(struct markdown *md, const struct triage_report *report)
{
    const struct goroutines_sample *sample = report->input->goroutines;
    const struct goroutine_dump *base = goroutine_base_dump(report->input);

    if (sample == NULL || sample->dump == NULL)
        return;
    const struct goroutine_dump *dump = sample->dump;
    size_t shown = MIN(dump->n_buckets, (size_t)REPORT_MAX_STACKS);

    markdown_heading(md, "Goroutines");
    g_string_append_printf(md->out, "%zu in %zu groups of equal stacks", dump->total,
                           dump->n_buckets);
    for (size_t i = 0; i < GOROUTINE_N_CATEGORIES; i++)
        if (dump->by_category[i] > 0)
            g_string_append_printf(md->out, ", %zu %s", dump->by_category[i],
                                   goroutine_category_name((enum goroutine_category)i));
    g_string_append(md->out, ".\n");
    for (size_t i = 0; i < shown; i++)
        write_bucket(md, &dump->buckets[i], goroutine_growth(base, &dump->buckets[i]));
    report_markdown_left_out(md, dump->n_buckets, shown, "groups");
}

/* --- heap ------------------------------------------------------------------- */

static void write_functions(struct markdown *md, const struct report_functions *functions, bool cum)
{
    static const char *const titles[] = {"flat", "cum", "growth", "function", NULL};
    const struct top_report *top = cum ? functions->cum : functions->flat;

    markdown_table(md, titles, "rrrl");
    for (size_t i = 0; i < MIN(top->n_rows, (size_t)REPORT_MAX_FUNCTIONS); i++) {
        const struct top_row *r = &top->rows[i];

        g_string_append_printf(
            md->out, "| %s | %s | %s | ", number_bytes(r->flat).text, number_bytes(r->cum).text,
            number_bytes_signed(report_functions_growth(functions, r, cum)).text);
        markdown_cell_code(md, r->name);
        g_string_append(md->out, " |\n");
    }
    report_markdown_left_out(md, top->n_rows, REPORT_MAX_FUNCTIONS, "functions");
}

static void write_memstats(struct markdown *md, const struct memstats *m)
{
    if (m != NULL)
        g_string_append_printf(
            md->out,
            "HeapAlloc %s, HeapInuse %s, HeapIdle %s, HeapReleased %s, Sys %s, NumGC %u.\n\n",
            number_bytes((int64_t)m->heap_alloc).text, number_bytes((int64_t)m->heap_inuse).text,
            number_bytes((int64_t)m->heap_idle).text, number_bytes((int64_t)m->heap_released).text,
            number_bytes((int64_t)m->sys).text, (unsigned)m->num_gc);
}

static void write_heap(struct markdown *md, const struct triage_report *report)
{
    struct report_functions functions;
    const struct heap_sample *heap = report->input->heap;

    if (report_functions_init(&functions, report->input)) {
        markdown_heading(md, "Heap");
        write_memstats(md, heap->memstats);
        g_string_append(md->out, "Bytes in use by the function that allocated them:\n\n");
        write_functions(md, &functions, false);
        g_string_append(md->out, "\nWith everything they call:\n\n");
        write_functions(md, &functions, true);
    }
    report_functions_clear(&functions);
}

void report_markdown_evidence(struct markdown *md, const struct triage_report *report)
{
    write_time(md, report);
    write_files(md, report);
    write_map(md, report->input->memory);
    write_goroutines(md, report);
    write_heap(md, report);
}
