#ifndef SIDESCOPE_PPROF_ENCODE_H
#define SIDESCOPE_PPROF_ENCODE_H

/* A profile as a file that go tool pprof reads. Pure; any thread. */

#include "pprof/profile.h"

/*
 * profile.proto in gzip, the same bytes for the same profile. Ids are counted
 * anew from 1. NULL with error (PROFILE_ERROR_LIMIT) when the result would be
 * larger than what this library reads.
 */
GByteArray *profile_encode(const struct profile *profile, GError **error);

#endif
