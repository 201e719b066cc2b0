#ifndef SIDESCOPE_APP_TRIAGE_GOROUTINE_JUDGE_H
#define SIDESCOPE_APP_TRIAGE_GOROUTINE_JUDGE_H

/*
 * What a group of goroutines says, in one place: the step of goroutines, that
 * of the response and the patterns ask here, so that none of them knows a
 * number or a function that the others do not. Pure.
 */

#include "app/triage/steps.h"

#include "pprof/goroutines.h"

/* The first that holds, worst first. */
enum goroutine_finding {
    GOROUTINE_FINDING_NONE,
    GOROUTINE_FINDING_LEAKED,  /* proven, by the runtime or from memory */
    GOROUTINE_FINDING_QUEUE,   /* many stand in line for a lock, and none moves */
    GOROUTINE_FINDING_GREW,    /* by a part of it that matters, and nothing refutes it */
    GOROUTINE_FINDING_KNOWN,   /* more of a kind than a healthy sidecar has */
    GOROUTINE_FINDING_LOCK,    /* waits for a lock for a minute or longer */
    GOROUTINE_FINDING_FOREVER, /* a channel that was never made, or a select without cases */
    GOROUTINE_FINDING_UNHEARD, /* sends for a minute or longer, and nobody receives */
    GOROUTINE_FINDING_N,
};

struct goroutine_judged {
    const struct goroutine_bucket *bucket;
    struct trend own;
    int64_t growth; /* since the baseline; SAMPLE_UNKNOWN without one */
    enum goroutine_finding finding;
    enum triage_verdict piles; /* for the question whether goroutines pile up */
    enum triage_verdict hangs; /* for the question why nothing responds */
    const char *words;         /* "" for none; static */
};

struct goroutine_judged goroutine_judge(const struct step_context *context,
                                        const struct goroutine_bucket *bucket);

/* What is known of it has part in the name of any function on its stack. */
bool goroutine_has_function(const struct goroutine_bucket *bucket, const char *part);

/* Adds a bucket to the facts of the step: how many, in what state and for how long, how they grow
 * ("" or ", ..."), what is known of them and what they wait for. */
void goroutine_add_fact(struct step_context *context, const struct goroutine_judged *judged,
                        const char *growth, enum triage_verdict verdict);

#endif
