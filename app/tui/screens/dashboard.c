#include "app/tui/screens/screens.h"

#include "app/tui/format.h"
#include "app/tui/pane.h"
#include "widgets/box.h"

#include <math.h>
#include <string.h>

/*
 * Header, triage strip and the four panes. Zooming is a layout, not another
 * screen: the zoomed pane is the same object with all the room.
 */

struct dashboard {
    struct screen base;
    struct pane *panes[LAYOUT_PANES];
    struct layout layout; /* of the last frame, for the mouse */
    enum layout_preset preset;
    int focused;
    bool zoomed;
    int strip_cols[TRIAGE_N_STEPS + 1]; /* where the strip's steps began, for clicks */
};

static struct dashboard *self(struct screen *screen)
{
    return (struct dashboard *)(void *)screen;
}

/* --- header --------------------------------------------------------------------------------- */

enum { MAX_METRICS = 5, VALUE_COLS = 6 };

struct metric {
    const char *name;
    struct format_text value;
    int direction;
    enum theme_role role;
    int rank; /* 0: the last to go when the line is short */
};

/* Never wider than its place: "15 537", then "123k". */
static struct format_text short_count(int64_t n)
{
    struct format_text out;

    if (n == SAMPLE_UNKNOWN || n < 100000)
        return format_count(n);
    text_count_short(n, out.text);
    return out;
}

/* Colour by the same verdict the triage strip shows. */
static enum theme_role step_role(struct ui *ui, enum triage_step_id step)
{
    const struct triage_result *triage = ui_triage(ui);
    enum triage_verdict verdict = triage != NULL ? triage->steps[step].verdict : TRIAGE_UNKNOWN;

    return verdict == TRIAGE_LOOK || verdict == TRIAGE_BAD ? verdict_role(verdict) : THEME_STRONG;
}

/* The census counts where no cheaper way does. */
static int64_t fd_count_of(const struct session *session)
{
    const struct process_sample *process = session_process(session);
    const struct files_sample *files = session_files(session);

    if (process->fd_count != SAMPLE_UNKNOWN || files == NULL)
        return process->fd_count;
    return files->count;
}

/* In order of place; the ranks say which go first when the line is short. */
static size_t collect_metrics(struct ui *ui, struct metric metrics[MAX_METRICS])
{
    struct session *session = ui_session(ui);
    const struct process_sample *p = session_process(session);
    const struct goroutines_sample *g = session_goroutines(session);
    size_t n = 0;

    if (p == NULL)
        return 0;
    metrics[n++] = (struct metric){"RSS", format_bytes(p->rss_bytes),
                                   trend_direction(session_trend(session, SERIES_RSS)),
                                   step_role(ui, TRIAGE_RSS), 0};
    metrics[n++] = (struct metric){"CPU", format_percent(p->cpu_percent), 0,
                                   p->cpu_percent >= 80 ? THEME_LOOK : THEME_STRONG, 3};
    metrics[n++] = (struct metric){"FD", short_count(fd_count_of(session)),
                                   trend_direction(session_trend(session, SERIES_FDS)),
                                   step_role(ui, TRIAGE_FDS), 1};
    metrics[n++] = (struct metric){"thr", short_count(p->threads), 0,
                                   p->threads >= 100 ? THEME_LOOK : THEME_STRONG, 4};
    if (g != NULL && g->count != SAMPLE_UNKNOWN) {
        int direction = trend_direction(session_trend(session, SERIES_GOROUTINES));

        metrics[n++] = (struct metric){"gor", short_count(g->count), direction,
                                       direction > 0 ? THEME_LOOK : THEME_STRONG, 2};
    }
    return n;
}

static int metric_cols(const struct metric *metric)
{
    return (int)strlen(metric->name) + 1 + VALUE_COLS + 2;
}

