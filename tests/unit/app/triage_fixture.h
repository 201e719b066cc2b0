#ifndef SIDESCOPE_TESTS_UNIT_APP_TRIAGE_FIXTURE_H
#define SIDESCOPE_TESTS_UNIT_APP_TRIAGE_FIXTURE_H

/*
 * Everything triage reads, as plain structs on the test's stack: a healthy
 * sidecar's measured numbers to start from, and words to make it ill.
 */

#include "app/triage/triage.h"

enum { FIXTURE_GROUPS = 4, FIXTURE_BUCKETS = 4, FIXTURE_PID = 18549 };

struct triage_fixture {
    struct target target;
    struct process_sample process;
    struct memory_sample memory;
    struct files_sample files;
    struct fd_group groups[FIXTURE_GROUPS];
    struct fd_template templates[FIXTURE_GROUPS];
    struct goroutines_sample goroutines, base_goroutines;
    struct goroutine_dump dump, base_dump;
    struct goroutine_bucket buckets[FIXTURE_BUCKETS], base_buckets[FIXTURE_BUCKETS];
    struct goroutine_frame frames[FIXTURE_BUCKETS];
    struct heap_sample heap, base_heap;
    struct memstats memstats;
    struct thresholds thresholds;
    struct triage_input input;
};

/* A real sidecar 1.3.0 on Linux, idle, seen for an hour without change. */
void fixture_healthy(struct triage_fixture *fixture);

struct trend fixture_growing(double per_hour, double window_s);
struct trend fixture_flat(double window_s);
/* Rose by so much, and stopped. */
struct trend fixture_plateau(double rise, double window_s);

void fixture_add_group(struct triage_fixture *fixture, const char *path, enum fd_type type,
                       uint32_t count, int64_t growth);
void fixture_add_bucket(struct triage_fixture *fixture, const char *function, size_t count,
                        enum goroutine_category category, int64_t wait_minutes);
void fixture_no_pprof(struct triage_fixture *fixture);
void fixture_not_sidecar(struct triage_fixture *fixture);

struct triage_result *fixture_evaluate(struct triage_fixture *fixture);

/* The fact of a step whose label contains part, or NULL. */
const struct triage_fact *fixture_fact(const struct triage_step *step, const char *part);

#endif
