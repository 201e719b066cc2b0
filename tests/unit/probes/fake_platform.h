#ifndef SIDESCOPE_TESTS_PROBES_FAKE_PLATFORM_H
#define SIDESCOPE_TESTS_PROBES_FAKE_PLATFORM_H

/*
 * platform.h without an operating system: every read gives what the test said
 * last. Linked instead of probes/linux. Its numbers rise by one with each
 * reading, so that a test can tell an old value from a new one.
 */

#include "probes/platform.h"

struct fake_counts {
    unsigned opens, closes, reads, walks, marks;
};

/* As after the start: everything works and nothing was counted. */
void fake_reset(void);
/* How reads end from now on; reason as in sample_set_status. */
void fake_set_status(enum sample_status status, const char *reason);
/* False: the process cannot be opened and is not alive. */
void fake_set_alive(bool alive);
/* What each read, and each walk on top of it, takes. */
void fake_set_delay(gint64 read_us, gint64 walk_us);
struct fake_counts fake_counts(void);

#endif
