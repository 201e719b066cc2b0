#include "app/triage/steps.h"

#include <math.h>

/*
 * Step 1: is RSS high? Level against the documented 500 MB (for a sidecar that
 * idles), growth for every process, and what looks like a leak but is none:
 * memory already returned, a plateau.
 */

/* A footprint below this share of its peak has come down: some of it was given back. */
static const double peak_share = 0.9;
struct rss_view {
    int64_t level;    /* what counts: RSS, on macOS the footprint */
    int64_t returned; /* part of RSS the system may take at any time; 0 when none or not known */
    bool high, excused;
};

/* From the footprint tool, else as old as the last vmmap; unknown where there are neither. */
static void footprint_of(const struct triage_input *in, int64_t *ret_bytes, int64_t *ret_peak_bytes)
{
    *ret_bytes = in->process->footprint_bytes;
    *ret_peak_bytes = in->process->footprint_peak_bytes;
    if (*ret_bytes != SAMPLE_UNKNOWN || in->memory == NULL || !sample_usable(&in->memory->base))
        return;
    *ret_bytes = in->memory->footprint_bytes;
    *ret_peak_bytes = in->memory->footprint_peak_bytes;
}

/*
 * Pages given back lazily still count as RSS. Linux says how many. On macOS
 * they are what RSS has above the footprint, if that has come down from its
 * peak; at the peak the rest is shared pages, which were never given back.
 */
static int64_t returned_bytes(const struct triage_input *in)
{
    int64_t footprint, peak;

    footprint_of(in, &footprint, &peak);
    if (footprint != SAMPLE_UNKNOWN) {
        bool past_peak = peak != SAMPLE_UNKNOWN && (double)footprint < peak_share * (double)peak;

        return past_peak ? MAX(in->process->rss_bytes - footprint, 0) : 0;
    }
    if (in->memory != NULL && sample_usable(&in->memory->base) &&
        in->memory->lazyfree_bytes != SAMPLE_UNKNOWN)
        return in->memory->lazyfree_bytes;
    return 0;
}

static struct rss_view view_of(const struct step_context *context)
{
    const struct triage_input *in = context->in;
    double limit = limit_of(context, THRESHOLD_RSS_IDLE_BYTES);
    struct rss_view view = {.level = in->process->rss_bytes, .returned = returned_bytes(in)};

    view.high = (double)view.level > limit;
    view.excused = view.high && (double)(view.level - view.returned) <= limit;
    return view;
}

static bool is_busy(const struct step_context *context, const struct process_sample *process)
{
    return !isnan(process->cpu_percent) &&
           process->cpu_percent >= limit_of(context, THRESHOLD_CPU_BUSY);
}

static enum triage_verdict level_verdict(const struct step_context *context,
                                         const struct rss_view *view)
{
    const struct triage_input *in = context->in;

    if (!in->target->is_sidecar || !view->high || view->excused)
        return TRIAGE_HEALTHY;
    return trend_steady(&in->trends[METRIC_RSS]) || is_busy(context, in->process) ? TRIAGE_LOOK
                                                                                  : TRIAGE_BAD;
}

bool step_fills(const struct triage_input *in)
{
    return trend_grows(&in->trends[METRIC_HEAP_ALLOC]) || trend_grows(&in->trends[METRIC_RSS]);
}

/* A goal that rose and stands still may wait for the next collection only: of a heap that is filled
 * each comes twice as late as the one before. Seconds of that say nothing. */
static bool goal_refutes(const struct triage_input *in)
{
    const struct trend *goal = &in->trends[METRIC_NEXT_GC];

    return trend_refutes(goal) &&
           (goal->verdict != TREND_PLATEAU || goal->window_s >= SUSTAINED_GROWTH_S);
}

/*
 * The Go heap takes what it may before its next collection: RSS that rises within
 * NextGC while what collections leave alive does not is the collector's slack.
 */
