/*
 * A small program on terminal.h alone, for test_terminal: shows what arrives,
 * and does on a key what a test wants to see happen.
 */

#include "app/tui/terminal/terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct probe {
    struct terminal *terminal;
    GMainLoop *loop;
    TickitWindow *box;
    TickitPen *plain, *loud, *deep;
    char key[64], mouse[64];
    int n_keys, count, n_resized;
    bool mouse_on;
    int status;
};

static void damage(struct probe *probe)
{
    tickit_window_expose(terminal_root(probe->terminal), NULL);
    terminal_damage(probe->terminal);
}

/* --- drawing --- */

static void draw_styles(struct probe *probe, TickitRenderBuffer *rb)
{
    tickit_renderbuffer_text_at(rb, 5, 0,
                                "wide \xe6\xbc\xa2\xe5\xad\x97|e\xcc\x81|\xe2\x9c\x93|end");
    tickit_renderbuffer_setpen(rb, probe->loud);
    tickit_renderbuffer_text_at(rb, 6, 0, "LOUD");
    tickit_renderbuffer_setpen(rb, probe->deep);
    tickit_renderbuffer_text_at(rb, 6, 6, "DEEP");
    tickit_renderbuffer_setpen(rb, probe->plain);
}

static int on_root_expose(TickitWindow *window, TickitEventFlags flags, void *info, void *user)
{
    struct probe *probe = user;
    TickitExposeEventInfo *expose = info;
    TickitRenderBuffer *rb = expose->rb;

    if (!(flags & TICKIT_EV_FIRE))
        return 0;
    tickit_renderbuffer_eraserect(rb, &expose->rect);
    tickit_renderbuffer_textf_at(rb, 0, 0, "probe %dx%d colours %d unicode %d resized %d",
                                 tickit_window_lines(window), tickit_window_cols(window),
                                 terminal_colours(probe->terminal),
                                 terminal_unicode(probe->terminal), probe->n_resized);
    tickit_renderbuffer_textf_at(rb, 1, 0, "key %d: %s;", probe->n_keys, probe->key);
    tickit_renderbuffer_textf_at(rb, 2, 0, "mouse: %s;", probe->mouse);
    tickit_renderbuffer_textf_at(rb, 3, 0, "count %d.", probe->count);
    draw_styles(probe, rb);
    return 1;
}

static int on_box_expose(TickitWindow *window, TickitEventFlags flags, void *info, void *user)
{
    TickitExposeEventInfo *expose = info;
    TickitRenderBuffer *rb = expose->rb;
    int bottom = tickit_window_lines(window) - 1, right = tickit_window_cols(window) - 1;

    (void)user;
    if (!(flags & TICKIT_EV_FIRE))
        return 0;
    tickit_renderbuffer_eraserect(rb, &expose->rect);
    tickit_renderbuffer_hline_at(rb, 0, 0, right, TICKIT_LINE_SINGLE, 0);
    tickit_renderbuffer_hline_at(rb, bottom, 0, right, TICKIT_LINE_SINGLE, 0);
    tickit_renderbuffer_vline_at(rb, 0, bottom, 0, TICKIT_LINE_SINGLE, 0);
    tickit_renderbuffer_vline_at(rb, 0, bottom, right, TICKIT_LINE_SINGLE, 0);
    return 1;
}

/* --- what keys do --- */

static void quit(struct probe *probe, int status)
{
    probe->status = status;
    g_main_loop_quit(probe->loop);
}

/* Uses up the stack: depth never comes down to a leaf in practice. */
static int overflow(int depth)
{
    volatile char here[4096];

    here[depth % 4096] = 1;
    return depth < 0 ? 0 : overflow(depth + 1) + here[depth % 4096];
}

static void run_child(struct probe *probe)
{
    static const char *const argv[] = {"sh", "-c", "echo child here; read line; exit 3", NULL};
    g_autoptr(GError) error = NULL;

    if (!terminal_run(probe->terminal, argv, &error))
        g_strlcpy(probe->key, error->message, sizeof probe->key);
    damage(probe);
}

static void copy_much(struct probe *probe)
{
    g_autofree char *text = g_malloc(300 * 1024 + 1);

    memset(text, 'x', 300 * 1024);
    text[300 * 1024] = '\0';
    terminal_copy(probe->terminal, text);
}

/* volatile, so that no compiler foresees the end */
static volatile int overflow_from = 1;
static volatile int *volatile nowhere;

/* A sanitizer that sees the bad access first ends the process without a signal, and nothing that
 * this probe is for happens. */
