#ifndef SIDESCOPE_APP_PROFILES_PROFILE_KINDS_H
#define SIDESCOPE_APP_PROFILES_PROFILE_KINDS_H

/*
 * What is known of the profiles below /debug/pprof/: what each is for, what
 * asking for it costs the target, why it may be empty or missing and what to
 * do then (pprof-reference 3 and 6). Pure; any thread.
 */

#include <stdbool.h>
#include <stddef.h>

enum profile_asking {
    PROFILE_ASKING_AT_ONCE,
    PROFILE_ASKING_SECONDS, /* collects for some seconds: the CPU profile */
    PROFILE_ASKING_NEVER,   /* no profile: what go tool pprof cannot read either */
};

struct profile_kind {
    const char *name;    /* its row on the index page, and snapshot_profile.kind */
    const char *label;   /* what lists call it */
    const char *query;   /* asked with, "" for nothing: "gc=1" */
    const char *shows;   /* what it is for, in a few words */
    const char *more;    /* a sentence more of that, or "" */
    const char *costs;   /* the target */
    const char *empty;   /* why there is nothing in it, and how to enable it; "": never empty */
    const char *missing; /* how to have it served; "": every Go program serves it */
    const char *consent; /* to be asked before, because it disturbs; "": no need */
    enum profile_asking asking;
    bool has_count; /* the index page's number means something */
    bool delta;     /* seconds=N gives the change within that time */
};

/* The known ones in the order of lists, ret_n of them. Static. */
const struct profile_kind *profile_kinds(size_t *ret_n);
/* The one of that row; for a row nobody knows: the kind of a program's own profiles. Static. */
const struct profile_kind *profile_kind_of(const char *name);
/* True for a program's own profile (pprof.NewProfile). */
bool profile_kind_is_custom(const struct profile_kind *kind);

#endif
