/* RSS is explained to the last byte, whatever the numbers are. */

#include "app/session/ledger.h"

enum { MIB = 1024 * 1024, RUNS = 20000 };

static int64_t sum_of(const struct ledger *ledger)
{
    int64_t sum = 0;

    for (int i = 0; i < LEDGER_N; i++)
        sum += ledger->bytes[i];
    return sum;
}

static struct process_sample process_of(int64_t anon, int64_t file, int64_t shmem)
{
    return (struct process_sample){.rss_bytes = anon + file + shmem,
                                   .rss_anon_bytes = anon,
                                   .rss_file_bytes = file,
                                   .rss_shmem_bytes = shmem};
}

static void test_parts(void)
{
    struct process_sample process = process_of(100 * MIB, 20 * MIB, 1 * MIB);
    struct memstats m = {.heap_alloc = 50 * MIB,
                         .heap_inuse = 55 * MIB,
                         .heap_idle = 30 * MIB,
                         .heap_released = 20 * MIB,
                         .stack_sys = 2 * MIB,
                         .gc_sys = 3 * MIB};
    struct memory_sample memory = {.regions_us = 1,
                                   .lazyfree_bytes = 4 * MIB,
                                   .anonymous_bytes = 100 * MIB,
                                   .private_dirty_bytes = 97 * MIB,
                                   .shared_dirty_bytes = 0};
    struct ledger ledger;

    memory.classes[REGION_C_HEAP].resident_bytes = 7 * MIB;
    g_assert_true(ledger_compute(&process, &m, &memory, &ledger));
    g_assert_cmpint(ledger.bytes[LEDGER_GO_LIVE], ==, 50 * MIB);
    g_assert_cmpint(ledger.bytes[LEDGER_GO_SLACK], ==, 5 * MIB);
    g_assert_cmpint(ledger.bytes[LEDGER_GO_IDLE], ==, 10 * MIB);
    g_assert_cmpint(ledger.bytes[LEDGER_LAZY_FREE], ==, 4 * MIB);
    g_assert_cmpint(ledger.bytes[LEDGER_C_HEAP], ==, 7 * MIB);
    g_assert_cmpint(ledger.bytes[LEDGER_OTHER], ==, 19 * MIB);
    g_assert_cmpint(ledger.bytes[LEDGER_FILE], ==, 20 * MIB);
    g_assert_cmpint(ledger.file_dirty_bytes, ==, 1 * MIB);
    g_assert_cmpint(ledger.returned_bytes, ==, 20 * MIB);
    g_assert_cmpint(ledger.untouched_bytes, ==, 0);
    g_assert_cmpint(sum_of(&ledger), ==, process.rss_bytes);
}

/* Huge pages: Go has given back most of its heap, and the kernel still counts all of it. */
static void test_given_back_and_resident(void)
{
    struct process_sample process = process_of(420 * MIB, 5 * MIB, 0);
    struct memstats m = {.heap_alloc = 6 * MIB,
                         .heap_inuse = 7 * MIB,
                         .heap_idle = 393 * MIB,
                         .heap_sys = 400 * MIB,
                         .heap_released = 390 * MIB};
    struct memory_sample memory = {.regions_us = 1};
    struct ledger ledger;

    memory.classes[REGION_GO_HEAP].resident_bytes = 400 * MIB;
    g_assert_true(ledger_compute(&process, &m, &memory, &ledger));
    g_assert_cmpint(ledger.bytes[LEDGER_GO_BACK], ==, 390 * MIB);
    g_assert_cmpint(ledger.bytes[LEDGER_OTHER], ==, 20 * MIB);
    g_assert_cmpint(ledger.returned_bytes, ==, 390 * MIB);
    g_assert_cmpint(sum_of(&ledger), ==, process.rss_bytes);
    memory.regions_us = 0; /* not walked: nobody knows */
    g_assert_cmpint(ledger_returned_resident(&m, &memory), ==, SAMPLE_UNKNOWN);
    g_assert_true(ledger_compute(&process, &m, &memory, &ledger));
    g_assert_cmpint(ledger.bytes[LEDGER_GO_BACK], ==, 0);
}

/* Without MemStats and without a map, all anonymous memory is unexplained, and said to be. */
static void test_little_known(void)
{
    struct process_sample process = process_of(100 * MIB, 20 * MIB, 0);
    struct ledger ledger;

    g_assert_true(ledger_compute(&process, NULL, NULL, &ledger));
    g_assert_cmpint(ledger.bytes[LEDGER_OTHER], ==, 100 * MIB);
    g_assert_false(ledger.has_go || ledger.has_map);
    process.rss_anon_bytes = SAMPLE_UNKNOWN;
    g_assert_false(ledger_compute(&process, NULL, NULL, &ledger));
    g_assert_false(ledger_compute(NULL, NULL, NULL, &ledger));
}

static int64_t any(GRand *rand)
{
    return g_rand_int_range(rand, 0, 4) == 0 ? SAMPLE_UNKNOWN
                                             : (int64_t)g_rand_int_range(rand, 0, 200) * MIB;
}

static uint64_t any_unsigned(GRand *rand)
{
    return (uint64_t)g_rand_int_range(rand, 0, 200) * MIB;
}

/* Numbers of different moments contradict each other; the sum must hold all the same. */
static void test_sum(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);

    for (int i = 0; i < RUNS; i++) {
        struct process_sample process = {.rss_bytes = g_rand_int_range(rand, 0, 300) * (int64_t)MIB,
                                         .rss_anon_bytes = any(rand),
                                         .rss_file_bytes = any(rand),
                                         .rss_shmem_bytes = any(rand)};
        struct memstats m = {.heap_alloc = any_unsigned(rand),
                             .heap_inuse = any_unsigned(rand),
                             .heap_idle = any_unsigned(rand),
                             .heap_released = any_unsigned(rand),
                             .stack_sys = any_unsigned(rand),
                             .gc_sys = any_unsigned(rand)};
        struct memory_sample memory = {.regions_us = g_rand_boolean(rand),
                                       .lazyfree_bytes = any(rand),
                                       .anonymous_bytes = any(rand),
                                       .private_dirty_bytes = any(rand),
                                       .shared_dirty_bytes = any(rand)};
        struct ledger ledger;

        memory.classes[REGION_C_HEAP].resident_bytes = (int64_t)any_unsigned(rand);
        if (!ledger_compute(&process, g_rand_boolean(rand) ? &m : NULL, &memory, &ledger))
            continue;
        g_assert_cmpint(sum_of(&ledger), ==, process.rss_bytes);
        for (int p = 0; p < LEDGER_N; p++)
            g_assert_cmpint(ledger.bytes[p], >=, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger/given-back", test_given_back_and_resident);
    g_test_add_func("/ledger/parts", test_parts);
    g_test_add_func("/ledger/little-known", test_little_known);
    g_test_add_func("/ledger/sum", test_sum);
    return g_test_run();
}
