#include "app/report/report_json.h"

#include "app/ground/json.h"
#include "app/triage/patterns.h"

#include <math.h>
#include <string.h>

/*
 * The report for programs. One object:
 *   {"schema": 1, "version": "0.1.0",
 *    "target": {"pid": 4182, "name": …, "pprof_url": … or null, …},
 *    "observed_s": 6.1, "verdict": "bad", "exit_status": 1, "diagnosis": …, "actions": […],
 *    "causes": [{"id": "session-files", "title": …, "leak": true, "confidence": 0.95,
 *      "evidence": …, "culprit": …, "cause": …, "confirm": …, "advice": …, "fixed": …}, …],
 *    "steps": [{"step": 1, "id": "rss", "verdict": …, "facts": [{"label": …, …}], …}, …],
 *    "measurements": {"rss_bytes": 66072576, …}, "trends": {"rss": {…}, …},
 *    "made_unix_s": …, "system": …, "host": …, "backend": …, "tools": [{"name": …, "version": …}],
 *    "series": {"rss": {"unit": "bytes", "points": [[seconds before now, value], …]}, …},
 *    "paths": [{"path": …, "type": …, "open": 3, "growth": 1, …}], "templates": […],
 *    "goroutines": [{"count": …, "category": …, "growth": …, "frames": […], "creator": …}],
 *    "functions": [{"function": …, "flat_bytes": …, "cum_bytes": …, "flat_growth_bytes": …}],
 *    "since_mark": {"age_s": …, "numbers": {…}, "paths": [{"text": …, "born": …}], …} or null}
 * Numbers that are not known are null; text as in app/ground/json.h.
 */

enum { SCHEMA = 1 };

/* --- parts ------------------------------------------------------------------ */

static void add_target(JsonBuilder *builder, const struct triage_input *input)
{
    const struct target *target = input->target;

    json_begin_object(builder, "target");
    json_add_int(builder, "pid", target->id.pid != 0 ? target->id.pid : SAMPLE_UNKNOWN);
    json_add_text(builder, "name", target->name);
    json_add_text(builder, "exe", target->exe);
    json_add_text(builder, "cmdline", target->cmdline);
    json_add_text(builder, "go_version", target->go_version);
    json_add_text(builder, "pprof_url", target->pprof_url);
    json_add_text(builder, "pprof_why", target->pprof_why);
    json_add_flag(builder, "is_sidecar", target->is_sidecar);
    json_add_int(builder, "started_unix_s",
                 target->started_real_us != 0 ? target->started_real_us / G_USEC_PER_SEC
                                              : SAMPLE_UNKNOWN);
    json_add_int(builder, "uptime_s",
                 input->process != NULL ? input->process->uptime_s : SAMPLE_UNKNOWN);
    json_builder_end_object(builder);
}

static void add_fact(JsonBuilder *builder, const struct triage_fact *fact)
{
    g_autofree char *key = ref_key(&fact->ref);

    json_builder_begin_object(builder);
    json_add_text(builder, "label", fact->label);
    json_add_text(builder, "value", fact->value);
    json_add_text(builder, "note", fact->note);
    json_add_text(builder, "verdict", triage_verdict_name(fact->verdict));
    json_add_text(builder, "link", ref_pane(fact->ref.kind));
    json_add_text(builder, "link_kind", ref_name(fact->ref.kind));
    json_add_text(builder, "link_key", key);
    json_builder_end_object(builder);
}

