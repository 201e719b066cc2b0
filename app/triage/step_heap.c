#include "app/triage/steps.h"

#include "app/triage/heap_growth.h"

#include <string.h>

/*
 * Step 4: is the Go heap growing? Only what survives collections counts
 * (HeapAlloc swings by design). Needs pprof; without it the step says how to
 * get it and what that costs.
 */

enum { TOP_FUNCTIONS = 5, MAX_FUNCTIONS = 20 }; /* shown; looked at by the patterns */

/* Of a difference of two profiles while the live heap has no trend yet: below, a young program
 * still fills what it keeps. */
static const double significant_share = 0.05, least_bytes = 4.0 * 1024 * 1024;

static bool heap_usable(const struct heap_sample *heap)
{
    return heap != NULL && sample_usable(&heap->base) &&
           (heap->memstats != NULL || heap->profile != NULL);
}

/* --- facts --- */

static void add_live_trend(struct step_context *context)
{
    const struct trend *trend = &context->in->trends[METRIC_HEAP_LIVE];

    if (trend->verdict == TREND_UNKNOWN)
        return;
    g_autofree char *note = g_strdup_printf("%s over %s, %" G_GSIZE_FORMAT " collections, %s",
                                            number_bytes_signed((int64_t)trend->rise).text,
                                            number_duration(trend->window_s).text, trend->n,
                                            number_range_bytes(trend).text);

    step_add(context->step, &(struct fact_spec){.label = "live heap trend",
                                                .value = number_trend_bytes(trend).text,
                                                .note = note,
                                                .verdict = step_memory_verdict(trend),
                                                .ref = {.kind = REF_HEAP}});
    context->findings->heap_growing = step_memory_grows(trend);
}

/* Where the profile does not tell what is alive, the collector's goal does: it is made of that. */
static void add_goal_trend(struct step_context *context)
{
    const struct trend *trend = &context->in->trends[METRIC_NEXT_GC];

    if (context->in->trends[METRIC_HEAP_LIVE].verdict != TREND_UNKNOWN ||
        trend->verdict == TREND_UNKNOWN)
        return;
    bool settled = context->in->heap_settled;
    g_autofree char *note = g_strdup_printf(
        "%s over %s: NextGC is set from what each collection leaves alive%s",
        number_bytes_signed((int64_t)trend->rise).text, number_duration(trend->window_s).text,
        settled ? "; the last left no more than the one before it" : "");

    step_add(context->step,
             &(struct fact_spec){.label = "collector's goal trend",
                                 .value = number_trend_bytes(trend).text,
                                 .note = note,
                                 .verdict = settled ? TRIAGE_HEALTHY : step_memory_verdict(trend),
                                 .ref = {.kind = REF_HEAP}});
    context->findings->heap_growing = !settled && step_memory_grows(trend);
}

static void add_blind_profile(struct step_context *context)
{
    const struct heap_sample *heap = context->in->heap;

    if (heap->profile == NULL || metric_profile_tells(heap))
        return;
    step_add(context->step,
             &(struct fact_spec){.label = "heap profile",
                                 .value = "tells nothing",
                                 .note = "runtime.MemProfileRate is 0 or too high: most of the "
                                         "heap was never sampled, so no function can be named",
                                 .verdict = TRIAGE_UNKNOWN,
                                 .ref = {.kind = REF_HEAP}});
}

static void add_bytes(struct step_context *context, const char *label, uint64_t bytes,
                      const char *note)
{
    step_add(context->step,
             &(struct fact_spec){.label = label,
                                 .value = number_bytes((int64_t)MIN(bytes, INT64_MAX)).text,
                                 .note = note,
                                 .ref = {.kind = REF_HEAP}});
}

/* What is said to be returned and is resident all the same is not back. */
static const char *released_note(const struct triage_input *in, char **ret_text)
{
    enum { NOISE_BYTES = 16 * 1024 * 1024 };
    int64_t back = step_returned_resident(in);

    if (back == SAMPLE_UNKNOWN)
        return "of that returned to the system: no leak, as far as it is not resident";
    if (back < NOISE_BYTES)
        return "of that returned to the system: no leak";
    *ret_text = g_strdup_printf("of that given back, but %s of it are resident: huge pages",
                                number_bytes(back).text);
    return *ret_text;
}

