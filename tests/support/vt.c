#include "tests/support/vt.h"

#include "tests/support/vt_keeper.h"
#include "tests/support/vt_keys.h"
#include "tests/support/vt_osc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

struct vt {
    VTerm *emulator;
    VTermScreen *screen;
    int master; /* -1 after vt_hang_up */
    struct vt_keeper keeper;
    bool ended, stopped;
    int status;
    const char *says; /* see vt_options */

    bool altscreen, cursor_visible;
    int mouse_mode;
    char *title;
    struct vt_osc clipboard_osc, notify_osc;
    char *clipboard, *notification;
    unsigned bells;
    guint64 received_bytes;
};

static gint64 deadline_after(int timeout_ms)
{
    return g_get_monotonic_time() + (gint64)timeout_ms * 1000;
}

static int left_ms(gint64 deadline)
{
    gint64 left = (deadline - g_get_monotonic_time() + 999) / 1000;

    return (int)CLAMP(left, 0, G_MAXINT);
}

/* --- emulator --- */

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct vt *vt = user;

    switch (property) {
    case VTERM_PROP_ALTSCREEN:
        vt->altscreen = value->boolean;
        break;
    case VTERM_PROP_CURSORVISIBLE:
        vt->cursor_visible = value->boolean;
        break;
    case VTERM_PROP_MOUSE:
        vt->mouse_mode = value->number;
        break;
    case VTERM_PROP_TITLE:
        g_free(vt->title);
        vt->title = g_strdup(value->string);
        break;
    default:
        break;
    }
    return 1;
}

static int on_bell(void *user)
{
    struct vt *vt = user;

    vt->bells++;
    return 1;
}

static void on_reply(const char *bytes, size_t n, void *user)
{
    vt_send(user, bytes, n);
}

static void start_emulator(struct vt *vt, int lines, int cols)
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property, .bell = on_bell};

    vt->cursor_visible = true;
    vt->clipboard_osc.introducer = VT_OSC_CLIPBOARD;
    vt->notify_osc.introducer = VT_OSC_NOTIFY;
    vt->emulator = vterm_new(lines, cols);
    vterm_set_utf8(vt->emulator, 1);
    vterm_output_set_callback(vt->emulator, on_reply, vt);
    vt->screen = vterm_obtain_screen(vt->emulator);
    vterm_screen_set_callbacks(vt->screen, &callbacks, vt);
    vterm_screen_enable_altscreen(vt->screen, 1);
    vterm_screen_reset(vt->screen, 1);
}

/* --- pumping --- */

/* *last: the newest text of such a sequence. */
static void watch_osc(struct vt_osc *osc, char **last, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *text = vt_osc_feed(osc, bytes[i]);

        if (text == NULL)
            continue;
        g_free(*last);
        *last = text;
    }
}

/* False when nothing was there. */
static bool take_output(struct vt *vt)
{
    char buffer[16 * 1024];
    ssize_t n = read(vt->master, buffer, sizeof buffer);

    if (n <= 0)
        return false;
    vt->received_bytes += (guint64)n;
    watch_osc(&vt->clipboard_osc, &vt->clipboard, buffer, (size_t)n);
    watch_osc(&vt->notify_osc, &vt->notification, buffer, (size_t)n);
    if (vt->says != NULL && g_strstr_len(buffer, n, "\033P+q") != NULL)
        vt_send(vt, vt->says, strlen(vt->says));
    vterm_input_write(vt->emulator, buffer, (size_t)n);
    vterm_screen_flush_damage(vt->screen);
    return true;
}

static void take_report(struct vt *vt)
{
    int status;

    if (!vt_keeper_read(&vt->keeper, &status))
        return;
    vt->stopped = WIFSTOPPED(status);
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
        vt->ended = true;
        vt->status = status;
    }
}

/* Takes in what has come, waiting for it until the deadline. False when nothing came. */
static bool pump(struct vt *vt, gint64 deadline)
{
    struct pollfd fds[2] = {{.fd = vt->master, .events = POLLIN},
                            {.fd = vt->keeper.reports, .events = POLLIN}};
    int n = poll(fds, 2, left_ms(deadline));

    if (n <= 0)
        return n < 0 && errno == EINTR;
    if (fds[1].revents != 0)
        take_report(vt);
    if (fds[0].revents != 0)
        while (take_output(vt))
            continue;
    return true;
}

