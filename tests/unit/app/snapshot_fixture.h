#ifndef SIDESCOPE_TESTS_APP_SNAPSHOT_FIXTURE_H
#define SIDESCOPE_TESTS_APP_SNAPSHOT_FIXTURE_H

/* Snapshots of a process that never was, the same for the same seed. */

#include "app/snapshots/snapshots.h"

/* Files, map, goroutines with states (debug=2) or without, MemStats, process and, when it is
 * given, a heap profile (one reference is taken). */
struct snapshot *fixture_snapshot(guint32 seed, bool states, struct profile *heap);

/* count descriptors of each of the paths, which end with NULL. */
struct files_sample *fixture_files(const char *const *paths, const unsigned *counts);

/* A dump of count goroutines in each of main.f0 ... */
struct goroutine_dump *fixture_dump(const unsigned *counts, size_t n, bool states,
                                    GBytes **ret_text);

#endif
