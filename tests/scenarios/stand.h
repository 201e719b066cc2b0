#ifndef SIDESCOPE_TESTS_SCENARIOS_STAND_H
#define SIDESCOPE_TESTS_SCENARIOS_STAND_H

/* Many rows at the same time, each a target of its own watched by a sidescope of its own. */

#include "tests/scenarios/outcome.h"

struct stand_options {
    unsigned jobs;       /* rows at the same time */
    double seconds;      /* window of each */
    const char *backend; /* as sidescope's --backend; NULL: its own choice */
    bool strict;         /* the window is long enough for the slow rows: silence is a miss */
    bool no_pprof;       /* no target serves profiles, whatever its row says */
};

struct stand_result {
    const struct row *row;
    struct outcome *outcome;
    char *wrong; /* NULL: as it should be */
};

/* Runs the rows (const struct row *) and returns their results in the same order: GPtrArray of
 * struct stand_result *, owns them. Ends the test when a target cannot be started. */
GPtrArray *stand_run(GPtrArray *wanted, const struct stand_options *options);

#endif
