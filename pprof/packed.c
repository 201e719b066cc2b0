#include "pprof/packed.h"

#include "pprof/limits.h"

#include <glib.h>
#include <string.h>

enum { WORD = sizeof(uint64_t), CONTINUED = 0x80 };

void packed_reader_init(struct packed_reader *r, const struct id_map *locations)
{
    *r = (struct packed_reader){.locations = locations};
}

void packed_reader_clear(struct packed_reader *r)
{
    g_clear_pointer(&r->path, g_free);
    g_clear_pointer(&r->tail, g_free);
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

/* Levels of the stack before that are those of this run as well. */
static size_t shared_levels(const struct packed_reader *r, struct wire run)
{
    size_t n = (size_t)(run.end - run.at), before = (size_t)(r->run.end - r->run.at);
    size_t same = common_tail(run.end, r->run.end, MIN(n, before));
    size_t shared = r->n;

    while (shared > 0 && r->tail[shared - 1] > same)
        shared--;
    /* the last of them may be the end of a longer number here */
    if (shared > 0 && r->tail[shared - 1] < n &&
        (run.end[-(ptrdiff_t)r->tail[shared - 1] - 1] & CONTINUED) != 0)
        shared--;
    return shared;
}

/* A number ends with every byte that says so. */
static size_t count_numbers(const uint8_t *at, const uint8_t *end)
{
    const uint64_t continued = UINT64_C(0x8080808080808080);
    size_t n = 0;

    for (; end - at >= WORD; at += WORD)
        n += (size_t)__builtin_popcountll(~load(at) & continued);
    for (; at < end; at++)
        n += (*at & CONTINUED) == 0;
    return n;
}

static void make_room(struct packed_reader *r, size_t n)
{
    if (n <= r->room)
        return;
    r->room = MAX(n, 2 * r->room + 64);
    r->path = g_renew(uint32_t, r->path, r->room);
    r->tail = g_renew(uint32_t, r->tail, r->room);
}

enum packed_result packed_read(struct packed_reader *r, struct wire run)
{
    size_t shared = shared_levels(r, run);
    struct wire head = {run.at, run.end - (shared > 0 ? r->tail[shared - 1] : 0)};
    size_t n = shared + count_numbers(head.at, head.end);
    size_t level = n;
    uint64_t id;

    if (n > PPROF_MAX_FRAMES)
        return PACKED_TOO_MANY;
    make_room(r, n);
    r->n = r->shared = 0; /* what is read is nothing until it is all there */
    while (head.at < head.end) {
        uint32_t tail = (uint32_t)(run.end - head.at);

        if (level == shared || !wire_varint(&head, &id))
            return PACKED_MALFORMED;
        r->path[--level] = id_map_find(r->locations, id);
        r->tail[level] = tail;
        if (r->path[level] == HASH_NONE)
            return PACKED_UNKNOWN;
    }
    r->n = n;
    r->shared = shared;
    r->run = run;
    return PACKED_FINE;
}