static void draw_metric(const struct canvas *canvas, int line, int col, const struct metric *metric)
{
    int name = (int)strlen(metric->name) + 1;

    text_drawf(canvas, line, col, name, THEME_DIM, "%s", metric->name);
    text_draw(canvas, line, col + name, VALUE_COLS,
              &(struct text_style){.role = metric->role, .align = TEXT_RIGHT}, metric->value.text);
    text_drawf(canvas, line, col + name + VALUE_COLS, 2, metric->role, "%s",
               metric->direction != 0 ? theme_arrow(canvas->theme, metric->direction) : "");
}

/* Fixed places at the right end, so that a changing value moves nothing. Returns what is left. */
static int draw_metrics(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    struct metric metrics[MAX_METRICS];
    size_t n = collect_metrics(ui, metrics);
    int room = area.cols - MIN(area.cols / 3, 34), used = 0, lowest = MAX_METRICS, col;

    for (int rank = 0; rank < MAX_METRICS; rank++)
        for (size_t i = 0; i < n; i++)
            if (metrics[i].rank == rank) {
                if (used + metric_cols(&metrics[i]) > room)
                    lowest = MIN(lowest, rank);
                else if (rank < lowest)
                    used += metric_cols(&metrics[i]);
            }
    col = area.left + area.cols - used;
    for (size_t i = 0; i < n; i++)
        if (metrics[i].rank < lowest) {
            draw_metric(canvas, area.top, col, &metrics[i]);
            col += metric_cols(&metrics[i]);
        }
    return area.cols - used;
}

static char *header_text(struct ui *ui)
{
    const struct target *target = session_target(ui_session(ui));
    const struct process_sample *p = session_process(ui_session(ui));
    GString *out = g_string_new(target->name);

    if (target->id.pid != 0)
        g_string_append_printf(out, " %d", (int)target->id.pid);
    if (p != NULL && p->uptime_s != SAMPLE_UNKNOWN)
        g_string_append_printf(out, "  up %s", format_duration((double)p->uptime_s).text);
    if (target->pprof_url == NULL) {
        g_string_append(out, "  pprof off");
    } else {
        const char *port = strrchr(target->pprof_url, ':');
        size_t n = port != NULL ? strcspn(port, "/") : 0;

        g_string_append_printf(out, "  pprof %.*s", (int)n, port != NULL ? port : "");
    }
    if (*target->go_version != '\0')
        g_string_append_printf(out, "  %s", target->go_version);
    return g_string_free(out, FALSE);
}

static void draw_header(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    g_autofree char *text = header_text(ui);
    int room = draw_metrics(ui, canvas, area);

    text_drawf(canvas, area.top, area.left, MIN(room, 11), THEME_BAR, " sidescope ");
    if (room > 12)
        text_draw(canvas, area.top, area.left + 12, room - 12,
                  &(struct text_style){.role = THEME_STRONG}, text);
}

/* --- the strip: end of the target, pause, or the four steps ---------------------------------- */

static bool draw_end(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    struct session_end end;

    if (!session_ended(ui_session(ui), &end))
        return false;
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(end.at_real_us / G_USEC_PER_SEC);
    g_autofree char *clock = g_date_time_format(when, "%H:%M:%S");
    const char *how = end.state == PROCESS_ZOMBIE ? "has exited (not reaped yet)"
                      : end.state == PROCESS_REPLACED
                          ? "is gone: its pid belongs to another process"
                          : "has ended";

    text_drawf(canvas, area.top, area.left, area.cols, THEME_BAD,
               " %s %s %s, noticed at %s. The last data stays here.  %s: attach to another, or "
               "wait for a new one",
               theme_mark(canvas->theme, THEME_BAD), session_target(ui_session(ui))->name, how,
               clock, keymap_key(ui_keymap(ui), ACTION_PICKER));
    return true;
}

static bool draw_pause(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    gint64 since;

    if (!session_frozen(ui_session(ui), &since))
        return false;
    text_drawf(canvas, area.top, area.left, area.cols, THEME_LOOK,
               " PAUSED, %s behind. Recording goes on.  %s: go on",
               format_duration((double)(ui_now(ui) - since) / G_USEC_PER_SEC).text,
               keymap_key(ui_keymap(ui), ACTION_PAUSE));
    return true;
}

