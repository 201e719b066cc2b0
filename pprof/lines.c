#include "pprof/lines.h"

#include <string.h>

struct lines lines_of(const void *text, size_t n)
{
    const char *at = text != NULL ? text : "";

    return (struct lines){at, at + n};
}

bool lines_next(struct lines *lines, struct span *ret)
{
    if (lines->at >= lines->end)
        return false;
    const char *end = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    const char *stop = end != NULL ? end : lines->end;

    *ret = (struct span){lines->at, (size_t)(stop - lines->at)};
    if (ret->n > 0 && ret->at[ret->n - 1] == '\r')
        ret->n--;
    lines->at = end != NULL ? end + 1 : lines->end;
    return true;
}

bool span_starts(struct span span, const char *prefix)
{
    size_t n = strlen(prefix);

    return span.n >= n && memcmp(span.at, prefix, n) == 0;
}

bool span_is(struct span span, const char *text)
{
    return span.n == strlen(text) && memcmp(span.at, text, span.n) == 0;
}

bool span_take(struct span *span, const char *literal)
{
    size_t n = strlen(literal);

    if (!span_starts(*span, literal))
        return false;
    span->at += n;
    span->n -= n;
    return true;
}

bool span_take_int(struct span *span, int64_t *ret)
{
    size_t i = span->n > 0 && span->at[0] == '-';
    size_t first = i;
    uint64_t value = 0;

    for (; i < span->n && span->at[i] >= '0' && span->at[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(span->at[i] - '0');

        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (i == first)
        return false;
    *ret = first == 1 ? -(int64_t)value : (int64_t)value;
    span->at += i;
    span->n -= i;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool span_take_hex(struct span *span, uint64_t *ret)
{
    struct span rest = *span;
    uint64_t value = 0;
    size_t i = 0;

    if (!span_take(&rest, "0x"))
        return false;
    for (; i < rest.n && i < 16 && hex_digit(rest.at[i]) >= 0; i++)
        value = value << 4 | (uint64_t)hex_digit(rest.at[i]);
    if (i == 0)
        return false;
    *ret = value;
    *span = (struct span){rest.at + i, rest.n - i};
    return true;
}

size_t span_last(struct span span, char c)
{
    for (size_t i = span.n; i-- > 0;)
        if (span.at[i] == c)
            return i;
    return SIZE_MAX;
}

size_t span_first(struct span span, char c)
{
    const char *found = span.n > 0 ? memchr(span.at, c, span.n) : NULL;

    return found != NULL ? (size_t)(found - span.at) : SIZE_MAX;
}
