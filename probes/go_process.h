#ifndef SIDESCOPE_PROBES_GO_PROCESS_H
#define SIDESCOPE_PROBES_GO_PROCESS_H

/*
 * A target that is read from its memory (probes/goruntime) where pprof cannot be
 * asked: attached to at the first reading, and again after one that failed. One
 * thread reads; go_process_cancel may come from any. All of one target share the
 * tables of its program, so that who comes second attaches at once.
 */

#include "pprof/profile.h"
#include "probes/goruntime/memstats.h"
#include "probes/goruntime/runtime.h"
#include "probes/target.h"

struct go_process;

/* What a report and a pane call it. Static. */
extern const char go_process_source[];

/*
 * Whether there is a process on this machine whose memory could be tried: not for a
 * URL alone, a recorded tree of files or a system without the call. No I/O.
 */
bool go_process_possible(const struct target *target);

/* No I/O; target must outlive it. Free with go_process_free. */
struct go_process *go_process_new(const struct target *target);
void go_process_free(struct go_process *process);

/*
 * The runtime of the target, owned by process. NULL with error: rights, no Go
 * program, an unknown version (GORUNTIME_ERROR, GO_LAYOUT_ERROR), also when
 * go_process_possible says no. Some 100 ms the first time.
 */
struct go_runtime *go_process_open(struct go_process *process, GError **error);
int go_process_pid(const struct go_process *process);
/* As given to go_process_new. */
const struct target *go_process_target(const struct go_process *process);
/* After a reading that failed: attach again the next time. */
void go_process_drop(struct go_process *process);

/* "heap", "allocs", "block", "mutex", "goroutine": profiles that the runtime keeps for itself. */
bool go_process_has_profile(const char *name);
/* One of them, one reference, as pprof would give it. */
struct profile *go_process_profile(struct go_process *process, const char *name, GError **error);
bool go_process_memstats(struct go_process *process, struct go_memstats *ret, GError **error);

/* Ends what is being read, and every later reading. Any thread. */
void go_process_cancel(struct go_process *process);

#endif
