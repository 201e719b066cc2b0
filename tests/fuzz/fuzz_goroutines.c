#include "fuzz.h"

#include "pprof/goroutines.h"

/* Sums that must hold for any text that is accepted. */
static void check(const struct goroutine_dump *dump)
{
    size_t total = 0, by_category = 0;

    for (size_t i = 0; i < dump->n_buckets; i++) {
        const struct goroutine_bucket *b = &dump->buckets[i];

        total += b->count;
        g_assert_true(b->site < MAX(b->n_frames, 1));
        g_assert_true(b->ids != NULL || !dump->has_states);
        for (size_t j = 1; b->ids != NULL && j < b->count; j++)
            g_assert_true(b->ids[j - 1] <= b->ids[j]);
    }
    for (size_t i = 0; i < GOROUTINE_N_CATEGORIES; i++)
        by_category += dump->by_category[i];
    g_assert_true(total == dump->total && by_category == total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    g_autoptr(goroutine_dump_auto) dump = goroutine_dump_parse((const char *)data, n, NULL);

    if (dump != NULL)
        check(dump);
    return 0;
}
