#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/recording/time_text.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"
#include "widgets/timebar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * Two recordings beside each other, a good build and a bad one, say: time is
 * counted from the beginning of each. Above, one number of both over time, on
 * one scale; below, every number at one time of both. Enter compares all that
 * was known then.
 */

enum { N_SIDES = 2 };

/* Shared with the work that reads two moments: whoever lets go last frees it. */
struct recordings {
    struct recorded_side *sides[N_SIDES];
    int owners; /* atomic */
};

struct recordings_screen {
    struct view base;
    struct recordings *recordings;
    struct table *table;
    enum metric rows[METRIC_N]; /* those that either has */
    size_t n_rows;
    gint64 span_us, at_us; /* of the longer one; since the beginning */
    bool reading;
    TickitRect bars; /* as drawn last */
};

enum { COLUMN_METRIC, COLUMN_FIRST, COLUMN_SECOND, COLUMN_CHANGE, COLUMN_PERCENT };

static const struct listing_column columns[] = {
    /* in the order of the metrics, not of their names */
    [COLUMN_METRIC] =
        {.id = "metric", .title = "WHAT", .kind = LISTING_WORD, .min_width = 12, .max_width = 32},
    [COLUMN_FIRST] = {.id = "first",
                      .title = "FIRST",
                      .kind = LISTING_CHANGE,
                      .width = 11,
                      .smallest_first = true},
    [COLUMN_SECOND] = {.id = "second",
                       .title = "SECOND",
                       .kind = LISTING_CHANGE,
                       .width = 11,
                       .smallest_first = true},
    [COLUMN_CHANGE] = {.id = "difference",
                       .title = "DIFFERENCE",
                       .kind = LISTING_CHANGE,
                       .width = 11},
    [COLUMN_PERCENT] = {.id = "difference_percent",
                        .title = "%",
                        .kind = LISTING_PERCENT_WHOLE,
                        .width = 7,
                        .drop = 1},
};

static const struct recorded_side *side_of(const struct recordings_screen *screen, int i)
{
    return screen->recordings->sides[i];
}