/* "482 collections so far, 4.2/s, 31% of CPU while watched". New string. */
static char *collector_note(const struct triage_input *in, const struct memstats *memstats)
{
    const struct trend *collections = &in->trends[METRIC_COLLECTIONS];
    g_autoptr(GString) out = g_string_new(NULL);

    g_string_append_printf(out, "%s collections so far",
                           number_count((int64_t)memstats->num_gc).text);
    if (trend_grows(collections))
        g_string_append_printf(out, ", %s", number_slope_count(collections).text);
    if (in->gc_share >= 1)
        g_string_append_printf(out, ", %s of CPU while watched",
                               number_percent_whole(in->gc_share).text);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void add_memory_limit(struct step_context *context)
{
    const struct heap_sample *heap = context->in->heap;
    int64_t limit = step_memory_limit(heap);
    double share = step_memory_limit_share(heap);

    if (limit == SAMPLE_UNKNOWN)
        return;
    g_autofree char *note = g_strdup_printf("%s: Go holds %s of it", step_settings_words(heap),
                                            number_percent_whole(share).text);

    step_add(context->step, &(struct fact_spec){.label = "GOMEMLIMIT",
                                                .value = number_bytes(limit).text,
                                                .note = note,
                                                .verdict = step_collector_is_at_limit(context->in)
                                                               ? TRIAGE_LOOK
                                                               : TRIAGE_HEALTHY,
                                                .ref = {.kind = REF_HEAP}});
}

static void add_gc_percent(struct step_context *context)
{
    const struct heap_sample *heap = context->in->heap;
    int64_t percent = step_gc_percent(heap);
    bool off = percent == -1;

    if (percent == SAMPLE_UNKNOWN || percent == GC_PERCENT_USUAL)
        return;
    g_autofree char *note =
        g_strdup_printf("%s: %s", step_settings_words(heap),
                        off ? "collections only at GOMEMLIMIT, if there is one"
                            : "garbage it lets come up, of what is alive; 100 is usual");

    step_add(context->step, &(struct fact_spec){.label = "GOGC",
                                                .value = off ? "off" : number_count(percent).text,
                                                .note = note,
                                                .ref = {.kind = REF_HEAP}});
}

static void add_memstats(struct step_context *context, const struct memstats *memstats)
{
    g_autofree char *back = NULL;
    g_autofree char *collections = collector_note(context->in, memstats);

    add_bytes(context, "HeapAlloc", memstats->heap_alloc, "live and not yet collected");
    add_bytes(context, "HeapInuse", memstats->heap_inuse, "");
    add_bytes(context, "HeapIdle", memstats->heap_idle, "free inside Go");
    add_bytes(context, "HeapReleased", memstats->heap_released, released_note(context->in, &back));
    if (memstats->next_gc == UINT64_MAX)
        step_add(
            context->step,
            &(struct fact_spec){.label = "collector",
                                .value = "off",
                                .note = "GOGC=off: the heap can only grow",
                                .verdict = step_fills(context->in) ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                                .ref = {.kind = REF_HEAP}});
    else
        add_bytes(context, "NextGC", memstats->next_gc, collections);
    add_memory_limit(context);
    add_gc_percent(context);
}

static void add_alloc_rate(struct step_context *context)
{
    double rate = context->in->alloc_rate;
    double good = limit_of(context, THRESHOLD_ALLOC_RATE_BYTES);
    double bad = limit_of(context, THRESHOLD_ALLOC_RATE_BAD_BYTES);
    bool judged = context->in->target->is_sidecar && rate > good;
    g_autofree char *value = g_strdup_printf("%s/s", number_bytes_real(rate).text);
    g_autofree char *note =
        g_strdup_printf("under %s is good, %s bad; work for the collector, not a leak",
                        threshold_text(THRESHOLD_ALLOC_RATE_BYTES, good).text,
                        threshold_text(THRESHOLD_ALLOC_RATE_BAD_BYTES, bad).text);

    if (rate > 0)
        step_add(context->step,
                 &(struct fact_spec){.label = "allocation rate",
                                     .value = value,
                                     .note = note,
                                     .verdict = judged ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                                     .ref = {.kind = REF_HEAP}});
}

/* --- growing functions --- */

static const struct heap_sample *base_of(const struct triage_input *in)
{
    const struct heap_sample *base = in->base_heap;

    if (base == NULL || base == in->heap || base->profile == NULL || in->heap->profile == NULL ||
        base->profile == in->heap->profile)
        return NULL;
    return base;
}

/* One interval alone is a hint; together with a growing live heap it is the culprit. */
static enum triage_verdict function_verdict(const struct step_context *context,
                                            const struct trend *own, int64_t delta)
{
    const struct memstats *memstats = context->in->heap->memstats;
    double live = memstats != NULL ? (double)memstats->heap_alloc : 0;

    const struct trend *live_trend = &context->in->trends[METRIC_HEAP_LIVE];

    if (trend_tells(own) && trend_refutes(own)) /* it swings, others grow */
        return TRIAGE_HEALTHY;
    if (trend_lasts(live_trend) && step_memory_grows(live_trend))
        return TRIAGE_BAD;
    if (trend_grows(live_trend) &&
        !step_memory_grows(live_trend)) /* all of it is below the floor */
        return TRIAGE_HEALTHY;
    /* until there were collections enough, HeapAlloc at least shows that a load is over */
    if (live_trend->verdict == TREND_UNKNOWN
            ? context->in->heap_settled || trend_refutes(&context->in->trends[METRIC_HEAP_ALLOC])
            : trend_refutes(live_trend))
        return TRIAGE_HEALTHY;
    return (double)delta >= MAX(significant_share * live, least_bytes) ? TRIAGE_LOOK
                                                                       : TRIAGE_HEALTHY;
}

static char *function_note(const struct heap_growth *growth, const struct trend *own,
                           double seconds)
{
    GString *note = g_string_new(NULL);
    g_autofree char *rate = step_part_bytes(own);

    g_string_append_printf(note, "now %s%s", number_bytes(growth->now_bytes).text, rate);
    if (*rate == '\0' && seconds > 0)
        g_string_append_printf(
            note, ", %s",
            number_rate_bytes_over((double)growth->delta_bytes / seconds, seconds).text);
    if (*growth->caller != '\0')
        g_string_append_printf(note, ", called from %s", growth->caller);
    if (growth->known != NULL)
        g_string_append_printf(note, "; %s", growth->known);
    return g_string_free(note, FALSE);
}

static void add_growing(struct step_context *context)
{
    const struct heap_sample *base = base_of(context->in), *heap = context->in->heap;

    if (base == NULL)
        return;
    GPtrArray *found = heap_growth_find(heap->profile, base->profile,
                                        metric_profile_noise_bytes(heap->profile), MAX_FUNCTIONS);

    double seconds = (double)(heap->profile_us - base->profile_us) / G_USEC_PER_SEC;

    context->findings->grown = found;
    for (guint i = 0; i < found->len && i < TOP_FUNCTIONS; i++) {
        const struct heap_growth *growth = g_ptr_array_index(found, i);
        struct trend own = step_part(context, PART_FUNCTIONS, growth->function);
        g_autofree char *note = function_note(growth, &own, seconds);
        enum triage_verdict verdict = function_verdict(context, &own, growth->delta_bytes);

        step_add(context->step,
                 &(struct fact_spec){.label = growth->function,
                                     .value = number_bytes_signed(growth->delta_bytes).text,
                                     .note = note,
                                     .verdict = verdict,
                                     .ref = {.kind = REF_FUNCTION, .text = growth->function}});
        if (context->findings->function == NULL && verdict != TRIAGE_HEALTHY) {
            context->findings->heap_growing = true;
            context->findings->function = g_strdup(growth->function);
            context->findings->function_caller =
                *growth->caller != '\0' ? g_strdup(growth->caller) : NULL;
            context->findings->signature = growth->known;
        }
    }
}

/* --- words --- */

static void write_summary(struct step_context *context)
{
    const struct triage_input *in = context->in;

    if (step_memory_grows(&in->trends[METRIC_HEAP_LIVE]))
        step_setf(&context->step->summary, "%s",
                  number_slope_bytes(&in->trends[METRIC_HEAP_LIVE]).text);
    else if (heap_usable(in->heap) && in->heap->memstats != NULL)
        step_setf(&context->step->summary, "%s%s",
                  number_bytes((int64_t)in->heap->memstats->heap_alloc).text,
                  context->findings->heap_growing ? " grows" : "");
    else
        step_setf(&context->step->summary, "no answer");
}

static void append_heap(const struct step_context *context, GString *out)
{
    const struct triage_input *in = context->in;
    const struct trend *live = &in->trends[METRIC_HEAP_LIVE];
    bool known = heap_usable(in->heap) && in->heap->memstats != NULL;

    if (!heap_usable(in->heap)) {
        g_string_append_printf(out, "The heap is not known: %s.",
                               sample_why(in->heap != NULL ? &in->heap->base : NULL));
        return;
    }
    g_string_append_printf(
        out, "HeapAlloc is %s",
        number_bytes(known ? (int64_t)in->heap->memstats->heap_alloc : SAMPLE_UNKNOWN).text);
    if (live->verdict == TREND_UNKNOWN) {
        if (metric_profile_tells(in->heap))
            g_string_append(out, "; a trend of the live heap needs more collections than were "
                                 "seen.");
        else if (in->heap->profile == NULL && *in->heap->base.reason != '\0')
            g_string_append_printf(out, "; what of it is alive is not known: %s.",
                                   in->heap->base.reason);
        else
            g_string_append(out, "; what of it is alive is not known: the heap profile does not "
                                 "show it (runtime.MemProfileRate).");
    } else {
        g_string_append(out, " (judged by what survives collections)");
        step_append_memory_trend(out, live, in->observed_s);
        g_string_append_c(out, '.');
    }
    const struct triage_findings *findings = context->findings;

    if (findings->function == NULL)
        return;
    g_string_append_printf(out, " What grew most is %s", findings->function);
    if (findings->function_caller != NULL)
        g_string_append_printf(out, ", called by %s", findings->function_caller);
    if (findings->signature != NULL)
        g_string_append_printf(out, ": %s", findings->signature);
    g_string_append_c(out, '.');
}

static bool is_from_memory(const struct heap_sample *heap)
{
    return heap_usable(heap) && heap->source != NULL && strcmp(heap->source, "memory") == 0;
}

static void write_command(struct step_context *context)
{
    const char *url = context->in->target->pprof_url;

    if (url == NULL && is_from_memory(context->in->heap)) {
        /* a program may keep no profile: who holds its objects is told all the same */
        step_setf(&context->step->command, "sidescope %s %d",
                  context->in->heap->profile != NULL ? "top" : "holders",
                  (int)context->in->target->id.pid);
        return;
    }
    if (url == NULL) {
        step_setf(&context->step->command, "%s", target_pprof_recipe(context->in->target));
        return;
    }
    g_autofree char *heap = g_strdup_printf("%s/heap?gc=1", url);
    g_autofree char *text = g_strdup_printf("%s/heap?debug=1", url);
    g_autofree char *h = g_shell_quote(heap), *t = g_shell_quote(text);

    /* MemStats stand at the end of the answer: the documented head -30 never reaches them */
    step_setf(&context->step->command,
              "curl -s %s | grep -E '^# (HeapAlloc|HeapInuse|HeapIdle|HeapReleased|NumGC) '; curl "
              "-s %s > 1.pb.gz; sleep 600; curl -s %s > 2.pb.gz; go tool "
              "pprof -sample_index=inuse_space -top -base 1.pb.gz 2.pb.gz",
              t, h, h);
}

void triage_step_heap(struct step_context *context)
{
    const struct triage_input *in = context->in;
    g_autoptr(GString) sentence = g_string_new(NULL);

    step_setf(&context->step->threshold,
              "documented: HeapAlloc settles after sessions are loaded; a consistent upward trend "
              "is a leak (What to Look For, heap growth); it swings between collections by design");
    step_setf(&context->step->next, "the branches for CPU, goroutines and response come where "
                                    "their own signs ask for them, then the diagnosis");
    write_command(context);
    context->findings->heap_still = trend_refutes(&in->trends[METRIC_HEAP_LIVE]);
    context->findings->rss_is_go = trend_grows(&in->trends[METRIC_RSS]) && step_is_go_rise(in);
    if (in->target->pprof_url == NULL && !heap_usable(in->heap)) {
        step_without_pprof(context);
        return;
    }
    if (heap_usable(in->heap)) {
        context->step->verdict = TRIAGE_HEALTHY;
        add_live_trend(context);
        add_goal_trend(context);
        add_blind_profile(context);
        add_growing(context);
        if (in->heap->memstats != NULL)
            add_memstats(context, in->heap->memstats);
        add_alloc_rate(context);
    }
    append_heap(context, sentence);
    step_set(&context->step->sentence, g_strdup(sentence->str));
    write_summary(context);
}
