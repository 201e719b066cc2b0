#ifndef SIDESCOPE_PROBES_LINUX_LOG_TAIL_H
#define SIDESCOPE_PROBES_LINUX_LOG_TAIL_H

/*
 * Warnings in the log the target has open: sidecar tells what fails inside it
 * ("tmux session discovery failed") in debug.log and nowhere else. The end of
 * the file is read now and then; lines are those of Go's log/slog text handler
 * ("time=… level=WARN msg=…"). Used by the thread that takes the census.
 */

#include "probes/linux/handle.h"

void log_tail_clear(struct log_tail *tail);
/* Fills log_warnings and log_last; fds are those of the census at hand. */
void log_tail_fill(struct linux_platform *platform, struct files_sample *sample,
                   const struct fd_entry *fds, size_t n);

/*
 * Warnings and errors among the lines of text that were written at or after
 * since_us (wall clock). *ret_last (free with g_free) is the newest one from its
 * level on, cut, without what looks like a secret; NULL when there is none.
 */
int64_t log_tail_count(const char *text, gint64 since_us, char **ret_last);

#endif
