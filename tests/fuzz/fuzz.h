#ifndef SIDESCOPE_TESTS_FUZZ_H
#define SIDESCOPE_TESTS_FUZZ_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How many things a target does with what it reads, one for each input, chosen by the input's last
 * byte modulo this; 1: the last byte is as any other.
 */
#ifndef FUZZ_CHOICES
#define FUZZ_CHOICES 1
#endif

/* What libFuzzer calls, and the replay program for every file of the corpus. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
