#include "probes/goruntime/label_set.h"

#include "probes/goruntime/bytes.h"

enum { WORD = 8, STRING = 16, SLICE = 24, PAIR = 2 * STRING };

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

bool label_set_read(struct label_set *set, const struct go_layout *layout, struct memory *memory,
                    uint64_t address)
{
    uint8_t slice[SLICE], pairs[GORUNTIME_MAX_LABELS * PAIR];

    set->n = 0;
    g_string_truncate(set->texts, 0);
    if (address == 0 || layout->minor < LABEL_SET_FIRST_MINOR)
        return address == 0;
    if (!memory_read(memory, address, slice, sizeof slice, NULL))
        return false;
    size_t n = (size_t)MIN(bytes_u64(slice + WORD), GORUNTIME_MAX_LABELS);

    if (bytes_u64(slice + WORD) >
        bytes_u64(slice + 2 * WORD)) /* no slice is longer than its room */
        return false;
    if (n > 0 && !memory_read(memory, bytes_u64(slice), pairs, n * PAIR, NULL))
        return false;
    set->n = n;
    return read_texts(set, memory, pairs);
}
