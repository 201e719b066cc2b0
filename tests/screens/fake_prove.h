#ifndef SIDESCOPE_TESTS_SCREENS_FAKE_PROVE_H
#define SIDESCOPE_TESTS_SCREENS_FAKE_PROVE_H

/* app/target/prove_run.h without a process: it looks until the test says what it found. */

#include "probes/goruntime/proofs.h"

/* Ends the look that is under way: goroutines 20 and 21 are leaked, or none and why. */
void fake_prove_finish(const char *why);

#endif
