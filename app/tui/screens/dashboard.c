#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/tui/screens/dashboard_header.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/layout.h"
#include "app/tui/shell/pane.h"
#include "widgets/box.h"

#include <math.h>
#include <string.h>

/*
 * Header, triage strip and the panes. Zooming is a layout, not another
 * screen: the zoomed pane is the same object with all the room.
 */

struct dashboard {
    struct view base;
    struct pane *panes[PANE_N];
    struct layout layout; /* of the last frame, for the mouse; likewise tabs */
    struct tabs_hits tabs[PANE_N];
    enum layout_preset preset;
    int focused;
    bool zoomed;
};

/* --- panes --- */

/* Age when all is well; the state and its reason when not. Returns its role. */
static enum theme_role pane_age(const struct pane *pane, gint64 now_us, char *ret, size_t n)
{
    const struct sample *sample = pane->sample;

    *ret = '\0';
    if (sample == NULL)
        return THEME_DIM;
    if (sample->status == SAMPLE_OK) {
        g_snprintf(ret, n, "%s", format_age(now_us, sample->taken_us).text);
        return THEME_DIM;
    }
    if (sample->status == SAMPLE_STALE || sample->status == SAMPLE_GONE)
        g_snprintf(ret, n, "%s, %s", sample_status_words(sample->status),
                   format_age(now_us, sample->taken_us).text);
    else
        g_snprintf(ret, n, "%s", sample_status_words(sample->status));
    return sample->status == SAMPLE_UNSUPPORTED ? THEME_DIM : THEME_LOOK;
}

/* What growth is counted from, when that was chosen: "since 12:03 (mark)". */
static char *since_words(struct session *session)
{
    gint64 mark_us = session_mark_us(session);

    if (mark_us == 0)
        return NULL;
    g_autoptr(GDateTime) when =
        g_date_time_new_from_unix_local(session_real_us(session, mark_us) / G_USEC_PER_SEC);
    g_autofree char *clock = when != NULL ? g_date_time_format(when, "%H:%M") : g_strdup("?");

    return g_strdup_printf("since %s (mark)", clock);
}

/*
 * In the frame's lower left: the filter, or, when data is old, why, or what growth is counted
 * from, where there is room for all of that.
 */
static char *pane_note(struct pane *pane, int cols, enum theme_role *ret_role)
{
    enum { SINCE_COLS = 36 };
    struct table *table = view_table(&pane->base);

    *ret_role = THEME_LOOK;
    if (table != NULL && *table_filter(table) != '\0')
        return g_strdup_printf("filter: %s (%zu of %zu)", table_filter(table), table_n_shown(table),
                               table_n_rows(table));
    if (pane->sample != NULL && pane->sample->status == SAMPLE_STALE)
        return g_strdup(pane->sample->reason);
    *ret_role = THEME_DIM;
    return table != NULL && table_n_rows(table) > 0 && table_has_since(table) && cols >= SINCE_COLS
               ? since_words(ui_session(pane->base.ui))
               : NULL;
}

static void draw_pane(struct dashboard *dashboard, const struct canvas *canvas, int index)
{
    enum { AGE_MAX = 96 };
    struct pane *pane = dashboard->panes[index];
    TickitRect rect = dashboard->layout.panes[index], inner;
    enum theme_role note_role;
    g_autofree char *note = pane_note(pane, rect.cols, &note_role);
    g_autoptr(GString) info = g_string_new(NULL);
    char age[AGE_MAX];

    if (rect.lines < 1)
        return;
    pane->base.unfocused = index != dashboard->focused;
    struct tabs tabs = view_tabs(&pane->base);
    enum theme_role info_role = pane->base.ops->info(&pane->base, info);
    enum theme_role age_role = pane_age(pane, ui_now(dashboard->base.ui), age, sizeof age);

    box_draw(canvas, rect,
             &(struct box){.title = pane->base.ops->name,
                           .number = index + 1,
                           .tabs = &tabs,
                           .hits = &dashboard->tabs[index],
                           .info = info->str,
                           .info_role = info_role,
                           .footer = age,
                           .footer_role = age_role,
                           .footer_left = note,
                           .footer_left_role = note_role,
                           .focused = !pane->base.unfocused},
             &inner);
    pane->zoomed = dashboard->zoomed;
    if (inner.lines > 0)
        pane->base.ops->draw(&pane->base, canvas, inner);
}

