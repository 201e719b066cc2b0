#include "app/tui/screens/recordings_charts.h"

#include "app/session/series.h"
#include "app/tui/shell/format.h"
#include "widgets/timebar.h"

#include <math.h>

static double highest(const struct recordings_at *at, enum metric metric)
{
    double high = 0;

    for (int i = 0; i < RECORDINGS_N_SIDES; i++) {
        const GArray *points = at->sides[i]->points[metric];

        for (guint k = 0; k < points->len; k++)
            high = fmax(high, g_array_index(points, struct history_point, k).max);
    }
    return high;
}

void recordings_chart_draw(const struct recordings_at *at, enum metric metric, int side,
                           const struct canvas *canvas, TickitRect area)
{
    static const enum theme_role roles[RECORDINGS_N_SIDES] = {THEME_GRAPH1, THEME_GRAPH2};
    const struct recorded_side *of = at->sides[side];
    const GArray *history = of->points[metric];
    g_autoptr(GArray) points =
        g_array_sized_new(FALSE, FALSE, sizeof(struct chart_point), history->len);
    g_autoptr(GString) value = g_string_new(NULL);

    for (guint k = 0; k < history->len; k++) {
        const struct history_point *p = &g_array_index(history, struct history_point, k);
        struct chart_point point = {(double)(p->t_us - of->outline->from_us) / G_USEC_PER_SEC,
                                    p->value};

        g_array_append_val(points, point);
    }

    recordings_append_value(value, metric, recordings_value(at, metric, side), false);
    text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TITLE, "%d %s  %s %s",
               side + 1, of->name, metric_info(metric)->name, value->str);
    area.top++;
    area.lines--;
    struct chart chart = {.points = (const struct chart_point *)(void *)points->data,
                          .n = points->len,
                          .t_to = (double)at->span_us / G_USEC_PER_SEC,
                          .zero_based = true,
                          .limit = NAN,
                          .reach = highest(at, metric),
                          .no_time = true,
                          .role = roles[side]};

    format_scale(&chart, metric);
    chart_draw(canvas, area, &chart);
}

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

TickitRect recordings_bars_draw(const struct recordings_at *at, const struct canvas *canvas,
                                TickitRect area)
{
    TickitRect bars = (TickitRect){area.top, area.left + CHART_LABEL_COLS, area.lines,
                                   area.cols - CHART_LABEL_COLS};
    for (int i = 0; i < RECORDINGS_N_SIDES && i < area.lines; i++) {
        const struct recorded_side *side = at->sides[i];
        g_autoptr(GArray) changes = changes_of(side->outline);
        TickitRect line = bars;

        line.top += i;
        line.lines = i == RECORDINGS_N_SIDES - 1 ? area.lines - i : 1;
        text_drawf(canvas, line.top, area.left + 1, CHART_LABEL_COLS - 1, THEME_DIM, "%d", i + 1);
        timebar_draw(canvas, line,
                     &(struct timebar){.to_us = at->span_us,
                                       .at_us = at->at_us,
                                       .changes = (const void *)changes->data,
                                       .n_changes = changes->len,
                                       .elapsed = true});
    }
    return bars;
}

gint64 recordings_bars_time(const struct recordings_at *at, TickitRect bars, int col)
{
    return timebar_time(&(struct timebar){.to_us = at->span_us}, bars.cols, col - bars.left);
}