void vt_settle(struct vt *vt, int quiet_ms)
{
    while (pump(vt, deadline_after(quiet_ms)))
        continue;
}

void vt_live(struct vt *vt, int duration_ms)
{
    gint64 deadline = deadline_after(duration_ms);

    while (left_ms(deadline) > 0 && !vt->ended)
        pump(vt, deadline);
}

/* --- life --- */

struct vt *vt_start(const struct vt_options *options)
{
    struct winsize size = {
        .ws_row = (unsigned short)(options->lines > 0 ? options->lines : 24),
        .ws_col = (unsigned short)(options->cols > 0 ? options->cols : 80),
    };
    struct vt *vt = g_new0(struct vt, 1);

    vt->says = options->says;
    vt->master = vt_keeper_start(&vt->keeper, options->argv, options->env, &size);
    g_assert_cmpint(vt->master, >=, 0);
    fcntl(vt->master, F_SETFL, O_NONBLOCK);
    start_emulator(vt, size.ws_row, size.ws_col);
    return vt;
}

void vt_free(struct vt *vt)
{
    if (vt == NULL)
        return;
    vt_hang_up(vt);
    vt_keeper_stop(&vt->keeper);
    vterm_free(vt->emulator);
    vt_osc_clear(&vt->clipboard_osc);
    vt_osc_clear(&vt->notify_osc);
    g_free(vt->title);
    g_free(vt->clipboard);
    g_free(vt->notification);
    g_free(vt);
}

pid_t vt_pid(const struct vt *vt)
{
    return vt->keeper.program;
}

void vt_kill(struct vt *vt, int signal_number)
{
    kill(vt->keeper.program, signal_number);
}

void vt_continue(struct vt *vt)
{
    vt->stopped = false;
    vt_keeper_continue(&vt->keeper);
}

void vt_hang_up(struct vt *vt)
{
    if (vt->master >= 0)
        close(vt->master);
    vt->master = -1;
}

/* --- waits --- */

void vt_dump(struct vt *vt)
{
    g_autofree char *text = vt_text(vt);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (size_t i = 0; lines[i] != NULL; i++)
        g_test_message("%3zu|%s", i, lines[i]);
    if (vt->ended)
        g_test_message("the program has ended, wait status 0x%x", (unsigned)vt->status);
}

static bool wait_match(struct vt *vt, const char *pattern, bool wanted, int timeout_ms)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
    gint64 deadline = deadline_after(timeout_ms);

    g_assert_nonnull(regex);
    for (;;) {
        g_autofree char *text = vt_text(vt);
        if (g_regex_match(regex, text, 0, NULL) == wanted)
            return true;
        /* what an ended program has written is all there is to come */
        if (!pump(vt, vt->ended ? g_get_monotonic_time() : deadline) &&
            (vt->ended || left_ms(deadline) == 0))
            break;
    }
    g_test_message("%s on the screen: /%s/", wanted ? "never" : "still", pattern);
    vt_dump(vt);
    return false;
}

bool vt_wait_text(struct vt *vt, const char *pattern, int timeout_ms)
{
    return wait_match(vt, pattern, true, timeout_ms);
}

bool vt_wait_gone(struct vt *vt, const char *pattern, int timeout_ms)
{
    return wait_match(vt, pattern, false, timeout_ms);
}

bool vt_wait_until(struct vt *vt, bool (*holds)(struct vt *vt), int timeout_ms)
{
    gint64 deadline = deadline_after(timeout_ms);

    while (!holds(vt)) {
        if (pump(vt, deadline) || left_ms(deadline) > 0)
            continue;
        g_test_message("what was waited for never came");
        vt_dump(vt);
        return false;
    }
    return true;
}

static bool has_ended(struct vt *vt)
{
    return vt->ended;
}

static bool has_stopped(struct vt *vt)
{
    return vt->stopped;
}

bool vt_wait_exit(struct vt *vt, int timeout_ms, int *ret_status)
{
    if (!vt_wait_until(vt, has_ended, timeout_ms))
        return false;
    while (vt->master >= 0 && take_output(vt))
        continue;
    *ret_status = vt->status;
    return true;
}

bool vt_has_ended(const struct vt *vt)
{
    return vt->ended;
}

