#ifndef SIDESCOPE_PROBES_SOURCE_H
#define SIDESCOPE_PROBES_SOURCE_H

/*
 * Between probe.c and the files that know what to sample. A source is one
 * table of functions and its own state; probe.c owns thread, pace, failures
 * and publishing. Two kinds share their beginnings here: those that read the
 * process through platform.h and those that ask pprof.
 */

#include "probes/http.h"
#include "probes/samples.h"
#include "probes/target.h"

/* One sampling: what is asked for, and what the source says about its pace. */
struct turn {
    bool detail, consent, mark;
    bool forced; /* asked for by hand: sample everything now */
    double max_duty;
    const void *previous; /* last good sample of this probe, or NULL */

    gint64 latency_us;  /* longest answer waited for */
    gint64 separate_us; /* part of the cost that the source paces by itself */
    double share;       /* of max_duty for the rest; 1 unless the source sets less */
    gint64 floor_us;    /* no sooner than this after the beginning of this turn */
};

struct source_ops {
    bool is_http;
    /* UI thread: makes the state, does no I/O. target outlives it. */
    void *(*open)(const struct target *target);
    /* The probe's thread, as the rest: what is not in the kind's record and may stay unfilled
     * becomes unknown; NULL: there is nothing such. */
    void (*set_unknown)(void *sample);
    void (*fill)(void *source, struct turn *turn, void *sample);
    /* Takes over into a sample of old values what only the failed one knows; may be NULL. */
    void (*keep_fresh)(void *sample, const void *failed);
    /* Any thread: ends what fill waits for; NULL when it waits for nothing. */
    void (*cancel)(void *source);
    void (*close)(void *source);
};

/* Of each kind: process_source, memory_source, … */
#define PROBE_SOURCE(KIND, name, ...) extern const struct source_ops name##_source;
PROBE_TABLE(PROBE_SOURCE)
#undef PROBE_SOURCE

/* --- sources that read the process --- */

struct process_reader {
    const struct target *target;
    struct platform *platform; /* opened at the first sample, then kept */
    int cancelled;             /* atomic */
};

/* For source_ops.open, fill and close of a source that only has the platform read its kind. */
void *process_reader_new(const struct target *target);
void process_reader_fill(void *reader, struct turn *turn, void *sample);
void process_reader_free(void *reader);
/* The open process, or NULL with the sample's status set. */
struct platform *process_reader_open(struct process_reader *reader, void *sample);
void process_reader_close(struct process_reader *reader);
/* For source_ops.cancel: ends the command that a reading waits for. */
void process_reader_cancel(void *reader);

/* --- sources that ask pprof --- */

struct pprof_reader {
    const struct target *target;
    struct http_client *client;
};

void pprof_reader_init(struct pprof_reader *reader, const struct target *target);
void pprof_reader_clear(struct pprof_reader *reader);
/* False with the sample's status set when the target has no pprof at all. */
bool pprof_reader_usable(const struct pprof_reader *reader, void *sample);
/*
 * GET of path ("heap?debug=1", "" for the index page). Counts bytes and latency
 * whether it works or not. ret is to be cleared on true.
 */
bool pprof_reader_get(struct pprof_reader *reader, const char *path, struct turn *turn,
                      void *sample, struct http_response *ret, GError **error);
/* True, and the sample says GONE, when the process behind the address is known and has ended. */
bool pprof_reader_gone(const struct pprof_reader *reader, void *sample);
/* After a failed request: GONE when the process is, DENIED for a refusal, else FAILED. */
void pprof_reader_fail(const struct pprof_reader *reader, void *sample, const GError *error);
/* The values of sample are of this moment. */
void sample_stamp(void *sample);

#endif
