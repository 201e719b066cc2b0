#include "app/triage/pattern_rules.h"

#include "app/triage/goroutine_growth.h"
#include "app/triage/step_response.h"

#include <string.h>

/*
 * Waits that are known by where they stand: the function of a library that
 * everybody calls says more than the kind of wait does. Each has its own
 * pattern; the general ones leave these groups alone (pattern_is_known_wait).
 */

enum {
    SOME_WAITERS = 3,  /* of a pool */
    MANY_WAITERS = 10, /* in line, whether or not more came */
    GREW_BY = 5,
    OLD_MINUTES = 1, /* a finalizer, or what is done under a lock, is over long before */
    STILL_S = 10,
};

/* --- where they stand --- */

static bool in_pool(const struct goroutine_bucket *bucket, const char *part)
{
    (void)part;
    return pattern_on_stack(bucket, "database/sql.(*DB).conn") &&
           !pattern_on_stack(bucket, "connectionOpener") &&
           !pattern_on_stack(bucket, "connectionCleaner") &&
           (bucket->category == GOROUTINE_SELECT || bucket->category == GOROUTINE_OTHER);
}

/* Wait, and what copies a command's output until its end. */
static bool in_command(const struct goroutine_bucket *bucket, const char *part)
{
    (void)part;
    return pattern_on_stack(bucket, "os/exec.(*Cmd).awaitGoroutines") ||
           (pattern_on_stack(bucket, "os/exec.(*Cmd)") && bucket->category == GOROUTINE_IO_WAIT);
}

/* The reader of a pooled connection: while an answer's body is read or left it waits in a select,
 * between two requests for the connection itself. */
static bool in_body(const struct goroutine_bucket *bucket, const char *part)
{
    (void)part;
    return pattern_on_stack(bucket, "net/http.(*persistConn).readLoop") &&
           bucket->category == GOROUTINE_SELECT;
}

static bool in_idle_connection(const struct goroutine_bucket *bucket, const char *part)
{
    (void)part;
    return pattern_on_stack(bucket, "net/http.(*persistConn).readLoop") &&
           bucket->category == GOROUTINE_IO_WAIT;
}

static bool in_context(const struct goroutine_bucket *bucket, const char *part)
{
    (void)part;
    return pattern_on_stack(bucket, "context.(*cancelCtx).propagateCancel");
}

static bool is_blocked(const struct goroutine_bucket *bucket)
{
    return bucket->category != GOROUTINE_RUNNING && bucket->category != GOROUTINE_RUNTIME;
}

/* The runtime's one goroutine for them, while it is in code of the program. */
static bool in_finalizer(const struct goroutine_bucket *bucket, const char *part)
{
    static const char *const loops[] = {"runtime.runFinalizers", "runtime.runfinq",
                                        "runtime.runCleanups"};

    (void)part;
    for (size_t i = 0; i < G_N_ELEMENTS(loops); i++)
        if (pattern_on_stack(bucket, loops[i]))
            return is_blocked(bucket) &&
                   !g_str_has_prefix(bucket->frames[bucket->site].function, "runtime.");
    return false;
}

/* flock(2), or fcntl(2) with a lock. */
static bool in_file_lock(const struct goroutine_bucket *bucket, const char *part)
{
    static const char *const calls[] = {"syscall.Flock", "unix.Flock", "syscall.FcntlFlock",
                                        "unix.FcntlFlock"};

    (void)part;
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++)
        if (pattern_on_stack(bucket, calls[i]))
            return true;
    return false;
}

bool pattern_is_known_wait(const struct goroutine_bucket *bucket)
{
    return in_pool(bucket, NULL) || in_command(bucket, NULL) || in_body(bucket, NULL) ||
           in_idle_connection(bucket, NULL) || in_context(bucket, NULL) ||
           in_finalizer(bucket, NULL) || in_file_lock(bucket, NULL) ||
           pattern_on_stack(bucket, "net/http.(*persistConn).writeLoop");
}

/* --- rules --- */

/* Of all of them together: 0 where they did not become more for sure. */
static double grown(const struct pattern_context *context, const struct pattern_stacks *stacks)
{
    return stacks->growth >= GREW_BY ? pattern_grown(&context->in->trends[METRIC_GOROUTINES]) : 0;
}

/* The function of the program nearest to the wait; of what the library itself started there is
 * none, then the library's. */
static void match_waits(const struct pattern_stacks *stacks, double confidence, const char *what,
                        const char *more, struct pattern_match *match)
{
    pattern_set(match, confidence, goroutine_site_function(stacks->largest), "%s %s%s%s",
                number_count((int64_t)stacks->count).text, what, number_growth(stacks->growth).text,
                more);
    pattern_link_bucket(match, stacks->largest);
}

