/* From triage to triage: what becomes an event, and what does not. */

#include "app/alerts/alerts.h"
#include "tests/unit/app/triage_fixture.h"

#include <string.h>

enum { S = G_USEC_PER_SEC, FIRST_S = 10 };

/* A verdict per second of one step, written as letters: h l b u; upper case is held ten seconds,
 * '*' is the target's end, '.' nothing is looked at. */
struct story {
    const char *name, *verdicts;
    const char *expected; /* severities in the order of the list, n g l b, each with its count */
    int firing;           /* of them */
};

static const struct story stories[] = {
    {"healthy all the time", "HHHHH", "", 0},
    {"bad from the first look: one line", "BBBBB", "b1", 1},
    {"worth a look from the first look: no news", "LLLLL", "", 0},
    {"turns bad", "HHBB", "b1", 1},
    {"one look is nothing", "HHbHHlHH", "", 0},
    {"slow rise: look, then bad", "HHLLBB", "l1 b1", 1},
    {"bad, and well again", "HHBBHHH", "b1 g1", 0},
    {"well for less than it takes", "HHBBhhhhhBB", "b1", 1},
    {"bad, then better, then well", "HHBBLLHHH", "b1 n1 g1", 0},
    {"around the threshold", "HHhbhbhbhbhbhbhbhbHH", "", 0},
    {"between look and bad is at least a look", "HHlblblblblblb", "l1", 1},
    {"bad again and again is counted", "HHBBHHHBBHHHBBHHH", "b3 g3", 0},
    {"unknown is no alarm", "HHUUUHH", "", 0},
    {"unknown ends none", "HHBBUUUU", "b1", 1},
    {"unknown at first, then bad: it was so", "UUUUBB", "b1", 1},
    {"unknown at first, then a look: it was so", "UUUULLL", "", 0},
    {"unknown at first, then healthy, then a look", "UUUHHLL", "l1", 1},
    {"the target ends", "HHBB*", "b1 b1", 0},
    {"after the end nothing is judged", "HH*BBBB", "b1", 0},
};

static struct alerts_moment moment_at(struct triage_fixture *f, struct triage_result *result,
                                      gint64 at_us)
{
    return (struct alerts_moment){.result = result,
                                  .input = &f->input,
                                  .thresholds = &f->thresholds,
                                  .at_us = at_us,
                                  .real_us = at_us + 1000};
}

static void look(struct alerts *alerts, struct triage_fixture *f, enum triage_verdict verdict,
                 gint64 at_us)
{
    struct triage_result *result = fixture_evaluate(f);

    result->steps[TRIAGE_FDS].verdict = verdict;
    result->verdict = verdict;
    struct alerts_moment moment = moment_at(f, result, at_us);

    alerts_look(alerts, &moment);
    triage_result_free(result);
}

static enum triage_verdict verdict_of(char letter)
{
    const char *letters = "hlbu";

    return (enum triage_verdict)(strchr(letters, g_ascii_tolower(letter)) - letters);
}

static char *list_of(struct alert_events *events, int *ret_firing)
{
    GString *out = g_string_new(NULL);

    *ret_firing = 0;
    for (guint i = 0; i < alert_events_n(events); i++) {
        const struct alert_event *event = alert_events_at(events, i);

        g_string_append_printf(out, "%s%c%u", i > 0 ? " " : "",
                               *alert_severity_name(event->severity), event->count);
        *ret_firing += event->firing;
    }
    return g_string_free(out, FALSE);
}

