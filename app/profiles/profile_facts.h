#ifndef SIDESCOPE_APP_PROFILES_PROFILE_FACTS_H
#define SIDESCOPE_APP_PROFILES_PROFILE_FACTS_H

/*
 * What must be known to read a profile that was taken from outside the process:
 * its comments say where it comes from, how much of the time was in the kernel and
 * how much of it was sampled. Pure; any thread.
 */

#include "pprof/profile.h"

/*
 * "kernel: 4% of CPU time, 4% of samples; coverage: 99% of ..."; with_source begins
 * with that. "" of a profile that says nothing of its source, as pprof's own does.
 * g_free it.
 */
char *profile_facts_text(const struct profile *profile, bool with_source);

#endif
