#ifndef SIDESCOPE_PROBES_CAPTURE_H
#define SIDESCOPE_PROBES_CAPTURE_H

/*
 * One profile taken on demand, on a thread of its own: a CPU profile over some
 * seconds, a heap snapshot after a collection, any other path below the pprof
 * base. The result waits in a mailbox behind a bell, as a probe's samples do.
 * All functions here are for the UI thread.
 */

#include "pprof/goroutines.h"
#include "pprof/profile.h"

#include <glib.h>
#include <stdbool.h>

struct capture;
struct target;

struct capture_request {
    const char *path; /* "profile", "heap?gc=1", "goroutine?debug=2"; without seconds= */
    int seconds;      /* the target collects that long (seconds= is added); 0: answers at once */
    int bell_fd;      /* rung at the end; -1: none */
    bool raw;         /* only the bytes are wanted: the index page, a dump to be read as text */
    bool from_memory; /* of goroutine?debug=2: the same text out of memory; pprof is not asked */
};

enum capture_outcome {
    CAPTURE_DONE,
    CAPTURE_CANCELLED,
    CAPTURE_FAILED, /* error says why, in a sentence a user can act on */
};

struct capture_result {
    enum capture_outcome outcome;
    char *error;                 /* "" when done */
    const char *source;          /* "pprof", "memory", "perf events": static; "" unless done */
    GBytes *bytes;               /* as sent, to be saved as it is; NULL unless done */
    struct profile *profile;     /* decoded; NULL for a dump with states and when raw */
    struct goroutine_dump *dump; /* goroutine?debug=2 only, else NULL */
    gint64 taken_us, real_us;    /* when the answer was complete */
    gint64 latency_us;
};

/*
 * Whether the profile can be had without pprof: from the process's memory ("heap",
 * "allocs", "block", "mutex") or, over some seconds, from the kernel ("profile").
 * What follows a "?" does not count. No I/O.
 */
bool capture_needs_no_pprof(const struct target *target, const char *path);

/*
 * Starts it: pprof is asked, and where it is not there or does not give it, memory or
 * the kernel; a server that shows no life within seconds is not waited for. The
 * source that was chosen for the target counts. target is borrowed only for this call. NULL with
 * error when there is nothing to ask: neither of these, memory that is not to be read
 * (from_memory), or seconds outside 0..PROBES_HTTP_MAX_SECONDS.
 */
struct capture *capture_start(const struct target *target, const struct capture_request *request,
                              GError **error);
/* Ends it at once when it still runs; NULL accepted. */
void capture_free(struct capture *capture);

/* 0..1: how much of the seconds has passed, just below 1 until the answer is there. */
double capture_progress(const struct capture *capture);
/* Bytes that have arrived so far. */
size_t capture_received(const struct capture *capture);
/* The result will be CANCELLED, unless it is there already. Returns at once. */
void capture_cancel(struct capture *capture);
/* The result, once, then the caller's; NULL while it runs and after it was taken. */
struct capture_result *capture_take(struct capture *capture);
void capture_result_free(struct capture_result *result);
typedef struct capture_result capture_result_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(capture_result_auto, capture_result_free)

#endif
