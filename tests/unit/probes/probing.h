#ifndef SIDESCOPE_TESTS_PROBES_PROBING_H
#define SIDESCOPE_TESTS_PROBES_PROBING_H

/* One probe on a fake process and a scripted pprof server, as the UI thread holds it. */

#include "probes/probe.h"
#include "probes/target.h"
#include "tests/support/http_server.h"
#include "tests/unit/probes/counts.h"
#include "tests/unit/probes/fake_platform.h"

struct bell;

struct probing {
    struct counts before;
    struct http_server *server;
    struct bell *bell;
    struct target *target;
    struct probe *probe; /* NULL until started */
    bool procfs;         /* the target reads itself; else the time a sample takes is its cost */
};

/* Everything a test needs but the probe; the clock stands still at now. */
void probing_set_up(struct probing *p, gconstpointer user);
void probing_tear_down(struct probing *p, gconstpointer user);
/* Replaces the target by one with no process, or without pprof. */
void probing_retarget(struct probing *p, bool with_process, bool with_pprof);

void probing_start(struct probing *p, enum probe_kind kind);
/* Waits for the next sample; fails the test after ten seconds. Caller unrefs. */
void *probing_next(struct probing *p);
/* Steps the clock by seconds and waits for the sample that is then due. */
void *probing_after(struct probing *p, double seconds);
/* Asks for a sample by hand and waits for it. */
void *probing_refresh(struct probing *p);
/* Fails the test when a sample comes within a moment. */
void probing_assert_quiet(struct probing *p);
/* Waits until the probe is not sampling. */
struct probe_pace probing_settled_pace(struct probing *p);

#endif
