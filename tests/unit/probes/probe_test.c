#include "probes/clock.h"
#include "probes/pace.h"
#include "tests/unit/probes/probing.h"

#include <glib.h>

/* --- pace as arithmetic --- */

static void test_pace_arithmetic(void)
{
    static const gint64 s = G_USEC_PER_SEC;
    static const struct {
        struct pace_input in;
        gint64 expected;
    } cases[] = {
        {{.interval_us = s}, s},
        {{.interval_us = s, .cost_us = s / 10, .max_duty = 0.02}, 5 * s},
        {{.interval_us = 10 * s, .cost_us = s / 10, .max_duty = 0.02}, 10 * s},
        {{.interval_us = s, .latency_us = s / 5}, 4 * s},
        {{.interval_us = s, .floor_us = 15 * s}, 15 * s},
        {{.interval_us = s, .failures = 1}, 2 * s},
        {{.interval_us = s, .failures = 4}, 16 * s},
        {{.interval_us = s, .failures = 5}, 30 * s},
        {{.interval_us = s, .failures = 4000000000U}, 30 * s},
        {{.interval_us = 100 * s, .failures = 3}, 100 * s},
        {{.interval_us = 0, .failures = 9}, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(pace_interval_us(&cases[i].in), ==, cases[i].expected);
}

/* --- sampling --- */

static void test_samples_come_at_their_time(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_PROCESS);
    for (unsigned i = 1; i <= 5; i++) {
        struct process_sample *sample = i == 1 ? probing_next(p) : probing_after(p, 1);

        g_assert_cmpint(sample->base.kind, ==, PROBE_PROCESS);
        g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
        g_assert_cmpstr(sample->base.reason, ==, "");
        g_assert_cmpuint(sample->base.sequence, ==, i);
        g_assert_cmpint(sample->base.bytes, ==, 10);
        g_assert_cmpint(sample->base.cost_us, >=, 0);
        g_assert_cmpint(sample->base.cpu_us, >=, 0);
        g_assert_cmpint(sample->rss_bytes, ==, i);
        g_assert_cmpint(sample->threads, ==, SAMPLE_UNKNOWN);
        sample_unref(sample);
    }
    g_assert_true(counts_has_thread("probe-process"));
    clock_step((gint64)G_USEC_PER_SEC * 9 / 10);
    probing_assert_quiet(p);
    struct probe_pace pace = probing_settled_pace(p);

    g_assert_cmpuint(pace.samples, ==, 5);
    g_assert_cmpint(pace.total_bytes, ==, 50);
    g_assert_cmpint(pace.interval_us, ==, G_USEC_PER_SEC);
}

static void test_unread_samples_are_replaced(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_FILES);
    while (probe_pace(p->probe).samples < 5) {
        clock_step((gint64)2 * G_USEC_PER_SEC);
        g_usleep(2000);
    }
    probing_settled_pace(p);
    probe_set_paused(p->probe, true);
    g_usleep(20000);
    struct files_sample *sample = probing_next(p);

    g_assert_cmpuint(sample->base.sequence, >=, 5);
    g_assert_cmpuint(sample->base.sequence, ==, probe_pace(p->probe).samples);
    g_assert_cmpint(sample->fds->first_seen_us, ==, 1); /* the last census went into the next */
    g_assert_null(probe_take(p->probe));
    sample_unref(sample);
}

static void test_requests_take_effect_at_once(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_PROCESS);
    sample_unref(probing_next(p));
    sample_unref(probing_refresh(p)); /* no time has passed */
    probe_set_paused(p->probe, true);
    g_assert_true(probe_pace(p->probe).paused);
    clock_step((gint64)100 * G_USEC_PER_SEC);
    probing_assert_quiet(p);
    sample_unref(probing_refresh(p));
    probing_assert_quiet(p);
    probe_set_paused(p->probe, false); /* overdue: at once */
    clock_step((gint64)2 * G_USEC_PER_SEC);
    sample_unref(probing_next(p));
    probe_set_interval(p->probe, (gint64)50 * G_USEC_PER_SEC);
    clock_step((gint64)49 * G_USEC_PER_SEC);
    probing_assert_quiet(p);
    probe_set_interval(p->probe, (gint64)10 * G_USEC_PER_SEC); /* shorter: overdue now */
    sample_unref(probing_next(p));
    probe_set_interval(p->probe, 0);
    g_assert_cmpint(probing_settled_pace(p).effective_us, ==, G_USEC_PER_SEC);
    sample_unref(probing_after(p, 1));
}

