#include "app/session_notes.h"

#include "pprof/profile.h"

void session_notes_set_cpu_profile(struct session_notes *notes, struct profile *profile)
{
    profile_unref(notes->cpu_profile);
    notes->cpu_profile = profile_ref(profile);
}

void session_notes_clear(struct session_notes *notes)
{
    profile_unref(notes->cpu_profile);
    *notes = (struct session_notes){0};
}