static void dashboard_draw(struct view *screen, const struct canvas *canvas, TickitRect area)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);
    int lines =
        tickit_window_lines(terminal_root(ui_terminal(screen->ui))) - ui_time_bar_lines(screen->ui);

    if (ui_session(screen->ui) == NULL) {
        const char *file = ui_file_name(screen->ui);

        text_drawf(canvas, area.top, area.left, area.cols, THEME_BAR, " sidescope ");
        if (area.lines > 2)
            text_drawf(canvas, area.top + 2, area.left + 1, area.cols - 1, THEME_DIM,
                       "%s%s ...  %s leaves", file != NULL ? "reading " : "attaching",
                       file != NULL ? file : "", keymap_key(ui_keymap(screen->ui), ACTION_QUIT));
        return;
    }
    dashboard->layout = layout_compute(lines, area.cols,
                                       &(struct layout_wish){.n_panes = PANE_N,
                                                             .focused = dashboard->focused,
                                                             .preset = dashboard->preset,
                                                             .zoomed = dashboard->zoomed});
    dashboard_draw_header(screen->ui, canvas, dashboard->layout.header);
    dashboard_draw_strip(screen->ui, canvas, dashboard->layout.strip);
    for (int i = 0; i < PANE_N; i++)
        draw_pane(dashboard, canvas, i);
}

/* --- actions --- */

static struct pane *focused_pane(const struct dashboard *dashboard)
{
    return dashboard->panes[dashboard->focused];
}

static void change_interval(struct view *screen, enum action action)
{
    const struct dashboard *dashboard = view_of(struct dashboard, screen);
    struct ui *ui = screen->ui;
    enum { SHORTEST_MS = 200, LONGEST_S = 600 };
    struct probe *probe = session_probe(ui_session(ui), focused_pane(dashboard)->kind);
    struct probe_pace pace = probe_pace(probe);
    gint64 wanted = action == ACTION_FASTER ? pace.interval_us / 2 : pace.interval_us * 2;
    gint64 interval = CLAMP(wanted, SHORTEST_MS * 1000, LONGEST_S * G_USEC_PER_SEC);

    probe_set_interval(probe, interval);
    ui_message(ui, THEME_DIM, "%s: every %s%s", focused_pane(dashboard)->base.ops->name,
               number_interval((double)interval / G_USEC_PER_SEC).text,
               pace.effective_us > interval ? " (slowed down by its cost)" : "");
}

static void set_zoom(struct dashboard *dashboard, bool zoomed)
{
    struct session *session = ui_session(dashboard->base.ui);

    dashboard->zoomed = zoomed;
    /* there is one pane then: digits are for its tabs */
    for (int i = 0; i < PANE_N; i++) {
        struct pane *pane = dashboard->panes[i];

        pane->zoomed = pane->base.numbered = zoomed && i == dashboard->focused;
        /* a zoomed memory pane wants its regions with every sample */
        if (session != NULL && pane->kind == PROBE_MEMORY)
            probe_set_detail(session_probe(session, PROBE_MEMORY), pane->zoomed);
    }
}

static void toggle_zoom(struct view *screen)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);

    set_zoom(dashboard, !dashboard->zoomed);
}

static void focus(struct dashboard *dashboard, int index)
{
    dashboard->focused = (index + PANE_N) % PANE_N;
    set_zoom(dashboard, dashboard->zoomed);
}

static void step(struct view *screen, enum action action)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);

    focus(dashboard, dashboard->focused + (action == ACTION_NEXT_PANE ? 1 : -1));
}

static void focus_by_digit(struct view *screen, enum action action)
{
    focus(view_of(struct dashboard, screen), (int)(action - ACTION_PANE_1));
}