static void test_story(gconstpointer data)
{
    const struct story *story = data;
    struct alerts *alerts = alerts_new(NULL, NULL);
    struct triage_fixture f;
    gint64 at_us = 1000 * (gint64)S;
    int firing;

    fixture_healthy(&f);
    for (const char *p = story->verdicts; *p != '\0'; p++) {
        if (*p == '*')
            alerts_end(alerts, "gone", at_us, 1);
        for (int i = 0; *p != '*' && i < (g_ascii_isupper(*p) ? FIRST_S : 1); i++, at_us += S)
            look(alerts, &f, verdict_of(*p), at_us);
    }
    g_autofree char *list = list_of(alerts_events(alerts), &firing);

    g_assert_cmpstr(list, ==, story->expected);
    g_assert_cmpint(firing, ==, story->firing);
    alerts_free(alerts);
}

/* --- what an event says --- */

static const struct alert_event *last(struct alerts *alerts)
{
    struct alert_events *events = alerts_events(alerts);

    g_assert_cmpuint(alert_events_n(events), >, 0);
    return alert_events_at(events, alert_events_n(events) - 1);
}

/* Real evaluations, as they are. */
static void look_for(struct alerts *alerts, struct triage_fixture *f, int seconds, gint64 *at_us)
{
    for (int i = 0; i < seconds; i++, *at_us += S) {
        struct triage_result *result = fixture_evaluate(f);
        struct alerts_moment moment = moment_at(f, result, *at_us);

        alerts_look(alerts, &moment);
        triage_result_free(result);
    }
}

static void test_words(void)
{
    struct alerts *alerts = alerts_new(NULL, NULL);
    struct triage_fixture f;
    gint64 at_us = S;

    fixture_healthy(&f);
    look_for(alerts, &f, 20, &at_us);
    f.process.fd_count = 1412;
    look_for(alerts, &f, 20, &at_us);
    g_assert_cmpuint(alert_events_n(alerts_events(alerts)), ==, 1); /* its numbers are echoes */
    const struct alert_event *event = last(alerts);

    g_assert_cmpstr(event->key, ==, "fds");
    g_assert_nonnull(strstr(event->text, "FDs: 1 412"));
    g_assert_nonnull(strstr(event->detail, "1 412"));
    g_assert_cmpint(event->severity, ==, ALERT_BAD);
    g_assert_cmpint(event->ref.kind, ==, REF_FILES);
    g_assert_cmpint(event->verdict, ==, TRIAGE_BAD);
    g_assert_cmpint(event->at_us, ==, 23 * S); /* held for two seconds */
    g_assert_cmpint(event->real_us, ==, event->at_us + 1000);
    f.process.fd_count = 15;
    look_for(alerts, &f, 20, &at_us);
    g_assert_nonnull(strstr(last(alerts)->text, "(healthy again)"));
    alerts_free(alerts);
}

/* A number that crosses its threshold while its step stays as it is. */
static void test_fact(void)
{
    struct alerts *alerts = alerts_new(NULL, NULL);
    struct triage_fixture f;
    gint64 at_us = S;

    fixture_healthy(&f);
    f.process.fd_count = 1412;
    look_for(alerts, &f, 90, &at_us);
    g_assert_cmpuint(alert_events_n(alerts_events(alerts)), ==, 1);
    fixture_add_group(&f, "/repo/.todos/issues.db", FD_REG, 9, 0);
    look_for(alerts, &f, 5, &at_us);
    bool found = false;

    for (guint i = 1; i < alert_events_n(alerts_events(alerts)); i++) {
        const struct alert_event *event = alert_events_at(alerts_events(alerts), i);

        if (event->kind == ALERT_FACT) {
            found = true;
            g_assert_cmpstr(event->key, ==, "fds//repo/.todos/issues.db");
            g_assert_cmpstr(event->ref.text, ==, "/repo/.todos/issues.db");
        }
    }
    g_assert_true(found);
    alerts_free(alerts);
}