static int draw_step(const struct canvas *canvas, TickitRect area, int col, int number,
                     const struct triage_step *step, int budget)
{
    char text[160];
    enum theme_role role = verdict_role(step->verdict);
    const char *title = step->id == TRIAGE_MAP ? "map" : step->title;

    /* the mark comes first: it must not be what a short line cuts off */
    g_snprintf(text, sizeof text, "%d%s %s %s", number, theme_mark(canvas->theme, role), title,
               step->summary);
    int width = MIN(text_width(text), budget);

    text_drawf(canvas, area.top, area.left + col, MIN(width, area.cols - col), role, "%s", text);
    return width + 2;
}

static void draw_strip(struct dashboard *dashboard, const struct canvas *canvas, TickitRect area)
{
    struct ui *ui = dashboard->base.ui;
    const struct triage_result *triage = ui_triage(ui);
    int col = 9, budget = MAX((area.cols - col) / TRIAGE_N_STEPS - 2, 6);

    if (area.lines < 1 || draw_end(ui, canvas, area) || draw_pause(ui, canvas, area))
        return;
    text_drawf(canvas, area.top, area.left, 8, THEME_TITLE, " TRIAGE");
    for (int i = 0; triage != NULL && i < TRIAGE_N_STEPS; i++) {
        dashboard->strip_cols[i] = col;
        if (col < area.cols)
            col += draw_step(canvas, area, col, i + 1, &triage->steps[i], budget);
    }
    dashboard->strip_cols[TRIAGE_N_STEPS] = col;
}

/* --- panes -------------------------------------------------------------------------------------
 */

/* Age when all is well; the state and its reason when not. */
static void pane_footer(const struct pane *pane, gint64 now_us, struct pane_text *ret)
{
    const struct sample *sample = pane->sample;

    ret->text[0] = '\0';
    ret->role = THEME_DIM;
    if (sample == NULL)
        return;
    if (sample->status == SAMPLE_OK) {
        g_snprintf(ret->text, sizeof ret->text, "%s", format_age(now_us, sample->taken_us).text);
        return;
    }
    ret->role = sample->status == SAMPLE_UNSUPPORTED ? THEME_DIM : THEME_LOOK;
    if (sample->status == SAMPLE_STALE || sample->status == SAMPLE_GONE)
        g_snprintf(ret->text, sizeof ret->text, "%s, %s", sample_status_name(sample->status),
                   format_age(now_us, sample->taken_us).text);
    else
        g_snprintf(ret->text, sizeof ret->text, "%s", sample_status_name(sample->status));
}

static char *pane_title(const struct pane *pane)
{
    const char *view = pane->ops->view(pane);

    return view != NULL ? g_strdup_printf("%s  %s", pane->ops->title, view)
                        : g_strdup(pane->ops->title);
}

/* The filter, or, when data is old, why; in the frame's lower left. */
static char *pane_note(struct pane *pane)
{
    struct table *table = pane->ops->table(pane);

    if (table != NULL && *table_filter(table) != '\0')
        return g_strdup_printf("filter: %s (%zu of %zu)", table_filter(table), table_n_shown(table),
                               table_n_rows(table));
    if (pane->sample != NULL && pane->sample->status == SAMPLE_STALE)
        return g_strdup(pane->sample->reason);
    return NULL;
}

