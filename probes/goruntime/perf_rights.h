#ifndef SIDESCOPE_PROBES_GORUNTIME_PERF_RIGHTS_H
#define SIDESCOPE_PROBES_GORUNTIME_PERF_RIGHTS_H

/*
 * Why the kernel refuses perf events, and what would give them:
 * perf_event_open(2) "ERRORS", the kernel's admin-guide "Perf events and tool
 * security". Reads a few files of /proc and blocks for them; any thread.
 */

#include "probes/goruntime/rights.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PERF_RIGHTS_UNKNOWN = -100 }; /* of paranoid, which may be negative */

/* What was seen; tests fill it by hand. */
struct perf_rights {
    struct rights_facts process;
    int paranoid;       /* kernel.perf_event_paranoid */
    bool has_perfmon;   /* CAP_PERFMON or CAP_SYS_ADMIN among our effective capabilities */
    bool own_namespace; /* we are in a user namespace of our own, where capabilities do not count */
    int64_t file_limit; /* hard limit of descriptors; -1: unknown */
};

struct perf_rights perf_rights_look(int pid);

/* What was refused. */
struct perf_refusal {
    int pid;
    int error;                /* errno of what failed */
    size_t n_threads, n_cpus; /* of the target, of the machine; 0: unknown */
};

/*
 * Sets error (GORUNTIME_ERROR: DENIED, GONE, TOO_LARGE for the limit of
 * descriptors, FAILED) to one sentence with the remedy. Pure.
 */
void perf_rights_explain(const struct perf_rights *rights, const struct perf_refusal *refusal,
                         GError **error);
/* The setting that hides the kernel's part of a profile: "kernel.perf_event_paranoid is 2". g_free
 * it. Pure. */
char *perf_rights_user_only(const struct perf_rights *rights);

#endif
