#ifndef SIDESCOPE_PROBES_GORUNTIME_CPU_SAMPLES_H
#define SIDESCOPE_PROBES_GORUNTIME_CPU_SAMPLES_H

/*
 * From samples of the kernel to a profile as pprof has it. Every sample is made
 * into functions at once, while the process it is of still runs, and equal stacks
 * are counted together, so that memory follows the number of stacks and not the
 * time. One thread.
 */

#include "pprof/profile.h"
#include "probes/goruntime/cpu_labels.h"
#include "probes/goruntime/cpu_walk.h"
#include "probes/goruntime/native.h"

struct cpu_sample_counts {
    uint64_t n;
    uint64_t n_kernel;   /* taken in the kernel, booked on the code that called it */
    uint64_t n_unknown;  /* no user stack at all: a thread that begins or ends */
    uint64_t n_native;   /* C code whose Go caller is not known */
    uint64_t n_cut;      /* stacks as deep as the kernel goes: their first callers are missing */
    uint64_t n_labelled; /* in goroutines of which labels are known */
    uint64_t n_not_kept; /* stacks above the cap, in a row of their own */
    uint64_t n_ends[CPU_WALK_N_ENDS];
};

struct cpu_samples;

/*
 * symbols, native and labels (NULL: none are wanted) are borrowed. period_ns: what one sample
 * stands for. deepest: pcs in the kernel's longest chain (kernel.perf_event_max_stack).
 */
struct cpu_samples *cpu_samples_new(struct symbols *symbols, struct native *native,
                                    struct cpu_labels *labels, uint64_t period_ns, size_t deepest);
void cpu_samples_free(struct cpu_samples *samples);

void cpu_samples_add(struct cpu_samples *samples, const struct perf_record *sample);
const struct cpu_sample_counts *cpu_samples_counts(const struct cpu_samples *samples);

/*
 * The profile: samples/count and cpu/nanoseconds, as runtime/pprof has them; a
 * sample that was taken in the kernel has the label mode: kernel, one of a goroutine with labels
 * has those. Once; one
 * reference. comments are copied; time_ns: Unix time of its beginning.
 */
struct profile *cpu_samples_finish(struct cpu_samples *samples, int64_t time_ns,
                                   int64_t duration_ns, const char *const *comments,
                                   size_t n_comments);

#endif
