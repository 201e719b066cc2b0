#ifndef SIDESCOPE_PPROF_INFLATE_H
#define SIDESCOPE_PPROF_INFLATE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Inflates one or more gzip members, capped by limits.h. NULL with error (PROFILE_ERROR). */
GByteArray *inflate_gzip(const uint8_t *data, size_t n, GError **error);
/* One gzip member without a time or a name. */
GByteArray *deflate_gzip(const uint8_t *data, size_t n);
bool inflate_is_gzip(const uint8_t *data, size_t n);

#endif
