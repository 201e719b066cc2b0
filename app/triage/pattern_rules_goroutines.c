#include "app/triage/pattern_rules.h"

#include "app/triage/goroutine_growth.h"
#include "pprof/goroutine_signatures.h"

#include <math.h>
#include <string.h>

enum {
    HEALTHY_TICKS = 4,   /* chains of Tick: app, td and their re-arming */
    HEALTHY_BATCHES = 4, /* execBatchMsg in WaitGroup.Wait: 2 or 3 */
    SOME_WAITERS = 3,
    MANY_WAITERS = 10,
    MANY_FETCHES = 4,
    MANY_SENDS = 8,
    GREW_BY = 5, /* a group of blocked goroutines */
    BLOCKED_MANY = 100,
    FULL_CORE_PERCENT = 80,
    BUSY_PERCENT = 40,
};

static const struct goroutine_dump *dump_of(const struct pattern_context *context)
{
    const struct goroutines_sample *goroutines = context->in->goroutines;

    return goroutines != NULL && sample_usable(&goroutines->base) ? goroutines->dump : NULL;
}

/* How many goroutines have such a function on their stack, and how many more than at the baseline.
 */
struct counted {
    size_t count;
    int64_t growth; /* 0 without a baseline */
    const struct goroutine_bucket *largest;
};

static bool has_function(const struct goroutine_bucket *bucket, const char *part)
{
    for (size_t i = 0; i < bucket->n_frames; i++)
        if (strstr(bucket->frames[i].function, part) != NULL)
            return true;
    return false;
}

static struct counted count_where(const struct pattern_context *context,
                                  bool (*wanted)(const struct goroutine_bucket *, const char *),
                                  const char *part)
{
    const struct goroutine_dump *dump = dump_of(context);
    const struct goroutine_dump *base = goroutine_base_dump(context->in);
    struct counted counted = {0};

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];

        if (!wanted(bucket, part))
            continue;
        int64_t growth = goroutine_growth(base, bucket);

        counted.count += bucket->count;
        counted.growth += growth != SAMPLE_UNKNOWN ? growth : 0;
        if (counted.largest == NULL || bucket->count > counted.largest->count)
            counted.largest = bucket;
    }
    return counted;
}

static struct counted count_function(const struct pattern_context *context, const char *part)
{
    return count_where(context, has_function, part);
}

