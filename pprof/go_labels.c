#include "pprof/go_labels.h"

#include "pprof/limits.h"

#include <string.h>

static char take_char(struct span *text)
{
    char c = text->at[0];

    text->at++;
    text->n--;
    return c;
}

static void skip(struct span *text, const char *any)
{
    while (text->n > 0 && strchr(any, text->at[0]) != NULL && text->at[0] != '\0')
        take_char(text);
}

/* Up to digits hex digits after "\x", "\u" or "\U". */
static guint32 take_code(struct span *text, unsigned digits)
{
    guint32 code = 0;

    for (; digits > 0 && text->n > 0 && g_ascii_isxdigit(text->at[0]); digits--)
        code = code << 4 | (guint32)g_ascii_xdigit_value(take_char(text));
    return code;
}

static void take_escape(struct span *text, GString *out)
{
    static const char names[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
    char c = take_char(text);
    const char *simple = c != '\0' ? strchr(names, c) : NULL;

    if (c == 'x')
        g_string_append_c(out, (char)take_code(text, 2));
    else if (c == 'u' || c == 'U')
        g_string_append_unichar(out, take_code(text, c == 'u' ? 4 : 8) & 0x1fffff);
    else
        g_string_append_c(out, simple != NULL ? codes[simple - names] : c);
}

static void take_quoted(struct span *text, GString *out)
{
    take_char(text);
    while (text->n > 0) {
        char c = take_char(text);

        if (c == '"')
            return;
        if (c == '\\' && text->n > 0)
            take_escape(text, out);
        else
            g_string_append_c(out, c);
    }
}

static void take_word(struct span *text, GString *out, const char *ends)
{
    g_string_truncate(out, 0);
    if (text->n > 0 && text->at[0] == '"') {
        take_quoted(text, out);
        return;
    }
    while (text->n > 0 && (text->at[0] == '\0' || strchr(ends, text->at[0]) == NULL))
        g_string_append_c(out, take_char(text));
}

bool go_labels_next(struct span *text, GString *key, GString *value)
{
    skip(text, ", ");
    if (text->n == 0)
        return false;
    take_word(text, key, ":,");
    if (text->n > 0 && text->at[0] == ':')
        take_char(text);
    skip(text, " ");
    take_word(text, value, ",");
    return true;
}

void go_labels_text(struct span text, GString *out)
{
    g_autoptr(GString) key = g_string_new(NULL), value = g_string_new(NULL);

    g_string_truncate(out, 0);
    while (out->len < PPROF_MAX_LABEL_TEXT && go_labels_next(&text, key, value))
        g_string_append_printf(out, "%s%s:%s", out->len > 0 ? ", " : "", key->str, value->str);
}
