#include "app/triage/pattern_rules.h"

#include "app/triage/goroutine_growth.h"
#include "pprof/goroutine_signatures.h"

#include <string.h>

enum {
    GREW_BY = 5,         /* a group of goroutines */
    SHARE_OF_GROWTH = 5, /* and one part in so many of all that were started and stayed */
    BLOCKED_MANY = 100,
    MANY_THREADS = 8, /* more than the runtime starts for itself */
};

struct grown {
    const struct goroutine_bucket *bucket;
    int64_t growth;
};

typedef bool bucket_test(const struct goroutine_dump *dump, const struct goroutine_bucket *bucket);

static int64_t growth_of(const struct pattern_context *context,
                         const struct goroutine_bucket *bucket)
{
    int64_t growth = goroutine_growth(goroutine_base_dump(context->in), bucket);

    return growth != SAMPLE_UNKNOWN ? growth : 0;
}

static bool is_candidate(const struct pattern_context *context,
                         const struct goroutine_bucket *bucket)
{
    return !bucket->is_profiler &&
           goroutine_signature_of(bucket)->kind != GOROUTINE_SIGNATURE_EXPECTED &&
           !pattern_explained(context, bucket);
}

/* The group that grew most among those of a kind, if it is a part of the growth that matters. */
static struct grown find_grown(const struct pattern_context *context, bucket_test *test)
{
    const struct goroutine_dump *dump = pattern_dump(context);
    struct grown worst = {0};
    int64_t all = 0;

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];
        int64_t growth = growth_of(context, bucket);

        all += MAX(growth, 0);
        if (growth > worst.growth && is_candidate(context, bucket) && test(dump, bucket))
            worst = (struct grown){bucket, growth};
    }
    if (worst.growth < GREW_BY || worst.growth * SHARE_OF_GROWTH < all)
        return (struct grown){0};
    return worst;
}

static void match_bucket(const struct goroutine_bucket *bucket, int64_t growth, double confidence,
                         struct pattern_match *match)
{
    const struct goroutine_waited *held = goroutine_bucket_held(bucket);
    g_autofree char *by = held != NULL
                              ? g_strdup_printf(", %s whose holder is %s", held->name, held->holder)
                              : g_strdup("");

    if (confidence <= 0)
        return;
    pattern_set(match, confidence, goroutine_site_function(bucket), "%s goroutines in %s%s%s",
                number_count((int64_t)bucket->count).text,
                *bucket->state != '\0' ? bucket->state : goroutine_category_name(bucket->category),
                number_growth(growth).text, by);
    pattern_link_bucket(match, bucket);
}

static void match_grown(const struct pattern_context *context, bucket_test *test,
                        struct pattern_match *match)
{
    struct grown grown = find_grown(context, test);

    if (grown.bucket != NULL)
        match_bucket(grown.bucket, grown.growth, pattern_bucket_grown(context, grown.bucket),
                     match);
}

/* What the runtime itself has found needs neither number nor growth. */
static void match_proven(const struct pattern_context *context, bucket_test *test,
                         struct pattern_match *match)
{
    const struct goroutine_dump *dump = pattern_dump(context);

    for (size_t i = 0; match->confidence <= 0 && dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];

        if (bucket->n_leaked > 0 && !bucket->is_profiler && test(dump, bucket))
            match_bucket(bucket, growth_of(context, bucket), PATTERN_PROVEN, match);
    }
}

/* --- channels --- */

/* Of a dump without wait reasons nothing better is known than that they do not run. */
static bool is_on_channel(const struct goroutine_dump *dump, const struct goroutine_bucket *bucket)
{
    enum goroutine_category c = bucket->category;

    return c == GOROUTINE_CHAN_RECEIVE || c == GOROUTINE_CHAN_SEND || c == GOROUTINE_CHAN_NIL ||
           c == GOROUTINE_SELECT || c == GOROUTINE_SELECT_EMPTY ||
           (c == GOROUTINE_OTHER && !dump->has_states);
}

/* Most of many were started while it was watched, and stay. Workers of a pool that a load has made
 * larger stay as well, and each waits for a moment only: of these the times tell, or that there are
 * more of them than of workers. */
static bool came_and_stays(const struct pattern_context *context,
                           const struct goroutine_bucket *bucket)
{
    enum { MORE_THAN_WORKERS = 1000 };
    int64_t growth = growth_of(context, bucket);
    int64_t least = bucket->wait_max_minutes >= 1 ? BLOCKED_MANY : MORE_THAN_WORKERS;

    return growth >= least && growth * 2 >= (int64_t)bucket->count;
}

