#include "app/tui/terminal.h"

#include "app/tui/terminal_colour.h"
#include "app/tui/terminal_jobs.h"
#include "app/tui/terminal_keys.h"
#include "app/tui/terminal_output.h"
#include "app/tui/terminal_restore.h"
#include "app/tui/terminal_tty.h"

#include <curses.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <tickit-termdrv.h>
#include <unistd.h>
#include <wchar.h>

/* term.h calls terminfo fields by these names */
#undef lines
#undef columns

/* How long an ESC may wait for the rest of its sequence. */
enum { ESCAPE_DELAY_MS = 25 };

/* Presses, drags, and reports that can name any column (ctlseqs, modes 1000, 1002, 1006). Sent by
 * us: ncurses asks for the last one only where terminfo names it, which for tmux it does not. */
static const char mouse_on[] = "\033[?1000h\033[?1002h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1002l\033[?1000l";

/* Where libtickit paints: the standard screen of ncurses. */
struct driver {
    TickitTermDriver super; /* first: libtickit knows only this */
    int line, col;          /* may lie outside the screen, where ncurses cannot go */
    struct colour_range colours;
};

struct terminal {
    const struct terminal_ops *ops;
    struct driver driver;
    TickitTerm *tickit;
    TickitWindow *root;

    int tty;
    struct output output;
    struct termios outside, inside; /* modes before and after */
    SCREEN *screen;
    FILE *stream; /* ncurses' way out; leads to output.frame once it runs */
    WINDOW *pad;  /* read from: unlike the screen it never refreshes behind our back */
    struct key_decoder keys;

    guint input_source, resize_source, flush_source, lost_source;
    bool inside_now; /* false while suspended or while a child has the terminal */
    bool mouse;
    bool clipboard;
    int cursor_line, cursor_col;
};

G_DEFINE_QUARK(sidescope - terminal - error, terminal_error)

/* --- driver: what libtickit calls --------------------------------------------------- */

static struct driver *driver_of(TickitTermDriver *super)
{
    return (struct driver *)super;
}

static void driver_destroy(TickitTermDriver *super)
{
    (void)super; /* part of struct terminal */
}

static bool on_screen(const struct driver *driver)
{
    return driver->line >= 0 && driver->line < LINES && driver->col >= 0 && driver->col < COLS;
}

static bool is_plain(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return true;
}

/* Fills cc with one grapheme; false when the C library would show it in another width than
 * libtickit has counted, or not at all. */
static bool make_cell(const char *text, size_t n, int columns, cchar_t *cc)
{
    wchar_t wide[CCHARW_MAX + 1];
    int count = 0, width = 0;

    for (const char *p = text; p < text + n && count < CCHARW_MAX; p = g_utf8_next_char(p)) {
        wide[count] = (wchar_t)g_utf8_get_char(p);
        int w = wcwidth(wide[count++]);
        if (w < 0)
            return false;
        width += w;
    }
    wide[count] = L'\0';
    return width == columns && setcchar(cc, wide, A_NORMAL, 0, NULL) == OK;
}

/* One grapheme at a time, so that no disagreement about widths moves what follows. */
static void put_grapheme(struct driver *driver, const char *text, size_t n, int columns)
{
    cchar_t cc;

    if (!on_screen(driver) || driver->col + columns > COLS)
        return;
    if (g_utf8_validate(text, (gssize)n, NULL) && make_cell(text, n, columns, &cc))
        mvadd_wchnstr(driver->line, driver->col, &cc, 1);
    else
        mvhline(driver->line, driver->col, '?', columns);
}

static void put_graphemes(struct driver *driver, const char *text, size_t n)
{
    const char *end = text + n;

    while (text < end) {
        TickitStringPos limit, pos;
        tickit_stringpos_limit_graphemes(&limit, 1);
        if (tickit_utf8_ncount(text, (size_t)(end - text), &pos, &limit) == (size_t)-1 ||
            pos.bytes == 0) {
            pos.bytes = 1; /* not text: one mark per byte */
            pos.columns = 1;
        }
        put_grapheme(driver, text, pos.bytes, pos.columns);
        driver->col += pos.columns;
        text += pos.bytes;
    }
}

