#ifndef SIDESCOPE_PPROF_GOROUTINE_NAMES_H
#define SIDESCOPE_PPROF_GOROUTINE_NAMES_H

/* What wait reasons and frames say about a goroutine. Private to pprof/. */

#include "pprof/goroutines.h"

/* From the wait reason of debug=2 (normalised inside) and the frames, leaf first. */
enum goroutine_category goroutine_category_of_state(const char *state,
                                                    const struct goroutine_frame *frames, size_t n);
/* From frames alone. */
enum goroutine_category goroutine_category_of_frames(const struct goroutine_frame *frames,
                                                     size_t n);
/* First frame whose package is not of the standard library; 0 when there is none. */
size_t goroutine_site(const struct goroutine_frame *frames, size_t n);
/* The goroutine that answers a pprof request, or waits beside it. */
bool goroutine_is_profiler(const struct goroutine_frame *frames, size_t n);

#endif
