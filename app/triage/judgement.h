#ifndef SIDESCOPE_APP_TRIAGE_JUDGEMENT_H
#define SIDESCOPE_APP_TRIAGE_JUDGEMENT_H

/*
 * What the user says of a step against the evidence: that it stands otherwise,
 * or that it was passed by. The evidence stays in view; what the step's
 * findings would add to the diagnosis goes with a step that is called healthy.
 * Pure.
 */

#include "app/triage/triage.h"

struct triage_findings;

/* Applies a judgement to an evaluated step, words included. */
void judgement_apply(struct triage_step *step, const struct triage_judgement *judgement,
                     struct triage_findings *findings);
/* Drops the causes whose evidence is in steps that were called healthy. */
void judgement_drop_causes(struct triage_result *result);
/* "You overruled: FDs is healthy (the evidence says bad). You skipped: heap"; NULL when nothing was
 * said. New string. */
char *judgement_sentence(const struct triage_result *result);

#endif
