#include "tests/support/terminal_mock.h"

#include <string.h>
#include <tickit-mockterm.h>

struct terminal {
    TickitMockTerm *mock;
    TickitWindow *root;
    const struct terminal_ops *ops;
    int lines, cols, colours;
    char *copied;
    GString *signals;
};

static int next_lines = 24, next_cols = 80, next_colours = 256;
static struct terminal *current;

GQuark terminal_error_quark(void)
{
    return g_quark_from_static_string("sidescope-terminal-error-quark");
}

void terminal_mock_prepare(int lines, int cols, int colours)
{
    next_lines = lines;
    next_cols = cols;
    next_colours = colours;
}

struct terminal *terminal_mock_current(void)
{
    return current;
}

struct terminal *terminal_open(const struct terminal_options *options, GError **error)
{
    struct terminal *terminal = g_new0(struct terminal, 1);

    (void)error;
    terminal->lines = next_lines;
    terminal->cols = next_cols;
    terminal->colours = next_colours;
    terminal->ops = options->ops;
    terminal->mock = tickit_mockterm_new(terminal->lines, terminal->cols);
    terminal->root = tickit_window_new_root((TickitTerm *)terminal->mock);
    terminal->signals = g_string_new(NULL);
    current = terminal;
    return terminal;
}

void terminal_close(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    tickit_window_close(terminal->root);
    tickit_window_unref(terminal->root);
    tickit_mockterm_destroy(terminal->mock);
    g_free(terminal->copied);
    g_string_free(terminal->signals, TRUE);
    if (current == terminal)
        current = NULL;
    g_free(terminal);
}

TickitWindow *terminal_root(struct terminal *terminal)
{
    return terminal->root;
}

int terminal_colours(const struct terminal *terminal)
{
    return terminal->colours;
}

int terminal_ground(const struct terminal *terminal)
{
    (void)terminal;
    return -1;
}

bool terminal_unicode(const struct terminal *terminal)
{
    (void)terminal;
    return true;
}

void terminal_flush(struct terminal *terminal)
{
    tickit_window_flush(terminal->root);
}

void terminal_damage(struct terminal *terminal)
{
    (void)terminal; /* flushed when looked at */
}

void terminal_set_mouse(struct terminal *terminal, bool on)
{
    (void)terminal;
    (void)on;
}

void terminal_suspend(struct terminal *terminal)
{
    (void)terminal;
}

void terminal_redraw(struct terminal *terminal)
{
    tickit_window_expose(terminal->root, NULL);
}

void terminal_copy(struct terminal *terminal, const char *text)
{
    g_free(terminal->copied);
    terminal->copied = g_strdup(text);
}

void terminal_signal(struct terminal *terminal, const char *bytes)
{
    g_string_append(terminal->signals, bytes);
}

const char *terminal_mock_signals(const struct terminal *terminal)
{
    return terminal->signals->str;
}

bool terminal_run(struct terminal *terminal, const char *const *argv, GError **error)
{
    (void)terminal;
    g_set_error(error, TERMINAL_ERROR, TERMINAL_ERROR_FAILED, "%s is not run on a mock", argv[0]);
    return false;
}

void terminal_cursor(struct terminal *terminal, int line, int col)
{
    (void)terminal;
    (void)line;
    (void)col;
}

guint64 terminal_bytes_written(const struct terminal *terminal)
{
    (void)terminal;
    return 0;
}

void terminal_mock_resize(struct terminal *terminal, int lines, int cols)
{
    terminal->lines = lines;
    terminal->cols = cols;
    tickit_mockterm_resize(terminal->mock, lines, cols);
    terminal->ops->resized(terminal->ops->user, lines, cols);
}

void terminal_mock_key(struct terminal *terminal, const char *key)
{
    bool is_text = g_utf8_strlen(key, -1) == 1;

    terminal->ops->key(terminal->ops->user, is_text, key);
}

void terminal_mock_type(struct terminal *terminal, const char *text)
{
    for (; *text != '\0'; text++)
        terminal_mock_key(terminal, (const char[]){*text, '\0'});
}

void terminal_mock_mouse(struct terminal *terminal, const struct terminal_mouse *mouse)
{
    terminal->ops->mouse(terminal->ops->user, mouse);
}

char *terminal_mock_text(struct terminal *terminal)
{
    GString *out = g_string_new(NULL);
    size_t size = (size_t)terminal->cols * 8 + 2; /* the library writes one NUL too far */
    g_autofree char *line = g_malloc0(size);

    terminal_flush(terminal);
    for (int l = 0; l < terminal->lines; l++) {
        size_t n =
            tickit_mockterm_get_display_text(terminal->mock, line, size - 1, l, 0, terminal->cols);

        line[MIN(n, size - 1)] = '\0';
        g_string_append(out, g_strchomp(line));
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}

const char *terminal_mock_copied(const struct terminal *terminal)
{
    return terminal->copied;
}

int terminal_mock_painted(struct terminal *terminal)
{
    terminal_flush(terminal);
    int n = tickit_mockterm_loglen(terminal->mock);

    tickit_mockterm_clearlog(terminal->mock);
    return n;
}
