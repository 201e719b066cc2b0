#include "widgets/pager.h"

#include "widgets/match.h"

#include <string.h>

/* A line's bytes stand in the pager's text, each followed by a NUL. */
struct pager_line {
    size_t start;
    guint32 len;
    enum theme_role role;
    enum text_elide elide;
};

struct pager {
    GString *text;
    GArray *lines; /* struct pager_line */
    size_t top;
    int shift;  /* columns scrolled out at the left */
    int widest; /* columns of the widest line */
    TickitRect rect;
    GRegex *regex;
    GArray *hits;  /* size_t: matching lines, rising */
    size_t at_hit; /* the line search_next stands on; G_MAXSIZE: none */
};

struct pager *pager_new(void)
{
    struct pager *pager = g_new0(struct pager, 1);

    pager->text = g_string_new(NULL);
    pager->lines = g_array_new(FALSE, FALSE, sizeof(struct pager_line));
    pager->hits = g_array_new(FALSE, FALSE, sizeof(size_t));
    pager->at_hit = G_MAXSIZE;
    return pager;
}

void pager_free(struct pager *pager)
{
    if (pager == NULL)
        return;
    g_string_free(pager->text, TRUE);
    g_array_unref(pager->lines);
    g_array_unref(pager->hits);
    g_clear_pointer(&pager->regex, g_regex_unref);
    g_free(pager);
}

void pager_clear(struct pager *pager)
{
    g_string_truncate(pager->text, 0);
    g_array_set_size(pager->lines, 0);
    g_array_set_size(pager->hits, 0);
    pager->widest = 0;
}

void pager_reset(struct pager *pager)
{
    pager_clear(pager);
    pager->top = 0;
    pager->shift = 0;
    pager->at_hit = G_MAXSIZE;
}

static const struct pager_line *line_at(const struct pager *pager, size_t i)
{
    return &g_array_index(pager->lines, struct pager_line, i);
}

static const char *bytes_at(const struct pager *pager, size_t i)
{
    return pager->text->str + line_at(pager, i)->start;
}

static bool is_printable_ascii(const char *bytes)
{
    for (; *bytes != '\0'; bytes++)
        if (*bytes < 0x20 || *bytes > 0x7e)
            return false;
    return true;
}

static int columns_of(const char *bytes, size_t len)
{
    if (is_printable_ascii(bytes))
        return (int)MIN(len, (size_t)G_MAXINT / 2);
    /* which glyphs are drawn is not known here; escapes are the wider form of nearly all */
    g_autofree char *safe = text_safe(bytes, (gssize)len, true);

    return text_width(safe);
}

static void note_hit(struct pager *pager, size_t i)
{
    if (pager->regex != NULL &&
        match_test(pager->regex, bytes_at(pager, i), (gssize)line_at(pager, i)->len))
        g_array_append_val(pager->hits, i);
}

void pager_add(struct pager *pager, enum theme_role role, const char *bytes)
{
    size_t len = MIN(strlen(bytes), (size_t)G_MAXUINT32);
    struct pager_line line = {.start = pager->text->len, .len = (guint32)len, .role = role};

    g_string_append_len(pager->text, bytes, (gssize)len);
    g_string_append_c(pager->text, '\0');
    g_array_append_val(pager->lines, line);
    pager->widest = MAX(pager->widest, columns_of(pager->text->str + line.start, len));
    note_hit(pager, pager->lines->len - 1);
}

static void add_printed(struct pager *pager, enum theme_role role, enum text_elide elide,
                        const char *format, va_list args)
{
    g_autofree char *bytes = g_strdup_vprintf(format, args);

    pager_add(pager, role, bytes);
    g_array_index(pager->lines, struct pager_line, pager->lines->len - 1).elide = elide;
}

void pager_addf(struct pager *pager, enum theme_role role, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_printed(pager, role, TEXT_ELIDE_END, format, args);
    va_end(args);
}

void pager_addf_elided(struct pager *pager, enum theme_role role, enum text_elide elide,
                       const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_printed(pager, role, elide, format, args);
    va_end(args);
}

/* --- drawing --- */