static void test_limit(void)
{
    static const struct {
        int64_t used, limit;
        const char *expected;
    } rows[] = {
        {10, 100, ""},
        {60, 100, "l1"},
        {90, 100, "b1"},
        {90, SAMPLE_UNKNOWN, ""},
        {SAMPLE_UNKNOWN, 100, ""},
        {90, 0, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct alerts *alerts = alerts_new(NULL, NULL);
        struct triage_fixture f;
        gint64 at_us = S;
        int firing;

        fixture_healthy(&f);
        look_for(alerts, &f, 20, &at_us);
        f.memory.pressure.cgroup = "/user.slice";
        f.memory.pressure.cgroup_used_bytes = rows[i].used;
        f.memory.pressure.cgroup_limit_bytes = rows[i].limit;
        look_for(alerts, &f, 5, &at_us);
        g_autofree char *list = list_of(alerts_events(alerts), &firing);

        g_assert_cmpstr(list, ==, rows[i].expected);
        if (*rows[i].expected != '\0')
            g_assert_cmpint(last(alerts)->kind, ==, ALERT_LIMIT);
        alerts_free(alerts);
    }
}

/* The user's own word ends an alarm without another, and the evidence comes back with it. */
static void test_judgement(void)
{
    struct alerts *alerts = alerts_new(NULL, NULL);
    struct triage_judgement judgements[TRIAGE_N_STEPS] = {
        [TRIAGE_FDS] = {TRIAGE_OVERRULED, TRIAGE_HEALTHY}};
    struct triage_fixture f;
    gint64 at_us = S;

    fixture_healthy(&f);
    look_for(alerts, &f, 20, &at_us);
    f.process.fd_count = 1412;
    look_for(alerts, &f, 20, &at_us);
    f.input.judgements = judgements;
    look_for(alerts, &f, 30, &at_us);
    g_assert_cmpuint(alert_events_n(alerts_events(alerts)), ==, 1);
    g_assert_false(last(alerts)->firing);
    f.input.judgements = NULL;
    look_for(alerts, &f, 30, &at_us);
    g_assert_cmpuint(alert_events_n(alerts_events(alerts)), ==, 1);
    g_assert_true(last(alerts)->firing);
    g_assert_cmpuint(last(alerts)->count, ==, 2);
    alerts_free(alerts);
}

/* While a probe has told nothing yet, what it will tell is the first look. */
static void test_late_probe(void)
{
    struct alerts *alerts = alerts_new(NULL, NULL);
    struct triage_fixture f;
    gint64 at_us = S;

    fixture_healthy(&f);
    f.input.files = NULL;
    look_for(alerts, &f, 8, &at_us);
    f.input.files = &f.files;
    fixture_add_group(&f, "/repo/.todos/issues.db", FD_REG, 9, 0);
    look_for(alerts, &f, 20, &at_us);
    g_assert_cmpuint(alert_events_n(alerts_events(alerts)), ==, 1);
    g_assert_nonnull(strstr(last(alerts)->text, "(at the first look already)"));
    alerts_free(alerts);
}

/* Another process: what was in force is past, and it is looked at anew. */
static void test_restart(void)
{
    struct alerts *alerts = alerts_new(NULL, NULL);
    struct triage_fixture f;
    gint64 at_us = S;

    fixture_healthy(&f);
    f.process.fd_count = 1412;
    look_for(alerts, &f, 20, &at_us);
    alerts_end(alerts, "gone", at_us, at_us);
    alerts_end(alerts, "gone", at_us, at_us); /* told once */
    g_assert_cmpuint(alert_events_n(alerts_events(alerts)), ==, 2);
    alerts_restart(alerts);
    f.process.fd_count = 15;
    look_for(alerts, &f, 20, &at_us);
    g_assert_cmpuint(alert_events_n(alerts_events(alerts)), ==, 2);
    f.process.fd_count = 1412;
    look_for(alerts, &f, 5, &at_us);
    g_assert_true(last(alerts)->firing);
    alerts_free(alerts);
}

/* An hour of verdicts thrown by dice: a handful of lines, each told of rarely. */
static void test_noise(void)
{
    static const enum triage_verdict dice[] = {TRIAGE_HEALTHY, TRIAGE_HEALTHY, TRIAGE_LOOK,
                                               TRIAGE_BAD,     TRIAGE_BAD,     TRIAGE_UNKNOWN};
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    struct alerts *alerts = alerts_new(NULL, NULL);
    struct triage_fixture f;
    gint64 at_us = S;
    guint told = 0;

    fixture_healthy(&f);
    look_for(alerts, &f, 20, &at_us);
    for (int i = 0; i < 3600; i++, at_us += S)
        look(alerts, &f, dice[g_rand_int_range(rand, 0, G_N_ELEMENTS(dice))], at_us);
    for (guint i = 0; i < alert_events_n(alerts_events(alerts)); i++)
        told += alert_events_at(alerts_events(alerts), i)->count;
    g_test_message("%u lines, told %u times", alert_events_n(alerts_events(alerts)), told);
    g_assert_cmpuint(alert_events_n(alerts_events(alerts)), <=, 5);
    g_assert_cmpuint(told, <=, 60);
    alerts_free(alerts);
}

/* --- the list --- */

static const struct alert_event *add(struct alert_events *events, const char *key, gint64 at_us,
                                     bool firing)
{
    return alert_events_add(
        events,
        &(struct alert_spec){
            .severity = ALERT_LOOK, .key = key, .text = key, .at_us = at_us, .firing = firing},
        NULL);
}

static void test_merge(void)
{
    struct alert_events *events = alert_events_new();
    guint64 first = add(events, "a", 0, true)->id;
    enum alert_severity worst;

    add(events, "b", S, true);
    g_assert_cmpuint(add(events, "a", 2 * S, true)->id, ==, first);
    g_assert_cmpuint(alert_events_n(events), ==, 2);
    g_assert_cmpuint(alert_events_at(events, 1)->id, ==, first); /* what happened last is last */
    g_assert_cmpuint(alert_events_at(events, 1)->count, ==, 2);
    g_assert_cmpint(alert_events_at(events, 1)->at_us, ==, 0);
    g_assert_cmpint(alert_events_at(events, 1)->last_us, ==, 2 * S);
    g_assert_cmpuint(alert_events_unseen(events, &worst), ==, 2);
    g_assert_cmpint(worst, ==, ALERT_LOOK);
    alert_events_see(events);
    g_assert_cmpuint(alert_events_unseen(events, &worst), ==, 0);
    add(events, "a", 3 * S, true);
    g_assert_cmpuint(alert_events_unseen(events, &worst), ==, 1);
    g_assert_cmpuint(add(events, "a", 4 * S + ALERT_MERGE_US, true)->id, !=, first);
    alert_events_free(events);
}

static void test_bound(void)
{
    struct alert_events *events = alert_events_new();
    guint64 kept = add(events, "in force", 0, true)->id;

    for (int i = 0; i < 3 * ALERT_EVENTS_MAX; i++) {
        g_autofree char *key = g_strdup_printf("%d", i);

        add(events, key, i, false);
    }
    g_assert_cmpuint(alert_events_n(events), ==, ALERT_EVENTS_MAX);
    g_assert_nonnull(alert_events_find(events, kept));
    alert_events_free(events);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(stories); i++) {
        g_autofree char *path = g_strdup_printf("/alerts/story/%s", stories[i].name);

        g_test_add_data_func(path, &stories[i], test_story);
    }
    g_test_add_func("/alerts/words", test_words);
    g_test_add_func("/alerts/fact", test_fact);
    g_test_add_func("/alerts/limit", test_limit);
    g_test_add_func("/alerts/judgement", test_judgement);
    g_test_add_func("/alerts/late-probe", test_late_probe);
    g_test_add_func("/alerts/restart", test_restart);
    g_test_add_func("/alerts/noise", test_noise);
    g_test_add_func("/alerts/merge", test_merge);
    g_test_add_func("/alerts/bound", test_bound);
    return g_test_run();
}
