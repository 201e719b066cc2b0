#ifndef SIDESCOPE_TESTS_LIVE_CHILD_H
#define SIDESCOPE_TESTS_LIVE_CHILD_H

/* Children of a test that hold still in a known state, to be looked at from outside. */

#include "probes/platform.h"

struct live_child {
    pid_t pid;
    int report; /* what it wrote after setting up */
};

/*
 * Runs body in a child that has only its standard descriptors and number 3,
 * to which body writes its report; then the child sleeps.
 */
struct live_child live_child_start(void (*body)(void *), void *user);
/* Waits for the whole report, which must have n bytes. */
void live_child_report(struct live_child *child, void *ret, size_t n);
/* Stops it, so that two readings mean the same moment. */
void live_child_pause(const struct live_child *child);
void live_child_end(const struct live_child *child);
struct platform *live_child_open(const struct live_child *child);

/* A body that reports one byte and waits. */
void live_child_idle(void *user);
/* For bodies: ends the child when the report cannot be written. */
void live_child_write(const void *report, size_t n);

/* Entries of a directory, "." and ".." not counted. */
int64_t live_count_entries(const char *path);

#endif
