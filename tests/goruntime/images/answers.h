#ifndef SIDESCOPE_TESTS_GORUNTIME_IMAGES_ANSWERS_H
#define SIDESCOPE_TESTS_GORUNTIME_IMAGES_ANSWERS_H

/*
 * Everything that is read of a Go process, as one text: what a recorded image has to
 * give again, whatever machine and day it is. One thread.
 */

#include "probes/goruntime/runtime.h"

enum answers_part {
    ANSWERS_GOROUTINES = 1 << 0, /* and what they wait for */
    ANSWERS_PROFILES = 1 << 1,   /* heap; of contention counts only: a tick is the machine's */
    ANSWERS_MEMSTATS = 1 << 2,
    ANSWERS_DESCRIPTORS = 1 << 3,
    ANSWERS_HOLDERS = 1 << 4,
    ANSWERS_PROOFS = 1 << 5,
    ANSWERS_ALL = (1 << 6) - 1,
};

/*
 * Some of it (parts: of enum answers_part). What cannot be read stands there with its
 * reason. now_ns: clock of the target; links: number (int) -> text of its open files.
 * Aborts where a list contradicts itself. g_free it.
 */
char *answers_text(struct go_runtime *runtime, int64_t now_ns, GHashTable *links, unsigned parts);

/* The table of links from its text, a line "NUMBER TEXT" each, and back. */
GHashTable *answers_links_parse(const char *text);
char *answers_links_text(GHashTable *links);

#endif
