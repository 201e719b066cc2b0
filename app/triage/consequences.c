#include "app/triage/consequences.h"

#include "app/triage/pattern_rules.h"

#include <string.h>

/*
 * Most leaks show twice: a goroutine that never ends keeps its descriptors, a
 * chain of polls starts its commands. What follows from another finding stands
 * below it and says so; it stays a finding.
 */

typedef bool follows(const struct triage_input *in, const struct triage_cause *cause,
                     const struct triage_cause *effect);

static const struct goroutine_bucket *bucket_of(const struct triage_input *in,
                                                const struct triage_cause *cause)
{
    const struct goroutine_dump *dump = in->goroutines != NULL ? in->goroutines->dump : NULL;

    for (size_t i = 0; dump != NULL && cause->ref.kind == REF_STACKS && i < dump->n_buckets; i++)
        if (dump->buckets[i].hash == cause->ref.hashes[0])
            return &dump->buckets[i];
    return NULL;
}

static bool always(const struct triage_input *in, const struct triage_cause *cause,
                   const struct triage_cause *effect)
{
    (void)in;
    (void)cause;
    (void)effect;
    return true;
}

/* They wait for the very descriptors: these are the cause. */
static bool waits_for_descriptor(const struct triage_input *in, const struct triage_cause *cause,
                                 const struct triage_cause *effect)
{
    const struct goroutine_bucket *bucket = bucket_of(in, effect);

    (void)cause;
    return bucket != NULL && bucket->category == GOROUTINE_IO_WAIT;
}

/* They wait for something else, and one more of them is so many more descriptors. */
static bool keeps_descriptors(const struct triage_input *in, const struct triage_cause *cause,
                              const struct triage_cause *effect)
{
    const struct goroutine_bucket *bucket = bucket_of(in, cause);

    (void)effect;
    return in->goroutines_per_fd.verdict == IN_STEP_YES && bucket != NULL &&
           bucket->category != GOROUTINE_IO_WAIT;
}

/* "the same goroutines" under a general name. */
static bool is_same_group(const struct triage_input *in, const struct triage_cause *cause,
                          const struct triage_cause *effect)
{
    const struct goroutine_bucket *a = bucket_of(in, cause), *b = bucket_of(in, effect);

    return a != NULL && b != NULL &&
           (a == b || (a->stack_hash != 0 && a->stack_hash == b->stack_hash));
}

/* Who starts them is who is blamed for their memory. */
static bool has_same_culprit(const struct triage_input *in, const struct triage_cause *cause,
                             const struct triage_cause *effect)
{
    (void)in;
    return *cause->culprit != '\0' && strcmp(cause->culprit, effect->culprit) == 0;
}

#define GOROUTINES                                                                                 \
    "|blocked-channel|sleep-loops|goroutine-leak|lock-queue|sql-pool|command-pipes|"               \
    "uncancelled-contexts|"
#define CONNECTIONS "|socket-leak|idle-clients|close-wait|pipe-leak|"
#define DESCRIPTORS                                                                                \
    "|socket-leak|pipe-leak|open-files|same-file-open|directory-handles|deleted-files|"            \
    "handle-leak|process-handles|session-files|memory-files|close-wait|"

#define PILES GOROUTINES DESCRIPTORS "|heap-retained|memory-growth|mmap-leak|"

/* Ids between bars; the order is that of reading. */
static const struct rule {
    const char *causes, *effects;
    follows *holds;
} rules[] = {
    {"|td-poll-chains|interactive-poll-chains|", "|git-storm|spawn-storm|rising-cpu|", always},
    {"|sqlite-lock|", "|fetch-pile-up|sql-pool|lock-queue|", always},
    {"|process-exhaustion|", "|pipe-leak|process-handles|children-memory|git-storm|spawn-storm|",
     always},
    {"|command-pipes|", "|pipe-leak|goroutine-leak|blocked-channel|process-exhaustion|", always},
    {"|http-transports|http-bodies|", "|socket-leak|close-wait|goroutine-leak|blocked-channel|",
     always},
    {"|unclosed-watchers|", "|watch-growth|goroutine-leak|blocked-channel|", always},
    {"|blocked-finalizer|", PILES, always},
    {"|memory-files|", "|memory-growth|mmap-leak|", always},
    {"|thread-leak|", "|mmap-leak|memory-growth|", always},
    {"|thread-leak|", DESCRIPTORS, keeps_descriptors},
    {"|gc-off|", "|heap-retained|slice-growth|cache-growth|heap-level|memory-growth|", always},
    {CONNECTIONS, "|goroutine-leak|", waits_for_descriptor},
    {GOROUTINES, DESCRIPTORS, keeps_descriptors},
    {GOROUTINES, "|stack-memory|", is_same_group},
    {GOROUTINES, "|heap-retained|slice-growth|cache-growth|", has_same_culprit},
    {"|fetch-pile-up|td-poll-chains|frame-storm|", GOROUTINES, is_same_group},
};

static bool is_among(const char *ids, const char *id)
{
    g_autofree char *word = g_strdup_printf("|%s|", id);

    return strstr(ids, word) != NULL;
}

static bool is_effect(const struct triage_input *in, const struct triage_cause *cause,
                      const struct triage_cause *effect)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (is_among(rules[i].causes, cause->pattern->id) &&
            is_among(rules[i].effects, effect->pattern->id) && rules[i].holds(in, cause, effect))
            return true;
    return false;
}

/* What explains others has to be likely itself, and proof of the effect stays proof. */
void consequences_rank(const struct triage_input *in, GPtrArray *causes)
{
    static const double step = 0.02;

    for (guint i = 0; i < causes->len; i++) {
        struct triage_cause *effect = g_ptr_array_index(causes, i);
        const struct triage_cause *best = NULL;

        for (guint c = 0; c < causes->len; c++) {
            const struct triage_cause *cause = g_ptr_array_index(causes, c);

            if (c != i && cause->confidence >= PATTERN_LIKELY && is_effect(in, cause, effect) &&
                !is_effect(in, effect, cause) &&
                (best == NULL || cause->confidence > best->confidence))
                best = cause;
        }
        if (best == NULL || effect->confidence >= PATTERN_PROVEN)
            continue;
        char *old = effect->evidence;

        effect->confidence = MIN(effect->confidence, best->confidence - step);
        effect->evidence = g_strdup_printf("%s; it follows from the other: %s", old, best->title);
        g_free(old);
    }
}