static void release(void *data)
{
    struct recordings *recordings = data;

    if (__atomic_sub_fetch(&recordings->owners, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (int i = 0; i < N_SIDES; i++)
        recorded_side_free(recordings->sides[i]);
    g_free(recordings);
}

/* --- values --- */

static double value_of(const struct recordings_screen *screen, enum metric metric, int i)
{
    const struct recorded_side *side = side_of(screen, i);

    return recorded_side_value(side, metric, side->outline->from_us + screen->at_us);
}

static double change_of(const struct recordings_screen *screen, enum metric metric)
{
    return value_of(screen, metric, 1) - value_of(screen, metric, 0);
}

static void append_value(GString *out, enum metric metric, double value, bool with_sign)
{
    if (isnan(value))
        g_string_append(out, "-");
    else if (metric_is_bytes(metric))
        g_string_append(out, with_sign ? number_bytes_signed((int64_t)value).text
                                       : number_bytes((int64_t)value).text);
    else if (metric_info(metric)->unit == METRIC_COUNT)
        g_string_append(out, with_sign ? number_count_signed((int64_t)llround(value)).text
                                       : number_count((int64_t)llround(value)).text);
    else
        g_string_append_printf(out, with_sign ? "%+.1f" : "%.1f", value);
    static const char *const units[] = {[METRIC_PERCENT] = "%",
                                        [METRIC_BYTES_PER_SECOND] = "/s",
                                        [METRIC_PER_MINUTE] = "/min",
                                        [METRIC_SECONDS] = "s"};
    enum metric_unit unit = metric_info(metric)->unit;

    if (!isnan(value) && unit < G_N_ELEMENTS(units) && units[unit] != NULL)
        g_string_append(out, units[unit]);
}

/* --- the table --- */

static enum metric metric_at(const void *model, size_t row)
{
    return ((const struct recordings_screen *)model)->rows[row];
}

/* A number of that metric with its unit. */
static void take_number(enum metric metric, double number, bool with_sign,
                        struct listing_value *ret)
{
    g_autoptr(GString) text = g_string_new(NULL);

    ret->x = number;
    append_value(text, metric, number, with_sign);
    listing_say(ret, "%s", text->str);
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct recordings_screen *screen = model;
    enum metric metric = metric_at(model, row);

    switch (column) {
    case COLUMN_METRIC:
        ret->n = metric;
        ret->text = metric_info(metric)->words;
        break;
    case COLUMN_FIRST:
    case COLUMN_SECOND:
        take_number(metric, value_of(screen, metric, column == COLUMN_SECOND), false, ret);
        break;
    case COLUMN_CHANGE:
        take_number(metric, change_of(screen, metric), true, ret);
        break;
    default: {
        double first = value_of(screen, metric, 0);

        ret->x = first > 0 ? 100 * change_of(screen, metric) / first : NAN;
        ret->text = "";
        if (!isnan(ret->x) && fabs(ret->x) < 1e6)
            listing_say(ret, "%s", number_percent_signed(ret->x).text);
    }
    }
}

static uint64_t key(const void *model, size_t row)
{
    return (uint64_t)metric_at(model, row) + 1;
}

static void search(const void *model, size_t row, GString *out)
{
    const struct metric_info *info = metric_info(metric_at(model, row));

    g_string_append_printf(out, "%s %s", info->name, info->id);
}

static const struct listing listing = {
    .id = "metrics",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COLUMN_METRIC,
    .value = value,
    .key = key,
    .search = search,
};

/* --- charts --- */

static double highest(const struct recordings_screen *screen, enum metric metric)
{
    double high = 0;

    for (int i = 0; i < N_SIDES; i++) {
        const GArray *points = side_of(screen, i)->points[metric];

        for (guint k = 0; k < points->len; k++)
            high = fmax(high, g_array_index(points, struct history_point, k).max);
    }
    return high;
}

static void draw_chart(struct recordings_screen *screen, const struct canvas *canvas,
                       TickitRect area, int i)
{
    static const enum theme_role roles[N_SIDES] = {THEME_GRAPH1, THEME_GRAPH2};
    const struct recorded_side *side = side_of(screen, i);
    size_t row;
    enum metric metric = screen->rows[table_selected(screen->table, &row) ? row : 0];
    const GArray *history = side->points[metric];
    g_autoptr(GArray) points =
        g_array_sized_new(FALSE, FALSE, sizeof(struct chart_point), history->len);
    g_autoptr(GString) value = g_string_new(NULL);

    for (guint k = 0; k < history->len; k++) {
        const struct history_point *p = &g_array_index(history, struct history_point, k);
        struct chart_point point = {(double)(p->t_us - side->outline->from_us) / G_USEC_PER_SEC,
                                    p->value};

        g_array_append_val(points, point);
    }

    append_value(value, metric, value_of(screen, metric, i), false);
    text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TITLE, "%d %s  %s %s", i + 1,
               side->name, metric_info(metric)->name, value->str);
    area.top++;
    area.lines--;
    struct chart chart = {.points = (const struct chart_point *)(void *)points->data,
                          .n = points->len,
                          .t_to = (double)screen->span_us / G_USEC_PER_SEC,
                          .zero_based = true,
                          .limit = NAN,
                          .reach = highest(screen, metric),
                          .no_time = true,
                          .role = roles[i]};

    format_scale(&chart, metric);
    chart_draw(canvas, area, &chart);
}

/* --- the bars of time --- */

static enum timebar_state state_of(enum triage_verdict verdict)
{
    return verdict == TRIAGE_HEALTHY ? TIMEBAR_GOOD
           : verdict == TRIAGE_LOOK  ? TIMEBAR_LOOK
           : verdict == TRIAGE_BAD   ? TIMEBAR_BAD
                                     : TIMEBAR_UNKNOWN;
}

static GArray *changes_of(const struct player_outline *outline)
{
    GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct timebar_change));
    struct timebar_change change = {0, TIMEBAR_UNKNOWN};

    g_array_append_val(changes, change);
    for (guint i = 0; i < outline->verdicts->len; i++) {
        const struct player_verdict *verdict =
            &g_array_index(outline->verdicts, struct player_verdict, i);

        change =
            (struct timebar_change){verdict->at_us - outline->from_us, state_of(verdict->verdict)};
        g_array_append_val(changes, change);
    }
    change = (struct timebar_change){outline->to_us - outline->from_us + 1, TIMEBAR_NOTHING};
    g_array_append_val(changes, change);
    return changes;
}

static void draw_bars(struct recordings_screen *screen, const struct canvas *canvas,
                      TickitRect area)
{
    screen->bars = (TickitRect){area.top, area.left + CHART_LABEL_COLS, area.lines,
                                area.cols - CHART_LABEL_COLS};
    for (int i = 0; i < N_SIDES && i < area.lines; i++) {
        const struct recorded_side *side = side_of(screen, i);
        g_autoptr(GArray) changes = changes_of(side->outline);
        TickitRect line = screen->bars;

        line.top += i;
        line.lines = i == N_SIDES - 1 ? area.lines - i : 1;
        text_drawf(canvas, line.top, area.left + 1, CHART_LABEL_COLS - 1, THEME_DIM, "%d", i + 1);
        timebar_draw(canvas, line,
                     &(struct timebar){.to_us = screen->span_us,
                                       .at_us = screen->at_us,
                                       .changes = (const void *)changes->data,
                                       .n_changes = changes->len,
                                       .elapsed = true});
    }
}

/* --- the screen --- */

