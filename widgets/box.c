#include "widgets/box.h"

#include <string.h>

/* Corners, then the lines across and down; a folded pane ends in caps. */
struct glyphs {
    const char *top_left, *top_right, *bottom_left, *bottom_right, *across, *down;
};

static const struct glyphs fine = {"╭", "╮", "╰", "╯", "─", "│"};
static const struct glyphs plain = {"+", "+", "+", "+", "-", "|"};
/* Of the pane with the focus where no colour says so. */
static const struct glyphs heavy = {"┏", "┓", "┗", "┛", "━", "┃"};
static const struct glyphs heavy_plain = {"#", "#", "#", "#", "=", "#"};

static void put(const struct canvas *canvas, int line, int col, const char *glyph)
{
    tickit_renderbuffer_text_at(canvas->rb, line, col, glyph);
}

static void draw_across(const struct canvas *canvas, TickitRect rect, int line, const char *left,
                        const char *across, const char *right)
{
    put(canvas, line, rect.left, left);
    for (int col = rect.left + 1; col < rect.left + rect.cols - 1; col++)
        put(canvas, line, col, across);
    put(canvas, line, rect.left + rect.cols - 1, right);
}

static void draw_frame(const struct canvas *canvas, TickitRect rect, bool focused)
{
    bool is_heavy = focused && canvas->theme->depth == THEME_MONO;
    const struct glyphs *g = text_unicode(canvas) ? (is_heavy ? &heavy : &fine)
                             : is_heavy           ? &heavy_plain
                                                  : &plain;
    int bottom = rect.top + rect.lines - 1;

    tickit_renderbuffer_setpen(canvas->rb,
                               theme_pen(canvas->theme, focused ? THEME_FOCUS : THEME_BORDER));
    if (rect.lines == 1) {
        draw_across(canvas, rect, rect.top, g->across, g->across, g->across);
    } else {
        draw_across(canvas, rect, rect.top, g->top_left, g->across, g->top_right);
        draw_across(canvas, rect, bottom, g->bottom_left, g->across, g->bottom_right);
    }
    for (int line = rect.top + 1; line < bottom; line++) {
        put(canvas, line, rect.left, g->down);
        put(canvas, line, rect.left + rect.cols - 1, g->down);
    }
    tickit_renderbuffer_setpen(canvas->rb, NULL);
}

/* The stretch of a border that labels may still take. */
struct edge {
    int line, col, end;
};

enum { BLANKS = 2, LEAST_LABEL = 3 };

static int label_cols(const struct canvas *canvas, const char *bytes)
{
    if (bytes == NULL || *bytes == '\0')
        return 0;
    g_autofree char *safe = text_safe(bytes, -1, text_unicode(canvas));

    return text_width(safe) + BLANKS;
}

/* A text in the border between blanks, at most cols wide; takes its room from the edge. */
static void draw_label(const struct canvas *canvas, struct edge *edge, int cols, bool right,
                       const struct text_style *style, const char *bytes)
{
    cols = MIN(cols, edge->end - edge->col);
    if (cols < LEAST_LABEL)
        return;
    int at = right ? edge->end - cols : edge->col;

    text_drawf(canvas, edge->line, at, 1, style->role, " ");
    text_draw(canvas, edge->line, at + 1, cols - BLANKS, style, bytes);
    text_drawf(canvas, edge->line, at + cols - 1, 1, style->role, " ");
    if (right)
        edge->end = at;
    else
        edge->col = at + cols;
}

/* The first of ways that is at most cols wide, or, when parts may go, what is so of the last one;
 * "" when there is none. */
static char *info_within(const struct canvas *canvas, char **ways, int cols, bool parts)
{
    g_autoptr(GString) info = g_string_new(NULL);
    char *part;

    for (; *ways != NULL; ways++) {
        g_string_assign(info, *ways);
        if (label_cols(canvas, info->str) <= cols)
            return g_strdup(info->str);
    }
    while (parts && (part = g_strrstr(info->str, "  ")) != NULL) {
        g_string_truncate(info, (gsize)(part - info->str));
        if (label_cols(canvas, info->str) <= cols)
            return g_strdup(info->str);
    }
    return g_strdup("");
}

