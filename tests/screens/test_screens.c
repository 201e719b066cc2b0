/* Whole screens on the mock terminal, compared with golden/NAME.txt. */

#include "app/triage/notes.h"
#include "app/triage/patterns.h"
#include "app/tui/shell/layout.h"
#include "tests/screens/screen_fixture.h"

#include <string.h>

/* --- golden screens --- */

struct golden {
    const char *name;
    enum fake_story story;
    int lines, cols;
    const char *keys;
};

static const struct golden goldens[] = {
    {"dashboard-80x24", FAKE_LEAKING, 24, 80, ""},
    {"dashboard-120x40", FAKE_LEAKING, 40, 120, ""},
    {"dashboard-200x60", FAKE_LEAKING, 60, 200, ""},
    {"dashboard-healthy", FAKE_HEALTHY, 40, 120, ""},
    {"dashboard-no-pprof", FAKE_NO_PPROF, 40, 120, ""},
    {"dashboard-denied", FAKE_DENIED, 40, 120, ""},
    {"dashboard-hostile", FAKE_HOSTILE, 40, 120, ""},
    {"dashboard-empty", FAKE_EMPTY, 40, 120, ""},
    {"dashboard-ended", FAKE_ENDED, 40, 120, ""},
    {"dashboard-stale", FAKE_STALE, 40, 120, ""},
    {"dashboard-paused", FAKE_LEAKING, 24, 100, "Space"},
    {"dashboard-stack", FAKE_LEAKING, 40, 120, "p"},
    {"dashboard-main", FAKE_LEAKING, 40, 120, "p p 2"},
    {"dashboard-30x6", FAKE_LEAKING, 6, 30, ""},
    {"dashboard-50x12", FAKE_LEAKING, 12, 50, "2"},
    {"dashboard-too-small", FAKE_LEAKING, 3, 20, ""},
    {"memory-zoomed", FAKE_LEAKING, 40, 120, "1 z"},
    {"files-zoomed", FAKE_LEAKING, 40, 120, "2 z"},
    {"files-tree", FAKE_LEAKING, 40, 120, "2 z a"},
    {"files-tree-in-80x24", FAKE_LEAKING, 24, 80, "2 z a Enter Right"},
    {"files-survivors", FAKE_LEAKING, 40, 120, "2 z a a"},
    {"files-databases", FAKE_LEAKING, 40, 120, "2 z a a a"},
    {"files-databases-80x24", FAKE_LEAKING, 24, 80, "2 z a a a"},
    {"files-database", FAKE_LEAKING, 40, 120, "2 z a a a Enter"},
    {"files-paths", FAKE_LEAKING, 40, 120, "2 z a a a a"},
    {"files-types", FAKE_LEAKING, 40, 120, "2 z a a a a a"},
    {"files-filtered", FAKE_LEAKING, 24, 80, "2 / j s o n Enter"},
    {"goroutines-zoomed", FAKE_LEAKING, 40, 120, "3 z"},
    {"goroutines-states", FAKE_LEAKING, 24, 80, "3 a"},
    {"heap-zoomed", FAKE_LEAKING, 40, 120, "4 z"},
    {"heap-alloc-space", FAKE_LEAKING, 24, 80, "4 z a a"},
    {"descriptors", FAKE_LEAKING, 24, 80, "2 Enter"},
    {"stack", FAKE_LEAKING, 24, 80, "3 Enter"},
    {"callers", FAKE_LEAKING, 24, 80, "4 Enter"},
    {"wizard-symptoms", FAKE_LEAKING, 24, 80, "t"},
    {"wizard-symptoms-wide", FAKE_LEAKING, 60, 200, "t Down"},
    {"wizard-symptoms-no-pprof", FAKE_NO_PPROF, 24, 80, "t Down Down Down"},
    {"wizard-1-80x24", FAKE_LEAKING, 24, 80, "t Enter"},
    {"wizard-1-200x60", FAKE_LEAKING, 60, 200, "t Enter"},
    {"cost-80x24", FAKE_LEAKING, 24, 80, "O"},
    {"wizard-2-120x40", FAKE_LEAKING, 40, 120, "t Right Right"},
    {"wizard-4-no-pprof", FAKE_NO_PPROF, 24, 80, "t 1 4"},
    {"wizard-cpu", FAKE_LEAKING, 24, 80, "t 3"},
    {"wizard-goroutines", FAKE_LEAKING, 24, 80, "t 4"},
    {"wizard-response", FAKE_LEAKING, 24, 80, "t 5"},
    {"wizard-hang-3-120x40", FAKE_LEAKING, 40, 120, "t 5 3"},
    {"wizard-diagnosis", FAKE_LEAKING, 24, 80, "t 1 Right Right Right Right Right Right Right"},
    {"wizard-diagnosis-cause", FAKE_LEAKING, 24, 80,
     "t 1 Right Right Right Right Right Right Right Down"},
    {"wizard-diagnosis-wide", FAKE_LEAKING, 40, 120,
     "t 1 Right Right Right Right Right Right Right Down Down"},
    {"help", FAKE_LEAKING, 24, 80, "?"},
    {"help-triage", FAKE_LEAKING, 40, 120, "t ?"},
    {"options", FAKE_LEAKING, 24, 80, "o"},
    {"marks", FAKE_LEAKING, 24, 80, "M"},
    {"prompt", FAKE_LEAKING, 24, 80, "2 / a b"},
    {"question", FAKE_LEAKING, 24, 80, "3 F"},
    {"threads", FAKE_LEAKING, 24, 80, "H"},
    {"children", FAKE_LEAKING, 24, 80, "H a"},
    {"starts", FAKE_LEAKING, 40, 120, "H a a"},
};