static void next_layout(struct view *screen)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);

    dashboard->preset = (enum layout_preset)((dashboard->preset + 1) % LAYOUT_N_PRESETS);
    ui_message(screen->ui, THEME_DIM, "layout: %s", layout_preset_name(dashboard->preset));
}

/* Over another screen, to show one pane of it: see dashboard_pane_new. */
static bool is_opened_over(const struct view *screen)
{
    return ui_root_screen(screen->ui) != screen;
}

/* Where it was opened over another one, back to that. */
static void unzoom(struct view *screen)
{
    set_zoom(view_of(struct dashboard, screen), false);
    if (is_opened_over(screen))
        ui_pop(screen->ui);
}

static void dashboard_update(struct view *screen, unsigned kinds)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);

    for (int i = 0; i < PANE_N; i++)
        view_update(&dashboard->panes[i]->base, kinds);
}

/* Without a session there is nothing to move about in. */
static struct view *dashboard_inner(const struct view *screen)
{
    return ui_session(screen->ui) != NULL ? &focused_pane(view_of(struct dashboard, screen))->base
                                          : NULL;
}

static bool is_attached(const struct view *screen)
{
    return ui_session(screen->ui) != NULL;
}

static bool is_zoomed(const struct view *screen)
{
    return is_attached(screen) && view_of(struct dashboard, screen)->zoomed;
}

/* Escape first shows all rows again. */
static bool unzooms(const struct view *screen)
{
    return is_zoomed(screen) && !view_filtered(screen);
}

static bool is_small(const struct view *screen)
{
    return is_attached(screen) && !view_of(struct dashboard, screen)->zoomed;
}

static bool is_recording(const struct view *screen)
{
    return ui_player(screen->ui) != NULL;
}

/* The past is looked at: by pausing, or in a recording. */
static bool is_still(const struct view *screen)
{
    return is_recording(screen) ||
           (is_attached(screen) && session_frozen(ui_session(screen->ui), NULL));
}

static const struct view_key dashboard_keys[] = {
    {ACTION_PAUSE, .applies = is_still},
    {ACTION_EVENT_FORWARD, .applies = is_recording},
    {ACTION_EVENT_BACK, "", .applies = is_recording},
    {ACTION_STEP_BACK, .applies = is_still},
    {ACTION_STEP_FORWARD, .applies = is_still},
    {ACTION_MINUTE_BACK, .applies = is_still},
    {ACTION_MINUTE_FORWARD, .applies = is_still},
    {ACTION_GO_TO_TIME, .applies = is_still},
    {ACTION_FASTER, .applies = is_recording},
    {ACTION_OPEN, "more", is_small, .act = toggle_zoom},
    {ACTION_BACK, .applies = unzooms, .act = unzoom},
    {ACTION_BACK, .applies = is_zoomed},
    {ACTION_ZOOM, .applies = is_small, .act = toggle_zoom},
    {ACTION_ZOOM, "unzoom", is_zoomed, .act = toggle_zoom},
    {ACTION_FILTER, .applies = view_has_list},
    {ACTION_TRIAGE, .applies = is_opened_over, .act = unzoom},
    {.action = ACTION_TRIAGE},
    {ACTION_NEXT_PANE, .applies = is_attached, .act_by = step},
    {ACTION_PREVIOUS_PANE, "", is_attached, .act_by = step},
    {.action = ACTION_MARK},
    {ACTION_PAUSE, .applies = is_attached},
    {ACTION_SORT_RIGHT, .applies = view_sorts},
    {ACTION_COPY, .applies = view_has_row},
    {ACTION_EVENTS, .applies = is_recording},
    {.action = ACTION_SNAPSHOT},
#define PANE_KEY(name, key, place) {ACTION_##key, "", is_small, .act_by = focus_by_digit},
    PANE_TABLE(PANE_KEY)
#undef PANE_KEY
        {ACTION_PRESET, "", is_small, .act = next_layout},
    {ACTION_FASTER, "", is_attached, .act_by = change_interval},
    {ACTION_SLOWER, "", is_attached, .act_by = change_interval},
    {.action = ACTION_NONE}};

