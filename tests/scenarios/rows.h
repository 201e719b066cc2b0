#ifndef SIDESCOPE_TESTS_SCENARIOS_ROWS_H
#define SIDESCOPE_TESTS_SCENARIOS_ROWS_H

/*
 * The scenario matrix as data: what the target is made to do, and what the
 * triage has to say of it. A new behaviour is a new row.
 */

#include <stdbool.h>
#include <stddef.h>

enum row_expects {
    ROW_LEAK,      /* status 1, the pattern first, with its culprit */
    ROW_TROUBLE,   /* status 1, no leak named; pattern first, unless that is NULL */
    ROW_LOOKALIKE, /* status 0 (2 where nothing was seen of the heap), no leak named; the pattern is
                      told, unless that is NULL */
    /* Too slow for the window, or not to be known: no leak named, or the right one. */
    ROW_HONEST,
};

enum row_flags {
    ROW_NO_PPROF = 1 << 0,  /* the target serves no profiles: its memory tells */
    ROW_LONG = 1 << 1,      /* only in the long form */
    ROW_UNSEEN = 1 << 3,    /* neither profiles nor memory: heap and goroutines are not examined */
    ROW_COMMANDS = 1 << 2,  /* ps and lsof show as much: also run with --backend commands */
    ROW_INSTANCES = 1 << 4, /* leaks inotify instances, of which a user has few: one at a time */
};

/* As a culprit: the process that the target's command "lock" has started. */
#define ROW_LOCKER "<locker>"

struct row {
    const char *name;
    const char *held;     /* done before it is ready, ";" between; NULL: nothing */
    const char *act;      /* done when start-up is over, just before it is watched */
    const char *pulse[2]; /* in turn, again and again while it is watched */
    enum row_expects expects;
    const char *pattern, *culprit;   /* id; part of the culprit's text, or NULL */
    const char *also, *also_culprit; /* a second leak that has to be named, in either order */
    unsigned flags;
};

extern const struct row rows[];
extern const size_t n_rows;

#endif
