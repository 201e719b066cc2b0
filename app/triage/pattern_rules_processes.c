#include "app/triage/pattern_rules.h"

#include "app/triage/busiest.h"
#include "app/triage/goroutine_growth.h"
#include "pprof/goroutine_signatures.h"
#include "pprof/measurement.h"
#include "probes/spawn_rates.h"

#include <math.h>
#include <string.h>

enum {
    MANY_CHILDREN = 100,
    MANY_ZOMBIES = 20,
    MANY_SURVIVORS = 10, /* started while watched and still there */
    MANY_ORPHANS = 3,
    CHAINS_SEEN = 3, /* by their git commands */
};

/* --- storms --- */

static bool is_git(const struct spawn_rate *rate)
{
    return g_str_has_prefix(rate->command, "git");
}

/* tmux is asked for every frame of a live terminal. */
static bool is_neither(const struct spawn_rate *rate)
{
    return !is_git(rate) && !g_str_has_prefix(rate->command, "tmux");
}

/* Starts of the last minute that are wanted; those that ended unnamed are shared out as the named
 * ones are. *ret_most: the busiest of them, NULL when there is none. */
static double count_starts(const struct threads_sample *threads,
                           bool (*wanted)(const struct spawn_rate *),
                           const struct spawn_rate **ret_most)
{
    double n = 0, named = 0, unnamed = 0;

    *ret_most = NULL;
    for (size_t i = 0; threads != NULL && i < threads->n_spawns; i++) {
        const struct spawn_rate *rate = &threads->spawns[i];

        if (strcmp(rate->command, SPAWN_UNNAMED) == 0) {
            unnamed = (double)rate->last_minute;
            continue;
        }
        named += (double)rate->last_minute;
        if (!wanted(rate))
            continue;
        n += (double)rate->last_minute;
        if (*ret_most == NULL || rate->last_minute > (*ret_most)->last_minute)
            *ret_most = rate;
    }
    return named > 0 ? n + unnamed * n / named : 0;
}

static void match_storm(const struct pattern_context *context,
                        bool (*wanted)(const struct spawn_rate *), double confidence,
                        const char *what, struct pattern_match *match)
{
    const struct threads_sample *threads = pattern_tasks(context);
    const struct spawn_rate *most;
    uint64_t n = (uint64_t)measurement_whole(count_starts(threads, wanted, &most));

    if (most == NULL || !step_is_storm(threads, n, context->limits))
        return;
    pattern_set(match, confidence, most->command, "%s%.0f %s",
                threads->spawns_exact ? "" : "at least ", samples_starts_per_minute(threads, n),
                what);
    pattern_link(match, &(struct ref){.kind = REF_COMMAND, .text = most->command});
}

void pattern_git_storm(const struct pattern_context *context, struct pattern_match *match)
{
    bool chains = pattern_chains_by_git(context) > 0;

    /* what the chains start is told with them */
    match_storm(context, is_git, chains ? PATTERN_LIKELY : PATTERN_SURE,
                chains ? "git commands a minute; the td poll chains start most of them"
                : context->in->target->is_sidecar ? "git commands a minute; about 30 are healthy"
                                                  : "git commands a minute",
                match);
}

void pattern_spawn_storm(const struct pattern_context *context, struct pattern_match *match)
{
    match_storm(context, is_neither, PATTERN_LIKELY, "commands other than git and tmux a minute",
                match);
}

/* --- td poll chains by what they start --- */

/* Each asks git four things every ten seconds: status, and these three, which nobody else asks. */
static bool asks_head(const struct spawn_rate *rate)
{
    return strcmp(rate->command, "git rev-parse HEAD") == 0;
}

static bool asks_branch(const struct spawn_rate *rate)
{
    return strcmp(rate->command, "git rev-parse --abbrev-ref HEAD") == 0;
}

static bool asks_top(const struct spawn_rate *rate)
{
    return strcmp(rate->command, "git rev-parse --show-toplevel") == 0;
}

double pattern_chains_by_git(const struct pattern_context *context)
{
    enum { ROUNDS = 6, GIT_OF_ROUND = 4 };
    static bool (*const asked[])(const struct spawn_rate *) = {asks_head, asks_branch, asks_top};
    const struct threads_sample *threads = pattern_tasks(context);
    const struct spawn_rate *most;
    double least = INFINITY, all = count_starts(threads, is_git, &most);

    if (!context->in->target->is_sidecar || most == NULL)
        return 0;
    for (size_t i = 0; i < G_N_ELEMENTS(asked); i++)
        least = MIN(least, count_starts(threads, asked[i], &most));
    double chains = samples_starts_per_minute(threads, (uint64_t)measurement_whole(least)) / ROUNDS;

    /* two may be one that has moved, and with many other commands it is not they */
    return chains >= CHAINS_SEEN && GIT_OF_ROUND * least * 2 >= all ? chains : 0;
}

