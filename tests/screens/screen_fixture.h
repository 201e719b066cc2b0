#ifndef SIDESCOPE_TESTS_SCREENS_SCREEN_FIXTURE_H
#define SIDESCOPE_TESTS_SCREENS_SCREEN_FIXTURE_H

/* The whole program on the mock terminal, with a session made by hand. */

#include "app/tui/screens/screens.h"
#include "tests/screens/fake_session.h"
#include "tests/support/terminal_mock.h"

struct fixture {
    struct config *config;
    struct ui *ui;
    struct terminal *terminal;
};

/* On the dashboard, attached to the story's target. */
void set_up(struct fixture *f, enum fake_story story, int lines, int cols);
/* The same with the other looks: options' config and theme are set here. */
void set_up_looks(struct fixture *f, enum fake_story story, int lines, int cols,
                  const struct ui_options *looks);
void tear_down(struct fixture *f);

/* Key names with blanks between; then all that is due on the main loop. */
void press(struct fixture *f, const char *keys);
/* Waits while the screen shows words. */
void wait_gone(struct fixture *f, const char *words);
/* The screen is valid UTF-8 and equals the golden file of that name (golden.h). */
void compare(struct fixture *f, const char *name);
/* Control bytes and bidi controls stand nowhere in text. */
void assert_clean(const char *text);

#endif
