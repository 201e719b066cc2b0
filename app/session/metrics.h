#ifndef SIDESCOPE_APP_SESSION_METRICS_H
#define SIDESCOPE_APP_SESSION_METRICS_H

/*
 * Every number that is followed over time, declared once: what it is called,
 * its unit, how it is read from the samples, what of its movement is noise.
 * Histories, trends, charts, comparisons, reports, the CSV of the monitor,
 * OpenMetrics and recordings are projections of this table. Pure; any thread.
 */

#include "probes/samples.h"

/* In the order in which lists of them are shown. */
enum metric {
    METRIC_RSS,
    METRIC_FDS,
    METRIC_GOROUTINES,
    METRIC_HEAP_ALLOC,
    METRIC_HEAP_LIVE, /* inuse_space of the heap profile: changes only with a collection */
    METRIC_HEAP_INUSE,
    METRIC_HEAP_RELEASED,
    METRIC_REGIONS, /* mappings */
    METRIC_THREADS,
    METRIC_SWAP,
    METRIC_PSS,
    METRIC_N_COMPARED,              /* two snapshots are compared by those before */
    METRIC_CPU = METRIC_N_COMPARED, /* of one core */
    METRIC_ALLOC_RATE,
    METRIC_INOTIFY, /* inotify descriptors */
    METRIC_WATCHES, /* on all of them */
    METRIC_RSS_ANON,
    METRIC_VSZ,
    METRIC_FOOTPRINT,
    METRIC_LAZYFREE,
    METRIC_CPU_CHILDREN,
    METRIC_CPU_TIME,
    METRIC_MAJOR_FAULTS,
    METRIC_IO_READ,
    METRIC_IO_WRITE,
    METRIC_FD_LIMIT,
    METRIC_FDS_FILES,
    METRIC_FDS_DIRS,
    METRIC_FDS_PIPES,
    METRIC_FDS_SOCKETS,
    METRIC_FDS_CLAUDE,
    METRIC_FDS_CODEX,
    METRIC_FDS_DATABASES,
    METRIC_HEAP_IDLE,
    METRIC_HEAP_SYS,
    METRIC_HEAP_OBJECTS,
    METRIC_NEXT_GC,
    METRIC_STACK_INUSE,
    METRIC_SYS,
    METRIC_ALLOCATED,
    METRIC_COLLECTIONS,
    METRIC_GC_CPU,
    METRIC_CHILDREN,
    METRIC_ZOMBIES,
    METRIC_SPAWNS,
    METRIC_MEMORY_STALL,
    METRIC_MEMORY_AVAILABLE,
    METRIC_CGROUP_USED,
    METRIC_FDS_OPENED, /* since the watch began */
    METRIC_RUN_WAIT,   /* threads ready to run and waiting for a core, since their start */
    METRIC_CHILDREN_RSS,
    METRIC_PROJECT_SWITCHES,
    METRIC_THROTTLED, /* kept from running by a limit of its group */
    METRIC_YIELDS,      /* threads gave their core up, to wait for something, since their start */
    METRIC_PREEMPTIONS, /* threads had their core taken from them, since their start */
    METRIC_N,
};

enum metric_unit {
    METRIC_COUNT,
    METRIC_BYTES,
    METRIC_PERCENT,
    METRIC_BYTES_PER_SECOND,
    METRIC_PER_MINUTE,
    METRIC_SECONDS,
};

/* Where it is shown or used, beyond histories, the monitor and recordings, which have all. */
enum metric_use {
    METRIC_USE_TREND = 1 << 0,  /* the triage judges its trend; reports print it */
    METRIC_USE_REPORT = 1 << 1, /* reports have its points */
    METRIC_USE_ANY = 1 << 2,    /* the triage looks at its trend, reports do not print it */
};

/* At which samples there is a point. */
enum metric_when {
    METRIC_EACH_SAMPLE,
    METRIC_NEW_WALK,       /* memory: another walk of the regions */
    METRIC_NEW_COLLECTION, /* heap: the first profile, and that after each collection */
    METRIC_NEW_MEMSTATS,   /* heap: another answer with counters */
};

/* How it is read from a sample with status ok. */
struct metric_reading {
    enum probe_kind kind;
    enum metric_when when;
    double (*read)(const struct sample *sample); /* NAN: not known */
};

struct metric_info {
    const char *id;    /* "rss": JSON, CSV, OpenMetrics, recordings; never changes */
    const char *name;  /* "RSS": titles, charts */
    const char *words; /* where there is room, e.g. "heap allocated"; else the name again */
    const char *help;  /* what it is, one clause */
    enum metric_unit unit;
    bool counts_up; /* in one life of the process it never falls */
    unsigned uses;  /* enum metric_use */
    /* What moves without being a trend: the larger of a fixed amount and a share of the level. The
     * fixed parts cover what sidescope itself causes in the target (a connection, three
     * goroutines, a few hundred kilobytes per heap answer). */
    double noise, noise_share;
    /* The second one counts where the first tells nothing; kind PROBE_N_KINDS: there is none.
     * METRIC_ALLOC_RATE, METRIC_FDS_OPENED and METRIC_PROJECT_SWITCHES have none at all: they are
     * made of several samples (series.c). */
    struct metric_reading readings[2];
};

const struct metric_info *metric_info(enum metric metric);
/* METRIC_N when there is none called so. */
enum metric metric_from_id(const char *id);
/* "bytes", "count", "percent", …: JSON and recordings. Static. */
const char *metric_unit_name(enum metric_unit unit);
/* Are they shown in bytes (a second)? */
bool metric_is_bytes(enum metric metric);
/* Any of uses (enum metric_use). */
bool metric_has_use(enum metric metric, unsigned uses);

/*
 * The heap profile stands for the heap: not with runtime.MemProfileRate 0 or so
 * high that most of a large heap was never sampled.
 */
bool metric_profile_tells(const struct heap_sample *heap);

/*
 * What of a difference between two heap profiles is sampling noise: four
 * samples' worth. A function that allocated bytes is in the profile with about
 * bytes by period samples, and their number is off by its square root, so that
 * of fewer than four a zero is in reach of twice that. Never below 1 MiB, which
 * is no leak to speak of.
 */
int64_t metric_profile_noise_bytes(const struct profile *profile);

/* What a number that may be SAMPLE_UNKNOWN is as a double: NAN then. */
double metric_value(int64_t value);

#endif
