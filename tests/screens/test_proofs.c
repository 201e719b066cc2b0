/* Goroutines proven leaked: how the key, the rows and the wizard tell it. */

#include "tests/screens/fake_prove.h"
#include "tests/screens/screen_fixture.h"

#include <string.h>

static void set_up_process(struct fixture *f, int lines, int cols)
{
    set_up(f, FAKE_LEAKING, lines, cols);
    /* as one of this machine, which can be looked at */
    ((struct target *)(uintptr_t)session_target(ui_session(f->ui)))->platform.proc_root = NULL;
    press(f, "3 z U");
}

static void finish(struct fixture *f, const char *why)
{
    fake_prove_finish(why);
    fake_session_ring(ui_session(f->ui)); /* the next reading has the marks */
    press(f, "");
}

static void test_golden(void)
{
    static const struct {
        const char *name, *keys;
        int lines, cols;
    } cases[] = {
        {"proofs-found-80x24", "", 24, 80},        {"proofs-found-120x40", "", 40, 120},
        {"proofs-pane-80x24", "z", 24, 80},        {"proofs-stack-80x24", "Enter", 24, 80},
        {"proofs-wizard-80x24", "t 4", 24, 80},    {"proofs-wizard-120x40", "t 4", 40, 120},
        {"proofs-blocked-80x24", "a a a", 24, 80},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;

        set_up_process(&f, cases[i].lines, cases[i].cols);
        finish(&f, NULL);
        press(&f, cases[i].keys);
        compare(&f, cases[i].name);
        tear_down(&f);
    }
}

static void test_under_way(void)
{
    struct fixture f;

    set_up_process(&f, 24, 80);
    compare(&f, "proofs-under-way-80x24");
    finish(&f, "nothing is proven: the program has a plugin, whose variables are not read");
    compare(&f, "proofs-failed-80x24");
    tear_down(&f);
}

/* The whole sentence fits where the screen is narrow, with the largest numbers there are. */
static void test_message_fits(void)
{
    struct fixture f;

    set_up_process(&f, 24, 80);
    finish(&f, NULL);
    g_autofree char *text = terminal_mock_text(f.terminal);

    g_test_message("%s", text);
    g_assert_nonnull(strstr(text, "waiting goroutines proven leaked"));
    g_assert_nonnull(strstr(text, ", 12.34 s)"));
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("TZ", "UTC", TRUE);
    g_test_add_func("/proofs/golden", test_golden);
    g_test_add_func("/proofs/under-way", test_under_way);
    g_test_add_func("/proofs/message-fits", test_message_fits);
    return g_test_run();
}
