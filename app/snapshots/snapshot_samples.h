#ifndef SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_SAMPLES_H
#define SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_SAMPLES_H

/* Snapshots of what the probes have at hand: nothing is asked for. Main loop's thread. */

#include "app/session/session.h"
#include "app/snapshots/snapshots.h"

/* An empty one of this moment: "sidecar 41822". Free with snapshot_free. */
struct snapshot *snapshot_of_target(const struct target *target);
/* The same with what the samples (any may be NULL; by kind) know; takes a reference of each. */
struct snapshot *snapshot_of_samples(const struct target *target,
                                     struct sample *const samples[PROBE_N_KINDS]);
/* The same with the session's newest samples. */
struct snapshot *snapshot_of_session(const struct session *session);
/* Adds what snapshot, made of the same session, lacks because it had not been seen by then. */
void snapshot_complete(struct snapshot *snapshot, const struct session *session);

#endif
