#ifndef SIDESCOPE_APP_TRIAGE_PATTERN_WORDS_H
#define SIDESCOPE_APP_TRIAGE_PATTERN_WORDS_H

/*
 * Advice that fits the target: what is said of a sidecar only to one, and
 * whether an update helps by the versions that were built into it. Pure.
 */

#include "app/triage/patterns.h"

/* Fills title, cause, confirm, advice and fixed of a cause by its pattern. */
void pattern_say(struct triage_cause *cause, const struct target *target);

#endif
