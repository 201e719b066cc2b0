#include "app/triage/pattern_rules.h"

#include "app/triage/heap_growth.h"
#include "app/triage/heap_stacks.h"

#include <string.h>

enum {
    MIN_GROWTH_BYTES = 2 * 1024 * 1024, /* below that, sampling noise of a heap profile */
    LARGE_OBJECT_BYTES = 512 * 1024,
    MIN_SLICES_BYTES = 8 * 1024 * 1024,
    SPLIT_SHARE = 20,    /* the list of lines is one part in so many of the text it cuts */
    SHARE_OF_GROWTH = 5, /* one part in so many of what all functions together hold more */
};

static const char *const cache_words[] = {"ache", "emoize", "LRU"};

/* By what survives collections; while too few were seen, by what the steps made of it. */
static double growth_confidence(const struct pattern_context *context)
{
    double known = pattern_grown(&context->in->trends[METRIC_HEAP_LIVE]);

    if (context->in->trends[METRIC_HEAP_LIVE].verdict != TREND_UNKNOWN)
        return context->findings->heap_growing ? known : 0; /* below the floor it is no leak */
    return context->findings->heap_growing ? PATTERN_LIKELY + 0.1 : 0;
}

/* --- which pattern it is --- */

/* Few and large objects: what append makes of a slice that only grows. */
static bool is_large(const struct profile *p, const struct heap_growth *growth)
{
    int64_t n = heap_stacks_objects(p, growth->function);

    return growth->now_bytes >= MIN_SLICES_BYTES && n > 0 &&
           heap_stacks_bytes(p, growth->function) / n >= LARGE_OBJECT_BYTES;
}

/* It makes a text, cuts it into lines, and of the lines not even the list is kept: what holds the
 * text is a substring. */
static bool is_split(const struct profile *p, const struct heap_growth *growth)
{
    int64_t lines = heap_stacks_split_bytes(p, growth->function);

    return strstr(growth->function, "OutputBuffer") != NULL ||
           (lines > 0 && lines * SPLIT_SHARE >= growth->delta_bytes);
}

static const char *cache_of(const struct profile *p, const struct heap_growth *growth)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cache_words); i++) {
        const char *found = heap_stacks_through(p, growth->function, cache_words[i]);

        if (found != NULL && !heap_growth_is_standard(found))
            return found;
    }
    return NULL;
}

static bool makes_context(const char *function)
{
    return g_str_has_prefix(function, "context.");
}

static bool makes_timer(const char *function)
{
    static const char *const names[] = {"time.newTimer", "time.NewTimer", "time.NewTicker",
                                        "time.AfterFunc", "time.After"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(function, names[i]) == 0)
            return true;
    return false;
}

static enum pattern_heap_kind kind_of(const struct profile *p, const struct heap_growth *growth)
{
    if (strstr(growth->function, "bufio.(*Scanner)") != NULL ||
        strstr(growth->function, "bufio.NewScanner") != NULL)
        return PATTERN_HEAP_SCANNER;
    if (strstr(growth->function, "encoding/json") != NULL)
        return PATTERN_HEAP_JSON;
    if (strcmp(growth->function, "strings.genSplit") == 0 ||
        strcmp(growth->function, "strings.Split") == 0)
        return PATTERN_HEAP_SPLIT;
    if (makes_context(growth->function))
        return PATTERN_HEAP_CONTEXT;
    if (makes_timer(growth->function))
        return PATTERN_HEAP_TIMER;
    if (heap_growth_is_standard(growth->function))
        return PATTERN_HEAP_PLAIN;
    if (is_split(p, growth))
        return PATTERN_HEAP_SPLIT;
    if (is_large(p, growth))
        return PATTERN_HEAP_LARGE;
    return cache_of(p, growth) != NULL ? PATTERN_HEAP_CACHE : PATTERN_HEAP_PLAIN;
}

/* The first function of each kind, if the kind is a part of the growth that matters. */
void pattern_sort_heap(struct pattern_context *context)
{
    const struct heap_sample *heap = pattern_heap(context);
    const GPtrArray *grown = context->findings->grown;
    int64_t sums[PATTERN_HEAP_N_KINDS] = {0}, all = 0;

    if (heap == NULL || grown == NULL || growth_confidence(context) <= 0)
        return;
    for (guint i = 0; i < grown->len; i++) {
        const struct heap_growth *growth = g_ptr_array_index(grown, i);

        if (growth->delta_bytes < MIN_GROWTH_BYTES)
            continue;
        enum pattern_heap_kind kind = kind_of(heap->profile, growth);

        all += growth->delta_bytes;
        sums[kind] += growth->delta_bytes;
        if (context->heap_first[kind] == NULL)
            context->heap_first[kind] = growth;
    }
    for (int kind = 0; kind < PATTERN_HEAP_N_KINDS; kind++)
        if (sums[kind] * SHARE_OF_GROWTH < all)
            context->heap_first[kind] = NULL;
}

void pattern_match_heap(const struct pattern_context *context, enum pattern_heap_kind kind,
                        double less, struct pattern_match *match)
{
    const struct heap_growth *growth = context->heap_first[kind];

    if (growth == NULL)
        return;
    const struct profile *profile = pattern_heap(context)->profile;
    int64_t n = heap_stacks_objects(profile, growth->function);
    /* "; 12 objects of 4.0M each": few and huge are buffers, many and small are entries */
    g_autofree char *objects =
        n > 0 ? g_strdup_printf("; %s objects of about %s", number_count(n).text,
                                number_bytes(heap_stacks_bytes(profile, growth->function) / n).text)
              : g_strdup("");

    pattern_set(match, growth_confidence(context) - less,
                *growth->caller != '\0' ? growth->caller : growth->function,
                "%s holds %s more, now %s%s%s%s", growth->function,
                number_bytes(growth->delta_bytes).text, number_bytes(growth->now_bytes).text,
                *growth->caller != '\0' ? ", called by " : "", growth->caller, objects);
    pattern_link(match, &(struct ref){.kind = REF_FUNCTION, .text = growth->function});
}

/* --- rules --- */

void pattern_scanner(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_heap(context, PATTERN_HEAP_SCANNER, 0, match);
}

void pattern_json(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_heap(context, PATTERN_HEAP_JSON, 0, match);
}

void pattern_output_buffer(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_heap(context, PATTERN_HEAP_SPLIT, 0, match);
}

void pattern_slices(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_heap(context, PATTERN_HEAP_LARGE, 0.05, match);
}

void pattern_cache(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_heap(context, PATTERN_HEAP_CACHE, 0.05, match);
}

void pattern_retained(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_heap(context, PATTERN_HEAP_PLAIN, 0.1, match);
}

void pattern_timers(const struct pattern_context *context, struct pattern_match *match)
{
    pattern_match_heap(context, PATTERN_HEAP_TIMER, 0, match);
}
