/* The profile screen of the real program, on the heap of a live Go process. */

#include "tests/support/visit.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *asked_file; /* what the editor was asked_file to open */

static bool set_up(struct visit *f, int lines, int cols)
{
    int fd = g_file_open_tmp("sidescope-test-edit-XXXXXX", &asked_file, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_autofree char *visual = g_strdup_printf("VISUAL=sh -c 'echo \"$0 $1\" > %s'", asked_file);
    const struct stage_options stage = {.commands = "heap scanner 24M; heap json 8M; gc"};

    return visit_start(f, &(struct visit_options){.stage = &stage,
                                                  .env = (const char *const[]){visual, NULL},
                                                  .lines = lines,
                                                  .cols = cols});
}

static void tear_down(struct visit *f)
{
    visit_end(f);
    g_unlink(asked_file);
    g_clear_pointer(&asked_file, g_free);
}

static void open_heap(struct visit *f)
{
    visit_expect(f, "FLAT .*FUNCTION"); /* keys before it is attached are for nobody */
    visit_expect(f, "bufio");
    vt_key(f->vt, "4");
    vt_key(f->vt, "z");
    visit_expect(f, "f flame"); /* in the footer */
}

static void test_flame(void)
{
    struct visit f;

    if (!set_up(&f, 40, 140))
        return;
    open_heap(&f);
    vt_key(f.vt, "f");
    visit_expect(&f, "\\[2 Flame\\]");
    visit_expect(&f, "▏all");
    vt_type(f.vt, "/ScanSession\r");
    visit_expect(&f, "/ScanSession: \\d+ frames?, +\\d");
    visit_expect(&f, "flat \\d.* cum [1-9]");
    vt_key(f.vt, "Enter");
    visit_expect_gone(&f, "ParseSession");
    visit_escape(&f); /* the search */
    visit_expect_gone(&f, "/ScanSession:");
    visit_escape(&f); /* the zoom */
    visit_expect(&f, "json|ParseSession");
    visit_escape(&f);
    visit_expect_gone(&f, "2 Flame");
    visit_quit(&f);
    tear_down(&f);
}

static void test_callers(void)
{
    struct visit f;

    if (!set_up(&f, 40, 140))
        return;
    open_heap(&f);
    vt_type(f.vt, "/bufio\r");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "\\[3 Callers\\]");
    visit_expect(&f, "called by +.*scanLines");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "calls +bufio\\.\\(\\*Scanner\\)\\.Scan");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "calls +.*scanLines");
    vt_key(f.vt, "Left");
    visit_expect(&f, "calls +bufio\\.\\(\\*Scanner\\)\\.Scan");
    visit_escape(&f);
    visit_expect(&f, "called by +.*scanLines");
    visit_quit(&f);
    tear_down(&f);
}

/* What grew since the mark is what the target was told to grow. */
static void test_compared(void)
{
    struct visit f;

    if (!set_up(&f, 40, 140))
        return;
    open_heap(&f);
    vt_key(f.vt, "m");
    visit_expect(&f, "marked");
    target_do(f.stage, "heap json 16M");
    target_do(f.stage, "gc");
    vt_key(f.vt, "r");
    vt_key(f.vt, "d");
    visit_expect(&f, "against the mark");
    visit_expect(&f, "\\+\\d+(\\.\\d)?M .*json");
    vt_key(f.vt, "f");
    visit_expect(&f, "▏▲ all");
    vt_key(f.vt, "s");
    vt_key(f.vt, "d");
    visit_expect(&f, "compare with");
    visit_expect(&f, "snapshot 1"); /* once its profile has arrived */
    vt_key(f.vt, "Home");
    vt_key(f.vt, "Down");
    vt_key(f.vt, "Enter");
    visit_expect(&f, "against snapshot 1");
    vt_key(f.vt, "d");
    visit_expect(&f, "compare with");
    vt_key(f.vt, "End");
    vt_key(f.vt, "Enter");
    visit_expect_gone(&f, "against");
    visit_quit(&f);
    tear_down(&f);
}

static char *what_was_asked(void)
{
    char *text = NULL;

    g_assert_true(g_file_get_contents(asked_file, &text, NULL, NULL));
    return text;
}

/* The target is built with -trimpath: its profile names no folders of this machine. */
static void test_source(void)
{
    struct visit f;

    if (!set_up(&f, 40, 140))
        return;
    open_heap(&f);
    vt_type(f.vt, "/bufio\r");
    vt_key(f.vt, "v");
    visit_expect(&f, "\\[4 Source\\]");
    visit_expect(&f, "/src/bufio/scan\\.go");
    visit_expect(&f, "\\dM +\\d.*M +\\d+  +\\w"); /* a line, and what it costs */
    visit_expect(&f, "func \\(s \\*Scanner\\) Scan\\(\\) bool|newBuf := make");
    vt_key(f.vt, "E");
    g_autofree char *asked = what_was_asked();

    for (gint64 until = g_get_monotonic_time() + VISIT_SOON_MS * 1000;
         strchr(asked, '\n') == NULL && g_get_monotonic_time() < until;) {
        vt_live(f.vt, 20);
        g_free(asked);
        asked = what_was_asked();
    }
    g_assert_true(g_regex_match_simple("^\\+\\d+ /.*/src/bufio/scan\\.go\n$", asked, 0, 0));
    visit_expect(&f, "\\[4 Source\\]");
    visit_quit(&f);
    tear_down(&f);
}

static bool has_clipboard(struct vt *vt)
{
    return vt_clipboard(vt) != NULL;
}

static void test_web(void)
{
    g_autofree char *go = g_find_program_in_path("go");
    struct visit f;

    if (go == NULL) {
        g_test_skip("no go on PATH");
        return;
    }
    if (!set_up(&f, 30, 100))
        return;
    open_heap(&f);
    vt_key(f.vt, "f");
    visit_expect(&f, "▏all");
    vt_key(f.vt, "w");
    visit_expect(&f, "Start its web server"); /* nothing is started unasked */
    vt_type(f.vt, "y");
    g_assert_true(vt_wait_until(f.vt, has_clipboard, 120 * 1000));
    g_assert_true(g_regex_match_simple("^http://localhost:\\d+$", vt_clipboard(f.vt), 0, 0));
    visit_expect(&f, "http://localhost:\\d+");
    vt_key(f.vt, "Enter");
    visit_expect_gone(&f, "http://localhost");
    vt_key(f.vt, "w"); /* the same one: not asked again */
    g_autofree char *address = g_regex_escape_string(vt_clipboard(f.vt), -1);

    visit_expect(&f, address);
    vt_key(f.vt, "Enter");
    visit_expect_gone(&f, "http://localhost");
    visit_quit(&f);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/flame", test_flame);
    g_test_add_func("/profile/callers", test_callers);
    g_test_add_func("/profile/compared", test_compared);
    g_test_add_func("/profile/source", test_source);
    g_test_add_func("/profile/web", test_web);
    return g_test_run();
}
