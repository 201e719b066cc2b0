#ifndef SIDESCOPE_APP_TRIAGE_NOTES_H
#define SIDESCOPE_APP_TRIAGE_NOTES_H

/* What belongs to a target and is no sample: what the user says of the triage's steps and of
 * what was seen, the CPU profile captured last, and who held memory and files when that was
 * looked for. Main loop's thread. */

#include "app/session/session.h"
#include "app/triage/symptoms.h"

struct holdings; /* probes/goruntime/holdings.h */

struct triage_notes {
    struct triage_judgement judgements[TRIAGE_N_STEPS];
    enum symptom symptom;             /* whose branch is walked and reported first */
    struct profile *cpu_profile;      /* one reference; NULL: none captured */
    struct holdings *holdings;        /* the last look: one reference; NULL: none */
    struct holdings *holdings_before; /* the look that growth counts from; NULL: there was one */
    gint64 holdings_us, before_us;    /* when, by session_now_us */
};

/* Those of the session: empty at first, kept and freed with it. */
struct triage_notes *triage_notes_of(struct session *session);
/* One more reference of profile is taken. */
void triage_notes_set_cpu_profile(struct triage_notes *notes, struct profile *profile);
/* A look (one reference, taken) of at_us; the one of before is kept beside it. */
void triage_notes_add_holdings(struct triage_notes *notes, struct holdings *holdings, gint64 at_us);

#endif
