/* A sidecar opens another project: counted, told, and what each of them brought. */

#include "app/alerts/alert_watch.h"
#include "app/session/series.h"
#include "app/session/switches.h"
#include "tests/unit/app/triage_fixture.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { S = G_USEC_PER_SEC, EVERY_S = 40, OPENED = 1000 };

/* So many seconds of a process that opens another project every EVERY_S; each one brings fds. */
struct watched {
    int seconds;
    int per_switch, per_second;
    bool tells; /* what it is open for */
};

static struct series_set *watch(const struct watched *of)
{
    struct series_set *set = series_set_new(&(struct series_options){0});

    for (int i = 0; i < of->seconds; i++) {
        int switches = i / EVERY_S;
        struct process_sample sample = {
            .base = {.kind = PROBE_PROCESS, .taken_us = (gint64)(i + 1) * S},
            .fd_count = 15 + switches * of->per_switch + i * of->per_second,
            .cpu_percent = NAN,
            .project_opened_us = of->tells ? (OPENED + switches) * (int64_t)S : SAMPLE_UNKNOWN,
        };

        series_set_add(set, &sample.base);
    }
    return set;
}

static struct switch_growth growth_of(const struct watched *of)
{
    struct series_set *set = watch(of);
    struct switch_growth growth = switches_growth(series_set_history(set, METRIC_PROJECT_SWITCHES),
                                                  series_set_history(set, METRIC_FDS));

    series_set_free(set);
    return growth;
}

static void test_times(void)
{
    struct series_set *set = watch(&(struct watched){.seconds = 130, .tells = true});
    g_autoptr(GArray) times = switches_times(series_set_history(set, METRIC_PROJECT_SWITCHES));

    g_assert_cmpuint(times->len, ==, 3);
    for (guint i = 0; i < times->len; i++)
        g_assert_cmpint(g_array_index(times, gint64, i), ==, ((gint64)(i + 1) * EVERY_S + 1) * S);
    series_set_free(set);
    set = watch(&(struct watched){.seconds = 130});
    g_assert_cmpuint(history_size(series_set_history(set, METRIC_PROJECT_SWITCHES)), ==, 0);
    series_set_free(set);
}

/* Steps are told from what goes on by itself. */
static void test_growth(void)
{
    struct switch_growth steps =
        growth_of(&(struct watched){.seconds = 130, .per_switch = 100, .tells = true});
    struct switch_growth steady =
        growth_of(&(struct watched){.seconds = 130, .per_second = 2, .tells = true});

    g_assert_cmpuint(steps.n, ==, 3);
    g_assert_cmpuint(steps.rose, ==, 3);
    g_assert_cmpfloat(steps.least, ==, 100);
    g_assert_cmpfloat(steps.most, ==, 100);
    g_assert_cmpfloat(steps.between, ==, 0);
    g_assert_cmpuint(steady.n, ==, 3);
    g_assert_cmpfloat(steady.between, >, steady.sum);
}

/* What comes too soon after it has no level of its own. */
static void test_too_soon(void)
{
    struct switch_growth growth =
        growth_of(&(struct watched){.seconds = EVERY_S + 1, .per_switch = 100, .tells = true});

    g_assert_cmpuint(growth.n, ==, 0);
}

static void assert_words(const struct watched *of, const char *sentence, const char *note,
                         enum triage_verdict verdict)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    f.input.at_switches[METRIC_FDS] = growth_of(of);
    g_autoptr(triage_result_auto) result = fixture_evaluate(&f);
    const struct triage_step *step = &result->steps[TRIAGE_FDS];
    const struct triage_fact *fact = fixture_fact(step, "project switches");

    g_assert_nonnull(fact);
    g_assert_cmpstr(fact->note, ==, note);
    g_assert_cmpint((int)fact->verdict, ==, (int)verdict);
    g_assert_true((strstr(step->sentence, "project switches") != NULL) == (sentence != NULL));
    g_assert_true(sentence == NULL || strstr(step->sentence, sentence) != NULL);
}

static void test_words(void)
{
    assert_words(&(struct watched){.seconds = 130, .per_switch = 100, .tells = true},
                 "+100 at each of 3 project switches.",
                 "+100 at each of 3 project switches; 0 between them", TRIAGE_LOOK);
    assert_words(&(struct watched){.seconds = 130, .tells = true}, NULL, "0 over all of them",
                 TRIAGE_HEALTHY);
    assert_words(&(struct watched){.seconds = 130, .per_second = 2, .tells = true}, NULL,
                 "+60 over all of them", TRIAGE_HEALTHY);
}

/* --- told as an event --- */

static gint opened_us; /* what the process says; atomic, asked on a thread */

static bool says(const struct target *target, char **ret_project, gint64 *ret_opened_us)
{
    (void)target;
    gint now_us = g_atomic_int_get(&opened_us);

    *ret_opened_us = now_us;
    *ret_project = g_strdup(now_us == OPENED ? "one" : "two");
    return true;
}

static const struct alert_event *event_of(struct alert_watch *alerts, enum alert_kind kind)
{
    const struct alert_events *events = alert_watch_events(alerts);

    for (guint i = 0; i < alert_events_n(events); i++)
        if (alert_events_at(events, i)->kind == kind)
            return alert_events_at(events, i);
    return NULL;
}

static void look_until(struct session *session, struct alert_watch *alerts, int64_t project_us)
{
    const struct process_sample *process = session_process(session);

    while (process == NULL || process->project_opened_us != project_us) {
        g_main_context_iteration(NULL, TRUE);
        process = session_process(session);
    }
    struct thresholds thresholds;
    struct triage_input input;

    thresholds_init(&thresholds, false);
    triage_input_newest(&input, session);
    g_autoptr(triage_result_auto) result = triage_evaluate(&input, &thresholds);

    alert_watch_judge(alerts, result, &input);
}

static void test_event(void)
{
    struct platform_options platform = {0};
    g_autoptr(process_entry_auto) self = platform_describe(&platform, getpid(), NULL);
    struct target *target = target_new(&platform, self, NULL, "none");
    struct session_options options = {.interval_us = {[PROBE_PROCESS] = S / 20}};
    const struct alert_options nothing = {0};

    target->project_now = says;
    g_atomic_int_set(&opened_us, OPENED);
    struct session *session = session_new(target, &options);
    struct thresholds thresholds;

    thresholds_init(&thresholds, false);
    struct alert_watch *alerts = alert_watch_new(&nothing, &thresholds, &(struct alert_sinks){0});

    alert_watch_attach(alerts, session);
    look_until(session, alerts, OPENED);
    g_assert_null(event_of(alerts, ALERT_PROJECT));
    g_atomic_int_set(&opened_us, OPENED + 1);
    look_until(session, alerts, OPENED + 1);
    const struct alert_event *event = event_of(alerts, ALERT_PROJECT);

    g_assert_nonnull(event);
    g_assert_cmpstr(event->text, ==, "project opened: two, before one");
    g_assert_cmpstr(alert_kind_name(event->kind), ==, "project");
    enum alert_severity worst;

    g_assert_cmpuint(alert_events_unseen(alert_watch_events(alerts), &worst), ==, 0);
    alert_watch_free(alerts);
    session_free(session);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/switches/times", test_times);
    g_test_add_func("/switches/growth", test_growth);
    g_test_add_func("/switches/too-soon", test_too_soon);
    g_test_add_func("/switches/words", test_words);
    g_test_add_func("/switches/event", test_event);
    return g_test_run();
}
