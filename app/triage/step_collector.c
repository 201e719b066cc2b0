#include "app/triage/steps.h"

#include <math.h>
#include <string.h>

/* What the collector is told, and what comes of it: shared by the heap step and the patterns. */

/* More a second than any ordinary load needs, and Go's memory this near the limit. */
static const double often_per_second = 0.5, near_percent = 95;

static bool is_told(const struct heap_sample *heap)
{
    return heap != NULL && heap->limits_source != NULL && *heap->limits_source != '\0';
}

int64_t step_memory_limit(const struct heap_sample *heap)
{
    return is_told(heap) && heap->memory_limit_bytes > 0 ? heap->memory_limit_bytes
                                                         : SAMPLE_UNKNOWN;
}

/* The limit is of all that the runtime has from the system and did not give back. */
double step_memory_limit_share(const struct heap_sample *heap)
{
    int64_t limit = step_memory_limit(heap);

    if (limit == SAMPLE_UNKNOWN || limit <= 0 || heap->memstats == NULL ||
        heap->memstats->sys < heap->memstats->heap_released)
        return NAN;
    return 100 * (double)(heap->memstats->sys - heap->memstats->heap_released) / (double)limit;
}

int64_t step_gc_percent(const struct heap_sample *heap)
{
    return is_told(heap) ? heap->gc_percent : SAMPLE_UNKNOWN;
}

const char *step_settings_words(const struct heap_sample *heap)
{
    return strcmp(heap->limits_source, "environment") == 0 ? "of its environment" : "in force";
}

bool step_collector_is_at_limit(const struct triage_input *in)
{
    const struct trend *collections = &in->trends[METRIC_COLLECTIONS];

    return step_memory_limit_share(in->heap) >= near_percent && trend_grows(collections) &&
           collections->per_second >= often_per_second;
}
