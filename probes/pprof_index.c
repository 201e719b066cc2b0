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

/* "<tr><td>29</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>" from its number on. */
static bool read_row(const char *p, const char *end, const char *name, int64_t *ret)
{
    int64_t count;

    if (!read_count(&p, end, &count) || !skip(&p, end, "</td><td><a href='") ||
        !skip(&p, end, name) || !skip(&p, end, "?"))
        return false;
    *ret = count;
    return true;
}

bool pprof_index_count(const char *html, size_t n, const char *name, int64_t *ret)
{
    static const char mark[] = "<tr><td>";
    const char *p = html, *end = html + n;

    while (p < end && (p = memmem(p, (size_t)(end - p), mark, sizeof mark - 1)) != NULL) {
        p += sizeof mark - 1;
        if (read_row(p, end, name, ret))
            return true;
    }
    return false;
}
