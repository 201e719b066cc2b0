#ifndef SIDESCOPE_APP_RECORDING_ITEM_H
#define SIDESCOPE_APP_RECORDING_ITEM_H

/*
 * What the main loop's thread hands to the writing one: owned by whoever holds
 * it, never shared. Private to the folder.
 */

#include "app/recording/axis.h"
#include "app/session/session.h"
#include "app/snapshots/snapshots.h"

enum item_kind {
    ITEM_SAMPLE, /* with what the session made of it */
    ITEM_RUN,    /* another target from here on */
    ITEM_CLOCK,  /* the axis has changed */
    ITEM_MARK,
    ITEM_END,
    ITEM_EVENT,
    ITEM_VERDICT,
    ITEM_SNAPSHOT,
};

struct item_point {
    enum metric metric;
    gint64 t_us; /* monotonic */
    double value;
};

struct item_part {
    enum { ITEM_PARTS_BEGIN, ITEM_PARTS_SET, ITEM_PARTS_CLEAR } what;
    enum part_kind kind;
    gint64 t_us; /* ITEM_PARTS_BEGIN; monotonic */
    char *name;  /* ITEM_PARTS_SET */
    int64_t value;
};

struct item_verdict {
    const char *step; /* static; "" for all of them */
    const char *verdict;
    char *summary;
};

struct item {
    enum item_kind kind;
    gint64 at_us; /* of the recording: when it happened */
    gint64 t_us;  /* ITEM_MARK: the same, monotonic */
    /* ITEM_SAMPLE */
    struct sample *sample;
    GBytes *text;   /* of the goroutine dump it brought; NULL: none */
    GArray *points; /* struct item_point; NULL: none */
    GArray *parts;  /* struct item_part; NULL: none */
    /* ITEM_RUN */
    struct target *target;
    char *boot_id;
    /* ITEM_RUN, ITEM_CLOCK */
    struct axis axis;
    struct session_end end; /* ITEM_END */
    /* ITEM_EVENT; label of ITEM_SNAPSHOT as well */
    char *event, *severity, *key, *label, *json;
    GArray *verdicts; /* ITEM_VERDICT: struct item_verdict */
    struct snapshot *snapshot;
};

struct item *item_new(enum item_kind kind, gint64 at_us);
void item_free(struct item *item);

void item_add_point(struct item *item, const struct item_point *point);
/* part->name is copied. */
void item_add_part(struct item *item, const struct item_part *part);
void item_add_verdict(struct item *item, const char *step, const char *verdict,
                      const char *summary);

#endif
