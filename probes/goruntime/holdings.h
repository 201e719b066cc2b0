#ifndef SIDESCOPE_PROBES_GORUNTIME_HOLDINGS_H
#define SIDESCOPE_PROBES_GORUNTIME_HOLDINGS_H

/*
 * Who holds the memory of a process and who holds its open files, of one look at its
 * heap. Counted references; what they share is immutable, so any thread may read it.
 */

#include "probes/goruntime/descriptors.h"

struct holdings {
    gint references; /* private, atomic */
    struct holders *holders;
    struct descriptors *descriptors;
};

/*
 * One reference. Costs what holders_read does and some milliseconds more; steps as
 * there. NULL with error: what descriptors_read says.
 */
struct holdings *holdings_read(struct go_runtime *runtime, int pid, holders_progress *progress,
                               void *user, GError **error);
/* Of both, which are taken; one reference. */
struct holdings *holdings_new(struct holders *holders, struct descriptors *descriptors);
struct holdings *holdings_ref(struct holdings *holdings);
void holdings_unref(struct holdings *holdings); /* NULL accepted */
typedef struct holdings holdings_auto;          /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(holdings_auto, holdings_unref)

#endif
