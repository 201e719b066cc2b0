#include "tests/support/screen.h"
#include "widgets/table.h"

#include <string.h>

struct item {
    uint64_t key;
    int count;
    const char *path;
};

enum { COUNT, KIND, PATH };

static const struct listing_column columns[] = {
    [COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 6},
    [KIND] = {.id = "kind", .title = "KIND", .width = 4, .drop = 1, .unsortable = true},
    [PATH] = {.id = "path", .title = "PATH", .kind = LISTING_PATH, .min_width = 8},
};

static const struct item *item_at(const void *model, size_t row)
{
    return (const struct item *)model + row;
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct item *item = item_at(model, row);

    switch (column) {
    case COUNT:
        ret->n = item->count;
        ret->share = item->count / 100.0;
        break;
    case KIND:
        ret->text = "REG";
        ret->role = THEME_DIM;
        break;
    default:
        ret->text = item->path;
    }
}

static uint64_t key(const void *model, size_t row)
{
    return item_at(model, row)->key;
}

static const struct listing listing = {
    .id = "items",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COUNT,
    .value = value,
    .key = key,
};

static const struct item items[] = {
    {11, 4, "/tmp/b"},     {12, 61, "/home/user/.claude/projects/x.jsonl"},
    {13, 4, "/tmp/a\nb"},  {14, 9, "/tmp/c"},
    {15, 30, "/dev/null"},
};

static struct table *new_table(void)
{
    struct table *table = table_new(&listing);

    table_set_model(table, items, G_N_ELEMENTS(items));
    return table;
}

static void draw(struct table *table, struct sheet *sheet, bool focused)
{
    sheet_fill(sheet);
    table_draw(table, &sheet->canvas, sheet_rect(sheet),
               &(struct table_look){.focused = focused, .empty = "no files"});
}

static void test_draw(void)
{
    g_autoptr(Sheet) sheet = sheet_new(7, 40, "dark", THEME_BLOCK);
    struct table *table = new_table();

    draw(table, sheet, true);
    SHEET_TEXT(sheet, "▼COUNT  KIND  PATH", "    61  REG   /home/us…/projects/x.jsonl",
               "    30  REG   /dev/null", "     9  REG   /tmp/c", "     4  REG   /tmp/b",
               "     4  REG   /tmp/a\\nb", "");
    SHEET_PENS(
        sheet, "FFFFFF..hhhh..hhhhhhhhhhhhhhhhhhhhhhhhhh",
        "SSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS", "__......dddd............................",
        "_.......dddd............................", "_.......dddd............................",
        "_.......dddd........ee..................", "........................................");
    table_move(table, TABLE_DOWN);
    draw(table, sheet, false);
    SHEET_PENS(
        sheet, "FFFFFF..hhhh..hhhhhhhhhhhhhhhhhhhhhhhhhh",
        "____....dddd............................", "__DDDDDD****DDDDDDDDDDDDDDDDDDDDDDDDDDDD",
        "_.......dddd............................", "_.......dddd............................",
        "_.......dddd........ee..................", "........................................");
    table_free(table);
}

static void test_narrow(void)
{
    g_autoptr(Sheet) sheet = sheet_new(4, 18, "dark", THEME_ASCII);
    struct table *table = new_table();

    draw(table, sheet, true);
    SHEET_TEXT(sheet, "vCOUNT  PATH", "    61  /h~.jsonl#", "    30  /dev/null#", "     9  /tmp/c");
    table_move(table, TABLE_END);
    draw(table, sheet, true);
    SHEET_TEXT(sheet, "vCOUNT  PATH", "     9  /tmp/c", "     4  /tmp/b   #",
               "     4  /tmp/a\\nb#");
    table_free(table);
}

/* The arrow stands in a gap where the title fills its column. */
static void test_full_titles(void)
{
    static const struct listing_column full[] = {
        {.id = "one", .title = "ONE", .kind = LISTING_NUMBER, .width = 3},
        {.id = "two", .title = "TWO", .kind = LISTING_NUMBER, .width = 3},
        {.id = "three", .title = "THREE", .width = 5},
    };
    const struct listing three = {
        .columns = full, .n_columns = G_N_ELEMENTS(full), .value = value, .key = key};
    g_autoptr(Sheet) sheet = sheet_new(2, 20, "dark", THEME_BLOCK);
    struct table *table = table_new(&three);

    table_set_model(table, items, 1);
    draw(table, sheet, false);
    g_autofree char *first = sheet_text(sheet);

    g_assert_true(g_str_has_prefix(first, "▲NE  TWO  THREE "));
    table_sort(table, 1);
    draw(table, sheet, false);
    g_autofree char *second = sheet_text(sheet);

    g_assert_true(g_str_has_prefix(second, "ONE ▲TWO  THREE "));
    table_sort(table, 2);
    draw(table, sheet, false);
    g_autofree char *third = sheet_text(sheet);

    g_assert_true(g_str_has_prefix(third, "ONE  TWO  THRE▲ "));
    table_free(table);
}

