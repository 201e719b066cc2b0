#ifndef SIDESCOPE_PROBES_KINDS_H
#define SIDESCOPE_PROBES_KINDS_H

/*
 * Every kind of probe there is, said once. From a row come its place in enum
 * probe_kind, its thread and pace, its interval among the options, its row
 * where the cost stands, its line for Prometheus and its table in a recording.
 * Pure; any thread.
 *
 * X(KIND, name, "title", "what it looks at", seconds between two samples, share
 * of one core, whether asking it more often costs little). Of the name are its
 * struct NAME_sample (NAME_sample.h), record_NAME and NAME_source (both in
 * NAME_probe.c). The shares make one per cent together, more for what shows
 * more. A recording knows a kind by its place: a new one goes last.
 */

#include <glib.h>
#include <stdbool.h>

#define PROBE_TABLE(X)                                                                             \
    X(PROCESS, process, "process", "CPU, memory of the process, threads", 1, 0.001, true)          \
    X(MEMORY, memory, "memory", "the memory map", 5, 0.0025, false)                                \
    X(FILES, files, "descriptors", "open descriptors", 2, 0.0035, false)                           \
    X(GOROUTINES, goroutines, "goroutines",                                                        \
      "how many there are; their stacks less often, where that costs the target", 2, 0.001, true)  \
    X(HEAP, heap, "heap", "the profile of the live heap", 5, 0.001, true)                          \
    X(THREADS, threads, "threads", "threads and child processes", 2, 0.001, false)

/* PROBE_PROCESS, PROBE_MEMORY, … */
enum probe_kind {
#define PROBE_KIND(KIND, name, title, looks_at, every_s, duty, is_cheap) PROBE_##KIND,
    PROBE_TABLE(PROBE_KIND)
#undef PROBE_KIND
        PROBE_N_KINDS
};

struct probe_info {
    const char *name; /* "files": in JSON, in the configuration, as a table of a recording */
    const char *title, *looks_at; /* for people */
    gint64 interval_us;           /* between two samples, when nobody says otherwise */
    double duty;                  /* share of one core it may take */
    bool is_cheap;                /* the monitor asks it for each line */
};

const struct probe_info *probe_info(enum probe_kind kind);

#endif
