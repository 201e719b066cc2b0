/* The order of a top table. */

#include "app/tui/views/profile_table.h"

static int order(const struct profile_rows *rows, enum profile_column column)
{
    return profile_table_ops.compare(rows, 0, 1, column);
}

/* The smallest number has no positive twin, and differences may not fit: damaged profiles hold
 * both. */
static void test_extremes(void)
{
    struct profile_row values[2] = {
        {.name = "a", .flat = INT64_MIN, .cum = INT64_MIN, .base_flat = 1, .base_cum = 1},
        {.name = "b", .flat = 5, .cum = INT64_MAX, .base_flat = 1, .base_cum = -1}};
    struct profile_rows rows = {.rows = values, .n = 2, .compared = true};

    g_assert_cmpint(order(&rows, PROFILE_FLAT), >, 0);
    g_assert_cmpint(order(&rows, PROFILE_CUM), >, 0);
    g_assert_cmpint(order(&rows, PROFILE_DELTA), <, 0);
    g_assert_cmpint(order(&rows, PROFILE_CUM_DELTA), <, 0);
    values[1].flat = INT64_MIN;
    g_assert_cmpint(order(&rows, PROFILE_FLAT), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-table/extremes", test_extremes);
    return g_test_run();
}
