#include "app/report/report_content.h"
#include "app/session/series.h"
#include "app/session/session.h"
#include "app/snapshots/snapshot_samples.h"

/* A session without probes: it knows what it is shown, and its clock stands at that moment. */

enum { S = G_USEC_PER_SEC };

static const gint64 noon = (gint64)1790000000 * S;

static struct target *make_target(void)
{
    struct target *target = g_new0(struct target, 1);

    target->id.pid = 4711;
    target->name = g_strdup("sidecar");
    target->exe = g_strdup("");
    target->cmdline = g_strdup("sidecar");
    target->go_version = g_strdup("go1.26.8");
    target->pprof_why = g_strdup("this is a recording");
    return target;
}

static struct process_sample *make_process(gint64 at_us, int64_t rss)
{
    struct process_sample *sample = sample_new(PROBE_PROCESS, sizeof *sample);

    process_sample_set_unknown(sample);
    sample->base.taken_us = sample->base.real_us = at_us;
    sample->rss_bytes = rss;
    return sample;
}

static struct session_moment make_moment(gint64 now_us, int64_t rss)
{
    struct process_sample *process = make_process(now_us, rss);
    struct session_moment moment = {
        .now_us = now_us,
        .samples = {[PROBE_PROCESS] = &process->base},
        .series = series_set_new(&(struct series_options){0}),
        .parts = session_parts_new(&(struct trend_options){0}),
        .mark_us = now_us - 60 * S,
    };

    series_set_add(moment.series, &process->base);
    return moment;
}

static void on_shown(struct session *session, unsigned kinds, void *user)
{
    unsigned *told = user;

    g_assert_nonnull(session);
    *told |= kinds;
}

static void test_shows_a_moment(void)
{
    struct session *session = session_new_replay(make_target());
    struct session_moment moment = make_moment(noon, 500);
    struct history_point last;
    unsigned told = 0;

    session_set_listener(session, on_shown, &told);
    g_assert_true(session_is_replay(session));
    g_assert_null(session_process(session));
    session_show(session, &moment);
    g_assert_cmphex(told, ==, (1U << PROBE_N_KINDS) - 1);
    g_assert_cmpint(session_process(session)->rss_bytes, ==, 500);
    g_assert_null(session_heap(session));
    g_assert_true(history_last(session_history(session, METRIC_RSS), &last));
    g_assert_cmpfloat(last.value, ==, 500);
    g_assert_cmpint(session_mark_us(session), ==, noon - 60 * S);
    g_assert_false(session_ended(session, NULL));
    g_assert_null(moment.samples[PROBE_PROCESS]);
    g_assert_null(moment.series);

    moment = make_moment(noon + 10 * S, 700);
    moment.ended = true;
    moment.end = (struct session_end){
        .state = PROCESS_ZOMBIE, .at_us = noon + 9 * S, .at_real_us = noon + 9 * S};
    session_show(session, &moment);
    g_assert_cmpint(session_process(session)->rss_bytes, ==, 700);
    g_assert_true(session_ended(session, NULL));

    moment = make_moment(noon - 10 * S, 300); /* back to when it lived */
    session_show(session, &moment);
    g_assert_false(session_ended(session, NULL));
    session_free(session);
}

/* Whatever time has passed since: ages count from the moment. */
static void test_clock_stands_at_the_moment(void)
{
    struct session *session = session_new_replay(make_target());
    struct session_moment moment = make_moment(noon, 500);
    struct thresholds thresholds;

    session_show(session, &moment);
    g_assert_cmpint(session_now_us(session), ==, noon);
    g_assert_cmpint(session_real_us(session, noon - S), ==, noon - S);
    g_autoptr(snapshot_auto) snapshot = snapshot_of_session(session);

    g_assert_cmpint(snapshot->taken_us, ==, noon);
    g_assert_cmpint(snapshot->real_us, ==, noon);
    thresholds_init(&thresholds, false);
    g_autoptr(report_content_auto) content = report_content_new(session, &thresholds, snapshot);

    g_assert_cmpint(report_content_view(content)->now_us, ==, noon);
    g_assert_cmpint(report_content_view(content)->made_real_us, ==, noon);
    session_free(session);
}

/* What asks for probes asks nobody. */
static void test_no_probes(void)
{
    struct session *session = session_new_replay(make_target());
    struct session_moment moment = make_moment(noon, 500);
    struct probe *probe = session_probe(session, PROBE_HEAP);

    session_show(session, &moment);
    g_assert_null(probe);
    probe_refresh(probe);
    probe_set_paused(probe, false);
    probe_set_interval(probe, S);
    probe_set_detail(probe, true);
    probe_consent_once(probe);
    probe_mark(probe);
    g_assert_true(probe_pace(probe).paused);
    g_assert_cmpuint(probe_pace(probe).samples, ==, 0);
    session_refresh(session);
    session_freeze(session, true);
    g_assert_false(session_frozen(session, NULL));
    g_assert_false(session_step(session, -1));
    g_assert_false(session_seek(session, noon - S));
    session_mark(session);
    g_assert_cmpint(session_mark_us(session), ==, noon);
    session_free(session);
}

static void test_moment_clear(void)
{
    struct session_moment moment = make_moment(noon, 500);

    session_moment_clear(&moment);
    g_assert_null(moment.parts);
    session_moment_clear(&moment);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session-replay/shows-a-moment", test_shows_a_moment);
    g_test_add_func("/session-replay/clock-stands-at-the-moment", test_clock_stands_at_the_moment);
    g_test_add_func("/session-replay/no-probes", test_no_probes);
    g_test_add_func("/session-replay/moment-clear", test_moment_clear);
    return g_test_run();
}