static bool driver_print(TickitTermDriver *super, const char *text, size_t n)
{
    struct driver *driver = driver_of(super);

    if (n == 0) { /* the half of a wide character that a clip has cut off */
        text = " ";
        n = 1;
    }
    if (!is_plain(text, n)) {
        put_graphemes(driver, text, n);
        return true;
    }
    if (on_screen(driver))
        mvaddnstr(driver->line, driver->col, text, (int)MIN(n, (size_t)(COLS - driver->col)));
    driver->col += (int)n;
    return true;
}

static bool driver_goto_abs(TickitTermDriver *super, int line, int col)
{
    struct driver *driver = driver_of(super);

    if (line >= 0)
        driver->line = line;
    if (col >= 0)
        driver->col = col;
    return true;
}

static bool driver_move_rel(TickitTermDriver *super, int downward, int rightward)
{
    driver_of(super)->line += downward;
    driver_of(super)->col += rightward;
    return true;
}

static bool driver_scrollrect(TickitTermDriver *super, const TickitRect *rect, int downward,
                              int rightward)
{
    (void)super;
    (void)rect;
    (void)downward;
    (void)rightward;
    return false; /* libtickit exposes instead, and ncurses finds what moved */
}

static bool driver_erasech(TickitTermDriver *super, int count, TickitMaybeBool move)
{
    struct driver *driver = driver_of(super);

    if (on_screen(driver))
        mvhline(driver->line, driver->col, ' ', MIN(count, COLS - driver->col));
    if (move == TICKIT_YES)
        driver->col += count;
    return true;
}

static bool driver_clear(TickitTermDriver *super)
{
    (void)super;
    for (int line = 0; line < LINES; line++)
        mvhline(line, 0, ' ', COLS);
    return true;
}

static int pen_pair(const struct driver *driver, const TickitPen *pen)
{
    int fg = colour_of_pen(pen, TICKIT_PEN_FG, &driver->colours);
    int bg = colour_of_pen(pen, TICKIT_PEN_BG, &driver->colours);

    if (driver->colours.count < 8 || (fg < 0 && bg < 0))
        return 0;
    return MAX(alloc_pair(fg, bg), 0);
}

static bool driver_chpen(TickitTermDriver *super, const TickitPen *delta, const TickitPen *final)
{
    int pair = pen_pair(driver_of(super), final);
    attr_t attributes = A_NORMAL;

    (void)delta;
    if (tickit_pen_get_bool_attr(final, TICKIT_PEN_BOLD))
        attributes |= A_BOLD;
    if (tickit_pen_get_int_attr(final, TICKIT_PEN_UNDER) != TICKIT_PEN_UNDER_NONE)
        attributes |= A_UNDERLINE;
    if (tickit_pen_get_bool_attr(final, TICKIT_PEN_ITALIC))
        attributes |= A_ITALIC;
    if (tickit_pen_get_bool_attr(final, TICKIT_PEN_REVERSE))
        attributes |= A_REVERSE;
    if (tickit_pen_get_bool_attr(final, TICKIT_PEN_BLINK))
        attributes |= A_BLINK;
    attr_set(attributes, 0, &pair); /* a pair above 32767 only passes this way */
    return true;
}

static bool driver_getctl_int(TickitTermDriver *super, TickitTermCtl ctl, int *value)
{
    if (ctl != TICKIT_TERMCTL_COLORS)
        return false;
    /* pens keep their index; without colours the pair is left out */
    *value = CLAMP(driver_of(super)->colours.count, 8, 256);
    return true;
}