static uint64_t selected_key(const struct table *table)
{
    size_t row;

    return table_selected(table, &row) ? items[row].key : 0;
}

static void test_sort(void)
{
    struct table *table = new_table();
    bool descending;
    size_t row;

    table_row_at(table, 3, &row);
    g_assert_cmpuint(row, ==, 0); /* equal counts stay in the model's order */
    table_sort(table, PATH);
    table_row_at(table, 0, &row);
    g_assert_cmpstr(items[row].path, ==, "/dev/null");
    table_sort_invert(table);
    table_row_at(table, 0, &row);
    g_assert_cmpstr(items[row].path, ==, "/tmp/c");
    table_sort_next(table, -1); /* over the column that cannot be sorted by */
    g_assert_cmpuint(table_sort_column(table, &descending), ==, COUNT);
    g_assert_true(descending);
    table_sort(table, KIND);
    g_assert_cmpuint(table_sort_column(table, NULL), ==, COUNT);
    g_assert_false(table_row_at(table, 5, &row));
    table_free(table);
}

static void test_selection(void)
{
    g_autoptr(Sheet) sheet = sheet_new(3, 40, "dark", THEME_BLOCK);
    struct table *table = new_table();
    struct item moved[G_N_ELEMENTS(items)];
    size_t row;

    memcpy(moved, items, sizeof items);
    g_assert_cmpuint(selected_key(table), ==, 12); /* the first */
    g_assert_true(table_select_key(table, 14));
    g_assert_false(table_select_key(table, 99));
    draw(table, sheet, true);
    moved[3].count = 99; /* the chosen one moves to the top, the selection with it */
    table_set_model(table, moved, G_N_ELEMENTS(moved));
    g_assert_cmpuint(selected_key(table), ==, 14);
    table_row_at(table, 0, &row);
    g_assert_cmpuint(row, ==, 3);
    table_set_model(table, NULL, 0); /* all gone for a moment */
    g_assert_false(table_selected(table, &row));
    table_set_model(table, items, G_N_ELEMENTS(items));
    g_assert_cmpuint(selected_key(table), ==, 14);
    table_set_filter(table, "tmp/[ab]");
    g_assert_cmpuint(table_n_shown(table), ==, 2);
    g_assert_cmpuint(table_n_rows(table), ==, 5);
    table_free(table);
}

/* What was scrolled by hand stays, whatever arrives. */
static void test_scroll(void)
{
    g_autoptr(Sheet) sheet = sheet_new(3, 40, "dark", THEME_BLOCK);
    struct table *table = new_table();

    draw(table, sheet, true);
    table_scroll(table, 2);
    draw(table, sheet, true);
    g_autofree char *before = sheet_text(sheet);

    table_set_model(table, items, G_N_ELEMENTS(items));
    draw(table, sheet, true);
    g_autofree char *after = sheet_text(sheet);

    g_assert_cmpstr(before, ==, after);
    g_assert_cmpint(table_click(table, 1, 3), ==, TABLE_HIT_ROW);
    g_assert_cmpuint(selected_key(table), ==, 14);
    g_assert_cmpint(table_click(table, 0, 30), ==, TABLE_HIT_HEADER);
    g_assert_cmpuint(table_sort_column(table, NULL), ==, PATH);
    g_assert_cmpint(table_click(table, 9, 3), ==, TABLE_HIT_NONE);
    table_free(table);
}

