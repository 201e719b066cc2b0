#include "app/commands/progress_line.h"

#include "widgets/safe_text.h"

#include <glib.h>
#include <sys/ioctl.h>
#include <unistd.h>

void progress_line_say(const char *line, bool is_terminal)
{
    enum { USUAL_COLS = 80 };
    g_autoptr(GString) cut = g_string_new(NULL);
    struct winsize size;

    if (!is_terminal) {
        g_printerr("%s\n", line);
        return;
    }
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;

    text_fit(cut, line, (known ? size.ws_col : USUAL_COLS) - 1, TEXT_ELIDE_END, false);
    g_printerr("\r%s\033[K", cut->str);
}
