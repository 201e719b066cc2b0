/* The terminal as a user meets it: terminal_probe on a pseudo terminal. */

#include "tests/support/vt.h"

#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

enum { PATIENCE_MS = 10000, JAMMED_END_MS = 2000 };

/* Whose default action ends a process without being a crash. */
static const int ending_signals[] = {SIGTERM, SIGHUP,  SIGINT,    SIGQUIT, SIGUSR1,
                                     SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGPIPE};

static struct vt *start_at(const char *type, int lines, int cols)
{
    static const char *const argv[] = {TERMINAL_PROBE, "mouse", NULL};
    g_autofree char *term = g_strdup_printf("TERM=%s", type);
    const char *const env[] = {term, "COLORTERM", "LINES", "COLUMNS", NULL};
    struct vt_options options = {.argv = argv, .env = env, .lines = lines, .cols = cols};
    struct vt *vt = vt_start(&options);

    if (lines != 1)
        g_assert_true(vt_wait_text(vt, "^count 0\\.", PATIENCE_MS));
    return vt;
}

static struct vt *start(void)
{
    return start_at("xterm-256color", 24, 80);
}

static void quit(struct vt *vt)
{
    int status;

    vt_type(vt, "q");
    g_assert_true(vt_wait_exit(vt, PATIENCE_MS, &status));
    g_assert_cmpint(status, ==, 0);
    g_assert_false(vt_altscreen(vt));
    vt_free(vt);
}

static void assert_same_modes(const struct termios *a, const struct termios *b)
{
    g_assert_cmphex(a->c_iflag, ==, b->c_iflag);
    g_assert_cmphex(a->c_oflag, ==, b->c_oflag);
    g_assert_cmphex(a->c_cflag, ==, b->c_cflag);
    g_assert_cmphex(a->c_lflag, ==, b->c_lflag);
    g_assert_true(memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0);
}

/* The modes a program finds on a new pseudo terminal. */
static void fresh_modes(struct termios *ret)
{
    static const char *const argv[] = {"true", NULL};
    struct vt *vt = vt_start(&(struct vt_options){.argv = argv});

    vt_termios(vt, ret);
    vt_free(vt);
}

static void assert_restored(struct vt *vt)
{
    struct termios before, after;
    int line, col;
    bool visible;

    fresh_modes(&before);
    vt_termios(vt, &after);
    assert_same_modes(&before, &after);
    vt_cursor(vt, &line, &col, &visible);
    g_assert_true(visible);
    g_assert_false(vt_altscreen(vt));
    g_assert_cmpint(vt_mouse_mode(vt), ==, VT_MOUSE_OFF);
}

/* --- painting --- */

/* A terminal described with eight colours that says it has more; keys typed before are kept. */
static void test_answers(void)
{
    static const char *const argv[] = {TERMINAL_PROBE, NULL};
    static const char *const env[] = {"TERM=xterm", "COLORTERM", "LINES", "COLUMNS", NULL};
    static const struct {
        const char *says, *shown;
    } cases[] = {{"\033P1+r436f=323536\033\\", "colours 256"},
                 {"+\033]4;255;rgb:eeee/eeee/eeee\033\\", "colours 256(?s:.*)key 1: text \\+;"},
                 {"\033P0+r\033\\", "colours 8"}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct vt *vt =
            vt_start(&(struct vt_options){.argv = argv, .env = env, .says = cases[i].says});

        g_assert_true(vt_wait_text(vt, cases[i].shown, PATIENCE_MS));
        quit(vt);
    }
}

/* A terminal that says nothing is waited for a moment, and what it says late is no key. */
static void test_late_answers(void)
{
    static const char *const argv[] = {TERMINAL_PROBE, NULL};
    static const char *const env[] = {"TERM=xterm", "COLORTERM", "LINES", "COLUMNS", NULL};
    struct vt *vt = vt_start(&(struct vt_options){.argv = argv, .env = env});

    g_assert_true(vt_wait_text(vt, "colours 8", PATIENCE_MS));
    vt_send(vt, "\033P1+r436f=323536\033\\+", strlen("\033P1+r436f=323536\033\\+"));
    g_assert_true(vt_wait_text(vt, "key 1: text \\+;", PATIENCE_MS));
    quit(vt);
}

