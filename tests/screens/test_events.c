/* The list of events, and what tells that there are new ones. */

#include "tests/screens/screen_fixture.h"

#include <string.h>

enum { S = G_USEC_PER_SEC };

static const gint64 real_us = 1795400000 * (gint64)S; /* 2026-11-23 02:13:20 UTC */

/* --- what is in the list --- */

static const struct row {
    enum alert_severity severity;
    enum alert_kind kind;
    enum triage_step_id step;
    const char *key, *text, *detail;
    struct ref ref;
    int at_s, times;
    bool firing;
} rows[] = {
    {ALERT_BAD,
     ALERT_STEP,
     TRIAGE_RSS,
     "rss",
     "RSS: 6.2G > 500M +410M/h (at the first look already)",
     "RSS is 6.2G, above the 500M that an idle sidecar stays below.",
     {.kind = REF_MEMORY},
     2,
     1,
     true},
    {ALERT_NOTE,
     ALERT_MARK,
     TRIAGE_N_STEPS,
     "mark",
     "mark: before lunch",
     "",
     {.kind = REF_NONE},
     60,
     1,
     false},
    {ALERT_LOOK,
     ALERT_FACT,
     TRIAGE_FDS,
     "fds/inotify watchers",
     "FDs, inotify watchers: 9 (more than 7)",
     "",
     {.kind = REF_TYPE, .type = FD_INOTIFY, .text = "inotify"},
     120,
     14,
     true},
    {ALERT_LOOK,
     ALERT_CAUSE,
     TRIAGE_FDS,
     "cause/session-files",
     "likely cause: session files stay open, /home/u/.claude/projects/-work-app/0.jsonl",
     "1 288 session files are open",
     {.kind = REF_TEMPLATE,
      .text = "/home/u/.claude/projects/-work-app/<uuid>.jsonl",
      .type = FD_REG},
     180,
     1,
     true},
    {ALERT_LOOK,
     ALERT_STEP,
     TRIAGE_GOROUTINES,
     "goroutines",
     "goroutines: 61 +14",
     "",
     {.kind = REF_GOROUTINES},
     3600,
     1,
     false},
    {ALERT_GOOD,
     ALERT_STEP,
     TRIAGE_GOROUTINES,
     "goroutines",
     "goroutines: 29 (healthy again)",
     "",
     {.kind = REF_NONE},
     3700,
     1,
     false},
    {ALERT_BAD,
     ALERT_ENDED,
     TRIAGE_N_STEPS,
     "target",
     "side\x1b[31mcar 41822 has ended",
     "",
     {.kind = REF_NONE},
     7200,
     1,
     false},
};

static void fill(struct fixture *f)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (int n = 0; n < rows[i].times; n++)
            alert_events_add(
                alert_watch_events(ui_alerts(f->ui)),
                &(struct alert_spec){.severity = rows[i].severity,
                                     .kind = rows[i].kind,
                                     .key = rows[i].key,
                                     .text = rows[i].text,
                                     .detail = rows[i].detail,
                                     .step = rows[i].step,
                                     .ref = rows[i].ref,
                                     .at_us = (rows[i].at_s + n) * (gint64)S,
                                     .real_us = real_us + (rows[i].at_s + n) * (gint64)S,
                                     .firing = rows[i].firing},
                NULL);
}

/* --- golden screens --- */

static const struct golden {
    const char *name;
    int lines, cols;
    const char *keys;
} goldens[] = {
    {"events-80x24", 24, 80, "!"},
    {"events-120x40", 40, 120, "!"},
    {"events-30x6", 6, 30, "!"},
    {"events-merged", 24, 100, "! Down Down Down Down"},
    {"events-filtered", 24, 80, "! / b a d Enter"},
    {"events-new", 24, 80, ""},
    {"events-step", 24, 80, "! End Enter"},
};

static void test_golden(gconstpointer data)
{
    const struct golden *golden = data;
    struct fixture f;

    set_up(&f, FAKE_LEAKING, golden->lines, golden->cols);
    fill(&f);
    ui_damage(f.ui);
    press(&f, golden->keys);
    g_autofree char *text = terminal_mock_text(f.terminal);

    assert_clean(text);
    compare(&f, golden->name);
    tear_down(&f);
}

static void test_empty(void)
{
    struct fixture f;

    set_up(&f, FAKE_HEALTHY, 24, 80);
    press(&f, "!");
    compare(&f, "events-empty");
    tear_down(&f);
}

/* --- what it does --- */

static bool shows(struct fixture *f, const char *words)
{
    g_autofree char *text = terminal_mock_text(f->terminal);

    return strstr(text, words) != NULL;
}

