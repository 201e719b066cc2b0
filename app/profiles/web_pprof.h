#ifndef SIDESCOPE_APP_PROFILES_WEB_PPROF_H
#define SIDESCOPE_APP_PROFILES_WEB_PPROF_H

/*
 * The browser views of go tool pprof on a profile: it is written to a private
 * file, and go serves it on this machine's loopback until we end, however we
 * end: a guard in its process group holds a pipe of ours. All functions are for
 * the main loop's thread; files are written and read on others.
 */

#include "pprof/profile.h"

#include <stdbool.h>

struct web_pprof;

struct web_pprof *web_pprof_new(void);
/* Ends what was started, at once, and removes its files. NULL accepted. */
void web_pprof_free(struct web_pprof *web);

struct web_pprof_request {
    struct profile *profile;    /* referenced as long as needed */
    struct profile *base;       /* compared with (-diff_base), or NULL */
    const char *const *options; /* further ones, "-focus=main", NULL at the end; may be NULL */
};

struct web_pprof_result {
    const char *url;   /* where it serves; NULL when it does not */
    const char *error; /* why not, in a sentence a user can act on; NULL when it does */
    bool no_graphviz;  /* dot is not there: its graph view stays empty */
};

/* What is in result lives as long as the call. */
typedef void (*web_pprof_done)(const struct web_pprof_result *result, void *user);

enum web_pprof_state { WEB_PPROF_NONE, WEB_PPROF_STARTING, WEB_PPROF_SERVING };
/* Whether there is a server for just this; its url (borrowed) when it serves. */
enum web_pprof_state web_pprof_find(const struct web_pprof *web,
                                    const struct web_pprof_request *request, const char **ret_url);

/* Starts one; look for it with web_pprof_find first. done is called once, unless web_pprof_free()
 * comes first. */
void web_pprof_open(struct web_pprof *web, const struct web_pprof_request *request,
                    web_pprof_done done, void *user);

#endif
