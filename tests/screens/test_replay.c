/* A recording on the screen: the bar of time, its keys and its mouse; the file is made by hand. */

#include "probes/clock.h"
#include "tests/screens/screen_fixture.h"

#include <string.h>
#include <time.h>

enum { S = G_USEC_PER_SEC, NIGHT_S = 7 * 3600 };

/* --- a night --- */

static gint64 night_end(void)
{
    return clock_now_us();
}

static size_t n_runs(void *data)
{
    (void)data;
    return 2;
}

static struct target *target(void *data, size_t run)
{
    (void)data;
    (void)run;
    return fake_target_new(FAKE_LEAKING);
}

static gint64 hours(double h)
{
    return night_end() - (gint64)((NIGHT_S / 3600 - h) * 3600) * S;
}

static struct player_outline *outline(void *data, size_t run, GError **error)
{
    struct player_outline *outline = player_outline_new();
    struct player_gap gap = {hours(3), hours(3.5)};

    (void)data;
    (void)run;
    (void)error;
    outline->from_us = hours(0);
    outline->to_us = hours(7);
    player_outline_add_verdict(outline, hours(0.2), TRIAGE_HEALTHY, "");
    player_outline_add_verdict(outline, hours(2), TRIAGE_LOOK, "RSS above 200M");
    player_outline_add_verdict(outline, hours(4.5), TRIAGE_BAD, "RSS 612M > 500M");
    player_outline_add_event(outline, hours(1.2), "mark", "info", "", "project switch");
    player_outline_add_event(outline, hours(3), "gap", "info", "", "nobody watched for 30 min");
    player_outline_add_event(outline, hours(6), "alarm", "bad", "fds", "FDs 1 412, +96/h\x1b[31m");
    g_array_append_val(outline->gaps, gap);
    return outline;
}

static bool step(void *data, size_t run, gint64 at_us, int steps, gint64 *ret_us)
{
    (void)data;
    (void)run;
    *ret_us = at_us + steps * (gint64)S;
    return true;
}

static struct session_moment *moment(void *data, size_t run, gint64 at_us, GError **error)
{
    struct session_moment *moment = g_new0(struct session_moment, 1);

    (void)data;
    (void)run;
    (void)error;
    moment->now_us = at_us;
    return moment;
}

static void free_nothing(void *data)
{
    (void)data;
}

static const struct player_source_ops night_ops = {
    .n_runs = n_runs,
    .target = target,
    .outline = outline,
    .step = step,
    .moment = moment,
    .free = free_nothing,
};

/* --- on the screen --- */

static void settle(struct fixture *f)
{
    while (ui_session(f->ui) == NULL || !session_is_replay(ui_session(f->ui)) ||
           player_state(ui_player(f->ui)).reading)
        g_main_context_iteration(NULL, TRUE);
}

static void open_night(struct fixture *f, int lines, int cols, bool ascii)
{
    set_up_looks(f, FAKE_LEAKING, lines, cols, &(struct ui_options){.ascii = ascii, .mouse = true});
    ui_open_file(f->ui, &(struct ui_file){.name = "night.sidescope",
                                          .source = &night_ops,
                                          .run = SIZE_MAX,
                                          .at_us = G_MAXINT64});
    settle(f);
}

static void type(struct fixture *f, const char *keys)
{
    press(f, keys);
    settle(f);
}

struct golden {
    const char *name;
    int lines, cols;
    bool ascii;
    const char *keys;
};

static const struct golden goldens[] = {
    {"replay-80x24", 24, 80, false, ""},          {"replay-120x40", 40, 120, false, ""},
    {"replay-200x60", 60, 200, false, ""},        {"replay-ascii", 40, 120, true, ""},
    {"replay-30x12", 12, 30, false, ""},          {"replay-30x8", 8, 30, false, ""},
    {"replay-event", 24, 80, false, "{"},         {"replay-verdict", 40, 120, false, "{ { {"},
    {"replay-events", 40, 120, false, "!"},       {"replay-events-80x24", 24, 80, false, "!"},
    {"replay-wizard", 40, 120, false, "t Enter"}, {"replay-no-mark", 24, 80, false, "m"},
    {"replay-help", 60, 100, false, "?"},
};

static void test_golden(gconstpointer data)
{
    const struct golden *golden = data;
    struct fixture f;

    open_night(&f, golden->lines, golden->cols, golden->ascii);
    type(&f, golden->keys);
    g_autofree char *text = terminal_mock_text(f.terminal);

    assert_clean(text);
    compare(&f, golden->name);
    tear_down(&f);
}

