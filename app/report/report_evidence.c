#include "app/report/report_parts.h"

#include "app/report/report_functions.h"
#include "app/session/fd_words.h"
#include "app/triage/goroutine_growth.h"
#include "app/triage/steps.h"

#include <inttypes.h>
#include <math.h>

#define TEXT(value) DOCUMENT_OF_TEXT(DOCUMENT_WORDS, (value))
#define COUNT(value) DOCUMENT_OF_INT(DOCUMENT_COUNT, (value))
#define NUMBER(value) DOCUMENT_OF_DOUBLE(DOCUMENT_NUMBER, (value))

double report_age_s(const struct triage_report *report, gint64 since_us)
{
    return since_us != 0 ? (double)(report->now_us - since_us) / G_USEC_PER_SEC : (double)NAN;
}

static void heading(struct document *d, const char *text)
{
    document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, text);
}

/* --- over time --- */

static const char *trend_word(const struct trend *trend)
{
    static const char *const words[] = {
        [TREND_UNKNOWN] = "unknown",     [TREND_FLAT] = "flat",       [TREND_GROWING] = "growing",
        [TREND_SHRINKING] = "shrinking", [TREND_PLATEAU] = "plateau",
    };

    return words[trend->verdict];
}

static void add_trend_row(struct document *d, enum metric metric, const struct trend *trend)
{
    struct number_text (*rate)(double, double) =
        metric_is_bytes(metric) ? number_rate_bytes_over : number_rate_count_over;
    double s = trend->window_s;
    double none = trend->verdict == TREND_UNKNOWN ? (double)NAN : 0; /* a rate of it is "-" */
    g_autofree char *range = g_strdup_printf("%s to %s", rate(trend->low + none, s).text,
                                             rate(trend->high + none, s).text);

    document_row(d, (const struct document_value[]){
                        TEXT(metric_info(metric)->name), TEXT(trend_word(trend)),
                        TEXT(rate(trend->per_second + none, s).text), TEXT(range),
                        DOCUMENT_OF_DOUBLE(DOCUMENT_SECONDS, trend->window_s)});
}

static void add_trends(struct document *d, const struct triage_input *in)
{
    static const struct document_column columns[] = {{NULL, "trend", DOCUMENT_PLAIN, false},
                                                     {NULL, "verdict", DOCUMENT_PLAIN, false},
                                                     {NULL, "rate", DOCUMENT_PLAIN, true},
                                                     {NULL, "90 % range", DOCUMENT_PLAIN, true},
                                                     {NULL, "window", DOCUMENT_SECONDS, true}};

    document_for(d, DOCUMENT_JSON);
    document_open(d, "trends");
    for (int i = 0; i < METRIC_N; i++)
        if (metric_has_use((enum metric)i, METRIC_USE_TREND)) {
            const struct trend *trend = &in->trends[i];
            bool known = trend->verdict != TREND_UNKNOWN;

            document_open(d, metric_info((enum metric)i)->id);
            document_member(d, "verdict", TEXT(trend_word(trend)));
            document_member(d, "per_second", NUMBER(known ? trend->per_second : NAN));
            document_member(d, "low", NUMBER(known ? trend->low : NAN));
            document_member(d, "high", NUMBER(known ? trend->high : NAN));
            document_member(d, "rise", NUMBER(known ? trend->rise : NAN));
            document_member(d, "window_s", NUMBER(trend->window_s));
            document_member(d, "points", COUNT((int64_t)trend->n));
            document_close(d);
        }
    document_close(d);
    document_for(d, DOCUMENT_MARKDOWN);
    document_table(
        d, &(struct document_table){.columns = columns, .n_columns = G_N_ELEMENTS(columns)});
    for (int i = 0; i < METRIC_N; i++)
        if (metric_has_use((enum metric)i, METRIC_USE_TREND))
            add_trend_row(d, (enum metric)i, &in->trends[i]);
}

/* --- files --- */

