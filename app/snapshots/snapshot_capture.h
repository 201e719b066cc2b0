#ifndef SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_CAPTURE_H
#define SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_CAPTURE_H

/*
 * Takes one snapshot of a session: what the probes have at hand, and heap and
 * goroutines asked for anew beside them. Full stacks stop the target for as long
 * as they are many: they are asked for only where they are few. Main loop's
 * thread; nothing waits.
 */

#include "app/session/session.h"
#include "app/snapshots/snapshots.h"

struct snapshot_capture;

/* snapshot is the callee's now; problem says what is missing in it, NULL: nothing. Called once, at
 * once when there is nothing to ask; the capture still has to be freed, also from in here. */
typedef void (*snapshot_capture_done)(struct snapshot *snapshot, const char *problem, void *user);

/* session is borrowed for this call only. */
struct snapshot_capture *snapshot_capture_new(struct session *session);
/* Before the start: the allocs profile is asked for as well. */
void snapshot_capture_with_allocs(struct snapshot_capture *capture);
/* Asks. done is not called before. */
void snapshot_capture_start(struct snapshot_capture *capture, snapshot_capture_done done,
                            void *user);
/* Ends it when it still runs; done is not called any more. NULL accepted. */
void snapshot_capture_free(struct snapshot_capture *capture);

/* Puts the session's newest process, memory, files and MemStats samples in the place of those of
 * a snapshot that is not in a store yet. */
void snapshot_take_at_hand(struct snapshot *snapshot, const struct session *session);

#endif