__attribute__((no_sanitize("undefined"))) static void end_badly(char how)
{
    switch (how) {
    case 'S':
        *nowhere = 1;
        break;
    case 'A':
        abort();
    case 'O':
        overflow(overflow_from);
        break;
    case 'T':
        kill(getpid(), SIGTERM);
        break;
    case 'X':
        exit(4);
    default:
        break;
    }
}

static void act(struct probe *probe, const char *key)
{
    if (strcmp(key, "q") == 0)
        quit(probe, 0);
    else if (strcmp(key, "t") == 0)
        probe->count++;
    else if (strcmp(key, "c") == 0)
        terminal_copy(probe->terminal, "copied \xe2\x9c\x93");
    else if (strcmp(key, "C") == 0)
        copy_much(probe);
    else if (strcmp(key, "r") == 0)
        run_child(probe);
    else if (strcmp(key, "m") == 0)
        terminal_set_mouse(probe->terminal, probe->mouse_on = !probe->mouse_on);
    else if (strcmp(key, "w") == 0)
        terminal_cursor(probe->terminal, 3, 6);
    else if (strcmp(key, "W") == 0)
        terminal_cursor(probe->terminal, -1, -1);
    else if (strcmp(key, "C-z") == 0)
        terminal_suspend(probe->terminal);
    else if (strcmp(key, "C-l") == 0)
        terminal_redraw(probe->terminal);
    else if (key[1] == '\0')
        end_badly(key[0]);
}

static void on_key(void *user, bool is_text, const char *str)
{
    struct probe *probe = user;

    probe->n_keys++;
    g_snprintf(probe->key, sizeof probe->key, "%s%s", is_text ? "text " : "", str);
    act(probe, str);
    damage(probe);
}

static void on_paste(void *user, const char *text)
{
    struct probe *probe = user;

    g_snprintf(probe->key, sizeof probe->key, "paste of %zu, %.20s", strlen(text), text);
    damage(probe);
}

static void on_mouse(void *user, const struct terminal_mouse *mouse)
{
    static const char *const names[] = {"press", "release", "drag", "wheel"};
    struct probe *probe = user;

    g_snprintf(probe->mouse, sizeof probe->mouse, "%s %d at %d,%d%s", names[mouse->type],
               mouse->button, mouse->line, mouse->col, mouse->double_click ? " double" : "");
    damage(probe);
}

static void on_resized(void *user, int lines, int cols)
{
    (void)lines;
    (void)cols;
    ((struct probe *)user)->n_resized++;
}

static void on_lost(void *user)
{
    quit(user, 7);
}

/* --- program --- */

static void make_windows(struct probe *probe)
{
    TickitWindow *root = terminal_root(probe->terminal);

    probe->plain = tickit_pen_new();
    probe->loud = tickit_pen_new_attrs(TICKIT_PEN_FG, 1, TICKIT_PEN_BG, 4, TICKIT_PEN_BOLD, 1,
                                       TICKIT_PEN_REVERSE, 1, 0);
    probe->deep = tickit_pen_new();
    tickit_pen_set_colour_attr_desc(probe->deep, TICKIT_PEN_FG, "2#5fd700");
    tickit_window_bind_event(root, TICKIT_WINDOW_ON_EXPOSE, 0, on_root_expose, probe);
    probe->box = tickit_window_new(root, (TickitRect){8, 2, 4, 10}, 0);
    tickit_window_bind_event(probe->box, TICKIT_WINDOW_ON_EXPOSE, 0, on_box_expose, probe);
    tickit_window_expose(root, NULL);
}

static void close_all(struct probe *probe)
{
    tickit_window_close(probe->box);
    tickit_window_unref(probe->box);
    terminal_close(probe->terminal);
    tickit_pen_unref(probe->plain);
    tickit_pen_unref(probe->loud);
    tickit_pen_unref(probe->deep);
}

int main(int argc, char **argv)
{
    struct probe probe = {.mouse_on = argc > 1 && strcmp(argv[1], "mouse") == 0};
    struct terminal_ops ops = {.key = on_key,
                               .paste = on_paste,
                               .mouse = on_mouse,
                               .resized = on_resized,
                               .lost = on_lost,
                               .user = &probe};
    struct terminal_options options = {.ops = &ops, .mouse = probe.mouse_on};
    g_autoptr(GError) error = NULL;

    probe.terminal = terminal_open(&options, &error);
    if (probe.terminal == NULL) {
        g_printerr("%s\n", error->message);
        return 2;
    }
    probe.loop = g_main_loop_new(NULL, FALSE);
    make_windows(&probe);
    terminal_damage(probe.terminal);
    g_main_loop_run(probe.loop);
    g_main_loop_unref(probe.loop);
    close_all(&probe);
    return probe.status;
}
