#include "pprof/memstats.h"

#include "pprof/lines.h"
#include "pprof/profile.h"

#include <string.h>

struct field {
    const char *key;
    size_t first, second; /* offsets in struct memstats; second SIZE_MAX: one number */
};

#define ONE(key, member)                                                                           \
    {                                                                                              \
        key, offsetof(struct memstats, member), SIZE_MAX                                           \
    }
#define TWO(key, a, b)                                                                             \
    {                                                                                              \
        key, offsetof(struct memstats, a), offsetof(struct memstats, b)                            \
    }

static const struct field fields[] = {
    ONE("Alloc", alloc),
    ONE("TotalAlloc", total_alloc),
    ONE("Sys", sys),
    ONE("Mallocs", mallocs),
    ONE("Frees", frees),
    ONE("HeapAlloc", heap_alloc),
    ONE("HeapSys", heap_sys),
    ONE("HeapIdle", heap_idle),
    ONE("HeapInuse", heap_inuse),
    ONE("HeapReleased", heap_released),
    ONE("HeapObjects", heap_objects),
    TWO("Stack", stack_inuse, stack_sys),
    TWO("MSpan", mspan_inuse, mspan_sys),
    TWO("MCache", mcache_inuse, mcache_sys),
    ONE("BuckHashSys", buck_hash_sys),
    ONE("GCSys", gc_sys),
    ONE("OtherSys", other_sys),
    ONE("NextGC", next_gc),
    ONE("LastGC", last_gc_ns),
    ONE("NumGC", num_gc),
    /* from here on: not needed for completeness, MaxRSS is not on every system */
    ONE("NumForcedGC", num_forced_gc),
    ONE("MaxRSS", max_rss),
};

enum { REQUIRED_FIELDS = G_N_ELEMENTS(fields) - 2 };

/* Numbers too large for the type stop at its end. */
static bool take_unsigned(struct span *span, uint64_t *ret)
{
    uint64_t value = 0;
    size_t i = 0;

    for (; i < span->n && g_ascii_isdigit(span->at[i]); i++) {
        uint64_t digit = (uint64_t)(span->at[i] - '0');

        value = value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : value * 10 + digit;
    }
    span->at += i;
    span->n -= i;
    if (i > 0)
        *ret = value;
    return i > 0;
}

static uint64_t *member(struct memstats *memstats, size_t offset)
{
    return (uint64_t *)(void *)((char *)memstats + offset);
}

static bool read_field(struct span key, struct span value, struct memstats *ret, unsigned *seen)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (!span_is(key, fields[i].key))
            continue;
        if (take_unsigned(&value, member(ret, fields[i].first)))
            *seen |= 1u << i;
        if (fields[i].second != SIZE_MAX && span_take(&value, " / "))
            take_unsigned(&value, member(ret, fields[i].second));
        return true;
    }
    return false;
}

/* Number index of "[n n n …]". */
static uint64_t pick(struct span list, uint64_t index)
{
    uint64_t value = 0;

    span_take(&list, "[");
    for (uint64_t i = 0; i <= index; i++) {
        if (!take_unsigned(&list, &value))
            return 0;
        span_take(&list, " ");
    }
    return value;
}

static bool read_line(struct span line, struct memstats *ret, struct span *pauses, unsigned *seen)
{
    struct span key = line;

    if (!span_take(&key, "# "))
        return false;
    struct span value = key;
    size_t blank = span_first(key, ' ');

    if (blank == SIZE_MAX)
        return false;
    key.n = blank;
    value.at += blank;
    value.n -= blank;
    if (!span_take(&value, " = "))
        return false;
    if (span_is(key, "PauseNs"))
        *pauses = value;
    else if (span_is(key, "GCCPUFraction")) {
        g_autofree char *text = g_strndup(value.at, MIN(value.n, (size_t)64));

        ret->gc_cpu_fraction = g_ascii_strtod(text, NULL);
    } else
        return read_field(key, value, ret, seen);
    return true;
}

bool memstats_parse(const char *text, size_t n, struct memstats *ret, GError **error)
{
    /* The last one that begins a line: it stands at the end of the profile. */
    static const char mark[] = "# runtime.MemStats";
    const char *block = NULL, *end = text + n;

    for (const char *at = text; at < end; at++) {
        at = memmem(at, (size_t)(end - at), mark, sizeof mark - 1);
        if (at == NULL)
            break;
        if (at == text || at[-1] == '\n')
            block = at;
    }
    struct memstats memstats = {0};
    struct span line, pauses = {NULL, 0};
    unsigned seen = 0;

    if (block == NULL) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                    "the answer has no runtime.MemStats block: is this heap?debug=1?");
        return false;
    }
    struct lines lines = {block, text + n};

    while (lines_next(&lines, &line))
        read_line(line, &memstats, &pauses, &seen);
    memstats.complete = (seen & ((1u << REQUIRED_FIELDS) - 1)) == (1u << REQUIRED_FIELDS) - 1;
    if (pauses.n > 0 && memstats.num_gc > 0)
        memstats.last_pause_ns = pick(pauses, (memstats.num_gc + 255) % 256);
    /* without GOGC the goal is what the memory limit leaves, by default nearly all of int64 */
    if (memstats.next_gc >= UINT64_C(1) << 60)
        memstats.next_gc = UINT64_MAX;
    *ret = memstats;
    return true;
}

static uint64_t value(const struct memstats *memstats, size_t offset)
{
    return *(const uint64_t *)(const void *)((const char *)memstats + offset);
}

char *memstats_text(const struct memstats *memstats)
{
    GString *out = g_string_new("# runtime.MemStats\n");
    char fraction[G_ASCII_DTOSTR_BUF_SIZE];

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_string_append_printf(out, "# %s = %" G_GUINT64_FORMAT, fields[i].key,
                               (guint64)value(memstats, fields[i].first));
        if (fields[i].second != SIZE_MAX)
            g_string_append_printf(out, " / %" G_GUINT64_FORMAT,
                                   (guint64)value(memstats, fields[i].second));
        g_string_append_c(out, '\n');
    }
    g_string_append_printf(out, "# GCCPUFraction = %s\n",
                           g_ascii_dtostr(fraction, sizeof fraction, memstats->gc_cpu_fraction));
    return g_string_free(out, FALSE);
}
