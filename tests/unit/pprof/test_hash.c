#include "pprof/hash.h"

#include <glib.h>

/* Numbers that have one g_int64_hash(), by the version of GLib their lower halves or both folded.
 */
static void test_numbers(void)
{
    enum { N = 1000 };
    g_autoptr(GHashTable) hashes = g_hash_table_new(NULL, NULL);

    for (uint64_t i = 0; i < N; i++) {
        uint64_t lower = i << 32, folded = i << 32 | i;

        g_hash_table_add(hashes, GUINT_TO_POINTER(hash_u64(&lower)));
        g_hash_table_add(hashes, GUINT_TO_POINTER(hash_u64(&folded)));
    }
    g_assert_cmpuint(g_hash_table_size(hashes), >, N * 9 / 5);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/hash/numbers", test_numbers);
    return g_test_run();
}