static void test_draw(void)
{
    struct vt *vt = start();
    int line, col;
    bool visible;

    g_assert_true(vt_altscreen(vt));
    g_assert_true(vt_wait_text(vt, "^probe 24x80 colours 256 unicode 1", PATIENCE_MS));
    g_assert_true(vt_wait_text(vt, "^wide 漢字\\|é\\|✓\\|end$", PATIENCE_MS));
    g_assert_true(vt_find(vt, "|end", &line, &col));
    g_assert_cmpint(line, ==, 5);
    g_assert_cmpint(col, ==, 13);
    g_assert_true(vt_wait_text(vt, "^  ┌────────┐$\n^  │        │$", PATIENCE_MS));
    vt_cursor(vt, &line, &col, &visible);
    g_assert_false(visible);
    quit(vt);
}

static void test_pens(void)
{
    struct vt *vt = start();
    struct vt_cell cell;

    vt_get_cell(vt, 6, 0, &cell);
    g_assert_cmpstr(cell.text, ==, "L");
    g_assert_cmpint(cell.fg, ==, 1);
    g_assert_cmpint(cell.bg, ==, 4);
    g_assert_true(cell.bold && cell.reverse && !cell.underline && !cell.italic);
    vt_get_cell(vt, 6, 6, &cell);
    g_assert_cmpint(cell.fg, ==, 76); /* #5fd700 in the cube */
    g_assert_cmpint(cell.bg, ==, VT_DEFAULT_COLOUR);
    vt_get_cell(vt, 0, 0, &cell);
    g_assert_cmpint(cell.fg, ==, VT_DEFAULT_COLOUR);
    g_assert_false(cell.bold);
    quit(vt);
}

static void test_few_bytes(void)
{
    struct vt *vt = start();
    guint64 before, change;

    vt_type(vt, "t");
    g_assert_true(vt_wait_text(vt, "^count 1\\.", PATIENCE_MS));
    vt_settle(vt, 50);
    before = vt_received_bytes(vt);
    vt_type(vt, "t");
    g_assert_true(vt_wait_text(vt, "^count 2\\.", PATIENCE_MS));
    vt_settle(vt, 50);
    change = vt_received_bytes(vt) - before;
    g_test_message("a change of two cells took %" G_GUINT64_FORMAT " bytes", change);
    g_assert_cmpuint(change, <, 60);
    before = vt_received_bytes(vt);
    vt_key(vt, "C-l");
    g_assert_true(vt_wait_text(vt, "C-l;", PATIENCE_MS));
    vt_settle(vt, 50);
    g_assert_cmpuint(vt_received_bytes(vt) - before, >, 200);
    quit(vt);
}

static void test_cursor(void)
{
    struct vt *vt = start();
    int line, col;
    bool visible;

    vt_type(vt, "w");
    g_assert_true(vt_wait_text(vt, "text w;", PATIENCE_MS));
    vt_settle(vt, 50);
    vt_cursor(vt, &line, &col, &visible);
    g_assert_true(visible);
    g_assert_cmpint(line, ==, 3);
    g_assert_cmpint(col, ==, 6);
    vt_type(vt, "W");
    g_assert_true(vt_wait_text(vt, "text W;", PATIENCE_MS));
    vt_settle(vt, 50);
    vt_cursor(vt, &line, &col, &visible);
    g_assert_false(visible);
    quit(vt);
}

/* --- input --- */

