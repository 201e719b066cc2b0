#include "widgets/chart.h"

#include <math.h>
#include <string.h>

enum { LABEL_COLS = 6 };

struct span {
    double low, high;
    bool any;
};

/* Lowest and highest value of the points that fall into [from, to); a spike must not vanish. */
static struct span span_of(const struct chart *chart, double from, double to, size_t *at)
{
    struct span span = {INFINITY, -INFINITY, false};

    while (*at < chart->n && chart->points[*at].t < from)
        (*at)++;
    for (; *at < chart->n && chart->points[*at].t < to; (*at)++) {
        double v = chart->points[*at].v;

        if (isnan(v))
            continue;
        span.low = MIN(span.low, v);
        span.high = MAX(span.high, v);
        span.any = true;
    }
    return span;
}

/* Slots without a point of their own between two near ones show the earlier value: a sample every
 * few seconds is a line, not dots; a real gap stays blank. */
static void fill_between(struct span *spans, int n, int reach)
{
    int last = -1;

    for (int i = 0; i < n; i++) {
        if (!spans[i].any)
            continue;
        if (last >= 0 && i - last <= reach)
            for (int j = last + 1; j < i; j++)
                spans[j] = spans[last];
        last = i;
    }
}

static int typical_step(const struct chart *chart, double slot)
{
    if (chart->n < 2)
        return 1;
    double span = chart->points[chart->n - 1].t - chart->points[0].t;

    return (int)ceil(3 * span / (double)(chart->n - 1) / slot) + 1;
}

static struct span *collect(const struct chart *chart, int slots)
{
    struct span *spans = g_new0(struct span, (gsize)slots);
    double slot = (chart->t_to - chart->t_from) / slots;
    size_t at = 0;

    for (int i = 0; i < slots; i++)
        spans[i] = span_of(chart, chart->t_from + i * slot,
                           i == slots - 1 ? INFINITY : chart->t_from + (i + 1) * slot, &at);
    fill_between(spans, slots, slot > 0 ? typical_step(chart, slot) : 1);
    return spans;
}

static void range_of(const struct chart *chart, const struct span *spans, int slots, double *low,
                     double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int i = 0; i < slots; i++)
        if (spans[i].any) {
            *low = MIN(*low, spans[i].low);
            *high = MAX(*high, spans[i].high);
        }
    if (!isnan(chart->limit))
        *high = MAX(*high, chart->limit);
    if (chart->zero_based)
        *low = MIN(*low, 0);
    /* a flat line stands in the middle instead of filling everything */
    if (*high - *low < 1e-9) {
        *low -= fmax(fabs(*low) * 0.5, 1);
        *high += fmax(fabs(*high) * 0.5, 1);
    }
}

/* Dots per cell across and up for the glyph set. */
static int dots_across(const struct canvas *canvas)
{
    return canvas->theme->glyphs == THEME_BRAILLE ? 2 : 1;
}

static int dots_up(const struct canvas *canvas)
{
    switch (canvas->theme->glyphs) {
    case THEME_BRAILLE:
        return 4;
    case THEME_BLOCK:
        return 8;
    default:
        return 3;
    }
}

/* One cell of an area: left and right are dots filled from below within it, -1 for no data. */
static void draw_cell(const struct canvas *canvas, int line, int col, int left, int right)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {" ", ".", ":", "#"};
    static const int left_dots[] = {0, 0x40, 0x44, 0x46, 0x47};
    static const int right_dots[] = {0, 0x80, 0xa0, 0xb0, 0xb8};
    char text[8] = " ";

    if (canvas->theme->glyphs == THEME_BRAILLE) {
        int bits = left_dots[CLAMP(left, 0, 4)] | right_dots[CLAMP(right, 0, 4)];

        if (bits != 0)
            text[g_unichar_to_utf8(0x2800 + (gunichar)bits, text)] = '\0';
        tickit_renderbuffer_text_at(canvas->rb, line, col, text);
    } else if (canvas->theme->glyphs == THEME_BLOCK) {
        tickit_renderbuffer_text_at(canvas->rb, line, col, blocks[CLAMP(left, 0, 8)]);
    } else {
        tickit_renderbuffer_text_at(canvas->rb, line, col, ascii[CLAMP(left, 0, 3)]);
    }
}

static int level_of(const struct span *span, double low, double high, int dots)
{
    if (!span->any)
        return 0;
    /* what exists shows at least one dot */
    return MAX((int)lround((span->high - low) / (high - low) * dots), 1);
}

