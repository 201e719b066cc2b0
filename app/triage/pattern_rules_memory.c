#include "app/triage/pattern_rules.h"

#include "app/triage/heap_growth.h"

#include <string.h>

enum {
    MIN_GROWTH_BYTES = 2 * 1024 * 1024, /* below that, sampling noise of a heap profile */
    MAX_FUNCTIONS = 20,
    LARGE_OBJECT_BYTES = 512 * 1024,
    MIN_SLICES_BYTES = 8 * 1024 * 1024,
};

/* Memory that Go keeps and the system cannot have: from there on worth a word. */
static const int64_t kept_bytes = INT64_C(200) * 1024 * 1024;

static const struct heap_sample *heap_of(const struct pattern_context *context)
{
    const struct heap_sample *heap = context->in->heap;

    return heap != NULL && sample_usable(&heap->base) ? heap : NULL;
}

/* The function that grew most among those whose name (or caller's) contains one of the parts. */
static void match_growth(const struct pattern_context *context, const char *const *parts,
                         struct pattern_match *match)
{
    const struct heap_sample *heap = heap_of(context), *base = context->in->base_heap;

    if (heap == NULL || base == NULL || heap->profile == NULL || base->profile == NULL ||
        heap->profile == base->profile)
        return;
    g_autoptr(GPtrArray) grown =
        heap_growth_find(heap->profile, base->profile, MIN_GROWTH_BYTES, MAX_FUNCTIONS);

    for (guint i = 0; i < grown->len; i++) {
        const struct heap_growth *growth = g_ptr_array_index(grown, i);
        bool named = false;

        for (size_t p = 0; parts[p] != NULL && !named; p++)
            named = strstr(growth->function, parts[p]) != NULL;
        if (!named)
            continue;
        match->confidence =
            context->findings->heap_growing ? PATTERN_SURE - 0.02 * i : PATTERN_POSSIBLE;
        match->evidence = g_strdup_printf(
            "%s holds %s more, now %s%s%s", growth->function,
            number_bytes(growth->delta_bytes).text, number_bytes(growth->now_bytes).text,
            *growth->caller != '\0' ? ", called by " : "", growth->caller);
        match->culprit = g_strdup(*growth->caller != '\0' ? growth->caller : growth->function);
        match->link = TRIAGE_LINK_HEAP;
        match->link_key = g_strdup(growth->function);
        return;
    }
}

void pattern_scanner(const struct pattern_context *context, struct pattern_match *match)
{
    match_growth(context, (const char *const[]){"bufio.(*Scanner)", "bufio.NewScanner", NULL},
                 match);
}

void pattern_json(const struct pattern_context *context, struct pattern_match *match)
{
    match_growth(context, (const char *const[]){"encoding/json", NULL}, match);
}

void pattern_output_buffer(const struct pattern_context *context, struct pattern_match *match)
{
    match_growth(context,
                 (const char *const[]){"OutputBuffer", "strings.genSplit", "strings.Split", NULL},
                 match);
}

/* --- slices ------------------------------------------------------------------------------------
 */

/* Sum of the type over the stacks whose leaf is this function. */
static int64_t leaf_sum(const struct profile *p, const char *function, int index)
{
    int64_t sum = 0;

    for (size_t i = 0; i < p->n_samples; i++) {
        const struct profile_sample *s = &p->samples[i];

        if (s->n_frames == 0)
            continue;
        const struct profile_location *leaf = &p->locations[p->frames[s->first_frame]];

        if (leaf->n_lines > 0 &&
            strcmp(p->functions[p->lines[leaf->first_line].function].name, function) == 0)
            sum += p->values[i * p->n_sample_types + (size_t)index];
    }
    return sum;
}

/* Few and large objects: what append makes of a slice that only grows. */
static void match_large_objects(const struct pattern_context *context, const struct profile *p,
                                const struct heap_growth *growth, struct pattern_match *match)
{
    int bytes = profile_sample_index(p, "inuse_space");
    int objects = profile_sample_index(p, "inuse_objects");

    if (bytes < 0 || objects < 0 || growth->now_bytes < MIN_SLICES_BYTES)
        return;
    int64_t size = leaf_sum(p, growth->function, bytes);
    int64_t n = leaf_sum(p, growth->function, objects);

    if (n <= 0 || size / n < LARGE_OBJECT_BYTES)
        return;
    match->confidence = context->findings->heap_growing ? PATTERN_LIKELY + 0.1 : PATTERN_POSSIBLE;
    match->evidence = g_strdup_printf("%s holds %s objects of %s each on average", growth->function,
                                      number_count(n).text, number_bytes(size / n).text);
    match->culprit = g_strdup(growth->function);
    match->link = TRIAGE_LINK_HEAP;
    match->link_key = g_strdup(growth->function);
}