static void test_keys(void)
{
    static const char *const names[] = {
        "Enter", "Tab",     "S-Tab",    "Escape", "Backspace",  "Up",     "Down",     "Left",
        "Right", "Home",    "End",      "Insert", "Delete",     "PageUp", "PageDown", "F1",
        "F4",    "F5",      "F12",      "C-c",    "C-a",        "C-s",    "C-q",      "C-\\",
        "M-x",   "M-X",     "C-Right",  "S-Left", "S-Up",       "S-Down", "M-C-S-Up", "C-Home",
        "S-F5",  "M-Enter", "C-Delete", "M-Up",   "C-PageDown",
    };
    struct vt *vt = start();

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *quoted = g_regex_escape_string(names[i], -1);
        g_autofree char *pattern = g_strdup_printf("^key %zu: %s;", i + 1, quoted);
        vt_key(vt, names[i]);
        g_assert_true(vt_wait_text(vt, pattern, PATIENCE_MS));
    }
    quit(vt);
}

/* What arrives in bytes that no key of the emulator sends. */
static void test_sequences(void)
{
    static const struct {
        const char *bytes, *shown;
        int n;
    } cases[] = {
        {"a", "text a", 1},
        {" ", "text  ", 1},
        {"\xe6\xbc\xa2", "text 漢", 1},
        {"\033OA", "Up", 1},
        {"\033[A", "Up", 1},
        {"\033[1~", "Home", 1},
        {"\033[4~", "End", 1},
        {"\033[11~", "F1", 1},
        {"\033[1;2P", "S-F1", 1},
        {"\033[202~b", "text b", 1}, /* unknown: swallowed whole */
        {"\033[?62;c\033[I.", "text .", 1},
        {"\033\xc3\xa9", "M-é", 1},
        {"\xff\xc3(", "text (", 1},  /* not UTF-8 */
        {"\xc2\x9b;", "text ;", 1},  /* C1 */
        {"\033\033[B", "Down", 2},   /* Escape first */
        {"\033[M !!,", "text ,", 1}, /* mouse report in the old form */
        {"xyz", "text z", 3},
    };
    struct vt *vt = start();
    int keys = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *quoted = g_regex_escape_string(cases[i].shown, -1);
        g_autofree char *pattern = NULL;
        keys += cases[i].n;
        pattern = g_strdup_printf("^key %d: %s;", keys, quoted);
        vt_type(vt, cases[i].bytes);
        g_assert_true(vt_wait_text(vt, pattern, PATIENCE_MS));
    }
    quit(vt);
}

static void test_mouse(void)
{
    struct vt *vt = start();

    g_assert_cmpint(vt_mouse_mode(vt), ==, VT_MOUSE_DRAG);
    vt_mouse(vt, 4, 9, 1, true);
    g_assert_true(vt_wait_text(vt, "mouse: press 1 at 4,9;", PATIENCE_MS));
    vt_mouse(vt, 5, 70, 1, false);
    g_assert_true(vt_wait_text(vt, "mouse: release 1 at 5,70;", PATIENCE_MS));
    vt_mouse(vt, 4, 9, 3, true);
    vt_mouse(vt, 4, 9, 3, false);
    g_assert_true(vt_wait_text(vt, "mouse: release 3 at 4,9;", PATIENCE_MS));
    vt_wheel(vt, 1, 1, -1);
    g_assert_true(vt_wait_text(vt, "mouse: wheel -1 at 1,1;", PATIENCE_MS));
    vt_wheel(vt, 1, 2, 1);
    g_assert_true(vt_wait_text(vt, "mouse: wheel 1 at 1,2;", PATIENCE_MS));
    vt_click(vt, 7, 7);
    vt_mouse(vt, 7, 7, 1, true);
    g_assert_true(vt_wait_text(vt, "mouse: press 1 at 7,7 double;", PATIENCE_MS));
    vt_type(vt, "\033[<32;300;200M");
    g_assert_true(vt_wait_text(vt, "mouse: drag 1 at 199,299;", PATIENCE_MS));
    quit(vt);
}

static bool mouse_is_off(struct vt *vt)
{
    return vt_mouse_mode(vt) == VT_MOUSE_OFF;
}

