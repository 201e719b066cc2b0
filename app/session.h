#ifndef SIDESCOPE_APP_SESSION_H
#define SIDESCOPE_APP_SESSION_H

/*
 * One target and what is known of it: owns the probes, takes their samples
 * when the bell rings, keeps the histories. Lives on the main loop's thread
 * (UI or headless); probes are the only other threads. Nothing in here waits.
 */

#include "app/metrics.h"
#include "app/session_notes.h"
#include "app/session_parts.h"
#include "probes/history.h"
#include "probes/probe.h"
#include "probes/target.h"
#include "probes/trend.h"

struct session;

struct session_options {
    gint64 interval_us[PROBE_N_KINDS]; /* 0: the kind's default */
    double duty_scale;                 /* 1 or 0: normal; 0.25: "observe less" */
    double trend_min_window_s; /* 0: as trend.h; shorter for a quick look that samples faster */
    size_t trend_min_points;   /* 0: as trend.h */
};

/* Takes ownership of target; starts the probes. Never fails for the target's sake: a process
 * that is gone shows up as a sample with SAMPLE_GONE. options may be NULL. */
struct session *session_new(struct target *target, const struct session_options *options);
void session_free(struct session *session);

const struct target *session_target(const struct session *session);

/* Newest sample of a kind, or NULL before the first; borrowed until the next main-loop turn.
 * Cast by kind: process_sample, memory_sample, … */
const struct sample *session_sample(const struct session *session, enum probe_kind kind);
const struct process_sample *session_process(const struct session *session);
const struct memory_sample *session_memory(const struct session *session);
const struct files_sample *session_files(const struct session *session);
const struct goroutines_sample *session_goroutines(const struct session *session);
const struct heap_sample *session_heap(const struct session *session);
const struct threads_sample *session_threads(const struct session *session);

struct history *session_history(const struct session *session, enum metric metric);
/* What functions, paths, goroutine buckets and region types had over time. */
const struct session_parts *session_parts(const struct session *session);
/* Robust trend over the whole history kept, start-up left out (see trend.h). Cached per sample. */
const struct trend *session_trend(struct session *session, enum metric metric);

/* Called after new samples were taken; kinds is a bit mask of (1 << probe_kind). */
typedef void (*session_listener)(struct session *session, unsigned kinds, void *user);
void session_set_listener(struct session *session, session_listener listener, void *user);

struct probe *session_probe(const struct session *session, enum probe_kind kind);

/*
 * Freeze: the screen keeps the samples of that moment while probes go on
 * recording into the histories. Unfreezing shows the newest at once.
 */
void session_freeze(struct session *session, bool frozen);
bool session_frozen(const struct session *session, gint64 *ret_since_us);

/*
 * While frozen: shows an earlier or later kept moment (samples: +1/-1 per
 * process sample; seek: monotonic time). False when nothing is kept there.
 */
bool session_step(struct session *session, int samples);
bool session_seek(struct session *session, gint64 at_us);

void session_refresh(struct session *session); /* all probes sample now */
/* Growth columns count from now: heap and goroutine baselines and the files probe's mark. */
void session_mark(struct session *session);
gint64 session_mark_us(const struct session *session); /* 0: no mark yet: since the start */
/* Baselines of growth: the mark's, before the first mark the first complete answers. NULL while
 * there was none. */
const struct heap_sample *session_mark_heap(const struct session *session);
const struct goroutines_sample *session_mark_goroutines(const struct session *session);

/* What was noted while it was watched; goes with it. */
struct session_notes *session_notes(struct session *session);

/* The end of the target: false while it lives. */
struct session_end {
    enum process_state state; /* PROCESS_ENDED, PROCESS_ZOMBIE, PROCESS_REPLACED */
    gint64 at_us, at_real_us; /* when it was noticed */
};
bool session_ended(const struct session *session, struct session_end *ret);

/* Counts of goroutines in the mark's dump for a bucket hash (0 when absent or no mark). */
size_t session_mark_bucket_count(const struct session *session, uint64_t hash);

#endif