bool vt_wait_exit_unread(struct vt *vt, int timeout_ms, int *ret_status)
{
    gint64 deadline = deadline_after(timeout_ms);

    while (!vt->ended && left_ms(deadline) > 0) {
        struct pollfd fd = {.fd = vt->keeper.reports, .events = POLLIN};
        if (poll(&fd, 1, left_ms(deadline)) > 0)
            take_report(vt);
    }
    return vt->ended && vt_wait_exit(vt, 0, ret_status);
}

bool vt_wait_stopped(struct vt *vt, int timeout_ms)
{
    if (!vt_wait_until(vt, has_stopped, timeout_ms))
        return false;
    while (take_output(vt))
        continue;
    return true;
}

/* --- input --- */

void vt_send(struct vt *vt, const char *bytes, size_t n)
{
    while (n > 0 && vt->master >= 0) {
        ssize_t done = write(vt->master, bytes, n);
        struct pollfd fd = {.fd = vt->master, .events = POLLOUT};
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (errno != EAGAIN && errno != EINTR) {
            return;
        } else {
            poll(&fd, 1, 1000);
        }
    }
}

void vt_type(struct vt *vt, const char *text)
{
    vt_send(vt, text, strlen(text));
}

struct vt_flood {
    int fd;
    const char *text;
    gint end;
    GThread *thread;
};

static void *pour(void *user)
{
    enum { LOOK_MS = 20 };
    struct vt_flood *flood = user;
    size_t n = strlen(flood->text), at = 0;

    while (!g_atomic_int_get(&flood->end)) {
        struct pollfd fd = {.fd = flood->fd, .events = POLLOUT};
        ssize_t done = poll(&fd, 1, LOOK_MS) > 0 ? write(fd.fd, flood->text + at, n - at) : 0;

        if (done < 0 && errno != EAGAIN && errno != EINTR)
            break; /* nobody is there any more */
        at = (at + (size_t)MAX(done, 0)) % n;
    }
    return NULL;
}

struct vt_flood *vt_flood_begin(struct vt *vt, const char *text)
{
    struct vt_flood *flood = g_new0(struct vt_flood, 1);

    flood->fd = dup(vt->master);
    flood->text = text;
    flood->thread = g_thread_new("flood", pour, flood);
    return flood;
}

void vt_flood_end(struct vt_flood *flood)
{
    g_atomic_int_set(&flood->end, 1);
    g_thread_join(flood->thread);
    close(flood->fd);
    g_free(flood);
}

void vt_key(struct vt *vt, const char *name)
{
    struct vt_keystroke stroke = vt_keystroke_parse(name);

    if (stroke.key != VTERM_KEY_NONE)
        vterm_keyboard_key(vt->emulator, stroke.key, stroke.modifiers);
    else
        vterm_keyboard_unichar(vt->emulator, stroke.character, stroke.modifiers);
}

void vt_mouse(struct vt *vt, int line, int col, int button, bool pressed)
{
    vterm_mouse_move(vt->emulator, line, col, VTERM_MOD_NONE);
    vterm_mouse_button(vt->emulator, button, pressed, VTERM_MOD_NONE);
}

void vt_click(struct vt *vt, int line, int col)
{
    vt_mouse(vt, line, col, 1, true);
    vt_mouse(vt, line, col, 1, false);
}

void vt_wheel(struct vt *vt, int line, int col, int direction)
{
    vt_mouse(vt, line, col, direction < 0 ? 4 : 5, true);
}

void vt_tell_size(struct vt *vt, int lines, int cols)
{
    enum { QUIET_MS = 200 };
    struct winsize size = {.ws_row = (unsigned short)lines, .ws_col = (unsigned short)cols};

    ioctl(vt->master, TIOCSWINSZ, &size);
    vt_settle(vt, QUIET_MS);
}

void vt_resize(struct vt *vt, int lines, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)lines, .ws_col = (unsigned short)cols};

    vterm_set_size(vt->emulator, lines, cols);
    ioctl(vt->master, TIOCSWINSZ, &size);
}

/* --- what is there --- */

