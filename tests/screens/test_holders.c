/* Who holds memory and files: the screens over looks made by hand. */

#include "app/triage/notes.h"
#include "tests/screens/fake_holdings.h"
#include "tests/screens/screen_fixture.h"

#include <string.h>

/* As if it had been looked once, or twice. */
static void look(struct fixture *f, int times)
{
    struct triage_notes *notes = triage_notes_of(ui_session(f->ui));

    for (int i = 0; i < times; i++) {
        triage_notes_add_holdings(notes, fake_holdings_new(i > 0),
                                  session_now_us(ui_session(f->ui)));
        fake_clock_advance((i == 0 ? 60 : 5) * G_USEC_PER_SEC);
    }
    fake_session_ring(ui_session(f->ui));
}

static void test_looks(void)
{
    static const struct {
        const char *name, *keys;
        int lines, cols, times;
    } cases[] = {
        {"holders-none", "K", 24, 80, 0},
        {"holders-once", "K", 24, 80, 1},
        {"holders-twice", "K", 40, 120, 2},
        {"holders-types", "K Enter", 24, 80, 2},
        {"holders-guess", "K Down Down Enter", 24, 80, 1},
        {"held-none", "2 z 8", 24, 80, 0},
        {"held-once", "2 z 8", 24, 80, 1},
        {"held-twice", "2 z 8", 40, 120, 2},
        {"held-wizard", "t 2", 24, 80, 1},
        {"held-descriptors", "2 z 8 Enter", 24, 80, 1},
        {"held-by-goroutine", "2 z 8 Down Down Enter", 24, 80, 1},
        {"held-wide", "2 z 8", 24, 200, 1},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;

        set_up(&f, FAKE_LEAKING, cases[i].lines, cases[i].cols);
        look(&f, cases[i].times);
        press(&f, cases[i].keys);
        compare(&f, cases[i].name);
        tear_down(&f);
    }
}

static void assert_shows(struct fixture *f, const char *words, bool shows)
{
    g_autofree char *text = terminal_mock_text(f->terminal);

    g_test_message("%s\n%s", words, text);
    g_assert_cmpint(strstr(text, words) != NULL, ==, shows);
}

/* What has no process to be asked is not said to hold nothing. */
static void test_why_not(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    press(&f, "K");
    assert_shows(&f, "cannot be read from here", true);
    assert_shows(&f, "look again", false);
    tear_down(&f);
}

/* A name that is not shown in full is found by its package. */
static void test_filter(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 24, 80);
    look(&f, 1);
    press(&f, "K");
    assert_shows(&f, "adapter.Open", true);
    ui_filter(f.ui, view_table(ui_top(f.ui)), "x/app/event");
    ui_damage(f.ui);
    press(&f, "");
    assert_shows(&f, "event.(*Bus).publish (300 of them)", true);
    assert_shows(&f, "adapter.Open", false);
    tear_down(&f);
}

/* What is shown stays the newest look, and the growth of it. */
static void test_follows(void)
{
    struct fixture f;

    set_up(&f, FAKE_LEAKING, 40, 120);
    look(&f, 1);
    press(&f, "K");
    assert_shows(&f, "look again to see what grew", true);
    look(&f, 2);
    press(&f, "");
    assert_shows(&f, "+16M", true);
    press(&f, "Enter");
    assert_shows(&f, "*adapter.session", true);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/holders/looks", test_looks);
    g_test_add_func("/holders/why-not", test_why_not);
    g_test_add_func("/holders/filter", test_filter);
    g_test_add_func("/holders/follows", test_follows);
    return g_test_run();
}
