/* The order of a top table. */

#include "app/lists/functions_list.h"

#include <string.h>

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

/* A share is a whole number or none: it fits its column, however small. */
static void test_small_shares(void)
{
    static const struct {
        int64_t flat;
        const char *share;
    } cases[] = {{0, "0%"}, {1, "<0.01%"}, {8, "<0.01%"}, {92, "0.092%"}, {99999, "100%"}};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct profile_row value = {
            .name = "a", .function = "a", .file = "", .flat = cases[i].flat};
        const struct top_report report = {.unit = "count", .total = 100000};
        struct profile_rows rows = {.rows = &value, .n = 1, .report = &report};
        const struct functions_list list = {.rows = &rows};
        const struct listing_column *column = &functions_listing.columns[FUNCTION_FLAT_SHARE];
        g_autoptr(GString) text = g_string_new(NULL);
        struct listing_reader reader;
        struct listing_value share;

        listing_reader_init(&reader);
        listing_ask(&reader, &functions_listing, &list, 0, FUNCTION_FLAT_SHARE, &share);
        listing_append(column, &share, text);
        g_assert_cmpstr(g_strstrip(text->str), ==, cases[i].share);
        g_assert_cmpuint(strlen(text->str), <=, (size_t)column->width);
        listing_reader_clear(&reader);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-table/extremes", test_extremes);
    g_test_add_func("/profile-table/small-shares", test_small_shares);
    return g_test_run();
}
