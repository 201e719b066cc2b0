/* Alerts on the screen: the real program on a terminal and a live Go process. */

#include "tests/support/visit.h"

#include <signal.h>
#include <string.h>

static bool has_notified(struct vt *vt)
{
    return vt_notification(vt) != NULL && strstr(vt_notification(vt), "has exited") != NULL;
}

static void test_events(void)
{
    static const char *const arguments[] = {"--bell", "--notify=osc777", NULL};
    static const char *const env[] = {"TMUX", NULL};
    const struct stage_options stage = {.commands = "files claude 1200"};
    struct visit v;

    if (!visit_start(
            &v, &(struct visit_options){
                    .stage = &stage, .arguments = arguments, .env = env, .lines = 30, .cols = 100}))
        return;
    visit_expect(&v, "! ✗ [0-9]+ new event");
    g_assert_cmpuint(vt_bells(v.vt), >, 0);
    g_assert_nonnull(strstr(vt_notification(v.vt), "sidescope: sidecar "));
    vt_key(v.vt, "!");
    visit_expect(&v, "✗ bad +now +FDs: 1 [0-9]{3} .*first look");
    vt_key(v.vt, "Enter");
    visit_expect(&v, "Step 2 of 4");
    visit_escape(&v);
    visit_expect(&v, "HOLDS");
    target_kill(v.stage, SIGKILL);
    visit_expect(&v, "✗ bad .*sidecar [0-9]+ has exited");
    visit_expect(&v, ", 0 in force");
    g_assert_true(vt_wait_until(v.vt, has_notified, VISIT_SOON_MS));
    visit_quit(&v);
    visit_end(&v);
}

/* Lines on the screen's own terminal would tear the picture. */
static void test_no_lines_on_the_screen(void)
{
    static const char *const arguments[] = {"--events", NULL};
    struct vt *vt = visit_program(arguments, 24, 80);
    int status;

    g_assert_true(vt_wait_exit(vt, VISIT_SOON_MS, &status));
    g_assert_cmpint(status, !=, 0);
    g_assert_true(vt_wait_text(vt, "2>events.log", VISIT_SOON_MS));
    vt_free(vt);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/events/live", test_events);
    g_test_add_func("/events/no-lines-on-the-screen", test_no_lines_on_the_screen);
    return g_test_run();
}