static void add_paths(struct document *d, const struct triage_report *report,
                      const struct files_sample *files)
{
    static const struct document_column columns[] = {
        {"open", "open", DOCUMENT_COUNT, true},
        {"growth", "growth", DOCUMENT_GROWTH, true},
        {"deleted", "deleted", DOCUMENT_COUNT, true},
        {"oldest_seen_s", "oldest seen", DOCUMENT_SECONDS, true},
        {"type", "type", DOCUMENT_PLAIN, false},
        {"class", NULL, DOCUMENT_PLAIN, false},
        {"path", "path", DOCUMENT_CODE, false}};
    size_t n = files != NULL ? files->n_groups : 0, shown = MIN(n, (size_t)REPORT_MAX_PATHS);

    document_table(d, &(struct document_table){.key = "paths",
                                               .columns = columns,
                                               .n_columns = G_N_ELEMENTS(columns),
                                               .noun = "paths",
                                               .may_be_empty = files != NULL});
    for (size_t i = 0; i < shown; i++) {
        const struct fd_group *group = &files->groups[i];

        document_row(d, (const struct document_value[]){
                            COUNT(group->count), COUNT(group->growth), COUNT(group->deleted),
                            NUMBER(report_age_s(report, group->oldest_us)),
                            TEXT(fd_type_label(group->type)), TEXT(path_class_name(group->cls)),
                            TEXT(group->path)});
    }
    document_left_out(d, n - shown);
}

/* Those of one path alone say to a reader what the paths said. */
static void add_templates(struct document *d, const struct files_sample *files,
                          enum document_form form, uint32_t least_paths)
{
    static const struct document_column columns[] = {
        {"open", "open", DOCUMENT_COUNT, true},
        {"growth", "growth", DOCUMENT_GROWTH, true},
        {"paths", "paths", DOCUMENT_COUNT, true},
        {"type", "type", DOCUMENT_PLAIN, false},
        {"template", "template", DOCUMENT_CODE, false}};
    size_t shown = 0, n = 0;

    document_for(d, form);
    document_table(d, &(struct document_table){.key = "templates",
                                               .columns = columns,
                                               .n_columns = G_N_ELEMENTS(columns),
                                               .intro = "Paths of one shape together:",
                                               .noun = "shapes"});
    for (size_t i = 0; files != NULL && i < files->n_templates; i++) {
        const struct fd_template *fold = &files->templates[i];

        if (fold->n_paths < least_paths || ++n > REPORT_MAX_TEMPLATES)
            continue;
        shown++;
        document_row(d, (const struct document_value[]){
                            COUNT(fold->count), COUNT(fold->growth), COUNT(fold->n_paths),
                            TEXT(fd_type_label(fold->type)), TEXT(fold->text)});
    }
    document_left_out(d, n - shown);
}

static void add_files(struct document *d, const struct triage_report *report)
{
    const struct files_sample *files =
        report->input->files != NULL && sample_usable(&report->input->files->base)
            ? report->input->files
            : NULL;

    document_for(d, DOCUMENT_MARKDOWN);
    if (files != NULL) {
        heading(d, "Open files");
        document_paragraph(d, &(struct document_style){0});
        document_sayf(d, DOCUMENT_PLAIN, "%s descriptors", number_count(files->count).text);
        for (size_t i = 0; i < FD_N_TYPES; i++)
            if (files->by_type[i] > 0)
                document_sayf(d, DOCUMENT_PLAIN, ", %s %s", number_count(files->by_type[i]).text,
                              fd_type_label((enum fd_type)i));
        document_sayf(d, DOCUMENT_PLAIN, "; limit %s.", number_count(files->soft_limit).text);
    }
    document_for(d, DOCUMENT_FULL);
    add_paths(d, report, files);
    add_templates(d, files, DOCUMENT_MARKDOWN, 2);
    add_templates(d, files, DOCUMENT_JSON, 0);
}

/* --- memory map --- */

static void add_map(struct document *d, const struct memory_sample *memory)
{
    static const struct document_column columns[] = {
        {NULL, "region type", DOCUMENT_PLAIN, false}, {NULL, "virtual", DOCUMENT_BYTES, true},
        {NULL, "resident", DOCUMENT_BYTES, true},     {NULL, "dirty", DOCUMENT_BYTES, true},
        {NULL, "swapped", DOCUMENT_BYTES, true},      {NULL, "count", DOCUMENT_COUNT, true},
        {NULL, "growth", DOCUMENT_BYTES_GROWTH, true}};

    if (memory == NULL || !sample_usable(&memory->base) || memory->regions_us == 0)
        return;
    document_for(d, DOCUMENT_MARKDOWN);
    heading(d, "Memory map");
    document_table(d, &(struct document_table){.columns = columns,
                                               .n_columns = G_N_ELEMENTS(columns),
                                               .may_be_empty = true});
    for (int i = 0; i < REGION_N_CLASSES; i++) {
        const struct region_totals *t = &memory->classes[i];

        if (t->count > 0)
            document_row(d, (const struct document_value[]){
                                TEXT(region_class_name((enum region_class)i)),
                                COUNT(t->virtual_bytes), COUNT(t->resident_bytes),
                                COUNT(t->dirty_bytes), COUNT(t->swapped_bytes), COUNT(t->count),
                                COUNT(memory->growth[i].resident_bytes)});
    }
}

