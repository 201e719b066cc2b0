#include "app/tui/terminal/terminal_surface.h"

#include "app/tui/terminal/terminal.h"
#include "app/tui/terminal/terminal_tty.h"
#include "widgets/theme.h"

#include <curses.h>
#include <fcntl.h>
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

/* Where libtickit paints: the standard screen of ncurses. */
struct driver {
    TickitTermDriver super; /* first: libtickit knows only this */
    int line, col;          /* may lie outside the screen, where ncurses cannot go */
    struct colour_range colours;
};

struct surface {
    struct driver driver;
    TickitTerm *tickit;
    TickitWindow *root;
    SCREEN *screen;
    FILE *stream; /* ncurses' way out; leads into the frame once it runs */
    WINDOW *pad;  /* read from: unlike the screen it never refreshes behind our back */
};

/* --- driver: what libtickit calls --- */

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
    if (tickit_pen_get_int_attr(final, THEME_PEN_FAINT) > 0)
        attributes |= A_DIM;
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

/* --- opening and closing --- */

/* setupterm reports what newterm would print or exit on. */
bool surface_check_type(int *ret_colours, GError **error)
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
    *ret_colours = MAX(tigetnum("colors"), 0);
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
 * quietly: the modes are not its business. */
static void divert(struct surface *surface, int frame)
{
    int fd = fileno(surface->stream);

    fflush(surface->stream);
    dup2(frame, fd);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static void start_input(struct surface *surface)
{
    set_escdelay(ESCAPE_DELAY_MS);
    surface->pad = newpad(1, 1);
    keypad(surface->pad, TRUE);
    nodelay(surface->pad, TRUE);
    /* mouse reports come to our decoder as they are */
    define_key("\033[<", 0);
    define_key("\033[M", 0);
}

static bool is_described(const char *type)
{
    int status = 0;
    bool known = setupterm(type, STDOUT_FILENO, &status) == OK;

    if (known)
        del_curterm(cur_term);
    return known;
}

/* The description to use where the terminal has more colours than that of $TERM: its own of so
 * many, or xterm's for those that say they are one. NULL: that of $TERM. Free with g_free. */
static char *richer_type(int colours)
{
    const char *type = g_getenv("TERM");
    g_autofree char *own = g_strdup_printf("%s-256color", type);

    if (colours < 256)
        return NULL;
    if (is_described(own))
        return g_steal_pointer(&own);
    if (g_str_has_prefix(type, "xterm") && is_described("xterm-256color"))
        return g_strdup("xterm-256color");
    return NULL;
}

static bool start_curses(struct surface *surface, int tty, int frame, int colours)
{
    g_autofree char *type = richer_type(colours);
    int fd = fcntl(tty, F_DUPFD_CLOEXEC, 3);

    surface->stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (surface->stream != NULL)
        surface->screen = newterm(type, surface->stream, stdin);
    if (surface->screen == NULL)
        return false;
    raw();
    noecho();
    nonl();
    divert(surface, frame);
    typeahead(-1); /* never half a frame */
    start_input(surface);
    return true;
}

static void start_tickit(struct surface *surface, int tty)
{
    int lines, cols;

    surface->driver.super.vtable = &driver_vtable;
    surface->driver.super.name = "sidescope";
    surface->driver.colours = colour_range();
    tty_size(tty, &lines, &cols);
    resizeterm(lines, cols); /* what ncurses took from the environment may be older */
    surface->tickit = tickit_term_build(
        &(struct TickitTermBuilder){.termtype = "sidescope", .driver = &surface->driver.super});
    tickit_term_set_size(surface->tickit, lines, cols);
    surface->root = tickit_window_new_root(surface->tickit);
}

struct surface *surface_open(int tty, int frame, int colours, GError **error)
{
    struct surface *surface = g_new0(struct surface, 1);

    if (start_curses(surface, tty, frame, colours)) {
        start_tickit(surface, tty);
        return surface;
    }
    surface_close(surface);
    g_set_error_literal(error, TERMINAL_ERROR, TERMINAL_ERROR_FAILED,
                        "the terminal could not be set up");
    return NULL;
}

void surface_close(struct surface *surface)
{
    if (surface == NULL)
        return;
    if (surface->root != NULL)
        tickit_window_unref(surface->root);
    if (surface->tickit != NULL)
        tickit_term_unref(surface->tickit);
    if (surface->pad != NULL)
        delwin(surface->pad);
    if (surface->screen != NULL)
        delscreen(surface->screen);
    if (surface->stream != NULL)
        fclose(surface->stream);
    g_free(surface);
}

/* --- interface --- */

TickitWindow *surface_root(struct surface *surface)
{
    return surface->root;
}

struct colour_range surface_colours(const struct surface *surface)
{
    return surface->driver.colours;
}

void surface_size(const struct surface *surface, int *ret_lines, int *ret_cols)
{
    (void)surface;
    *ret_lines = LINES;
    *ret_cols = COLS;
}

void surface_resize(struct surface *surface, int lines, int cols)
{
    resizeterm(lines, cols);
    tickit_term_set_size(surface->tickit, lines, cols);
}

static void place_cursor(int line, int col)
{
    bool visible = line >= 0 && line < LINES && col >= 0 && col < COLS;

    curs_set(visible ? 1 : 0);
    leaveok(stdscr, !visible); /* no bytes for a cursor nobody sees */
    if (visible)
        move(line, col);
}

void surface_paint(struct surface *surface, int cursor_line, int cursor_col)
{
    tickit_window_flush(surface->root);
    place_cursor(cursor_line, cursor_col);
    wnoutrefresh(stdscr);
    doupdate();
}

void surface_forget(struct surface *surface)
{
    clearok(curscr, TRUE);
    tickit_window_expose(surface->root, NULL);
}

void surface_leave(struct surface *surface)
{
    (void)surface;
    endwin();
}

bool surface_read(struct surface *surface, struct key_decoder *decoder, gint64 budget_us)
{
    gint64 start_us = g_get_monotonic_time();
    int code;

    for (int i = 0; i < SURFACE_READ_MAX && g_get_monotonic_time() - start_us < budget_us; i++) {
        code = wgetch(surface->pad);
        if (code == ERR) {
            key_decoder_idle(decoder);
            return true;
        }
        if (code < KEY_MIN)
            key_decoder_byte(decoder, (unsigned char)code);
        else if (keyname(code) != NULL)
            key_decoder_curses(decoder, keyname(code));
    }
    return false;
}

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

GString *surface_restore_bytes(void)
{
    GString *bytes = collected = g_string_new(NULL);

    collect_capability("sgr0");
    collect_capability("op");
    collect_capability("cnorm");
    collect_capability("rmkx");
    collect_capability("rmcup");
    collected = NULL;
    if (tigetstr("rmcup") == NULL)
        g_string_append(bytes, "\r\n"); /* without an alternate screen at least a free line */
    return bytes;
}
