#ifndef SIDESCOPE_PPROF_PROBLEM_H
#define SIDESCOPE_PPROF_PROBLEM_H

/* The sentences for what is wrong with an input. All return false. Private to pprof/. */

#include <glib.h>
#include <stdbool.h>

/* "malformed profile: …" */
bool problem_invalid(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool problem_too_many(GError **error, const char *what, int limit);
/* More bytes than limits_bytes(). */
bool problem_too_large(GError **error);
/* Neither the binary format nor a text that is known. */
bool problem_unrecognized(GError **error);
bool problem_mismatch(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif
