#include "app/triage/pattern_rules.h"

#include "app/triage/goroutine_growth.h"
#include "app/triage/heap_stacks.h"
#include "app/triage/steps.h"

#include <math.h>
#include <string.h>

/*
 * Memory that is much and does not grow, and whose it is: no leak, but an owner
 * and a reason. Each of them needs what it says to be known; what is not known
 * says nothing.
 */

static const int64_t worth_a_word_bytes = INT64_C(64) * 1024 * 1024;
static const double half = 0.5;

static bool is_most_of(int64_t part, int64_t whole)
{
    return part != SAMPLE_UNKNOWN && whole > 0 && part >= worth_a_word_bytes &&
           (double)part > half * (double)whole;
}

static const struct memstats *counters(const struct pattern_context *context)
{
    const struct heap_sample *heap = pattern_heap(context);

    return heap != NULL ? heap->memstats : NULL;
}

/* --- C's allocator --- */

/* glibc gives a thread an arena of 64 MiB of address space and rarely gives one back. */
void pattern_arenas(const struct pattern_context *context, struct pattern_match *match)
{
    enum { FEW_ARENAS = 4 };
    const struct memory_sample *memory = context->in->memory;

    if (memory == NULL || !sample_usable(&memory->base) || memory->regions_us == 0 ||
        memory->regions_are_types || !trend_refutes(&context->in->trends[METRIC_RSS]))
        return;
    const struct region_totals *heap = &memory->classes[REGION_C_HEAP];

    if (!is_most_of(heap->resident_bytes, memory->total.resident_bytes))
        return;
    pattern_set(match, heap->count >= FEW_ARENAS ? PATTERN_LIKELY : PATTERN_POSSIBLE,
                region_class_name(REGION_C_HEAP),
                "%s of %s resident are C's, in %s regions, and it does not grow",
                number_bytes(heap->resident_bytes).text,
                number_bytes(memory->total.resident_bytes).text, number_count(heap->count).text);
    pattern_link(match, &(struct ref){.kind = REF_REGIONS, .region = REGION_C_HEAP});
}

/* --- who holds most --- */

static bool heap_stands_still(const struct triage_input *in)
{
    const struct trend *live = &in->trends[METRIC_HEAP_LIVE];

    return trend_refutes(live->verdict != TREND_UNKNOWN ? live : &in->trends[METRIC_HEAP_ALLOC]);
}

/* That much is held is no leak, but who holds it is what is asked next. */
void pattern_heap_level(const struct pattern_context *context, struct pattern_match *match)
{
    const struct heap_sample *heap = pattern_heap(context);
    const char *owner = "";
    int64_t all = 0, objects = 0;

    if (heap == NULL || heap->profile == NULL || !heap_stands_still(context->in) ||
        context->findings->heap_growing)
        return;
    int64_t held = heap_stacks_most(heap->profile, &owner, &all, &objects);

    if (!is_most_of(held, all))
        return;
    g_autofree char *each =
        objects > 0 ? g_strdup_printf(", %s objects of about %s", number_count(objects).text,
                                      number_bytes(held / objects).text)
                    : g_strdup("");

    pattern_set(match, PATTERN_LIKELY, owner,
                "it holds %s of a live heap of %s%s, which does not grow", number_bytes(held).text,
                number_bytes(all).text, each);
    pattern_link(match, &(struct ref){.kind = REF_HEAP});
}

/* --- huge pages --- */

/* Returned by Go, and resident all the same: a huge page comes back as a whole. */
void pattern_huge_pages(const struct pattern_context *context, struct pattern_match *match)
{
    const struct memory_sample *memory = context->in->memory;
    int64_t back = step_returned_resident(context->in);

    if (back == SAMPLE_UNKNOWN || back < worth_a_word_bytes)
        return;
    int64_t huge = memory->anon_huge_bytes;
    const char *setting = memory->pressure.huge_pages;
    bool is_set = setting != NULL && *setting != '\0';
    g_autofree char *machine =
        is_set ? g_strdup_printf(" (this machine: %s)", setting) : g_strdup("");

    pattern_set(
        match, huge != SAMPLE_UNKNOWN && huge >= back / 2 ? PATTERN_LIKELY + 0.1 : PATTERN_POSSIBLE,
        "Go heap", "%s that Go gave back are resident; %s are in huge pages%s",
        number_bytes(back).text, number_bytes(huge).text, machine);
    pattern_link(match, &(struct ref){.kind = REF_REGIONS, .region = REGION_GO_HEAP});
}

