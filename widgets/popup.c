#include "widgets/popup.h"

enum { WIDEST = 72, FRAME = 2, MARGIN = 1 };

/* Text lines within a popup of this many columns. */
static GPtrArray *wrap(const struct popup *popup, int cols, bool unicode)
{
    return text_wrap_bytes(popup->text != NULL ? popup->text : "",
                           MAX(cols - FRAME - 2 * MARGIN, 1), unicode);
}

TickitRect popup_rect(const struct popup *popup, TickitRect area, bool unicode)
{
    int cols = CLAMP(area.cols, 0, WIDEST);
    g_autoptr(GPtrArray) text = wrap(popup, cols, unicode);
    int answers = popup->n_answers > 0 ? 2 : 0; /* and an empty line before them */
    int lines = CLAMP((int)text->len + answers + FRAME, 0, MAX(area.lines, 0));

    return (TickitRect){.top = area.top + (area.lines - lines) / 2,
                        .left = area.left + (area.cols - cols) / 2,
                        .lines = lines,
                        .cols = cols};
}

/* A terminal too small for frame and margins gets the words alone. */
static TickitRect draw_frame(const struct popup *popup, const struct canvas *canvas,
                             TickitRect rect)
{
    TickitRect inner;

    if (rect.lines < FRAME + 1 || rect.cols < FRAME + 2 * MARGIN + 1) {
        tickit_renderbuffer_eraserect(canvas->rb, &rect);
        return rect;
    }
    box_draw(canvas, rect, &(struct box){.title = popup->title, .focused = true}, &inner);
    inner.left += MARGIN;
    inner.cols -= 2 * MARGIN;
    return inner;
}

static void draw_text(const struct canvas *canvas, TickitRect rect, const GPtrArray *text)
{
    const char *ellipsis = text_unicode(canvas) ? "…" : "~";

    for (int i = 0; i < rect.lines && i < (int)text->len; i++) {
        const char *words = g_ptr_array_index(text, (guint)i);
        g_autofree char *more = NULL;

        /* the last line that fits says that there would be more */
        if (i == rect.lines - 1 && (int)text->len > rect.lines)
            words = more = g_strdup_printf("%s %s", words, ellipsis);
        text_draw_safe(canvas, rect.top + i, rect.left, rect.cols, &(struct text_style){0}, words);
    }
}

void popup_draw(const struct popup *popup, const struct canvas *canvas, TickitRect rect,
                struct statusline *status)
{
    status->n_hits = 0;
    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    g_autoptr(GPtrArray) text = wrap(popup, rect.cols, text_unicode(canvas));

    tickit_renderbuffer_setpen(canvas->rb, theme_pen(canvas->theme, THEME_POPUP));
    tickit_renderbuffer_savepen(canvas->rb); /* what follows is laid over the popup's ground */
    TickitRect inner = draw_frame(popup, canvas, rect);

    /* answers first: a question one cannot answer is worse than one cut short */
    if (popup->n_answers > 0 && inner.lines > 0)
        statusline_draw(status, canvas, inner.top + --inner.lines, inner.left, inner.cols,
                        popup->answers, popup->n_answers, NULL);
    draw_text(canvas, inner, text);
    tickit_renderbuffer_restore(canvas->rb);
    tickit_renderbuffer_setpen(canvas->rb, NULL);
}