/* --- children that stay --- */

/* The command line that most of the children have; "" when there are none. Borrowed. */
static const char *main_command(const struct child_entry *children, size_t n)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    const char *best = "";
    guint most = 0;

    for (size_t i = 0; i < n; i++) {
        const char *command = children[i].command;
        guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, command)) + 1;

        g_hash_table_insert(counts, (gpointer)(guintptr)command, GUINT_TO_POINTER(count));
        if (count > most) {
            most = count;
            best = command;
        }
    }
    return best;
}

void pattern_children(const struct pattern_context *context, struct pattern_match *match)
{
    const struct threads_sample *threads = pattern_tasks(context);

    if (threads == NULL || threads->n_children == 0)
        return;
    size_t stayed = 0; /* of those that were started while sidescope watched */

    for (size_t i = 0; i < threads->n_children; i++)
        stayed += (double)threads->children[i].uptime_s < context->in->observed_s;
    /* a busy program has a few at any moment; a leak keeps about all that it starts */
    bool pile = stayed >= MANY_SURVIVORS && stayed * 2 > threads->spawns_total;
    bool many = threads->n_children >= MANY_CHILDREN || threads->n_zombies >= MANY_ZOMBIES;

    if (!pile && !many)
        return;
    /* their pipes pile up with them: the children are the cause */
    double grown =
        0.05 + (context->in->observed_s >= SUSTAINED_GROWTH_S ? PATTERN_SURE : PATTERN_GREW);

    pattern_set(match, pile ? grown : PATTERN_LIKELY,
                main_command(threads->children, threads->n_children),
                "%s children, %s of them ended and not collected; %s were started while watched "
                "and stay",
                number_count((int64_t)threads->n_children).text,
                number_count((int64_t)threads->n_zombies).text, number_count((int64_t)stayed).text);
    pattern_link(match, &(struct ref){.kind = REF_CHILDREN});
}

void pattern_orphans(const struct pattern_context *context, struct pattern_match *match)
{
    const struct threads_sample *threads = pattern_tasks(context);

    if (threads == NULL || threads->n_orphans < MANY_ORPHANS)
        return;
    pattern_set(match, PATTERN_LIKELY, threads->orphans[0].command,
                "%s tmux control clients without an owner",
                number_count((int64_t)threads->n_orphans).text);
    pattern_link(match, &(struct ref){.kind = REF_CHILDREN});
}

/* --- who computes --- */

/* Of one that runs the stack may not be known: then only where it was started is. */
static bool is_named(const struct goroutine_bucket *bucket)
{
    return bucket->n_frames > 0 && !g_str_has_prefix(goroutine_site_function(bucket), "runtime.");
}

static const struct goroutine_bucket *most_running(const struct goroutine_dump *dump)
{
    const struct goroutine_bucket *most = NULL;

    for (size_t i = 0; dump != NULL && i < dump->n_buckets; i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];

        if (bucket->category == GOROUTINE_RUNNING && !bucket->is_profiler && is_named(bucket) &&
            (most == NULL || bucket->count > most->count))
            most = bucket;
    }
    return most;
}

/* One moment of stacks is a hint of who it is, no more: a CPU profile tells, and also that there is
 * no loop. */
void pattern_busy_loop(const struct pattern_context *context, struct pattern_match *match)
{
    const struct process_sample *process = context->in->process;
    const struct goroutine_bucket *runs = most_running(pattern_dump(context));
    struct busiest by_profile;

    if (!context->findings->cpu_high || process == NULL)
        return;
    busiest_of(context->in->cpu_profile, &by_profile);
    if (by_profile.kind == BUSIEST_FUNCTION) {
        pattern_set(match, PATTERN_SURE, by_profile.function,
                    "it has %s of the time in the CPU profile%s",
                    number_percent(by_profile.percent).text,
                    by_profile.has_callees ? ", with what it calls" : "");
        pattern_link(match, &(struct ref){.kind = REF_CPU_FUNCTION, .text = by_profile.function});
    } else if (by_profile.kind == BUSIEST_UNKNOWN) {
        pattern_set(match, runs != NULL ? PATTERN_LIKELY - 0.1 : PATTERN_POSSIBLE,
                    runs != NULL ? goroutine_site_function(runs) : NULL, "it uses %s of one core%s",
                    number_percent(process->cpu_percent).text,
                    runs != NULL ? ", and this ran when the stacks were taken" : "");
        if (runs != NULL)
            pattern_link_bucket(match, runs);
    }
    busiest_clear(&by_profile);
}
