#ifndef SIDESCOPE_TESTS_FUZZ_H
#define SIDESCOPE_TESTS_FUZZ_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls, and the replay program for every file of the corpus. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
