#ifndef SIDESCOPE_APP_MONITOR_PUSH_H
#define SIDESCOPE_APP_MONITOR_PUSH_H

/*
 * Sends profiles to a store that speaks Pyroscope's HTTP (POST /ingest with
 * format=pprof, the body a profile.proto in gzip). Encoding and sending are on a
 * thread of its own with a bounded queue: where the store is slow or away, the
 * oldest profiles are left out. A failure is said once on standard error, and so
 * is its end; who sends is never said. All functions: main loop's thread.
 */

#include "pprof/profile.h"

#include <sys/types.h>

struct push;

enum push_error { PUSH_ERROR_URL };
#define PUSH_ERROR (push_error_quark())
GQuark push_error_quark(void);

struct push_options {
    /* Of the store, "/ingest" is added; user:password@ is taken out of it. */
    const char *url;
    const char *token; /* bearer token; NULL or "": none */
    gint64 pause_us;   /* after the first failure, doubled by each further one; 0: 5 s */
};

/* NULL with error when url is none. */
struct push *push_new(const struct push_options *options, GError **error);
/* Gives what waits a moment, then ends. NULL accepted. */
void push_free(struct push *push);

struct push_item {
    struct profile *profile; /* a reference is taken */
    const char *process, *project;
    pid_t pid;
    gint64 from_us, until_us; /* Unix microseconds that it is of */
};
void push_send(struct push *push, const struct push_item *item);

/* Counts: sent, and left out for want of room. */
void push_counts(struct push *push, guint64 *ret_sent, guint64 *ret_dropped);

#endif
