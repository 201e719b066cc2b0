#include "app/report/report_chart.h"

#include "app/triage/numbers.h"
#include "probes/history.h"
#include "widgets/safe_text.h"

#include <math.h>
#include <string.h>

enum { COLS = 60, LINES = 6, LEVELS = 8, SCALE_COLS = 9, GAP_FACTOR = 3 };

struct plot {
    double high[COLS]; /* NAN: nothing known */
    double from, to;   /* scale */
    double span_s, last;
};

struct number_text report_value(enum metric_unit unit, double value)
{
    struct number_text text;

    if (isnan(value))
        return (struct number_text){"-"};
    switch (unit) {
    case METRIC_BYTES:
        return number_bytes((int64_t)value);
    case METRIC_BYTES_PER_SECOND:
        g_snprintf(text.text, sizeof text.text, "%s/s", number_bytes((int64_t)value).text);
        return text;
    case METRIC_PERCENT:
        return number_percent(value);
    case METRIC_SECONDS:
        return number_duration(value);
    case METRIC_PER_MINUTE:
        g_snprintf(text.text, sizeof text.text, "%s/min", number_count((int64_t)value).text);
        return text;
    case METRIC_COUNT:
    default:
        return number_count((int64_t)lround(value));
    }
}

/* --- points into columns --- */

static gint by_value(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

    return left < right ? -1 : left > right;
}

static int column_of(gint64 t_us, gint64 from_us, gint64 span_us)
{
    return (int)MIN((t_us - from_us) * COLS / span_us, (gint64)COLS - 1);
}

static void raise_to(struct plot *plot, int column, double value)
{
    if (isnan(plot->high[column]) || value > plot->high[column])
        plot->high[column] = value;
}

static void place(struct plot *plot, const struct history_point *points, guint n)
{
    gint64 from = points[0].t_us, span = points[n - 1].t_us - from;
    /* The usual time between two points; further apart by GAP_FACTOR nothing is known between. */
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(gint64));

    for (guint i = 1; i < n; i++) {
        gint64 step = points[i].t_us - points[i - 1].t_us;

        g_array_append_val(steps, step);
    }
    g_array_sort(steps, by_value);
    gint64 gap = g_array_index(steps, gint64, steps->len / 2) * GAP_FACTOR;

    for (guint i = 0; i < n; i++) {
        int column = column_of(points[i].t_us, from, span);
        bool holds = i + 1 < n && points[i + 1].t_us - points[i].t_us <= gap;
        int until = holds ? column_of(points[i + 1].t_us, from, span) : column + 1;

        if (isnan(points[i].value))
            continue;
        raise_to(plot, column, MAX(points[i].max, points[i].value));
        for (int c = column + 1; c < until; c++)
            raise_to(plot, c, points[i].value);
        plot->last = points[i].value;
    }
}

/* A level that only trembles shall not look like a mountain: at least a tenth of it is the range.
 */
static void scale(struct plot *plot)
{
    double low = INFINITY, high = -INFINITY;

    for (int c = 0; c < COLS; c++)
        if (!isnan(plot->high[c])) {
            low = MIN(low, plot->high[c]);
            high = MAX(high, plot->high[c]);
        }
    double range = MAX(high - low, MAX(fabs(high) / 10, 1));

    plot->to = high;
    plot->from = low >= 0 ? MAX(high - range * 1.25, 0) : high - range * 1.25;
    if (plot->from >= plot->to)
        plot->from = plot->to - 1;
}

/* --- lines --- */

/* Eighths of a cell that column fills on a line, 0 to LEVELS; the lowest known value shows one. */
static int level(const struct plot *plot, int column, int line)
{
    double part = (plot->high[column] - plot->from) / (plot->to - plot->from);
    int filled = MAX((int)lround(part * LINES * LEVELS), 1);

    return CLAMP(filled - (LINES - 1 - line) * LEVELS, 0, LEVELS);
}

static void append_line(GString *out, const struct plot *plot, int line, const char *label,
                        bool unicode)
{
    gsize start;

    g_string_append_printf(out, "%*s %s", SCALE_COLS, label, unicode ? "│" : "|");
    start = out->len;
    for (int c = 0; c < COLS; c++) {
        int eighths = isnan(plot->high[c]) ? 0 : level(plot, c, line);
        static const char *const blocks[LEVELS + 1] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
        static const char ascii[LEVELS + 1] = {' ', '.', '.', '.', ':', ':', ':', '#', '#'};

        if (unicode)
            g_string_append(out, blocks[eighths]);
        else
            g_string_append_c(out, ascii[eighths]);
    }
    while (out->len > start && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

bool report_chart(GString *out, const struct report_series *series, bool unicode)
{
    const struct history_point *points = (const void *)series->points->data;
    guint n = series->points->len, known = 0;
    struct plot plot = {.last = NAN};

    for (guint i = 0; i < n; i++)
        known += isnan(points[i].value) ? 0 : 1;
    if (known < 2 || points[n - 1].t_us <= points[0].t_us)
        return false;
    for (int c = 0; c < COLS; c++)
        plot.high[c] = NAN;
    plot.span_s = (double)(points[n - 1].t_us - points[0].t_us) / G_USEC_PER_SEC;
    place(&plot, points, n);
    scale(&plot);

    const struct metric_info *info = metric_info(series->metric);
    struct number_text top = report_value(info->unit, plot.to);
    struct number_text bottom = report_value(info->unit, plot.from);

    g_string_append_printf(out, "%s, now %s\n", info->name,
                           report_value(info->unit, plot.last).text);
    for (int line = 0; line < LINES; line++)
        append_line(out, &plot, line,
                    line == 0           ? top.text
                    : line == LINES - 1 ? bottom.text
                                        : "",
                    unicode);
    struct number_text span = number_duration(plot.span_s);

    g_string_append_printf(out, "%*s %s", SCALE_COLS, "", unicode ? "└" : "+");
    for (int c = 0; c < COLS; c++)
        g_string_append(out, unicode ? "─" : "-");
    g_string_append_printf(out, "\n%*s  -%s%*s\n", SCALE_COLS, "", span.text,
                           COLS - 1 - (int)strlen(span.text), "now");

    return true;
}
