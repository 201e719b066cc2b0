#include "app/tui/terminal/terminal.h"

#include "app/tui/terminal/terminal_ask.h"
#include "app/tui/terminal/terminal_jobs.h"
#include "app/tui/terminal/terminal_keys.h"
#include "app/tui/terminal/terminal_output.h"
#include "app/tui/terminal/terminal_restore.h"
#include "app/tui/terminal/terminal_surface.h"
#include "app/tui/terminal/terminal_tty.h"

#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Presses, drags, and reports that can name any column (ctlseqs, modes 1000, 1002, 1006). Sent by
 * us: ncurses asks for the last one only where terminfo names it, which for tmux it does not. */
static const char mouse_on[] = "\033[?1000h\033[?1002h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1002l\033[?1000l";

/* What is pasted comes in brackets, where it cannot act as keys. */
static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";

/* One turn at the keys, and how long the screen may stay old while more of them are there. */
enum { INPUT_SLICE_US = 4000, STALE_US = 50 * 1000 };

/* How long leaving waits for a terminal that is behind. */
enum { LEAVE_PATIENCE_MS = 300 };

struct terminal {
    const struct terminal_ops *ops;
    struct surface *surface;
    struct output output;
    struct key_decoder keys;

    int tty;
    struct termios outside, inside; /* modes before and after */
    guint input_source, resize_source, flush_source, lost_source;
    guint more_source;     /* input that a slice has left */
    guint writable_source; /* only while the terminal is behind */
    gint64 painted_us;
    bool held_back;  /* a frame waits for the terminal to catch up */
    bool inside_now; /* false while suspended or while a child has the terminal */
    bool mouse;
    bool clipboard;
    GString *early; /* typed while it was asked; NULL: nothing */
    guint early_source;
    int described_colours; /* by terminfo */
    int ground;            /* 0xRRGGBB, -1: not known */
    int cursor_line, cursor_col;
};

GQuark terminal_error_quark(void)
{
    return g_quark_from_static_string("sidescope-terminal-error-quark");
}

/* --- loss --- */

static gboolean tell_lost(gpointer user)
{
    struct terminal *terminal = user;

    terminal->lost_source = 0;
    terminal->ops->lost(terminal->ops->user);
    return G_SOURCE_REMOVE;
}

/* Once, and never from inside a call of the program's. */
static void lose(struct terminal *terminal)
{
    static const char nothing[1];

    if (terminal->input_source == 0)
        return;
    g_source_remove(terminal->input_source);
    terminal->input_source = 0;
    terminal->output.lost = true;
    restore_arm(terminal->output.way, &terminal->outside, nothing, 0);
    terminal->lost_source = g_idle_add_full(G_PRIORITY_HIGH, tell_lost, terminal, NULL);
}

/* The frame that was held back shows what is true by now; those between are never made. */
static gboolean on_writable(gint fd, GIOCondition condition, gpointer user)
{
    struct terminal *terminal = user;

    (void)fd;
    (void)condition;
    output_push(&terminal->output);
    if (output_is_behind(&terminal->output) && !terminal->output.lost)
        return G_SOURCE_CONTINUE;
    terminal->writable_source = 0;
    if (terminal->output.lost)
        lose(terminal);
    else if (terminal->held_back)
        terminal_damage(terminal);
    return G_SOURCE_REMOVE;
}

/* After anything was sent. */
static void follow_output(struct terminal *terminal)
{
    if (terminal->output.lost)
        lose(terminal);
    else if (output_is_behind(&terminal->output) && terminal->writable_source == 0)
        terminal->writable_source = g_unix_fd_add(
            terminal->output.way, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_writable, terminal);
}

static void drain(struct terminal *terminal)
{
    output_drain(&terminal->output);
    follow_output(terminal);
}

/* --- painting --- */

static void send_sequence(struct terminal *terminal, const char *bytes)
{
    output_send(&terminal->output, bytes, strlen(bytes));
    follow_output(terminal);
}

