#ifndef SIDESCOPE_APP_SESSION_SESSION_PARTS_H
#define SIDESCOPE_APP_SESSION_SESSION_PARTS_H

/*
 * What the parts of each sample had over time, so that a path, a stack, a
 * function or a type of region has a trend of its own. Main loop's thread.
 */

#include "app/session/part_history.h"
#include "probes/samples.h"

enum part_kind {
    PART_FUNCTIONS,  /* flat bytes in use, by function */
    PART_TEMPLATES,  /* descriptors, by the template their paths fold to */
    PART_FILES,      /* descriptors, by path */
    PART_GOROUTINES, /* goroutines, by the key of their bucket (session_parts_bucket_key) */
    PART_REGIONS,    /* resident bytes, by region_class_name */
    PART_N_KINDS,
};

struct session_parts;

/* Told of every call that fills the histories, in order. */
struct parts_tap {
    void (*begin)(enum part_kind kind, gint64 t_us, void *user);
    void (*part)(enum part_kind kind, const char *part, int64_t value, void *user);
    void (*clear)(enum part_kind kind, void *user);
    void *user;
};

/* since_us, min_window_s and min_points of options count (probes/trend.h), noise is each kind's. */
struct session_parts *session_parts_new(const struct trend_options *options);
/* With histories that were kept elsewhere; takes them. samples (any may be NULL) are the newest
 * that are in them: they are not added again. */
struct session_parts *session_parts_new_of(const struct trend_options *options,
                                           struct part_history *histories[PART_N_KINDS],
                                           struct sample *const samples[PROBE_N_KINDS]);
/* All times become by_us later. */
void session_parts_move(struct session_parts *parts, gint64 by_us);
void session_parts_free(struct session_parts *parts);

/* Each new sample once; what tells nothing new is left out. */
void session_parts_add(struct session_parts *parts, const struct sample *sample);

/* Borrowed; all of its functions are set. NULL: none. */
void session_parts_set_tap(struct session_parts *parts, const struct parts_tap *tap);

const struct part_history *session_parts_history(const struct session_parts *parts,
                                                 enum part_kind kind);
/* Verdict UNKNOWN: parts is NULL, or too little was seen, or it was never among the largest. */
struct trend session_parts_trend(const struct session_parts *parts, enum part_kind kind,
                                 const char *part);

struct part_key {
    char text[17];
};
struct part_key session_parts_bucket_key(uint64_t hash);

#endif
