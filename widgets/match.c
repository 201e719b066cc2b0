#include "widgets/match.h"

#include <string.h>

enum { MAX_MARKS = 64 };

static bool has_capital(const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (g_ascii_isupper(*pattern))
            return true;
        if (*pattern == '\\' && pattern[1] != '\0')
            pattern++;
    }
    return false;
}

static GRegex *compile(const char *pattern, GRegexCompileFlags flags)
{
    g_autofree char *limited = g_strconcat("(*LIMIT_MATCH=20000)", pattern, NULL);

    return g_regex_new(limited, flags, 0, NULL);
}

GRegex *match_compile(const char *pattern)
{
    GRegexCompileFlags flags = G_REGEX_RAW | G_REGEX_OPTIMIZE;

    if (pattern == NULL || *pattern == '\0')
        return NULL;
    if (strpbrk(pattern, "^$") != NULL) /* ends of lines: looking for them costs */
        flags |= G_REGEX_MULTILINE | G_REGEX_NEWLINE_LF;
    if (!has_capital(pattern))
        flags |= G_REGEX_CASELESS;
    GRegex *regex = compile(pattern, flags);

    if (regex != NULL)
        return regex;
    g_autofree char *literal = g_regex_escape_string(pattern, -1);

    return compile(literal, flags);
}

char *match_problem(const char *pattern)
{
    g_autoptr(GError) error = NULL;
    GRegex *regex = g_regex_new(pattern, G_REGEX_RAW, 0, &error);

    if (regex != NULL) {
        g_regex_unref(regex);
        return NULL;
    }
    /* "Error while compiling regular expression (x at char 2: missing closing parenthesis" */
    const char *reason = g_strrstr(error->message, ": ");

    return g_strdup(reason != NULL ? reason + strlen(": ") : error->message);
}

bool match_test(const GRegex *regex, const char *bytes, gssize n)
{
    return g_regex_match_full(regex, bytes, n, 0, 0, NULL, NULL);
}

static bool is_inside_character(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Appends a mark in role per hit in safe text, widened to whole characters. */
static void match_marks(const GRegex *regex, const char *safe, enum theme_role role, GArray *marks)
{
    g_autoptr(GMatchInfo) info = NULL;
    int found = 0, from, to;

    g_regex_match_full(regex, safe, -1, 0, 0, &info, NULL);
    for (; found < MAX_MARKS && g_match_info_matches(info); g_match_info_next(info, NULL)) {
        found++;
        if (!g_match_info_fetch_pos(info, 0, &from, &to) || from == to)
            continue;
        while (from > 0 && is_inside_character(safe[from]))
            from--;
        while (is_inside_character(safe[to]))
            to++;
        struct text_mark mark = {.start = (size_t)from, .end = (size_t)to, .role = role};

        g_array_append_val(marks, mark);
    }
}

static gint compare_marks(gconstpointer a, gconstpointer b)
{
    const struct text_mark *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

int match_draw(const struct canvas *canvas, int line, int col, int cols,
               const struct text_style *style, const char *bytes, const GRegex *regex)
{
    if (regex == NULL || cols <= 0)
        return text_draw(canvas, line, col, cols, style, bytes);
    g_autoptr(GString) safe = g_string_new(NULL);
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(struct text_mark));

    text_sanitise_marked(safe, bytes, -1, text_unicode(canvas), marks);
    match_marks(regex, safe->str, THEME_MATCH, marks);
    g_array_sort(marks, compare_marks);
    return text_draw_marked(canvas, line, col, cols, style, safe->str,
                            (const struct text_mark *)(void *)marks->data, marks->len);
}