static void test_costly_samples_are_taken_less_often(struct probing *p, gconstpointer user)
{
    (void)user;
    fake_set_delay(40000, 0);
    probing_start(p, PROBE_PROCESS);
    sample_unref(probing_next(p));
    struct probe_pace pace = probing_settled_pace(p);

    g_assert_cmpint(pace.last_cost_us, >=, 40000);
    g_assert_cmpint(pace.effective_us, ==, (gint64)((double)pace.last_cost_us / 0.02));
    g_assert_cmpint(pace.interval_us, ==, (gint64)1 * G_USEC_PER_SEC);
    fake_set_delay(0, 0);
    sample_unref(probing_after(p, 1000));
    g_assert_cmpint(probing_settled_pace(p).effective_us, ==, (gint64)1 * G_USEC_PER_SEC);
}

/* On a busy machine a census takes long without costing anything: it keeps its pace. */
static void test_waiting_is_no_cost_of_a_census(struct probing *p, gconstpointer user)
{
    (void)user;
    fake_set_delay(100000, 0);
    p->procfs = true;
    probing_retarget(p, true, true);
    probing_start(p, PROBE_FILES);
    sample_unref(probing_next(p));
    struct probe_pace pace = probing_settled_pace(p);

    g_assert_cmpint(pace.last_cost_us, >=, 100000);
    g_assert_cmpint(pace.effective_us, <, (gint64)4 * G_USEC_PER_SEC);
}

static void test_mark(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_FILES);
    sample_unref(probing_next(p));
    g_assert_cmpuint(fake_counts().marks, ==, 0);
    probe_mark(p->probe);
    sample_unref(probing_next(p));
    g_assert_cmpuint(fake_counts().marks, ==, 1);
    sample_unref(probing_after(p, 2));
    g_assert_cmpuint(fake_counts().marks, ==, 1);
}

/* --- failing --- */

static void test_failure_keeps_the_last_values(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_FILES);
    struct files_sample *good = probing_next(p);
    gint64 taken_us = good->base.taken_us;

    sample_unref(good);
    fake_set_status(SAMPLE_FAILED, "the kernel said no");
    for (int i = 0; i < 5; i++) {
        struct files_sample *stale = probing_refresh(p);

        g_assert_cmpint(stale->base.status, ==, SAMPLE_STALE);
        g_assert_cmpstr(stale->base.reason, ==, "the kernel said no");
        g_assert_cmpint(stale->base.taken_us, ==, taken_us);
        g_assert_cmpuint(stale->base.sequence, ==, (guint)i + 2);
        g_assert_cmpint(stale->count, ==, 1);
        g_assert_cmpstr(stale->fds->path, ==, "/path/1"); /* alive although the sample is gone */
        sample_unref(stale);
    }
    fake_set_status(SAMPLE_OK, "");
    good = probing_refresh(p);
    g_assert_cmpint(good->base.status, ==, SAMPLE_OK);
    g_assert_cmpint(good->count, ==, 7);
    g_assert_cmpint(good->base.taken_us, >, taken_us);
    sample_unref(good);
}

static void test_failure_from_the_start(struct probing *p, gconstpointer user)
{
    static const enum sample_status statuses[] = {SAMPLE_FAILED, SAMPLE_DENIED, SAMPLE_UNSUPPORTED};
    struct files_sample *sample;

    (void)user;
    fake_set_status(statuses[0], "why");
    probing_start(p, PROBE_FILES);
    sample_unref(probing_next(p));
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
        fake_set_status(statuses[i], "why");
        sample = probing_refresh(p);
        g_assert_cmpint(sample->base.status, ==, statuses[i]);
        g_assert_cmpint(sample->count, ==, SAMPLE_UNKNOWN);
        g_assert_cmpint(sample->by_type[FD_REG], ==, SAMPLE_UNKNOWN);
        sample_unref(sample);
    }
}

