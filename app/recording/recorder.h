#ifndef SIDESCOPE_APP_RECORDING_RECORDER_H
#define SIDESCOPE_APP_RECORDING_RECORDER_H

/*
 * Writes what a session sees into a recording (schema.h), while it sees it. All
 * functions are for the main loop's thread and never wait for the disk, but
 * recorder_new, recorder_flush and recorder_free; a thread of its own writes,
 * a commit about every two seconds. Where the disk cannot follow, the oldest
 * samples of a kind that wait are left out and the recording says so.
 */

#include "app/session/session.h"
#include "app/snapshots/snapshots.h"
#include "app/triage/triage.h"

struct recorder;

struct recorder_options {
    gint64 max_bytes; /* the oldest detail goes when the file would be larger; 0: no bound */
};

/* How it goes; see recorder_state. */
struct recorder_state {
    gint64 bytes;      /* of the file, were it closed now */
    gint64 written_us; /* monotonic: the last commit; 0: none yet */
    bool full_disk;    /* nothing is written until there is room */
    uint64_t left_out; /* samples that were not written because the disk could not follow */
    char problem[256]; /* why the last writing failed, safe text; "" when it did not */
};

/*
 * Opens the recording at path, or makes one (readable by the user only). NULL
 * with error (RECORDING_ERROR): no recording, a later version's, written by
 * another sidescope, no right to write there, no room. options may be NULL.
 */
struct recorder *recorder_new(const char *path, const struct recorder_options *options,
                              GError **error);
/* Writes what waits, ends the run, closes to one plain file. NULL accepted. */
void recorder_free(struct recorder *recorder);

/*
 * From now on samples are of this target (copied). The run of the same process
 * in the file goes on, with an event "gap"; any other target begins a new one.
 */
void recorder_begin_run(struct recorder *recorder, const struct target *target);

/* For session_set_tap; lives as long as the recorder. */
const struct session_tap *recorder_tap(struct recorder *recorder);

/*
 * A row of the event list, at this moment. kind and severity are short words
 * ("alarm"; "", "info", "look", "bad"); key tells events of one kind apart; json is an object or
 * NULL. All are copied.
 */
void recorder_event(struct recorder *recorder, const char *kind, const char *severity,
                    const char *key, const char *label, const char *json);
/* What the triage says; written where it differs from the last one in more than numbers. */
void recorder_verdict(struct recorder *recorder, const struct triage_result *result);
/* The profiles and the dump of a snapshot, kept for good, and an event "capture" with label.
 * References are taken. */
void recorder_snapshot(struct recorder *recorder, const struct snapshot *snapshot,
                       const char *label);

/* The time of the recording (Unix microseconds, never jumping) for a monotonic time of now. */
gint64 recorder_axis_us(const struct recorder *recorder, gint64 monotonic_us);

struct recorder_state recorder_state(struct recorder *recorder);
/* Waits until all that was told so far is in the file. */
void recorder_flush(struct recorder *recorder);

#endif
