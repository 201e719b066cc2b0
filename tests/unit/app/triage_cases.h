#ifndef SIDESCOPE_TESTS_APP_TRIAGE_CASES_H
#define SIDESCOPE_TESTS_APP_TRIAGE_CASES_H

/* A healthy sidecar with one change, and what each step then says. */

#include "tests/unit/app/triage_fixture.h"

struct triage_case {
    const char *name;
    void (*change)(struct triage_fixture *f);
    int steps[TRIAGE_N_STEPS];
    int exit_status;
};
extern const struct triage_case triage_cases[];
extern const size_t triage_n_cases;

/* The change of the case of that name. */
void triage_case_make(struct triage_fixture *fixture, const char *name);

#endif
