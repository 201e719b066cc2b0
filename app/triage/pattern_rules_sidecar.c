#include "app/triage/pattern_rules.h"

#include "app/triage/goroutine_growth.h"
#include "pprof/top.h"
#include "probes/databases.h"

#include <math.h>
#include <string.h>

enum {
    SOME_WAITERS = 3,
    MANY_WAITERS = 10,
    FULL_CORE_PERCENT = 80,
    BUSY_PERCENT = 20, /* ten times what an idle one uses */
    WRITE_S = 2,       /* an ordinary write is over long before */
    PATIENT_S = 10     /* twice the time that others wait before they give up */
};

static const double most_of_profile = 0.5;

static double cpu_of(const struct pattern_context *context)
{
    const struct process_sample *process = context->in->process;

    return process != NULL && !isnan(process->cpu_percent) ? process->cpu_percent : 0;
}

static struct pattern_stacks count_function(const struct pattern_context *context, const char *part)
{
    return pattern_count(context, pattern_on_stack, part);
}

static void match_stacks(const struct pattern_stacks *stacks, const char *part, double confidence,
                         const char *evidence, struct pattern_match *match)
{
    const char *named = part != NULL ? pattern_function(stacks->largest, part) : NULL;

    pattern_set(match, confidence, named != NULL ? named : goroutine_site_function(stacks->largest),
                "%s", evidence);
    pattern_link_bucket(match, stacks->largest);
}

/* --- chains --- */

/* The loops of an interactive pane, by the names that they had over time. */
static bool polls_pane(const struct goroutine_bucket *bucket, const char *part)
{
    static const char *const parts[] = {"pollAgent", "pollShell", "pollInteractive", "PollChain"};

    (void)part;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (pattern_on_stack(bucket, parts[i]))
            return true;
    return false;
}

void pattern_poll_chains(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks ticks =
        pattern_count(context, pattern_at_site, "bubbletea/v2.Tick.func1");
    /* each chain waits in one for the tick in the other: counted once */
    struct pattern_stacks batches = pattern_count(context, pattern_at_site, "execBatch");
    /* each of these ticks as well */
    size_t polls = pattern_count(context, polls_pane, NULL).count;
    double chains = context->limits->value[THRESHOLD_TICK_CHAINS];
    static const char git[] = "git rev-parse --show-toplevel";

    if (pattern_dump(context) == NULL) {
        /* what they start tells of them where no stacks can be had */
        double by_git = pattern_chains_by_git(context);

        if (by_git <= 0)
            return;
        pattern_set(match, PATTERN_SURE, git,
                    "about %.0f chains ask git the same four things every ten seconds; one is "
                    "healthy",
                    by_git);
        pattern_link(match, &(struct ref){.kind = REF_COMMAND, .text = git});
        return;
    }
    if (ticks.count == 0)
        ticks = pattern_count(context, pattern_at_site, "bubbletea.Tick.func1");
    if ((double)ticks.count <= chains + (double)polls ||
        (double)batches.count <= context->limits->value[THRESHOLD_TICK_BATCHES] + (double)polls)
        return;
    /* between two ticks a chain is not on any stack: a few more or less are no growth */
    double grown =
        (double)ticks.growth > chains ? pattern_grown(&context->in->trends[METRIC_GOROUTINES]) : 0;
    g_autofree char *evidence =
        g_strdup_printf("%s chains of ticks run%s; 2 to 4 are healthy",
                        number_count((int64_t)ticks.count).text, number_growth(ticks.growth).text);

    match_stacks(&ticks, "Tick.func1", MAX(grown, PATTERN_LIKELY), evidence, match);
}

/* Of the CPU profile, 0..1; 0: there is none. */
static double share_of_polls(const struct profile *profile)
{
    static const struct filter_options filters = {
        .focus = "pollAgent|pollShell|pollInteractive|PollChain"};
    const struct top_options options = {
        .sample_index = -1, .granularity = TOP_FUNCTIONS, .filters = &filters};
    struct top_report *top = profile != NULL ? top_build(profile, &options, NULL) : NULL;
    int64_t sum = 0;

    for (size_t i = 0; top != NULL && i < top->n_rows; i++)
        sum += top->rows[i].flat;
    double share = top != NULL && top->total > 0 ? (double)sum / (double)top->total : 0;

    top_report_free(top);
    return share;
}

/*
 * CPU and a few more chains than there should be, while memory stays where it is. Chains that a
 * profile shows to burn it say more than the function in which they do.
 */
void pattern_interactive_polls(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks polls = pattern_count(context, polls_pane, NULL);
    double share = share_of_polls(context->in->cpu_profile);
    g_autofree char *of_profile =
        share > 0
            ? g_strdup_printf(", %s of the CPU profile", number_percent_whole(100 * share).text)
            : g_strdup("");
    g_autofree char *evidence = g_strdup_printf(
        "%s poll chains at %s CPU, memory flat%s", number_count((int64_t)polls.count).text,
        number_percent_whole(cpu_of(context)).text, of_profile);

    if (polls.count >= 2 && cpu_of(context) >= BUSY_PERCENT && !context->findings->heap_growing)
        match_stacks(&polls, "oll", share >= most_of_profile ? PATTERN_SURE + 0.02 : PATTERN_LIKELY,
                     evidence, match);
}

