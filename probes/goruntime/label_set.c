#include "probes/goruntime/label_set.h"

#include "probes/goruntime/bytes.h"

#include <string.h>

enum { FIRST_WITH_SLICE = 24, WORD = 8, STRING = 16, SLICE = 24, PAIR = 2 * STRING };

void label_set_init(struct label_set *set)
{
    set->n = 0;
    set->texts = g_string_new(NULL);
}

void label_set_clear(struct label_set *set)
{
    g_string_free(set->texts, TRUE);
}

/* Room for a text, and what is to be read into it; an empty one needs nothing. */
static void plan(struct label_set *set, const uint8_t *string, struct label_text *text,
                 GArray *addresses)
{
    uint64_t address = bytes_u64(string), n = bytes_u64(string + WORD);

    *text = (struct label_text){.first = set->texts->len, .is_read = n == 0};
    if (n == 0 || n > GORUNTIME_MAX_LABEL)
        return;
    text->n = (size_t)n;
    g_string_set_size(set->texts, text->first + text->n);
    g_array_append_val(addresses, address);
}

static size_t add_ranges(struct label_set *set, struct label_text *texts, const uint64_t *addresses,
                         struct memory_range *ranges)
{
    size_t n = 0;

    for (size_t i = 0; i < set->n; i++)
        if (texts[i].n > 0) {
            ranges[n] = (struct memory_range){addresses[n], set->texts->str + texts[i].first,
                                              texts[i].n, false};
            n++;
        }
    return n;
}

static void take(struct label_set *set, struct label_text *texts, const struct memory_range *ranges)
{
    size_t n = 0;

    for (size_t i = 0; i < set->n; i++)
        if (texts[i].n > 0)
            texts[i].is_read = ranges[n++].ok;
}

static bool read_texts(struct label_set *set, struct memory *memory, const uint8_t *pairs)
{
    struct memory_range ranges[2 * GORUNTIME_MAX_LABELS];
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(uint64_t));

    for (size_t i = 0; i < set->n; i++) {
        plan(set, pairs + i * PAIR, &set->keys[i], keys);
        plan(set, pairs + i * PAIR + STRING, &set->values[i], values);
    }
    size_t n_keys = add_ranges(set, set->keys, (const uint64_t *)(void *)keys->data, ranges);
    size_t n = n_keys + add_ranges(set, set->values, (const uint64_t *)(void *)values->data,
                                   ranges + n_keys);

    if (n > 0 && !memory_read_ranges(memory, ranges, n, NULL))
        return false;
    take(set, set->keys, ranges);
    take(set, set->values, ranges + n_keys);
    return true;
}

/* --- a slice --- */

static bool read_slice(struct memory *memory, uint64_t address, GByteArray *pairs)
{
    uint8_t slice[SLICE];

    if (!memory_read(memory, address, slice, sizeof slice, NULL) ||
        bytes_u64(slice + WORD) > bytes_u64(slice + 2 * WORD)) /* longer than its room */
        return false;
    g_byte_array_set_size(pairs,
                          (guint)(MIN(bytes_u64(slice + WORD), GORUNTIME_MAX_LABELS) * PAIR));
    return pairs->len == 0 || memory_read(memory, bytes_u64(slice), pairs->data, pairs->len, NULL);
}

/* --- a map, runtime/map.go before Go 1.24: hmap and its buckets of eight --- */

enum {
    MAP = 48,
    MAP_SHIFT = 9, /* log2 of the number of buckets, uint8 */
    MAP_BUCKETS = 16,
    MAP_OLD_BUCKETS = 24, /* not 0: it grows, and some still are where they were */
    MAX_SHIFT = 4,        /* 16 buckets have room for more labels than are read */
    IN_BUCKET = 8,
    FIRST_USED = 5, /* minTopHash: lower ones are marks */
    BUCKET = IN_BUCKET + IN_BUCKET * PAIR + WORD,
    MAX_OVERFLOW = 16,
};

static void take_bucket(const uint8_t *bucket, GByteArray *pairs)
{
    const uint8_t *keys = bucket + IN_BUCKET, *values = keys + (size_t)IN_BUCKET * STRING;

    for (size_t i = 0; i < IN_BUCKET; i++)
        if (bucket[i] >= FIRST_USED) {
            g_byte_array_append(pairs, keys + i * STRING, STRING);
            g_byte_array_append(pairs, values + i * STRING, STRING);
        }
}

static bool read_buckets(struct memory *memory, uint64_t address, unsigned shift, GByteArray *pairs)
{
    for (unsigned i = 0; address != 0 && i < 1u << shift; i++) {
        uint64_t at = address + (uint64_t)i * BUCKET;

        for (int n = 0; at != 0; n++) {
            uint8_t bucket[BUCKET];

            if (n == MAX_OVERFLOW || !memory_read(memory, at, bucket, sizeof bucket, NULL))
                return false;
            take_bucket(bucket, pairs);
            at = bytes_u64(bucket + BUCKET - WORD);
        }
    }
    return true;
}

/* As many as the map says it has: otherwise it is none. */
static bool read_map(struct memory *memory, uint64_t address, GByteArray *pairs)
{
    uint8_t map[MAP];
    uint64_t at;

    if (!memory_read_u64(memory, address, &at, NULL))
        return false;
    if (at == 0)
        return true;
    if (!memory_read(memory, at, map, sizeof map, NULL) || map[MAP_SHIFT] > MAX_SHIFT ||
        bytes_u64(map) > GORUNTIME_MAX_LABELS)
        return false;
    unsigned shift = map[MAP_SHIFT];

    return read_buckets(memory, bytes_u64(map + MAP_BUCKETS), shift, pairs) &&
           read_buckets(memory, bytes_u64(map + MAP_OLD_BUCKETS), shift > 0 ? shift - 1 : 0,
                        pairs) &&
           pairs->len == bytes_u64(map) * PAIR;
}

/* --- both --- */

bool label_set_read(struct label_set *set, const struct go_layout *layout, struct memory *memory,
                    uint64_t address)
{
    bool (*read)(struct memory *, uint64_t, GByteArray *) =
        layout->minor >= FIRST_WITH_SLICE ? read_slice : read_map;
    g_autoptr(GByteArray) pairs = g_byte_array_new();

    set->n = 0;
    g_string_truncate(set->texts, 0);
    if (address == 0)
        return true;
    if (!read(memory, address, pairs))
        return false;
    set->n = pairs->len / PAIR;
    if (!read_texts(set, memory, pairs->data))
        return false;
    /* Those of a map stand in any order. */
    for (size_t i = 1; i < set->n; i++)
        for (size_t k = i; k > 0; k--) {
            const struct label_text *a = &set->keys[k - 1], *b = &set->keys[k];
            int order =
                memcmp(set->texts->str + a->first, set->texts->str + b->first, MIN(a->n, b->n));

            if (order < 0 || (order == 0 && a->n <= b->n))
                break;
            struct label_text key = *a, value = set->values[k - 1];

            set->keys[k - 1] = *b;
            set->values[k - 1] = set->values[k];
            set->keys[k] = key;
            set->values[k] = value;
        }
    return true;
}
