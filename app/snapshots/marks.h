#ifndef SIDESCOPE_APP_SNAPSHOTS_MARKS_H
#define SIDESCOPE_APP_SNAPSHOTS_MARKS_H

/*
 * Marks on disk: one snapshot per process, by pid and start time, so that
 * another run of sidescope can tell what was born since. The dashboard's m and
 * triage --mark write it, triage --since-mark reads it. Below state_dir("marks").
 * Waits for the disk: not for the UI thread. Errors are those of snapshots.
 */

#include "app/snapshots/snapshots.h"
#include "probes/target.h"

/* Replaces the mark of the process, and drops those of processes that have ended and what writers
 * that were killed have left. Any number of programs and threads may do so at once: each mark is
 * there as a whole, the last one stays. False with a sentence; a target without a process can have
 * none. */
bool marks_save(const struct target *target, const struct snapshot *snapshot, GError **error);

/* NULL with a sentence that says how to set one. Free with snapshot_free. */
struct snapshot *marks_load(const struct target *target, GError **error);

#endif
