#include "app/triage/pattern_rules.h"

/* One part in so many of all that was opened and stayed open. */
enum { SHARE_OF_GROWTH = 5 };

const struct files_sample *pattern_files(const struct pattern_context *context)
{
    const struct files_sample *files = context->in->files;

    return files != NULL && sample_usable(&files->base) ? files : NULL;
}

const struct threads_sample *pattern_tasks(const struct pattern_context *context)
{
    const struct threads_sample *threads = context->in->threads;

    return threads != NULL && sample_usable(&threads->base) ? threads : NULL;
}

const struct heap_sample *pattern_heap(const struct pattern_context *context)
{
    const struct heap_sample *heap = context->in->heap;

    return heap != NULL && sample_usable(&heap->base) ? heap : NULL;
}

const struct goroutine_dump *pattern_dump(const struct pattern_context *context)
{
    const struct goroutines_sample *goroutines = context->in->goroutines;

    return goroutines != NULL && sample_usable(&goroutines->base) ? goroutines->dump : NULL;
}

double pattern_grown(const struct trend *trend)
{
    if (trend->verdict == TREND_UNKNOWN)
        return PATTERN_POSSIBLE;
    if (!trend_grows(trend))
        return 0;
    return trend_sustained(trend) ? PATTERN_SURE : PATTERN_GREW;
}

double pattern_part_grown(const struct pattern_context *context, enum part_kind kind,
                          const char *part, const struct trend *whole)
{
    struct trend own = session_parts_trend(context->in->parts, kind, part);

    if (trend_refutes(whole))
        return 0;
    return pattern_grown(trend_tells(&own) ? &own : whole);
}

double pattern_bucket_grown(const struct pattern_context *context,
                            const struct goroutine_bucket *bucket)
{
    return pattern_part_grown(context, PART_GOROUTINES, session_parts_bucket_key(bucket->hash).text,
                              &context->in->trends[METRIC_GOROUTINES]);
}

void pattern_set(struct pattern_match *match, double confidence, const char *culprit,
                 const char *format, ...)
{
    va_list args;

    va_start(args, format);
    match->evidence = g_strdup_vprintf(format, args);
    va_end(args);
    match->confidence = confidence;
    match->culprit = g_strdup(culprit);
}

void pattern_link(struct pattern_match *match, const struct ref *ref)
{
    ref_copy(&match->ref, ref);
}

static int64_t all_growth(const struct files_sample *files)
{
    int64_t sum = 0;

    for (size_t i = 0; i < files->n_templates; i++)
        sum += MAX(files->templates[i].growth, 0);
    return sum;
}

const struct fd_template *pattern_grown_template(const struct pattern_context *context,
                                                 pattern_template_test *test)
{
    const struct files_sample *files = pattern_files(context);
    const struct fd_template *worst = NULL;

    for (size_t i = 0; files != NULL && i < files->n_templates; i++) {
        const struct fd_template *t = &files->templates[i];

        if (test(files, t) && (worst == NULL || t->growth > worst->growth))
            worst = t;
    }
    if (worst == NULL || (double)worst->growth < context->limits->value[THRESHOLD_SAME_FILE] ||
        worst->growth * SHARE_OF_GROWTH < all_growth(files))
        return NULL;
    return worst;
}
