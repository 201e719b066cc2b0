#include "app/tui/shell/ui_private.h"

#include "app/tui/shell/snapshot_pair.h"
#include "app/tui/shell/snapshot_taker.h"
#include "probes/clock.h"

#include <math.h>
#include <string.h>

enum { MAX_HINTS = 40 };

static struct status_hint hint_of(const struct ui *ui, enum action action, const char *label)
{
    const char *other = ui_replay_label(ui, action);

    return (struct status_hint){.key = keymap_key(ui->keymap, action),
                                .label = other != NULL ? other : label,
                                .action = (int)action};
}

/* What works on what is focused, behind what works everywhere, so that no width drops that. label
 * is what the hint of new events says; it lives as long as the hints. */
static size_t collect_hints(struct ui *ui, struct status_hint *hints, char label[NUMBER_TEXT_MAX])
{
    struct view_key keys[VIEW_MAX_KEYS];
    size_t n_keys = view_keys(ui_top(ui), keys, VIEW_MAX_KEYS), n = 0;
    enum theme_role role;

    if (ui_alert_hint(ui, label, NUMBER_TEXT_MAX, &role)) {
        hints[n] = hint_of(ui, ACTION_EVENTS, label);
        hints[n++].role = role;
    }
    hints[n++] = hint_of(ui, ACTION_HELP, action_info(ACTION_HELP)->label);
    hints[n++] = hint_of(ui, ACTION_QUIT, action_info(ACTION_QUIT)->label);
    for (size_t i = 0; i < n_keys && n < MAX_HINTS; i++)
        if (*keys[i].label != '\0' && *keymap_key(ui->keymap, keys[i].action) != '\0' &&
            ui_replay_offers(ui, keys[i].action))
            hints[n++] = hint_of(ui, keys[i].action, keys[i].label);
    return n;
}

static void draw_hints(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    struct status_hint hints[MAX_HINTS];
    char news[NUMBER_TEXT_MAX];
    size_t n = collect_hints(ui, hints, news);
    char right[96] = "";
    int minutes = snapshot_taker_minutes(ui->taker);

    if (!isnan(ui->own_cpu) && ui->own_rss != SAMPLE_UNKNOWN)
        g_snprintf(right, sizeof right, "sidescope %s CPU %s", number_percent(ui->own_cpu).text,
                   number_bytes(ui->own_rss).text);
    g_autofree char *pair = snapshot_pair_words(ui->pair);

    if (pair != NULL) /* what goes on by itself has to be seen */
        g_strlcpy(right, pair, sizeof right);
    else if (minutes > 0)
        g_snprintf(right, sizeof right, "snapshot every %d min", minutes);
    /* keys give way to it: a countdown nobody sees is over before it is known */
    int room = pair != NULL ? MIN((int)strlen(right) + 1, area.cols / 2) : 0;

    statusline_draw(&ui->status, canvas, area.top, area.left, area.cols - room, hints, n,
                    room > 0 ? "" : right);
    if (room > 0)
        text_draw(canvas, area.top, area.left + area.cols - room, room,
                  &(struct text_style){.role = THEME_DIM, .align = TEXT_RIGHT}, right);
}

/* The last lines of the screen, all of them, so that it does not run on into what it covers: it
 * never hides the keys, nor what goes on by itself. */
static void draw_message(const struct ui *ui, const struct canvas *canvas, TickitRect screen)
{
    enum { MOST_LINES = 4 };

    if (ui->message == NULL || screen.lines < 1)
        return;
    g_autoptr(GPtrArray) wrapped =
        text_wrap_bytes(ui->message, MAX(screen.cols - 2, 1), text_unicode(canvas));
    int n = MIN((int)wrapped->len, MIN(MOST_LINES, screen.lines));

    for (int i = 0; i < n; i++) {
        bool cut = i == n - 1 && n < (int)wrapped->len;
        g_autofree char *text =
            g_strdup_printf(" %s%s%s ", (const char *)wrapped->pdata[i], cut ? " " : "",
                            cut ? (const char *)wrapped->pdata[i + 1] : "");

        text_draw_safe(canvas, screen.top + screen.lines - n + i, screen.left, screen.cols,
                       &(struct text_style){.role = ui->message_role, .elide = TEXT_ELIDE_END},
                       text);
    }
}