static void test_golden(gconstpointer data)
{
    const struct golden *golden = data;
    struct fixture f;

    set_up(&f, golden->story, golden->lines, golden->cols);
    press(&f, golden->keys);
    compare(&f, golden->name);
    tear_down(&f);
}

/* --- properties --- */

/* Foreign text may stand anywhere; control bytes nowhere. */
static void test_all_sizes(void)
{
    static const char *const places[] = {"",
                                         "1 z",
                                         "2 z",
                                         "3 z",
                                         "4 z",
                                         "2 Enter",
                                         "2 a",
                                         "2 a Enter Enter",
                                         "2 a a",
                                         "2 a a a",
                                         "2 a a a Enter",
                                         "3 Enter",
                                         "4 Enter",
                                         "t",
                                         "?",
                                         "O",
                                         "o",
                                         "M",
                                         "3 F",
                                         "/",
                                         "H",
                                         "H a",
                                         "H a a",
                                         "4 f",
                                         "4 d",
                                         "4 v",
                                         "4 f d",
                                         "4 f x"};

    for (size_t p = 0; p < G_N_ELEMENTS(places); p++) {
        struct fixture f;

        set_up(&f, FAKE_HOSTILE, 24, 80);
        press(&f, places[p]);
        for (int lines = 1; lines <= 30; lines += lines < 12 ? 1 : 6)
            for (int cols = 1; cols <= 130; cols += cols < 40 ? 3 : 29) {
                terminal_mock_resize(f.terminal, lines, cols);
                g_autofree char *text = terminal_mock_text(f.terminal);

                assert_clean(text);
            }
        tear_down(&f);
    }
}

/* All of the room is used, and none of it twice. */
static void check_layout(int lines, int cols, const struct layout_wish *wish)
{
    struct layout l = layout_compute(lines, cols, wish);
    int area = 0;

    for (int i = 0; i < wish->n_panes; i++) {
        TickitRect r = l.panes[i];

        g_assert_cmpint(r.top, >=, 0);
        g_assert_cmpint(r.lines, >=, 0);
        g_assert_cmpint(r.top + r.lines, <=, lines);
        g_assert_cmpint(r.left + r.cols, <=, cols);
        area += r.lines * r.cols;
        for (int j = 0; j < i; j++)
            g_assert_false(tickit_rect_intersect(&(TickitRect){0}, &r, &l.panes[j]));
    }
    g_assert_cmpint(area, ==,
                    l.too_small ? 0
                                : (lines - l.header.lines - l.strip.lines - l.footer.lines) * cols);
}

static void test_layout_never_overlaps(void)
{
    for (int lines = 1; lines < 70; lines++)
        for (int cols = 1; cols < 210; cols += 7)
            for (int preset = 0; preset < LAYOUT_N_PRESETS; preset++)
                for (int n = 1; n <= LAYOUT_MAX_PANES; n++)
                    for (int focused = 0; focused < n; focused++)
                        check_layout(lines, cols,
                                     &(struct layout_wish){.n_panes = n,
                                                           .focused = focused,
                                                           .preset = (enum layout_preset)preset});
}