static void test_filter(void)
{
    g_autoptr(Sheet) sheet = sheet_new(5, 40, "dark", THEME_BLOCK);
    struct table *table = new_table();

    table_set_filter(table, "TMP");
    g_assert_cmpuint(table_n_shown(table), ==, 0);
    draw(table, sheet, true);
    SHEET_TEXT(sheet, " nothing matches TMP", "", "", "", "");
    table_set_filter(table, "!tmp");
    g_assert_cmpuint(table_n_shown(table), ==, 2);
    table_set_filter(table, "tmp");
    draw(table, sheet, false);
    SHEET_TEXT(sheet, "▼COUNT  KIND  PATH", "     9  REG   /tmp/c", "     4  REG   /tmp/b",
               "     4  REG   /tmp/a\\nb", "");
    SHEET_PENS(
        sheet, "FFFFFF..hhhh..hhhhhhhhhhhhhhhhhhhhhhhhhh",
        "_DDDDDDD****DDDmmmDDDDDDDDDDDDDDDDDDDDDD", "_.......dddd...mmm......................",
        "_.......dddd...mmm..ee..................", "........................................");
    table_set_filter(table, table_filter(table));
    g_assert_cmpstr(table_filter(table), ==, "tmp");
    table_set_filter(table, NULL);
    g_assert_cmpuint(table_n_shown(table), ==, 5);
    table_free(table);
}

static void test_empty(void)
{
    g_autoptr(Sheet) sheet = sheet_new(4, 16, "dark", THEME_BLOCK);
    struct table *table = table_new(&listing);

    table_draw(table, &sheet->canvas, sheet_rect(sheet),
               &(struct table_look){.empty = "pprof is off: restart\nwith it on"});
    SHEET_TEXT(sheet, "pprof is off:", "restart", "with it on", "");
    table_move(table, TABLE_DOWN);
    g_assert_cmpint(table_click(table, 0, 0), ==, TABLE_HIT_NONE);
    table_free(table);
}

static void test_text(void)
{
    struct table *table = new_table();
    g_autofree char *text = NULL;

    table_set_filter(table, "a\nb");
    text = table_to_text(table, true);
    g_assert_cmpstr(text, ==, "COUNT\tKIND\tPATH\n4\tREG\t/tmp/a\\nb\n");
    table_free(table);
}

static void test_hidden(void)
{
    struct listing_column own[G_N_ELEMENTS(columns)];
    struct listing other = listing;
    g_autoptr(Sheet) sheet = sheet_new(2, 30, "dark", THEME_BLOCK);
    struct table *table;
    bool descending;

    memcpy(own, columns, sizeof own);
    own[COUNT].hidden = true;
    other.columns = own;
    other.order = PATH;
    table = table_new(&other);
    table_set_model(table, items, 1);
    draw(table, sheet, true);
    SHEET_TEXT(sheet, "KIND  PATH▲", "REG   /tmp/b");
    g_autofree char *text = table_to_text(table, true);

    g_assert_cmpstr(text, ==, "KIND\tPATH\nREG\t/tmp/b\n");
    table_sort(table, COUNT);
    table_sort_next(table, -1);
    g_assert_cmpuint(table_sort_column(table, &descending), ==, PATH);
    g_assert_false(descending);
    table_hide(table, COUNT, false); /* it is there again with the next drawing */
    draw(table, sheet, true);
    SHEET_TEXT(sheet, " COUNT  KIND  PATH▲", "     4  REG   /tmp/b");
    table_free(table);
}

/* What is left over is shared by weight, to the last cell. */
static void test_weights(void)
{
    static const struct table_column own[] = {
        {.title = "A", .min_width = 4},
        {.title = "B", .width = 3},
        {.title = "C", .min_width = 4, .weight = 3},
    };
    struct columns place = {.columns = own, .n = G_N_ELEMENTS(own)};

    for (int cols = 15; cols < 80; cols++) {
        int spare = cols - 15;

        columns_place(&place, 2, cols);
        g_assert_cmpint(place.at[0].cols, ==, 4 + spare / 4);
        g_assert_cmpint(place.at[1].cols, ==, 3);
        g_assert_cmpint(place.at[2].col + place.at[2].cols, ==, 2 + cols);
    }
}

/* A short name stays beside its numbers; what it does not take is for those without an end. */
static void test_greatest_width(void)
{
    static const struct table_column own[] = {
        {.title = "A", .min_width = 4, .max_width = 10},
        {.title = "B", .width = 3},
        {.title = "C", .min_width = 4, .weight = 3},
    };
    struct columns place = {.columns = own, .n = 2};

    columns_place(&place, 0, 100);
    g_assert_cmpint(place.at[0].cols, ==, 10);
    g_assert_cmpint(place.at[1].col, ==, 12);
    place.n = 3;
    columns_place(&place, 0, 100);
    g_assert_cmpint(place.at[0].cols, ==, 10);
    g_assert_cmpint(place.at[2].col + place.at[2].cols, ==, 100);
    columns_place(&place, 0, 19);
    g_assert_cmpint(place.at[0].cols, ==, 5);
}

