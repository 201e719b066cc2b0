#include "app/tui/screens/screens.h"

#include "app/tui/screens/recordings_charts.h"
#include "app/tui/screens/view_table.h"

#include "app/recording/time_text.h"
#include "app/tui/shell/errands.h"

#include <stdio.h>
#include <string.h>

/*
 * Two recordings beside each other, a good build and a bad one, say: time is
 * counted from the beginning of each. Above, one number of both over time, on
 * one scale; below, every number at one time of both. Enter compares all that
 * was known then.
 */

/* Shared with the work that reads two moments: whoever lets go last frees it. */
struct recordings {
    struct recorded_side *sides[RECORDINGS_N_SIDES];
    int owners; /* atomic */
};

struct recordings_screen {
    struct view base;
    struct recordings *recordings;
    struct table *table;
    struct recordings_at both;
    bool reading;
    TickitRect bars; /* as drawn last */
};

static void release(void *data)
{
    struct recordings *recordings = data;

    if (__atomic_sub_fetch(&recordings->owners, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (int i = 0; i < RECORDINGS_N_SIDES; i++)
        recorded_side_free(recordings->sides[i]);
    g_free(recordings);
}

/* --- the screen --- */

/* The table keeps a third; where there is no room for charts it has all. */
static void recordings_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    enum { BARS = RECORDINGS_N_SIDES + 1, LEAST_CHART = 3, LEAST_TABLE = 5 };
    struct recordings_screen *screen = view_of(struct recordings_screen, base);
    int room = area.lines - 1 - BARS - LEAST_TABLE;
    int chart = MIN(room / RECORDINGS_N_SIDES, area.lines * 2 / 7);
    char right[2 * NUMBER_TEXT_MAX + 8];
    size_t row;
    enum metric metric = screen->both.rows[table_selected(screen->table, &row) ? row : 0];

    g_snprintf(right, sizeof right, "%s of %s ",
               number_duration((double)screen->both.at_us / G_USEC_PER_SEC).text,
               number_duration((double)screen->both.span_us / G_USEC_PER_SEC).text);
    int right_cols = text_width(right);

    text_drawf(canvas, area.top, area.left, area.cols - right_cols, THEME_BAR,
               " recordings  %s  %s", screen->both.sides[0]->name, screen->both.sides[1]->name);
    text_drawf(canvas, area.top, area.left + area.cols - right_cols, right_cols, THEME_BAR, "%s",
               right);
    area.top++;
    area.lines--;
    for (int i = 0; i < RECORDINGS_N_SIDES && chart >= LEAST_CHART; i++) {
        recordings_chart_draw(&screen->both, metric, i, canvas,
                              (TickitRect){area.top, area.left, chart, area.cols});
        area.top += chart;
        area.lines -= chart;
    }
    if (area.lines >= BARS + 2) {
        screen->bars = recordings_bars_draw(&screen->both, canvas,
                                            (TickitRect){area.top, area.left, BARS, area.cols});
        area.top += BARS;
        area.lines -= BARS;
    }
    table_draw(screen->table, canvas, area,
               &(struct table_look){.focused = true, .empty = "Neither has a number yet."});
}

static void move_to(struct recordings_screen *screen, gint64 at_us)
{
    screen->both.at_us = CLAMP(at_us, 0, screen->both.span_us);
    table_set_model(screen->table, &screen->both,
                    screen->both.n_rows); /* the values are others now */
}

/* --- comparing --- */

struct reading {
    struct recordings *recordings;
    gint64 at_us[RECORDINGS_N_SIDES];
    struct snapshot *snapshots[RECORDINGS_N_SIDES];
    char *problem;
};

static void reading_free(void *data)
{
    struct reading *reading = data;

    for (int i = 0; i < RECORDINGS_N_SIDES; i++)
        snapshot_free(reading->snapshots[i]);
    if (reading->recordings != NULL)
        release(reading->recordings);
    g_free(reading->problem);
    g_free(reading);
}

static void *read_work(void *data, const int *cancelled)
{
    struct reading *reading = data;
    g_autoptr(GError) error = NULL;

    (void)cancelled;
    for (int i = 0; i < RECORDINGS_N_SIDES && error == NULL; i++)
        reading->snapshots[i] =
            recorded_side_snapshot(reading->recordings->sides[i], reading->at_us[i], &error);
    if (error != NULL)
        reading->problem = g_strdup(error->message);
    return reading;
}

static void read_done(void *result, void *user)
{
    struct reading *reading = result;
    struct ui *ui = user;
    struct view *base = ui_find_screen(ui, &recordings_screen_ops);
    unsigned ids[RECORDINGS_N_SIDES];

    if (base != NULL)
        view_of(struct recordings_screen, base)->reading = false;
    if (reading->problem != NULL) {
        ui_message(ui, THEME_BAD, "%s", reading->problem);
    } else {
        for (int i = 0; i < RECORDINGS_N_SIDES; i++)
            ids[i] = snapshots_add(ui_snapshots(ui), g_steal_pointer(&reading->snapshots[i]));
        ui_snapshots_changed(ui);
        ui_push(ui, compare_screen_new(ui, ids[0], ids[1]));
    }
    reading_free(reading);
}

static void start_compare(struct view *base)
{
    struct recordings_screen *screen = view_of(struct recordings_screen, base);
    struct reading *reading;

    if (screen->reading) /* one thread at a time reads them */
        return;
    screen->reading = true;
    reading = g_new0(struct reading, 1);
    reading->recordings = screen->recordings;
    __atomic_add_fetch(&screen->recordings->owners, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < RECORDINGS_N_SIDES; i++) {
        const struct player_outline *outline = screen->both.sides[i]->outline;

        reading->at_us[i] = MIN(outline->from_us + screen->both.at_us, outline->to_us);
    }
    ui_message(base->ui, THEME_DIM, "reading both ...");
    ui_start_job(
        base->ui,
        &(struct job_ops){
            .work = read_work, .done = read_done, .free_result = reading_free, .user = base->ui},
        reading);
}

/* --- going about --- */

/* "1:20" and "80m" are since the beginning; all else is as in a recording. */
static bool parse_elapsed(const char *text, const struct recordings_screen *screen, gint64 *ret,
                          GError **error)
{
    int h, m, s = 0, used = 0;

    if (sscanf(text, "%d:%2d%n", &h, &m, &used) == 2 &&
        (text[used] == '\0' || sscanf(text + used, ":%2d%n", &s, &used) == 1) && h >= 0 && m >= 0) {
        *ret = (h * 3600LL + m * 60 + s) * G_USEC_PER_SEC;
        return true;
    }
    if (!g_ascii_isdigit(*text) || strchr(text, '%') != NULL)
        return time_text_parse(text, screen->both.at_us, 0, screen->both.span_us, ret, error);
    g_autofree char *since = g_strconcat("+", text, NULL);

    return time_text_parse(since, 0, 0, screen->both.span_us, ret, error);
}

static void on_time(struct ui *ui, const char *text, void *user)
{
    struct view *base = ui_find_screen(ui, &recordings_screen_ops);
    g_autoptr(GError) error = NULL;
    gint64 at_us;

    (void)user;
    if (text == NULL || *text == '\0' || base == NULL)
        return;
    if (parse_elapsed(text, view_of(struct recordings_screen, base), &at_us, &error))
        move_to(view_of(struct recordings_screen, base), at_us);
    else
        ui_message(ui, THEME_LOOK, "%s", error->message);
}

static void ask_time(struct view *base)
{
    ui_prompt(base->ui,
              &(struct ui_prompt){
                  .label = "go to (1:20, 80m, -5m, begin, end): ", .text = "", .done = on_time});
}

/* A step is a hundredth of the time, at least a second. */
static void go(struct view *base, enum action action)
{
    enum { MINUTE_US = 60 * G_USEC_PER_SEC, STEPS = 100 };
    struct recordings_screen *screen = view_of(struct recordings_screen, base);
    gint64 step = MAX(screen->both.span_us / STEPS, G_USEC_PER_SEC);
    bool minutes = action == ACTION_MINUTE_BACK || action == ACTION_MINUTE_FORWARD;
    bool back = action == ACTION_MINUTE_BACK || action == ACTION_STEP_BACK;
    gint64 by = minutes ? MINUTE_US : step;

    move_to(screen, screen->both.at_us + (back ? -by : by));
}

static void go_to_end(struct view *base, enum action action)
{
    struct recordings_screen *screen = view_of(struct recordings_screen, base);

    move_to(screen, action == ACTION_TIME_END ? screen->both.span_us : 0);
}

/* The next change of either. */
static void seek_change(struct view *base, enum action action)
{
    struct recordings_screen *screen = view_of(struct recordings_screen, base);
    bool forward = action == ACTION_EVENT_FORWARD;
    gint64 best = forward ? G_MAXINT64 : -1;

    for (int i = 0; i < RECORDINGS_N_SIDES; i++) {
        const struct player_outline *outline = screen->both.sides[i]->outline;

        for (guint k = 0; k < outline->verdicts->len; k++) {
            gint64 t =
                g_array_index(outline->verdicts, struct player_verdict, k).at_us - outline->from_us;

            if (forward ? t > screen->both.at_us && t < best : t < screen->both.at_us && t > best)
                best = t;
        }
    }
    if (best >= 0 && best <= screen->both.span_us)
        move_to(screen, best);
    else
        ui_message(base->ui, THEME_DIM, "no verdict changes %s",
                   forward ? "after this" : "before this");
}

static bool on_bars(struct recordings_screen *screen, int line, int col)
{
    const TickitRect *bars = &screen->bars;

    if (line < bars->top || line >= bars->top + bars->lines || col < bars->left)
        return false;
    move_to(screen, recordings_bars_time(&screen->both, *bars, col));
    return true;
}

static void recordings_click(struct view *base, int line, int col, bool twice)
{
    struct recordings_screen *screen = view_of(struct recordings_screen, base);

    if (!on_bars(screen, line, col) && table_click(screen->table, line, col) == TABLE_HIT_ROW &&
        twice)
        start_compare(base);
}

static void recordings_drag(struct view *base, int line, int col)
{
    on_bars(view_of(struct recordings_screen, base), line, col);
}

static struct table *recordings_table(struct view *base)
{
    return view_of(struct recordings_screen, base)->table;
}

static void recordings_help(struct view *base, struct pager *pager)
{
    static const char *const lines[] = {
        "Time is counted from the beginning of each. The row chosen in the table is",
        "the number that the charts show, both on one scale. , and . go about in time,",
        "so do [ ] ^ $ b and the mouse; { and } go to where a verdict changes. Enter",
        "compares everything that was known of both then: heap, goroutines, files, map.",
    };

    (void)base;
    pager_add(pager, THEME_TITLE, "Two recordings");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        pager_addf(pager, THEME_TEXT, "  %s", lines[i]);
}

static void recordings_free(struct view *base)
{
    table_free(view_of(struct recordings_screen, base)->table);
    release(view_of(struct recordings_screen, base)->recordings);
    g_free(base);
}

static const struct view_key recordings_keys[] = {{ACTION_OPEN, "compare", .act = start_compare},
                                                  {ACTION_COMPARE, "", .act = start_compare},
                                                  {ACTION_STEP_BACK, .act_by = go},
                                                  {ACTION_STEP_FORWARD, .act_by = go},
                                                  {ACTION_EVENT_FORWARD, .act_by = seek_change},
                                                  {ACTION_EVENT_BACK, "", .act_by = seek_change},
                                                  {ACTION_MINUTE_BACK, "", .act_by = go},
                                                  {ACTION_MINUTE_FORWARD, "", .act_by = go},
                                                  {ACTION_TIME_BEGIN, "", .act_by = go_to_end},
                                                  {ACTION_TIME_END, "", .act_by = go_to_end},
                                                  {ACTION_GO_TO_TIME, .act = ask_time},
                                                  {.action = ACTION_FILTER},
                                                  {ACTION_SORT_RIGHT, .applies = view_sorts},
                                                  {.action = ACTION_EXPORT},
                                                  {.action = ACTION_NONE}};

const struct view_ops recordings_screen_ops = {
    .name = "recordings",
    .draw = recordings_draw,
    .keys = recordings_keys,
    .table = recordings_table,
    .click = recordings_click,
    .drag = recordings_drag,
    .help = recordings_help,
    .free = recordings_free,
};

struct view *recordings_screen_new(struct ui *ui, struct recorded_side *first,
                                   struct recorded_side *second)
{
    struct recordings_screen *screen = g_new0(struct recordings_screen, 1);

    screen->base = (struct view){.ops = &recordings_screen_ops, .ui = ui};
    screen->recordings = g_new0(struct recordings, 1);
    screen->recordings->owners = 1;
    screen->recordings->sides[0] = first;
    screen->recordings->sides[1] = second;
    recordings_at_init(&screen->both, first, second);
    screen->table = table_new(&recordings_listing);
    move_to(screen, screen->both.at_us);
    return &screen->base;
}
