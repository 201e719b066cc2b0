#ifndef SIDESCOPE_TESTS_TAKE_H
#define SIDESCOPE_TESTS_TAKE_H

/* One sample of each kind, as a probe would take it; unref when done. */

#include "probes/platform.h"

struct process_sample *take_process(struct platform *platform);
struct memory_sample *take_memory(struct platform *platform, bool with_regions);
struct files_sample *take_files(struct platform *platform, const struct files_sample *previous);
struct threads_sample *take_threads(struct platform *platform,
                                    const struct threads_sample *previous);

#endif