static bool mouse_is_on(struct vt *vt)
{
    return vt_mouse_mode(vt) != VT_MOUSE_OFF;
}

static void test_mouse_switch(void)
{
    struct vt *vt = start();

    vt_type(vt, "m");
    g_assert_true(vt_wait_until(vt, mouse_is_off, PATIENCE_MS));
    vt_type(vt, "m");
    g_assert_true(vt_wait_until(vt, mouse_is_on, PATIENCE_MS));
    quit(vt);
}

static void test_clipboard(void)
{
    struct vt *vt = start();

    vt_type(vt, "c");
    g_assert_true(vt_wait_text(vt, "text c;", PATIENCE_MS));
    g_assert_cmpstr(vt_clipboard(vt), ==, "copied ✓");
    vt_type(vt, "C");
    g_assert_true(vt_wait_text(vt, "text C;", PATIENCE_MS));
    g_assert_cmpuint(strlen(vt_clipboard(vt)), ==, 100 * 1024);
    quit(vt);
}

/* --- size --- */

static void test_resize(void)
{
    static const int sizes[][2] = {{40, 120}, {10, 30}, {1, 1}, {2, 10}, {60, 300}, {24, 80}};
    struct vt *vt = start();

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *whole = g_strdup_printf("probe %dx%d", sizes[i][0], sizes[i][1]);
        g_autofree char *pattern = g_strdup_printf("^%.*s", sizes[i][1], whole);
        vt_resize(vt, sizes[i][0], sizes[i][1]);
        g_assert_true(vt_wait_text(vt, pattern, PATIENCE_MS));
    }
    g_assert_true(vt_wait_text(vt, "^  └────────┘$", PATIENCE_MS));
    quit(vt);
}

static void test_one_cell(void)
{
    struct vt *vt = start_at("xterm-256color", 1, 1);

    g_assert_true(vt_wait_text(vt, "^p$", PATIENCE_MS));
    quit(vt);
}

/* What a size of a terminal may say at most. */
static void test_huge(void)
{
    static const int sizes[][2] = {{24, 65535}, {65535, 80}, {65535, 65535}, {24, 80}};
    struct vt *vt = start();

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
        vt_tell_size(vt, sizes[i][0], sizes[i][1]);
    g_assert_true(vt_wait_text(vt, "^probe 24x80", PATIENCE_MS));
    quit(vt);
}

static struct vt *start_command(const char *command, const char *env)
{
    const char *const argv[] = {"sh", "-c", command, NULL};
    const char *const environment[] = {"TERM=xterm-256color", env, NULL};

    return vt_start(&(struct vt_options){.argv = argv, .env = environment});
}

static void test_no_size(void)
{
    struct vt *vt = start_command("stty rows 0 cols 0; exec " TERMINAL_PROBE, NULL);

    g_assert_true(vt_wait_text(vt, "^probe 24x80", PATIENCE_MS));
    vt_resize(vt, 30, 90);
    g_assert_true(vt_wait_text(vt, "^probe 30x90", PATIENCE_MS));
    quit(vt);
}

/* What a shell has exported may be older than the window. */
static void test_exported_size(void)
{
    struct vt *vt = start_command("export LINES=3; exec " TERMINAL_PROBE, "COLUMNS=7");

    g_assert_true(vt_wait_text(vt, "^probe 24x80", PATIENCE_MS));
    g_assert_true(vt_wait_text(vt, "^  └────────┘$", PATIENCE_MS));
    quit(vt);
}

/* --- going away and coming back --- */

static void check_suspended(struct vt *vt)
{
    g_assert_true(vt_wait_stopped(vt, PATIENCE_MS));
    assert_restored(vt);
    vt_resize(vt, 20, 70);
    vt_continue(vt);
    g_assert_true(vt_wait_text(vt, "^probe 20x70", PATIENCE_MS));
    g_assert_true(vt_wait_until(vt, mouse_is_on, PATIENCE_MS));
    g_assert_true(vt_altscreen(vt));
    vt_key(vt, "Up");
    g_assert_true(vt_wait_text(vt, ": Up;", PATIENCE_MS));
    quit(vt);
}

