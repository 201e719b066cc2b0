#ifndef SIDESCOPE_APP_TRIAGE_STEP_FDS_H
#define SIDESCOPE_APP_TRIAGE_STEP_FDS_H

/* The two halves of step 2: the count, and what is open. Pure. */

#include "app/triage/steps.h"

/* How many are open, by the process or else by its list; SAMPLE_UNKNOWN: no usable sample tells. */
int64_t step_fds_count(const struct triage_input *in);
/* Facts about what is open: types, files open often, session files, inotify. */
void step_fds_open(struct step_context *context);
/* Sentences about the worst of them; why the list is missing when it is. */
void step_fds_open_words(const struct step_context *context, GString *out);
/* Who holds most of them, where that was read: facts that judge nothing. */
void step_fds_held(struct step_context *context);

#endif