static void test_selection_follows_the_item(void)
{
    struct fixture f;
    g_autofree char *before = NULL, *after = NULL;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "2 Down Down y");
    before = g_strdup(terminal_mock_copied(f.terminal));
    fake_session_ring(ui_session(f.ui));
    press(&f, "I y");
    after = g_strdup(terminal_mock_copied(f.terminal));
    g_assert_cmpstr(before, ==, after);
    tear_down(&f);
}

/* Without colours the legend of the memory bar has its glyphs. */
static void test_legend_without_colour(void)
{
    struct fixture f;

    set_up_looks(&f, FAKE_LEAKING, 24, 80, &(struct ui_options){.no_color = true});
    press(&f, "");
    g_autofree char *text = terminal_mock_text(f.terminal);

    g_test_message("%s", text);
    g_assert_nonnull(strstr(text, "█ heap 30M"));
    g_assert_nonnull(strstr(text, "▓ slack 2.0M"));
    tear_down(&f);
}

static void test_escape_never_quits(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "Escape Escape t Escape ? Escape 2 z Escape Escape");
    g_assert_true(ui_top(f.ui) == ui_root_screen(f.ui));
    press(&f, "");
    compare(&f, "dashboard-after-escapes");
    tear_down(&f);
}

static void test_click_selects_and_sorts(void)
{
    struct fixture f;
    struct terminal_mouse press_files = {.type = TERMINAL_PRESS, .button = 1, .line = 6, .col = 70};

    set_up(&f, FAKE_LEAKING, 24, 80);
    terminal_flush(f.terminal); /* what is clicked at must have been drawn */
    terminal_mock_mouse(f.terminal, &press_files);
    press(&f, "z");
    g_autofree char *zoomed = terminal_mock_text(f.terminal);

    g_assert_nonnull(strstr(zoomed, "Files"));
    g_assert_null(strstr(zoomed, "Goroutines"));
    tear_down(&f);
}

/* A screen that says nothing of the mouse: its list gets clicks and the wheel. */
static void test_mouse_on_a_list(void)
{
    struct fixture f;
    struct terminal_mouse press_row = {.type = TERMINAL_PRESS, .button = 1, .line = 5, .col = 10};
    struct terminal_mouse wheel = {.type = TERMINAL_WHEEL, .button = 1, .line = 5, .col = 10};

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "2 Enter");
    g_assert_cmpstr(ui_top(f.ui)->ops->name, ==, "descriptors");
    terminal_flush(f.terminal); /* what is clicked at must have been drawn */
    g_autofree char *before = terminal_mock_text(f.terminal);

    terminal_mock_mouse(f.terminal, &wheel);
    g_autofree char *scrolled = terminal_mock_text(f.terminal);

    g_assert_cmpstr(before, !=, scrolled);
    press_row.double_click = true;
    terminal_mock_mouse(f.terminal, &press_row);
    g_assert_cmpstr(ui_top(f.ui)->ops->name, ==, "descriptor");
    press(&f, "?");
    g_autofree char *help = terminal_mock_text(f.terminal);

    g_assert_nonnull(strstr(help, "Keys on the descriptor screen"));
    tear_down(&f);
}

static bool shows(struct fixture *f, const char *text)
{
    g_autofree char *screen = terminal_mock_text(f->terminal);

    return strstr(screen, text) != NULL;
}

/* What the user says of a step is on the path, in its words and in the diagnosis, until taken
 * back; the wizard opens where it was left. */
static void test_wizard_judgements(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 40, 140);
    press(&f, "t Right Right V y");
    g_assert_true(shows(&f, "[FDs \u2713*]"));
    g_assert_true(shows(&f, "Overruled by you: healthy (the evidence says bad)"));
    g_assert_cmpint(ui_triage(f.ui)->steps[TRIAGE_FDS].evidence_verdict, ==, TRIAGE_BAD);
    for (guint i = 0; i < ui_triage(f.ui)->causes->len; i++) {
        const struct triage_cause *cause = ui_triage(f.ui)->causes->pdata[i];

        g_assert_cmpint(cause->pattern->step, !=, TRIAGE_FDS);
    }
    g_assert_nonnull(strstr(ui_triage(f.ui)->diagnosis, "You overruled: FDs is healthy"));
    press(&f, "V n"); /* it asks first */
    g_assert_true(shows(&f, "[FDs \u2713*]"));
    press(&f, "V y V y V");
    g_assert_true(shows(&f, "[FDs \u2717]"));
    g_assert_null(strstr(ui_triage(f.ui)->diagnosis, "overruled"));
    press(&f, "X"); /* goes on */
    g_assert_true(shows(&f, "Step 3 of 4"));
    g_assert_cmpint(ui_triage(f.ui)->steps[TRIAGE_FDS].judgement, ==, TRIAGE_SKIPPED);
    g_assert_nonnull(strstr(ui_triage(f.ui)->diagnosis, "You skipped: FDs"));
    press(&f, "Escape t");
    g_assert_true(shows(&f, "Step 3 of 4"));
    press(&f, "Left X");
    g_assert_cmpint(ui_triage(f.ui)->steps[TRIAGE_FDS].judgement, ==, TRIAGE_AS_SEEN);
    tear_down(&f);
}

