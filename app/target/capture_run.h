#ifndef SIDESCOPE_APP_TARGET_CAPTURE_RUN_H
#define SIDESCOPE_APP_TARGET_CAPTURE_RUN_H

/*
 * A capture (probes/capture.h) that reports to the main loop: its bell is
 * watched, its end becomes a call. Main loop's thread only; nothing waits.
 */

#include "probes/capture.h"

struct capture_run;

/* result is the callee's now. The run is over; it still has to be freed, also from in here. */
typedef void (*capture_run_done)(struct capture_result *result, void *user);

/* Starts it; request->bell_fd is ignored. NULL with error as capture_start. target is borrowed
 * for this call only. */
struct capture_run *capture_run_start(const struct target *target,
                                      const struct capture_request *request, capture_run_done done,
                                      void *user, GError **error);
/* Ends it at once when it still runs; done is not called any more. NULL accepted. */
void capture_run_free(struct capture_run *run);

bool capture_run_over(const struct capture_run *run);
double capture_run_progress(const struct capture_run *run); /* as capture_progress */
size_t capture_run_received(const struct capture_run *run); /* bytes so far */

#endif
