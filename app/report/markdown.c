#include "app/report/markdown.h"

#include "widgets/safe_text.h"

#include <string.h>

static char *make_safe(const struct markdown *md, const char *bytes)
{
    g_autofree char *hidden = redact_text(md->redact, bytes);

    return text_safe(hidden, -1, md->unicode);
}

static size_t longest_run(const char *text, char c)
{
    size_t longest = 0, run = 0;

    for (; *text != '\0'; text++) {
        run = *text == c ? run + 1 : 0;
        longest = MAX(longest, run);
    }
    return longest;
}

static void repeat(GString *out, char c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        g_string_append_c(out, c);
}

/* --- code --- */

/* One backtick more around it than stand anywhere inside. */
static void append_span(GString *out, const char *safe)
{
    size_t n = strlen(safe), fence = longest_run(safe, '`') + 1;
    /* one blank at each end is taken off again; without it a backtick there would join the fence */
    bool padded = safe[0] == '`' || safe[n - 1] == '`' || (safe[0] == ' ' && safe[n - 1] == ' ');

    repeat(out, '`', fence);
    g_string_append_printf(out, padded ? " %s " : "%s", safe);
    repeat(out, '`', fence);
}

void markdown_code(struct markdown *md, const char *bytes)
{
    g_autofree char *safe = make_safe(md, bytes);

    if (*safe != '\0')
        append_span(md->out, safe);
}

/* Code in which no character is markup, of Markdown or of tables. */
static void append_entities(GString *out, const char *safe)
{
    g_string_append(out, "<code>");
    for (; *safe != '\0'; safe++) {
        if (g_ascii_ispunct(*safe))
            g_string_append_printf(out, "&#%d;", *safe);
        else
            g_string_append_c(out, *safe);
    }
    g_string_append(out, "</code>");
}

static void append_cell_span(GString *out, const char *safe)
{
    if (strpbrk(safe, "|`\\") != NULL)
        append_entities(out, safe);
    else
        append_span(out, safe);
}

void markdown_cell_code(struct markdown *md, const char *bytes)
{
    g_autofree char *safe = make_safe(md, bytes);

    if (*safe != '\0')
        append_cell_span(md->out, safe);
}

void markdown_block(struct markdown *md, const char *safe_lines)
{
    size_t fence = MAX(longest_run(safe_lines, '`') + 1, (size_t)3);

    repeat(md->out, '`', fence);
    g_string_append(md->out, "text\n");
    g_string_append(md->out, safe_lines);
    if (!g_str_has_suffix(safe_lines, "\n"))
        g_string_append_c(md->out, '\n');
    repeat(md->out, '`', fence);
    g_string_append_c(md->out, '\n');
}

/* --- sentences --- */

static bool is_linked(const char *word)
{
    return strchr(word, '@') != NULL || strstr(word, "://") != NULL ||
           g_ascii_strncasecmp(word, "www.", 4) == 0;
}

static void append_escaped(GString *out, const char *word)
{
    /* "1." and "-" are markup at the beginning of a line only, but wrapping is the reader's */
    size_t digits = strspn(word, "0123456789");

    for (size_t i = 0; word[i] != '\0'; i++) {
        bool list = i == 0 && strchr("-+=", word[i]) != NULL;
        bool number =
            i == digits && digits > 0 && strchr(".)", word[i]) != NULL && word[i + 1] == '\0';

        if (list || number || strchr("\\`*_{}[]<>|~&#$", word[i]) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_c(out, word[i]);
    }
}

static void append_words(struct markdown *md, const char *bytes, bool in_cell)
{
    g_autofree char *safe = make_safe(md, bytes);
    g_auto(GStrv) words = g_strsplit(safe, " ", -1);

    for (size_t i = 0; words[i] != NULL; i++) {
        if (i > 0)
            g_string_append_c(md->out, ' ');
        if (!is_linked(words[i]))
            append_escaped(md->out, words[i]);
        else if (in_cell)
            append_cell_span(md->out, words[i]);
        else
            append_span(md->out, words[i]);
    }
}

void markdown_text(struct markdown *md, const char *bytes)
{
    append_words(md, bytes, false);
}

/* A backslash before a bar keeps it inside the cell; an escaped backslash never stands there. */
void markdown_cell_text(struct markdown *md, const char *bytes)
{
    append_words(md, bytes, true);
}
