#ifndef SIDESCOPE_TESTS_SCENARIOS_OUTCOME_H
#define SIDESCOPE_TESTS_SCENARIOS_OUTCOME_H

/* What one run of the triage said, and whether that is right of a row. */

#include "tests/scenarios/rows.h"

#include <glib.h>
#include <sys/types.h>

struct named_cause {
    char *id, *culprit, *evidence;
    bool leak;
    double confidence;
};

struct named_step {
    char *id, *verdict, *sentence, *command;
};

struct outcome {
    int status;    /* exit status of sidescope; -1: it was ended by a signal */
    char *verdict; /* "" when there was no report */
    char *diagnosis;
    GPtrArray *causes; /* struct named_cause *, surest first */
    GPtrArray *steps;  /* struct named_step *, in the order of the flow */
};

/* Reads the report that sidescope printed. Free with outcome_free. */
struct outcome *outcome_parse(const char *json, int status);
void outcome_free(struct outcome *outcome);
typedef struct outcome outcome_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(outcome_auto, outcome_free)

/* Borrowed; NULL when there was no report. */
const struct named_step *outcome_step(const struct outcome *outcome, const char *id);

/* NULL when it is what the row expects, else what is wrong, in words. Caller frees.
 * locker: the process that holds the lock, 0 when there is none. */
char *outcome_judge(const struct outcome *outcome, const struct row *row, pid_t locker);

/* The cell of the confusion matrix: id of the first cause, or "(healthy)", "(look)", … Borrowed. */
const char *outcome_word(const struct outcome *outcome);

#endif
