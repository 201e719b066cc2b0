#ifndef SIDESCOPE_APP_LISTS_PROCESS_LISTS_H
#define SIDESCOPE_APP_LISTS_PROCESS_LISTS_H

/*
 * The target's threads, its children, which commands it starts how often, and
 * the processes one could look at. Models borrow what they point at. Pure.
 */

#include "app/triage/thresholds.h"
#include "probes/find.h"
#include "probes/samples.h"
#include "widgets/listing.h"

/* Model of the first three. */
struct threads_list {
    const struct threads_sample *sample;
    const struct thresholds *thresholds;
};

/* A row for each of sample->threads. */
extern const struct listing threads_listing;
uint64_t threads_list_key(pid_t tid);

/* Rows: sample->children, then sample->orphans. */
extern const struct listing children_listing;
size_t children_list_n(const struct threads_sample *sample);
const struct child_entry *children_list_at(const struct threads_sample *sample, size_t row);

/* A row for each of sample->spawns. */
extern const struct listing starts_listing;
uint64_t starts_list_key(const char *command);

/* Model: a GPtrArray of struct find_result. */
extern const struct listing processes_listing;
/* The key of its row. */
uint64_t processes_list_key(const struct process_entry *process);

#endif
