#ifndef SIDESCOPE_APP_RECORDING_MOMENT_OF_SNAPSHOT_H
#define SIDESCOPE_APP_RECORDING_MOMENT_OF_SNAPSHOT_H

/*
 * A snapshot that was loaded from a file, as all that a session knows: panes,
 * wizard and triage look at it like at a process. What it does not hold is
 * unsupported and says so; one moment has no trends. Pure; any thread.
 */

#include "app/session/session.h"
#include "app/snapshots/snapshots.h"

/* The moment is that of the snapshot's wall clock: the times of its samples, which belong to
 * another clock, are moved in place. Nobody else may hold these samples yet. */
void moment_of_snapshot(struct snapshot *snapshot, struct session_moment *ret);

/* Whom it is of, as far as it says: a new target for session_new_replay. name: where it does not,
 * that of the file. */
struct target *target_of_snapshot(const struct snapshot *snapshot, const char *name);

#endif
