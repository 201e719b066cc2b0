#ifndef SIDESCOPE_APP_TRIAGE_NOTES_H
#define SIDESCOPE_APP_TRIAGE_NOTES_H

/* What belongs to a target and is no sample: what the user says of the triage's steps and of
 * what was seen, and the CPU profile captured last. Main loop's thread. */

#include "app/session/session.h"
#include "app/triage/symptoms.h"

struct triage_notes {
    struct triage_judgement judgements[TRIAGE_N_STEPS];
    enum symptom symptom;        /* whose branch is walked and reported first */
    struct profile *cpu_profile; /* one reference; NULL: none captured */
};

/* Those of the session: empty at first, kept and freed with it. */
struct triage_notes *triage_notes_of(struct session *session);
/* One more reference of profile is taken. */
void triage_notes_set_cpu_profile(struct triage_notes *notes, struct profile *profile);

#endif