void pattern_slices(const struct pattern_context *context, struct pattern_match *match)
{
    const struct heap_sample *heap = heap_of(context), *base = context->in->base_heap;

    if (heap == NULL || base == NULL || heap->profile == NULL || base->profile == NULL ||
        heap->profile == base->profile)
        return;
    g_autoptr(GPtrArray) grown =
        heap_growth_find(heap->profile, base->profile, MIN_GROWTH_BYTES, MAX_FUNCTIONS);

    for (guint i = 0; i < grown->len && match->confidence <= 0; i++) {
        const struct heap_growth *growth = g_ptr_array_index(grown, i);

        /* library functions have patterns of their own */
        if (!heap_growth_is_standard(growth->function))
            match_large_objects(context, heap->profile, growth, match);
    }
}

/* --- levels and trends --------------------------------------------------------------------------
 */

void pattern_churn(const struct pattern_context *context, struct pattern_match *match)
{
    const struct thresholds *limits = context->limits;
    double rate = context->in->alloc_rate;

    if (rate < limits->value[THRESHOLD_ALLOC_RATE_BYTES] || context->findings->heap_growing)
        return;
    match->confidence =
        rate >= limits->value[THRESHOLD_ALLOC_RATE_BAD_BYTES] ? PATTERN_SURE : PATTERN_LIKELY;
    match->evidence = g_strdup_printf("%s allocated every second while the live heap stays level",
                                      number_bytes((int64_t)rate).text);
    match->link = TRIAGE_LINK_HEAP;
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

void pattern_mappings(const struct pattern_context *context, struct pattern_match *match)
{
    const struct triage_findings *findings = context->findings;
    const struct memory_sample *memory = context->in->memory;

    if (memory == NULL || !(findings->regions_many || findings->regions_growing))
        return;
    enum region_class cls = grown_class(memory);

    match->confidence = findings->regions_growing ? PATTERN_SURE : PATTERN_LIKELY;
    match->evidence =
        g_strdup_printf("%s regions; %s grew by %s", number_count(memory->total.count).text,
                        region_class_name(cls), number_count(memory->growth[cls].count).text);
    match->culprit = g_strdup(region_class_name(cls));
    match->link = TRIAGE_LINK_MEMORY;
    match->link_key = g_strdup(region_class_name(cls));
}

void pattern_swap(const struct pattern_context *context, struct pattern_match *match)
{
    const struct process_sample *process = context->in->process;

    if (!context->findings->swap_growing || process == NULL)
        return;
    match->confidence = PATTERN_SURE;
    match->evidence = g_strdup_printf("%s of it are swapped out, and more each minute",
                                      number_bytes(process->swap_bytes).text);
    match->link = TRIAGE_LINK_MEMORY;
}

void pattern_returned(const struct pattern_context *context, struct pattern_match *match)
{
    const struct process_sample *process = context->in->process;

    if (!context->findings->rss_returned || process == NULL)
        return;
    match->confidence = PATTERN_SURE;
    match->evidence = g_strdup_printf("RSS %s counts pages that were already given back",
                                      number_bytes(process->rss_bytes).text);
    match->link = TRIAGE_LINK_MEMORY;
}

void pattern_kept(const struct pattern_context *context, struct pattern_match *match)
{
    const struct heap_sample *heap = heap_of(context);

    if (heap == NULL || heap->memstats == NULL || context->findings->heap_growing)
        return;
    const struct memstats *m = heap->memstats;
    int64_t kept = m->heap_idle > m->heap_released ? (int64_t)(m->heap_idle - m->heap_released) : 0;

    if (kept < kept_bytes || (uint64_t)kept < m->heap_inuse)
        return;
    match->confidence = PATTERN_LIKELY;
    match->evidence = g_strdup_printf("%s idle and kept, %s in use", number_bytes(kept).text,
                                      number_bytes((int64_t)m->heap_inuse).text);
    match->link = TRIAGE_LINK_MEMORY;
}
