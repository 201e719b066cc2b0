#include "app/triage/mapped_files.h"
#include "app/triage/pattern_rules.h"

#include <string.h>

enum {
    MANY_NEW_REGIONS = 64, /* between two walks: more than a heap or a few threads add */
    NEW_REGION_SHARE = 5,  /* and one part in so many of all */
    GROWN_BYTES = 4 * 1024 * 1024,
};

/* Memory that Go keeps and the system cannot have: from there on worth a word. */
static const int64_t kept_bytes = INT64_C(200) * 1024 * 1024;

/* --- levels and trends --- */

/* That it is churn and no growth has to be seen; until then it may be either. */
void pattern_churn(const struct pattern_context *context, struct pattern_match *match)
{
    const struct thresholds *limits = context->limits;
    const struct trend *live = &context->in->trends[METRIC_HEAP_LIVE];
    double rate = context->in->alloc_rate;
    bool bad = rate >= limits->value[THRESHOLD_ALLOC_RATE_BAD_BYTES];

    if (rate < limits->value[THRESHOLD_ALLOC_RATE_BYTES] || context->findings->heap_growing)
        return;
    if (!trend_refutes(live))
        match->confidence = PATTERN_POSSIBLE;
    else
        match->confidence = bad ? PATTERN_SURE : PATTERN_LIKELY;
    match->evidence = g_strdup_printf("%s allocated every second while the live heap %s",
                                      number_bytes_real(rate).text,
                                      trend_refutes(live) ? "stays level" : "may or may not grow");
    match->ref.kind = REF_HEAP;
}

/* The class whose number of regions grew most. */
static enum region_class grown_class(const struct memory_sample *memory)
{
    int worst = 0;

    for (int i = 1; i < REGION_N_CLASSES; i++)
        if (memory->growth[i].count > memory->growth[worst].count)
            worst = i;
    return (enum region_class)worst;
}

static bool many_are_new(const struct memory_sample *memory, enum region_class cls)
{
    int64_t grown = memory->growth[cls].count;

    return grown >= MANY_NEW_REGIONS && grown * NEW_REGION_SHARE >= memory->total.count;
}

/*
 * Walks are rare: of two of them the difference says how much, not whether it
 * goes on. Memory that rises meanwhile says that it does.
 */
static double regions_confidence(const struct pattern_context *context, bool many)
{
    const struct triage_findings *findings = context->findings;

    if (findings->regions_growing)
        return pattern_grown(&context->in->trends[METRIC_REGIONS]);
    if (context->in->trends[METRIC_REGIONS].verdict == TREND_UNKNOWN && many)
        return findings->rss_growing ? pattern_grown(&context->in->trends[METRIC_RSS])
                                     : PATTERN_LIKELY;
    return findings->regions_many ? PATTERN_LIKELY : 0;
}

/* Mapped as often as half of what came, it is the file that is mapped again and again. */
static bool is_mapped_again(const struct memory_sample *memory, enum region_class cls,
                            const struct mapped_file *file)
{
    return mapped_files_count(cls) && file->n_mappings >= MANY_NEW_REGIONS &&
           2 * (int64_t)file->n_mappings >= memory->growth[cls].count;
}

void pattern_mappings(const struct pattern_context *context, struct pattern_match *match)
{
    const struct memory_sample *memory = context->in->memory;

    if (memory == NULL || !sample_usable(&memory->base))
        return;
    enum region_class cls = grown_class(memory);
    double confidence = regions_confidence(context, many_are_new(memory, cls));
    /* vmmap has one word for Go's memory and for what is mapped beside it */
    const char *name =
        memory->regions_are_types ? region_class_vmmap_name(cls) : region_class_name(cls);

    if (confidence <= 0)
        return;
    struct mapped_file file = mapped_files_find(memory).most_mapped;
    bool again = is_mapped_again(memory, cls, &file);
    g_autofree char *times = again ? g_strdup_printf("; it is mapped %s times, %s resident",
                                                     number_count(file.n_mappings).text,
                                                     number_bytes(file.resident_bytes).text)
                                   : g_strdup("");

    pattern_set(match, confidence, again ? file.name : name, "%s regions; %s grew by %s%s",
                number_count(memory->total.count).text, name,
                number_count(memory->growth[cls].count).text, times);
    pattern_link(match, &(struct ref){.kind = REF_REGIONS, .region = cls});
}