/* Enter opens what a row is about over the step, and Escape comes back to it. */
static void test_wizard_in_place(void)
{
    static const struct {
        const char *keys, *find, *screen;
    } cases[] = {
        {"t 2", "/ 8 c c c - 0 0 0 0 Enter", "descriptors"},
        {"t 1 3", "/ b i n a r y Enter", "mappings"},
        {"t 5", "/ i s s u e s Enter", "database"},
        {"t 1", "/ p e a k Enter", "dashboard"}, /* no screen of its own: the memory pane */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;

        set_up(&f, FAKE_LEAKING, 40, 140);
        press(&f, cases[i].keys);
        press(&f, cases[i].find);
        press(&f, "Home Enter");
        g_assert_cmpstr(ui_top(f.ui)->ops->name, ==, cases[i].screen);
        press(&f, "Escape");
        g_assert_cmpstr(ui_top(f.ui)->ops->name, ==, "triage");
        tear_down(&f);
    }
}

/* What counts from the mark says when that was, where there is room and nothing else to say. */
static void test_since_mark_is_named(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 40, 120);
    g_assert_false(shows(&f, "(mark)"));
    press(&f, "m");
    while (ui_since_mark(f.ui) == NULL) /* asks for it, and says when it is there */
        g_main_context_iteration(NULL, TRUE);
    ui_message(f.ui, THEME_TEXT, " "); /* what was said covers the panes below */
    press(&f, "3");
    g_assert_true(shows(&f, "─ since ") && shows(&f, " (mark) ─"));
    press(&f, "4 / S c a n Enter");
    g_assert_true(shows(&f, "─ filter: Scan (1 of 4) ─"));
    tear_down(&f);
}

/* Comparing two profiles is no work for the thread that serves keys and the screen. */
static void test_since_mark_is_a_job(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 40, 140);
    press(&f, "m");
    g_assert_null(ui_since_mark(f.ui));
    while (ui_since_mark(f.ui) == NULL)
        g_main_context_iteration(NULL, TRUE);
    tear_down(&f);
}

/* The branch of what is seen is walked first, and kept; the report begins with it too. */
static void test_wizard_symptom(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 40, 140);
    press(&f, "t Down Enter");
    g_assert_true(shows(&f, "Step 1 of 2  Are too many descriptors open?"));
    g_assert_cmpint(triage_notes_of(ui_session(f.ui))->symptom, ==, SYMPTOM_FDS);
    press(&f, "Right");
    g_assert_true(shows(&f, "Step 2 of 2  Do goroutines pile up?"));
    press(&f, "Right");
    g_assert_true(shows(&f, "Beyond  Is RSS high?"));
    press(&f, "Left Left Left");
    g_assert_true(shows(&f, "WHAT YOU SEE"));
    press(&f, "Escape t Right"); /* the row it was left at */
    g_assert_true(shows(&f, "Step 1 of 2  Are too many"));
    tear_down(&f);
}

/* From the cause that fits best to the descriptors of its files, by one key. */
static void test_wizard_cause_opens(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 40, 140);
    press(&f, "t 1 Right Right Right Right Right Right Right Down");
    g_assert_true(shows(&f, "session files stay open"));
    press(&f, "Enter");
    g_assert_cmpstr(ui_top(f.ui)->ops->name, ==, "descriptors");
    press(&f, "Escape");
    g_assert_cmpstr(ui_top(f.ui)->ops->name, ==, "triage");
    tear_down(&f);
}

/* Enter opens; only R writes, and it asks where. */
static void test_wizard_enter_writes_nothing(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 40, 140);
    press(&f, "t 1 Right Right Right Right Right Right Right");
    g_assert_true(shows(&f, "what to do"));
    press(&f, "Enter"); /* the diagnosis itself opens nothing */
    g_assert_false(shows(&f, "report to"));
    g_assert_true(shows(&f, "R writes the report"));
    press(&f, "Left"); /* the next key is its own */
    g_assert_false(shows(&f, "what to do"));
    press(&f, "Right R");
    g_assert_true(shows(&f, "report to"));
    tear_down(&f);
}