static bool is_slack(const struct triage_input *in)
{
    static const double fragments = 1.15;
    const struct memstats *m =
        in->heap != NULL && sample_usable(&in->heap->base) ? in->heap->memstats : NULL;

    const struct trend *live = &in->trends[METRIC_HEAP_LIVE];

    /* with too few collections for a trend of its own, the goal that each of them sets tells */
    bool still =
        live->verdict == TREND_UNKNOWN ? in->heap_settled || goal_refutes(in) : trend_refutes(live);

    return m != NULL && still && step_is_go_rise(in) && m->next_gc != UINT64_MAX &&
           (double)m->heap_inuse <= fragments * (double)m->next_gc;
}

/* What rises is the pages of files, which the system can have back at any time: neither anonymous
 * memory nor what is shared without a file, as far as both are known. */
static bool is_file_pages(const struct triage_input *in)
{
    const struct trend *rss = &in->trends[METRIC_RSS], *anon = &in->trends[METRIC_RSS_ANON];
    bool walked = in->memory != NULL && sample_usable(&in->memory->base) &&
                  in->memory->regions_us != 0 && !in->memory->regions_are_types;

    return walked && anon->verdict != TREND_UNKNOWN && !trend_grows(anon) &&
           2 * anon->rise < rss->rise &&
           2 * (double)in->memory->growth[REGION_SHARED].resident_bytes < rss->rise;
}

static bool grows(const struct triage_input *in)
{
    return step_memory_grows(&in->trends[METRIC_RSS]) && !is_slack(in) && !is_file_pages(in);
}

/* Growth that matters is either so many bytes or such a share of the level within an hour. */
static enum triage_verdict growth_verdict(const struct step_context *context,
                                          const struct trend *trend, int64_t level)
{
    double hourly = trend->per_second * 3600;
    double share = limit_of(context, THRESHOLD_RSS_GROWTH_SHARE) / 100 * (double)level;
    enum triage_verdict verdict = grows(context->in) ? trend_verdict_of(trend) : TRIAGE_HEALTHY;

    if (verdict == TRIAGE_BAD && hourly < limit_of(context, THRESHOLD_RSS_GROWTH_BYTES) &&
        hourly < share)
        return TRIAGE_LOOK;
    return verdict;
}

/* --- facts --- */

static void add_level(struct step_context *context, const struct rss_view *view)
{
    const struct number_text limit = number_bytes_real(limit_of(context, THRESHOLD_RSS_IDLE_BYTES));
    g_autofree char *note =
        g_strdup_printf("%s %s%s", view->high ? ">" : "<", limit.text,
                        context->in->target->is_sidecar ? "" : " (a rule for an idle sidecar)");

    step_add(context->step, &(struct fact_spec){.label = "RSS",
                                                .value = number_bytes(view->level).text,
                                                .note = note,
                                                .verdict = level_verdict(context, view),
                                                .ref = {.kind = REF_MEMORY}});
}

static void add_trend(struct step_context *context, const struct rss_view *view)
{
    const struct trend *trend = &context->in->trends[METRIC_RSS];

    if (trend->verdict == TREND_UNKNOWN)
        return;
    g_autofree char *note =
        g_strdup_printf("%s over %s, %s", number_bytes_signed((int64_t)trend->rise).text,
                        number_duration(trend->window_s).text, number_range_bytes(trend).text);

    step_add(context->step,
             &(struct fact_spec){.label = "RSS trend",
                                 .value = number_trend_bytes(trend).text,
                                 .note = note,
                                 .verdict = growth_verdict(context, trend, view->level),
                                 .ref = {.kind = REF_MEMORY}});
}

static void add_bytes(struct step_context *context, const char *label, int64_t bytes,
                      const char *note)
{
    if (bytes != SAMPLE_UNKNOWN)
        step_add(context->step, &(struct fact_spec){.label = label,
                                                    .value = number_bytes(bytes).text,
                                                    .note = note,
                                                    .ref = {.kind = REF_MEMORY}});
}

static void add_memory(struct step_context *context, const struct rss_view *view)
{
    const struct process_sample *process = context->in->process;
    int64_t footprint, peak;

    add_bytes(context, "anonymous", process->rss_anon_bytes, "Go heap, stacks, C heap");
    add_bytes(context, "file pages", process->rss_file_bytes, "the program and mapped files");
    add_bytes(context, "peak", process->rss_peak_bytes, "the highest RSS so far");
    footprint_of(context->in, &footprint, &peak);
    add_bytes(context, "footprint", footprint, "without what was returned");
    add_bytes(context, "footprint peak", peak, "");
    if (view->returned > 0)
        add_bytes(context, "returned, still counted", view->returned,
                  "the system takes it when it needs memory: no leak");
    add_bytes(context, "swap", step_swap_bytes(context->in), "");
}

