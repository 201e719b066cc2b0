#ifndef SIDESCOPE_TESTS_UNIT_APP_FAKE_SOURCE_H
#define SIDESCOPE_TESTS_UNIT_APP_FAKE_SOURCE_H

/*
 * A recording that is not there: two runs, a sample each second, moments that
 * know nothing but their time. Its gate can be closed, so that a test decides
 * when a moment has been read. Any thread.
 */

#include "app/recording/player.h"

struct fake_source;

/* Run 0 is 100 s to 200 s, run 1 is 1000 s to 2000 s with events at 1200 s and 1500 s, a verdict
 * change at 1300 s and a gap from 1600 s to 1700 s. */
struct fake_source *fake_source_new(void);
/* For player_new; the player frees the source. */
extern const struct player_source_ops fake_source_ops;

/* Closed: moments are not read on. */
void fake_source_set_gate(struct fake_source *source, bool open);
/* Returns when a reading stands before the closed gate. */
void fake_source_wait_stuck(struct fake_source *source);
void fake_source_set_end(struct fake_source *source, gint64 to_us, bool growing);
void fake_source_set_broken(struct fake_source *source, bool broken);
/* How many moments were asked for. */
int fake_source_asked(struct fake_source *source);
/* How many of them are there, of all tests. */
int fake_sources_alive(void);

#endif
