#ifndef SIDESCOPE_TESTS_APP_PATTERN_ILLS_H
#define SIDESCOPE_TESTS_APP_PATTERN_ILLS_H

/* A healthy sidecar and, per known pattern, one way to make it ill that is told as that pattern. */

#include "tests/unit/app/triage_fixture.h"

#include "app/triage/patterns.h"
#include "probes/databases.h"

struct ill {
    struct triage_fixture f;
    struct threads_sample threads;
    struct spawn_rate spawns[2];
    struct child_entry children[40];
    struct profile *profiles[2];
    struct database database;
    struct db_lock lock;
    struct fd_entry fds[40];
    uint32_t by_template[40];
};

struct ill_case {
    const char *id; /* of the pattern */
    void (*make)(struct ill *ill);
    double at_least;     /* confidence */
    const char *culprit; /* part of it; "" for none */
};
extern const struct ill_case ill_cases[];
extern const size_t ill_n_cases;

/* Healthy. */
void ill_set_up(struct ill *ill);
void ill_tear_down(struct ill *ill);
/* Ill by the case of that pattern. */
void ill_make(struct ill *ill, const char *id);
/* The cause that is that pattern, or NULL. */
const struct triage_cause *ill_find(const struct triage_result *result, const char *id);

/* Ill in ways that are no case of their own. */
void ill_pile(struct ill *ill, const char *function, enum goroutine_category category);
void ill_grow_heap(struct ill *ill, const char *function, int64_t objects);
void ill_children_stay(struct ill *ill);
void ill_locked(struct ill *ill); /* another process holds td's database */

#endif