/* Pages of files that the group has read count as used, and can be had back at any time. */
static char *with_page_cache(const struct memory_pressure *room, const char *share)
{
    int64_t cached = room->cgroup_file_bytes;

    if (cached == SAMPLE_UNKNOWN || cached * 10 < room->cgroup_used_bytes)
        return g_strdup(share);
    return g_strdup_printf("%s; %s of that are pages of files, which it can have back", share,
                           number_bytes(cached).text);
}

/* Its own memory is one thing, that of what it started another. */
static void add_children(struct step_context *context)
{
    const struct triage_input *in = context->in;
    struct children_view view;

    if (!step_children(in, context->limits, &view))
        return;
    g_autofree char *change = step_children_change(in, &view);
    g_autofree char *note =
        g_strdup_printf("of %s processes it started, not in its RSS%s",
                        number_count((int64_t)in->threads->n_children).text, change);

    step_add(context->step,
             &(struct fact_spec){.label = "memory of its children",
                                 .value = number_bytes(view.sum).text,
                                 .note = note,
                                 .verdict = view.grows || view.held || view.high ? TRIAGE_LOOK
                                                                                 : TRIAGE_HEALTHY,
                                 .ref = {.kind = REF_CHILDREN}});
}

/* What is reached first when RSS goes on: the group's limit, or the end of the machine's memory. */
static void add_room(struct step_context *context)
{
    const struct memory_sample *memory = context->in->memory;
    const struct trend *trend = &context->in->trends[METRIC_RSS];

    if (memory == NULL || !sample_usable(&memory->base))
        return;
    const struct memory_pressure *room = &memory->pressure;

    if (room->cgroup_limit_bytes != SAMPLE_UNKNOWN && room->cgroup_limit_bytes > 0 &&
        room->cgroup_used_bytes != SAMPLE_UNKNOWN) {
        g_autofree char *share = step_limit_note(trend, (double)room->cgroup_used_bytes,
                                                 (double)room->cgroup_limit_bytes);
        g_autofree char *note = with_page_cache(room, share);

        add_bytes(context, "limit of its cgroup", room->cgroup_limit_bytes, note);
    }
    if (room->available_bytes != SAMPLE_UNKNOWN && room->total_bytes != SAMPLE_UNKNOWN &&
        room->total_bytes > 0) {
        double used = (double)(room->total_bytes - room->available_bytes);
        g_autofree char *used_note = step_limit_note(trend, used, (double)room->total_bytes);
        g_autofree char *note = g_strdup_printf("of the machine: %s", used_note);

        add_bytes(context, "memory available", room->available_bytes, note);
    }
}

static void add_cpu(struct step_context *context)
{
    const struct process_sample *process = context->in->process;
    bool busy = is_busy(context, process);
    g_autofree char *note = g_strdup_printf(
        "of one core%s%s%s", isnan(process->cpu_children_percent) ? "" : "; children ",
        isnan(process->cpu_children_percent) ? ""
                                             : number_percent(process->cpu_children_percent).text,
        busy && context->in->target->is_sidecar ? "; an idle sidecar uses about 2%" : "");

    if (!isnan(process->cpu_percent))
        step_add(context->step,
                 &(struct fact_spec){.label = "CPU",
                                     .value = number_percent(process->cpu_percent).text,
                                     .note = note});
}

/* --- words --- */

static void write_summary(struct step_context *context, const struct rss_view *view)
{
    const struct trend *trend = &context->in->trends[METRIC_RSS];
    g_autoptr(GString) out = g_string_new(number_bytes(view->level).text);

    if (context->in->target->is_sidecar && view->high)
        g_string_append_printf(out, " > %s",
                               number_bytes_real(limit_of(context, THRESHOLD_RSS_IDLE_BYTES)).text);
    if (grows(context->in))
        g_string_append_printf(out, " %s", number_slope_bytes(trend).text);
    else if (view->excused)
        g_string_append(out, ", returned");
    step_set(&context->step->summary, g_strdup(out->str));
}

