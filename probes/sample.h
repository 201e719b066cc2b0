#ifndef SIDESCOPE_PROBES_SAMPLE_H
#define SIDESCOPE_PROBES_SAMPLE_H

/*
 * What probes publish: one struct per probe kind, each beginning with struct
 * sample. A sample is filled by its probe's thread, sealed, and never changed
 * again; any thread may then read it while holding a reference. All memory of
 * a sample lives in its arena and goes with the last reference.
 *
 * Strings are raw bytes of the target (paths, names): foreign text, made safe
 * by widgets/text at the edge to the screen. Absent numbers are SAMPLE_UNKNOWN,
 * never 0.
 */

#include "probes/kinds.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SAMPLE_UNKNOWN INT64_MIN

enum sample_status {
    SAMPLE_OK,
    SAMPLE_STALE,       /* values are of an earlier moment: see taken_us; reason says why */
    SAMPLE_UNSUPPORTED, /* this machine or this target cannot give it */
    SAMPLE_DENIED,      /* the user lacks a right: reason names it and what would give it */
    SAMPLE_FAILED,      /* it should have worked and did not */
    SAMPLE_GONE,        /* the target has ended (or its pid belongs to someone else now) */
};

/* "ok", "stale", …; static. */
const char *sample_status_name(enum sample_status status);
/* The same to be read: what is not there is "off". */
const char *sample_status_words(enum sample_status status);
/* Whether a sample's source is the target's memory. */
bool sample_is_from_memory(const char *source);

struct sample {
    enum probe_kind kind;
    enum sample_status status;
    const char *reason; /* one sentence a user can act on; "" when status is ok, unless a part
                           of the sample is missing or old */
    gint64 taken_us;    /* monotonic time of the newest value in it (g_get_monotonic_time) */
    gint64 real_us;     /* the same moment as wall-clock time */
    gint64 cost_us;     /* wall time the probe spent on it */
    gint64 cpu_us;      /* CPU time the probe's thread spent on it */
    gint64 bytes;       /* bytes read from the target (procfs or network) */
    uint64_t sequence;  /* 1, 2, … per probe; a gap means samples were replaced unread */
    struct sample_store *store; /* private: reference count and arena */
};

/* Whether it tells something of a target that lives: a failed one does not, nor one of a zombie. */
bool sample_is_of_living(const struct sample *sample);
/* One more / one less reference; NULL accepted. Any thread. A sample is never written to after it
 * was sealed: a const one may be held as well. */
void *sample_ref(const void *sample);
void sample_unref(void *sample);

/*
 * For probes: a zeroed sample of size bytes (its first member is struct sample)
 * with one reference and an empty arena; text and arrays are added with
 * sample_alloc / sample_strdup (NUL kept inside n is not allowed: strings end
 * at the first NUL), and hold_* lets it keep other objects alive until freed.
 */
void *sample_new(enum probe_kind kind, size_t size);
void *sample_alloc(void *sample, size_t bytes);
const char *sample_strdup(void *sample, const char *text);
const char *sample_strndup(void *sample, const char *text, size_t n);
const char *sample_printf(void *sample, const char *format, ...) G_GNUC_PRINTF(2, 3);
void sample_hold(void *sample, gpointer object, GDestroyNotify release);
/* Sets status and reason (copied into the arena). */
void sample_set_status(void *sample, enum sample_status status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

#endif