static bool driver_setctl_int(TickitTermDriver *super, TickitTermCtl ctl, int value)
{
    (void)super;
    (void)ctl;
    (void)value;
    return true; /* cursor, mouse, alternate screen: struct terminal's own business */
}

static bool driver_setctl_str(TickitTermDriver *super, TickitTermCtl ctl, const char *value)
{
    (void)super;
    (void)ctl;
    (void)value;
    return false;
}

static TickitTermDriverVTable driver_vtable = {
    .destroy = driver_destroy,
    .print = driver_print,
    .goto_abs = driver_goto_abs,
    .move_rel = driver_move_rel,
    .scrollrect = driver_scrollrect,
    .erasech = driver_erasech,
    .clear = driver_clear,
    .chpen = driver_chpen,
    .getctl_int = driver_getctl_int,
    .setctl_int = driver_setctl_int,
    .setctl_str = driver_setctl_str,
};

/* --- loss ---------------------------------------------------------------------------- */

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
    restore_arm(terminal->tty, &terminal->outside, nothing, 0);
    terminal->lost_source = g_idle_add_full(G_PRIORITY_HIGH, tell_lost, terminal, NULL);
}

static void drain(struct terminal *terminal)
{
    output_drain(&terminal->output);
    if (terminal->output.lost)
        lose(terminal);
}

/* --- painting -------------------------------------------------------------------------- */

static void place_cursor(const struct terminal *terminal)
{
    bool visible = terminal->cursor_line >= 0 && terminal->cursor_line < LINES &&
                   terminal->cursor_col >= 0 && terminal->cursor_col < COLS;

    curs_set(visible ? 1 : 0);
    leaveok(stdscr, !visible); /* no bytes for a cursor nobody sees */
    if (visible)
        move(terminal->cursor_line, terminal->cursor_col);
}

