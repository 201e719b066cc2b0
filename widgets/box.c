#include "widgets/box.h"

struct glyphs {
    const char *top_left, *top_right, *bottom_left, *bottom_right, *across, *down;
};

static const struct glyphs fine = {"╭", "╮", "╰", "╯", "─", "│"};
static const struct glyphs plain = {"+", "+", "+", "+", "-", "|"};

static void put(const struct canvas *canvas, int line, int col, const char *glyph)
{
    tickit_renderbuffer_text_at(canvas->rb, line, col, glyph);
}

static void draw_frame(const struct canvas *canvas, TickitRect rect, const struct box *box)
{
    const struct glyphs *g = canvas->theme->glyphs == THEME_ASCII ? &plain : &fine;
    int right = rect.left + rect.cols - 1, bottom = rect.top + rect.lines - 1;

    tickit_renderbuffer_savepen(canvas->rb);
    tickit_renderbuffer_setpen(canvas->rb,
                               theme_pen(canvas->theme, box->focused ? THEME_FOCUS : THEME_BORDER));
    for (int col = rect.left + 1; col < right; col++) {
        put(canvas, rect.top, col, g->across);
        if (rect.lines > 1)
            put(canvas, bottom, col, g->across);
    }
    for (int line = rect.top + 1; line < bottom; line++) {
        put(canvas, line, rect.left, g->down);
        put(canvas, line, right, g->down);
    }
    put(canvas, rect.top, rect.left, rect.lines > 1 ? g->top_left : g->across);
    put(canvas, rect.top, right, rect.lines > 1 ? g->top_right : g->across);
    if (rect.lines > 1) {
        put(canvas, bottom, rect.left, g->bottom_left);
        put(canvas, bottom, right, g->bottom_right);
    }
    tickit_renderbuffer_restore(canvas->rb);
}

/* A text in the border, a blank at each side. Returns columns used. */
static int draw_label(const struct canvas *canvas, int line, int col, int room,
                      enum theme_role role, const char *bytes, bool right)
{
    if (bytes == NULL || *bytes == '\0' || room < 4)
        return 0;
    g_autofree char *safe = text_safe(bytes, -1, canvas->theme->glyphs != THEME_ASCII);
    int width = MIN(text_width(safe), room - 2);
    int at = right ? col + room - width - 2 : col;

    text_drawf(canvas, line, at, 1, role, " ");
    text_draw(canvas, line, at + 1, width, &(struct text_style){.role = role}, bytes);
    text_drawf(canvas, line, at + 1 + width, 1, role, " ");
    return width + 2;
}

void box_draw(const struct canvas *canvas, TickitRect rect, const struct box *box, TickitRect *ret)
{
    *ret = (TickitRect){.top = rect.top + 1,
                        .left = rect.left + 1,
                        .lines = MAX(rect.lines - 2, 0),
                        .cols = MAX(rect.cols - 2, 0)};
    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    if (rect.cols < 4) {
        ret->lines = 0;
        return;
    }
    draw_frame(canvas, rect, box);
    g_autofree char *title = box->number > 0 ? g_strdup_printf("%d %s", box->number,
                                                               box->title != NULL ? box->title : "")
                                             : g_strdup(box->title);
    int room = rect.cols - 2, bottom = rect.top + rect.lines - 1;
    int used = draw_label(canvas, rect.top, rect.left + 1, room,
                          box->focused ? THEME_FOCUS : THEME_TITLE, title, false);

    draw_label(canvas, rect.top, rect.left + 1 + used, room - used, box->info_role, box->info,
               true);
    if (rect.lines < 2)
        return;
    used = draw_label(canvas, bottom, rect.left + 1, room, box->footer_role, box->footer, true);
    draw_label(canvas, bottom, rect.left + 1, room - used, THEME_LOOK, box->footer_left, false);
}
