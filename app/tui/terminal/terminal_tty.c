#include "app/tui/terminal/terminal_tty.h"

#include "app/tui/terminal/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool tty_check(GError **error)
{
    const char *which = !isatty(STDOUT_FILENO)  ? "standard output"
                        : !isatty(STDIN_FILENO) ? "standard input"
                                                : NULL;

    if (which == NULL)
        return true;
    g_set_error(error, TERMINAL_ERROR, TERMINAL_ERROR_NOT_A_TTY,
                "%s is not a terminal; the full-screen view needs one", which);
    return false;
}

bool tty_fail_type(GError **error, const char *what)
{
    const char *type = g_getenv("TERM");
    g_autofree char *shown = type != NULL ? g_strescape(type, NULL) : NULL;

    if (type == NULL || *type == '\0')
        g_set_error_literal(error, TERMINAL_ERROR, TERMINAL_ERROR_TYPE,
                            "TERM is not set; set it to the terminal's type, such as "
                            "xterm-256color");
    else
        g_set_error(error, TERMINAL_ERROR, TERMINAL_ERROR_TYPE,
                    "%s (TERM is \"%.64s\"); try TERM=xterm-256color", what, shown);
    return false;
}

void tty_size(int tty, int *ret_lines, int *ret_cols)
{
    struct winsize size;

    *ret_lines = 24;
    *ret_cols = 80;
    /* a terminal that knows no size, such as a serial line, says 0x0 */
    if (ioctl(tty, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return;
    *ret_lines = MIN(size.ws_row, TTY_LINES_MAX);
    *ret_cols = MIN(size.ws_col, TTY_COLS_MAX);
}

void tty_set_modes(int tty, const struct termios *modes)
{
    while (tcsetattr(tty, TCSANOW, modes) != 0 && errno == EINTR)
        continue;
}

int tty_open_again(int tty)
{
    const char *name = ttyname(tty);
    int fd = name != NULL ? open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;

    /* after su the name may be another user's, but /dev/tty is everybody's own */
    if (fd < 0 && tcgetsid(tty) == getsid(0))
        fd = open("/dev/tty", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    return fd >= 0 ? fd : tty;
}

ssize_t tty_write_now(int fd, const char *bytes, size_t n)
{
    int flags = fcntl(fd, F_GETFL);
    bool ours = flags >= 0 && (flags & O_NONBLOCK) == 0;

    if (ours)
        fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    ssize_t done = write(fd, bytes, n);
    int saved = errno;

    if (ours)
        fcntl(fd, F_SETFL, flags);
    errno = saved;
    return done;
}

bool tty_wait_sent(int tty, int patience_ms)
{
    enum { STEP_MS = 2 };
    int queued = 0;

    while (ioctl(tty, TIOCOUTQ, &queued) == 0 && queued > 0) {
        if (patience_ms <= 0)
            return false;
        g_usleep(STEP_MS * 1000);
        patience_ms -= STEP_MS;
    }
    return true;
}

void tty_locale(void)
{
    if (strcmp(setlocale(LC_CTYPE, NULL), "C") == 0)
        setlocale(LC_CTYPE, "");
}

bool tty_unicode(void)
{
    return g_ascii_strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
