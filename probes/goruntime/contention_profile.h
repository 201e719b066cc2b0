#ifndef SIDESCOPE_PROBES_GORUNTIME_CONTENTION_PROFILE_H
#define SIDESCOPE_PROBES_GORUNTIME_CONTENTION_PROFILE_H

/*
 * The block and the mutex profile of a Go process from its runtime's buckets: what
 * block?debug=0 and mutex?debug=0 would answer (contentions, delay). Only where the
 * program set their rates. Blocks while it reads; the thread of the runtime.
 */

#include "pprof/profile.h"
#include "probes/goruntime/native.h"
#include "probes/goruntime/runtime.h"

enum contention_kind { CONTENTION_BLOCK, CONTENTION_MUTEX };

/*
 * One reference; independent of the runtime. NULL with error: OFF when nothing was
 * ever counted and the rate is not set; what go_runtime_need and memory_read say.
 * Delays are ticks of the processor, whose length is measured here (10 ms, once a
 * run); UNSUPPORTED where this processor does not count them.
 */
struct profile *contention_profile_read(struct go_runtime *runtime, enum contention_kind kind,
                                        struct native *native, GError **error);

#endif