static void test_suspend_key(void)
{
    struct vt *vt = start();

    vt_key(vt, "C-z");
    check_suspended(vt);
}

static void test_suspend_signal(void)
{
    struct vt *vt = start();

    vt_kill(vt, SIGTSTP);
    check_suspended(vt);
}

/* Stopped without a chance to clean up; whoever had the terminal has left it in another state. */
static void test_stop_signal(void)
{
    struct vt *vt = start();
    struct termios inside, now;
    guint64 before;

    vt_termios(vt, &inside);
    vt_kill(vt, SIGSTOP);
    g_assert_true(vt_wait_stopped(vt, PATIENCE_MS));
    before = vt_received_bytes(vt);
    vt_continue(vt);
    vt_type(vt, "t");
    g_assert_true(vt_wait_text(vt, "^count 1\\.", PATIENCE_MS));
    vt_settle(vt, 50);
    g_assert_cmpuint(vt_received_bytes(vt) - before, >, 200); /* painted anew */
    vt_termios(vt, &now);
    assert_same_modes(&inside, &now);
    quit(vt);
}

static void test_run_child(void)
{
    struct vt *vt = start();

    vt_type(vt, "r");
    g_assert_true(vt_wait_text(vt, "^child here", PATIENCE_MS));
    assert_restored(vt);
    vt_type(vt, "go on\n");
    g_assert_true(vt_wait_text(vt, "exited with code 3", PATIENCE_MS));
    g_assert_true(vt_altscreen(vt));
    g_assert_true(vt_wait_until(vt, mouse_is_on, PATIENCE_MS));
    quit(vt);
}

/* Ctrl-C is the child's while it has the terminal. */
static void test_interrupt_child(void)
{
    struct vt *vt = start();

    vt_type(vt, "r");
    g_assert_true(vt_wait_text(vt, "^child here", PATIENCE_MS));
    vt_key(vt, "C-c");
    g_assert_true(vt_wait_text(vt, "killed by signal 2", PATIENCE_MS));
    quit(vt);
}

/* Ctrl-Z in the child stops both, for the shell to continue both. */
static void test_stop_child(void)
{
    struct vt *vt = start();

    vt_type(vt, "r");
    g_assert_true(vt_wait_text(vt, "^child here", PATIENCE_MS));
    vt_key(vt, "C-z");
    g_assert_true(vt_wait_stopped(vt, PATIENCE_MS));
    vt_continue(vt);
    vt_type(vt, "go on\n");
    g_assert_true(vt_wait_text(vt, "exited with code 3", PATIENCE_MS));
    quit(vt);
}

/* --- the end --- */

static void test_restore(void)
{
    struct vt *vt = start();
    int status;

    vt_type(vt, "q");
    g_assert_true(vt_wait_exit(vt, PATIENCE_MS, &status));
    g_assert_cmpint(status, ==, 0);
    assert_restored(vt);
    vt_free(vt);
}

/* By a signal, or under a sanitizer that takes over from us, by its report. */
static void test_crash(gconstpointer data)
{
    const char *how = data;
    struct vt *vt = start();
    int status;

    vt_send(vt, how, 1);
    g_assert_true(vt_wait_exit(vt, PATIENCE_MS, &status));
    assert_restored(vt);
    switch (*how) {
    case 'A':
        g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        break;
    case 'T':
        g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
        break;
    case 'X':
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 4);
        break;
    default:
#ifdef SANITIZED
        g_assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
#else
        g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
#endif
    }
    vt_free(vt);
}