char *vt_line(struct vt *vt, int line)
{
    int lines, cols;
    size_t n, size;
    char *text;

    vterm_get_size(vt->emulator, &lines, &cols);
    g_assert_cmpint(line, <, lines);
    size = (size_t)cols * VTERM_MAX_CHARS_PER_CELL * 6 + 1;
    text = g_malloc0(size);
    n = vterm_screen_get_text(vt->screen, text, size - 1,
                              (VTermRect){.start_row = line, .end_row = line + 1, .end_col = cols});
    text[n] = '\0';
    return g_strchomp(text);
}

char *vt_text(struct vt *vt)
{
    GString *text = g_string_new(NULL);
    int lines, cols;

    vterm_get_size(vt->emulator, &lines, &cols);
    for (int line = 0; line < lines; line++) {
        g_autofree char *one = vt_line(vt, line);
        g_string_append_printf(text, "%s%s", line > 0 ? "\n" : "", one);
    }
    return g_string_free(text, FALSE);
}

/* Columns are counted cell by cell: bytes before a match say nothing about where it stands. */
static bool matches_at(struct vt *vt, const char *text, int line, int col, int cols)
{
    while (*text != '\0' && col < cols) {
        struct vt_cell cell;
        const char *shown;
        vt_get_cell(vt, line, col, &cell);
        shown = cell.text[0] != '\0' ? cell.text : " ";
        if (!g_str_has_prefix(text, shown))
            return false;
        text += strlen(shown);
        col += cell.width;
    }
    return *text == '\0';
}

bool vt_find(struct vt *vt, const char *text, int *ret_line, int *ret_col)
{
    int lines, cols;

    vterm_get_size(vt->emulator, &lines, &cols);
    for (int line = 0; line < lines; line++)
        for (int col = 0; col < cols; col++)
            if (matches_at(vt, text, line, col, cols)) {
                if (ret_line != NULL)
                    *ret_line = line;
                if (ret_col != NULL)
                    *ret_col = col;
                return true;
            }
    return false;
}

static int colour_number(const VTermColor *colour)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
        return VT_DEFAULT_COLOUR;
    if (VTERM_COLOR_IS_INDEXED(colour))
        return colour->indexed.idx;
    return VT_RGB | colour->rgb.red << 16 | colour->rgb.green << 8 | colour->rgb.blue;
}

void vt_get_cell(struct vt *vt, int line, int col, struct vt_cell *ret)
{
    VTermScreenCell cell = {.width = 1};
    char *out = ret->text;

    *ret = (struct vt_cell){.text = ""};
    vterm_screen_get_cell(vt->screen, (VTermPos){.row = line, .col = col}, &cell);
    /* the right half of a wide character says 0xffffffff */
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
        if (cell.chars[i] <= 0x10ffff && out < ret->text + sizeof ret->text - 7)
            out += g_unichar_to_utf8(cell.chars[i], out);
    *out = '\0';
    ret->width = cell.width > 0 ? cell.width : 1;
    ret->fg = colour_number(&cell.fg);
    ret->bg = colour_number(&cell.bg);
    ret->bold = cell.attrs.bold;
    ret->italic = cell.attrs.italic;
    ret->reverse = cell.attrs.reverse;
    ret->underline = cell.attrs.underline != VTERM_UNDERLINE_OFF;
}

void vt_cursor(struct vt *vt, int *ret_line, int *ret_col, bool *ret_visible)
{
    VTermPos position;

    vterm_state_get_cursorpos(vterm_obtain_state(vt->emulator), &position);
    *ret_line = position.row;
    *ret_col = position.col;
    *ret_visible = vt->cursor_visible;
}

bool vt_altscreen(const struct vt *vt)
{
    return vt->altscreen;
}

enum vt_mouse_mode vt_mouse_mode(const struct vt *vt)
{
    return (enum vt_mouse_mode)vt->mouse_mode;
}

const char *vt_title(const struct vt *vt)
{
    return vt->title;
}

const char *vt_notification(const struct vt *vt)
{
    return vt->notification;
}

unsigned vt_bells(const struct vt *vt)
{
    return vt->bells;
}

const char *vt_clipboard(const struct vt *vt)
{
    return vt->clipboard;
}

void vt_termios(struct vt *vt, struct termios *ret)
{
    memset(ret, 0, sizeof *ret);
    g_assert_cmpint(tcgetattr(vt->master, ret), ==, 0);
}

guint64 vt_received_bytes(const struct vt *vt)
{
    return vt->received_bytes;
}