static void set_match(struct pattern_match *match, double confidence,
                      const struct goroutine_bucket *bucket, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
static void set_match(struct pattern_match *match, double confidence,
                      const struct goroutine_bucket *bucket, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    match->evidence = g_strdup_vprintf(format, args);
    va_end(args);
    match->confidence = confidence;
    if (bucket == NULL)
        return;
    match->culprit = g_strdup(goroutine_site_function(bucket));
    match->link = TRIAGE_LINK_GOROUTINES;
    match->link_key = g_strdup_printf("%016" G_GINT64_MODIFIER "x", (guint64)bucket->hash);
}

static double cpu_of(const struct pattern_context *context)
{
    const struct process_sample *process = context->in->process;

    return process != NULL && !isnan(process->cpu_percent) ? process->cpu_percent : 0;
}

/* --- chains ------------------------------------------------------------------------------------
 */

void pattern_poll_chains(const struct pattern_context *context, struct pattern_match *match)
{
    struct counted ticks = count_function(context, "bubbletea/v2.Tick.func1");
    struct counted batches = count_function(context, "execBatch");

    if (ticks.count == 0)
        ticks = count_function(context, "bubbletea.Tick.func1");
    if (ticks.count <= HEALTHY_TICKS || batches.count <= HEALTHY_BATCHES)
        return;
    bool grew = ticks.growth > 0 && !context->findings->fds_growing;

    set_match(match, grew ? PATTERN_SURE : PATTERN_LIKELY, ticks.largest,
              "%zu ticks and %zu batches run (%+d); 2 to 4 of each are healthy", ticks.count,
              batches.count, (int)(ticks.growth + batches.growth));
}

/* CPU and a few more chains than there should be, while memory stays where it is. */
void pattern_interactive_polls(const struct pattern_context *context, struct pattern_match *match)
{
    struct counted polls = count_function(context, "pollAgent");
    bool flat = !context->findings->rss_growing && !context->findings->heap_growing;

    if (polls.count == 0)
        polls = count_function(context, "pollShell");
    if (polls.count < 2 || cpu_of(context) < BUSY_PERCENT || !flat)
        return;
    set_match(match, PATTERN_LIKELY, polls.largest, "%zu poll chains at %.0f%% CPU, memory flat",
              polls.count, cpu_of(context));
}

void pattern_frame_storm(const struct pattern_context *context, struct pattern_match *match)
{
    struct counted sends = count_function(context, "(*Program).Send");

    if (sends.count < MANY_SENDS || cpu_of(context) < BUSY_PERCENT)
        return;
    set_match(match, cpu_of(context) >= FULL_CORE_PERCENT ? PATTERN_SURE : PATTERN_LIKELY,
              sends.largest, "%zu goroutines want to send a message, CPU %.0f%%", sends.count,
              cpu_of(context));
}

/* --- databases ---------------------------------------------------------------------------------
 */

static bool waits_for_database(const struct goroutine_bucket *bucket, const char *part)
{
    static const char *const parts[] = {"database/sql.(*DB).conn", "session.GetOrCreate",
                                        "database/sql.ctxDriver", "sqlite3_step", "sqlite3._Cfunc"};

    (void)part;
    /* the pool's own opener is always there */
    if (has_function(bucket, "connectionOpener") || has_function(bucket, "connectionResetter"))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (has_function(bucket, parts[i]))
            return true;
    return false;
}

void pattern_sqlite_lock(const struct pattern_context *context, struct pattern_match *match)
{
    struct counted waiters = count_where(context, waits_for_database, NULL);

    if (waiters.count < SOME_WAITERS)
        return;
    set_match(match, waiters.count >= MANY_WAITERS ? PATTERN_SURE : PATTERN_LIKELY, waiters.largest,
              "%zu goroutines wait for a database (%+d)", waiters.count, (int)waiters.growth);
}

void pattern_fetches(const struct pattern_context *context, struct pattern_match *match)
{
    struct counted fetches = count_function(context, "etchData");

    if (fetches.count < MANY_FETCHES)
        return;
    set_match(match, fetches.growth > 0 ? PATTERN_SURE - 0.05 : PATTERN_LIKELY, fetches.largest,
              "%zu fetches are under way (%+d)", fetches.count, (int)fetches.growth);
}

/* --- channels and locks ------------------------------------------------------------------------
 */

/* Of a dump without wait reasons nothing better is known than that they do not run. */
static bool is_blocked(const struct goroutine_dump *dump, const struct goroutine_bucket *bucket)
{
    enum goroutine_category c = bucket->category;

    if (bucket->is_profiler || goroutine_signature_of(bucket)->kind == GOROUTINE_SIGNATURE_EXPECTED)
        return false;
    return c == GOROUTINE_CHAN_RECEIVE || c == GOROUTINE_CHAN_SEND || c == GOROUTINE_CHAN_NIL ||
           c == GOROUTINE_SELECT || c == GOROUTINE_SELECT_EMPTY ||
           (c == GOROUTINE_OTHER && !dump->has_states);
}

void pattern_channel(const struct pattern_context *context, struct pattern_match *match)
{
    const struct goroutine_dump *dump = dump_of(context);
    const struct goroutine_dump *base = goroutine_base_dump(context->in);
    const struct goroutine_bucket *worst = NULL;
    bool steady = trend_steady(&context->in->goroutines_trend); /* idle workers are no leak */
    int64_t most = 0;

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];
        int64_t growth = goroutine_growth(base, bucket);

        growth = growth != SAMPLE_UNKNOWN ? growth : 0;
        if (!is_blocked(dump, bucket) ||
            (growth < GREW_BY && (steady || bucket->count < BLOCKED_MANY)))
            continue;
        if (worst == NULL || growth > most) {
            worst = bucket;
            most = growth;
        }
    }
    if (worst == NULL)
        return;
    bool grows = most >= GREW_BY && context->findings->goroutines_growing;

    set_match(match, grows ? PATTERN_SURE : PATTERN_LIKELY - 0.05, worst,
              "%zu goroutines in %s (%+d)", worst->count,
              *worst->state != '\0' ? worst->state : goroutine_category_name(worst->category),
              (int)most);
}

static bool in_line_for_lock(const struct goroutine_bucket *bucket, const char *part)
{
    (void)part;
    return bucket->category == GOROUTINE_MUTEX || bucket->category == GOROUTINE_RWMUTEX;
}

void pattern_lock_queue(const struct pattern_context *context, struct pattern_match *match)
{
    struct counted waiters = count_where(context, in_line_for_lock, NULL);

    if (waiters.count < MANY_WAITERS)
        return;
    set_match(match, context->findings->stuck ? PATTERN_SURE - 0.1 : PATTERN_LIKELY - 0.1,
              waiters.largest, "%zu goroutines wait for a lock", waiters.count);
}