void terminal_flush(struct terminal *terminal)
{
    if (terminal->flush_source != 0) {
        g_source_remove(terminal->flush_source);
        terminal->flush_source = 0;
    }
    if (!terminal->inside_now || terminal->output.lost)
        return;
    tickit_window_flush(terminal->root);
    place_cursor(terminal);
    wnoutrefresh(stdscr);
    doupdate();
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
    clearok(curscr, TRUE);
    tickit_window_expose(terminal->root, NULL);
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

/* --- size ---------------------------------------------------------------------------------- */

/* What a terminal shows after a change of size is its own decision: always paint all. */
static void take_size(struct terminal *terminal)
{
    int lines, cols;
    bool changed;

    tty_size(terminal->tty, &lines, &cols);
    changed = lines != LINES || cols != COLS;
    if (changed) {
        resizeterm(lines, cols);
        tickit_term_set_size(terminal->tickit, lines, cols);
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

/* --- input ------------------------------------------------------------------------------------ */

static void take_code(struct terminal *terminal, int code)
{
    if (code < KEY_MIN)
        key_decoder_byte(&terminal->keys, (unsigned char)code);
    else if (keyname(code) != NULL)
        key_decoder_curses(&terminal->keys, keyname(code));
}

static gboolean on_input(gint fd, GIOCondition condition, gpointer user)
{
    struct terminal *terminal = user;
    int code;

    (void)fd;
    terminal->keys.now_us = g_get_monotonic_time();
    while ((code = wgetch(terminal->pad)) != ERR)
        take_code(terminal, code);
    key_decoder_idle(&terminal->keys);
    drain(terminal); /* reading may switch the keypad on again */
    if (condition & (G_IO_HUP | G_IO_ERR | G_IO_NVAL))
        lose(terminal);
    return terminal->input_source != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- going out and coming back --------------------------------------------------------------- */

/* tputs takes no context. */
static GString *collected;

static int collect(int byte)
{
    g_string_append_c(collected, (char)byte);
    return byte;
}

static void collect_capability(const char *name)
{
    const char *value = tigetstr(name);

    if (value != NULL && value != (const char *)-1)
        tputs(value, 1, collect);
}

/* What endwin() would send, for when there is no time to call it. */
static GString *restore_bytes(void)
{
    GString *bytes = collected = g_string_new(mouse_off);

    collect_capability("sgr0");
    collect_capability("op");
    collect_capability("cnorm");
    collect_capability("rmkx");
    collect_capability("rmcup");
    collected = NULL;
    g_string_append(bytes, "\r"); /* where there is no alternate screen, at least a free line */
    if (bytes->len < RESTORE_BYTES_MAX && tigetstr("rmcup") == NULL)
        g_string_append(bytes, "\n");
    return bytes;
}

static void arm(struct terminal *terminal)
{
    GString *bytes = restore_bytes();

    restore_arm(terminal->tty, &terminal->outside, bytes->str, bytes->len);
    g_string_free(bytes, TRUE);
}

static void leave(struct terminal *terminal)
{
    terminal->inside_now = false;
    if (!terminal->output.lost) {
        if (terminal->mouse)
            output_send(&terminal->output, mouse_off, strlen(mouse_off));
        endwin();
        output_drain(&terminal->output);
        tty_set_modes(terminal->tty, &terminal->outside);
    }
    restore_disarm();
}

static void enter(struct terminal *terminal)
{
    arm(terminal);
    tty_set_modes(terminal->tty, &terminal->inside);
    terminal->inside_now = true;
    keypad(terminal->pad, TRUE);
    if (terminal->mouse)
        output_send(&terminal->output, mouse_on, strlen(mouse_on));
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
    if (terminal->mouse)
        output_send(&terminal->output, mouse_on, strlen(mouse_on));
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

/* --- the rest of the interface ------------------------------------------------------------------
 */

void terminal_set_mouse(struct terminal *terminal, bool on)
{
    const char *sequence = on ? mouse_on : mouse_off;

    if (terminal->mouse == on)
        return;
    terminal->mouse = on;
    if (terminal->inside_now)
        output_send(&terminal->output, sequence, strlen(sequence));
}

void terminal_copy(struct terminal *terminal, const char *text)
{
    if (terminal->inside_now && terminal->clipboard)
        output_send_clipboard(&terminal->output, text);
}

TickitWindow *terminal_root(struct terminal *terminal)
{
    return terminal->root;
}

int terminal_colours(const struct terminal *terminal)
{
    return terminal->driver.colours.count;
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

/* --- opening and closing
 * -------------------------------------------------------------------------- */

/* setupterm reports what newterm would print or exit on. */
static bool check_type(GError **error)
{
    const char *type = g_getenv("TERM");
    const char *cup;
    int status = 0;
    bool known;

    if (type == NULL || *type == '\0')
        return tty_fail_type(error, NULL);
    known = setupterm(NULL, STDOUT_FILENO, &status) == OK;
    if (!known)
        return tty_fail_type(error, "no description of this terminal is installed");
    cup = tigetstr("cup");
    known = cup != NULL && cup != (const char *)-1;
    del_curterm(cur_term);
    return known || tty_fail_type(error, "this terminal cannot place its cursor");
}

static struct colour_range colour_range(void)
{
    /* RGB is a flag, a number or a string (user_caps(5)) */
    const char *text = tigetstr("RGB");
    bool direct;

    if (!has_colors())
        return (struct colour_range){0};
    start_color();
    use_default_colors();
    direct = COLORS > 256 && (tigetflag("RGB") > 0 || tigetnum("RGB") > 0 ||
                              (text != NULL && text != (const char *)-1));
    return (struct colour_range){direct ? 1 << 24 : MIN(COLORS, 256), direct};
}

/* From here on ncurses writes into the frame. What it asks of its descriptor as a terminal fails
 * quietly: modes are ours. */
static void divert(struct terminal *terminal)
{
    fflush(terminal->stream);
    dup2(terminal->output.frame, fileno(terminal->stream));
    fcntl(fileno(terminal->stream), F_SETFD, FD_CLOEXEC);
}

static bool start_curses(struct terminal *terminal, GError **error)
{
    int fd = fcntl(terminal->tty, F_DUPFD_CLOEXEC, 3);

    terminal->stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (terminal->stream != NULL)
        terminal->screen = newterm(NULL, terminal->stream, stdin);
    if (terminal->screen == NULL) {
        g_set_error_literal(error, TERMINAL_ERROR, TERMINAL_ERROR_FAILED,
                            "the terminal could not be set up");
        return false;
    }
    raw();
    noecho();
    nonl();
    tcgetattr(terminal->tty, &terminal->inside);
    divert(terminal);
    typeahead(-1); /* never half a frame */
    set_escdelay(ESCAPE_DELAY_MS);
    terminal->pad = newpad(1, 1);
    keypad(terminal->pad, TRUE);
    nodelay(terminal->pad, TRUE);
    /* mouse reports come to our decoder as they are */
    define_key("\033[<", 0);
    define_key("\033[M", 0);
    return true;
}

static void start_tickit(struct terminal *terminal)
{
    int lines, cols;

    terminal->driver.super.vtable = &driver_vtable;
    terminal->driver.super.name = "sidescope";
    terminal->driver.colours = colour_range();
    tty_size(terminal->tty, &lines, &cols);
    resizeterm(lines, cols);
    terminal->tickit = tickit_term_build(
        &(struct TickitTermBuilder){.termtype = "sidescope", .driver = &terminal->driver.super});
    tickit_term_set_size(terminal->tickit, lines, cols);
    terminal->root = tickit_window_new_root(terminal->tickit);
}

static bool start(struct terminal *terminal, GError **error)
{
    if (tcgetattr(terminal->tty, &terminal->outside) != 0) {
        g_set_error(error, TERMINAL_ERROR, TERMINAL_ERROR_FAILED,
                    "the terminal's modes cannot be read: %s", g_strerror(errno));
        return false;
    }
    if (!output_init(&terminal->output, terminal->tty, error) ||
        !jobs_watch(on_jobs, terminal, error))
        return false;
    /* handlers first: ncurses leaves signals alone that somebody handles */
    terminal->resize_source = g_unix_signal_add(SIGWINCH, on_resize, terminal);
    restore_install();
    if (!start_curses(terminal, error))
        return false;
    start_tickit(terminal);
    terminal->input_source =
        g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, terminal);
    return true;
}

struct terminal *terminal_open(const struct terminal_options *options, GError **error)
{
    const char *type = g_getenv("TERM");
    struct terminal *terminal;

    if (!tty_check(error) || !check_type(error))
        return NULL;
    tty_locale();
    terminal = g_new0(struct terminal, 1);
    terminal->ops = options->ops;
    terminal->mouse = options->mouse;
    terminal->clipboard = !g_str_has_prefix(type, "linux"); /* the console prints it */
    terminal->cursor_line = -1;
    terminal->tty = STDOUT_FILENO;
    terminal->output.frame = -1;
    key_decoder_init(&terminal->keys, terminal->ops);
    if (!start(terminal, error)) {
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
    remove_source(&terminal->input_source);
    remove_source(&terminal->resize_source);
    remove_source(&terminal->flush_source);
    remove_source(&terminal->lost_source);
    if (terminal->root != NULL)
        tickit_window_unref(terminal->root);
    if (terminal->tickit != NULL)
        tickit_term_unref(terminal->tickit);
    if (terminal->inside_now)
        leave(terminal);
    if (terminal->pad != NULL)
        delwin(terminal->pad);
    if (terminal->screen != NULL)
        delscreen(terminal->screen);
    g_clear_pointer(&terminal->stream, fclose);
    restore_uninstall();
    jobs_unwatch();
    output_clear(&terminal->output);
    g_free(terminal);
}
