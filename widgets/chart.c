#include "widgets/chart_scale.h"

#include <math.h>

enum { LEAST_PLOT_COLS = 12 };

/* How a glyph set fills a cell: slots across, levels up. */
struct dots {
    int across, up;
};

struct plot {
    const struct canvas *canvas;
    enum theme_glyphs glyphs;
    struct dots dots;
    TickitRect rect;
    const struct chart_slot *slots;
    struct chart_range range;
};

static struct dots dots_of(enum theme_glyphs glyphs, int lines)
{
    switch (glyphs) {
    case THEME_BRAILLE:
        return (struct dots){2, 4};
    case THEME_BLOCK:
        return (struct dots){1, 8};
    default: /* one line alone has finer signs, which would not stack */
        return (struct dots){1, lines == 1 ? 7 : 3};
    }
}

static const char *glyph_of(const struct plot *plot, int left, int right, char text[8])
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const ascii[] = {" ", ".", ":", "#"};
    static const char *const ascii_line[] = {" ", "_", ".", "-", "=", "+", "*", "#"};
    static const gunichar left_dots[] = {0, 0x40, 0x44, 0x46, 0x47};
    static const gunichar right_dots[] = {0, 0x80, 0xa0, 0xb0, 0xb8};

    if (plot->glyphs == THEME_ASCII)
        return plot->dots.up == 3 ? ascii[CLAMP(left, 0, 3)] : ascii_line[CLAMP(left, 0, 7)];
    if (plot->glyphs == THEME_BLOCK)
        return blocks[CLAMP(left, 0, 8)];
    gunichar bits = left_dots[CLAMP(left, 0, 4)] | right_dots[CLAMP(right, 0, 4)];

    if (bits == 0)
        return " ";
    text[g_unichar_to_utf8(0x2800 + bits, text)] = '\0';
    return text;
}

/* Levels from the ground, 0 for no data; what exists shows at least one. */
static int level_of(const struct chart_slot *slot, const struct chart_range *range, int levels)
{
    if (!slot->any)
        return 0;
    double share = (slot->high - range->low) / (range->high - range->low);

    return CLAMP((int)lround(share * levels), 1, levels);
}

static void draw_column(const struct plot *plot, int c)
{
    int levels = plot->rect.lines * plot->dots.up, across = plot->dots.across;
    int left = level_of(&plot->slots[c * across], &plot->range, levels);
    int right = level_of(&plot->slots[c * across + across - 1], &plot->range, levels);

    for (int l = 0; l < plot->rect.lines; l++) {
        int ground = (plot->rect.lines - 1 - l) * plot->dots.up;
        char text[8];

        tickit_renderbuffer_text_at(plot->canvas->rb, plot->rect.top + l, plot->rect.left + c,
                                    glyph_of(plot, left - ground, right - ground, text));
    }
}

/* The line whose cells hold a value; -1 when it is off the scale. */
static int line_of(const struct plot *plot, double v)
{
    double share = (v - plot->range.low) / (plot->range.high - plot->range.low);

    if (!(share >= 0) || share > 1)
        return -1;
    return MIN((int)((1 - share) * plot->rect.lines), plot->rect.lines - 1);
}

static void draw_limit(const struct plot *plot, const struct chart *chart)
{
    int line = plot->rect.lines > 1 ? line_of(plot, chart->limit) : -1;

    if (line < 0)
        return;
    tickit_renderbuffer_setpen(plot->canvas->rb, theme_pen(plot->canvas->theme, chart->limit_role));
    for (int c = 0; c < plot->rect.cols; c++)
        if (c % 2 == 0) /* every second cell: the curve behind it stays readable */
            tickit_renderbuffer_text_at(plot->canvas->rb, plot->rect.top + line,
                                        plot->rect.left + c,
                                        plot->glyphs == THEME_ASCII ? "-" : "╌");
    tickit_renderbuffer_setpen(plot->canvas->rb, NULL);
}

