#ifndef SIDESCOPE_PPROF_LINES_H
#define SIDESCOPE_PPROF_LINES_H

/* Walking a text line by line without copying. Private to pprof/. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
    const char *at;
    size_t n;
};

struct lines {
    const char *at, *end;
};

/* Of no text (NULL, 0), too. */
struct lines lines_of(const void *text, size_t n);
/* The next line without its end (LF or CRLF); false at the end of the text. */
bool lines_next(struct lines *lines, struct span *ret);
bool span_starts(struct span span, const char *prefix);
bool span_is(struct span span, const char *text);
/* Reads a decimal number (sign allowed) from the front of span and moves past it. */
bool span_take_int(struct span *span, int64_t *ret);
bool span_take_hex(struct span *span, uint64_t *ret); /* "0x1f" */
bool span_take(struct span *span, const char *literal);
/* Offset of the last c, or SIZE_MAX. */
size_t span_last(struct span span, char c);
size_t span_first(struct span span, char c);

#endif
