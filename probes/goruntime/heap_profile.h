#ifndef SIDESCOPE_PROBES_GORUNTIME_HEAP_PROFILE_H
#define SIDESCOPE_PROBES_GORUNTIME_HEAP_PROFILE_H

/*
 * The heap profile of a Go process, read from the buckets that its runtime keeps
 * anyway: what heap?debug=0 would answer at the same moment (alloc_objects,
 * alloc_space, inuse_objects, inuse_space, scaled up from the samples), without
 * pprof, and without stopping the process. Places with nothing counted are left
 * out. Blocks while it reads; the thread of the runtime.
 */

#include "pprof/profile.h"
#include "probes/goruntime/native.h"
#include "probes/goruntime/runtime.h"

#include <stdbool.h>

struct heap_profile_facts {
    uint64_t rate;       /* bytes between two samples, MemProfileRate */
    uint64_t collection; /* numbers are of the end of this garbage collection; 0: of none yet */
    size_t n_buckets;    /* places in the code that were ever sampled */
    size_t n_torn;  /* of them: caught between two counts, so that one may be off by a sample */
    bool truncated; /* there are more than this reader takes */
};

/*
 * One reference; independent of the runtime. native (NULL: none) says which file the
 * code belongs to. facts may be NULL and are filled on success. NULL with error
 * (GORUNTIME_ERROR): OFF when the program keeps no heap profile, with the reason;
 * what go_runtime_need and memory_read say.
 */
struct profile *heap_profile_read(struct go_runtime *runtime, struct native *native,
                                  struct heap_profile_facts *facts, GError **error);

#endif
