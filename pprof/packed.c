#include "pprof/packed.h"

#include "pprof/limits.h"

#include <string.h>

enum { WORD = sizeof(uint64_t), CONTINUED = 0x80 };

void packed_reader_init(struct packed_reader *r, const struct id_map *locations)
{
    *r = (struct packed_reader){.locations = locations};
}

void packed_reader_clear(struct packed_reader *r)
{
    g_clear_pointer(&r->path, g_free);
}

static inline uint64_t load(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return GUINT64_FROM_LE(word);
}

/* How many of the last bytes before two ends are the same, of so many at most. */
static inline size_t common_tail(const uint8_t *a, const uint8_t *b, size_t most)
{
    size_t n = 0;

    for (; most - n >= WORD; n += WORD) {
        uint64_t differs = load(a - n - WORD) ^ load(b - n - WORD);

        if (differs != 0)
            return n + (size_t)__builtin_clzll(differs) / 8;
    }
    while (n < most && a[-1 - (ptrdiff_t)n] == b[-1 - (ptrdiff_t)n])
        n++;
    return n;
}

/* A number ends with every byte that says so; of a word they are added up in its first byte. */
static inline size_t count_numbers(const uint8_t *at, const uint8_t *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t n = 0;

    for (; end - at >= WORD; at += WORD)
        n += (size_t)(((~load(at) >> 7 & ones) * ones) >> 56);
    for (; at < end; at++)
        n += (*at & CONTINUED) == 0;
    return n;
}

/* The levels from n down to first, leaf first. */
static inline bool read_levels(struct packed_reader *r, struct wire head, size_t n, size_t first)
{
    const struct id_map *map = r->locations;
    bool known = true;
    uint64_t id;

    while (head.at < head.end) {
        if (n == first || !wire_varint(&head, &id))
            return false;
        uint32_t location = id_map_find(map, id);

        known &= location != HASH_NONE;
        r->path[--n] = location;
    }
    return known;
}

void packed_forget(struct packed_reader *r)
{
    r->n = r->shared = 0;
    r->run = (struct wire){NULL, NULL};
}

bool packed_read(struct packed_reader *r, struct wire run)
{
    /* Where the numbers begin that the stack before ends with as well. */
    size_t count = (size_t)(run.end - run.at), before = (size_t)(r->run.end - r->run.at);
    const uint8_t *tail = run.end - common_tail(run.end, r->run.end, MIN(count, before));

    /* the first bytes that are the same may belong to two numbers that are not */
    if ((tail > run.at && (tail[-1] & CONTINUED) != 0) ||
        (run.end - tail < (ptrdiff_t)before && (r->run.end[tail - run.end - 1] & CONTINUED) != 0)) {
        while (tail < run.end && (*tail & CONTINUED) != 0)
            tail++;
        tail += tail < run.end;
    }
    size_t shared = count_numbers(tail, run.end);
    size_t n = shared + count_numbers(run.at, tail);

    if (n > PPROF_MAX_FRAMES)
        return false;
    if (n > r->room) {
        r->room = MAX(n, 2 * r->room + 64);
        r->path = g_renew(uint32_t, r->path, r->room);
    }
    packed_forget(r); /* what is read is nothing until it is all there */
    if (!read_levels(r, (struct wire){run.at, tail}, n, shared))
        return false;
    r->n = n;
    r->shared = shared;
    r->run = run;
    return true;
}
