#include "widgets/scroll.h"

static gint64 step_of(enum table_motion motion, gint64 n, int shown)
{
    /* a page keeps one line of the old one in view */
    gint64 page = MAX(shown - 1, 1), half = MAX(shown / 2, 1);

    switch (motion) {
    case TABLE_UP:
        return -1;
    case TABLE_DOWN:
        return 1;
    case TABLE_PAGE_UP:
        return -page;
    case TABLE_PAGE_DOWN:
        return page;
    case TABLE_HALF_UP:
        return -half;
    case TABLE_HALF_DOWN:
        return half;
    case TABLE_HOME:
        return -n;
    case TABLE_END:
        return n;
    }
    return 0;
}

size_t scroll_target(enum table_motion motion, size_t at, size_t n, int shown)
{
    gint64 to = (gint64)at + step_of(motion, (gint64)n, shown);

    return n == 0 ? 0 : (size_t)CLAMP(to, 0, (gint64)n - 1);
}

size_t scroll_last_top(size_t n, int shown)
{
    size_t lines = (size_t)MAX(shown, 1);

    return n > lines ? n - lines : 0;
}

size_t scroll_by(size_t top, int lines, size_t n, int shown)
{
    return (size_t)CLAMP((gint64)top + lines, 0, (gint64)scroll_last_top(n, shown));
}

size_t scroll_follow(size_t top, size_t at, size_t n, int shown)
{
    size_t lines = (size_t)MAX(shown, 1);

    if (at < top)
        top = at;
    else if (at >= top + lines)
        top = at - lines + 1;
    return MIN(top, scroll_last_top(n, shown));
}

void scroll_draw(const struct canvas *canvas, int line, int col, int lines, size_t top, size_t n)
{
    size_t last = scroll_last_top(n, lines);

    if (lines <= 0 || last == 0)
        return;
    int size = CLAMP((int)((double)lines * lines / (double)n + 0.5), 1, lines);
    int at = (int)((double)MIN(top, last) / (double)last * (lines - size) + 0.5);
    const char *thumb = canvas->theme->glyphs == THEME_ASCII ? "#" : "▐";

    tickit_renderbuffer_setpen(canvas->rb, theme_pen(canvas->theme, THEME_DIM));
    for (int i = at; i < at + size; i++)
        tickit_renderbuffer_text_at(canvas->rb, line + i, col, thumb);
    tickit_renderbuffer_setpen(canvas->rb, NULL);
}
