#include "widgets/text_cut.h"

#include <string.h>

/* ncurses keeps a base and four marks in a cell; more would be cut or smear over the neighbours. */
enum { MAX_MARKS_PER_CLUSTER = 4 };

/* What a terminal may act on, hide, or show as something else. */
static bool is_dangerous(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT: /* bidi controls, zero-width joiners, byte order mark, tags */
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
        return true;
    default:
        return false;
    }
}

static text_measure measure_drawn; /* atomic; NULL: nothing is drawn */

void text_measure_with(text_measure measure)
{
    __atomic_store_n(&measure_drawn, measure, __ATOMIC_RELEASE);
}

static bool is_measured_alike(gunichar c)
{
    text_measure measure = __atomic_load_n(&measure_drawn, __ATOMIC_ACQUIRE);
    char utf8[8];

    if (measure == NULL)
        return true;
    utf8[g_unichar_to_utf8(c, utf8)] = '\0';
    return measure(utf8) == text_char_width(c);
}

static void append_escape(GString *out, gunichar c)
{
    if (c < 0x10000)
        g_string_append_printf(out, "\\u%04x", c);
    else
        g_string_append_printf(out, "\\U%08x", c);
}

static void append_byte_escape(GString *out, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";

    switch (byte) {
    case '\n':
        g_string_append(out, "\\n");
        break;
    case '\t':
        g_string_append(out, "\\t");
        break;
    case '\r':
        g_string_append(out, "\\r");
        break;
    default:
        g_string_append(out, "\\x"); /* by hand: a file of such bytes must not take long */
        g_string_append_c(out, digits[byte >> 4]);
        g_string_append_c(out, digits[byte & 15]);
    }
}

/* Appends the character or byte at bytes, which is not printable ASCII; returns bytes taken. */
static gsize append_special(GString *out, const char *bytes, gsize n, bool unicode, int *marks,
                            bool *ret_escaped)
{
    gunichar c =
        (unsigned char)*bytes < 0x80 ? (gunichar)-1 : g_utf8_get_char_validated(bytes, (gssize)n);

    *ret_escaped = true;
    if (c == (gunichar)-1 || c == (gunichar)-2) {
        append_byte_escape(out, (unsigned char)*bytes);
        *marks = MAX_MARKS_PER_CLUSTER; /* a mark must not combine with an escape */
        return 1;
    }
    gsize length = (gsize)(g_utf8_next_char(bytes) - bytes);
    bool combines = text_char_width(c) == 0;

    if (!unicode || is_dangerous(c) || (combines && *marks >= MAX_MARKS_PER_CLUSTER) ||
        !is_measured_alike(c)) {
        append_escape(out, c);
        *marks = MAX_MARKS_PER_CLUSTER;
    } else {
        g_string_append_len(out, bytes, (gssize)length);
        *marks = combines ? *marks + 1 : 0;
        *ret_escaped = false;
    }
    return length;
}

void text_sanitise_marked(GString *out, const char *bytes, gssize n, bool unicode, GArray *marks)
{
    const char *end = bytes + (n < 0 ? strlen(bytes) : (size_t)n);
    int combined = MAX_MARKS_PER_CLUSTER; /* a mark at the start would combine with a border */

    while (bytes < end) {
        const char *plain = bytes;

        while (bytes < end && *bytes >= 0x20 && *bytes < 0x7f)
            bytes++;
        if (bytes > plain) {
            g_string_append_len(out, plain, bytes - plain);
            combined = 0;
        }
        if (bytes == end)
            break;
        struct text_mark mark = {.start = out->len, .role = THEME_ESCAPE};
        bool escaped;

        bytes += append_special(out, bytes, (gsize)(end - bytes), unicode, &combined, &escaped);
        mark.end = out->len;
        if (escaped && marks != NULL)
            g_array_append_val(marks, mark);
    }
}

void text_sanitise(GString *out, const char *bytes, gssize n, bool unicode)
{
    text_sanitise_marked(out, bytes, n, unicode, NULL);
}

char *text_safe(const char *bytes, gssize n, bool unicode)
{
    GString *out = g_string_new(NULL);

    text_sanitise(out, bytes, n, unicode);
    return g_string_free(out, FALSE);
}
