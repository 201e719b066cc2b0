#include "widgets/text_cut.h"

#include <string.h>

int text_char_width(gunichar c)
{
    if (c < 0x300)
        return 1;
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

static int width_at(const char *p)
{
    return (unsigned char)*p < 0x80 ? 1 : text_char_width(g_utf8_get_char(p));
}

static const char *cluster_end(const char *p, const char *end)
{
    do
        p = g_utf8_next_char(p);
    while (p < end && width_at(p) == 0);
    return p;
}

static const char *cluster_before(const char *start, const char *p)
{
    do
        p = g_utf8_prev_char(p);
    while (p > start && width_at(p) == 0);
    return p;
}

int text_width(const char *safe)
{
    int cols = 0;

    for (; *safe != '\0'; safe = g_utf8_next_char(safe))
        cols += width_at(safe);
    return cols;
}

struct text_piece text_head(const char *start, const char *end, int cols)
{
    struct text_piece piece = {.start = start};
    const char *p = start;

    while (p < end && piece.cols + width_at(p) <= cols) {
        piece.cols += width_at(p);
        p = cluster_end(p, end);
    }
    piece.len = (size_t)(p - start);
    return piece;
}

/* The same at the end. */
static struct text_piece text_tail(const char *start, const char *end, int cols)
{
    struct text_piece piece = {.start = end};

    while (piece.start > start) {
        const char *p = cluster_before(start, piece.start);

        if (piece.cols + width_at(p) > cols)
            break;
        piece.cols += width_at(p);
        piece.start = p;
    }
    piece.len = (size_t)(end - piece.start);
    return piece;
}

const char *text_skip(const char *safe, int cols, int *ret_blanks)
{
    const char *end = safe + strlen(safe);
    struct text_piece hidden = text_head(safe, end, MAX(cols, 0));
    const char *p = safe + hidden.len;

    *ret_blanks = 0;
    if (hidden.cols < cols && p < end) {
        p = cluster_end(p, end);
        *ret_blanks = 1;
    }
    return p;
}

/* "v2." of "example.com/pkg/v2.(*T).M": the version of a module, which is no name. */
static bool is_version(const char *element)
{
    size_t digits = element[0] == 'v' ? strspn(element + 1, "0123456789") : 0;

    return digits > 0 && element[1 + digits] == '.';
}

const char *text_without_import_path(const char *name)
{
    const char *start = name;

    for (const char *p = name; *p != '\0' && strchr(" [(:", *p) == NULL; p++)
        if (*p == '/' && !is_version(p + 1))
            start = p + 1;
    return start;
}

static size_t offset_without(size_t offset, size_t from, size_t to)
{
    return offset - (MIN(offset, to) - MIN(offset, from));
}

char *text_without_import_paths(const char *text, struct text_mark *marks, size_t n)
{
    GString *out = g_string_new(NULL);
    int depth = 0;

    for (const char *p = text; *p != '\0'; p++) {
        bool begins = depth == 0 && (p == text || p[-1] == ' ') && strchr("/.~", *p) == NULL;
        const char *name = begins ? text_without_import_path(p) : p;

        for (size_t i = 0; name > p && i < n; i++) {
            size_t from = out->len, to = from + (size_t)(name - p);

            marks[i].start = offset_without(marks[i].start, from, to);
            marks[i].end = offset_without(marks[i].end, from, to);
        }
        p = name;
        if (*p == '\0')
            break;
        depth = MAX(depth + (strchr("[(", *p) != NULL) - (strchr(")]", *p) != NULL), 0);
        g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

static int head_share(enum text_elide elide, int cols)
{
    switch (elide) {
    case TEXT_ELIDE_END:
    case TEXT_ELIDE_SENTENCE:
        return cols;
    case TEXT_ELIDE_START:
        return 0;
    default: /* the end of a path or a function says more than its start */
        return cols / 3;
    }
}

bool text_loses_paths(const char *safe, int cols, enum text_elide elide)
{
    const char *end = safe + strlen(safe);

    return (elide == TEXT_ELIDE_FUNCTION || elide == TEXT_ELIDE_SENTENCE) &&
           safe + text_head(safe, end, cols).len < end;
}

void text_cut(const char *safe, int cols, enum text_elide elide, struct text_cut *ret)
{
    const char *end = safe + strlen(safe);

    *ret = (struct text_cut){.head = text_head(safe, end, cols)};
    if (safe + ret->head.len == end || cols <= 0)
        return;
    ret->elided = true;
    ret->head = text_head(safe, end, head_share(elide, cols - 1));
    if (elide != TEXT_ELIDE_END && elide != TEXT_ELIDE_SENTENCE)
        ret->tail = text_tail(safe + ret->head.len, end, cols - 1 - ret->head.cols);
}

int text_fit(GString *out, const char *safe, int cols, enum text_elide elide, bool unicode)
{
    g_autofree char *brief =
        text_loses_paths(safe, cols, elide) ? text_without_import_paths(safe, NULL, 0) : NULL;
    struct text_cut cut;

    text_cut(brief != NULL ? brief : safe, cols, elide, &cut);
    g_string_append_len(out, cut.head.start, (gssize)cut.head.len);
    if (cut.elided)
        g_string_append(out, unicode ? "…" : "~");
    if (cut.tail.len > 0)
        g_string_append_len(out, cut.tail.start, (gssize)cut.tail.len);
    return cut.head.cols + cut.elided + cut.tail.cols;
}

/* The end of the first line of [safe, end): the last blank that fits, else the last column. */
static const char *line_end(const char *safe, const char *end, int cols)
{
    const char *cut = safe + text_head(safe, end, cols).len;

    if (cut == safe) /* one column and a wide character: it must go somewhere */
        cut = cluster_end(safe, end);
    if (cut == end || *cut == ' ')
        return cut;
    for (const char *p = cut; p > safe; p--)
        if (p[-1] == ' ')
            return p - 1 > safe ? p - 1 : cut;
    return cut;
}

static void wrap_into(GPtrArray *lines, const char *safe, int cols)
{
    const char *end = safe + strlen(safe);

    while (safe < end) {
        const char *stop = line_end(safe, end, MAX(cols, 1)), *text_end = stop;

        while (text_end > safe && text_end[-1] == ' ')
            text_end--;
        if (text_end > safe || stop == end)
            g_ptr_array_add(lines, g_strndup(safe, (gsize)(text_end - safe)));
        for (safe = stop; *safe == ' ';)
            safe++;
    }
}

GPtrArray *text_wrap(const char *safe, int cols)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    wrap_into(lines, safe, cols);
    return lines;
}

GPtrArray *text_wrap_bytes(const char *bytes, int cols, bool unicode)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) paragraphs = g_strsplit(bytes, "\n", -1);

    for (char **paragraph = paragraphs; *paragraph != NULL; paragraph++) {
        g_autofree char *safe = text_safe(*paragraph, -1, unicode);

        if (*safe == '\0')
            g_ptr_array_add(lines, g_strdup(""));
        wrap_into(lines, safe, cols);
    }
    return lines;
}
