#include "widgets/text.h"

#include "widgets/text_cut.h"

#include <string.h>

/* Where the next cell is drawn, and how. */
struct pencil {
    const struct canvas *canvas;
    int line, col;
    int bar_end; /* the column where the bar behind the text ends */
    enum theme_role role;
    const char *safe; /* what marks count from */
    const struct text_mark *marks, *marks_end;
};

/* libtickit measures with a table of its own, older than GLib's. */
static int columns_drawn(const char *utf8)
{
    TickitStringPos pos;

    return tickit_utf8_count(utf8, &pos, NULL) == (size_t)-1 ? -1 : pos.columns;
}

void text_measure_as_drawn(void)
{
    text_measure_with(columns_drawn);
}

bool text_unicode(const struct canvas *canvas)
{
    return canvas->theme->glyphs != THEME_ASCII;
}

static void put(struct pencil *pencil, const char *bytes, size_t len, int cols)
{
    if (len == 0)
        return;
    /* a string that libtickit turns down would leave old cells standing */
    if (tickit_renderbuffer_textn_at(pencil->canvas->rb, pencil->line, pencil->col, bytes, len) < 0)
        tickit_renderbuffer_erase_at(pencil->canvas->rb, pencil->line, pencil->col, cols);
    pencil->col += cols;
}

/*
 * Pens lie over each other: the bar's ground, the text's role, the mark. For
 * libtickit only those of saved levels do, and restoring a level walks over
 * every cell of the buffer; so a single pen, which is nearly all, saves none.
 */
static void put_layers(struct pencil *pencil, enum theme_role role, const char *bytes, size_t len,
                       int cols, bool bar)
{
    TickitRenderBuffer *rb = pencil->canvas->rb;
    enum theme_role layers[3];
    int n = 0;

    if (bar)
        layers[n++] = THEME_METER;
    if (pencil->role != THEME_TEXT) /* whose pen is empty */
        layers[n++] = pencil->role;
    if (role != pencil->role)
        layers[n++] = role;
    for (int i = 0; i < n; i++) {
        if (i > 0)
            tickit_renderbuffer_savepen(rb);
        tickit_renderbuffer_setpen(rb, theme_pen(pencil->canvas->theme, layers[i]));
    }
    put(pencil, bytes, len, cols);
    for (int i = 1; i < n; i++)
        tickit_renderbuffer_restore(rb);
    tickit_renderbuffer_setpen(rb, NULL);
}

static void put_run(struct pencil *pencil, enum theme_role role, const char *bytes, size_t len)
{
    const char *end = bytes + len;
    int room = pencil->bar_end - pencil->col;

    if (room > 0) {
        struct text_piece on = text_head(bytes, end, room);

        if (on.len == 0) /* a wide character across the bar's end stands outside */
            pencil->bar_end = pencil->col;
        put_layers(pencil, role, bytes, on.len, on.cols, true);
        bytes += on.len;
    }
    if (bytes < end)
        put_layers(pencil, role, bytes, (size_t)(end - bytes),
                   text_head(bytes, end, G_MAXINT / 2).cols, false);
}

static void put_piece(struct pencil *pencil, const struct text_piece *piece)
{
    size_t at = (size_t)(piece->start - pencil->safe), end = at + piece->len;

    for (; pencil->marks < pencil->marks_end && at < end; pencil->marks++) {
        const struct text_mark *mark = pencil->marks;
        size_t from = CLAMP(mark->start, at, end), to = CLAMP(mark->end, from, end);

        put_run(pencil, pencil->role, pencil->safe + at, from - at);
        put_run(pencil, mark->role, pencil->safe + from, to - from);
        at = to;
        if (mark->end > end) /* goes on in the next piece */
            break;
    }
    put_run(pencil, pencil->role, pencil->safe + at, end - at);
}

static void put_blanks(struct pencil *pencil, int cols)
{
    static const char spaces[] = "                                                                ";

    while (cols > 0) {
        int n = MIN(cols, (int)sizeof spaces - 1);

        put_run(pencil, pencil->role, spaces, (size_t)n);
        cols -= n;
    }
}

