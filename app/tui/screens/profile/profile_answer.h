#ifndef SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_ANSWER_H
#define SIDESCOPE_APP_TUI_SCREENS_PROFILE_PROFILE_ANSWER_H

/*
 * One part of what the profile screen shows, computed from a profile, one it is
 * compared with, and settings. An answer belongs to one thread until it is
 * computed; then it is immutable. Pure, but for source files that are read.
 */

#include "app/lists/profile_rows.h"
#include "app/tui/screens/profile/profile_lines.h"
#include "app/tui/screens/profile/profile_settings.h"
#include "pprof/calltree.h"
#include "widgets/flame.h"

enum profile_part {
    PROFILE_PART_ROWS,
    PROFILE_PART_TREE,
    PROFILE_PART_PEEK,  /* of one function */
    PROFILE_PART_LINES, /* the same: rows are its lines */
    PROFILE_N_PARTS
};

/* What is looked at; the profiles are held by reference. */
struct profile_input {
    struct profile *profile; /* NULL: none yet */
    struct profile *base;    /* NULL: not compared */
    char *base_title;        /* raw bytes; "" without one */
    double hours;            /* between them; NAN: unknown */
    gint64 taken_us;         /* monotonic; 0: unknown */
    struct profile_settings settings;
};

/* Immutable; counted atomically, so that work off the main loop's thread may keep it. */
struct profile_answer {
    int refs;
    struct profile_input input; /* what it is the answer to */
    char *function;             /* printed name asked for; NULL unless the part is of one */
    char *problem;              /* why there is none: a sentence; otherwise NULL */
    int64_t total;              /* what percentages are of; in unit */
    int64_t base_total;         /* of the base, 0 without one or where it is not known */
    const char *unit;           /* "" when there is no answer */
    struct profile_rows *rows;
    struct calltree *tree;
    struct flame_node *flame; /* the tree's nodes that are large enough to be looked at */
    uint32_t *flame_tree;     /* the tree's node by node of flame */
    size_t n_flame;
    struct top_peek *peek, *peek_before; /* the second of the base, NULL where it has none */
    struct profile_lines *source;        /* text of the lines, where it was found */
    gint64 cost_us;                      /* what computing it took */
};

void profile_input_init(struct profile_input *input, int sample_index);
void profile_input_copy(struct profile_input *to, const struct profile_input *from);
void profile_input_clear(struct profile_input *input);
/* Name of the sample type looked at, "" when there is none; the profile's. */
const char *profile_input_type(const struct profile_input *input);

/* An empty answer to a copy of input about function (NULL where the part is of none), with one
 * reference. */
struct profile_answer *profile_answer_new(const struct profile_input *input, const char *function);
/* Fills it. Any thread. */
void profile_answer_compute(enum profile_part part, struct profile_answer *answer);
/* NULL accepted. Any thread. */
const struct profile_answer *profile_answer_ref(const struct profile_answer *answer);
void profile_answer_unref(const struct profile_answer *answer);

#endif
