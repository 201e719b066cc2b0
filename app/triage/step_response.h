#ifndef SIDESCOPE_APP_TRIAGE_STEP_RESPONSE_H
#define SIDESCOPE_APP_TRIAGE_STEP_RESPONSE_H

/* The halves of the response branch: locks on databases, and the rest. Pure. */

#include "app/triage/steps.h"

/* Databases that somebody keeps locked, as facts and findings->locked. */
void step_response_locks(struct step_context *context);
/* "the lock on /w/x.lock is held by 4711 td list", where a thread of the target waits for a file
 * lock; else NULL. New string. */
char *step_file_lock_words(const struct triage_input *in);
/* How long that has been seen; only where there are such words. */
double step_file_lock_s(const struct triage_input *in);

#endif