/* --- goroutines --- */

enum { SHOWN_DESCRIPTORS = 10 }; /* of one group */

static void add_frame(struct document *d, const struct goroutine_frame *frame)
{
    document_member(d, "function", TEXT(frame->function));
    document_member(d, "file", TEXT(frame->file));
    document_member(d, "line", COUNT(frame->line));
    if (frame->elided > 0)
        document_member(d, "elided", COUNT(frame->elided));
    document_close(d);
}

static void add_descriptors(struct document *d, const struct goroutine_bucket *bucket,
                            const struct files_sample *files)
{
    if (bucket->n_waited > 0)
        document_open_list(d, "descriptors");
    for (size_t i = 0; i < MIN(bucket->n_waited, (size_t)SHOWN_DESCRIPTORS); i++) {
        g_autoptr(GString) words = g_string_new(NULL);

        if (bucket->waited[i]->fd < 0)
            continue;
        document_open(d, NULL);
        document_member(d, "fd", COUNT(bucket->waited[i]->fd));
        if (fd_words(files, bucket->waited[i]->fd, words))
            document_member(d, "what", TEXT(words->str));
        document_close(d);
    }
    if (bucket->n_waited > 0)
        document_close(d);
    if (bucket->n_threads == 0)
        return;
    document_open_list(d, "threads");
    for (size_t i = 0; i < MIN(bucket->n_threads, (size_t)SHOWN_DESCRIPTORS); i++) {
        document_open(d, NULL);
        document_member(d, "goroutine", COUNT((int64_t)bucket->threads[i].id));
        document_member(d, "thread", COUNT(bucket->threads[i].tid));
        document_member(d, "system_call", TEXT(bucket->threads[i].call));
        document_close(d);
    }
    document_close(d);
}

static void add_stack_members(struct document *d, const struct goroutine_bucket *bucket,
                              const struct files_sample *files, int64_t growth, size_t shown)
{
    document_for(d, DOCUMENT_JSON);
    document_member(d, "count", COUNT((int64_t)bucket->count));
    document_member(d, "category", TEXT(goroutine_category_name(bucket->category)));
    document_member(d, "site", TEXT(goroutine_site_function(bucket)));
    document_member(d, "labels", TEXT(bucket->labels));
    if (bucket->waits != NULL)
        document_member(d, "waits", TEXT(bucket->waits));
    if (goroutine_bucket_held(bucket) != NULL) {
        const struct goroutine_waited *held = goroutine_bucket_held(bucket);

        document_open(d, "lock_holder");
        document_member(d, "lock", TEXT(held->name));
        document_member(d, "goroutine", COUNT((int64_t)held->holder_id));
        document_member(d, "told", TEXT(held->holder));
        document_member(d, "certainty", TEXT(held->is_holder_certain ? "certain" : "guess"));
        document_close(d);
    }
    add_descriptors(d, bucket, files);
    document_member(d, "growth", COUNT(growth));
    document_member(d, "leaked", COUNT((int64_t)bucket->n_leaked));
    document_member(
        d, "wait_max_minutes",
        COUNT(bucket->wait_max_minutes >= 0 ? bucket->wait_max_minutes : SAMPLE_UNKNOWN));
    document_open_list(d, "frames");
    for (size_t i = 0; i < shown; i++) {
        document_open(d, NULL);
        add_frame(d, &bucket->frames[i]);
    }
    document_close(d);
    document_member(d, "frames_left_out", COUNT((int64_t)(bucket->n_frames - shown)));
    if (bucket->creator == NULL) {
        document_null(d, "creator");
        return;
    }
    document_open(d, "creator");
    add_frame(d, bucket->creator);
}

static void add_frame_lines(struct document *d, const struct goroutine_frame *frame,
                            const char *prefix)
{
    g_autofree char *function = g_strconcat(prefix, frame->function, NULL);
    g_autofree char *place = g_strdup_printf("    %s:%" PRId64, frame->file, frame->line);
    g_autofree char *elided =
        g_strdup_printf("...%u frames the runtime left out...", (unsigned)frame->elided);

    document_line(d, frame->elided > 0 ? elided : function);
    if (frame->elided == 0 && *frame->file != '\0')
        document_line(d, place);
}