static void draw_pane(struct dashboard *dashboard, const struct canvas *canvas, int index)
{
    struct pane *pane = dashboard->panes[index];
    TickitRect rect = dashboard->layout.panes[index], inner;
    g_autofree char *title = pane_title(pane);
    g_autofree char *note = pane_note(pane);
    struct pane_text info = {.role = THEME_DIM}, footer;
    bool focused = index == dashboard->focused;

    if (rect.lines < 1)
        return;
    pane->ops->info(pane, &info);
    pane_footer(pane, ui_now(dashboard->base.ui), &footer);
    box_draw(canvas, rect,
             &(struct box){.title = title,
                           .number = index + 1,
                           .info = info.text,
                           .info_role = info.role,
                           .footer = footer.text,
                           .footer_role = footer.role,
                           .footer_left = note,
                           .focused = focused},
             &inner);
    pane->zoomed = dashboard->zoomed;
    if (inner.lines > 0)
        pane->ops->draw(pane, canvas, inner, focused);
}

static void draw_nothing(struct ui *ui, const struct canvas *canvas, TickitRect area)
{
    text_drawf(canvas, area.top, area.left, area.cols, THEME_BAR, " sidescope ");
    if (area.lines > 2)
        text_drawf(canvas, area.top + 2, area.left + 1, area.cols - 1, THEME_DIM,
                   "attaching ...  %s leaves", keymap_key(ui_keymap(ui), ACTION_QUIT));
}

static void dashboard_draw(struct screen *screen, const struct canvas *canvas, TickitRect area)
{
    struct dashboard *dashboard = self(screen);
    int lines = tickit_window_lines(terminal_root(ui_terminal(screen->ui)));

    if (ui_session(screen->ui) == NULL) {
        draw_nothing(screen->ui, canvas, area);
        return;
    }
    dashboard->layout =
        layout_compute(lines, area.cols, dashboard->preset, dashboard->focused, dashboard->zoomed);
    draw_header(screen->ui, canvas, dashboard->layout.header);
    draw_strip(dashboard, canvas, dashboard->layout.strip);
    for (int i = 0; i < LAYOUT_PANES; i++)
        draw_pane(dashboard, canvas, i);
}

/* --- actions -------------------------------------------------------------------------------------
 */

static struct pane *focused_pane(struct dashboard *dashboard)
{
    return dashboard->panes[dashboard->focused];
}

static void change_interval(struct dashboard *dashboard, double factor)
{
    struct ui *ui = dashboard->base.ui;
    enum { SHORTEST_MS = 200, LONGEST_S = 600 };
    struct probe *probe = session_probe(ui_session(ui), focused_pane(dashboard)->ops->kind);
    struct probe_pace pace = probe_pace(probe);
    gint64 interval = CLAMP((gint64)((double)pace.interval_us * factor), SHORTEST_MS * 1000,
                            LONGEST_S * G_USEC_PER_SEC);

    probe_set_interval(probe, interval);
    ui_message(ui, THEME_DIM, "%s: every %.1f s%s", focused_pane(dashboard)->ops->title,
               (double)interval / G_USEC_PER_SEC,
               pace.effective_us > interval ? " (slowed down by its cost)" : "");
}

static void set_zoom(struct dashboard *dashboard, bool zoomed)
{
    struct session *session = ui_session(dashboard->base.ui);

    dashboard->zoomed = zoomed;
    for (int i = 0; i < LAYOUT_PANES; i++)
        dashboard->panes[i]->zoomed = zoomed && i == dashboard->focused;
    /* a zoomed memory pane wants its regions with every sample */
    if (session != NULL)
        probe_set_detail(session_probe(session, PROBE_MEMORY), dashboard->panes[0]->zoomed);
}

static void focus(struct dashboard *dashboard, int index)
{
    dashboard->focused = (index + LAYOUT_PANES) % LAYOUT_PANES;
    set_zoom(dashboard, dashboard->zoomed);
}

static bool act_on_layout(struct dashboard *dashboard, enum action action)
{
    switch (action) {
    case ACTION_NEXT_PANE:
        focus(dashboard, dashboard->focused + 1);
        return true;
    case ACTION_PREVIOUS_PANE:
        focus(dashboard, dashboard->focused - 1);
        return true;
    case ACTION_PANE_1:
    case ACTION_PANE_2:
    case ACTION_PANE_3:
    case ACTION_PANE_4:
        focus(dashboard, (int)(action - ACTION_PANE_1));
        return true;
    case ACTION_ZOOM:
        set_zoom(dashboard, !dashboard->zoomed);
        return true;
    case ACTION_PRESET:
        dashboard->preset = (enum layout_preset)((dashboard->preset + 1) % LAYOUT_N_PRESETS);
        ui_message(dashboard->base.ui, THEME_DIM, "layout: %s",
                   layout_preset_name(dashboard->preset));
        return true;
    default:
        return false;
    }
}

