/* The profile screen of the real program, on the heap of a live Go process. */

#include "tests/support/target.h"
#include "tests/support/vt.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SOON_MS = 20000 };

struct fixture {
    struct stage *stage;
    struct vt *vt;
    char *asked; /* what the editor was asked to open */
};

static bool set_up(struct fixture *f, int lines, int cols)
{
    g_autoptr(GError) error = NULL;

    if (!target_available()) {
        g_test_skip("no Go: the target was not built");
        return false;
    }
    int fd = g_file_open_tmp("sidescope-test-edit-XXXXXX", &f->asked, NULL);

    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_autofree char *visual = g_strdup_printf("VISUAL=sh -c 'echo \"$0 $1\" > %s'", f->asked);
    const char *const env[] = {"TERM=xterm-256color",          "COLORTERM", "NO_COLOR",
                               "XDG_CONFIG_HOME=/nonexistent", visual,      NULL};

    f->stage = target_start(
        &(struct stage_options){.commands = "heap scanner 24M; heap json 8M; gc"}, &error);
    g_assert_no_error(error);
    g_autofree char *pid = g_strdup_printf("%d", (int)target_pid(f->stage));
    const char *const argv[] = {SIDESCOPE_BIN, pid, NULL};

    f->vt = vt_start(&(struct vt_options){.argv = argv, .env = env, .lines = lines, .cols = cols});
    return true;
}

static void tear_down(struct fixture *f)
{
    vt_free(f->vt);
    target_stop(f->stage);
    g_unlink(f->asked);
    g_free(f->asked);
}

static void expect(struct fixture *f, const char *pattern)
{
    if (!vt_wait_text(f->vt, pattern, SOON_MS)) {
        vt_dump(f->vt);
        g_error("the screen never showed %s", pattern);
    }
}

static void expect_gone(struct fixture *f, const char *pattern)
{
    if (!vt_wait_gone(f->vt, pattern, SOON_MS)) {
        vt_dump(f->vt);
        g_error("the screen went on showing %s", pattern);
    }
}

/* Escape and a key right behind it would be Meta and that key: a person is slower. */
static void escape(struct fixture *f)
{
    vt_key(f->vt, "Escape");
    vt_settle(f->vt, 80);
}

static void quit(struct fixture *f)
{
    int status;

    vt_key(f->vt, "q");
    g_assert_true(vt_wait_exit(f->vt, SOON_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

static void open_heap(struct fixture *f)
{
    expect(f, "FLAT .*FUNCTION"); /* keys before it is attached are for nobody */
    expect(f, "bufio");
    vt_key(f->vt, "4");
    vt_key(f->vt, "z");
    expect(f, "f flame"); /* in the footer */
}

static void test_flame(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 140))
        return;
    open_heap(&f);
    vt_key(f.vt, "f");
    expect(&f, "\\[2 Flame\\]");
    expect(&f, "▏all");
    vt_type(f.vt, "/ScanSession\r");
    expect(&f, "/ScanSession: \\d+ frames?, +\\d");
    expect(&f, "flat \\d.* cum [1-9]");
    vt_key(f.vt, "Enter");
    expect_gone(&f, "ParseSession");
    escape(&f); /* the search */
    expect_gone(&f, "/ScanSession:");
    escape(&f); /* the zoom */
    expect(&f, "json|ParseSession");
    escape(&f);
    expect_gone(&f, "2 Flame");
    quit(&f);
    tear_down(&f);
}

static void test_callers(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 140))
        return;
    open_heap(&f);
    vt_type(f.vt, "/bufio\r");
    vt_key(f.vt, "Enter");
    expect(&f, "\\[3 Callers\\]");
    expect(&f, "called by +.*scanLines");
    vt_key(f.vt, "Enter");
    expect(&f, "calls +bufio\\.\\(\\*Scanner\\)\\.Scan");
    vt_key(f.vt, "Enter");
    expect(&f, "calls +.*scanLines");
    vt_key(f.vt, "Left");
    expect(&f, "calls +bufio\\.\\(\\*Scanner\\)\\.Scan");
    escape(&f);
    expect(&f, "called by +.*scanLines");
    quit(&f);
    tear_down(&f);
}

/* What grew since the mark is what the target was told to grow. */
static void test_compared(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 140))
        return;
    open_heap(&f);
    vt_key(f.vt, "m");
    expect(&f, "marked");
    target_do(f.stage, "heap json 16M");
    target_do(f.stage, "gc");
    vt_key(f.vt, "r");
    vt_key(f.vt, "d");
    expect(&f, "against the mark");
    expect(&f, "\\+\\d+(\\.\\d)?M .*json");
    vt_key(f.vt, "f");
    expect(&f, "▏▲ all");
    vt_key(f.vt, "s");
    vt_key(f.vt, "d");
    expect(&f, "compare with");
    expect(&f, "snapshot 1"); /* once its profile has arrived */
    vt_key(f.vt, "Home");
    vt_key(f.vt, "Down");
    vt_key(f.vt, "Enter");
    expect(&f, "against snapshot 1");
    vt_key(f.vt, "d");
    expect(&f, "compare with");
    vt_key(f.vt, "End");
    vt_key(f.vt, "Enter");
    expect_gone(&f, "against");
    quit(&f);
    tear_down(&f);
}

static char *what_was_asked(const struct fixture *f)
{
    char *text = NULL;

    g_assert_true(g_file_get_contents(f->asked, &text, NULL, NULL));
    return text;
}

/* The target is built with -trimpath: its profile names no folders of this machine. */
static void test_source(void)
{
    struct fixture f;

    if (!set_up(&f, 40, 140))
        return;
    open_heap(&f);
    vt_type(f.vt, "/bufio\r");
    vt_key(f.vt, "v");
    expect(&f, "\\[4 Source\\]");
    expect(&f, "/src/bufio/scan\\.go");
    expect(&f, "\\dMB +\\d.*MB +\\d+  +\\w"); /* a line, and what it costs */
    expect(&f, "func \\(s \\*Scanner\\) Scan\\(\\) bool|newBuf := make");
    vt_key(f.vt, "E");
    g_autofree char *asked = what_was_asked(&f);

    for (gint64 until = g_get_monotonic_time() + SOON_MS * 1000;
         strchr(asked, '\n') == NULL && g_get_monotonic_time() < until;) {
        vt_live(f.vt, 20);
        g_free(asked);
        asked = what_was_asked(&f);
    }
    g_assert_true(g_regex_match_simple("^\\+\\d+ /.*/src/bufio/scan\\.go\n$", asked, 0, 0));
    expect(&f, "\\[4 Source\\]");
    quit(&f);
    tear_down(&f);
}

static bool has_clipboard(struct vt *vt)
{
    return vt_clipboard(vt) != NULL;
}

static void test_web(void)
{
    g_autofree char *go = g_find_program_in_path("go");
    struct fixture f;

    if (go == NULL) {
        g_test_skip("no go on PATH");
        return;
    }
    if (!set_up(&f, 30, 100))
        return;
    open_heap(&f);
    vt_key(f.vt, "f");
    expect(&f, "▏all");
    vt_key(f.vt, "w");
    g_assert_true(vt_wait_until(f.vt, has_clipboard, 120 * 1000));
    g_assert_true(g_regex_match_simple("^http://localhost:\\d+$", vt_clipboard(f.vt), 0, 0));
    expect(&f, "http://localhost:\\d+ until sidescope ends");
    quit(&f);
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
