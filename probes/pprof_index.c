#include "probes/pprof_index.h"

#include <glib.h>
#include <string.h>

/* Skips text at *p when it is there. */
static bool skip(const char **p, const char *end, const char *text)
{
    size_t n = strlen(text);

    if ((size_t)(end - *p) < n || memcmp(*p, text, n) != 0)
        return false;
    *p += n;
    return true;
}

static bool read_count(const char **p, const char *end, int64_t *ret)
{
    int64_t count = 0;
    const char *begin = *p;

    for (; *p < end && g_ascii_isdigit(**p); (*p)++) {
        if (count > (INT64_MAX - 9) / 10)
            return false;
        count = count * 10 + (**p - '0');
    }
    *ret = count;
    return *p > begin;
}

/*
 * "<tr><td>29</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>" from its number on:
 * count, and *ret_name at the text of the link.
 */
static bool read_row(const char *p, const char *end, int64_t *ret, const char **ret_name,
                     size_t *ret_n)
{
    static const char name_end[] = "</a>";

    if (!read_count(&p, end, ret) || !skip(&p, end, "</td><td><a href='"))
        return false;
    p = memchr(p, '>', (size_t)(end - p));
    if (p == NULL || p[-1] != '\'')
        return false;
    *ret_name = ++p;
    p = memmem(p, (size_t)(end - p), name_end, sizeof name_end - 1);
    *ret_n = p != NULL ? (size_t)(p - *ret_name) : 0;
    return *ret_n > 0;
}

/* The five characters that Go's html package escapes; anything else stays as it is. */
static char *undo_escapes(const char *text, size_t n)
{
    static const struct {
        const char *escape;
        char byte;
    } escapes[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&#34;", '"'}, {"&#39;", '\''}};
    const char *end = text + n;
    GString *out = g_string_new(NULL);

    while (text < end) {
        size_t i = 0;

        while (i < G_N_ELEMENTS(escapes) && !skip(&text, end, escapes[i].escape))
            i++;
        g_string_append_c(out, i < G_N_ELEMENTS(escapes) ? escapes[i].byte : *text++);
    }
    return g_string_free(out, FALSE);
}

static void clear_row(gpointer row)
{
    g_free(((struct pprof_index_row *)row)->name);
}

GArray *pprof_index_rows(const char *html, size_t n)
{
    static const char mark[] = "<tr><td>";
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct pprof_index_row));
    const char *p = html, *end = html + n, *name;
    struct pprof_index_row row;
    size_t n_name;

    g_array_set_clear_func(rows, clear_row);
    while (rows->len < PPROF_INDEX_MAX_ROWS && p < end &&
           (p = memmem(p, (size_t)(end - p), mark, sizeof mark - 1)) != NULL) {
        p += sizeof mark - 1;
        if (!read_row(p, end, &row.count, &name, &n_name))
            continue;
        row.name = undo_escapes(name, n_name);
        g_array_append_val(rows, row);
    }
    return rows;
}

bool pprof_index_count(const char *html, size_t n, const char *name, int64_t *ret)
{
    g_autoptr(GArray) rows = pprof_index_rows(html, n);

    for (guint i = 0; i < rows->len; i++) {
        const struct pprof_index_row *row = &g_array_index(rows, struct pprof_index_row, i);

        if (strcmp(row->name, name) == 0) {
            *ret = row->count;
            return true;
        }
    }
    return false;
}

char *pprof_index_path(const char *name)
{
    return g_uri_escape_bytes((const guint8 *)name, strlen(name), "/");
}