static void test_failures_back_off(struct probing *p, gconstpointer user)
{
    static const gint64 expected_s[] = {2, 4, 8, 16, 30, 30};

    (void)user;
    fake_set_status(SAMPLE_FAILED, "no");
    probing_start(p, PROBE_PROCESS);
    sample_unref(probing_next(p));
    for (size_t i = 0; i < G_N_ELEMENTS(expected_s); i++) {
        struct probe_pace pace = probing_settled_pace(p);

        g_assert_cmpint(pace.effective_us, ==, expected_s[i] * G_USEC_PER_SEC);
        g_assert_cmpuint(pace.failures, ==, i + 1);
        sample_unref(probing_after(p, (double)expected_s[i]));
    }
    fake_set_status(SAMPLE_OK, "");
    sample_unref(probing_refresh(p));
    g_assert_cmpint(probing_settled_pace(p).effective_us, ==, G_USEC_PER_SEC);
}

static void test_gone(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_PROCESS);
    sample_unref(probing_next(p));
    fake_set_status(SAMPLE_GONE, "process 4711 has ended");
    struct process_sample *sample = probing_refresh(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_GONE);
    g_assert_cmpint(sample->state, ==, PROCESS_REPLACED); /* new, while the rest is old */
    g_assert_cmpint(sample->rss_bytes, ==, 1);
    sample_unref(sample);
}

static void test_gone_before_the_first_sample(struct probing *p, gconstpointer user)
{
    (void)user;
    fake_set_alive(false);
    probing_start(p, PROBE_PROCESS);
    struct process_sample *sample = probing_next(p);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_GONE);
    g_assert_cmpint(sample->state, ==, PROCESS_ENDED);
    g_assert_cmpstr(sample->base.reason, ==, "there is no process 4711");
    g_assert_cmpint(sample->rss_bytes, ==, SAMPLE_UNKNOWN);
    sample_unref(sample);
}

static void test_address_without_process(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_retarget(p, false, true);
    for (int kind = PROBE_PROCESS; kind <= PROBE_FILES; kind++) {
        probing_start(p, (enum probe_kind)kind);
        struct sample *sample = probing_next(p);

        g_assert_cmpint(sample->status, ==, SAMPLE_UNSUPPORTED);
        g_assert_nonnull(strstr(sample->reason, "give the process id"));
        sample_unref(sample);
        g_assert_cmpuint(probing_settled_pace(p).failures, ==, 0);
        probe_stop(g_steal_pointer(&p->probe));
    }
}

/* --- memory: two readings of different price --- */

static void test_regions_are_walked_at_their_own_pace(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_MEMORY);
    for (int i = 0; i < 7; i++) {
        struct memory_sample *sample = i == 0 ? probing_next(p) : probing_after(p, 5);

        g_assert_cmpint(sample->rss_bytes, ==, i + 1);
        g_assert_cmpint(sample->regions_us, >, 0);
        g_assert_cmpuint(sample->n_regions, ==, 3);
        g_assert_cmpstr(sample->regions[2].name, ==, "[heap]");
        g_assert_cmpint(sample->regions[2].resident_bytes, ==, i < 6 ? 1 : 7); /* 30 s later */
        sample_unref(sample);
    }
    g_assert_cmpuint(fake_counts().walks, ==, 2);
    probe_set_detail(p->probe, true);
    sample_unref(probing_next(p)); /* at once */
    g_assert_cmpuint(fake_counts().walks, ==, 3);
    sample_unref(probing_after(p, 5));
    g_assert_cmpuint(fake_counts().walks, ==, 4);
    probe_set_detail(p->probe, false);
    sample_unref(probing_after(p, 5));
    g_assert_cmpuint(fake_counts().walks, ==, 4);
}

