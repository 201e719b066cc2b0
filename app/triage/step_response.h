#ifndef SIDESCOPE_APP_TRIAGE_STEP_RESPONSE_H
#define SIDESCOPE_APP_TRIAGE_STEP_RESPONSE_H

/* The halves of the response branch: locks on databases, and the rest. Pure. */

#include "app/triage/steps.h"

/* Databases that somebody keeps locked, as facts and findings->locked. */
void step_response_locks(struct step_context *context);

#endif