void terminal_flush(struct terminal *terminal)
{
    if (terminal->flush_source != 0) {
        g_source_remove(terminal->flush_source);
        terminal->flush_source = 0;
    }
    if (!terminal->inside_now || terminal->output.lost)
        return;
    terminal->held_back = output_is_behind(&terminal->output);
    if (terminal->held_back)
        return;
    terminal->painted_us = g_get_monotonic_time();
    surface_paint(terminal->surface, terminal->cursor_line, terminal->cursor_col);
    drain(terminal);
}

static gboolean on_flush(gpointer user)
{
    struct terminal *terminal = user;

    terminal->flush_source = 0;
    terminal_flush(terminal);
    return G_SOURCE_REMOVE;
}

void terminal_damage(struct terminal *terminal)
{
    if (terminal->flush_source == 0)
        terminal->flush_source = g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_flush, terminal, NULL);
}

void terminal_redraw(struct terminal *terminal)
{
    surface_forget(terminal->surface);
    terminal_damage(terminal);
}

void terminal_cursor(struct terminal *terminal, int line, int col)
{
    if (line == terminal->cursor_line && col == terminal->cursor_col)
        return;
    terminal->cursor_line = line;
    terminal->cursor_col = col;
    terminal_damage(terminal);
}

/* --- size and input --- */

/* What a terminal shows after a change of size is its own decision: always paint all. */
static void take_size(struct terminal *terminal)
{
    int lines, cols, old_lines, old_cols;

    tty_size(terminal->tty, &lines, &cols);
    surface_size(terminal->surface, &old_lines, &old_cols);
    if (lines != old_lines || cols != old_cols) {
        surface_resize(terminal->surface, lines, cols);
        terminal->ops->resized(terminal->ops->user, lines, cols);
    }
    terminal_redraw(terminal);
}

static gboolean on_resize(gpointer user)
{
    struct terminal *terminal = user;

    if (terminal->inside_now)
        take_size(terminal);
    return G_SOURCE_CONTINUE;
}

static gboolean on_more(gpointer user);

/* In slices, so that signals, samples and the screen have their turn while keys pour in. What a
 * slice leaves is taken up even if the descriptor has nothing more: ncurses may hold it. */
static void take_input(struct terminal *terminal)
{
    gint64 now = g_get_monotonic_time();
    bool all;

    terminal->keys.now_us = now;
    all = surface_read(terminal->surface, &terminal->keys, INPUT_SLICE_US);
    drain(terminal); /* reading may switch the keypad on again */
    if (!all && terminal->more_source == 0)
        terminal->more_source = g_idle_add_full(G_PRIORITY_DEFAULT, on_more, terminal, NULL);
    if (!all && terminal->flush_source != 0 && now - terminal->painted_us > STALE_US)
        terminal_flush(terminal);
}

static gboolean on_more(gpointer user)
{
    struct terminal *terminal = user;

    terminal->more_source = 0;
    if (terminal->input_source != 0)
        take_input(terminal);
    return G_SOURCE_REMOVE;
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer user)
{
    struct terminal *terminal = user;

    (void)fd;
    take_input(terminal);
    if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL))
        lose(terminal);
    return terminal->input_source != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- going out and coming back --- */

static void arm(struct terminal *terminal)
{
    GString *bytes = surface_restore_bytes();

    g_string_prepend(bytes, mouse_off);
    g_string_prepend(bytes, paste_off);
    restore_arm(terminal->output.way, &terminal->outside, bytes->str, bytes->len);
    g_string_free(bytes, TRUE);
}

static void leave(struct terminal *terminal)
{
    terminal->inside_now = false;
    send_sequence(terminal, paste_off);
    if (terminal->mouse)
        send_sequence(terminal, mouse_off);
    surface_leave(terminal->surface);
    drain(terminal);
    if (output_settle(&terminal->output, LEAVE_PATIENCE_MS))
        tty_set_modes(terminal->tty, &terminal->outside);
    else if (!terminal->output.lost)
        restore_now();
    restore_disarm();
}

