#ifndef SIDESCOPE_PROBES_GOROUTINES_SAMPLE_H
#define SIDESCOPE_PROBES_GOROUTINES_SAMPLE_H

/* Goroutines: how many, and their stacks. See sample.h. */

#include "pprof/goroutines.h"
#include "probes/sample.h"

struct goroutines_sample {
    struct sample base;
    int64_t count;      /* from the newest source; SAMPLE_UNKNOWN without pprof */
    int64_t os_threads; /* threadcreate count of the index page */
    int64_t
        leaks; /* goroutineleak count of the index page; unknown: the target does not serve it */
    const struct goroutine_dump *dump; /* NULL until one was read */
    gint64 dump_us;                    /* monotonic time of dump */
    const char *source;     /* of dump: "goroutine?debug=2", "goroutine?debug=1", "memory" */
    bool is_silent;         /* pprof was asked and did not answer: all of it is from memory */
    struct dump_text *text; /* private: of a sample that brought the dump; NULL otherwise */
    bool needs_consent;     /* states (debug=2) not asked for: too many goroutines, see reason */
};

/*
 * The text that the sample's dump was read from, for who comes first: a dump of
 * many goroutines is large, and only a recording has a use for its text, once.
 * NULL when it has been taken, or when an earlier sample brought the dump. Any
 * thread; free with g_bytes_unref.
 */
GBytes *goroutines_sample_take_text(const struct goroutines_sample *sample);
/* For probes: keeps the text until it is taken or the sample goes. */
void goroutines_sample_set_text(struct goroutines_sample *sample, GBytes *text);

#endif