/* A rise that is no finding has no rate to be frightened of. */
static void append_rise(GString *out, const struct triage_input *in)
{
    const struct trend *trend = &in->trends[METRIC_RSS];
    bool slack = is_slack(in), pages = is_file_pages(in);

    if (step_memory_grows(trend) && (slack || pages))
        g_string_append_printf(out, ", up by %s in %s: %s", number_bytes((int64_t)trend->rise).text,
                               number_duration(trend->window_s).text,
                               slack ? "within what Go takes until it collects (NextGC); what is "
                                       "alive does not grow"
                                     : "pages of files, which the system can have back");
    else
        step_append_memory_trend(out, trend, in->observed_s);
}

static void write_sentence(struct step_context *context, const struct rss_view *view)
{
    const struct triage_input *in = context->in;
    const struct number_text limit = number_bytes_real(limit_of(context, THRESHOLD_RSS_IDLE_BYTES));
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "RSS is %s", number_bytes(view->level).text);
    if (in->target->is_sidecar)
        g_string_append_printf(out, ", %s the documented %s for an idle sidecar",
                               view->high ? "over" : "under", limit.text);
    append_rise(out, in);
    g_string_append_c(out, '.');
    step_append_switches(context, METRIC_RSS, out);
    if (view->returned > 0 && (double)view->returned > 0.1 * (double)view->level)
        g_string_append_printf(out,
                               " %s of it was returned to the system and is only not taken "
                               "back yet: not a leak.",
                               number_bytes(view->returned).text);
    else if (view->high && in->target->is_sidecar && trend_steady(&in->trends[METRIC_RSS]))
        g_string_append(out, " High but flat for that long is a level, not a leak.");
    if (in->process->base.status == SAMPLE_STALE)
        g_string_append_printf(out, " Not fresh: %s.", sample_why(&in->process->base));
    step_set(&context->step->sentence, g_strdup(out->str));
}

static void write_command(struct step_context *context)
{
    int pid = (int)context->in->target->id.pid;

    if (context->in->macos)
        step_setf(&context->step->command,
                  "ps -o pid,rss,vsz,%%cpu -p %d; ps -M -p %d | tail -n +2 | wc -l; vmmap "
                  "--summary %d | grep -i footprint",
                  pid, pid, pid);
    else
        step_setf(&context->step->command,
                  "ps -o pid,rss,vsz,%%cpu,nlwp -p %d; grep -E '^(VmHWM|VmRSS|Rss|VmSwap|Threads)' "
                  "/proc/%d/status",
                  pid, pid);
}

void triage_step_rss(struct step_context *context)
{
    const struct triage_input *in = context->in;
    struct triage_step *step = context->step;

    step_set(&step->threshold,
             g_strdup_printf("documented: over %s for an idle sidecar (%s); %s; growth counts for "
                             "every process",
                             number_bytes_real(limit_of(context, THRESHOLD_RSS_IDLE_BYTES)).text,
                             threshold_info(THRESHOLD_RSS_IDLE_BYTES)->source,
                             threshold_info(THRESHOLD_RSS_IDLE_BYTES)->measured));
    step_setf(&step->next, "descriptors come next: leaked files and watchers are the commonest "
                           "cause of a growing RSS, and the cheapest to check");
    write_command(context);
    if (in->process == NULL || !sample_usable(&in->process->base) ||
        in->process->rss_bytes == SAMPLE_UNKNOWN) {
        step_unknown(step, "not known",
                     sample_why(in->process != NULL ? &in->process->base : NULL));
        return;
    }
    struct rss_view view = view_of(context);

    step->verdict = TRIAGE_HEALTHY;
    add_level(context, &view);
    add_trend(context, &view);
    step_add_switches(context, METRIC_RSS, (struct ref){0});
    add_memory(context, &view);
    add_children(context);
    add_room(context);
    add_cpu(context);
    write_summary(context, &view);
    write_sentence(context, &view);
    context->findings->rss_high = in->target->is_sidecar && view.high && !view.excused;
    context->findings->rss_growing = grows(in);
    context->findings->rss_returned = view.excused;
}