static void add_step(JsonBuilder *builder, size_t number, const struct triage_step *step)
{
    json_builder_begin_object(builder);
    json_add_int(builder, "step", (int64_t)number);
    json_add_text(builder, "id", step->key);
    json_add_text(builder, "title", step->title);
    json_add_text(builder, "question", step->question);
    json_add_text(builder, "verdict", triage_verdict_name(step->verdict));
    json_add_text(builder, "summary", step->summary);
    json_add_text(builder, "sentence", step->sentence);
    json_add_text(builder, "threshold", step->threshold);
    json_add_text(builder, "command", step->command);
    json_add_text(builder, "next", step->next);
    json_add_text(builder, "suggested", step->suggested);
    json_add_text(builder, "evidence_verdict", triage_verdict_name(step->evidence_verdict));
    json_add_text(builder, "judgement", triage_judgement_name(step->judgement));
    json_builder_set_member_name(builder, "facts");
    json_builder_begin_array(builder);
    for (guint i = 0; i < step->facts->len; i++)
        add_fact(builder, step->facts->pdata[i]);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static bool usable(const void *sample)
{
    const struct sample *base = sample;

    return base != NULL && (base->status == SAMPLE_OK || base->status == SAMPLE_STALE);
}

static void add_process(JsonBuilder *builder, const struct process_sample *process)
{
    if (!usable(process))
        return;
    json_add_int(builder, "rss_bytes", process->rss_bytes);
    json_add_int(builder, "rss_anon_bytes", process->rss_anon_bytes);
    json_add_int(builder, "rss_file_bytes", process->rss_file_bytes);
    json_add_int(builder, "rss_peak_bytes", process->rss_peak_bytes);
    json_add_int(builder, "vsz_bytes", process->vsz_bytes);
    json_add_int(builder, "footprint_bytes", process->footprint_bytes);
    json_add_number(builder, "cpu_percent", process->cpu_percent);
    json_add_int(builder, "threads", process->threads);
    json_add_int(builder, "fds", process->fd_count);
    json_add_int(builder, "fd_soft_limit", process->fd_soft_limit);
}

static void add_files(JsonBuilder *builder, const struct files_sample *files)
{
    if (!usable(files))
        return;
    json_begin_object(builder, "fds_by_type");
    for (size_t i = 0; i < FD_N_TYPES; i++)
        json_add_int(builder, fd_type_label((enum fd_type)i), files->by_type[i]);
    json_builder_end_object(builder);
    json_begin_object(builder, "files_by_class");
    for (size_t i = 0; i < PATH_N_CLASSES; i++)
        json_add_int(builder, path_class_name((enum path_class)i), files->by_class[i]);
    json_builder_end_object(builder);
    json_add_int(builder, "inotify_watches", files->inotify_watches);
}

static void add_memory(JsonBuilder *builder, const struct memory_sample *memory)
{
    if (!usable(memory))
        return;
    json_add_int(builder, "pss_bytes", memory->pss_bytes);
    json_add_int(builder, "lazyfree_bytes", memory->lazyfree_bytes);
    if (memory->regions_us == 0)
        return;
    json_add_int(builder, "regions", memory->total.count);
    json_begin_object(builder, "regions_by_class");
    for (size_t i = 0; i < REGION_N_CLASSES; i++) {
        json_begin_object(builder, region_class_name((enum region_class)i));
        json_add_int(builder, "count", memory->classes[i].count);
        json_add_int(builder, "virtual_bytes", memory->classes[i].virtual_bytes);
        json_add_int(builder, "resident_bytes", memory->classes[i].resident_bytes);
        json_add_int(builder, "dirty_bytes", memory->classes[i].dirty_bytes);
        json_add_int(builder, "swapped_bytes", memory->classes[i].swapped_bytes);
        json_builder_end_object(builder);
    }
    json_builder_end_object(builder);
}

static void add_heap(JsonBuilder *builder, const struct heap_sample *heap)
{
    if (!usable(heap) || heap->memstats == NULL)
        return;
    json_add_int(builder, "heap_alloc_bytes", (int64_t)heap->memstats->heap_alloc);
    json_add_int(builder, "heap_inuse_bytes", (int64_t)heap->memstats->heap_inuse);
    json_add_int(builder, "heap_idle_bytes", (int64_t)heap->memstats->heap_idle);
    json_add_int(builder, "heap_released_bytes", (int64_t)heap->memstats->heap_released);
    json_add_int(builder, "collections", (int64_t)heap->memstats->num_gc);
}

static void add_measurements(JsonBuilder *builder, const struct triage_input *input)
{
    json_begin_object(builder, "measurements");
    add_process(builder, input->process);
    json_add_int(builder, "swap_bytes", step_swap_bytes(input));
    add_files(builder, input->files);
    add_memory(builder, input->memory);
    json_add_int(builder, "goroutines",
                 usable(input->goroutines) ? input->goroutines->count : SAMPLE_UNKNOWN);
    add_heap(builder, input->heap);
    json_builder_end_object(builder);
}

static void add_trend(JsonBuilder *builder, const char *name, const struct trend *trend)
{
    static const char *const verdicts[] = {
        [TREND_UNKNOWN] = "unknown",     [TREND_FLAT] = "flat",       [TREND_GROWING] = "growing",
        [TREND_SHRINKING] = "shrinking", [TREND_PLATEAU] = "plateau",
    };
    bool known = trend->verdict != TREND_UNKNOWN;

    json_begin_object(builder, name);
    json_add_text(builder, "verdict", verdicts[trend->verdict]);
    json_add_number(builder, "per_second", known ? trend->per_second : NAN);
    json_add_number(builder, "low", known ? trend->low : NAN);
    json_add_number(builder, "high", known ? trend->high : NAN);
    json_add_number(builder, "rise", known ? trend->rise : NAN);
    json_add_number(builder, "window_s", trend->window_s);
    json_add_int(builder, "points", (int64_t)trend->n);
    json_builder_end_object(builder);
}

static void add_trends(JsonBuilder *builder, const struct triage_input *input)
{
    json_begin_object(builder, "trends");
    for (size_t i = 0; i < METRIC_N; i++)
        if (metric_has_use((enum metric)i, METRIC_USE_TREND))
            add_trend(builder, metric_info((enum metric)i)->id, &input->trends[i]);
    json_builder_end_object(builder);
}

static void add_cause(JsonBuilder *builder, const struct triage_cause *cause)
{
    json_builder_begin_object(builder);
    json_add_text(builder, "id", cause->pattern->id);
    json_add_text(builder, "title", cause->pattern->title);
    json_builder_set_member_name(builder, "leak");
    json_builder_add_boolean_value(builder, cause->pattern->leak);
    json_add_number(builder, "confidence", cause->confidence);
    json_add_text(builder, "evidence", cause->evidence);
    json_add_text(builder, "culprit", cause->culprit);
    json_add_text(builder, "cause", cause->pattern->cause);
    json_add_text(builder, "confirm", cause->pattern->confirm);
    json_add_text(builder, "advice", cause->pattern->advice);
    json_add_text(builder, "fixed", cause->pattern->fixed);
    json_builder_end_object(builder);
}

static void add_watch_row(JsonBuilder *builder, const struct watch_row *row)
{
    json_builder_begin_object(builder);
    json_add_number(builder, "at_unix_s", (double)row->real_us / G_USEC_PER_SEC);
    json_add_text(builder, "kind", row->kind);
    json_add_text(builder, "text", row->text);
    json_builder_end_object(builder);
}

/* All rows: JSON is for programs, and what is left out would have to be told. */
static void add_watch(JsonBuilder *builder, const struct watch *watch)
{
    if (watch == NULL)
        return;
    json_begin_object(builder, "watch");
    json_add_number(builder, "from_unix_s", (double)watch->from_real_us / G_USEC_PER_SEC);
    json_add_number(builder, "to_unix_s", (double)watch->to_real_us / G_USEC_PER_SEC);
    json_add_number(builder, "without_data_s", watch->gap_s);
    json_add_text(builder, "ending", watch->ending);
    json_add_text(builder, "recording", watch->recording);
    json_begin_array(builder, "rows");
    for (guint i = 0; i < watch->rows->len; i++)
        add_watch_row(builder, &g_array_index(watch->rows, struct watch_row, i));
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

static void add_causes(JsonBuilder *builder, const GPtrArray *causes)
{
    json_builder_set_member_name(builder, "causes");
    json_builder_begin_array(builder);
    for (guint i = 0; i < causes->len; i++)
        add_cause(builder, causes->pdata[i]);
    json_builder_end_array(builder);
}

static void add_steps(JsonBuilder *builder, const struct triage_report *report)
{
    const struct triage_step *steps[TRIAGE_N_STEPS];
    size_t n = triage_report_steps(report, false, steps);

    json_begin_array(builder, "steps");
    for (size_t i = 0; i < n; i++)
        add_step(builder, (size_t)steps[i]->id + 1, steps[i]);
    json_builder_end_array(builder);
}

static void add_conclusion(JsonBuilder *builder, const struct triage_result *result)
{
    json_add_text(builder, "diagnosis", result->diagnosis);
    add_causes(builder, result->causes);
    json_begin_array(builder, "actions");
    for (guint i = 0; i < result->actions->len; i++)
        json_add_text_value(builder, result->actions->pdata[i]);
    json_builder_end_array(builder);
}

size_t triage_report_steps(const struct triage_report *report, bool is_short,
                           const struct triage_step *ret[TRIAGE_N_STEPS])
{
    enum triage_step_id order[TRIAGE_N_STEPS];
    size_t n_first = symptom_order(report->symptom, order), n = 0;

    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        const struct triage_step *step = &report->result->steps[order[i]];
        bool is_shown =
            !is_short || i < n_first || !triage_is_branch(step->id) || *step->suggested != '\0';

        if (report->only != NULL ? step == report->only : is_shown)
            ret[n++] = step;
    }
    return n;
}

int triage_report_status(const struct triage_report *report)
{
    struct triage_result verdict = {.verdict = report->only != NULL ? report->only->verdict
                                                                    : report->result->verdict};

    return triage_exit_status(&verdict);
}

static void add_result(JsonBuilder *builder, const struct triage_report *report)
{
    enum triage_verdict verdict =
        report->only != NULL ? report->only->verdict : report->result->verdict;

    json_add_text(builder, "verdict", triage_verdict_name(verdict));
    json_add_int(builder, "exit_status", triage_report_status(report));
    if (report->symptom != SYMPTOM_NONE)
        json_add_text(builder, "symptom", symptom_info(report->symptom)->key);
    if (report->only == NULL)
        add_conclusion(builder, report->result);
    add_steps(builder, report);
}

/* --- the document ----------------------------------------------------------- */

char *triage_report_json(const struct triage_report *report)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    const struct triage_input *input = report->input;

    json_builder_begin_object(builder);
    json_add_int(builder, "schema", SCHEMA);
    json_add_text(builder, "version", SIDESCOPE_VERSION);
    add_target(builder, input);
    json_add_number(builder, "observed_s", input->observed_s);
    add_result(builder, report);
    add_watch(builder, report->watch);
    add_measurements(builder, input);
    add_trends(builder, input);
    report_json_evidence(builder, report);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);

    redact_json(report->redact, root);
    return json_document_of(root);
}