/* --- the collector's limit --- */

/* "; GOMEMLIMIT is 150M, of its environment"; "" where neither it nor GOGC is known to matter. New
 * string. */
static char *limit_words(const struct heap_sample *heap, const char **ret_culprit)
{
    int64_t limit = step_memory_limit(heap), percent = step_gc_percent(heap);

    *ret_culprit = "GOMEMLIMIT";
    if (limit != SAMPLE_UNKNOWN)
        return g_strdup_printf("; GOMEMLIMIT is %s, %s", number_bytes(limit).text,
                               step_settings_words(heap));
    if (percent == SAMPLE_UNKNOWN || percent == GC_PERCENT_USUAL)
        return g_strdup("");
    *ret_culprit = "GOGC";
    return g_strdup_printf("; GOGC is %s, %s", number_count(percent).text,
                           step_settings_words(heap));
}

/* By what is in force, which a program may have set itself, whatever its environment says. */
static bool is_surely_unlimited(const struct heap_sample *heap)
{
    return step_gc_percent(heap) >= GC_PERCENT_USUAL && step_memory_limit(heap) == SAMPLE_UNKNOWN &&
           strcmp(heap->limits_source, "memory") == 0;
}

/*
 * Without a limit the goal is twice what is alive (GOGC 100). A goal that is no
 * more than what is alive, with collections one after the other, is GOMEMLIMIT
 * (or a GOGC near 0): the collector cannot win. Which of the two is known where
 * its settings are.
 */
void pattern_gc_limit(const struct pattern_context *context, struct pattern_match *match)
{
    static const double near = 1.1, often = 0.5, sure = 0.2;
    const struct triage_input *in = context->in;
    const struct memstats *m = counters(context);
    const struct trend *collections = &in->trends[METRIC_COLLECTIONS];

    if (m == NULL || m->next_gc == UINT64_MAX || (int64_t)m->heap_alloc < worth_a_word_bytes ||
        !trend_grows(collections) || collections->per_second < often ||
        ((double)m->next_gc > near * (double)m->heap_alloc && !step_collector_is_at_limit(in)))
        return;
    if (is_surely_unlimited(in->heap))
        return;
    const char *culprit = NULL;
    g_autofree char *settings = limit_words(in->heap, &culprit);
    double share = isnan(in->gc_share) ? 100 * m->gc_cpu_fraction : in->gc_share;

    pattern_set(match, PATTERN_LIKELY + (*settings != '\0' ? sure : 0.1), culprit,
                "HeapAlloc is %s and the collector's goal (NextGC) %s: %.1f collections a second, "
                "%s of all CPU %s%s",
                number_bytes((int64_t)m->heap_alloc).text, number_bytes((int64_t)m->next_gc).text,
                collections->per_second, number_percent_whole(share).text,
                isnan(in->gc_share) ? "since the start" : "while watched", settings);
    pattern_link(match, &(struct ref){.kind = REF_HEAP});
}

/* What nobody collects only grows, and which of it is alive nobody knows. */
void pattern_gc_off(const struct pattern_context *context, struct pattern_match *match)
{
    const struct memstats *m = counters(context);
    double rate = context->in->alloc_rate;

    if (m == NULL || m->next_gc != UINT64_MAX || (int64_t)m->heap_alloc < worth_a_word_bytes ||
        !step_fills(context->in))
        return;
    pattern_set(match, context->findings->rss_growing ? PATTERN_SURE : PATTERN_LIKELY, "GOGC=off",
                "HeapAlloc is %s after %s collections, %s more every second",
                number_bytes((int64_t)m->heap_alloc).text, number_count((int64_t)m->num_gc).text,
                number_bytes_real(rate > 0 ? rate : NAN).text);
    pattern_link(match, &(struct ref){.kind = REF_HEAP});
}

