#include "app/report/report_json.h"

#include "app/ground/json.h"
#include "app/report/report_functions.h"
#include "app/triage/goroutine_growth.h"
#include "app/triage/steps.h"

#include <math.h>

/* --- where and with what ---------------------------------------------------- */

static void add_tools(JsonBuilder *builder, const GPtrArray *tools)
{
    json_begin_array(builder, "tools");
    for (guint i = 0; tools != NULL && i < tools->len; i++) {
        const struct tool *tool = tools->pdata[i];

        json_builder_begin_object(builder);
        json_add_text(builder, "name", tool->name);
        json_add_text(builder, "version", tool->version);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void add_place(JsonBuilder *builder, const struct triage_report *report)
{
    json_add_int(builder, "made_unix_s", report->made_real_us / G_USEC_PER_SEC);
    json_add_text(builder, "system", report->system);
    json_add_text(builder, "host", report->host);
    json_add_text(builder, "backend", report->backend);
    add_tools(builder, report->tools);
}

/* --- over time -------------------------------------------------------------- */

static void add_points(JsonBuilder *builder, const GArray *points, gint64 now_us)
{
    json_begin_array(builder, "points");
    for (guint i = 0; i < points->len; i++) {
        const struct history_point *point = &g_array_index(points, struct history_point, i);

        json_builder_begin_array(builder);
        json_add_number_value(builder, (double)(point->t_us - now_us) / G_USEC_PER_SEC);
        json_add_number_value(builder, point->value);
        json_builder_end_array(builder);
    }
    json_builder_end_array(builder);
}

static void add_series(JsonBuilder *builder, const struct triage_report *report)
{
    json_begin_object(builder, "series");
    for (guint i = 0; report->series != NULL && i < report->series->len; i++) {
        const struct report_series *series =
            &g_array_index(report->series, struct report_series, i);

        const struct metric_info *info = metric_info(series->metric);

        json_begin_object(builder, info->id);
        json_add_text(builder, "name", info->name);
        json_add_text(builder, "unit", metric_unit_name(info->unit));
        add_points(builder, series->points, report->now_us);
        json_builder_end_object(builder);
    }
    json_builder_end_object(builder);
}

/* --- files ------------------------------------------------------------------ */

static double age_s(const struct triage_report *report, gint64 since_us)
{
    return since_us != 0 ? (double)(report->now_us - since_us) / G_USEC_PER_SEC : (double)NAN;
}

static void add_path(JsonBuilder *builder, const struct triage_report *report,
                     const struct fd_group *group)
{
    json_builder_begin_object(builder);
    json_add_text(builder, "path", group->path);
    json_add_text(builder, "type", fd_type_label(group->type));
    json_add_text(builder, "class", path_class_name(group->cls));
    json_add_int(builder, "open", group->count);
    json_add_int(builder, "growth", group->growth);
    json_add_int(builder, "deleted", group->deleted);
    json_add_number(builder, "oldest_seen_s", age_s(report, group->oldest_us));
    json_builder_end_object(builder);
}

static void add_template(JsonBuilder *builder, const struct fd_template *fold)
{
    json_builder_begin_object(builder);
    json_add_text(builder, "template", fold->text);
    json_add_text(builder, "type", fd_type_label(fold->type));
    json_add_int(builder, "open", fold->count);
    json_add_int(builder, "growth", fold->growth);
    json_add_int(builder, "paths", fold->n_paths);
    json_builder_end_object(builder);
}

static void add_files(JsonBuilder *builder, const struct triage_report *report)
{
    const struct files_sample *files = report->input->files;
    bool known = files != NULL && sample_usable(&files->base);

    json_begin_array(builder, "paths");
    for (size_t i = 0; known && i < MIN(files->n_groups, (size_t)REPORT_MAX_PATHS); i++)
        add_path(builder, report, &files->groups[i]);
    json_builder_end_array(builder);
    json_begin_array(builder, "templates");
    for (size_t i = 0; known && i < MIN(files->n_templates, (size_t)REPORT_MAX_TEMPLATES); i++)
        add_template(builder, &files->templates[i]);
    json_builder_end_array(builder);
}

/* --- goroutines ------------------------------------------------------------- */

static void add_frame(JsonBuilder *builder, const struct goroutine_frame *frame)
{
    json_builder_begin_object(builder);
    json_add_text(builder, "function", frame->function);
    json_add_text(builder, "file", frame->file);
    json_add_int(builder, "line", frame->line);
    if (frame->elided > 0)
        json_add_int(builder, "elided", frame->elided);
    json_builder_end_object(builder);
}

static void add_bucket(JsonBuilder *builder, const struct goroutine_bucket *bucket, int64_t growth)
{
    json_builder_begin_object(builder);
    json_add_int(builder, "count", (int64_t)bucket->count);
    json_add_text(builder, "category", goroutine_category_name(bucket->category));
    json_add_text(builder, "site", goroutine_site_function(bucket));
    json_add_text(builder, "labels", bucket->labels);
    json_add_int(builder, "growth", growth);
    json_add_int(builder, "leaked", (int64_t)bucket->n_leaked);
    json_add_int(builder, "wait_max_minutes",
                 bucket->wait_max_minutes >= 0 ? bucket->wait_max_minutes : SAMPLE_UNKNOWN);
    json_begin_array(builder, "frames");
    for (size_t i = 0; i < MIN(bucket->n_frames, (size_t)REPORT_MAX_FRAMES); i++)
        add_frame(builder, &bucket->frames[i]);
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "creator");
    if (bucket->creator != NULL)
        add_frame(builder, bucket->creator);
    else
        json_builder_add_null_value(builder);
    json_builder_end_object(builder);
}

static void add_goroutines(JsonBuilder *builder, const struct triage_report *report)
{
    const struct goroutines_sample *sample = report->input->goroutines;
    const struct goroutine_dump *dump = sample != NULL ? sample->dump : NULL;
    const struct goroutine_dump *base = goroutine_base_dump(report->input);

    json_begin_array(builder, "goroutines");
    for (size_t i = 0; dump != NULL && i < MIN(dump->n_buckets, (size_t)REPORT_MAX_STACKS); i++)
        add_bucket(builder, &dump->buckets[i], goroutine_growth(base, &dump->buckets[i]));
    json_builder_end_array(builder);
}

/* --- heap ------------------------------------------------------------------- */

static void add_function(JsonBuilder *builder, const struct report_functions *functions,
                         const struct top_row *row)
{
    json_builder_begin_object(builder);
    json_add_text(builder, "function", row->name);
    json_add_int(builder, "flat_bytes", row->flat);
    json_add_int(builder, "cum_bytes", row->cum);
    json_add_int(builder, "flat_growth_bytes", report_functions_growth(functions, row, false));
    json_add_int(builder, "cum_growth_bytes", report_functions_growth(functions, row, true));
    json_builder_end_object(builder);
}

static void add_functions(JsonBuilder *builder, const char *name,
                          const struct report_functions *functions, const struct top_report *top)
{
    json_begin_array(builder, name);
    for (size_t i = 0; top != NULL && i < MIN(top->n_rows, (size_t)REPORT_MAX_FUNCTIONS); i++)
        add_function(builder, functions, &top->rows[i]);
    json_builder_end_array(builder);
}

static void add_heap(JsonBuilder *builder, const struct triage_input *input)
{
    struct report_functions functions;

    report_functions_init(&functions, input);
    add_functions(builder, "functions", &functions, functions.flat);
    add_functions(builder, "functions_cum", &functions, functions.cum);
    report_functions_clear(&functions);
}

/* --- since the mark --------------------------------------------------------- */

static void add_numbers(JsonBuilder *builder, const struct triage_since *since)
{
    json_begin_object(builder, "numbers");
    for (int i = 0; i < METRIC_N_COMPARED; i++) {
        json_begin_object(builder, metric_info((enum metric)i)->words);
        json_add_int(builder, "then", since->numbers[i].before);
        json_add_int(builder, "now", since->numbers[i].after);
        json_builder_end_object(builder);
    }
    json_builder_end_object(builder);
}

static void add_rows(JsonBuilder *builder, const struct triage_report *report, enum since_list list)
{
    const GArray *rows = report->since->lists[list];

    json_begin_array(builder, since_list_name(list));
    for (guint i = 0; i < MIN(rows->len, (guint)REPORT_MAX_ROWS); i++) {
        const struct since_row *row = &g_array_index(rows, struct since_row, i);

        json_builder_begin_object(builder);
        json_add_text(builder, "text", row->text);
        json_add_int(builder, "born", row->born);
        json_add_int(builder, "now", row->now);
        json_add_number(builder, "oldest_seen_s", age_s(report, row->oldest_us));
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void add_totals(JsonBuilder *builder, const struct triage_since *since)
{
    json_begin_object(builder, "born_total");
    for (int i = 0; i < SINCE_N_LISTS; i++)
        json_add_int(builder, since_list_name((enum since_list)i),
                     since->has_list[i] ? since->born_total[i] : SAMPLE_UNKNOWN);
    json_builder_end_object(builder);
}

static void add_since(JsonBuilder *builder, const struct triage_report *report)
{
    json_builder_set_member_name(builder, "since_mark");
    if (report->since == NULL) {
        json_builder_add_null_value(builder);
        return;
    }
    json_builder_begin_object(builder);
    json_add_int(builder, "mark_unix_s", report->since->mark_real_us / G_USEC_PER_SEC);
    json_add_number(builder, "age_s", report->since->age_s);
    add_numbers(builder, report->since);
    add_totals(builder, report->since);
    for (int i = 0; i < SINCE_N_LISTS; i++)
        add_rows(builder, report, (enum since_list)i);
    json_builder_end_object(builder);
}

void report_json_evidence(JsonBuilder *builder, const struct triage_report *report)
{
    add_place(builder, report);
    add_series(builder, report);
    add_files(builder, report);
    add_goroutines(builder, report);
    add_heap(builder, report->input);
    add_since(builder, report);
}