static gint64 at(struct fixture *f)
{
    return player_state(ui_player(f->ui)).shown_us;
}

static void test_keys(void)
{
    struct fixture f;

    open_night(&f, 40, 120, false);
    g_assert_cmpint(at(&f), ==, hours(7));
    type(&f, "^");
    g_assert_cmpint(at(&f), ==, hours(0));
    type(&f, ". .");
    g_assert_cmpint(at(&f), ==, hours(0) + 2 * (gint64)S);
    type(&f, "]");
    g_assert_cmpint(at(&f), ==, hours(0) + 62 * (gint64)S);
    type(&f, "$");
    g_assert_cmpint(at(&f), ==, hours(7));
    type(&f, "b - 1 h Enter");
    g_assert_cmpint(at(&f), ==, hours(6));
    press(&f, ":");
    terminal_mock_type(f.terminal, "goto begin");
    type(&f, "Enter");
    g_assert_cmpint(at(&f), ==, hours(0));
    type(&f, "} }");
    g_assert_cmpint(at(&f), ==, hours(1.2));
    type(&f, "! End Enter"); /* the list, its last row */
    g_assert_cmpint(at(&f), ==, hours(6));
    g_assert_cmpstr(ui_top(f.ui)->ops->name, ==, "dashboard");
    type(&f, "(");
    g_assert_cmpuint(player_state(ui_player(f.ui)).run, ==, 0);
    type(&f, "Space");
    g_assert_true(player_state(ui_player(f.ui)).playing);
    type(&f, "+ +");
    g_assert_cmpfloat(player_state(ui_player(f.ui)).speed, ==, 5);
    tear_down(&f);
}

static void mouse(struct fixture *f, enum terminal_mouse_type type, int line, int col)
{
    terminal_mock_mouse(
        f->terminal, &(struct terminal_mouse){.type = type, .button = 1, .line = line, .col = col});
    settle(f);
}

/* A press on the bar goes there, a drag follows the mouse also beyond its ends; a press elsewhere
 * is the screen's. */
/* What leads past an end says so. */
static void test_ends(void)
{
    static const struct {
        const char *keys, *words;
    } cases[] = {
        {"$ .", "this is the end of the recording"},
        {"$ ]", "this is the end of the recording"},
        {"^ ,", "this is the beginning of the recording"},
        {"^ [", "this is the beginning of the recording"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;
        g_auto(GStrv) keys = g_strsplit(cases[i].keys, " ", -1);

        open_night(&f, 24, 80, false);
        for (char **key = keys; *key != NULL; key++)
            type(&f, *key);
        g_autofree char *text = terminal_mock_text(f.terminal);

        g_test_message("%s: %s", cases[i].keys, text);
        g_assert_nonnull(strstr(text, cases[i].words));
        tear_down(&f);
    }
}

static void test_mouse(void)
{
    struct fixture f;

    open_night(&f, 40, 120, false);
    g_free(terminal_mock_text(f.terminal)); /* drawn: the bar knows where it is */

    mouse(&f, TERMINAL_PRESS, 37, 60);
    gint64 pressed = at(&f);

    g_assert_cmpint(pressed, >, hours(2));
    g_assert_cmpint(pressed, <, hours(4));
    mouse(&f, TERMINAL_DRAG, 37, 90);
    g_assert_cmpint(at(&f), >, pressed);
    mouse(&f, TERMINAL_DRAG, 5, 500);
    g_assert_cmpint(at(&f), ==, hours(7));
    mouse(&f, TERMINAL_DRAG, 5, 0);
    g_assert_cmpint(at(&f), ==, hours(0));
    mouse(&f, TERMINAL_RELEASE, 5, 0);
    mouse(&f, TERMINAL_DRAG, 37, 90);
    g_assert_cmpint(at(&f), ==, hours(0));
    mouse(&f, TERMINAL_PRESS, 10, 80); /* a pane */
    g_assert_cmpint(at(&f), ==, hours(0));
    tear_down(&f);
}

/* Nothing is asked of a process that is not there. */
static void test_refuses(void)
{
    static const char *const keys[] = {"c", "m", "P", "C", "C-t", "r", "O"};
    struct fixture f;

    open_night(&f, 40, 120, false);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        type(&f, keys[i]);
        g_autofree char *text = terminal_mock_text(f.terminal);

        g_assert_nonnull(strstr(text, "only of a running process, and this is night.sidescope"));
        g_assert_cmpstr(ui_top(f.ui)->ops->name, ==, "dashboard");
    }
    tear_down(&f);
}

