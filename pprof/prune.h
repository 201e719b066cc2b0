#ifndef SIDESCOPE_PPROF_PRUNE_H
#define SIDESCOPE_PPROF_PRUNE_H

/* Cutting what lies beneath a function off the stacks (pprof-reference 2.3, 2.12). */

#include "pprof/pattern.h"
#include "pprof/profile.h"

/*
 * Removes what drop_frames and not keep_frames names, as go tool pprof does on
 * loading. A profile without drop_frames, or with expressions that are not
 * understood, comes back as it is. One new reference.
 */
struct profile *prune_uninteresting(const struct profile *profile);
/* Cuts everything leafward of the innermost match, not the match. One new reference. */
struct profile *prune_from(const struct profile *profile, const struct pattern *pattern);

#endif
