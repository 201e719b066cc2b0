#ifndef SIDESCOPE_APP_MONITOR_FINDER_H
#define SIDESCOPE_APP_MONITOR_FINDER_H

/*
 * Looks for processes to watch: all that fit, or the one that comes back after
 * it ended. Reads the process list and asks pprof servers, so it runs on a job.
 */

#include "app/ground/job.h"
#include "probes/find.h"
#include "probes/target.h"

struct finder_known {
    struct process_identity id;
    bool has_pprof; /* else it is found again once its pprof answers */
};

struct finder_request {
    char *name;    /* of the processes wanted; NULL: sidecar */
    char *address; /* instead: whoever owns this pprof address; NULL: by name */
    char *pprof;   /* as of attach_find, or NULL */
    /* Only processes that began later than this (Unix microseconds); 0: any. */
    gint64 born_after_us;
    GArray *known; /* struct finder_known: not wanted; NULL: none */
};

void finder_request_free(struct finder_request *request);

/* What was found; the target is taken out by g_steal_pointer. */
struct finding {
    struct target *target;
    char *project; /* see instance.h */
};
struct finding *finding_new(struct target *target); /* takes it; reads the project */
void finding_free(void *finding);

/* struct finding *, never NULL. May wait. */
GPtrArray *finder_run(const struct finder_request *request);
/* On a job; done gets the findings, which are its own. request is taken. */
struct job *finder_start(struct finder_request *request, void (*done)(void *findings, void *user),
                         void *user);

#endif
