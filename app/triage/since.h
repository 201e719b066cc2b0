#ifndef SIDESCOPE_APP_TRIAGE_SINCE_H
#define SIDESCOPE_APP_TRIAGE_SINCE_H

/*
 * What was born since a mark and still stays: the mark's snapshot against one
 * of now. Descriptors are told apart by number and inode, so that one closed
 * and opened anew elsewhere counts as born; goroutines by how many more stand in
 * a function; bytes of the heap by function. Pure; the result keeps what it
 * needs of both.
 */

#include "app/session/ref.h"
#include "app/snapshots/compare.h"

struct since_row {
    char *text;       /* path, function or region type; raw bytes */
    int64_t born;     /* descriptors, goroutines, bytes or mappings */
    int64_t now;      /* of the same text, in all */
    gint64 oldest_us; /* monotonic: first seen, of descriptors; else 0 */
    struct ref ref;   /* the same, to be opened; keeps its own */
};

enum since_list {
    SINCE_PATHS,      /* descriptors, by path */
    SINCE_TEMPLATES,  /* descriptors, by template, where it stands for several paths */
    SINCE_GOROUTINES, /* by the function of the program they are in */
    SINCE_FUNCTIONS,  /* bytes in use, by function */
    SINCE_REGIONS,    /* mappings, by type */
    SINCE_N_LISTS,
};

/* "paths", "goroutines", …; static, for JSON. */
const char *since_list_name(enum since_list list);

struct triage_since {
    gint64 mark_real_us; /* wall clock of the mark; 0: not known */
    double age_s;        /* NAN: not known */
    struct compare_pair numbers[METRIC_N_COMPARED];
    GArray *lists[SINCE_N_LISTS]; /* struct since_row, most born first; only born > 0 */
    bool has_list[SINCE_N_LISTS]; /* both sides could be compared */
    int64_t born_total[SINCE_N_LISTS];
};

struct triage_since *triage_since_new(const struct snapshot *mark, const struct snapshot *now);
void triage_since_free(struct triage_since *since);
typedef struct triage_since triage_since_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(triage_since_auto, triage_since_free)

#endif
