/* The order of a top table. */

#include "app/lists/functions_list.h"

/* As far as rising: <0, 0, >0. */
static int order(const struct profile_rows *rows, enum function_column column)
{
    const struct functions_list list = {.rows = rows};
    struct listing_value first, second;
    struct listing_reader reader, other;

    listing_reader_init(&reader);
    listing_reader_init(&other);
    listing_ask(&reader, &functions_listing, &list, 0, column, &first);
    listing_ask(&other, &functions_listing, &list, 1, column, &second);
    int ret = listing_compare(&functions_listing.columns[column], &first, &second);

    listing_reader_clear(&reader);
    listing_reader_clear(&other);
    return ret;
}

/* The smallest number has no positive twin, and differences may not fit: damaged profiles hold
 * both. */
static void test_extremes(void)
{
    struct profile_row values[2] = {{.name = "a",
                                     .function = "a",
                                     .file = "",
                                     .flat = INT64_MIN,
                                     .cum = INT64_MIN,
                                     .base_flat = 1,
                                     .base_cum = 1},
                                    {.name = "b",
                                     .function = "b",
                                     .file = "",
                                     .flat = 5,
                                     .cum = INT64_MAX,
                                     .base_flat = 1,
                                     .base_cum = -1}};
    const struct top_report report = {.unit = "count", .total = 10};
    struct profile_rows rows = {.rows = values, .n = 2, .report = &report, .compared = true};

    g_assert_cmpint(order(&rows, FUNCTION_FLAT), >, 0);
    g_assert_cmpint(order(&rows, FUNCTION_CUM), >=, 0);
    g_assert_cmpint(order(&rows, FUNCTION_DELTA), <, 0);
    g_assert_cmpint(order(&rows, FUNCTION_CUM_DELTA), <, 0);
    values[1].flat = INT64_MIN;
    g_assert_cmpint(order(&rows, FUNCTION_FLAT), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-table/extremes", test_extremes);
    return g_test_run();
}
