#include "widgets/popup.h"

#include <string.h>

enum { WIDEST = 72, FRAME_COLS = 4 };

/* Paragraphs are separated by empty lines; what is foreign in them is made safe line by line. */
static GPtrArray *wrap_paragraphs(const char *text, int cols, bool unicode)
{
    GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) paragraphs = g_strsplit(text, "\n", -1);

    for (char **p = paragraphs; *p != NULL; p++) {
        g_autofree char *safe = text_safe(*p, -1, unicode);
        GPtrArray *lines = text_wrap(safe, cols);

        if (lines->len == 0)
            g_ptr_array_add(out, g_strdup(""));
        g_ptr_array_extend_and_steal(out, lines);
    }
    return out;
}

TickitRect popup_rect(const struct popup *popup, TickitRect area, bool unicode)
{
    int cols = MIN(WIDEST, area.cols);
    g_autoptr(GPtrArray) lines = wrap_paragraphs(popup->text, MAX(cols - FRAME_COLS, 1), unicode);
    int height = MIN((int)lines->len + 4, area.lines);

    return (TickitRect){.top = area.top + (area.lines - height) / 2,
                        .left = area.left + (area.cols - cols) / 2,
                        .lines = height,
                        .cols = cols};
}

void popup_draw(const struct popup *popup, const struct canvas *canvas, TickitRect rect,
                struct statusline *status)
{
    bool unicode = canvas->theme->glyphs != THEME_ASCII;
    g_autoptr(GPtrArray) lines =
        wrap_paragraphs(popup->text, MAX(rect.cols - FRAME_COLS, 1), unicode);
    TickitRect inner;

    status->n_hits = 0;
    box_draw(canvas, rect, &(struct box){.title = popup->title, .focused = true}, &inner);
    if (inner.lines < 1)
        return;
    for (int i = 0; i < inner.lines - 1 && i < (int)lines->len; i++)
        text_drawf(canvas, inner.top + i, inner.left + 1, inner.cols - 2, THEME_TEXT, "%s",
                   (const char *)g_ptr_array_index(lines, (guint)i));
    statusline_draw(status, canvas, inner.top + inner.lines - 1, inner.left + 1, inner.cols - 2,
                    popup->answers, popup->n_answers, NULL);
}