/* One that fits grows with its texts and no further. */
static void test_fits(void)
{
    static const struct listing_column own[] = {
        [COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 6},
        [KIND] = {.id = "kind", .title = "KIND", .width = 4},
        [PATH] = {.id = "path", .title = "PATH", .min_width = 8, .fits = true},
        {.id = "note", .title = "NOTE", .min_width = 8},
    };
    static const struct listing fitting = {.id = "fitting",
                                           .columns = own,
                                           .n_columns = G_N_ELEMENTS(own),
                                           .value = value,
                                           .key = key};
    static const struct item few[] = {{1, 3, "/tmp/b"}, {2, 2, "/tmp/longer"}};
    struct table *table = table_new(&fitting);
    g_autoptr(Sheet) sheet = sheet_new(3, 80, "dark", THEME_BLOCK);

    table_set_model(table, few, 1);
    draw(table, sheet, true);
    SHEET_TEXT(sheet, "▼COUNT  KIND  PATH      NOTE", "     3  REG   /tmp/b    /tmp/b", "");
    table_set_model(table, few, 2);
    draw(table, sheet, true);
    SHEET_TEXT(sheet, "▼COUNT  KIND  PATH         NOTE", "     3  REG   /tmp/b       /tmp/b",
               "     2  REG   /tmp/longer  /tmp/longer");
    table_free(table);
}

static void test_sizes(void)
{
    struct table *table = new_table();

    for (int lines = -1; lines < 8; lines++)
        for (int cols = -1; cols < 24; cols++) {
            g_autoptr(Sheet) sheet = sheet_new(8, 24, "dark", THEME_BLOCK);

            table_draw(table, &sheet->canvas, (TickitRect){0, 0, lines, cols},
                       &(struct table_look){.focused = true});
            table_move(table, lines % 2 == 0 ? TABLE_DOWN : TABLE_PAGE_UP);
            g_autofree char *text = sheet_text(sheet);
            g_auto(GStrv) rows = g_strsplit(text, "\n", -1);

            for (int l = 0; l < 8; l++)
                for (int c = 0; c < 24; c++)
                    g_assert_cmpint(*g_utf8_offset_to_pointer(rows[l], c) == '?', ==,
                                    !(l < lines && c < cols));
        }
    table_free(table);
}

static void test_cost(void)
{
    enum { N = 20000 };
    g_autofree struct item *many = g_new0(struct item, N);
    g_autoptr(Sheet) sheet = sheet_new(60, 200, "dark", THEME_BLOCK);
    struct table *table = table_new(&listing);
    gint64 start;

    for (int i = 0; i < N; i++)
        many[i] = (struct item){(uint64_t)i + 1, g_test_rand_int_range(0, 100000),
                                "/home/user/.claude/projects/-home-user-x/session.jsonl"};
    start = g_get_monotonic_time();
    table_set_model(table, many, N);
    g_test_message("set_model of %d rows: %.2f ms", N,
                   (double)(g_get_monotonic_time() - start) / 1000);
    draw(table, sheet, true);
    start = g_get_monotonic_time();
    table_draw(table, &sheet->canvas, sheet_rect(sheet), &(struct table_look){0});
    g_test_message("draw 60x200: %.2f ms", (double)(g_get_monotonic_time() - start) / 1000);
    start = g_get_monotonic_time();
    table_set_filter(table, "sess.*jsonl$");
    g_test_message("filter: %.2f ms", (double)(g_get_monotonic_time() - start) / 1000);
    g_assert_cmpuint(table_n_shown(table), ==, N);
    table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/table/draw", test_draw);
    g_test_add_func("/table/narrow", test_narrow);
    g_test_add_func("/table/full-titles", test_full_titles);
    g_test_add_func("/table/sort", test_sort);
    g_test_add_func("/table/selection", test_selection);
    g_test_add_func("/table/scroll", test_scroll);
    g_test_add_func("/table/filter", test_filter);
    g_test_add_func("/table/empty", test_empty);
    g_test_add_func("/table/text", test_text);
    g_test_add_func("/table/hidden", test_hidden);
    g_test_add_func("/table/weights", test_weights);
    g_test_add_func("/table/greatest-width", test_greatest_width);
    g_test_add_func("/table/fits", test_fits);
    g_test_add_func("/table/sizes", test_sizes);
    g_test_add_func("/table/cost", test_cost);
    return g_test_run();
}
