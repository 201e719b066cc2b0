#ifndef SIDESCOPE_TESTS_UNIT_APP_RANDOM_TRIAGE_H
#define SIDESCOPE_TESTS_UNIT_APP_RANDOM_TRIAGE_H

/* Inputs of the triage by chance, for what holds of all of them. */

#include "tests/unit/app/triage_fixture.h"

enum { RANDOM_ROUNDS = 400, RANDOM_HOUR_S = 3600 };

/* The metrics whose trends are by chance. */
extern const enum metric random_judged[];
extern const size_t random_n_judged;

/* A trend of that verdict, at the metric's usual rate, over so long. */
struct trend random_trend(enum metric metric, enum trend_verdict verdict, double window_s);
/* A process with a bit of everything, and trends that need not go together. */
void random_triage(struct triage_fixture *f, GRand *random);

#endif
