#include "probes/goruntime/wait_reasons.h"

#include "probes/goruntime/bytes.h"
#include "probes/goruntime/limits.h"

enum {
    TEXT_PAIR = 16, /* a string: pointer and length */
    MAX_TEXT = 64,
};

static bool is_printable(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!g_ascii_isprint(text[i]))
            return false;
    return true;
}

/* How many pairs may be strings of the table: the first is empty, what ends it is something else.
 */
static size_t count_pairs(const uint8_t *pairs, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t length = bytes_u64(pairs + i * TEXT_PAIR + 8);

        if (bytes_u64(pairs + i * TEXT_PAIR) == 0 || length == 0 || length > MAX_TEXT)
            return i;
    }
    return n;
}

static bool read_texts(struct wait_reasons *reasons, const struct go_runtime *runtime,
                       const uint8_t *pairs, size_t n, GError **error)
{
    struct memory_range ranges[GORUNTIME_MAX_REASONS];
    char texts[GORUNTIME_MAX_REASONS][MAX_TEXT];

    for (size_t i = 1; i < n; i++)
        ranges[i] = (struct memory_range){.address = bytes_u64(pairs + i * TEXT_PAIR),
                                          .data = texts[i],
                                          .n = (size_t)bytes_u64(pairs + i * TEXT_PAIR + 8)};
    if (n > 1 && !memory_read_ranges(runtime->memory, ranges + 1, n - 1, error))
        return false;
    g_ptr_array_add(reasons->texts, g_strdup(""));
    for (size_t i = 1; i < n && ranges[i].ok && is_printable(texts[i], ranges[i].n); i++)
        g_ptr_array_add(reasons->texts, g_strndup(texts[i], ranges[i].n));
    return true;
}

bool wait_reasons_read(struct wait_reasons *reasons, const struct go_runtime *runtime,
                       GError **error)
{
    uint8_t pairs[GORUNTIME_MAX_REASONS * TEXT_PAIR];
    size_t n;

    reasons->texts = g_ptr_array_new_with_free_func(g_free);
    if (runtime->globals.wait_reasons.state == FINDER_MISSING)
        return true;
    /* The table may end with what is mapped, so it is read in pieces. */
    struct memory_range ranges[GORUNTIME_MAX_REASONS];
    uint64_t at = runtime->globals.wait_reasons.address;
    size_t k = 0;

    for (size_t i = 0; i < GORUNTIME_MAX_REASONS; i++)
        ranges[i] = (struct memory_range){
            .address = at + i * TEXT_PAIR, .data = pairs + i * TEXT_PAIR, .n = TEXT_PAIR};
    if (!memory_read_ranges(runtime->memory, ranges, GORUNTIME_MAX_REASONS, error))
        return false;
    while (k < GORUNTIME_MAX_REASONS && ranges[k].ok)
        k++;
    n = count_pairs(pairs, k);
    return read_texts(reasons, runtime, pairs, n, error);
}

void wait_reasons_clear(struct wait_reasons *reasons)
{
    g_clear_pointer(&reasons->texts, g_ptr_array_unref);
}

const char *wait_reasons_text(const struct wait_reasons *reasons, uint8_t number)
{
    return number < reasons->texts->len ? g_ptr_array_index(reasons->texts, number) : NULL;
}
