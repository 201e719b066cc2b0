#include "widgets/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- making safe -------------------------------------------------------------------------------
 */

/* Characters a terminal may act on, hide, or show as something else. */
static bool is_dangerous(gunichar c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        return true;
    if (c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
        (c >= 0x2066 && c <= 0x2069))
        return true; /* bidirectional controls */
    if ((c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff || c == 0x2028 || c == 0x2029)
        return true; /* zero width and line separators */
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
        return true;
    default:
        return false;
    }
}

static void append_escape(GString *out, gunichar c)
{
    switch (c) {
    case '\n':
        g_string_append(out, "\\n");
        return;
    case '\t':
        g_string_append(out, "\\t");
        return;
    case '\r':
        g_string_append(out, "\\r");
        return;
    default:
        break;
    }
    if (c < 0x100)
        g_string_append_printf(out, "\\x%02x", c);
    else if (c < 0x10000)
        g_string_append_printf(out, "\\u%04x", c);
    else
        g_string_append_printf(out, "\\U%08x", c);
}

void text_sanitise(GString *out, const char *bytes, gssize n, bool unicode)
{
    const char *end = bytes + (n < 0 ? strlen(bytes) : (size_t)n);

    while (bytes < end) {
        const char *plain = bytes;

        while (bytes < end && *bytes >= 0x20 && *bytes < 0x7f)
            bytes++;
        g_string_append_len(out, plain, bytes - plain);
        if (bytes == end)
            break;
        gunichar c = g_utf8_get_char_validated(bytes, end - bytes);

        if (c == (gunichar)-1 || c == (gunichar)-2) {
            append_escape(out, (unsigned char)*bytes++);
            continue;
        }
        if (is_dangerous(c) || (!unicode && c > 0x7e))
            append_escape(out, c);
        else
            g_string_append_unichar(out, c);
        bytes = g_utf8_next_char(bytes);
    }
}

char *text_safe(const char *bytes, gssize n, bool unicode)
{
    GString *out = g_string_new(NULL);

    text_sanitise(out, bytes, n, unicode);
    return g_string_free(out, FALSE);
}

/* --- measuring and cutting -----------------------------------------------------------------------
 */

static int char_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

int text_width(const char *safe)
{
    int cols = 0;

    for (; *safe != '\0'; safe = g_utf8_next_char(safe))
        cols += char_width(g_utf8_get_char(safe));
    return cols;
}

/* End of the longest prefix of at most cols columns, marks kept with their base. */
static const char *prefix_end(const char *safe, int cols, int *ret_cols)
{
    int used = 0;

    while (*safe != '\0') {
        int width = char_width(g_utf8_get_char(safe));

        if (used + width > cols)
            break;
        used += width;
        safe = g_utf8_next_char(safe);
    }
    *ret_cols = used;
    return safe;
}

/* Start of the longest suffix of at most cols columns. */
static const char *suffix_start(const char *safe, int cols, int *ret_cols)
{
    const char *p = safe + strlen(safe);
    const char *start = p;
    int used = 0;

    *ret_cols = 0;
    while (p > safe) {
        p = g_utf8_prev_char(p);
        used += char_width(g_utf8_get_char(p));
        if (used > cols)
            break;
        if (char_width(g_utf8_get_char(p)) > 0) { /* never begin with a lone mark */
            start = p;
            *ret_cols = used;
        }
    }
    return start;
}

static int append_prefix(GString *out, const char *safe, int cols)
{
    int used;
    const char *end = prefix_end(safe, cols, &used);

    g_string_append_len(out, safe, end - safe);
    return used;
}

static int append_suffix(GString *out, const char *safe, int cols)
{
    int used;

    g_string_append(out, suffix_start(safe, cols, &used));
    return used;
}

/* A Go function without its import path: "a/b/pkg.(*T).M[c/d.E]" gives "pkg.(*T).M[c/d.E]". */
static const char *short_function(const char *safe)
{
    const char *end = strchr(safe, '[');
    const char *start = safe;

    for (const char *p = safe; *p != '\0' && p != end && *p != '('; p++)
        if (*p == '/')
            start = p + 1;
    return start;
}

int text_fit(GString *out, const char *safe, int cols, enum text_elide elide, bool unicode)
{
    const char *ellipsis = unicode ? "…" : "~";
    int tail, used;

    if (cols <= 0)
        return 0;
    if (text_width(safe) <= cols)
        return append_prefix(out, safe, cols);
    if (elide == TEXT_ELIDE_FUNCTION) {
        safe = short_function(safe);
        if (text_width(safe) <= cols)
            return append_prefix(out, safe, cols);
    }
    if (elide == TEXT_ELIDE_END)
        tail = 0;
    else if (elide == TEXT_ELIDE_START)
        tail = cols - 1;
    else
        tail = (cols - 1) * 2 / 3;
    used = append_prefix(out, safe, cols - 1 - tail);
    g_string_append(out, ellipsis);
    return used + 1 + append_suffix(out, safe, tail);
}