/* Idle workers wait for work; nobody idles in a send, or where nothing can ever come. */
static double channel_level(const struct pattern_context *context,
                            const struct goroutine_bucket *bucket)
{
    enum goroutine_category c = bucket->category;

    if (bucket->count < BLOCKED_MANY || trend_steady(&context->in->trends[METRIC_GOROUTINES]))
        return 0;
    if (came_and_stays(context, bucket))
        return PATTERN_LIKELY;
    return c == GOROUTINE_CHAN_RECEIVE || c == GOROUTINE_SELECT ? PATTERN_POSSIBLE
                                                                : PATTERN_LIKELY - 0.05;
}

static void match_many(const struct pattern_context *context, struct pattern_match *match)
{
    const struct goroutine_dump *dump = pattern_dump(context);

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];
        double level = channel_level(context, bucket);

        if (level <= 0 || !is_candidate(context, bucket) || !is_on_channel(dump, bucket))
            continue;
        match_bucket(bucket, growth_of(context, bucket), level, match); /* largest come first */
        return;
    }
}

void pattern_channel(const struct pattern_context *context, struct pattern_match *match)
{
    match_grown(context, is_on_channel, match);
    match_proven(context, is_on_channel, match);
    if (match->confidence <= 0)
        match_many(context, match);
}

/* --- locks --- */

static bool is_in_line(const struct goroutine_dump *dump, const struct goroutine_bucket *bucket)
{
    (void)dump;
    return bucket->category == GOROUTINE_MUTEX || bucket->category == GOROUTINE_RWMUTEX ||
           bucket->category == GOROUTINE_SEMAPHORE;
}

void pattern_lock_queue(const struct pattern_context *context, struct pattern_match *match)
{
    const struct goroutine_dump *dump = pattern_dump(context);
    const struct goroutine_bucket *largest = NULL;
    size_t waiters = 0;

    match_grown(context, is_in_line, match);
    match_proven(context, is_in_line, match);
    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];

        if (!is_candidate(context, bucket) || !is_in_line(dump, bucket))
            continue;
        waiters += bucket->count;
        if (largest == NULL || bucket->count > largest->count)
            largest = bucket;
    }
    if (match->confidence <= 0 && largest != NULL &&
        (double)waiters >= context->limits->value[THRESHOLD_LOCK_QUEUE])
        match_bucket(largest, growth_of(context, largest),
                     context->findings->stuck ? PATTERN_LIKELY + 0.1 : PATTERN_LIKELY - 0.1, match);
}

/* --- sleepers, threads, all others --- */

static bool sleeps(const struct goroutine_dump *dump, const struct goroutine_bucket *bucket)
{
    (void)dump;
    return bucket->category == GOROUTINE_SLEEP;
}

void pattern_sleepers(const struct pattern_context *context, struct pattern_match *match)
{
    match_grown(context, sleeps, match);
}

static bool is_outside_go(const struct goroutine_dump *dump, const struct goroutine_bucket *bucket)
{
    (void)dump;
    return bucket->category == GOROUTINE_SYSCALL || bucket->category == GOROUTINE_CGO;
}

/* As many as the procedure takes for a leak, all of them in calls that last a minute or longer. */
static void match_old_calls(const struct pattern_context *context, struct pattern_match *match)
{
    const struct goroutine_dump *dump = pattern_dump(context);

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];

        if (!is_outside_go(dump, bucket) || !is_candidate(context, bucket) ||
            bucket->wait_max_minutes < 1 ||
            (double)bucket->count < context->limits->value[THRESHOLD_THREADS_LEAK])
            continue;
        match_bucket(bucket, growth_of(context, bucket), PATTERN_LIKELY, match);
        return;
    }
}

void pattern_threads(const struct pattern_context *context, struct pattern_match *match)
{
    const struct trend *trend = &context->in->trends[METRIC_THREADS];
    struct grown grown = find_grown(context, is_outside_go);
    int64_t threads = context->in->process != NULL ? context->in->process->threads : 0;

    if (!trend_grows(trend) || trend->rise < MANY_THREADS) {
        match_old_calls(context, match);
        return;
    }
    pattern_set(match, pattern_grown(trend),
                grown.bucket != NULL ? goroutine_site_function(grown.bucket) : NULL,
                "%s threads, %s%s", number_count(threads).text, number_slope_count(trend).text,
                grown.bucket != NULL ? "; goroutines in system calls rise with them" : "");
    if (grown.bucket != NULL)
        pattern_link_bucket(match, grown.bucket);
}

/* What no other pattern of goroutines speaks of; those that run may be work. */
static bool is_other(const struct goroutine_dump *dump, const struct goroutine_bucket *bucket)
{
    return !is_on_channel(dump, bucket) && !is_in_line(dump, bucket) && !sleeps(dump, bucket) &&
           !is_outside_go(dump, bucket) && bucket->category != GOROUTINE_RUNNING;
}

void pattern_goroutines(const struct pattern_context *context, struct pattern_match *match)
{
    match_grown(context, is_other, match);
    match_proven(context, is_other, match);
}
