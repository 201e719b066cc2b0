#ifndef SIDESCOPE_PROBES_GORUNTIME_PERF_EVENTS_H
#define SIDESCOPE_PROBES_GORUNTIME_PERF_EVENTS_H

/*
 * Samples of the CPU use of a process, taken by the kernel: a clock event of
 * perf_event_open(2) on every thread and processor, which threads made later
 * inherit. The target is neither stopped nor told. Opening and reading belong to
 * one thread. Linux; elsewhere opening fails with a sentence.
 */

#include "probes/goruntime/perf_ring.h"

#include <glib.h>
#include <stdbool.h>

enum {
    PERF_EVENTS_HZ = 499,     /* no divisor of what programs do at round intervals */
    PERF_EVENTS_STACK = 4096, /* bytes of stack in a sample: the frames from the leaf up to where
                                 the kernel's chain of frame pointers can be joined */
};

struct perf_events_request {
    int pid;
    unsigned frequency_hz;
    bool user_only; /* not even to try to see the kernel's part */
};

/* What came of it. */
struct perf_events_state {
    bool has_kernel;    /* time in the kernel is sampled too */
    uint64_t period_ns; /* CPU time of a thread between two samples */
    size_t n_threads;   /* that events were opened on */
    size_t n_events;    /* descriptors in use */
    uint64_t n_lost;    /* samples that did not fit into a ring */
    uint64_t n_broken;  /* times that a ring held no sense; 0 as long as the kernel is right */
};

struct perf_events;

/*
 * Opens and starts them. NULL with error (GORUNTIME_ERROR): DENIED with the
 * setting or right that is missing, GONE, FAILED (descriptors, the system has no
 * perf events). May raise our own soft limit of descriptors up to the hard one.
 */
struct perf_events *perf_events_open(const struct perf_events_request *request, GError **error);
/* Stops them for good; what is in the rings can still be read. */
void perf_events_stop(struct perf_events *events);
void perf_events_free(struct perf_events *events);

typedef void perf_events_visit(const struct perf_record *sample, void *user);
/*
 * Visits the samples that have come since the last call, those of one processor
 * after those of another. To be called at least each PERF_EVENTS_DRAIN_MS, or
 * samples are lost and counted. Does not wait.
 */
enum { PERF_EVENTS_DRAIN_MS = 50 };
void perf_events_drain(struct perf_events *events, perf_events_visit *visit, void *user);

struct perf_events_state perf_events_state(const struct perf_events *events);

#endif