static void draw_label(const struct plot *plot, const struct chart *chart, int line, double v)
{
    struct number_text label;

    if (chart->format != NULL)
        label = chart->format(v);
    else
        g_snprintf(label.text, sizeof label.text, "%.4g", v);
    text_draw(plot->canvas, plot->rect.top + line, plot->rect.left - CHART_LABEL_COLS,
              CHART_LABEL_COLS - 1, &(struct text_style){.role = THEME_DIM, .align = TEXT_RIGHT},
              label.text);
}

/* The ends of the scale always, the steps between them where lines allow. */
static void draw_scale(const struct plot *plot, const struct chart *chart)
{
    const struct chart_range *range = &plot->range;
    int bottom = plot->rect.lines - 1, last = bottom;

    draw_label(plot, chart, bottom, range->low);
    for (double v = range->low + range->step; v < range->high - range->step / 2; v += range->step) {
        int line = line_of(plot, v);

        if (line < last - 1 && line > 1) {
            draw_label(plot, chart, line, v);
            last = line;
        }
    }
    if (bottom > 0)
        draw_label(plot, chart, 0, range->high);
}

static void draw_plot(const struct canvas *canvas, TickitRect rect, const struct chart *chart,
                      enum theme_glyphs glyphs, bool scale)
{
    struct plot plot = {
        .canvas = canvas, .glyphs = glyphs, .dots = dots_of(glyphs, rect.lines), .rect = rect};

    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    g_autofree struct chart_slot *slots = chart_slots(chart, rect.cols * plot.dots.across);

    plot.slots = slots;
    int n = rect.cols * plot.dots.across;

    if (!(rect.lines > 1 ? chart_range : chart_range_plain)(chart, slots, n, &plot.range))
        return;
    if (scale)
        draw_scale(&plot, chart);
    tickit_renderbuffer_setpen(canvas->rb,
                               theme_pen(canvas->theme, chart->stale ? THEME_STALE : chart->role));
    for (int c = 0; c < rect.cols; c++)
        draw_column(&plot, c);
    tickit_renderbuffer_setpen(canvas->rb, NULL);
    draw_limit(&plot, chart);
}

static void draw_time(const struct canvas *canvas, int line, int col, int cols,
                      const struct chart *chart)
{
    enum { NOW_COLS = 3 };

    if (!(chart->t_to > chart->t_from) || cols <= NOW_COLS)
        return;
    text_drawf(canvas, line, col, cols - NOW_COLS, THEME_DIM, "-%s",
               chart_span_label(chart->t_to - chart->t_from).text);
    text_drawf(canvas, line, col + cols - NOW_COLS, NOW_COLS, THEME_DIM, "now");
}

void chart_draw(const struct canvas *canvas, TickitRect rect, const struct chart *chart)
{
    TickitRect plot = rect;
    bool scale = rect.cols >= CHART_LABEL_COLS + LEAST_PLOT_COLS && rect.lines >= 2;

    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    if (scale) {
        plot.left += CHART_LABEL_COLS;
        plot.cols -= CHART_LABEL_COLS;
    }
    if (rect.lines >= 4 && !chart->no_time) {
        plot.lines--;
        draw_time(canvas, rect.top + rect.lines - 1, plot.left, plot.cols, chart);
    }
    draw_plot(canvas, plot, chart, canvas->theme->glyphs, scale);
}

void chart_spark(const struct canvas *canvas, int line, int col, int cols,
                 const struct chart *chart)
{
    TickitRect rect = {.top = line, .left = col, .lines = 1, .cols = cols};

    if (cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    draw_plot(canvas, rect, chart, text_unicode(canvas) ? THEME_BLOCK : THEME_ASCII, false);
}

void chart_spark_text(GString *out, int cols, const struct chart *chart, bool unicode)
{
    struct plot plot = {.glyphs = unicode ? THEME_BLOCK : THEME_ASCII};
    g_autofree struct chart_slot *slots = chart_slots(chart, cols);
    char text[8];

    plot.dots = dots_of(plot.glyphs, 1);
    if (cols <= 0 || !chart_range_plain(chart, slots, cols, &plot.range))
        return;
    for (int c = 0; c < cols; c++)
        g_string_append(out,
                        glyph_of(&plot, level_of(&slots[c], &plot.range, plot.dots.up), 0, text));
}