void pattern_sql_pool(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks waiters = pattern_count(context, in_pool, NULL);
    double level = waiters.count >= MANY_WAITERS ? PATTERN_LIKELY : 0;
    double confidence = MAX(grown(context, &waiters), level);

    if (waiters.count >= SOME_WAITERS && confidence > 0)
        match_waits(&waiters, confidence,
                    "goroutines wait for a connection of a pool (database/sql.(*DB).conn)", "",
                    match);
}

/* Wait gets there only when the command itself has ended: nobody stands there for a minute. */
static double ended_commands(const struct pattern_context *context)
{
    const struct goroutine_dump *dump = pattern_dump(context);

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++)
        if (pattern_on_stack(&dump->buckets[i], "os/exec.(*Cmd).awaitGoroutines") &&
            dump->buckets[i].wait_max_minutes >= OLD_MINUTES)
            return PATTERN_LIKELY;
    return 0;
}

void pattern_command_pipes(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks waiters = pattern_count(context, in_command, NULL);
    double confidence = MAX(grown(context, &waiters), ended_commands(context));
    const struct files_sample *files = pattern_files(context);
    const char *peer = NULL; /* "4711 sleep 120": whose pipe the last of them is */

    for (size_t i = files != NULL ? files->n_fds : 0; i-- > 0 && peer == NULL;)
        if (files->fds[i].type == FD_FIFO)
            peer = files->fds[i].peer;
    g_autofree char *more =
        peer != NULL ? g_strdup_printf("; the other end of a pipe is held by %s", peer) : NULL;

    /* that the commands themselves pile up is another pattern */
    if (confidence > 0)
        match_waits(&waiters, confidence, "goroutines wait for the end of a command's output",
                    more != NULL ? more : "", match);
}

void pattern_http_bodies(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks waiters = pattern_count(context, in_body, NULL);
    double confidence = grown(context, &waiters);

    if (confidence > 0)
        match_waits(&waiters, confidence + 0.02,
                    "connections of an HTTP client wait until the body of an answer is read", "",
                    match);
}

void pattern_http_transports(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks waiters = pattern_count(context, in_idle_connection, NULL);
    double confidence = grown(context, &waiters);

    if (confidence > 0)
        match_waits(&waiters, confidence + 0.02, "idle connections of an HTTP client are kept", "",
                    match);
}

void pattern_contexts(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks waiters = pattern_count(context, in_context, NULL);
    double confidence = grown(context, &waiters);

    if (confidence > 0)
        match_waits(&waiters, confidence, "goroutines watch a context until it ends", "", match);
    else
        pattern_match_heap(context, PATTERN_HEAP_CONTEXT, 0, match);
}

/* The oldest of them stands there for a minute, or for all of a watch. */
static bool stays(const struct pattern_context *context, const struct goroutine_bucket *bucket)
{
    const struct goroutine_dump *base = goroutine_base_dump(context->in);

    return bucket->wait_max_minutes >= OLD_MINUTES ||
           (base != NULL && goroutine_stands_still(base, bucket) &&
            context->in->observed_s >= STILL_S);
}

void pattern_file_lock(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks waiters = pattern_count(context, in_file_lock, NULL);
    g_autofree char *held = step_file_lock_words(context->in);
    g_autofree char *more = held != NULL ? g_strdup_printf("; %s", held) : g_strdup("");
    bool is_old = held != NULL &&
                  step_file_lock_s(context->in) >= context->limits->value[THRESHOLD_LOCK_BAD_S];

    if (waiters.largest != NULL && (is_old || stays(context, waiters.largest)))
        match_waits(&waiters, held != NULL ? PATTERN_LIKELY + 0.1 : PATTERN_LIKELY,
                    waiters.count == 1 ? "goroutine waits for a file lock of the system"
                                       : "goroutines wait for a file lock of the system",
                    more, match);
    else if (is_old)
        pattern_set(match, PATTERN_LIKELY,
                    context->in->files->lock_path != NULL ? context->in->files->lock_path : "",
                    "%s threads wait for a file lock of the system%s",
                    number_count(context->in->files->lock_waits).text, more);
}

/* One goroutine is enough: whatever has a finalizer piles up behind it. */
void pattern_finalizer(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks blocked = pattern_count(context, in_finalizer, NULL);

    if (blocked.largest == NULL || !stays(context, blocked.largest))
        return;
    pattern_set(match, PATTERN_LIKELY + 0.1, goroutine_site_function(blocked.largest),
                "the goroutine that runs finalizers is blocked (%s): nothing with a finalizer is "
                "given back any more",
                goroutine_category_name(blocked.largest->category));
    pattern_link_bucket(match, blocked.largest);
}
