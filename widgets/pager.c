#include "widgets/pager.h"

#include "widgets/match.h"

#include <string.h>

struct pager_line {
    char *bytes;
    enum theme_role role;
};

struct pager {
    GArray *lines; /* struct pager_line */
    size_t top;
    int shift;
    TickitRect rect;
    GRegex *regex;
    size_t match; /* line last found by search_next; G_MAXSIZE none */
};

static void clear_line(gpointer data)
{
    g_free(((struct pager_line *)data)->bytes);
}

struct pager *pager_new(void)
{
    struct pager *pager = g_new0(struct pager, 1);

    pager->lines = g_array_new(FALSE, FALSE, sizeof(struct pager_line));
    g_array_set_clear_func(pager->lines, clear_line);
    pager->match = G_MAXSIZE;
    return pager;
}

void pager_free(struct pager *pager)
{
    if (pager == NULL)
        return;
    g_array_unref(pager->lines);
    if (pager->regex != NULL)
        g_regex_unref(pager->regex);
    g_free(pager);
}

void pager_clear(struct pager *pager)
{
    g_array_set_size(pager->lines, 0);
}

void pager_reset(struct pager *pager)
{
    pager_clear(pager);
    pager->top = 0;
    pager->shift = 0;
    pager->match = G_MAXSIZE;
}

void pager_add(struct pager *pager, enum theme_role role, const char *bytes)
{
    struct pager_line line = {.bytes = g_strdup(bytes), .role = role};

    g_array_append_val(pager->lines, line);
}

void pager_addf(struct pager *pager, enum theme_role role, const char *format, ...)
{
    struct pager_line line = {.role = role};
    va_list args;

    va_start(args, format);
    line.bytes = g_strdup_vprintf(format, args);
    va_end(args);
    g_array_append_val(pager->lines, line);
}

static const struct pager_line *line_at(const struct pager *pager, size_t i)
{
    return &g_array_index(pager->lines, struct pager_line, i);
}

static bool is_match(const struct pager *pager, size_t i)
{
    return pager->regex != NULL &&
           g_regex_match_full(pager->regex, line_at(pager, i)->bytes, -1, 0, 0, NULL, NULL);
}

/* Safe text from the column shift on. */
static const char *shifted(const char *safe, int shift)
{
    for (; shift > 0 && *safe != '\0'; safe = g_utf8_next_char(safe))
        shift -= g_unichar_iswide(g_utf8_get_char(safe)) ? 2 : 1;
    return safe;
}

static void draw_line(const struct pager *pager, const struct canvas *canvas, int line, size_t i)
{
    g_autofree char *safe =
        text_safe(line_at(pager, i)->bytes, -1, canvas->theme->glyphs != THEME_ASCII);
    enum theme_role role = i == pager->match    ? THEME_SELECTED
                           : is_match(pager, i) ? THEME_MATCH
                                                : line_at(pager, i)->role;

    text_draw(canvas, line, pager->rect.left, pager->rect.cols - 1,
              &(struct text_style){.role = role}, shifted(safe, pager->shift));
}

static size_t last_top(const struct pager *pager)
{
    size_t lines = (size_t)MAX(pager->rect.lines, 1);

    return pager->lines->len > lines ? pager->lines->len - lines : 0;
}

void pager_draw(struct pager *pager, const struct canvas *canvas, TickitRect rect)
{
    pager->rect = rect;
    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    pager->top = MIN(pager->top, last_top(pager));
    for (int l = 0; l < rect.lines && pager->top + (size_t)l < pager->lines->len; l++)
        draw_line(pager, canvas, rect.top + l, pager->top + (size_t)l);
    if (last_top(pager) == 0)
        return;
    int at = (int)(pager->top * (size_t)(rect.lines - 1) / last_top(pager));

    text_drawf(canvas, rect.top + at, rect.left + rect.cols - 1, 1, THEME_FOCUS, "%s",
               canvas->theme->glyphs == THEME_ASCII ? "|" : "┃");
}

void pager_scroll(struct pager *pager, int lines)
{
    pager->top = (size_t)CLAMP((gint64)pager->top + lines, 0, (gint64)last_top(pager));
}

void pager_move(struct pager *pager, enum table_motion motion)
{
    int page = MAX(pager->rect.lines - 1, 1);

    switch (motion) {
    case TABLE_UP:
        pager_scroll(pager, -1);
        break;
    case TABLE_DOWN:
        pager_scroll(pager, 1);
        break;
    case TABLE_PAGE_UP:
        pager_scroll(pager, -page);
        break;
    case TABLE_PAGE_DOWN:
        pager_scroll(pager, page);
        break;
    case TABLE_HALF_UP:
        pager_scroll(pager, -MAX(page / 2, 1));
        break;
    case TABLE_HALF_DOWN:
        pager_scroll(pager, MAX(page / 2, 1));
        break;
    case TABLE_HOME:
        pager->top = 0;
        break;
    case TABLE_END:
        pager->top = last_top(pager);
        break;
    }
}

void pager_shift(struct pager *pager, int columns)
{
    pager->shift = CLAMP(pager->shift + columns, 0, 4096);
}

size_t pager_search(struct pager *pager, const char *pattern)
{
    size_t n = 0;

    g_clear_pointer(&pager->regex, g_regex_unref);
    pager->match = G_MAXSIZE;
    if (pattern == NULL || *pattern == '\0')
        return 0;
    pager->regex = match_compile(pattern);
    for (size_t i = 0; i < pager->lines->len; i++)
        n += is_match(pager, i);
    return n;
}

bool pager_search_next(struct pager *pager, int direction)
{
    gint64 n = pager->lines->len;
    gint64 from = pager->match != G_MAXSIZE ? (gint64)pager->match + direction : (gint64)pager->top;

    for (gint64 i = from; i >= 0 && i < n; i += direction)
        if (is_match(pager, (size_t)i)) {
            pager->match = (size_t)i;
            if (pager->match < pager->top ||
                pager->match >= pager->top + (size_t)MAX(pager->rect.lines, 1))
                pager->top = MIN(pager->match, last_top(pager));
            return true;
        }
    return false;
}

size_t pager_n_lines(const struct pager *pager)
{
    return pager->lines->len;
}

char *pager_to_text(const struct pager *pager, bool unicode)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < pager->lines->len; i++) {
        text_sanitise(out, line_at(pager, i)->bytes, -1, unicode);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}