/* --- stacks --- */

/* A goroutine begins with 2 to 8 KiB; what deep calls needed stays until the collector halves it.
 */
void pattern_stack_memory(const struct pattern_context *context, struct pattern_match *match)
{
    enum { DEEP_BYTES = 32 * 1024, PART = 4 };
    const struct memstats *m = counters(context);
    const struct goroutines_sample *goroutines = context->in->goroutines;
    const struct process_sample *process = context->in->process;

    if (m == NULL || goroutines == NULL || goroutines->count <= 0 || process == NULL ||
        process->rss_bytes == SAMPLE_UNKNOWN)
        return;
    int64_t stacks = (int64_t)MIN(m->stack_inuse, (uint64_t)INT64_MAX);
    int64_t each = stacks / goroutines->count;
    const struct goroutine_dump *dump = pattern_dump(context);
    const struct goroutine_bucket *group = NULL; /* the largest come first */

    for (size_t i = 0; dump != NULL && i < dump->n_buckets && group == NULL; i++)
        if (!dump->buckets[i].is_profiler && dump->buckets[i].category != GOROUTINE_RUNTIME)
            group = &dump->buckets[i];
    if (each < DEEP_BYTES || stacks * PART < process->rss_bytes ||
        stacks < worth_a_word_bytes / PART)
        return;
    pattern_set(match, PATTERN_LIKELY, group != NULL ? goroutine_site_function(group) : NULL,
                "stacks hold %s, %s for each of %s goroutines", number_bytes(stacks).text,
                number_bytes(each).text, number_count(goroutines->count).text);
    if (group != NULL)
        pattern_link_bucket(match, group);
}

/* --- children --- */

void pattern_children_memory(const struct pattern_context *context, struct pattern_match *match)
{
    const struct triage_input *in = context->in;
    struct children_view view;

    if (!step_children(in, context->limits, &view) || view.sum <= in->process->rss_bytes ||
        (!view.grows && view.sum < 4 * worth_a_word_bytes))
        return;
    g_autofree char *change = step_children_change(in, &view);
    double level = view.held || view.high ? PATTERN_LIKELY : PATTERN_POSSIBLE;

    pattern_set(match, view.grows ? pattern_grown(&in->trends[METRIC_CHILDREN_RSS]) : level,
                view.most->command, "%s children hold %s, it itself %s%s",
                number_count((int64_t)in->threads->n_children).text, number_bytes(view.sum).text,
                number_bytes(in->process->rss_bytes).text, change);
    pattern_link(match, &(struct ref){.kind = REF_CHILDREN});
}

/* --- CPU that rises --- */

static bool is_known_still(const struct trend *trend)
{
    return trend->verdict != TREND_UNKNOWN && !trend_grows(trend);
}

/* More is done every second while nothing else grows: chains of timers, or a list that is gone
 * through again and again. */
void pattern_rising_cpu(const struct pattern_context *context, struct pattern_match *match)
{
    const struct triage_input *in = context->in;
    const struct trend *trend = &in->trends[METRIC_CPU];
    bool still =
        is_known_still(&in->trends[METRIC_GOROUTINES]) && is_known_still(&in->trends[METRIC_FDS]);

    if (!trend_grows(trend))
        return;
    pattern_set(match, trend_sustained(trend) ? PATTERN_LIKELY + 0.1 : PATTERN_LIKELY - 0.1, NULL,
                "%+.0f points of a core in %s%s", trend->rise,
                number_duration(trend->window_s).text,
                still ? "; goroutines and descriptors stand still" : "");
    pattern_link(match, &(struct ref){.kind = REF_THREADS});
}
