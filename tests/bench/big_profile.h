#ifndef SIDESCOPE_TESTS_BENCH_BIG_PROFILE_H
#define SIDESCOPE_TESTS_BENCH_BIG_PROFILE_H

/*
 * Inputs of any size, the same ones each time: heap profiles as a large Go
 * program gives them, and goroutine dumps with states.
 */

#include <glib.h>

/*
 * A gzip'd heap profile of n samples (four sample types) on random stacks of 20
 * to 64 frames over 4000 functions in 300 files; some 110 bytes a sample before
 * compression.
 */
GByteArray *big_profile(guint n);

/* A CPU profile of the same program: two sample types, no labels. */
GByteArray *big_cpu_profile(guint n);

/* The heap of a program of ordinary size: some 33 kB. */
GByteArray *ordinary_heap(void);

/* The text of goroutine?debug=2 with n goroutines in some 200 different stacks. */
GString *big_dump(guint n);

#endif
