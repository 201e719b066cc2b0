#ifndef SIDESCOPE_APP_TRIAGE_CONSEQUENCES_H
#define SIDESCOPE_APP_TRIAGE_CONSEQUENCES_H

/*
 * Which of several causes follows from which: the effect is made less sure than
 * its cause, and says what it follows from. Pure.
 */

#include "app/triage/triage.h"

/* causes: struct triage_cause *, in any order; the order is left to the caller. */
void consequences_rank(const struct triage_input *in, GPtrArray *causes);

#endif
