#ifndef SIDESCOPE_TESTS_CPU_TARGET_H
#define SIDESCOPE_TESTS_CPU_TARGET_H

#include "pprof/profile.h"

#include <glib.h>
#include <stdbool.h>

/* The program of target/, running. */
struct cpu_target {
    int pid;
    char *address; /* of its pprof, "" without */
    int out;       /* what it prints */
};

/* Starts it with a load and waits until it burns. web: with pprof, not stripped. */
void cpu_target_start(struct cpu_target *target, const char *load, double seconds, bool web);
/* Ends it. */
void cpu_target_stop(struct cpu_target *target);
/* Waits for its end; rounds per second of its own CPU time, as it says. */
double cpu_target_wait(struct cpu_target *target);

/* Share of a profile's samples that were in a function (flat), or in what it called (cum); 0..1. */
double cpu_target_flat(const struct profile *profile, const char *function);
double cpu_target_cum(const struct profile *profile, const char *function);
int64_t cpu_target_samples(const struct profile *profile);

#endif
