#ifndef SIDESCOPE_PROBES_GORUNTIME_CPU_PROFILE_H
#define SIDESCOPE_PROBES_GORUNTIME_CPU_PROFILE_H

/*
 * A CPU profile of a Go process that needs nothing of the process itself: no
 * pprof, no symbols, no stop. The kernel takes the samples (perf_events.h), the
 * runtime's tables name them. The same profile as pprof's, so that everything
 * that shows, compares and saves those does so with this. Any one thread.
 */

#include "pprof/profile.h"
#include "probes/goruntime/cpu_samples.h"
#include "probes/goruntime/perf_events.h"

#include <glib.h>
#include <stdbool.h>

enum { CPU_PROFILE_MAX_SECONDS = 3600 };

struct cpu_profile_request {
    int pid;
    int seconds;          /* 1 to CPU_PROFILE_MAX_SECONDS */
    bool user_only;       /* leave the kernel's part out where it could be had */
    const int *cancelled; /* atomic, set from any thread: ends within 100 ms; NULL: never */
    /* On the calling thread, some times a second, with the seconds that have passed; or NULL. */
    void (*progress)(double passed_s, void *user);
    void *user;
};

/* How much of the truth a profile has. Shares are 0..1, NAN: unknown. */
struct cpu_profile_facts {
    struct perf_events_state events;
    struct cpu_sample_counts samples;
    double passed_s;     /* less than was asked for when the process ended */
    double cpu_s;        /* CPU time the process used meanwhile; NAN: unknown */
    double kernel_share; /* of it in the kernel, as the process's own clocks say */
    double coverage;     /* samples times period of the CPU time that was to be sampled */
    bool has_ended;      /* the process, before the time was over */
    char *hidden;        /* why the kernel's part is not in it; NULL when it is */
};
void cpu_profile_facts_clear(struct cpu_profile_facts *facts);

/*
 * Blocks for that many seconds. One reference; its comments say where it comes
 * from and what of facts a reader must know. NULL with error (GORUNTIME_ERROR):
 * what perf_events_open and module_load say, GONE when the process ended before
 * there was a sample, CANCELLED. facts may be NULL; they are filled on success
 * only.
 */
struct profile *cpu_profile_record(const struct cpu_profile_request *request,
                                   struct cpu_profile_facts *facts, GError **error);

#endif
