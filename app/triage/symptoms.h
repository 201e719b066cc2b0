#ifndef SIDESCOPE_APP_TRIAGE_SYMPTOMS_H
#define SIDESCOPE_APP_TRIAGE_SYMPTOMS_H

/*
 * The documented procedure begins with what the user sees: five symptoms, each
 * with the tool that looks at it and what to do first. Each is a branch: the
 * steps that answer it, walked and reported before the others. Its sign says
 * live whether the symptom is there. Pure; any thread.
 */

#include "app/triage/triage.h"

/* Words are static. */
struct symptom_info {
    const char *key;          /* "rss", "fds", "cpu", "goroutines", "hang"; "" of none; stable */
    const char *title;        /* what is seen: "RSS is high or grows" */
    const char *tool;         /* "vmmap, pprof heap" */
    const char *action;       /* what to do, a sentence without its end */
    enum metric metric;       /* what its chart shows */
    enum triage_step_id step; /* whose verdict says whether it is there */
};

const struct symptom_info *symptom_info(enum symptom symptom);
/* SYMPTOM_N when none is called so. */
enum symptom symptom_from_key(const char *key);

/* All steps, those that answer the symptom first, the rest as documented. Returns how many answer
 * it. */
size_t symptom_order(enum symptom symptom, enum triage_step_id ret[TRIAGE_N_STEPS]);

/* Fills the signs of result, whose steps are evaluated, from its input. */
void symptom_signs(struct triage_result *result, const struct triage_input *input);
/* A sign that keeps its own; end it with symptom_sign_clear. */
void symptom_sign_copy(struct symptom_sign *ret, const struct symptom_sign *sign);
void symptom_sign_clear(struct symptom_sign *sign);

#endif
