#ifndef SIDESCOPE_TESTS_SCREENS_FAKE_SAMPLES_H
#define SIDESCOPE_TESTS_SCREENS_FAKE_SAMPLES_H

/* What the probes would have seen of the process of a story, at the clock's standing time. */

#include "probes/leak_marks.h"
#include "tests/screens/fake_session.h"

/* How long the story has been watched, in seconds. */
enum { FAKE_HISTORY_S = 300 };

bool fake_has_pprof(enum fake_story story);
bool fake_leaks(enum fake_story story);
/* One reference. */
struct sample *fake_sample_new(enum fake_story story, enum probe_kind kind);
/* That of goroutines, of which some were proven leaked. */
struct sample *fake_goroutines_new(enum fake_story story, struct leak_marks *marks);

#endif