static int text_cols(const struct pager *pager)
{
    bool thumb = pager->lines->len > (size_t)MAX(pager->rect.lines, 0) && pager->rect.cols >= 4;

    return MAX(pager->rect.cols - thumb, 0);
}

static void settle(struct pager *pager)
{
    pager->top = scroll_by(pager->top, 0, pager->lines->len, pager->rect.lines);
    pager->shift = CLAMP(pager->shift, 0, MAX(pager->widest - text_cols(pager), 0));
}

static void draw_line(const struct pager *pager, const struct canvas *canvas, int line, size_t i)
{
    struct text_style style = {.role = line_at(pager, i)->role,
                               .elide =
                                   pager->shift == 0 ? line_at(pager, i)->elide : TEXT_ELIDE_END,
                               .skip_cols = pager->shift};

    if (i == pager->at_hit)
        style.role = THEME_SELECTED;
    match_draw(canvas, line, pager->rect.left, text_cols(pager), &style, bytes_at(pager, i),
               pager->regex);
}

void pager_draw(struct pager *pager, const struct canvas *canvas, TickitRect rect)
{
    pager->rect = rect;
    if (rect.lines <= 0 || rect.cols <= 0)
        return;
    settle(pager);
    tickit_renderbuffer_eraserect(canvas->rb, &rect);
    for (int l = 0; l < rect.lines && pager->top + (size_t)l < pager->lines->len; l++)
        draw_line(pager, canvas, rect.top + l, pager->top + (size_t)l);
    if (text_cols(pager) < rect.cols)
        scroll_draw(canvas, rect.top, rect.left + rect.cols - 1, rect.lines, pager->top,
                    pager->lines->len);
}

/* --- moving --- */

void pager_scroll(struct pager *pager, int lines)
{
    pager->top = scroll_by(pager->top, lines, pager->lines->len, pager->rect.lines);
}

void pager_move(struct pager *pager, enum table_motion motion)
{
    size_t n = pager->lines->len;

    pager->top = MIN(scroll_target(motion, pager->top, n, pager->rect.lines),
                     scroll_last_top(n, pager->rect.lines));
}

void pager_shift(struct pager *pager, int columns)
{
    pager->shift = CLAMP(pager->shift + columns, 0, MAX(pager->widest - text_cols(pager), 0));
}

/* --- searching --- */

size_t pager_search(struct pager *pager, const char *pattern)
{
    g_clear_pointer(&pager->regex, g_regex_unref);
    g_array_set_size(pager->hits, 0);
    pager->at_hit = G_MAXSIZE;
    pager->regex = match_compile(pattern);
    for (size_t i = 0; pager->regex != NULL && i < pager->lines->len; i++)
        note_hit(pager, i);
    return pager->hits->len;
}

static size_t hit_at(const struct pager *pager, guint i)
{
    return g_array_index(pager->hits, size_t, i);
}

/* Number of hits in lines before this one. */
static guint hits_before(const struct pager *pager, size_t line)
{
    guint low = 0, high = pager->hits->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (hit_at(pager, middle) < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The place of the next hit; past an end it goes on at the other one. */
static guint next_hit(const struct pager *pager, int direction)
{
    guint n = pager->hits->len;
    bool standing = pager->at_hit != G_MAXSIZE;
    guint at = hits_before(pager, standing ? pager->at_hit : pager->top);

    if (direction < 0)
        return (at + n - 1) % n;
    if (standing && at < n && hit_at(pager, at) == pager->at_hit)
        at++;
    return at % n;
}

bool pager_is_searched(const struct pager *pager)
{
    return pager->regex != NULL;
}

bool pager_search_next(struct pager *pager, int direction)
{
    if (pager->hits->len == 0)
        return false;
    pager->at_hit = hit_at(pager, next_hit(pager, direction));
    pager->top = scroll_follow(pager->top, pager->at_hit, pager->lines->len, pager->rect.lines);
    return true;
}

char *pager_to_text(const struct pager *pager, bool unicode)
{
    GString *out = g_string_sized_new(pager->text->len);

    for (size_t i = 0; i < pager->lines->len; i++) {
        text_sanitise(out, bytes_at(pager, i), (gssize)line_at(pager, i)->len, unicode);
        g_string_append_c(out, '\n');
    }
    return g_string_free(out, FALSE);
}
