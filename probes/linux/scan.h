#ifndef SIDESCOPE_PROBES_LINUX_SCAN_H
#define SIDESCOPE_PROBES_LINUX_SCAN_H

/*
 * Reading numbers and words out of procfs text by hand: smaps has 24 lines per
 * mapping, and locale-aware library calls per line cost more than the kernel
 * takes to print them. A scan never goes past end. Any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct scan {
    const char *p, *end;
};

static inline struct scan scan_of(const char *text, size_t n)
{
    return (struct scan){text, text + n};
}

static inline void scan_blanks(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t'))
        s->p++;
}

/* Skips blanks and one word; false when there was none. */
static inline bool scan_word(struct scan *s)
{
    scan_blanks(s);
    const char *begin = s->p;
    while (s->p < s->end && *s->p != ' ' && *s->p != '\t' && *s->p != '\n')
        s->p++;
    return s->p > begin;
}

static inline bool scan_char(struct scan *s, char c)
{
    if (s->p >= s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

static inline bool scan_prefix(struct scan *s, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return false;
    s->p += n;
    return true;
}

/* Decimal digits at the cursor; false without any or when they overflow. */
static inline bool scan_u64(struct scan *s, uint64_t *ret)
{
    const char *begin = s->p;
    uint64_t value = 0;
    bool fits = true;
    for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++) {
        uint64_t digit = (uint64_t)(*s->p - '0');
        fits = fits && value <= (UINT64_MAX - digit) / 10;
        value = value * 10 + digit;
    }
    if (s->p == begin || !fits)
        return false;
    *ret = value;
    return true;
}

static inline int scan_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Up to max hex digits at the cursor (16 fill a uint64_t). */
static inline bool scan_hex_n(struct scan *s, int max, uint64_t *ret)
{
    uint64_t value = 0;
    int n = 0;
    for (; s->p < s->end && n < max && scan_hex_digit(*s->p) >= 0; s->p++, n++)
        value = value << 4 | (uint64_t)scan_hex_digit(*s->p);
    if (n == 0)
        return false;
    *ret = value;
    return true;
}

static inline bool scan_hex(struct scan *s, uint64_t *ret)
{
    return scan_hex_n(s, 16, ret);
}

/* Octal digits at the cursor (fdinfo flags). */
static inline bool scan_octal(struct scan *s, uint64_t *ret)
{
    const char *begin = s->p;
    uint64_t value = 0;
    for (; s->p < s->end && *s->p >= '0' && *s->p <= '7'; s->p++)
        value = value << 3 | (uint64_t)(*s->p - '0');
    *ret = value;
    return s->p > begin;
}

#endif
