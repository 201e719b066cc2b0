#include "app/tui/terminal_tty.h"

#include "app/tui/terminal.h"

#include <errno.h>
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
    *ret_lines = size.ws_row;
    *ret_cols = size.ws_col;
}

void tty_set_modes(int tty, const struct termios *modes)
{
    while (tcsetattr(tty, TCSADRAIN, modes) != 0 && errno == EINTR)
        continue;
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