static bool dashboard_act(struct screen *screen, enum action action)
{
    struct dashboard *dashboard = self(screen);

    if (ui_session(screen->ui) == NULL)
        return false;
    if (act_on_layout(dashboard, action) ||
        focused_pane(dashboard)->ops->act(focused_pane(dashboard), action))
        return true;
    switch (action) {
    case ACTION_FASTER:
    case ACTION_SLOWER:
        change_interval(dashboard, action == ACTION_FASTER ? 0.5 : 2);
        return true;
    case ACTION_OPEN: /* nothing selected in a small pane: Enter shows more of it */
        set_zoom(dashboard, true);
        return true;
    case ACTION_BACK: {
        struct table *table = focused_pane(dashboard)->ops->table(focused_pane(dashboard));

        if (!dashboard->zoomed || (table != NULL && *table_filter(table) != '\0'))
            return false;
        set_zoom(dashboard, false);
        return true;
    }
    default:
        return false;
    }
}

static void dashboard_update(struct screen *screen, unsigned kinds)
{
    struct dashboard *dashboard = self(screen);

    (void)kinds;
    for (int i = 0; i < LAYOUT_PANES; i++)
        dashboard->panes[i]->ops->update(dashboard->panes[i], ui_session(screen->ui));
}

static const enum action *dashboard_hints(struct screen *screen)
{
    static const enum action normal[] = {
        ACTION_NEXT_PANE, ACTION_OPEN, ACTION_ZOOM,  ACTION_TRIAGE,     ACTION_FILTER,
        ACTION_GROUP,     ACTION_MARK, ACTION_PAUSE, ACTION_SORT_RIGHT, ACTION_NONE};
    static const enum action zoomed[] = {
        ACTION_BACK, ACTION_OPEN, ACTION_GROUP, ACTION_FILTER, ACTION_SORT_RIGHT,
        ACTION_COPY, ACTION_MARK, ACTION_PAUSE, ACTION_TRIAGE, ACTION_NONE};
    static const enum action zoomed_heap[] = {
        ACTION_BACK,  ACTION_OPEN,   ACTION_FLAME,      ACTION_COMPARE, ACTION_SOURCE,
        ACTION_GROUP, ACTION_FILTER, ACTION_SORT_RIGHT, ACTION_COPY,    ACTION_MARK,
        ACTION_PAUSE, ACTION_TRIAGE, ACTION_NONE};
    static const enum action frozen[] = {
        ACTION_PAUSE,          ACTION_STEP_BACK,  ACTION_STEP_FORWARD, ACTION_MINUTE_BACK,
        ACTION_MINUTE_FORWARD, ACTION_GO_TO_TIME, ACTION_NONE};
    struct session *session = ui_session(screen->ui);

    if (session == NULL)
        return NULL;
    if (session_frozen(session, NULL))
        return frozen;
    if (!self(screen)->zoomed)
        return normal;
    return focused_pane(self(screen))->ops->kind == PROBE_HEAP ? zoomed_heap : zoomed;
}

static struct table *dashboard_table(struct screen *screen)
{
    struct pane *pane = focused_pane(self(screen));

    return ui_session(screen->ui) != NULL ? pane->ops->table(pane) : NULL;
}

static char *dashboard_copy(struct screen *screen)
{
    struct pane *pane = focused_pane(self(screen));

    return pane->ops->copy(pane);
}

/* --- mouse
 * ----------------------------------------------------------------------------------------- */