static int blanks_before(enum text_align align, int spare)
{
    switch (align) {
    case TEXT_RIGHT:
        return spare;
    case TEXT_CENTER:
        return spare / 2;
    default:
        return 0;
    }
}

/* A text that is cut, or fits: marks lie on it. */
static int draw_cut(const struct canvas *canvas, int line, int col, int cols,
                    const struct text_style *style, const char *safe, const struct text_mark *marks,
                    size_t n)
{
    struct pencil pencil = {.canvas = canvas,
                            .line = line,
                            .col = col,
                            .bar_end = col + style->bar_cols,
                            .role = style->role,
                            .safe = safe,
                            .marks = marks,
                            .marks_end = n > 0 ? marks + n : marks};
    struct text_cut cut;
    int half = 0, used;

    if (cols <= 0)
        return 0;
    text_cut(style->skip_cols > 0 ? text_skip(safe, style->skip_cols, &half) : safe, cols - half,
             style->elide, &cut);
    used = half + cut.head.cols + cut.elided + cut.tail.cols;
    put_blanks(&pencil, half + blanks_before(style->align, cols - used));
    put_piece(&pencil, &cut.head);
    if (cut.elided)
        put_run(&pencil, pencil.role, text_unicode(canvas) ? "…" : "~",
                text_unicode(canvas) ? strlen("…") : 1);
    if (cut.tail.len > 0)
        put_piece(&pencil, &cut.tail);
    put_blanks(&pencil, col + cols - pencil.col);
    return used;
}

int text_draw_marked(const struct canvas *canvas, int line, int col, int cols,
                     const struct text_style *style, const char *safe,
                     const struct text_mark *marks, size_t n)
{
    if (style->skip_cols > 0 || !text_loses_paths(safe, cols, style->elide))
        return draw_cut(canvas, line, col, cols, style, safe, marks, n);
    g_autofree struct text_mark *moved = g_memdup2(marks, n * sizeof *marks);
    g_autofree char *brief = text_without_import_paths(safe, moved, n);

    return draw_cut(canvas, line, col, cols, style, brief, moved, n);
}

int text_draw_safe(const struct canvas *canvas, int line, int col, int cols,
                   const struct text_style *style, const char *safe)
{
    return text_draw_marked(canvas, line, col, cols, style, safe, NULL, 0);
}

int text_draw(const struct canvas *canvas, int line, int col, int cols,
              const struct text_style *style, const char *bytes)
{
    g_autoptr(GString) safe = g_string_new(NULL);
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(struct text_mark));

    if (cols <= 0)
        return 0;
    text_sanitise_marked(safe, bytes, -1, text_unicode(canvas), marks);
    return text_draw_marked(canvas, line, col, cols, style, safe->str,
                            (const struct text_mark *)(void *)marks->data, marks->len);
}

int text_drawf(const struct canvas *canvas, int line, int col, int cols, enum theme_role role,
               const char *format, ...)
{
    g_autofree char *bytes = NULL;
    va_list args;

    va_start(args, format);
    bytes = g_strdup_vprintf(format, args);
    va_end(args);
    return text_draw(canvas, line, col, cols, &(struct text_style){.role = role}, bytes);
}

void text_draw_words(const struct canvas *canvas, TickitRect rect, const char *bytes)
{
    int margin = rect.cols > 20 ? 1 : 0;
    g_autoptr(GPtrArray) lines =
        text_wrap_bytes(bytes, rect.cols - 2 * margin, text_unicode(canvas));

    for (guint i = 0; i < lines->len && (int)i < rect.lines; i++) {
        bool cut = (int)i == rect.lines - 1 && i + 1 < lines->len;
        /* more than the line holds: drawing cuts and marks it as it does everything */
        g_autofree char *line =
            cut ? g_strdup_printf("%s %*s", (const char *)lines->pdata[i], rect.cols + 1, "x")
                : g_strdup(lines->pdata[i]);

        text_draw_safe(canvas, rect.top + (int)i, rect.left + margin, rect.cols - margin,
                       &(struct text_style){.role = THEME_DIM}, line);
    }
}
