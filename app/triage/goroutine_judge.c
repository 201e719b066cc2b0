#include "app/triage/goroutine_judge.h"

#include "app/session/fd_words.h"

#include "app/triage/goroutine_growth.h"
#include "app/triage/pattern_rules.h"

#include "pprof/goroutine_signatures.h"

#include <string.h>

enum {
    GREW_BY = 10, /* and by one part in GREW_SHARE of all: worth a look */
    GREW_SHARE = 5,
    STILL_S = 10,        /* a queue that moves has moved by then */
    STUCK_MINUTES = 1,   /* a lock is held for less */
    PARKED_MINUTES = 5,  /* so many senders for so long: they pile up */
    UNHEARD_MINUTES = 1, /* one sender for so long: somebody does not listen */
};

bool goroutine_has_function(const struct goroutine_bucket *bucket, const char *part)
{
    for (size_t i = 0; i < bucket->n_frames; i++)
        if (strstr(bucket->frames[i].function, part) != NULL)
            return true;
    return false;
}

/*
 * Groups that a healthy sidecar keeps small, from running real ones: more than
 * so many that are in this function, or come from it, are the pattern named.
 * Every command of bubbletea comes from execBatchMsg: a chain waits in it.
 */
static const struct known {
    const char *function;
    bool (*is_in)(const struct goroutine_bucket *bucket, const char *part);
    enum threshold_id healthy;
    enum triage_verdict hangs;
    const char *words;
} known_groups[] = {
    {"bubbletea/v2.Tick.func1", pattern_at_site, THRESHOLD_TICK_CHAINS, TRIAGE_HEALTHY,
     "poll chains: td starts one more at each project switch"},
    {"bubbletea.Tick.func1", pattern_at_site, THRESHOLD_TICK_CHAINS, TRIAGE_HEALTHY,
     "poll chains: one more at each focus of the td tab"},
    {"execBatchMsg", pattern_at_site, THRESHOLD_TICK_BATCHES, TRIAGE_HEALTHY,
     "poll chains: one more at each project switch or tab focus"},
    {"fsnotify.(*inotify).readEvents", goroutine_has_function, THRESHOLD_WATCHER_READERS,
     TRIAGE_HEALTHY, "watchers that were not closed"},
    {"bubbletea/v2.(*Program).Send", goroutine_has_function, THRESHOLD_PROGRAM_SENDS,
     TRIAGE_HEALTHY, "messages nobody takes: a frame storm"},
    {"etchData", goroutine_has_function, THRESHOLD_FETCHES, TRIAGE_BAD,
     "fetches pile up: is the database locked?"},
};

/* It waits for a mutex or a read-write lock. */
static bool goroutine_waits_for_lock(const struct goroutine_bucket *bucket)
{
    return bucket->category == GOROUTINE_MUTEX || bucket->category == GOROUTINE_RWMUTEX;
}

/* Fetches are told of any program: a database that is locked is, too. */
static const struct known *known_of(const struct step_context *context,
                                    const struct goroutine_bucket *bucket)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known_groups); i++)
        if ((context->in->target->is_sidecar || known_groups[i].hangs != TRIAGE_HEALTHY) &&
            (double)bucket->count > limit_of(context, known_groups[i].healthy) &&
            known_groups[i].is_in(bucket, known_groups[i].function))
            return &known_groups[i];
    return NULL;
}

/* Collections set the times that others have waited for: had it stood there since, it would be told
 * of its own as well. */
static bool surely_moves(const struct step_context *context, const struct goroutine_bucket *bucket)
{
    enum { WATCHED_S = 180, OTHERS_MINUTES = 2 };
    const struct goroutine_dump *dump = context->in->goroutines->dump;
    int64_t longest = 0;

    for (size_t i = 0; i < dump->n_buckets; i++)
        longest = MAX(longest, dump->buckets[i].wait_max_minutes);
    return bucket->wait_max_minutes == 0 && longest >= OTHERS_MINUTES &&
           context->in->observed_s >= WATCHED_S;
}

/* For a minute by the dump's own times, or all the time that was watched. */
static bool stands_in_line(const struct step_context *context,
                           const struct goroutine_bucket *bucket)
{
    return goroutine_waits_for_lock(bucket) &&
           (double)bucket->count >= limit_of(context, THRESHOLD_LOCK_QUEUE) &&
           (bucket->wait_max_minutes >= STUCK_MINUTES ||
            (context->in->observed_s >= STILL_S && !surely_moves(context, bucket) &&
             goroutine_stands_still(goroutine_base_dump(context->in), bucket)));
}

static bool grew(const struct step_context *context, const struct goroutine_judged *judged)
{
    return judged->growth != SAMPLE_UNKNOWN && judged->growth >= GREW_BY &&
           judged->growth * GREW_SHARE >= (int64_t)judged->bucket->count &&
           !step_part_refuted(&judged->own, &context->in->trends[METRIC_GOROUTINES]);
}

/* A server's main goroutine has nothing else to do. */
static bool is_stuck_for_ever(const struct goroutine_bucket *bucket)
{
    return bucket->category == GOROUTINE_CHAN_NIL ||
           (bucket->category == GOROUTINE_SELECT_EMPTY && !goroutine_is_main(bucket));
}

