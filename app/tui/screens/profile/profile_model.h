#ifndef SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_MODEL_H
#define SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_MODEL_H

/*
 * What the tabs of the profile screen show: answers computed from a profile,
 * one it is compared with, and settings. Small profiles are answered at once,
 * large ones on a job's thread; until then the former answer stands, which says
 * by itself what it is of. Main loop's thread.
 */

#include "app/tui/screens/profile/profile_answer.h"

struct profile_model;

/* changed is called when an answer arrived from a job. */
struct profile_model *profile_model_new(void (*changed)(void *user), void *user);
void profile_model_free(struct profile_model *model);

/* Borrowed. To change it, change a copy and set that. */
const struct profile_input *profile_model_input(const struct profile_model *model);
/* Copies input, with references of its own. */
void profile_model_set(struct profile_model *model, const struct profile_input *input);

/*
 * The newest answer for part (function: for the parts of one), to be referenced by who
 * keeps it; asks for the one that is due. NULL while there is none. *ret_due:
 * the one asked for is still being computed.
 */
const struct profile_answer *profile_model_get(struct profile_model *model, enum profile_part part,
                                               const char *function, bool *ret_due);

/* What is expected to take longer is left to a thread; 0: everything. For tests. */
void profile_model_set_limit(struct profile_model *model, guint64 ns);

#endif
