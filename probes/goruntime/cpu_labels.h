#ifndef SIDESCOPE_PROBES_GORUNTIME_CPU_LABELS_H
#define SIDESCOPE_PROBES_GORUNTIME_CPU_LABELS_H

/*
 * Labels of the goroutines that samples were taken in. The kernel gives the register that Go
 * keeps its goroutine in; it counts only when the stack pointer of the sample lies in the stack
 * of that goroutine, or of the thread that runs it. What the goroutine has for labels is read
 * some ms later, when samples are fetched: one whose labels changed between two times, or which
 * ended and was used again, has none that are known. Those of a thread's system stack are told
 * where the thread ran the same goroutine before and behind. One thread.
 */

#include "probes/goruntime/layout.h"
#include "probes/goruntime/memory.h"
#include "probes/goruntime/perf_ring.h"
#include "probes/goruntime/symbols.h"

struct cpu_label {
    const char *key, *value; /* NUL-terminated; not without bytes that a label may not have */
    size_t key_n, value_n;
};

struct cpu_labels;

/* All borrowed; layout is copied. */
struct cpu_labels *cpu_labels_new(struct symbols *symbols, struct memory *memory,
                                  const struct go_layout *layout);
void cpu_labels_free(struct cpu_labels *labels);

/* Samples are fetched: what was read of goroutines before is old. */
void cpu_labels_begin(struct cpu_labels *labels);

/*
 * Number of the set of labels of a sample; 0: none, or not known. root: the function that its
 * stack begins with, where that was seen; NULL: it was not.
 */
uint32_t cpu_labels_of(struct cpu_labels *labels, const struct perf_record *sample,
                       const struct symbol *root);
/* NULL for none; valid as long as labels are. */
const struct cpu_label *cpu_labels_at(const struct cpu_labels *labels, uint32_t set, size_t *ret_n);

/* Whether any goroutine had any so far. */
bool cpu_labels_any(const struct cpu_labels *labels);

#endif
