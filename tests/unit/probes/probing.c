#include "tests/unit/probes/probing.h"

#include "probes/bell.h"
#include "probes/clock.h"
#include "probes/http.h"

#include <poll.h>

enum { PATIENCE_MS = 10000, QUIET_MS = 60 };

static struct target *make_target(const struct probing *p, bool with_process, bool with_pprof)
{
    struct process_entry process = {
        .id = {4711, 815},
        .comm = (char *)(uintptr_t) "fake",
        .exe = (char *)(uintptr_t) "/bin/fake",
        .cmdline = (char *)(uintptr_t) "",
        .go_version = (char *)(uintptr_t) "",
        .uptime_s = SAMPLE_UNKNOWN,
    };

    /* the fake sleeps where a command would work: the time it takes is its cost */
    const struct platform_options options = {.backend =
                                                 p->procfs ? PLATFORM_PROCFS : PLATFORM_COMMANDS};

    return target_new(&options, with_process ? &process : NULL,
                      with_pprof ? http_server_base(p->server) : NULL,
                      with_pprof ? NULL : "pprof is off: restart it with SIDECAR_PPROF=1");
}

void probing_set_up(struct probing *p, gconstpointer user)
{
    (void)user;
    http_client_free(http_client_new()); /* what its library keeps for good */
    p->before = counts_now();
    fake_reset();
    clock_hold();
    p->server = http_server_new();
    p->bell = bell_new();
    p->target = make_target(p, true, true);
}

void probing_retarget(struct probing *p, bool with_process, bool with_pprof)
{
    target_free(p->target);
    p->target = make_target(p, with_process, with_pprof);
}

void probing_tear_down(struct probing *p, gconstpointer user)
{
    struct fake_counts counts;

    (void)user;
    probe_stop(p->probe);
    counts = fake_counts();
    g_assert_cmpuint(counts.opens, ==, counts.closes);
    target_free(p->target);
    bell_free(p->bell);
    http_server_free(p->server);
    clock_release();
    counts_assert_back(p->before);
}

void probing_start(struct probing *p, enum probe_kind kind)
{
    struct probe_options options = {.bell_fd = bell_ring_end(p->bell), .max_duty = 0.02};

    p->probe = probe_start(kind, p->target, &options);
}

static bool wait_for_bell(struct probing *p, int ms)
{
    struct pollfd bell = {.fd = bell_fd(p->bell), .events = POLLIN};
    bool rung = poll(&bell, 1, ms) == 1;

    if (rung)
        bell_clear(p->bell);
    return rung;
}

void *probing_next(struct probing *p)
{
    void *sample = NULL;

    while (sample == NULL) {
        if (!wait_for_bell(p, PATIENCE_MS))
            g_error("no sample came");
        sample = probe_take(p->probe);
    }
    return sample;
}

void *probing_after(struct probing *p, double seconds)
{
    clock_step((gint64)(seconds * G_USEC_PER_SEC));
    return probing_next(p);
}

void *probing_refresh(struct probing *p)
{
    probe_refresh(p->probe);
    return probing_next(p);
}

void probing_assert_quiet(struct probing *p)
{
    g_assert_false(wait_for_bell(p, QUIET_MS));
    g_assert_null(probe_take(p->probe));
}

struct probe_pace probing_settled_pace(struct probing *p)
{
    struct probe_pace pace = probe_pace(p->probe);

    for (int ms = 0; pace.busy && ms < PATIENCE_MS; ms++) {
        g_usleep(1000);
        pace = probe_pace(p->probe);
    }
    g_assert_false(pace.busy);
    return pace;
}
