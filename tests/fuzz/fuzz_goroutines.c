#include "fuzz.h"

#include "pprof/goroutine_arguments.h"

enum { MAX_SPLIT = 64 }; /* buckets: the time grows with the square of them */

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

/* Arguments split buckets; they neither lose goroutines nor mix stacks. */
static void check_split(struct goroutine_dump *exact, const struct goroutine_dump *dump)
{
    g_assert_true(exact->total == dump->total && exact->n_buckets >= dump->n_buckets);
    g_assert_true(exact->n_unparsed == dump->n_unparsed && exact->truncated == dump->truncated);
    for (size_t i = 0; i < dump->n_buckets && i < MAX_SPLIT; i++) {
        g_autoptr(goroutine_arguments_auto) split =
            goroutine_arguments_of(exact, &dump->buckets[i]);

        g_assert_true(split->count >= dump->buckets[i].count || *dump->buckets[i].state == '\0');
        for (size_t j = 0; split->count > 0 && j < split->n_frames; j++)
            g_assert_true(split->frames[j].n <= split->n_variants &&
                          split->frames[j].commonest_count <= split->count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    g_autoptr(goroutine_dump_auto) dump = goroutine_dump_parse((const char *)data, n, NULL);
    g_autoptr(goroutine_dump_auto) exact = goroutine_dump_parse_exact((const char *)data, n, NULL);

    g_assert_true((dump != NULL) == (exact != NULL));
    if (dump == NULL)
        return 0;
    check(dump);
    check(exact);
    check_split(exact, dump);
    return 0;
}
