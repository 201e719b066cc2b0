#ifndef SIDESCOPE_PPROF_GOROUTINE_NAMES_H
#define SIDESCOPE_PPROF_GOROUTINE_NAMES_H

/* What wait reasons and frames say about a goroutine (pprof-reference 5.4, 5.8). Private. */

#include "pprof/goroutines.h"

/* What a wait reason says by itself; some need the frames as well. */
struct goroutine_state {
    enum goroutine_category category;
    bool is_semaphore, is_syscall; /* the frames decide */
    bool leaked;
};

struct goroutine_state goroutine_state_of(const char *state);

/* From a wait reason and the frames, leaf first. */
enum goroutine_category goroutine_category_of_state(struct goroutine_state state,
                                                    const struct goroutine_frame *frames, size_t n);
/*
 * From frames alone. has_runtime: the source shows runtime frames too, so that
 * a goroutine without them on top is known to run.
 */
enum goroutine_category goroutine_category_of_frames(const struct goroutine_frame *frames, size_t n,
                                                     bool has_runtime);
/* First frame whose package is not of the standard library; 0 when there is none. */
size_t goroutine_site(const struct goroutine_frame *frames, size_t n);
/* The goroutine that answers a pprof request. */
bool goroutine_is_profiler(const struct goroutine_frame *frames, size_t n);
/* A server's goroutine that waits for the end of a request; there is one per pprof request. */
bool goroutine_is_bystander(const struct goroutine_frame *frames, size_t n);

#endif
