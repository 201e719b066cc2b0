#ifndef SIDESCOPE_TESTS_PPROF_RANDOM_PROFILE_H
#define SIDESCOPE_TESTS_PPROF_RANDOM_PROFILE_H

/* Profiles and command lines nobody thought of, the same ones for the same seed. */

#include <glib.h>

/*
 * The bytes of a profile; kinds (0..n) that are equal can be compared with each
 * other. nameless: some functions have no name, so that different nodes may
 * print alike, and the tool puts those in any order.
 */
GByteArray *random_profile(GRand *rand, unsigned kind, gboolean nameless);
/* The text of a source file that functions of these profiles name. */
char *random_source(GRand *rand);
/* Arguments for go tool pprof over the files source and base. NULL-terminated. */
char **random_command(GRand *rand, const char *source, const char *base);

#endif