static void test_idle_paints_nothing(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    terminal_mock_painted(f.terminal);
    g_assert_cmpint(terminal_mock_painted(f.terminal), ==, 0);
    tear_down(&f);
}

/* Words from the list, others typed, thresholds too; what is none says why and changes nothing. */
static void test_options(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "o Right"); /* theme */
    g_assert_cmpstr(config_word(f.config, OPTION_THEME), ==, "light");
    press(&f, "Down Down Down Down Down Enter 1 2 8 Enter"); /* how much is remembered */
    g_assert_cmpfloat(config_value(f.config, OPTION_REMEMBER_SIZE)->number, ==, 128);
    press(&f, "Enter 0 Enter");
    g_assert_cmpfloat(config_value(f.config, OPTION_REMEMBER_SIZE)->number, ==, 128);
    g_autofree char *shown = terminal_mock_text(f.terminal);

    g_assert_nonnull(strstr(shown, "from 1 to 1"));
    press(&f, "End Enter 9 9 Enter"); /* the last threshold */
    g_assert_cmpfloat(config_thresholds(f.config)->value[THRESHOLD_N - 1], ==, 99);
    tear_down(&f);
}

static void test_keys_do_not_clash(void)
{
    g_autoptr(GError) error = NULL;
    struct keymap *keymap = keymap_new(NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpint(keymap_lookup(keymap, true, "q"), ==, ACTION_QUIT);
    g_assert_cmpint(keymap_lookup(keymap, true, " "), ==, ACTION_PAUSE);
    g_assert_cmpint(keymap_lookup(keymap, false, "Escape"), ==, ACTION_BACK);
    keymap_free(keymap);
}

static void test_keys_from_configuration(void)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;

    g_key_file_set_string(file, "keys", "quit", "Q");
    g_key_file_set_string(file, "keys", "mark", "q");
    struct keymap *keymap = keymap_new(file, &error);

    g_assert_no_error(error);
    g_assert_cmpint(keymap_lookup(keymap, true, "Q"), ==, ACTION_QUIT);
    g_assert_cmpint(keymap_lookup(keymap, true, "q"), ==, ACTION_MARK);
    keymap_free(keymap);
    g_key_file_set_string(file, "keys", "mark", "t");
    g_assert_null(keymap_new(file, &error));
    g_assert_error(error, KEYMAP_ERROR, KEYMAP_ERROR_CLASH);
    g_clear_error(&error);
    g_key_file_set_string(file, "keys", "no-such-action", "x");
    g_assert_null(keymap_new(file, &error));
    g_assert_error(error, KEYMAP_ERROR, KEYMAP_ERROR_ACTION);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("TZ", "UTC", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(goldens); i++) {
        g_autofree char *path = g_strdup_printf("/screens/golden/%s", goldens[i].name);

        g_test_add_data_func(path, &goldens[i], test_golden);
    }
    g_test_add_func("/screens/all-sizes", test_all_sizes);
    g_test_add_func("/screens/layout-never-overlaps", test_layout_never_overlaps);
    g_test_add_func("/screens/selection-follows-the-item", test_selection_follows_the_item);
    g_test_add_func("/screens/escape-never-quits", test_escape_never_quits);
    g_test_add_func("/screens/click", test_click_selects_and_sorts);
    g_test_add_func("/screens/legend-without-colour", test_legend_without_colour);
    g_test_add_func("/screens/mouse-on-a-list", test_mouse_on_a_list);
    g_test_add_func("/screens/wizard-judgements", test_wizard_judgements);
    g_test_add_func("/screens/wizard-in-place", test_wizard_in_place);
    g_test_add_func("/screens/wizard-symptom", test_wizard_symptom);
    g_test_add_func("/screens/wizard-cause", test_wizard_cause_opens);
    g_test_add_func("/screens/wizard-enter", test_wizard_enter_writes_nothing);
    g_test_add_func("/screens/since-mark", test_since_mark_is_a_job);
    g_test_add_func("/screens/mark-named", test_since_mark_is_named);
    g_test_add_func("/screens/idle-paints-nothing", test_idle_paints_nothing);
    g_test_add_func("/screens/options", test_options);
    g_test_add_func("/keys/no-clash", test_keys_do_not_clash);
    g_test_add_func("/keys/configuration", test_keys_from_configuration);
    return g_test_run();
}
