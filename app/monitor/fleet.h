#ifndef SIDESCOPE_APP_MONITOR_FLEET_H
#define SIDESCOPE_APP_MONITOR_FLEET_H

/*
 * Who is watched: one process, followed when it ends and comes back, or all
 * that fit, coming and going. What happens is said on standard error. Main
 * loop's thread; the looking is done on jobs.
 */

#include "app/monitor/watched.h"

struct fleet;

struct fleet_options {
    bool all;
    char *name, *address, *pprof; /* as of finder_request; borrowed */
    struct watched_options watched;
    /* All: one is there that was not. Called from fleet_new as well; may be NULL. */
    void (*came)(struct watched *watched, void *user);
    void *user;
};

/* first: the one process; taken. NULL with all, where it looks for itself, which may wait. */
struct fleet *fleet_new(const struct fleet_options *options, struct finding *first);
void fleet_free(struct fleet *fleet);

guint fleet_size(const struct fleet *fleet);
struct watched *fleet_nth(const struct fleet *fleet, guint i);

#endif