void pattern_frame_storm(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks sends = count_function(context, "(*Program).Send");
    bool full = cpu_of(context) >= FULL_CORE_PERCENT;
    g_autofree char *evidence = g_strdup_printf("%s goroutines want to send a message, CPU %s",
                                                number_count((int64_t)sends.count).text,
                                                number_percent_whole(cpu_of(context)).text);

    if ((double)sends.count >= context->limits->value[THRESHOLD_PROGRAM_SENDS] &&
        cpu_of(context) >= BUSY_PERCENT)
        match_stacks(&sends, "Send", full ? PATTERN_SURE : PATTERN_LIKELY, evidence, match);
}

/* --- databases --- */

static bool waits_for_database(const struct goroutine_bucket *bucket, const char *part)
{
    static const char *const parts[] = {"database/sql.(*DB).conn", "session.GetOrCreate",
                                        "database/sql.ctxDriver", "sqlite3_step", "sqlite3._Cfunc"};

    (void)part;
    /* the pool's own opener is always there */
    if (pattern_on_stack(bucket, "connectionOpener") ||
        pattern_on_stack(bucket, "connectionResetter"))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (pattern_on_stack(bucket, parts[i]))
            return true;
    return false;
}

static double held_s(const struct files_sample *files, const struct db_lock *lock)
{
    return (double)(files->base.taken_us - lock->first_seen_us) / G_USEC_PER_SEC;
}

/* The foreign lock that has been in the way longest, NULL when there is none (any longer than an
 * ordinary write). */
static const struct db_lock *pattern_blocker(const struct pattern_context *context,
                                             const struct database **ret_database)
{
    const struct files_sample *files = pattern_files(context);
    const struct db_lock *worst = NULL;

    for (size_t i = 0; files != NULL && i < files->n_databases; i++) {
        const struct db_lock *lock = database_blocker(&files->databases[i]);

        if (lock == NULL || lock->own || held_s(files, lock) < WRITE_S)
            continue;
        if (worst == NULL || lock->first_seen_us < worst->first_seen_us) {
            worst = lock;
            *ret_database = &files->databases[i];
        }
    }
    return worst;
}

/* The lock itself was seen: nothing is more than sure, and how long it lasts is the growth. */
static void match_holder(const struct pattern_context *context, const struct db_lock *lock,
                         const struct database *database, size_t waiters,
                         struct pattern_match *match)
{
    double seconds = held_s(context->in->files, lock);
    double confidence = waiters >= SOME_WAITERS ? PATTERN_SURE : PATTERN_GREW;
    g_autofree char *name = g_path_get_basename(database->path);
    g_autofree char *holder = db_lock_holder(lock);

    if (seconds >= PATIENT_S)
        confidence += 0.05;
    g_autofree char *wait =
        waiters > 0 ? g_strdup_printf("; %s goroutines wait", number_count((int64_t)waiters).text)
                    : g_strdup("");

    pattern_set(match, confidence, holder, "%s lock on %s held for %s: %s%s",
                db_lock_name(lock->kind), name, number_duration(seconds).text,
                db_lock_meaning(lock->kind), wait);
    pattern_link(match, &(struct ref){.kind = REF_DATABASE, .text = database->path});
}

/* Waiters without a lock in sight wait for something else, unless locks cannot be seen here. */
void pattern_sqlite_lock(const struct pattern_context *context, struct pattern_match *match)
{
    const struct files_sample *files = pattern_files(context);
    struct pattern_stacks waiters = pattern_count(context, waits_for_database, NULL);
    const struct database *database = NULL;
    const struct db_lock *lock = pattern_blocker(context, &database);
    bool blind = files == NULL || files->locks_why != NULL;

    if (lock != NULL) {
        match_holder(context, lock, database, waiters.count, match);
        return;
    }
    g_autofree char *evidence = g_strdup_printf(
        "%s goroutines wait for a database%s; who locks it cannot be seen here",
        number_count((int64_t)waiters.count).text, number_growth(waiters.growth).text);

    if (blind && waiters.count >= SOME_WAITERS)
        match_stacks(&waiters, NULL,
                     waiters.count >= MANY_WAITERS ? PATTERN_LIKELY : PATTERN_POSSIBLE, evidence,
                     match);
}

void pattern_fetches(const struct pattern_context *context, struct pattern_match *match)
{
    struct pattern_stacks fetches = count_function(context, "etchData");
    const struct database *database = NULL;
    bool locked = pattern_blocker(context, &database) != NULL;
    double healthy = context->limits->value[THRESHOLD_FETCHES];
    double grown = (double)fetches.growth > healthy
                       ? pattern_grown(&context->in->trends[METRIC_GOROUTINES])
                       : 0;
    g_autofree char *evidence =
        g_strdup_printf("%s fetches are under way%s", number_count((int64_t)fetches.count).text,
                        number_growth(fetches.growth).text);

    /* with the lock known they are what follows from it */
    if ((double)fetches.count > healthy)
        match_stacks(&fetches, "etchData", locked ? PATTERN_LIKELY : MAX(grown, PATTERN_LIKELY),
                     evidence, match);
}