/* With SIGHUP out of the way only the terminal itself can tell. */
static void test_lost(void)
{
    struct vt *vt = start_command("trap '' HUP; exec " TERMINAL_PROBE, NULL);
    int status;

    g_assert_true(vt_wait_text(vt, "^count 0\\.", PATIENCE_MS));
    vt_hang_up(vt);
    g_assert_true(vt_wait_exit(vt, PATIENCE_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 7);
    vt_free(vt);
}

static void test_hang_up_signal(void)
{
    struct vt *vt = start();
    int status;

    vt_hang_up(vt);
    g_assert_true(vt_wait_exit(vt, PATIENCE_MS, &status));
    /* whichever is noticed first */
    g_assert_true((WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP) ||
                  (WIFEXITED(status) && WEXITSTATUS(status) == 7));
    vt_free(vt);
}

/* --- a terminal that nobody reads --- */

/* More than a pseudo terminal holds. */
static void jam(struct vt *vt)
{
    vt_type(vt, "C");
    g_usleep(200 * 1000);
}

static void test_jammed_end(gconstpointer data)
{
    int number = GPOINTER_TO_INT(data), status;
    struct vt *vt = start();

    jam(vt);
    vt_kill(vt, number);
    g_assert_true(vt_wait_exit_unread(vt, JAMMED_END_MS, &status));
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == number);
    assert_restored(vt);
    vt_free(vt);
}

static void test_jammed_quit(void)
{
    struct vt *vt = start();
    int status;

    jam(vt);
    vt_type(vt, "q");
    g_assert_true(vt_wait_exit_unread(vt, JAMMED_END_MS, &status));
    g_assert_cmpint(status, ==, 0);
    assert_restored(vt);
    vt_free(vt);
}

/* Keys count while the terminal is behind; of the frames between only the last is made. */
static void test_jammed_frames(void)
{
    enum { REDRAWS = 400, CLIPBOARD_BYTES = 137 * 1000, FEW_FRAMES_BYTES = 10 * 1000 };
    struct vt *vt = start();
    guint64 before = vt_received_bytes(vt);

    jam(vt);
    for (int i = 0; i < REDRAWS; i++)
        vt_type(vt, "t\014");
    g_usleep(200 * 1000);
    g_assert_true(vt_wait_text(vt, "^count 400\\.", PATIENCE_MS));
    g_assert_cmpuint(strlen(vt_clipboard(vt)), ==, 100 * 1024); /* and what was sent came whole */
    g_assert_cmpuint(vt_received_bytes(vt) - before, <, CLIPBOARD_BYTES + FEW_FRAMES_BYTES);
    quit(vt);
}

/* The descriptor is the shell's too: its flags stay as they are. */
static void test_descriptor_flags(void)
{
    struct vt *vt = start_command(TERMINAL_PROBE "; cat /proc/self/fdinfo/1; exec sleep 60", NULL);

    g_assert_true(vt_wait_text(vt, "^count 0\\.", PATIENCE_MS));
    jam(vt);
    vt_type(vt, "q");
    g_assert_true(vt_wait_text(vt, "^flags: +0*2$", PATIENCE_MS));
    vt_free(vt);
}

/* --- what it cannot work on --- */

static void check_refused(const char *command, const char *env, const char *sentence)
{
    const char *argv[] = {"sh", "-c", command, NULL};
    const char *const environment[] = {env, NULL};
    struct vt *vt = vt_start(&(struct vt_options){.argv = argv, .env = environment, .cols = 160});
    int status;

    g_assert_true(vt_wait_text(vt, sentence, PATIENCE_MS));
    g_assert_true(vt_wait_exit(vt, PATIENCE_MS, &status));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 2);
    assert_restored(vt);
    vt_free(vt);
}

static void test_refused(void)
{
    static const char probe[] = TERMINAL_PROBE;

    check_refused(probe, "TERM", "^TERM is not set");
    check_refused(probe, "TERM=", "^TERM is not set");
    check_refused(probe, "TERM=dumb", "cannot place its cursor \\(TERM is \"dumb\"\\)");
    check_refused(probe, "TERM=no-such", "no description of this terminal is installed");
    check_refused(probe, "TERM=\033[31mx/../../y", "TERM is \"\\\\033\\[31mx/../../y\"");
    check_refused(TERMINAL_PROBE " </dev/null", "TERM=xterm", "^standard input is not a terminal");
    check_refused("{ " TERMINAL_PROBE "; echo $? >&2; } 2>&1 >/dev/null; exit 2", "TERM=xterm",
                  "^standard output is not a terminal");
}