GPtrArray *text_wrap(const char *safe, int cols)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    cols = MAX(cols, 1);
    while (*safe != '\0') {
        int used;
        const char *end = prefix_end(safe, cols, &used);

        if (end == safe) /* a wide character in one column: skip it */
            end = g_utf8_next_char(safe);
        if (*end != '\0') {
            const char *blank = end;

            while (blank > safe && *blank != ' ')
                blank--;
            if (blank > safe)
                end = blank;
        }
        g_ptr_array_add(lines, g_strndup(safe, (gsize)(end - safe)));
        safe = end;
        while (*safe == ' ')
            safe++;
    }
    return lines;
}

/* --- drawing
 * --------------------------------------------------------------------------------------- */

static void blanks(const struct canvas *canvas, int line, int col, int cols)
{
    static const char spaces[] = "                                                                ";

    while (cols > 0) {
        int n = MIN(cols, (int)sizeof spaces - 1);

        tickit_renderbuffer_textn_at(canvas->rb, line, col, spaces, (size_t)n);
        col += n;
        cols -= n;
    }
}

int text_draw_safe(const struct canvas *canvas, int line, int col, int cols,
                   const struct text_style *style, const char *safe)
{
    g_autoptr(GString) fitted = g_string_new(NULL);
    bool unicode = canvas->theme->glyphs != THEME_ASCII;
    int used, before = 0;

    if (cols <= 0)
        return 0;
    used = text_fit(fitted, safe, cols, style->elide, unicode);
    if (style->align == TEXT_RIGHT)
        before = cols - used;
    else if (style->align == TEXT_CENTER)
        before = (cols - used) / 2;
    tickit_renderbuffer_savepen(canvas->rb);
    tickit_renderbuffer_setpen(canvas->rb, theme_pen(canvas->theme, style->role));
    blanks(canvas, line, col, before);
    if (fitted->len > 0)
        tickit_renderbuffer_textn_at(canvas->rb, line, col + before, fitted->str, fitted->len);
    blanks(canvas, line, col + before + used, cols - before - used);
    tickit_renderbuffer_restore(canvas->rb);
    return used;
}

int text_draw(const struct canvas *canvas, int line, int col, int cols,
              const struct text_style *style, const char *bytes)
{
    g_autofree char *safe = text_safe(bytes, -1, canvas->theme->glyphs != THEME_ASCII);

    return text_draw_safe(canvas, line, col, cols, style, safe);
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

/* --- numbers
 * ------------------------------------------------------------------------------------------ */

void text_bytes(int64_t bytes, char out[TEXT_NUMBER_MAX])
{
    static const char units[] = "BKMGTPE";
    double value = fabs((double)bytes);
    const char *sign = bytes < 0 ? "-" : "";
    size_t unit = 0;

    /* 999.5 would be shown as 1000: four digits begin the next unit */
    while (value >= 999.5 && unit < sizeof units - 2) {
        value /= 1024;
        unit++;
    }
    if (unit > 0 && value < 9.95)
        snprintf(out, TEXT_NUMBER_MAX, "%s%.1f%c", sign, value, units[unit]);
    else
        snprintf(out, TEXT_NUMBER_MAX, "%s%.0f%c", sign, value, units[unit]);
}

void text_bytes_signed(int64_t bytes, char out[TEXT_NUMBER_MAX])
{
    char number[TEXT_NUMBER_MAX];

    if (bytes == 0) {
        strcpy(out, "0");
        return;
    }
    text_bytes(bytes, number);
    snprintf(out, TEXT_NUMBER_MAX, "%s%.16s", bytes > 0 ? "+" : "", number);
}

void text_count(int64_t n, char out[TEXT_NUMBER_MAX])
{
    char digits[TEXT_NUMBER_MAX];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, (gint64)n), at = 0;

    for (size_t i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0)
            out[at++] = ' ';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

void text_count_short(int64_t n, char out[TEXT_NUMBER_MAX])
{
    static const char units[] = " kMGTPE";
    double value = fabs((double)n);
    size_t unit = 0;

    while (value >= 999.5 && unit < sizeof units - 2) {
        value /= 1000;
        unit++;
    }
    if (unit == 0)
        snprintf(out, TEXT_NUMBER_MAX, "%" G_GINT64_FORMAT, (gint64)n);
    else
        snprintf(out, TEXT_NUMBER_MAX, "%s%.*f%c", n < 0 ? "-" : "", value < 9.95 ? 1 : 0, value,
                 units[unit]);
}

void text_duration(double seconds, char out[TEXT_NUMBER_MAX])
{
    long long s = seconds < 9e15 ? (long long)seconds : (long long)9e15;

    if (s < 60)
        snprintf(out, TEXT_NUMBER_MAX, "%llds", s);
    else if (s < 3600)
        snprintf(out, TEXT_NUMBER_MAX, "%lldm%02llds", s / 60, s % 60);
    else if (s < 86400)
        snprintf(out, TEXT_NUMBER_MAX, "%lldh%02lldm", s / 3600, s / 60 % 60);
    else
        snprintf(out, TEXT_NUMBER_MAX, "%lldd%02lldh", s / 86400, s / 3600 % 24);
}
