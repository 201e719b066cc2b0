#ifndef SIDESCOPE_TESTS_PROBES_COUNTS_H
#define SIDESCOPE_TESTS_PROBES_COUNTS_H

/* What a process holds, to be equal before and after whatever was started and stopped. */

#include <stdbool.h>
#include <stddef.h>

struct counts {
    size_t fds, threads;
};

struct counts counts_now(void);
/* Fails the test unless the counts are (soon) those of before again. */
void counts_assert_back(struct counts before);
/* True when this process has a thread of that name. */
bool counts_has_thread(const char *name);

#endif