static void test_seen(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    fill(&f);
    ui_damage(f.ui);
    g_assert_true(shows(&f, "6 new events")); /* marks are the user's own */
    press(&f, "! Escape");
    g_assert_false(shows(&f, "new event"));
    tear_down(&f);
}

static const struct {
    const char *keys, *shows;
} openings[] = {
    {"! Enter", "points to nothing"},               /* the end */
    {"! Down Enter", "Branch"},                     /* a step: the wizard */
    {"! Down Down Down Enter", "descriptors"},      /* a cause: its evidence */
    {"! Down Down Down Down Enter", " inotify\n"},  /* a number: what it counts */
    {"! Down Down Down Down Down Enter", "growth"}, /* a mark */
};

static void test_opens(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(openings); i++) {
        struct fixture f;

        set_up(&f, FAKE_LEAKING, 24, 80);
        fill(&f);
        press(&f, openings[i].keys);
        g_test_message("%s", openings[i].keys);
        g_autofree char *text = terminal_mock_text(f.terminal);

        if (strstr(text, openings[i].shows) == NULL)
            g_error("%s does not show \"%s\":\n%s", openings[i].keys, openings[i].shows, text);
        tear_down(&f);
    }
}

static void test_mark_and_copy(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "m ! y");
    g_assert_nonnull(
        strstr(terminal_mock_copied(f.terminal), "note mark: growth counts from here"));
    tear_down(&f);
}

/* A list that grows keeps what is selected. */
static void test_selection(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    fill(&f);
    press(&f, "! Down y");
    g_autofree char *before = g_strdup(terminal_mock_copied(f.terminal));

    alert_watch_add(ui_alerts(f.ui), ALERT_ACTION, ALERT_NOTE, "test", "one more");
    press(&f, "y");
    g_assert_cmpstr(terminal_mock_copied(f.terminal), ==, before);
    tear_down(&f);
}

/* --- bell and notification --- */

static void test_signals(void)
{
    const struct alert_options alerts = {.bell = TRUE, .notify = NOTIFICATION_OSC777};
    struct fixture f;

    g_unsetenv("TMUX");
    set_up_looks(&f, FAKE_HOSTILE, 24, 80, &(struct ui_options){.alerts = &alerts});
    alert_watch_add(ui_alerts(f.ui), ALERT_ACTION, ALERT_NOTE, "test", "no alarm");
    g_assert_cmpstr(terminal_mock_signals(f.terminal), ==, "");
    alert_watch_add(ui_alerts(f.ui), ALERT_STEP, ALERT_BAD, "fds", "FDs; \x1b]0;evil\a");
    g_assert_cmpstr(terminal_mock_signals(f.terminal), ==,
                    "\a\033]777;notify;sidescope: si\\x1b[31mde\\ncar 41822;FDs, "
                    "\\x1b]0,evil\\x07\033\\");
    tear_down(&f);
}

/* The target's end is told once, although its sample is the last. */
static void test_end(void)
{
    struct fixture f;

    set_up(&f, FAKE_ENDED, 24, 80);
    fake_session_ring(ui_session(f.ui));
    fake_session_ring(ui_session(f.ui));
    struct alert_events *events = alert_watch_events(ui_alerts(f.ui));

    g_assert_cmpuint(alert_events_n(events), ==, 1);
    g_assert_cmpint(alert_events_at(events, 0)->kind, ==, ALERT_ENDED);
    g_assert_cmpuint(alert_events_at(events, 0)->count, ==, 1);
    tear_down(&f);
}

/* What is bad from the start is a line per step, a moment after the first picture. */
static void test_first_look(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    for (int i = 0; i < 10; i++) {
        fake_clock_advance(S);
        fake_session_ring(ui_session(f.ui));
    }
    struct alert_events *events = alert_watch_events(ui_alerts(f.ui));

    g_assert_cmpuint(alert_events_n(events), >, 0);
    for (guint i = 0; i < alert_events_n(events); i++) {
        g_assert_cmpint(alert_events_at(events, i)->kind, ==, ALERT_STEP);
        g_assert_cmpint(alert_events_at(events, i)->severity, ==, ALERT_BAD);
    }
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
        g_autofree char *path = g_strdup_printf("/events/golden/%s", goldens[i].name);

        g_test_add_data_func(path, &goldens[i], test_golden);
    }
    g_test_add_func("/events/golden/empty", test_empty);
    g_test_add_func("/events/seen", test_seen);
    g_test_add_func("/events/opens", test_opens);
    g_test_add_func("/events/mark-and-copy", test_mark_and_copy);
    g_test_add_func("/events/selection", test_selection);
    g_test_add_func("/events/signals", test_signals);
    g_test_add_func("/events/end", test_end);
    g_test_add_func("/events/first-look", test_first_look);
    return g_test_run();
}