/* The information, shortened where tabs would be cut beside it. Where that does not save their
 * names it says what it can beside the one that is shown. */
static char *info_beside_tabs(const struct canvas *canvas, const struct box *box, int room)
{
    static const struct {
        enum tabs_form form;
        bool shortest, parts;
    } tries[] = {{TABS_NUMBERED, .shortest = false},
                 {TABS_NAMED, .shortest = true, .parts = true},
                 {TABS_PLACE, .parts = true}};

    if (box->info == NULL || *box->info == '\0' || box->tabs == NULL || box->tabs->n == 0)
        return g_strdup(box->info != NULL ? box->info : "");
    g_auto(GStrv) ways = g_strsplit(box->info, "\n", -1);
    char **last = ways + g_strv_length(ways) - 1;

    for (size_t i = 0; i < G_N_ELEMENTS(tries); i++) {
        int cols = room - 1 - tabs_cols(canvas, box->tabs, tries[i].form);
        g_autofree char *info =
            info_within(canvas, tries[i].shortest ? last : ways, cols, tries[i].parts);

        if (*info != '\0')
            return g_steal_pointer(&info);
    }
    const char *parts = strstr(*last, "  ");

    return parts != NULL ? g_strndup(*last, (gsize)(parts - *last)) : g_strdup(*last);
}

static void draw_title(const struct canvas *canvas, struct edge *edge, const struct box *box)
{
    enum { LEAST_TITLE = 12 };
    const char *title = box->title != NULL ? box->title : "";
    g_autofree char *numbered =
        box->number > 0 ? g_strdup_printf("%d %s", box->number, title) : g_strdup(title);
    int cols = label_cols(canvas, numbered);
    g_autofree char *said = info_beside_tabs(canvas, box, edge->end - edge->col - cols - 1);
    int info = label_cols(canvas, said);

    /* a long title gives way to the information, down to what still names the pane */
    if (info > 0)
        cols = MIN(cols, MAX(edge->end - edge->col - info - 1, LEAST_TITLE));
    draw_label(canvas, edge, cols, false,
               &(struct text_style){.role = box->focused ? THEME_FOCUS : THEME_TITLE}, numbered);
    edge->col++; /* a piece of the line between the two */
    if (box->tabs != NULL && box->tabs->n > 0)
        edge->col += tabs_draw(canvas, edge->line, edge->col, edge->end - edge->col - info - 1,
                               box->tabs, box->hits);
    draw_label(canvas, edge, info, true, &(struct text_style){.role = box->info_role}, said);
}

void box_draw(const struct canvas *canvas, TickitRect rect, const struct box *box, TickitRect *ret)
{
    enum { LEAST_COLS = 4, MARGIN = 2 };
    int end = rect.left + rect.cols - MARGIN;

    *ret = (TickitRect){.top = rect.top + 1,
                        .left = rect.left + 1,
                        .lines = MAX(rect.lines - 2, 0),
                        .cols = MAX(rect.cols - 2, 0)};
    if (box->hits != NULL)
        *box->hits = (struct tabs_hits){0};
    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    if (rect.cols < LEAST_COLS) {
        ret->lines = 0;
        return;
    }
    draw_frame(canvas, rect, box->focused);
    struct edge edge = {.line = rect.top, .col = rect.left + MARGIN, .end = end};

    draw_title(canvas, &edge, box);
    if (rect.lines < 2)
        return;
    edge = (struct edge){.line = rect.top + rect.lines - 1, .col = rect.left + MARGIN, .end = end};
    draw_label(canvas, &edge, label_cols(canvas, box->footer), true,
               &(struct text_style){.role = box->footer_role}, box->footer);
    draw_label(canvas, &edge, label_cols(canvas, box->footer_left), false,
               &(struct text_style){.role = box->footer_left_role}, box->footer_left);
}