static void draw_area(const struct canvas *canvas, TickitRect rect, const struct chart *chart,
                      double low, double high, const struct span *spans)
{
    int across = dots_across(canvas), up = dots_up(canvas), dots = rect.lines * up;

    for (int c = 0; c < rect.cols; c++) {
        int left = level_of(&spans[c * across], low, high, dots);
        int right = level_of(&spans[c * across + across - 1], low, high, dots);

        for (int l = 0; l < rect.lines; l++) {
            int base = (rect.lines - 1 - l) * up;

            draw_cell(canvas, rect.top + l, rect.left + c, left - base, right - base);
        }
    }
    (void)chart;
}

static void draw_limit(const struct canvas *canvas, TickitRect rect, const struct chart *chart,
                       double low, double high)
{
    if (isnan(chart->limit) || rect.lines < 2)
        return;
    int line =
        rect.lines - 1 - (int)floor((chart->limit - low) / (high - low) * (rect.lines - 1) + 0.5);

    tickit_renderbuffer_setpen(canvas->rb, theme_pen(canvas->theme, chart->limit_role));
    for (int c = 0; c < rect.cols; c += 2)
        tickit_renderbuffer_text_at(canvas->rb, rect.top + CLAMP(line, 0, rect.lines - 1),
                                    rect.left + c,
                                    canvas->theme->glyphs == THEME_ASCII ? "-" : "╌");
}

static void format_value(const struct chart *chart, double v, char out[TEXT_NUMBER_MAX])
{
    if (chart->format != NULL)
        chart->format(v, out);
    else
        g_snprintf(out, TEXT_NUMBER_MAX, "%.4g", v);
}

static void draw_scale(const struct canvas *canvas, TickitRect rect, const struct chart *chart,
                       double low, double high)
{
    char text[TEXT_NUMBER_MAX];
    const struct text_style style = {.role = THEME_DIM, .align = TEXT_RIGHT};

    format_value(chart, high, text);
    text_draw(canvas, rect.top, rect.left, LABEL_COLS - 1, &style, text);
    if (rect.lines > 1) {
        format_value(chart, low, text);
        text_draw(canvas, rect.top + rect.lines - 1, rect.left, LABEL_COLS - 1, &style, text);
    }
}

static void draw_time(const struct canvas *canvas, TickitRect rect, const struct chart *chart)
{
    char span[TEXT_NUMBER_MAX];

    text_duration(chart->t_to - chart->t_from, span);
    text_drawf(canvas, rect.top + rect.lines - 1, rect.left, rect.cols - 4, THEME_DIM, "-%s", span);
    text_draw(canvas, rect.top + rect.lines - 1, rect.left + rect.cols - 4, 4,
              &(struct text_style){.role = THEME_DIM, .align = TEXT_RIGHT}, "now");
}

static void draw_plot(const struct canvas *canvas, TickitRect rect, const struct chart *chart,
                      bool scale)
{
    int slots = rect.cols * dots_across(canvas);
    g_autofree struct span *spans = NULL;
    double low, high;

    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    spans = collect(chart, slots);
    range_of(chart, spans, slots, &low, &high);
    if (!isfinite(low))
        return;
    if (scale)
        draw_scale(canvas, (TickitRect){rect.top, rect.left - LABEL_COLS, rect.lines, rect.cols},
                   chart, low, high);
    tickit_renderbuffer_savepen(canvas->rb);
    tickit_renderbuffer_setpen(canvas->rb,
                               theme_pen(canvas->theme, chart->stale ? THEME_STALE : chart->role));
    draw_area(canvas, rect, chart, low, high, spans);
    draw_limit(canvas, rect, chart, low, high);
    tickit_renderbuffer_restore(canvas->rb);
}

void chart_draw(const struct canvas *canvas, TickitRect rect, const struct chart *chart)
{
    TickitRect plot = rect;
    bool scale = rect.cols >= 4 * LABEL_COLS && rect.lines >= 2;
    bool time = rect.lines >= 4;

    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    if (scale) {
        plot.left += LABEL_COLS;
        plot.cols -= LABEL_COLS;
    }
    if (time) {
        plot.lines--;
        draw_time(canvas, (TickitRect){rect.top, plot.left, rect.lines, plot.cols}, chart);
    }
    draw_plot(canvas, plot, chart, scale);
}

void chart_spark(const struct canvas *canvas, int line, int col, int cols,
                 const struct chart *chart)
{
    TickitRect rect = {.top = line, .left = col, .lines = 1, .cols = cols};

    if (cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    draw_plot(canvas, rect, chart, false);
}