/* s keeps the moment that is shown, not one of now. */
static void test_snapshot(void)
{
    struct fixture f;

    open_night(&f, 40, 120, false);
    type(&f, "{");
    type(&f, "s");
    type(&f, "^");
    type(&f, "s");
    g_assert_cmpuint(snapshots_count(ui_snapshots(f.ui)), ==, 2);
    g_assert_cmpint(snapshots_at(ui_snapshots(f.ui), 0)->real_us, ==, hours(6));
    g_assert_cmpint(snapshots_at(ui_snapshots(f.ui), 1)->real_us, ==, hours(0));
    tear_down(&f);
}

/* --- two recordings --- */

static void add_points(struct recorded_side *side, enum metric metric, double from, double to)
{
    for (int i = 0; i <= 600; i++) {
        gint64 t_us = side->outline->from_us + i * (gint64)20 * S;
        struct history_point point = {.t_us = t_us};

        if (t_us > side->outline->to_us)
            break;
        point.value = point.min = point.max = from + (to - from) * i / 600;
        g_array_append_val(side->points[metric], point);
    }
}

static struct recorded_side *side_new(const char *name, gint64 from_us, double hours_long, bool bad)
{
    struct recorded_side *side = g_new0(struct recorded_side, 1);

    side->name = g_strdup(name);
    side->outline = player_outline_new();
    side->outline->from_us = from_us;
    side->outline->to_us = from_us + (gint64)(hours_long * 3600) * S;
    player_outline_add_verdict(side->outline, from_us + 60 * (gint64)S, TRIAGE_HEALTHY, "");
    if (bad)
        player_outline_add_verdict(side->outline, from_us + 7200 * (gint64)S, TRIAGE_BAD, "");
    for (int i = 0; i < METRIC_N; i++)
        side->points[i] = g_array_new(FALSE, FALSE, sizeof(struct history_point));
    add_points(side, METRIC_RSS, 60e6, bad ? 900e6 : 64e6);
    add_points(side, METRIC_FDS, 20, bad ? 1400 : 20);
    add_points(side, METRIC_CPU, 1.5, 2.5);
    if (bad)
        add_points(side, METRIC_GOROUTINES, 30, 300);
    return side;
}

static void open_two(struct fixture *f, int lines, int cols, bool ascii)
{
    set_up_looks(f, FAKE_EMPTY, lines, cols, &(struct ui_options){.ascii = ascii, .mouse = true});
    ui_push(f->ui, recordings_screen_new(
                       f->ui, side_new("good.sidescope", 5000 * (gint64)S, 2.5, false),
                       side_new("bad\x1b[31m.sidescope", 900000 * (gint64)S, 3.3, true)));
}

static void test_two(void)
{
    static const struct golden each[] = {
        {"recordings-80x24", 24, 80, false, ""},
        {"recordings", 40, 120, false, ""},
        {"recordings-200x60", 60, 200, false, "Down"},
        {"recordings-ascii", 40, 120, true, "Down Down"},
        {"recordings-end", 40, 120, false, "$"},
        {"recordings-30x8", 8, 30, false, ""},
        {"recordings-to", 24, 80, false, "b 1 : 0 0 Enter"},
        {"recordings-change", 24, 80, false, "{"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(each); i++) {
        struct fixture f;

        open_two(&f, each[i].lines, each[i].cols, each[i].ascii);
        press(&f, each[i].keys);
        g_autofree char *text = terminal_mock_text(f.terminal);

        assert_clean(text);
        compare(&f, each[i].name);
        tear_down(&f);
    }
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "UTC0", TRUE);
    tzset();
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
        g_autofree char *path = g_strdup_printf("/replay/golden/%s", goldens[i].name);

        g_test_add_data_func(path, &goldens[i], test_golden);
    }
    g_test_add_func("/recordings/golden", test_two);
    g_test_add_func("/replay/keys", test_keys);
    g_test_add_func("/replay/ends", test_ends);
    g_test_add_func("/replay/mouse", test_mouse);
    g_test_add_func("/replay/refuses", test_refuses);
    g_test_add_func("/replay/snapshot", test_snapshot);
    return g_test_run();
}
