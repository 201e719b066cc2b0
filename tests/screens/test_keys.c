/* Keys tell the truth: what the footer names works, and what does not says where it does. */

#include "tests/screens/screen_fixture.h"

#include <string.h>

/* Each of them at the beginning: keys that lead from the dashboard to a view. */
static const char *const views[] = {
    "",        "Enter",   "2",     "2 z",   "2 z a",       "2 z a a", "2 z a a a", "2 z 5",
    "2 z 6",   "2 z 7",   "2 z 8", "3",     "3 z",         "3 z a",   "3 z a a",   "3 z A",
    "3 z 5",   "3 z 6",   "4",     "4 z",   "4 z f",       "4 z v",   "4 z Enter", "4 z d",
    "t",       "t Right", "t 4",   "s S",   "S",           "H",       "H Tab",     "O",
    "K",       "o",       "M",     "m M",   "!",           "P",       "2 z Enter", "3 z Enter",
    "z Enter", "@",       "?",     "Space", "2 z 2 Enter", "4 z f x",
};

static void set_up_view(struct fixture *f, const char *keys)
{
    set_up(f, FAKE_LEAKING, 40, 160);
    press(f, keys);
    /* a snapshot is taken off the main loop's thread */
    for (int i = 0; *keys == 's' && !view_has_row(ui_top(f->ui)) && i < 1000; i++) {
        g_usleep(1000);
        press(f, "");
    }
}

/* What some keys begin takes a moment off the main loop's thread. */
static char *changed_text(struct fixture *f, const char *before)
{
    enum { PATIENCE_US = 2 * G_USEC_PER_SEC };
    gint64 end = g_get_monotonic_time() + PATIENCE_US;
    char *text = terminal_mock_text(f->terminal);

    while (strcmp(text, before) == 0 && g_get_monotonic_time() < end) {
        g_usleep(1000);
        press(f, "");
        g_free(text);
        text = terminal_mock_text(f->terminal);
    }
    return text;
}

/* What is said of a key that does nothing. */
static bool says_nothing_done(const char *text)
{
    return strstr(text, "but not of what is shown now") != NULL ||
           strstr(text, "this is the last page") != NULL ||
           strstr(text, "this is the first page") != NULL ||
           strstr(text, "there is no more to open here") != NULL ||
           strstr(text, ", in lists and texts") != NULL || strstr(text, "), in ") != NULL;
}

static bool is_outside(enum action action)
{
    return action == ACTION_QUIT || action == ACTION_SUSPEND || action == ACTION_REDRAW ||
           action == ACTION_YES || action == ACTION_NO || action == ACTION_EDIT ||
           action == ACTION_WEB;
}

static void try_key(const char *keys, enum action action)
{
    struct fixture f;

    set_up_view(&f, keys);
    /* what was marked a moment ago looks the same when it is marked anew, but for the words */
    if (action == ACTION_MARK)
        ui_message(f.ui, THEME_TEXT, " ");
    press(&f, "");
    g_autofree char *before = terminal_mock_text(f.terminal);

    ui_act(f.ui, action);
    press(&f, "");
    g_autofree char *after = changed_text(&f, before);

    g_test_message("\"%s\" then %s", keys, action_info(action)->name);
    g_assert_cmpstr(before, !=, after);
    g_assert_false(!says_nothing_done(before) && says_nothing_done(after));
    tear_down(&f);
}

static void test_footer(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        struct view_key keys[VIEW_MAX_KEYS];
        struct fixture f;

        set_up_view(&f, views[i]);
        size_t n = view_keys(ui_top(f.ui), keys, VIEW_MAX_KEYS);

        tear_down(&f); /* labels are static */
        for (size_t k = 0; k < n; k++)
            if (*keys[k].label != '\0' && !is_outside(keys[k].action))
                try_key(views[i], keys[k].action);
    }
}

/* Moves, sorts of a short list, and what leads to where one is: nothing to say of them. */
static bool may_be_there_already(enum action action)
{
    return (action >= ACTION_UP && action <= ACTION_END) || action == ACTION_BACK ||
           action == ACTION_NEXT_PANE || action == ACTION_PREVIOUS_PANE ||
           (action >= ACTION_PANE_1 && action <= ACTION_TAB_9) ||
           (action >= ACTION_SORT_LEFT && action <= ACTION_SORT_INVERT) ||
           action == ACTION_SNAPSHOTS || action == ACTION_THREADS;
}

/* Anywhere, any action: something happens, or it is said where it would. */
static void test_everywhere(void)
{
    static const char *const places[] = {"", "2 z", "t", "S", "H", "?"};
    size_t n_silent = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
        for (int a = ACTION_NONE + 1; a < ACTION_N; a++) {
            struct fixture f;

            if (is_outside((enum action)a) || may_be_there_already((enum action)a))
                continue;
            set_up_view(&f, places[i]);
            g_autofree char *before = terminal_mock_text(f.terminal);

            ui_act(f.ui, (enum action)a);
            press(&f, "");
            g_autofree char *after = changed_text(&f, before);

            if (strcmp(before, after) == 0) {
                g_test_message("silent: \"%s\" then %s", places[i],
                               action_info((enum action)a)->name);
                n_silent++;
            }
            tear_down(&f);
        }
    g_assert_cmpuint(n_silent, ==, 0);
}

static void assert_said(const char *keys, const char *words)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, keys);
    g_autofree char *text = terminal_mock_text(f.terminal);

    g_test_message("%s", text);
    g_assert_nonnull(strstr(text, words));
    g_assert_nonnull(strstr(text, "? help  q quit")); /* the keys stay */
    tear_down(&f);
}

static void test_places(void)
{
    assert_said("2 f", "f: flame, in the heap pane (4)");
    assert_said("1 V", "V: verdict, in the triage (t)");
    assert_said("1 D", "D: delete, among the snapshots (S)");
    assert_said("1 W", "W: wait, in the list of processes (@)");
    assert_said("t z", "z: zoom, on the dashboard");
    assert_said("1 u", "u: granularity, in the tree of the files pane (2)");
    assert_said("2 z 9", "9: tab 9, but there is none here");
    assert_said("2 7", "7: tab 7, but not of what is shown now");
    assert_said("H a a Enter", "Enter: there is no more to open here");
    assert_said("t Left", "this is the first page");
    assert_said("t 1 Right Right Right Right Right Right Right Right", "this is the last page");
    assert_said("1 7", "7: tab 7, in the files pane (2)");
}

/* What is said at length is said to its end, over as many lines as that takes. */
static void test_long_message(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    ui_message(f.ui, THEME_LOOK, "%s",
               "1 of 283 that wait for a channel or lock are proven leaked: nothing that could "
               "wake them can be reached, as six looks at 60M of memory have shown in turn");
    press(&f, "");
    g_autofree char *text = terminal_mock_text(f.terminal);

    g_test_message("%s", text);
    g_assert_nonnull(strstr(text, " 1 of 283 that"));
    g_assert_nonnull(strstr(text, "have shown in turn"));
    g_assert_nonnull(strstr(text, "? help  q quit"));
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keys/footer", test_footer);
    g_test_add_func("/keys/everywhere", test_everywhere);
    g_test_add_func("/keys/places", test_places);
    g_test_add_func("/keys/long-message", test_long_message);
    return g_test_run();
}
