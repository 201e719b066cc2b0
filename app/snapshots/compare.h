#ifndef SIDESCOPE_APP_SNAPSHOTS_COMPARE_H
#define SIDESCOPE_APP_SNAPSHOTS_COMPARE_H

/*
 * What changed between two snapshots: numbers, goroutines, open files, classes
 * of the memory map. (Profiles are compared by pprof/diff.h.) Pure; the result
 * keeps what it needs of both snapshots alive, so that they may be deleted
 * meanwhile. Any thread.
 */

#include "app/session/metrics.h"
#include "app/snapshots/snapshots.h"

/* SAMPLE_UNKNOWN where the snapshot does not hold it. */
int64_t compare_number_of(const struct snapshot *snapshot, enum metric metric);

struct compare_pair {
    int64_t before, after;
};

/* after - before; SAMPLE_UNKNOWN when either is. */
int64_t compare_growth(struct compare_pair pair);

struct compare_bucket {
    const struct goroutine_bucket *bucket; /* the later one, or the earlier where it is gone */
    struct compare_pair count;             /* 0: it was not there; it is not any more */
    int64_t wait_max_minutes;              /* of the later, -1: unknown or gone */
    uint64_t key;                          /* stands for the stack, never 0 */
};

/* Descriptors of one path, or of one template. */
struct compare_path {
    const char *text; /* raw bytes */
    enum fd_type type;
    enum path_class cls;
    struct compare_pair count;
};

struct compare_regions {
    enum region_class cls;
    struct compare_pair count, virtual_bytes, resident_bytes;
};

/* Rows that did not change are left out; the largest growth or loss comes first. */
struct comparison {
    gint64 elapsed_us; /* from before to after, negative when swapped; 0: unknown */
    struct compare_pair numbers[METRIC_N_COMPARED];
    bool has_goroutines, has_files, has_map; /* both snapshots hold them */
    bool same_map; /* not only equal: the same reading, the probe makes few of them */
    /* One dump has states and the other has not: stacks were compared from the program's own
     * frames on. */
    bool goroutines_mixed;
    GArray *buckets;                 /* struct compare_bucket */
    GArray *paths;                   /* struct compare_path */
    GArray *templates;               /* struct compare_path */
    GArray *regions;                 /* struct compare_regions */
    struct goroutine_dump *dumps[2]; /* before, after; what strings above belong to; or NULL */
    struct files_sample *files[2];
};

struct comparison *compare_snapshots(const struct snapshot *before, const struct snapshot *after);
void comparison_free(struct comparison *comparison);
typedef struct comparison comparison_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(comparison_auto, comparison_free)

/* Growth as a rate; NAN when growth or elapsed is unknown, or too short to speak of an hour. */
double compare_per_hour(const struct comparison *comparison, int64_t growth);

#endif
