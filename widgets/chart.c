#include "widgets/chart_scale.h"

#include <math.h>
#include <string.h>

enum { LEAST_PLOT_COLS = 12 };

/* How a glyph set fills a cell: slots across, levels up. */
struct dots {
    int across, up;
};

/* A curve with the ground below it filled. */
struct area {
    const struct chart_slot *slots;
    enum theme_role role;
};

struct plot {
    const struct canvas *canvas;
    enum theme_glyphs glyphs;
    struct dots dots;
    TickitRect rect;
    struct area whole, part; /* part.slots NULL: none */
    bool stale;
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

/* How a line of the plot is painted; made once for all its columns. */
struct line_pens {
    TickitPen *whole, *part;
    TickitPen *edge; /* the part before the whole: both in one cell */
};

static TickitPen *laid_over(TickitPen *above, TickitPen *below)
{
    TickitPen *pen = tickit_pen_clone(above);

    tickit_pen_set_colour_attr(pen, TICKIT_PEN_BG,
                               tickit_pen_get_colour_attr(below, TICKIT_PEN_FG));
    if (tickit_pen_has_colour_attr_rgb8(below, TICKIT_PEN_FG))
        tickit_pen_set_colour_attr_rgb8(pen, TICKIT_PEN_BG,
                                        tickit_pen_get_colour_attr_rgb8(below, TICKIT_PEN_FG));
    return pen;
}

static TickitPen *area_pen(const struct plot *plot, const struct area *area, double height)
{
    return plot->stale ? theme_pen(plot->canvas->theme, THEME_STALE)
                       : theme_level_pen(plot->canvas->theme, area->role, height);
}

static double height_of(const struct plot *plot, int line)
{
    return plot->rect.lines > 1 ? 1 - (double)line / plot->rect.lines : 1;
}

static bool has_colours(const struct plot *plot)
{
    return plot->canvas->theme->depth != THEME_MONO;
}

static const char *shade_of(const struct plot *plot)
{
    return plot->glyphs == THEME_ASCII ? ":" : "░";
}

/* One cell of both: where no glyph can show two edges, that of the whole is shown. */
static void draw_cell(const struct plot *plot, int line, int col, const int whole[2],
                      const int part[2], const struct line_pens *pens)
{
    TickitRenderBuffer *rb = plot->canvas->rb;
    int up = plot->dots.up;
    bool full = MIN(whole[0], whole[1]) >= up, within = MAX(part[0], part[1]) > 0;
    const int *shown = within && (full || part[0] >= whole[0]) ? part : whole;
    char text[8];
    const char *glyph = glyph_of(plot, shown[0], shown[1], text);
    TickitPen *pen = shown == whole ? pens->whole : pens->part;

    if (shown == part && full && part[0] < up && has_colours(plot) && plot->glyphs == THEME_BLOCK)
        pen = pens->edge;
    if (plot->part.slots != NULL && shown == whole && full && !has_colours(plot))
        glyph = shade_of(plot);
    tickit_renderbuffer_setpen(rb, pen);
    tickit_renderbuffer_text_at(rb, plot->rect.top + line, plot->rect.left + col, glyph);
}

static void levels_at(const struct plot *plot, const struct area *area, int c, int ground,
                      int ret[2])
{
    int levels = plot->rect.lines * plot->dots.up, across = plot->dots.across;

    ret[0] = ret[1] = 0;
    if (area->slots == NULL)
        return;
    ret[0] = level_of(&area->slots[c * across], &plot->range, levels) - ground;
    ret[1] = level_of(&area->slots[c * across + across - 1], &plot->range, levels) - ground;
}

static void draw_line(const struct plot *plot, int line)
{
    int ground = (plot->rect.lines - 1 - line) * plot->dots.up;
    struct line_pens pens = {.whole = area_pen(plot, &plot->whole, height_of(plot, line)),
                             .part = area_pen(plot, &plot->part, height_of(plot, line))};

    pens.edge = laid_over(pens.part, pens.whole);
    for (int c = 0; c < plot->rect.cols; c++) {
        int whole[2], part[2];

        levels_at(plot, &plot->whole, c, ground, whole);
        levels_at(plot, &plot->part, c, ground, part);
        draw_cell(plot, line, c, whole, part, &pens);
    }
    tickit_renderbuffer_setpen(plot->canvas->rb, NULL);
    tickit_pen_unref(pens.edge);
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

/* Where the growth goes, as far as it has been seen: a dot in every second cell. */
static void draw_growth(const struct plot *plot, const struct chart *chart)
{
    const struct chart_point *last = &chart->points[chart->n - 1];
    double span = chart->t_to - chart->t_from;
    TickitPen *ink = theme_pen(plot->canvas->theme, chart->slope_role);

    for (int c = 0; c < plot->rect.cols; c += 2) {
        double t = chart->t_from + (c + 0.5) * span / plot->rect.cols;
        int line = line_of(plot, last->v + chart->slope * (t - last->t));
        int whole[2];

        if (t < chart->slope_from || t > last->t || line < 0)
            continue;
        levels_at(plot, &plot->whole, c, (plot->rect.lines - 1 - line) * plot->dots.up, whole);
        double height = height_of(plot, line);
        /* a block fills its cell, a letter does not */
        bool covers = 2 * whole[0] >= plot->dots.up && plot->glyphs != THEME_ASCII;
        TickitPen *pen = covers && has_colours(plot)
                             ? laid_over(ink, area_pen(plot, &plot->whole, height))
                             : tickit_pen_ref(ink);

        tickit_renderbuffer_setpen(plot->canvas->rb, pen);
        tickit_renderbuffer_text_at(plot->canvas->rb, plot->rect.top + line, plot->rect.left + c,
                                    plot->glyphs == THEME_ASCII ? "o" : "•");
        tickit_renderbuffer_setpen(plot->canvas->rb, NULL);
        tickit_pen_unref(pen);
    }
}

/* A word for time of which nothing is known, where it has room: before the first value, and later.
 */
static void name_gaps(const struct plot *plot)
{
    static const char *const words[] = {"not watched yet", "not watched"};
    int across = plot->dots.across, from = 0;
    bool seen = false;

    for (int c = 0; c <= plot->rect.cols; c++) {
        bool any = c < plot->rect.cols && (plot->whole.slots[c * across].any ||
                                           plot->whole.slots[c * across + across - 1].any);
        const char *word = words[seen ? 1 : 0];

        if (c < plot->rect.cols && !any)
            continue;
        if (c - from >= (int)strlen(word) + 2)
            text_draw(plot->canvas, plot->rect.top + plot->rect.lines - 1, plot->rect.left + from,
                      c - from, &(struct text_style){.role = THEME_DIM, .align = TEXT_CENTER},
                      word);
        from = c + 1;
        seen = seen || any;
    }
}

static struct number_text label_of(const struct chart *chart, double v)
{
    struct number_text label;

    if (chart->format != NULL)
        return chart->format(v);
    g_snprintf(label.text, sizeof label.text, "%.4g", v);
    return label;
}

static void draw_label(const struct plot *plot, const struct chart *chart, int line, double v)
{
    struct number_text label = label_of(chart, v);

    text_draw(plot->canvas, plot->rect.top + line, plot->rect.left - CHART_LABEL_COLS,
              CHART_LABEL_COLS - 1, &(struct text_style){.role = THEME_DIM, .align = TEXT_RIGHT},
              label.text);
}

/* The ends of the scale always, the steps between them where lines allow and they read otherwise
 * than the one below. */
static void draw_scale(const struct plot *plot, const struct chart *chart)
{
    const struct chart_range *range = &plot->range;
    int bottom = plot->rect.lines - 1, last = bottom;
    struct number_text below = label_of(chart, range->low);

    draw_label(plot, chart, bottom, range->low);
    for (double v = range->low + range->step; v < range->high - range->step / 2; v += range->step) {
        int line = line_of(plot, v);

        if (line < last - 1 && line > 1 && strcmp(label_of(chart, v).text, below.text) != 0) {
            below = label_of(chart, v);
            draw_label(plot, chart, line, v);
            last = line;
        }
    }
    if (bottom > 0)
        draw_label(plot, chart, 0, range->high);
}

/* The slots that the scale has to hold: the whole, down to the lowest of its part. */
static struct chart_slot *extremes(const struct plot *plot, int n)
{
    struct chart_slot *slots = g_memdup2(plot->whole.slots, (gsize)n * sizeof *slots);

    for (int i = 0; plot->part.slots != NULL && i < n; i++)
        if (plot->part.slots[i].any && slots[i].any)
            slots[i].low = fmin(slots[i].low, plot->part.slots[i].low);
    return slots;
}

static void draw_plot(const struct canvas *canvas, TickitRect rect, const struct chart *chart,
                      enum theme_glyphs glyphs, bool scale)
{
    struct plot plot = {.canvas = canvas,
                        .glyphs = glyphs,
                        .dots = dots_of(glyphs, rect.lines),
                        .rect = rect,
                        .stale = chart->stale};
    int n = rect.cols * plot.dots.across;

    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    g_autofree struct chart_slot *whole = chart_slots(chart, n);
    g_autofree struct chart_slot *part = NULL;

    plot.whole = (struct area){whole, chart->role};
    if (chart->n_inner > 0) {
        struct chart inner = {.points = chart->inner,
                              .n = chart->n_inner,
                              .t_from = chart->t_from,
                              .t_to = chart->t_to};

        part = chart_slots(&inner, n);
        plot.part = (struct area){part, chart->inner_role};
    }
    g_autofree struct chart_slot *all = extremes(&plot, n);

    if (!(rect.lines > 1 ? chart_range : chart_range_plain)(chart, all, n, &plot.range))
        return;
    if (scale)
        draw_scale(&plot, chart);
    for (int line = 0; line < rect.lines; line++)
        draw_line(&plot, line);
    if (rect.lines > 1 && chart->slope != 0 && chart->n > 0)
        draw_growth(&plot, chart);
    if (rect.lines > 1)
        name_gaps(&plot); /* over the growth: words with dots in them are none */
    draw_limit(&plot, chart);
}

struct span {
    int col, cols;
};

/* Where it happened, as far as it is in the time shown. */
static void draw_mark(const struct canvas *canvas, int line, const struct span *span,
                      const struct chart *chart, double t)
{
    double share = (t - chart->t_from) / (chart->t_to - chart->t_from);

    if (share >= 0 && share <= 1)
        text_drawf(canvas, line, span->col + MIN((int)(share * span->cols), span->cols - 1), 1,
                   THEME_TITLE, "%s", text_unicode(canvas) ? "▲" : "^");
}

static void draw_time(const struct canvas *canvas, int line, int col, int cols,
                      const struct chart *chart)
{
    enum { NOW_COLS = 3 };

    if (!(chart->t_to > chart->t_from) || cols <= NOW_COLS)
        return;
    text_drawf(canvas, line, col, cols - NOW_COLS, THEME_DIM, "-%s",
               chart_span_label(chart->t_to - chart->t_from).text);
    for (size_t i = 0; i < chart->n_marks; i++)
        draw_mark(canvas, line, &(struct span){col, cols}, chart, chart->marks[i]);
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
