#include "app/tui/shell/format.h"

#include "app/session/switches.h"

#include <math.h>
#include <string.h>

enum { SPARK_SECONDS = 300, CHART_MIN_SECONDS = 60 };

struct number_text format_age(gint64 now_us, gint64 then_us)
{
    return number_age((double)(now_us - then_us) / G_USEC_PER_SEC);
}

struct number_text format_count(int64_t n)
{
    enum { WIDEST = 99999 };

    return n <= WIDEST ? number_count(n) : number_count_short(n);
}

int trend_direction(const struct trend *trend)
{
    if (trend == NULL)
        return 0;
    return trend->verdict == TREND_GROWING ? 1 : trend->verdict == TREND_SHRINKING ? -1 : 0;
}

enum theme_role verdict_role(enum triage_verdict verdict)
{
    switch (verdict) {
    case TRIAGE_HEALTHY:
        return THEME_GOOD;
    case TRIAGE_LOOK:
        return THEME_LOOK;
    case TRIAGE_BAD:
        return THEME_BAD;
    case TRIAGE_UNKNOWN:
        break;
    }
    return THEME_DIM;
}

/* A history as chart points, seconds of monotonic time. */
static GArray *chart_points_of(const struct history *history, gint64 since_us)
{
    g_autoptr(GArray) points = history_since(history, since_us);
    GArray *out = g_array_sized_new(FALSE, FALSE, sizeof(struct chart_point), points->len);

    for (guint i = 0; i < points->len; i++) {
        const struct history_point *p = &g_array_index(points, struct history_point, i);
        struct chart_point point = {.t = (double)p->t_us / G_USEC_PER_SEC, .v = p->value};

        g_array_append_val(out, point);
    }
    return out;
}

static struct number_text scale_bytes(double v)
{
    return number_bytes((int64_t)v);
}

static struct number_text scale_count(double v)
{
    enum { WHOLE = 10000 }; /* below it all digits have room: steps of a few are told apart */

    return fabs(v) < WHOLE ? number_count(llround(v)) : number_count_short(llround(v));
}

void format_scale(struct chart *chart, enum metric metric)
{
    chart->binary = metric_is_bytes(metric);
    chart->format = chart->binary                                 ? scale_bytes
                    : metric_info(metric)->unit == METRIC_PERCENT ? number_percent
                                                                  : scale_count;
}

/* The window a chart shows: all there is, at least a minute. */
static gint64 window_start(const struct history *history, gint64 now_us, gint64 longest_us)
{
    struct history_point first;
    gint64 start = now_us - CHART_MIN_SECONDS * G_USEC_PER_SEC;

    if (history_first(history, &first))
        start = MIN(start, first.t_us);
    return MAX(start, now_us - longest_us);
}

void draw_spark(const struct canvas *canvas, int line, int col, int cols,
                const struct session *session, enum metric metric, gint64 now_us,
                enum theme_role role)
{
    const struct history *history = session_history(session, metric);
    gint64 since = window_start(history, now_us, SPARK_SECONDS * G_USEC_PER_SEC);
    g_autoptr(GArray) points = chart_points_of(history, since);
    struct chart chart = {
        .points = (const struct chart_point *)(void *)points->data,
        .n = points->len,
        .t_from = (double)since / G_USEC_PER_SEC,
        .t_to = (double)now_us / G_USEC_PER_SEC,
        .limit = NAN,
        .role = role,
    };

    chart_spark(canvas, line, col, cols, &chart);
}

int draw_rate(const struct canvas *canvas, TickitRect line, struct session *session,
              enum metric metric)
{
    const struct trend *trend = session_trend(session, metric);
    int direction = trend_direction(trend);
    struct number_text rate = direction == 0            ? (struct number_text){""}
                              : metric_is_bytes(metric) ? number_rate_bytes(trend->per_second)
                                                        : number_rate_count(trend->per_second);
    int cols = MIN((int)strlen(rate.text) + 1, line.cols / 3);

    text_draw(
        canvas, line.top, line.left + line.cols - cols, cols,
        &(struct text_style){.role = direction > 0 ? THEME_LOOK : THEME_DIM, .align = TEXT_RIGHT},
        rate.text);
    return cols;
}

void draw_spark_rate(const struct canvas *canvas, TickitRect line, struct session *session,
                     enum metric metric, gint64 now_us, enum theme_role role)
{
    int right = draw_rate(canvas, line, session, metric);

    draw_spark(canvas, line.top, line.left, line.cols - right, session, metric, now_us, role);
}

/* The mark and each project opened, as t of a chart. */
static GArray *marks_of(const struct session *session)
{
    g_autoptr(GArray) times = switches_times(session_history(session, METRIC_PROJECT_SWITCHES));
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(double));
    gint64 mark_us = session_mark_us(session);

    if (mark_us != 0)
        g_array_append_val(times, mark_us);
    for (guint i = 0; i < times->len; i++) {
        double t = (double)g_array_index(times, gint64, i) / G_USEC_PER_SEC;

        g_array_append_val(marks, t);
    }
    return marks;
}

void draw_series(const struct canvas *canvas, TickitRect rect, struct session *session,
                 enum metric metric, gint64 now_us, double limit, enum theme_role role)
{
    const struct history *history = session_history(session, metric);
    gint64 since = window_start(history, now_us, G_MAXINT64 / 4);
    g_autoptr(GArray) points = chart_points_of(history, since), marks = marks_of(session);
    struct chart chart = {
        .points = (const struct chart_point *)(void *)points->data,
        .n = points->len,
        .t_from = (double)since / G_USEC_PER_SEC,
        .t_to = (double)now_us / G_USEC_PER_SEC,
        .marks = (const double *)(void *)marks->data,
        .n_marks = marks->len,
        .limit = limit,
        .role = role,
        .limit_role = THEME_BAD,
    };

    const struct trend *trend = session_trend(session, metric);
    g_autoptr(GArray) heap = NULL;

    format_scale(&chart, metric);
    if (trend->verdict == TREND_GROWING) {
        chart.slope = trend->per_second;
        chart.slope_from = (double)now_us / G_USEC_PER_SEC - trend->window_s;
        chart.slope_role = THEME_LOOK;
    }
    if (metric == METRIC_RSS) {
        heap = chart_points_of(session_history(session, METRIC_HEAP_INUSE), since);
        chart.inner = (const struct chart_point *)(void *)heap->data;
        chart.n_inner = heap->len;
        chart.inner_role = role;
        if (heap->len > 0) /* colours as in the ledger: what is not heap is quiet */
            chart.role = THEME_DIM;
    }
    chart_draw(canvas, rect, &chart);
}