static void add_stack_lines(struct document *d, const struct goroutine_bucket *bucket,
                            const struct files_sample *files, int64_t growth, size_t shown)
{
    document_for(d, DOCUMENT_MARKDOWN);
    document_paragraph(d, &(struct document_style){0});
    if (bucket->n_leaked > 0)
        document_sayf(d, DOCUMENT_STRONG, "%zu, %s proven leaked:", bucket->count,
                      bucket->n_leaked == bucket->count
                          ? "all"
                          : number_count((int64_t)bucket->n_leaked).text);
    else
        document_sayf(d, DOCUMENT_STRONG, "%zu", bucket->count);
    document_sayf(d, DOCUMENT_PLAIN, " %s", goroutine_category_name(bucket->category));
    if (growth != SAMPLE_UNKNOWN)
        document_sayf(d, DOCUMENT_PLAIN, ", %s since the baseline",
                      number_count_signed(growth).text);
    if (bucket->wait_max_minutes > 0)
        document_sayf(d, DOCUMENT_PLAIN, ", waiting up to %" PRId64 " min",
                      (int64_t)bucket->wait_max_minutes);
    if (bucket->waits != NULL)
        document_sayf(d, DOCUMENT_PLAIN, ", %s", bucket->waits);
    /* What the first descriptor is that they wait for. */
    g_autoptr(GString) words = g_string_new(NULL);

    for (size_t i = 0; i < bucket->n_waited && words->len == 0; i++)
        if (fd_words(files, bucket->waited[i]->fd, words)) {
            document_say(d, DOCUMENT_PLAIN, ", ");
            document_say(d, DOCUMENT_WORDS, words->str); /* paths: what the target chose */
        }
    document_say(d, DOCUMENT_PLAIN, ", in ");
    document_say(d, DOCUMENT_CODE, goroutine_site_function(bucket));
    document_block(d);
    for (size_t i = 0; i < shown; i++)
        add_frame_lines(d, &bucket->frames[i], "");
    if (shown < bucket->n_frames) {
        g_autofree char *more = g_strdup_printf("...%zu more...", bucket->n_frames - shown);

        document_line(d, more);
    }
    if (bucket->creator != NULL)
        add_frame_lines(d, bucket->creator, "created by ");
}

static void add_counts(struct document *d, const struct goroutines_sample *sample)
{
    const struct goroutine_dump *dump = sample->dump;

    document_for(d, DOCUMENT_MARKDOWN);
    heading(d, "Goroutines");
    document_paragraph(d, &(struct document_style){0});
    document_sayf(d, DOCUMENT_PLAIN, "%zu in %zu groups of equal stacks", dump->total,
                  dump->n_buckets);
    for (size_t i = 0; i < GOROUTINE_N_CATEGORIES; i++)
        if (dump->by_category[i] > 0)
            document_sayf(d, DOCUMENT_PLAIN, ", %zu %s", dump->by_category[i],
                          goroutine_category_name((enum goroutine_category)i));
    document_say(d, DOCUMENT_PLAIN,
                 sample_is_from_memory(sample->source) ? "; read from memory." : ".");
}

/* By size, but one goroutine that is proven leaked counts before hundreds that only wait. */
static const struct goroutine_bucket **proven_first(const struct goroutine_dump *dump)
{
    size_t n = dump != NULL ? dump->n_buckets : 0, at = 0;
    const struct goroutine_bucket **ret = g_new(const struct goroutine_bucket *, n + 1);

    for (int proven = 1; proven >= 0; proven--)
        for (size_t i = 0; i < n; i++)
            if ((dump->buckets[i].n_leaked > 0) == (proven == 1))
                ret[at++] = &dump->buckets[i];
    return ret;
}

static void add_goroutines(struct document *d, const struct triage_report *report)
{
    const struct goroutines_sample *sample = report->input->goroutines;
    const struct goroutine_dump *dump = sample != NULL ? sample->dump : NULL;
    const struct goroutine_dump *base = goroutine_base_dump(report->input);
    size_t n = dump != NULL ? dump->n_buckets : 0, shown = MIN(n, (size_t)REPORT_MAX_STACKS);
    g_autofree const struct goroutine_bucket **buckets = proven_first(dump);

    if (dump != NULL)
        add_counts(d, sample);
    document_for(d, DOCUMENT_JSON);
    document_open_list(d, "goroutines");
    for (size_t i = 0; i < shown; i++) {
        const struct goroutine_bucket *bucket = buckets[i];
        int64_t growth = goroutine_growth(base, bucket);
        size_t frames = MIN(bucket->n_frames, (size_t)REPORT_MAX_FRAMES);

        document_for(d, DOCUMENT_JSON);
        document_open(d, NULL);
        add_stack_members(d, bucket, report->input->files, growth, frames);
        document_close(d);
        add_stack_lines(d, bucket, report->input->files, growth, frames);
    }
    document_for(d, DOCUMENT_JSON);
    document_close(d);
    document_member(d, "goroutines_left_out", COUNT((int64_t)(n - shown)));
    document_for(d, DOCUMENT_MARKDOWN);
    document_paragraph(d, &(struct document_style){0});
    if (n > shown)
        document_sayf(d, DOCUMENT_PLAIN, "%zu more groups are not listed.", n - shown);
}