/* In new regions of its class, which are told as mappings that surely. */
static bool is_mapped(const struct pattern_context *context, enum region_class cls,
                      double confidence)
{
    const struct memory_sample *memory = context->in->memory;

    return cls == grown_class(memory) && many_are_new(memory, cls) &&
           regions_confidence(context, true) >= confidence;
}

/* Of the Go heap a heap profile says more, where there is one. */
void pattern_growth(const struct pattern_context *context, struct pattern_match *match)
{
    const struct memory_sample *memory = context->in->memory;

    if (memory == NULL || !sample_usable(&memory->base) || memory->regions_us == 0)
        return;
    const struct heap_sample *heap = pattern_heap(context);
    bool profiled = heap != NULL && metric_profile_tells(heap);
    enum region_class cls = 0; /* whose resident memory grew most */

    for (int i = 1; i < REGION_N_CLASSES; i++)
        if (memory->growth[i].resident_bytes > memory->growth[cls].resident_bytes)
            cls = (enum region_class)i;
    int64_t grown = memory->growth[cls].resident_bytes;
    double confidence = pattern_grown(&context->in->trends[METRIC_RSS]);

    if (!context->findings->rss_growing || grown < GROWN_BYTES || confidence <= 0 ||
        (cls == REGION_GO_HEAP && profiled) || is_mapped(context, cls, confidence))
        return;
    pattern_set(match, confidence - 0.1, region_class_name(cls), "RSS %s; %s holds %s more",
                number_slope_bytes(&context->in->trends[METRIC_RSS]).text, region_class_name(cls),
                number_bytes(grown).text);
    pattern_link(match, &(struct ref){.kind = REF_REGIONS, .region = cls});
}

void pattern_swap(const struct pattern_context *context, struct pattern_match *match)
{
    struct swap_view swap;

    if (!context->findings->swap_growing || !step_swap(context->in, context->limits, &swap))
        return;
    match->confidence = swap.by_walks ? PATTERN_LIKELY : PATTERN_SURE;
    match->evidence =
        g_strdup_printf("%s of it are swapped out, %s", number_bytes(swap.bytes).text,
                        swap.by_walks ? "more than at first" : "and more each minute");
    match->ref.kind = REF_MEMORY;
}

void pattern_returned(const struct pattern_context *context, struct pattern_match *match)
{
    const struct process_sample *process = context->in->process;

    if (!context->findings->rss_returned || process == NULL)
        return;
    match->confidence = PATTERN_SURE;
    match->evidence = g_strdup_printf("RSS %s counts pages that were already given back",
                                      number_bytes(process->rss_bytes).text);
    match->ref.kind = REF_MEMORY;
}

void pattern_kept(const struct pattern_context *context, struct pattern_match *match)
{
    const struct heap_sample *heap = pattern_heap(context);

    if (heap == NULL || heap->memstats == NULL || context->findings->heap_growing)
        return;
    const struct memstats *m = heap->memstats;
    int64_t kept = m->heap_idle > m->heap_released ? (int64_t)(m->heap_idle - m->heap_released) : 0;

    if (kept < kept_bytes || (uint64_t)kept < m->heap_inuse)
        return;
    match->confidence = PATTERN_LIKELY;
    match->evidence = g_strdup_printf("%s idle and kept, %s in use", number_bytes(kept).text,
                                      number_bytes((int64_t)m->heap_inuse).text);
    match->ref.kind = REF_MEMORY;
}
