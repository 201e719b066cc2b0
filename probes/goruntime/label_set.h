#ifndef SIDESCOPE_PROBES_GORUNTIME_LABEL_SET_H
#define SIDESCOPE_PROBES_GORUNTIME_LABEL_SET_H

/*
 * Labels of a goroutine (pprof.Do, pprof.SetGoroutineLabels) in the memory of a process: since
 * Go 1.24 a slice of pairs of strings (internal/runtime/pprof/label), a map before. Ordered by
 * their keys. What of it makes no sense is left out or marked; nothing of it is trusted. The
 * thread of the memory.
 */

#include "probes/goruntime/layout.h"
#include "probes/goruntime/limits.h"
#include "probes/goruntime/memory.h"

#include <glib.h>

struct label_text {
    size_t first, n; /* bytes of the set's texts */
    bool is_read;    /* false: too long, or not there */
};

struct label_set {
    struct label_text keys[GORUNTIME_MAX_LABELS], values[GORUNTIME_MAX_LABELS];
    size_t n;
    GString *texts;
};

void label_set_init(struct label_set *set);
void label_set_clear(struct label_set *set);

/* What g.labels points to, into set; false: nothing could be read there. 0 has no labels. */
bool label_set_read(struct label_set *set, const struct go_layout *layout, struct memory *memory,
                    uint64_t address);

#endif
