#ifndef SIDESCOPE_PROBES_PROBE_H
#define SIDESCOPE_PROBES_PROBE_H

/*
 * One probe: a thread that samples one source at its own pace and leaves the
 * newest sample in a mailbox. The UI thread is told by a bell (a descriptor
 * shared by all probes of a session) and takes the sample; the thread's only
 * other contact is its request queue. All functions here are for the UI
 * thread. Signals are blocked in the thread.
 *
 * Pace: interval, stretched so that sampling never takes more than
 * probe_options.max_duty of the time; the stretch is visible in probe_pace.
 */

#include "probes/samples.h"

struct probe;
struct target;

struct probe_options {
    gint64 interval_us; /* 0: the kind's default (see kinds.h) */
    double max_duty;    /* share of time sampling may take; 0: the kind's default (see
                           probe_default_duty) */
    int bell_fd;        /* written once per new sample; may merge; -1: none */
    bool start_paused;
    /* The last good sample of an earlier probe of the same process (a reference is taken): what
     * has not changed since keeps its age, growth counts from where it did. NULL: none. */
    const struct sample *past;
};

struct probe_pace {
    gint64 interval_us;  /* asked for */
    gint64 effective_us; /* in force after backing off */
    bool paused;
    bool busy;            /* sampling right now */
    gint64 busy_since_us; /* monotonic, when busy */
    uint64_t samples, failures;
    gint64 last_cost_us, total_cost_us, total_cpu_us, total_bytes;
};

/*
 * 0.001 to 0.0035; all kinds together 0.01: one per cent of a core. Where the
 * target is read by commands, 0.01 for each kind that runs them.
 */
double probe_default_duty(enum probe_kind kind, const struct target *target);

/* Starts the thread. target is borrowed and must outlive the probe. */
struct probe *probe_start(enum probe_kind kind, struct target *target,
                          const struct probe_options *options);
/* Asks it to end, wakes it out of whatever it waits for, joins it. NULL accepted. */
void probe_stop(struct probe *probe);

/* Newest sample not yet taken (caller owns the reference), or NULL. */
struct sample *probe_take(struct probe *probe);

/* Requests; each takes effect at once, also in the middle of a wait. NULL accepted: nothing is
 * asked of a session without probes. */
void probe_refresh(struct probe *probe); /* sample now */
void probe_set_paused(struct probe *probe, bool paused);
void probe_set_interval(struct probe *probe, gint64 interval_us);
/* Memory probe: walk regions with every sample (zoomed) or at the slow rate. Goroutine probe:
 * once = consent to one goroutine?debug=2 above the goroutine limit. Files: unused. */
void probe_set_detail(struct probe *probe, bool detail);
void probe_consent_once(struct probe *probe);
/* Forgets the growth baseline: growth counts from now on. */
void probe_mark(struct probe *probe);

/* Of NULL: paused, and zeros. */
struct probe_pace probe_pace(struct probe *probe);
enum probe_kind probe_kind(const struct probe *probe);

#endif
