#ifndef SIDESCOPE_PPROF_MERGE_H
#define SIDESCOPE_PPROF_MERGE_H

/*
 * Two profiles into one (pprof-reference 2.10): equal samples are summed,
 * samples that become 0 disappear. Pure; any thread.
 */

#include "pprof/profile.h"

#define MERGE_BASE_KEY "pprof::base" /* label on samples of a base, with value "true" */

/*
 * profile minus base. marks_base: label the base's samples, so that they stay
 * apart from the profile's (-diff_base). Only sample types of both are kept.
 * NULL with error (PROFILE_ERROR_MISMATCH) when the two cannot be compared.
 */
struct profile *merge_minus(const struct profile *profile, const struct profile *base,
                            bool marks_base, GError **error);

/*
 * The same after profile was scaled so that each type sums up to what it does in
 * base (-normalize). The two must have equal sample types.
 */
struct profile *merge_minus_normalized(const struct profile *profile, const struct profile *base,
                                       bool marks_base, GError **error);

/* profile plus other; each gets the mapping it lacks first, as the tool's do on loading. */
struct profile *merge_plus(const struct profile *profile, const struct profile *other,
                           GError **error);

/*
 * The same profile with equal samples summed, samples of 0 and unused entries
 * gone, and ids counted anew: what the tool did to every profile until Go 1.25.
 */
struct profile *merge_compact(const struct profile *profile);

#endif