/* --- mouse --- */

static int pane_at(const struct dashboard *dashboard, int line, int col)
{
    for (int i = 0; i < PANE_N; i++) {
        TickitRect r = dashboard->layout.panes[i];

        if (line >= r.top && line < r.top + r.lines && col >= r.left && col < r.left + r.cols)
            return i;
    }
    return -1;
}

static void dashboard_click(struct view *screen, int line, int col, bool twice)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);
    int index = pane_at(dashboard, line, col);

    if (ui_session(screen->ui) == NULL)
        return;
    if (index < 0) {
        if (dashboard->layout.strip.lines > 0 && line == dashboard->layout.strip.top)
            ui_act(screen->ui, ACTION_TRIAGE);
        return;
    }
    focus(dashboard, index);
    struct view *pane = &dashboard->panes[index]->base;
    struct table *table = view_table(pane);
    size_t tab;

    if (tabs_hit(&dashboard->tabs[index], line, col, &tab)) {
        pane->ops->turn(pane, tab);
        return;
    }
    enum table_hit hit = table != NULL ? table_click(table, line, col) : TABLE_HIT_NONE;

    if (twice && (hit == TABLE_HIT_ROW || line == dashboard->layout.panes[index].top))
        ui_act(screen->ui, hit == TABLE_HIT_ROW ? ACTION_OPEN : ACTION_ZOOM);
}

static void dashboard_wheel(struct view *screen, int line, int col, int direction)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);
    int index = pane_at(dashboard, line, col);
    struct table *table = index >= 0 ? view_table(&dashboard->panes[index]->base) : NULL;

    if (table != NULL)
        table_scroll(table, direction * 3);
}

/* --- life --- */

static void dashboard_help(struct view *screen, struct pager *pager)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);

    pager_add(pager, THEME_TITLE, "Dashboard");
    pager_add(pager, THEME_TEXT,
              "The strip under the header walks the documented flow: RSS, FD count, memory map,");
    pager_add(pager, THEME_TEXT,
              "heap profile. Green is healthy, amber worth a look, red bad; t explains each step.");
    pager_add(pager, THEME_TEXT, "");
    for (int i = 0; i < PANE_N; i++) {
        dashboard->panes[i]->base.ops->help(&dashboard->panes[i]->base, pager);
        pager_add(pager, THEME_TEXT, "");
    }
}

static void dashboard_free(struct view *screen)
{
    struct dashboard *dashboard = view_of(struct dashboard, screen);

    for (int i = 0; i < PANE_N; i++)
        view_free(&dashboard->panes[i]->base);
    g_free(dashboard);
}

const struct view_ops dashboard_screen_ops = {
    .name = "dashboard",
    .draw = dashboard_draw,
    .update = dashboard_update,
    .inner = dashboard_inner,
    .keys = dashboard_keys,
    .click = dashboard_click,
    .wheel = dashboard_wheel,
    .help = dashboard_help,
    .free = dashboard_free,
};

struct view *dashboard_screen_new(struct ui *ui)
{
    static struct pane *(*const makers[PANE_N])(struct ui * ui) = {
#define PANE_NEW(name, key, place) name##_new,
        PANE_TABLE(PANE_NEW)
#undef PANE_NEW
    };
    struct dashboard *dashboard = g_new0(struct dashboard, 1);

    dashboard->base = (struct view){.ops = &dashboard_screen_ops, .ui = ui};
    for (int i = 0; i < PANE_N; i++)
        dashboard->panes[i] = makers[i](ui);
    return &dashboard->base;
}

struct view *dashboard_pane_new(struct ui *ui, enum probe_kind kind)
{
    struct view *screen = dashboard_screen_new(ui);
    struct dashboard *dashboard = view_of(struct dashboard, screen);

    for (int i = 0; i < PANE_N; i++)
        if (dashboard->panes[i]->kind == kind)
            dashboard->focused = i;
    set_zoom(dashboard, true);
    return screen;
}