static void ask_for_input(struct terminal *terminal)
{
    send_sequence(terminal, paste_on);
    if (terminal->mouse)
        send_sequence(terminal, mouse_on);
}

static void enter(struct terminal *terminal)
{
    arm(terminal);
    tty_set_modes(terminal->tty, &terminal->inside);
    terminal->inside_now = true;
    ask_for_input(terminal);
    take_size(terminal);
    terminal_flush(terminal);
}

void terminal_suspend(struct terminal *terminal)
{
    if (!terminal->inside_now || terminal->output.lost)
        return;
    leave(terminal);
    jobs_stop_group();
    /* whatever modes the shell has chosen meanwhile are the ones to go back to */
    tcgetattr(terminal->tty, &terminal->outside);
    jobs_forget();
    enter(terminal);
}

static void on_jobs(enum jobs_event event, void *user)
{
    struct terminal *terminal = user;

    if (!terminal->inside_now || terminal->output.lost)
        return;
    if (event == JOBS_STOP) {
        terminal_suspend(terminal);
        return;
    }
    /* stopped without a warning (SIGSTOP): somebody else has had the terminal */
    tty_set_modes(terminal->tty, &terminal->inside);
    ask_for_input(terminal);
    take_size(terminal);
}

bool terminal_run(struct terminal *terminal, const char *const *argv, GError **error)
{
    bool ok;

    if (terminal->output.lost) {
        g_set_error_literal(error, TERMINAL_ERROR, TERMINAL_ERROR_FAILED, "the terminal is gone");
        return false;
    }
    leave(terminal);
    ok = jobs_run(argv, error);
    jobs_forget();
    enter(terminal);
    return ok;
}

/* --- the rest of the interface --- */

void terminal_set_mouse(struct terminal *terminal, bool on)
{
    if (terminal->mouse == on)
        return;
    terminal->mouse = on;
    if (terminal->inside_now)
        send_sequence(terminal, on ? mouse_on : mouse_off);
}

void terminal_copy(struct terminal *terminal, const char *text)
{
    if (!terminal->inside_now || !terminal->clipboard)
        return;
    output_send_clipboard(&terminal->output, text);
    follow_output(terminal);
}

void terminal_signal(struct terminal *terminal, const char *bytes)
{
    if (terminal->inside_now)
        send_sequence(terminal, bytes);
}

TickitWindow *terminal_root(struct terminal *terminal)
{
    return surface_root(terminal->surface);
}

int terminal_colours(const struct terminal *terminal)
{
    return surface_colours(terminal->surface).count;
}

int terminal_ground(const struct terminal *terminal)
{
    return terminal->ground;
}

bool terminal_unicode(const struct terminal *terminal)
{
    (void)terminal;
    return tty_unicode();
}

guint64 terminal_bytes_written(const struct terminal *terminal)
{
    return terminal->output.written_bytes;
}

/* --- opening and closing --- */

/* Terminal programs that have 24-bit colours say so, and have 256 to choose from as well. */
static bool is_colorterm(void)
{
    const char *said = g_getenv("COLORTERM");

    return g_strcmp0(said, "truecolor") == 0 || g_strcmp0(said, "24bit") == 0;
}

/* What terminfo does not know. Returns the colours there are (0: no more than described); answers
 * has what was typed meanwhile. */
static int ask(struct terminal *terminal, bool ground, struct terminal_answers *answers)
{
    bool poor = terminal->described_colours < 256;
    struct termios modes = terminal->outside;

    *answers = (struct terminal_answers){.ground = -1};
    if (!terminal_may_be_asked(g_getenv("TERM")) || !(ground || (poor && !is_colorterm())))
        return poor && is_colorterm() && terminal_may_be_asked(g_getenv("TERM")) ? 256 : 0;
    restore_arm(terminal->tty, &terminal->outside, "", 0);
    modes.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    tty_set_modes(terminal->tty, &modes);
    terminal_ask(STDIN_FILENO, terminal->tty, answers);
    return poor ? MAX(answers->colours, is_colorterm() ? 256 : 0) : 0;
}

