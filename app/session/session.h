#ifndef SIDESCOPE_APP_SESSION_SESSION_H
#define SIDESCOPE_APP_SESSION_SESSION_H

/*
 * One target and what is known of it: owns the probes, takes their samples
 * when the bell rings, keeps the histories. Lives on the main loop's thread
 * (UI or headless); probes are the only other threads. Nothing in here waits.
 *
 * A replay is a session without probes: it knows what it is shown, one moment
 * at a time, and its clock stands at that moment. Who asks a session cannot
 * tell the two apart, as long as ages are counted by session_now_us.
 */

#include "app/session/metrics.h"
#include "app/session/session_parts.h"
#include "probes/history.h"
#include "probes/probe.h"
#include "probes/target.h"
#include "probes/trend.h"

struct session;
struct series_set;

struct session_moment;
struct session_options {
    gint64 interval_us[PROBE_N_KINDS]; /* 0: the kind's default */
    double duty_scale;                 /* 1 or 0: normal; 0.25: "observe less" */
    double trend_min_window_s; /* 0: as trend.h; shorter for a quick look that samples faster */
    size_t trend_min_points;   /* 0: as trend.h */
    /* What was known of the same process when it was last watched, in times of the monotonic
     * clock: histories, marks, baselines and ages go on from it, with a gap. Taken and zeroed;
     * NULL: nothing. */
    struct session_moment *past;
};

/* The end of the target. */
struct session_end {
    enum process_state state; /* PROCESS_ENDED, PROCESS_ZOMBIE, PROCESS_REPLACED */
    gint64 at_us, at_real_us; /* when it was noticed */
    int signal;               /* that ended it; 0: none, or not known */
    bool has_status;          /* it ended by itself, and what it returned is known */
    int status;
    int64_t oom_kills; /* killed around it for want of memory meanwhile; 0: none, or not known */
};

/* What the last sample of the process says of its end; what is not known is 0 in it. */
void session_end_note(struct session_end *end, const struct process_sample *process);

/* Everything known at one moment. All times are of one clock: monotonic, or of a recording. */
struct session_moment {
    gint64 now_us;
    struct sample *samples[PROBE_N_KINDS]; /* a reference each; NULL: none yet */
    struct series_set *series;             /* owned: histories up to now_us */
    struct session_parts *parts;           /* owned */
    gint64 mark_us;                        /* 0: none */
    struct heap_sample *base_heap;         /* what growth counts from: a reference, or NULL */
    struct goroutines_sample *base_goroutines;
    bool ended;
    struct session_end end; /* when ended */
    /* when ended: the newest that told something of the living target; references, or NULL */
    struct sample *alive[PROBE_N_KINDS];
};

/* Lets go of all of it; what is left is zeroed. */
void session_moment_clear(struct session_moment *moment);

/* Takes ownership of target; starts the probes. Never fails for the target's sake: a process
 * that is gone shows up as a sample with SAMPLE_GONE. options may be NULL. */
struct session *session_new(struct target *target, const struct session_options *options);
/* Without probes; nothing is known before the first session_show. Takes ownership of target. */
struct session *session_new_replay(struct target *target);
bool session_is_replay(const struct session *session);
/* Of a replay: moment is what is known from now on. Takes all that is in it and zeroes it; calls
 * the listener with all kinds. */
void session_show(struct session *session, struct session_moment *moment);
void session_free(struct session *session);

const struct target *session_target(const struct session *session);
/* What the probes read from now on. */
void session_set_source(struct session *session, enum target_source source);

/* Now, by the clock that stamps the samples: monotonic; of a replay the moment shown. */
gint64 session_now_us(const struct session *session);
/* Wall clock at a time of that clock. */
gint64 session_real_us(const struct session *session, gint64 t_us);

/* Newest sample of a kind, or NULL before the first; borrowed until the next main-loop turn.
 * Cast by kind: process_sample, memory_sample, … */
const struct sample *session_sample(const struct session *session, enum probe_kind kind);
/* The same as it is now, also while the session is frozen. */
const struct sample *session_newest(const struct session *session, enum probe_kind kind);
/* That; of a process that has ended while it was watched, what was last known of it alive. */
const struct sample *session_evidence(const struct session *session, enum probe_kind kind);
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

/* Since when trends count of a process that was started then (0: not known, all counts): a young
 * one is still loading, its growth is no trend. */
gint64 session_trend_from_us(gint64 started_us);

/* Called after new samples were taken; kinds is a bit mask of (1 << probe_kind). */
typedef void (*session_listener)(struct session *session, unsigned kinds, void *user);
void session_set_listener(struct session *session, session_listener listener, void *user);

/* What a session tells a recorder, in the order in which it happens; any may be NULL. */
struct session_tap {
    /* each one taken, also stale ones; may be ref'ed */
    void (*sample)(const struct sample *sample, void *user);
    /* each point that a history took in; NAN: a gap */
    void (*point)(enum metric metric, gint64 t_us, double value, void *user);
    /* a moment at which every part has 0 until it is set */
    void (*parts_begin)(enum part_kind kind, gint64 t_us, void *user);
    void (*part)(enum part_kind kind, const char *part, int64_t value, void *user);
    void (*parts_clear)(enum part_kind kind, void *user); /* what was kept is of other parts */
    void (*mark)(gint64 t_us, void *user);
    void (*end)(const struct session_end *end, void *user);
    void *user;
};
/* Borrowed for the session's life or until the next call; NULL: none. */
void session_set_tap(struct session *session, const struct session_tap *tap);

/* NULL in a replay: the functions of probe.h take that. */
struct probe *session_probe(const struct session *session, enum probe_kind kind);

/*
 * Freeze: the screen keeps the samples of that moment while probes go on
 * recording into the histories. Unfreezing shows the newest at once. A replay
 * stands still anyway: it is never frozen.
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

/* What another keeps with the session: one at most, set once, freed with it. NULL: none. */
void *session_companion(const struct session *session);
void session_set_companion(struct session *session, void *companion, GDestroyNotify destroy);

/* False while the target lives. */
bool session_ended(const struct session *session, struct session_end *ret);

/* Counts of goroutines in the mark's dump for a bucket hash (0 when absent or no mark). */
size_t session_mark_bucket_count(const struct session *session, uint64_t hash);

#endif
