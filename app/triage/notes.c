#include "app/triage/notes.h"

#include "pprof/profile.h"
#include "probes/goruntime/holdings.h"

static void notes_free(void *data)
{
    struct triage_notes *notes = data;

    profile_unref(notes->cpu_profile);
    holdings_unref(notes->holdings);
    holdings_unref(notes->holdings_before);
    g_free(notes);
}

struct triage_notes *triage_notes_of(struct session *session)
{
    struct triage_notes *notes = session_companion(session);

    if (notes == NULL) {
        notes = g_new0(struct triage_notes, 1);
        session_set_companion(session, notes, notes_free);
    }
    return notes;
}

void triage_notes_set_cpu_profile(struct triage_notes *notes, struct profile *profile)
{
    profile_unref(notes->cpu_profile);
    notes->cpu_profile = profile_ref(profile);
}

void triage_notes_add_holdings(struct triage_notes *notes, struct holdings *holdings, gint64 at_us)
{
    holdings_unref(notes->holdings_before);
    notes->holdings_before = notes->holdings;
    notes->before_us = notes->holdings_us;
    notes->holdings = holdings;
    notes->holdings_us = at_us;
}
