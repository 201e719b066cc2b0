/* Lists whose order or filter once said something else than their cells, and the two laws. */

#include "app/lists/costs_list.h"
#include "app/lists/file_lists.h"
#include "app/lists/memory_lists.h"
#include "app/lists/process_lists.h"
#include "probes/databases.h"
#include "tests/support/table_laws.h"

#include <string.h>

static size_t column_of(const struct listing *listing, const char *id)
{
    size_t c = 0;

    while (strcmp(listing->columns[c].id, id) != 0)
        c++;
    return c;
}

static size_t first_row(const struct table *table)
{
    size_t row = SIZE_MAX;

    g_assert_true(table_row_at(table, 0, &row));
    return row;
}

/* By bytes of a sample, not by all that was read. */
static void test_costs(void)
{
    struct costs_list list = {.paces = {
                                  [PROBE_PROCESS] = {.samples = 1000, .total_bytes = 500000},
                                  [PROBE_MEMORY] = {.samples = 2, .total_bytes = 4000},
                                  [PROBE_FILES] = {.samples = 0, .total_bytes = 0},
                              }};
    struct table *table = table_new(&costs_listing);

    table_set_model(table, &list, PROBE_N_KINDS);
    table_sort(table, column_of(&costs_listing, "read_per_sample_bytes"));
    g_assert_cmpuint(first_row(table), ==, PROBE_MEMORY);
    g_autofree char *text = table_to_text(table, true);

    g_assert_nonnull(strstr(text, "descriptors\t0.0 s\t-\t-\t")); /* nothing known, not 0 */
    table_laws(table);
    table_free(table);
}

/* Found by what is shown, and together whatever their state is. */
static void test_children(void)
{
    const struct child_entry alive[] = {{.pid = 7, .command = "git status", .state = 'R'},
                                        {.pid = 9, .command = "git log", .state = 'S'}};
    const struct child_entry left[] = {{.pid = 3, .command = "tmux -C", .state = 'S'}};
    const struct threads_sample sample = {.children = alive,
                                          .n_children = G_N_ELEMENTS(alive),
                                          .orphans = left,
                                          .n_orphans = G_N_ELEMENTS(left)};
    struct thresholds thresholds;
    const struct threads_list list = {&sample, &thresholds};
    struct table *table = table_new(&children_listing);

    thresholds_init(&thresholds, false);
    table_set_model(table, &list, children_list_n(&sample));
    table_set_filter(table, "left behind");
    g_assert_cmpuint(table_n_shown(table), ==, 1);
    g_assert_cmpuint(first_row(table), ==, 2);
    table_set_filter(table, "sleeping");
    g_assert_cmpuint(table_n_shown(table), ==, 1);
    table_set_filter(table, NULL);
    table_sort(table, column_of(&children_listing, "state"));
    g_assert_cmpuint(first_row(table), ==, 2);
    table_laws(table);
    table_free(table);
}

/* A pane says what the limits in force say. */
static void test_thresholds(void)
{
    struct thresholds thresholds;

    thresholds_init(&thresholds, false);
    g_assert_true(fd_is_repeated(&thresholds, FD_REG, 4));
    thresholds.value[THRESHOLD_SAME_FILE] = 5;
    g_assert_false(fd_is_repeated(&thresholds, FD_REG, 4));
    struct survivors_band band = {
        .min_age_us = 120 * G_USEC_PER_SEC, .opened = 20, .open = 11, .name = ""};

    g_assert_true(survivors_are_kept(&band, &thresholds));
    thresholds.value[THRESHOLD_KEPT_SHARE] = 60;
    g_assert_false(survivors_are_kept(&band, &thresholds));
}

/* Locks held above those wanted above mere users; addresses beyond what is signed last. */
static void test_laws(void)
{
    const struct db_lock locks[] = {
        {.kind = DB_LOCK_SHARED, .pid = 5, .command = "sqlite3", .first_seen_us = 2},
        {.kind = DB_LOCK_EXCLUSIVE, .pid = 6, .command = "git", .first_seen_us = 1, .own = true},
        {.kind = DB_LOCK_EXCLUSIVE, .pid = 7, .command = "go", .waiting = true}};
    const struct db_user users[] = {{.pid = 8, .command = "less", .fds = 2}};
    const struct database database = {
        .path = "/x.db", .locks = locks, .n_locks = 3, .users = users, .n_users = 1};
    struct files_sample files = {.base.taken_us = 5 * G_USEC_PER_SEC};
    const struct locks_list held = {&files, &database};
    struct table *table = table_new(&locks_listing);

    table_set_model(table, &held, locks_list_n(&database));
    g_assert_cmpuint(first_row(table), ==, 1);
    table_laws(table);
    table_free(table);
    const struct region regions[] = {
        {.start = UINT64_C(0xffffffffff600000), .end = UINT64_C(0xffffffffff601000), .name = "[v]"},
        {.start = 4096, .end = 8192, .name = "", .pss_bytes = SAMPLE_UNKNOWN}};
    const struct memory_sample memory = {.regions = regions, .n_regions = 2};
    const size_t both[] = {0, 1};
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(size_t));
    const struct regions_list map = {&memory, rows};

    g_array_append_vals(rows, both, 2);
    table = table_new(&regions_listing);
    table_set_model(table, &map, rows->len);
    table_sort(table, column_of(&regions_listing, "address"));
    g_assert_cmpuint(first_row(table), ==, 1);
    table_laws(table);
    table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lists/costs", test_costs);
    g_test_add_func("/lists/children", test_children);
    g_test_add_func("/lists/thresholds", test_thresholds);
    g_test_add_func("/lists/laws", test_laws);
    return g_test_run();
}