/* --- heap --- */

static void add_functions(struct document *d, const struct report_functions *functions, bool cum)
{
    static const struct document_column by_flat[] = {
        {"flat_bytes", "flat", DOCUMENT_BYTES, true},
        {"cum_bytes", "cum", DOCUMENT_BYTES, true},
        {"flat_growth_bytes", "growth", DOCUMENT_BYTES_GROWTH, true},
        {"cum_growth_bytes", NULL, DOCUMENT_BYTES_GROWTH, true},
        {"function", "function", DOCUMENT_CODE, false}};
    static const struct document_column by_cum[] = {
        {"flat_bytes", "flat", DOCUMENT_BYTES, true},
        {"cum_bytes", "cum", DOCUMENT_BYTES, true},
        {"flat_growth_bytes", NULL, DOCUMENT_BYTES_GROWTH, true},
        {"cum_growth_bytes", "growth", DOCUMENT_BYTES_GROWTH, true},
        {"function", "function", DOCUMENT_CODE, false}};
    const struct top_report *top = cum ? functions->cum : functions->flat;
    size_t n = top != NULL ? top->n_rows : 0, shown = MIN(n, (size_t)REPORT_MAX_FUNCTIONS);

    document_table(
        d, &(struct document_table){.key = cum ? "functions_cum" : "functions",
                                    .columns = cum ? by_cum : by_flat,
                                    .n_columns = G_N_ELEMENTS(by_flat),
                                    .intro = cum ? "With everything they call:"
                                                 : "Bytes in use by the function that allocated "
                                                   "them:",
                                    .noun = "functions",
                                    .may_be_empty = top != NULL});
    for (size_t i = 0; i < shown; i++) {
        const struct top_row *row = &top->rows[i];

        document_row(d, (const struct document_value[]){
                            COUNT(row->flat), COUNT(row->cum),
                            COUNT(report_functions_growth(functions, row, false)),
                            COUNT(report_functions_growth(functions, row, true)), TEXT(row->name)});
    }
    document_left_out(d, n - shown);
}

void report_add_evidence(struct document *d, const struct triage_report *report)
{
    document_for(d, DOCUMENT_MARKDOWN);
    heading(d, "Over time");
    add_trends(d, report->input);
    document_for(d, DOCUMENT_FULL);
    document_open(d, "series");
    for (guint i = 0; report->series != NULL && i < report->series->len; i++) {
        const struct report_series *series =
            &g_array_index(report->series, struct report_series, i);

        document_series(d, metric_info(series->metric)->id, series, report->now_us);
    }
    document_close(d);
    add_files(d, report);
    add_map(d, report->input->memory);
    add_goroutines(d, report);
    struct report_functions functions;

    if (report_functions_init(&functions, report->input)) {
        const struct heap_sample *heap = report->input->heap;
        const struct memstats *m = heap->memstats;

        document_for(d, DOCUMENT_MARKDOWN);
        heading(d, "Heap");
        document_paragraph(d, &(struct document_style){0});
        if (m != NULL)
            document_sayf(
                d, DOCUMENT_PLAIN,
                "HeapAlloc %s, HeapInuse %s, HeapIdle %s, HeapReleased %s, Sys %s, NumGC %u.",
                number_bytes((int64_t)m->heap_alloc).text,
                number_bytes((int64_t)m->heap_inuse).text, number_bytes((int64_t)m->heap_idle).text,
                number_bytes((int64_t)m->heap_released).text, number_bytes((int64_t)m->sys).text,
                (unsigned)m->num_gc);
        if (heap->source != NULL && *heap->source != '\0')
            document_sayf(d, DOCUMENT_PLAIN, " Read from %s.", heap->source);
    }
    document_for(d, DOCUMENT_FULL);
    add_functions(d, &functions, false);
    add_functions(d, &functions, true);
    report_functions_clear(&functions);
}