/* What was typed while the terminal was asked: not before whoever opened it is there to take it. */
static gboolean on_early(gpointer user)
{
    struct terminal *terminal = user;

    terminal->early_source = 0;
    terminal->keys.now_us = g_get_monotonic_time();
    g_autoptr(GString) early = g_steal_pointer(&terminal->early);

    for (gsize i = 0; i < early->len; i++)
        key_decoder_byte(&terminal->keys, (unsigned char)early->str[i]);
    return G_SOURCE_REMOVE;
}

static void keep_early(struct terminal *terminal, const struct terminal_answers *answers)
{
    terminal->early = g_string_new_len(answers->keys->str, (gssize)answers->keys->len);
    terminal->early_source = g_idle_add_full(G_PRIORITY_HIGH, on_early, terminal, NULL);
}

static bool start(struct terminal *terminal, bool ask_ground, GError **error)
{
    struct terminal_answers answers;

    if (tcgetattr(terminal->tty, &terminal->outside) != 0) {
        g_set_error_literal(error, TERMINAL_ERROR, TERMINAL_ERROR_FAILED,
                            "the terminal's modes cannot be read");
        return false;
    }
    if (!output_init(&terminal->output, terminal->tty, error) ||
        !jobs_watch(on_jobs, terminal, error))
        return false;
    /* handlers first: ncurses leaves signals alone that somebody handles */
    terminal->resize_source = g_unix_signal_add(SIGWINCH, on_resize, terminal);
    restore_install();
    int colours = ask(terminal, ask_ground, &answers);

    terminal->ground = answers.ground;
    terminal->surface = surface_open(terminal->tty, terminal->output.frame, colours, error);
    if (answers.keys != NULL && answers.keys->len > 0)
        keep_early(terminal, &answers);
    terminal_answers_clear(&answers);
    if (terminal->surface == NULL) {
        tty_set_modes(terminal->tty, &terminal->outside);
        return false;
    }
    tcgetattr(terminal->tty, &terminal->inside);
    terminal->input_source =
        g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, terminal);
    return true;
}

struct terminal *terminal_open(const struct terminal_options *options, GError **error)
{
    struct terminal *terminal;

    int colours;

    if (!tty_check(error) || !surface_check_type(&colours, error))
        return NULL;
    tty_locale();
    terminal = g_new0(struct terminal, 1);
    terminal->ops = options->ops;
    terminal->described_colours = colours;
    terminal->mouse = options->mouse;
    /* the Linux console would print it */
    terminal->clipboard = !g_str_has_prefix(g_getenv("TERM"), "linux");
    terminal->cursor_line = -1;
    terminal->tty = STDOUT_FILENO;
    terminal->output.frame = -1;
    key_decoder_init(&terminal->keys, terminal->ops);
    if (!start(terminal, options->ask_ground, error)) {
        terminal_close(terminal);
        return NULL;
    }
    enter(terminal);
    return terminal;
}

static void remove_source(guint *source)
{
    if (*source != 0)
        g_source_remove(*source);
    *source = 0;
}

void terminal_close(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    if (terminal->inside_now)
        leave(terminal);
    surface_close(terminal->surface);
    remove_source(&terminal->input_source);
    remove_source(&terminal->more_source);
    remove_source(&terminal->early_source);
    remove_source(&terminal->resize_source);
    remove_source(&terminal->flush_source);
    remove_source(&terminal->lost_source);
    remove_source(&terminal->writable_source);
    restore_uninstall();
    jobs_unwatch();
    output_clear(&terminal->output);
    if (terminal->early != NULL)
        g_string_free(terminal->early, TRUE);
    g_free(terminal);
}