static void draw_footer(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    int cursor = -1;

    ui->footer = area;
    if (area.lines < 1)
        return;
    if (ui->edit.prompt != NULL) {
        prompt_draw(ui->edit.prompt, canvas, area.top, area.left, area.cols, &cursor);
        terminal_cursor(ui->terminal, area.top, cursor);
        return;
    }
    terminal_cursor(ui->terminal, -1, -1);
    draw_hints(ui, canvas, area);
}

static void draw_too_small(const struct canvas *canvas, TickitRect all)
{
    for (int line = 0; line < all.lines; line++)
        text_drawf(canvas, line, 0, all.cols, THEME_TEXT, "%s", "");
    text_drawf(canvas, 0, 0, all.cols, THEME_LOOK, "sidescope needs %dx%d", LAYOUT_MIN_COLS,
               LAYOUT_MIN_LINES);
}

int ui_on_expose(TickitWindow *window, TickitEventFlags flags, void *info, void *user)
{
    const TickitExposeEventInfo *expose = info;
    struct ui *ui = user;

    if (!(flags & TICKIT_EV_FIRE))
        return 1;
    TickitRect all = tickit_window_get_geometry(window);
    struct canvas canvas = {.rb = expose->rb, .theme = ui->theme};
    struct view *screen = ui_top(ui);
    struct layout layout = layout_compute(all.lines, all.cols, &(struct layout_wish){.n_panes = 1});

    ui->now_us = clock_now_us();
    tickit_renderbuffer_eraserect(expose->rb, &(TickitRect){0, 0, all.lines, all.cols});
    if (layout.too_small || screen == NULL) {
        draw_too_small(&canvas, all);
        draw_footer(ui, &canvas, (TickitRect){0});
        return 1;
    }
    /* a prompt needs a line also where there is no room for hints */
    if (layout.footer.lines == 0 && ui->edit.prompt != NULL)
        layout.footer = (TickitRect){.top = all.lines - 1, .left = 0, .lines = 1, .cols = all.cols};
    int bar = ui_time_bar_lines(ui), lines = all.lines - layout.footer.lines - bar;

    screen->ops->draw(screen, &canvas, (TickitRect){0, 0, lines, all.cols});
    draw_message(ui, &canvas, (TickitRect){0, 0, lines, all.cols});
    ui_replay_draw(ui, &canvas, (TickitRect){lines, 0, bar, all.cols});
    draw_footer(ui, &canvas, layout.footer);
    return 1;
}

/* --- the popup --- */

static size_t answers_of(const struct ui *ui, struct status_hint hints[2])
{
    if (ui->question.tell) {
        hints[0] = (struct status_hint){.key = "Enter", .label = "close", .action = ACTION_YES};
        return 1;
    }
    hints[0] = (struct status_hint){.key = "y", .label = "yes", .action = ACTION_YES};
    hints[1] = (struct status_hint){.key = "n", .label = "no", .action = ACTION_NO};
    return 2;
}

static struct popup popup_of(const struct ui *ui, struct status_hint hints[2])
{
    size_t n = answers_of(ui, hints);

    return (struct popup){
        .title = ui->question.title, .text = ui->question.text, .answers = hints, .n_answers = n};
}

TickitRect ui_question_rect(const struct ui *ui)
{
    struct status_hint hints[2];
    struct popup popup = popup_of(ui, hints);
    TickitRect all = tickit_window_get_geometry(ui->window);

    all.top = all.left = 0;
    return popup_rect(&popup, all, ui_unicode(ui));
}

int ui_on_expose_popup(TickitWindow *window, TickitEventFlags flags, void *info, void *user)
{
    const TickitExposeEventInfo *expose = info;
    struct ui *ui = user;
    struct status_hint hints[2];

    if (!(flags & TICKIT_EV_FIRE))
        return 1;
    TickitRect all = tickit_window_get_geometry(window);
    struct canvas canvas = {.rb = expose->rb, .theme = ui->theme};
    struct popup popup = popup_of(ui, hints);

    popup_draw(&popup, &canvas, (TickitRect){0, 0, all.lines, all.cols}, &ui->question.answers);
    return 1;
}