/* The table keeps a third; where there is no room for charts it has all. */
static void recordings_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    enum { BARS = N_SIDES + 1, LEAST_CHART = 3, LEAST_TABLE = 5 };
    struct recordings_screen *screen = view_of(struct recordings_screen, base);
    int room = area.lines - 1 - BARS - LEAST_TABLE;
    int chart = MIN(room / N_SIDES, area.lines * 2 / 7);
    char right[2 * NUMBER_TEXT_MAX + 8];

    g_snprintf(right, sizeof right, "%s of %s ",
               number_duration((double)screen->at_us / G_USEC_PER_SEC).text,
               number_duration((double)screen->span_us / G_USEC_PER_SEC).text);
    int right_cols = text_width(right);

    text_drawf(canvas, area.top, area.left, area.cols - right_cols, THEME_BAR,
               " recordings  %s  %s", side_of(screen, 0)->name, side_of(screen, 1)->name);
    text_drawf(canvas, area.top, area.left + area.cols - right_cols, right_cols, THEME_BAR, "%s",
               right);
    area.top++;
    area.lines--;
    for (int i = 0; i < N_SIDES && chart >= LEAST_CHART; i++) {
        draw_chart(screen, canvas, (TickitRect){area.top, area.left, chart, area.cols}, i);
        area.top += chart;
        area.lines -= chart;
    }
    if (area.lines >= BARS + 2) {
        draw_bars(screen, canvas, (TickitRect){area.top, area.left, BARS, area.cols});
        area.top += BARS;
        area.lines -= BARS;
    }
    table_draw(screen->table, canvas, area,
               &(struct table_look){.focused = true, .empty = "Neither has a number yet."});
}

static void move_to(struct recordings_screen *screen, gint64 at_us)
{
    screen->at_us = CLAMP(at_us, 0, screen->span_us);
    table_set_model(screen->table, screen, screen->n_rows); /* the values are others now */
}

/* --- comparing --- */

struct reading {
    struct recordings *recordings;
    gint64 at_us[N_SIDES];
    struct snapshot *snapshots[N_SIDES];
    char *problem;
};

static void reading_free(void *data)
{
    struct reading *reading = data;

    for (int i = 0; i < N_SIDES; i++)
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
    for (int i = 0; i < N_SIDES && error == NULL; i++)
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
    unsigned ids[N_SIDES];

    if (base != NULL)
        view_of(struct recordings_screen, base)->reading = false;
    if (reading->problem != NULL) {
        ui_message(ui, THEME_BAD, "%s", reading->problem);
    } else {
        for (int i = 0; i < N_SIDES; i++)
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
    for (int i = 0; i < N_SIDES; i++) {
        const struct player_outline *outline = side_of(screen, i)->outline;

        reading->at_us[i] = MIN(outline->from_us + screen->at_us, outline->to_us);
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
        return time_text_parse(text, screen->at_us, 0, screen->span_us, ret, error);
    g_autofree char *since = g_strconcat("+", text, NULL);

    return time_text_parse(since, 0, 0, screen->span_us, ret, error);
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
    gint64 step = MAX(screen->span_us / STEPS, G_USEC_PER_SEC);
    bool minutes = action == ACTION_MINUTE_BACK || action == ACTION_MINUTE_FORWARD;
    bool back = action == ACTION_MINUTE_BACK || action == ACTION_STEP_BACK;
    gint64 by = minutes ? MINUTE_US : step;

    move_to(screen, screen->at_us + (back ? -by : by));
}

static void go_to_end(struct view *base, enum action action)
{
    struct recordings_screen *screen = view_of(struct recordings_screen, base);

    move_to(screen, action == ACTION_TIME_END ? screen->span_us : 0);
}

/* The next change of either. */
static void seek_change(struct view *base, enum action action)
{
    struct recordings_screen *screen = view_of(struct recordings_screen, base);
    bool forward = action == ACTION_EVENT_FORWARD;
    gint64 best = forward ? G_MAXINT64 : -1;

    for (int i = 0; i < N_SIDES; i++) {
        const struct player_outline *outline = side_of(screen, i)->outline;

        for (guint k = 0; k < outline->verdicts->len; k++) {
            gint64 t =
                g_array_index(outline->verdicts, struct player_verdict, k).at_us - outline->from_us;

            if (forward ? t > screen->at_us && t < best : t < screen->at_us && t > best)
                best = t;
        }
    }
    if (best >= 0 && best <= screen->span_us)
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
    move_to(screen, timebar_time(&(struct timebar){.to_us = screen->span_us}, bars->cols,
                                 col - bars->left));
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
    screen->span_us = G_USEC_PER_SEC;
    for (int i = 0; i < N_SIDES; i++) {
        const struct player_outline *outline = side_of(screen, i)->outline;

        screen->span_us = MAX(screen->span_us, outline->to_us - outline->from_us);
    }
    for (int m = 0; m < METRIC_N; m++)
        if (first->points[m]->len > 0 || second->points[m]->len > 0)
            screen->rows[screen->n_rows++] = (enum metric)m;
    screen->table = table_new(&listing);
    /* where both still go on */
    gint64 shorter = G_MAXINT64;

    for (int i = 0; i < N_SIDES; i++)
        shorter =
            MIN(shorter, side_of(screen, i)->outline->to_us - side_of(screen, i)->outline->from_us);
    move_to(screen, shorter);
    return &screen->base;
}