/* Numbers of the fake rise by one with each reading; regions are read anew only by walks. */
static void test_regions_grow_since_the_mark(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_MEMORY);
    struct memory_sample *first = probing_next(p);

    g_assert_cmpint(first->growth[REGION_C_HEAP].resident_bytes, ==, 0);
    probe_refresh(p->probe);
    struct memory_sample *later = probing_next(p);

    g_assert_cmpint(later->growth[REGION_C_HEAP].resident_bytes, ==, 1);
    g_assert_cmpint(later->growth_since_us, ==, first->regions_us);
    /* the next sample walks, though no walk is due, so that growth counts from the mark */
    probe_mark(p->probe);
    struct memory_sample *marked = probing_after(p, 5);

    g_assert_cmpint(marked->growth[REGION_C_HEAP].resident_bytes, ==, 0);
    g_assert_cmpint(marked->growth_since_us, ==, marked->regions_us);
    sample_unref(first);
    sample_unref(later);
    sample_unref(marked);
}

static void test_costly_walks_do_not_delay_the_rest(struct probing *p, gconstpointer user)
{
    (void)user;
    fake_set_delay(0, 80000); /* 80 ms at one per cent: every 8 s even in detail */
    probing_start(p, PROBE_MEMORY);
    sample_unref(probing_next(p));
    probe_set_detail(p->probe, true);
    sample_unref(probing_next(p));
    unsigned walks = fake_counts().walks;

    g_assert_cmpint(probing_settled_pace(p).effective_us, ==, (gint64)5 * G_USEC_PER_SEC);
    sample_unref(probing_after(p, 5));
    g_assert_cmpuint(fake_counts().walks, ==, walks);
    sample_unref(probing_after(p, 5));
    g_assert_cmpuint(fake_counts().walks, ==, walks + 1);
}

static void test_stale_memory_keeps_its_regions(struct probing *p, gconstpointer user)
{
    (void)user;
    probing_start(p, PROBE_MEMORY);
    sample_unref(probing_next(p));
    sample_unref(probing_after(p, 5));
    fake_set_status(SAMPLE_FAILED, "no");
    struct memory_sample *sample = probing_after(p, 5);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_STALE);
    g_assert_cmpint(sample->rss_bytes, ==, 2);
    probe_stop(g_steal_pointer(&p->probe)); /* samples outlive their probe */
    g_assert_cmpstr(sample->regions[2].name, ==, "[heap]");
    sample_unref(sample);
}

/* --- life --- */

static void test_start_and_stop_leave_nothing(struct probing *p, gconstpointer user)
{
    (void)user;
    probe_stop(NULL);
    for (int i = 0; i < 40; i++) {
        probing_start(p, (enum probe_kind)(i % PROBE_N_KINDS));
        g_assert_cmpint(probe_kind(p->probe), ==, i % PROBE_N_KINDS);
        if (i % 3 == 0)
            g_usleep(500);
        probe_stop(g_steal_pointer(&p->probe));
    }
}

static void test_start_paused(struct probing *p, gconstpointer user)
{
    struct probe_options options = {.bell_fd = -1, .start_paused = true};

    (void)user;
    p->probe = probe_start(PROBE_PROCESS, p->target, &options);
    probing_assert_quiet(p);
    g_assert_cmpuint(probe_pace(p->probe).samples, ==, 0);
}

#define ADD(name, test)                                                                            \
    g_test_add("/probe/" name, struct probing, NULL, probing_set_up, test, probing_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pace/arithmetic", test_pace_arithmetic);
    ADD("at-their-time", test_samples_come_at_their_time);
    ADD("replaced", test_unread_samples_are_replaced);
    ADD("requests", test_requests_take_effect_at_once);
    ADD("duty", test_costly_samples_are_taken_less_often);
    ADD("duty-of-a-census", test_waiting_is_no_cost_of_a_census);
    ADD("mark", test_mark);
    ADD("stale", test_failure_keeps_the_last_values);
    ADD("failed", test_failure_from_the_start);
    ADD("back-off", test_failures_back_off);
    ADD("gone", test_gone);
    ADD("gone-before", test_gone_before_the_first_sample);
    ADD("no-process", test_address_without_process);
    ADD("memory/pace", test_regions_are_walked_at_their_own_pace);
    ADD("memory/growth", test_regions_grow_since_the_mark);
    ADD("memory/cost", test_costly_walks_do_not_delay_the_rest);
    ADD("memory/stale", test_stale_memory_keeps_its_regions);
    ADD("start-stop", test_start_and_stop_leave_nothing);
    ADD("start-paused", test_start_paused);
    return g_test_run();
}