static void test_other_types(void)
{
    static const struct {
        const char *type;
        int colours;
    } cases[] = {{"vt100", 0},           {"linux", 8}, {"screen", 8},
                 {"tmux-256color", 256}, {"rxvt", 8},  {"ansi", 8}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *pattern = g_strdup_printf("colours %d unicode", cases[i].colours);
        struct vt *vt = start_at(cases[i].type, 24, 80);
        int status;
        g_assert_true(vt_wait_text(vt, pattern, PATIENCE_MS));
        vt_type(vt, "t");
        g_assert_true(vt_wait_text(vt, "^count 1\\.", PATIENCE_MS));
        vt_type(vt, "q");
        g_assert_true(vt_wait_exit(vt, PATIENCE_MS, &status));
        g_assert_cmpint(status, ==, 0);
        assert_restored(vt);
        vt_free(vt);
    }
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, ""); /* for the screens in the log */
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/terminal/answers", test_answers);
    g_test_add_func("/terminal/late-answers", test_late_answers);
    g_test_add_func("/terminal/draw", test_draw);
    g_test_add_func("/terminal/pens", test_pens);
    g_test_add_func("/terminal/few-bytes", test_few_bytes);
    g_test_add_func("/terminal/cursor", test_cursor);
    g_test_add_func("/terminal/keys", test_keys);
    g_test_add_func("/terminal/sequences", test_sequences);
    g_test_add_func("/terminal/mouse", test_mouse);
    g_test_add_func("/terminal/mouse-switch", test_mouse_switch);
    g_test_add_func("/terminal/clipboard", test_clipboard);
    g_test_add_func("/terminal/resize", test_resize);
    g_test_add_func("/terminal/one-cell", test_one_cell);
    g_test_add_func("/terminal/no-size", test_no_size);
    g_test_add_func("/terminal/exported-size", test_exported_size);
    g_test_add_func("/terminal/suspend-key", test_suspend_key);
    g_test_add_func("/terminal/suspend-signal", test_suspend_signal);
    g_test_add_func("/terminal/stop-signal", test_stop_signal);
    g_test_add_func("/terminal/run-child", test_run_child);
    g_test_add_func("/terminal/interrupt-child", test_interrupt_child);
    g_test_add_func("/terminal/stop-child", test_stop_child);
    g_test_add_func("/terminal/restore", test_restore);
    g_test_add_data_func("/terminal/crash/segv", "S", test_crash);
    g_test_add_data_func("/terminal/crash/overflow", "O", test_crash);
    g_test_add_data_func("/terminal/crash/abort", "A", test_crash);
    g_test_add_data_func("/terminal/end/term", "T", test_crash);
    g_test_add_data_func("/terminal/end/exit", "X", test_crash);
    g_test_add_func("/terminal/lost", test_lost);
    g_test_add_func("/terminal/hang-up-signal", test_hang_up_signal);
    for (size_t i = 0; i < G_N_ELEMENTS(ending_signals); i++) {
        g_autofree char *path = g_strdup_printf("/terminal/jammed/signal-%d", ending_signals[i]);
        g_test_add_data_func(path, GINT_TO_POINTER(ending_signals[i]), test_jammed_end);
    }
    g_test_add_func("/terminal/jammed/quit", test_jammed_quit);
    g_test_add_func("/terminal/jammed/frames", test_jammed_frames);
    g_test_add_func("/terminal/jammed/descriptor-flags", test_descriptor_flags);
    g_test_add_func("/terminal/huge", test_huge);
    g_test_add_func("/terminal/refused", test_refused);
    g_test_add_func("/terminal/other-types", test_other_types);
    return g_test_run();
}
