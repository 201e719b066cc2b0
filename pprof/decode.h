#ifndef SIDESCOPE_PPROF_DECODE_H
#define SIDESCOPE_PPROF_DECODE_H

/* profile.proto, not compressed, as a profile. Private to pprof/. */

#include "pprof/profile.h"

struct profile *proto_decode(const uint8_t *data, size_t n, GError **error);
/* Keeps bytes for as long as stacks lie packed in them. */
struct profile *proto_decode_packed(GByteArray *bytes, GError **error);

#endif