/* Workers idle in a receive or a select, however many: nobody idles in a send. Loops that wait by
 * design (goroutine_signatures.c) may be many: one for each connection. */
static bool is_unheard(const struct goroutine_bucket *bucket)
{
    return bucket->category == GOROUTINE_CHAN_SEND &&
           goroutine_signature_of(bucket)->kind != GOROUTINE_SIGNATURE_EXPECTED &&
           bucket->wait_max_minutes >= UNHEARD_MINUTES;
}

static bool is_parked(const struct step_context *context, const struct goroutine_bucket *bucket)
{
    return (double)bucket->count >= limit_of(context, THRESHOLD_PARKED) &&
           bucket->wait_max_minutes >= PARKED_MINUTES;
}

static void set(struct goroutine_judged *judged, enum goroutine_finding finding,
                enum triage_verdict piles, enum triage_verdict hangs, const char *words)
{
    judged->finding = finding;
    judged->piles = piles;
    judged->hangs = hangs;
    judged->words = words;
}

struct goroutine_judged goroutine_judge(const struct step_context *context,
                                        const struct goroutine_bucket *bucket)
{
    struct goroutine_judged judged = {
        .bucket = bucket,
        .own = step_part(context, PART_GOROUTINES, session_parts_bucket_key(bucket->hash).text),
        .growth = goroutine_growth(goroutine_base_dump(context->in), bucket),
        .words = ""};
    const struct known *known = known_of(context, bucket);
    enum triage_verdict known_hangs = known != NULL ? known->hangs : TRIAGE_HEALTHY;
    bool lasts = trend_lasts(&context->in->trends[METRIC_GOROUTINES]);
    bool held = goroutine_bucket_held(bucket) != NULL; /* and bucket->waits says by whom */

    if (bucket->n_leaked > 0)
        set(&judged, GOROUTINE_FINDING_LEAKED, TRIAGE_BAD, TRIAGE_LOOK,
            "proven leaked: nothing can wake them");
    else if (stands_in_line(context, bucket))
        set(&judged, GOROUTINE_FINDING_QUEUE, TRIAGE_BAD, TRIAGE_BAD,
            held ? "waiting for one lock"
                 : "waiting for one lock: look for the goroutine that holds it");
    else if (grew(context, &judged))
        set(&judged, GOROUTINE_FINDING_GREW, lasts ? TRIAGE_BAD : TRIAGE_LOOK, known_hangs,
            known != NULL ? known->words : "grew");
    else if (known != NULL)
        set(&judged, GOROUTINE_FINDING_KNOWN, TRIAGE_LOOK, known_hangs, known->words);
    else if (goroutine_waits_for_lock(bucket) && bucket->wait_max_minutes >= STUCK_MINUTES)
        set(&judged, GOROUTINE_FINDING_LOCK, TRIAGE_HEALTHY,
            bucket->count > 1 ? TRIAGE_BAD : TRIAGE_LOOK,
            held ? "waits for a lock" : "waits for a lock: look for the goroutine that holds it");
    else if (is_stuck_for_ever(bucket))
        set(&judged, GOROUTINE_FINDING_FOREVER, TRIAGE_LOOK,
            bucket->category == GOROUTINE_CHAN_NIL ? TRIAGE_LOOK : TRIAGE_HEALTHY,
            bucket->category == GOROUTINE_CHAN_NIL ? "a nil channel: blocked for ever"
                                                   : "blocked for ever");
    else if (is_unheard(bucket))
        set(&judged, GOROUTINE_FINDING_UNHEARD,
            is_parked(context, bucket) ? TRIAGE_LOOK : TRIAGE_HEALTHY, TRIAGE_LOOK,
            "nobody receives what it sends");
    return judged;
}

/* Appends "; what they wait for", where memory told, and what the first descriptor among it is. */
static void append_waits(const struct step_context *context, const struct goroutine_bucket *bucket,
                         GString *out)
{
    if (bucket->waits != NULL)
        g_string_append_printf(out, "; %s", bucket->waits);
    for (size_t i = 0; i < bucket->n_waited; i++) {
        gsize before = out->len;

        g_string_append(out, ", ");
        if (fd_words(context->in->files, bucket->waited[i]->fd, out))
            return;
        g_string_truncate(out, before);
    }
}

void goroutine_add_fact(struct step_context *context, const struct goroutine_judged *judged,
                        const char *growth, enum triage_verdict verdict)
{
    const struct goroutine_bucket *bucket = judged->bucket;
    g_autoptr(GString) note = g_string_new(goroutine_bucket_words(bucket));

    if (bucket->wait_max_minutes > 0)
        g_string_append_printf(note, ", longest %s",
                               number_duration(60 * (double)bucket->wait_max_minutes).text);
    g_string_append(note, growth);
    if (*judged->words != '\0')
        g_string_append_printf(note, ": %s", judged->words);
    append_waits(context, bucket, note);
    step_add(context->step,
             &(struct fact_spec){.label = goroutine_site_function(bucket),
                                 .value = number_count((int64_t)bucket->count).text,
                                 .note = note->str,
                                 .verdict = verdict,
                                 .ref = {.kind = REF_STACKS, .hashes = &bucket->hash, .n = 1}});
}