static int pane_at(const struct dashboard *dashboard, int line, int col)
{
    for (int i = 0; i < LAYOUT_PANES; i++) {
        TickitRect r = dashboard->layout.panes[i];

        if (line >= r.top && line < r.top + r.lines && col >= r.left && col < r.left + r.cols)
            return i;
    }
    return -1;
}

static void dashboard_click(struct screen *screen, int line, int col, bool twice)
{
    struct dashboard *dashboard = self(screen);
    int index = pane_at(dashboard, line, col);

    if (ui_session(screen->ui) == NULL)
        return;
    if (index < 0) {
        if (dashboard->layout.strip.lines > 0 && line == dashboard->layout.strip.top)
            ui_act(screen->ui, ACTION_TRIAGE);
        return;
    }
    focus(dashboard, index);
    struct pane *pane = dashboard->panes[index];
    struct table *table = pane->ops->table(pane);
    enum table_hit hit = table != NULL ? table_click(table, line, col) : TABLE_HIT_NONE;

    if (twice && (hit == TABLE_HIT_ROW || line == dashboard->layout.panes[index].top))
        ui_act(screen->ui, hit == TABLE_HIT_ROW ? ACTION_OPEN : ACTION_ZOOM);
}

static void dashboard_wheel(struct screen *screen, int line, int col, int direction)
{
    struct dashboard *dashboard = self(screen);
    int index = pane_at(dashboard, line, col);
    struct pane *pane = index >= 0 ? dashboard->panes[index] : NULL;
    struct table *table = pane != NULL ? pane->ops->table(pane) : NULL;

    if (table != NULL)
        table_scroll(table, direction * 3);
}

/* --- life
 * -------------------------------------------------------------------------------------------- */

static void dashboard_help(struct screen *screen, struct pager *pager)
{
    struct dashboard *dashboard = self(screen);

    pager_add(pager, THEME_TITLE, "Dashboard");
    pager_add(pager, THEME_TEXT,
              "The strip under the header walks the documented flow: RSS, FD count, memory map,");
    pager_add(pager, THEME_TEXT,
              "heap profile. Green is healthy, amber worth a look, red bad; t explains each step.");
    pager_add(pager, THEME_TEXT, "");
    for (int i = 0; i < LAYOUT_PANES; i++) {
        dashboard->panes[i]->ops->help(pager);
        pager_add(pager, THEME_TEXT, "");
    }
}

void dashboard_show(struct screen *screen, enum triage_link link, const char *key)
{
    struct dashboard *dashboard = self(screen);

    if (link == TRIAGE_LINK_NONE)
        return;
    dashboard->focused = (int)link - (int)TRIAGE_LINK_MEMORY;
    set_zoom(dashboard, true);
    if (key != NULL && *key != '\0')
        focused_pane(dashboard)->ops->select(focused_pane(dashboard), key);
}

static void dashboard_free(struct screen *screen)
{
    struct dashboard *dashboard = self(screen);

    for (int i = 0; i < LAYOUT_PANES; i++)
        dashboard->panes[i]->ops->free(dashboard->panes[i]);
    g_free(dashboard);
}

static const struct screen_ops ops = {
    .name = "dashboard",
    .draw = dashboard_draw,
    .act = dashboard_act,
    .update = dashboard_update,
    .hints = dashboard_hints,
    .table = dashboard_table,
    .click = dashboard_click,
    .wheel = dashboard_wheel,
    .copy = dashboard_copy,
    .help = dashboard_help,
    .free = dashboard_free,
};

struct screen *dashboard_screen_new(struct ui *ui)
{
    struct dashboard *dashboard = g_new0(struct dashboard, 1);

    dashboard->base = (struct screen){.ops = &ops, .ui = ui};
    dashboard->panes[0] = memory_pane_new(ui);
    dashboard->panes[1] = files_pane_new(ui);
    dashboard->panes[2] = goroutines_pane_new(ui);
    dashboard->panes[3] = heap_pane_new(ui);
    return &dashboard->base;
}
