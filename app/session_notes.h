#ifndef SIDESCOPE_APP_SESSION_NOTES_H
#define SIDESCOPE_APP_SESSION_NOTES_H

/* What belongs to a target and is no sample: what the user says of the triage's steps, and the CPU
 * profile captured last. Main loop's thread. */

#include "app/triage/triage.h"

struct session_notes {
    struct triage_judgement judgements[TRIAGE_N_STEPS];
    struct profile *cpu_profile; /* one reference; NULL: none captured */
};

/* One more reference of profile is taken. */
void session_notes_set_cpu_profile(struct session_notes *notes, struct profile *profile);
void session_notes_clear(struct session_notes *notes);

#endif
