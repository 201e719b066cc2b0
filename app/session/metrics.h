#ifndef SIDESCOPE_APP_SESSION_METRICS_H
#define SIDESCOPE_APP_SESSION_METRICS_H

/*
 * Every number that is followed over time, declared once (metric_rows.h): what it is called,
 * its unit, how it is read from the samples, what of its movement is noise.
 * Histories, trends, charts, comparisons, reports, the CSV of the monitor,
 * OpenMetrics and recordings are projections of this table. Pure; any thread.
 */

#include "probes/samples.h"

/* METRIC_RSS, METRIC_FDS, … */
enum metric {
#define METRIC(ID, ...) METRIC_##ID,
#include "app/session/metric_rows.h"
    METRIC_N,
    METRIC_N_COMPARED = METRIC_CPU, /* two snapshots are compared by those before */
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
    enum probe_kind kind; /* PROBE_N_KINDS: there is no such reading */
    enum metric_when when;
    double (*made)(const struct sample *sample); /* NULL: it is a member, read so */
    double (*member)(const struct sample *sample, size_t offset); /* at that place */
    size_t offset;
};

/* Of a sample of the reading's kind; NAN: not known. */
double metric_read(const struct metric_reading *reading, const struct sample *sample);

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
    /* The second one counts where the first tells nothing. METRIC_ALLOC_RATE, METRIC_FDS_OPENED and
     * METRIC_PROJECT_SWITCHES have none at all: they are made of several samples (series.c). */
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
