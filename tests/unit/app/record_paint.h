#ifndef SIDESCOPE_TESTS_RECORD_PAINT_H
#define SIDESCOPE_TESTS_RECORD_PAINT_H

/* Fills the members of any record with values that differ, to see what survives being kept. */

#include "probes/record.h"

struct record_row {
    const char *name;
    const struct record *record;
};
extern const struct record_row record_rows[];
extern const size_t n_record_rows;

/* seed: another one, other values. Texts are static or in the arena of sample. */
void record_paint(const struct record *record, void *at, void *sample, unsigned seed);
/* Fails with the name of the first member that differs. */
void record_assert_equal(const struct record *record, const void *a, const void *b);

#endif
