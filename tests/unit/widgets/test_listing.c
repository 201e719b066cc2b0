#include "widgets/listing.h"

#include <math.h>
#include <string.h>

struct file {
    const char *path;
    int64_t count;
    double age_s;
    int rank;
    const char *state;
    uint64_t address;
    int deleted;
};

static const struct file files[] = {
    {"/tmp/b", 4, 58, 2, "held", 0x10, 0},
    {"/home/user/x.jsonl", 1412, 3600, 1, "wanted", UINT64_C(0xffffffffff600000), 3},
    {"/tmp/a\nb", NUMBER_UNKNOWN, NAN, 2, "given", 0x7f00, 0},
    {"/dev/null", 61, 10, 1, "asked", 0x20, 0},
};

enum { COUNT, AGE, STATE, ADDRESS, SHARE, PATH, N };

static const struct listing_column columns[N] = {
    [COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 6},
    [AGE] = {.id = "age_s", .title = "AGE", .kind = LISTING_DURATION, .width = 6},
    [STATE] = {.id = "state", .title = "STATE", .kind = LISTING_WORD, .width = 6},
    [ADDRESS] = {.id = "address", .title = "AT", .kind = LISTING_HEX, .width = 6, .hidden = true},
    [SHARE] = {.id = "share", .title = "", .kind = LISTING_SHARE, .width = 6},
    [PATH] = {.id = "path", .title = "PATH", .kind = LISTING_PATH, .min_width = 6},
};

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct file *file = (const struct file *)model + row;

    switch (column) {
    case COUNT:
        ret->n = file->count;
        if (file->count == 4)
            listing_say(ret, "four");
        break;
    case AGE:
        ret->x = file->age_s;
        break;
    case STATE:
        ret->n = file->rank;
        listing_say(ret, "%s", file->state);
        break;
    case ADDRESS:
        ret->n = (int64_t)file->address;
        break;
    case SHARE:
        ret->x = 0.5;
        break;
    default:
        listing_say(ret, "%s", file->path);
        if (file->deleted > 0)
            listing_note(ret, "  (%d deleted)", file->deleted);
    }
}

static uint64_t key(const void *model, size_t row)
{
    (void)model;
    return row + 1;
}

static void search(const void *model, size_t row, GString *out)
{
    (void)model;
    g_string_append_printf(out, "hidden%zu", row);
}

static const struct listing listing = {.id = "files",
                                       .columns = columns,
                                       .n_columns = N,
                                       .order = COUNT,
                                       .value = value,
                                       .key = key,
                                       .search = search};

static void test_order(void)
{
    static const struct {
        size_t column;
        bool descending;
        uint32_t rows[4];
    } cases[] = {
        {COUNT, false, {0, 3, 1, 2}}, /* what is not known is last, in both directions */
        {COUNT, true, {1, 3, 0, 2}},    {AGE, false, {3, 0, 1, 2}},
        {AGE, true, {1, 0, 3, 2}},      {STATE, false, {3, 1, 2, 0}}, /* by rank, then by word */
        {STATE, true, {2, 0, 3, 1}},                                  /* words still rise */
        {ADDRESS, false, {0, 3, 2, 1}}, {PATH, false, {3, 1, 2, 0}},
        {SHARE, true, {0, 1, 2, 3}}, /* equal ones as they are */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint32_t rows[] = {0, 1, 2, 3};

        listing_order(&listing, files, cases[i].column, cases[i].descending, rows, 4);
        g_test_message("case %zu: %u %u %u %u", i, rows[0], rows[1], rows[2], rows[3]);
        g_assert_true(memcmp(rows, cases[i].rows, sizeof rows) == 0);
    }
}

/* Rows with an order of their own keep it; those in the order of time turn among equals. */
static void test_order_of_rows(void)
{
    struct listing other = listing;
    uint32_t rows[] = {0, 1, 2, 3};
    const uint32_t turned[] = {3, 2, 1, 0};

    other.fixed = true;
    listing_order(&other, files, PATH, false, rows, 4);
    g_assert_cmpuint(rows[0], ==, 0);
    listing_order(&other, files, PATH, true, rows, 4);
    g_assert_true(memcmp(rows, turned, sizeof turned) == 0);
    other.fixed = false;
    other.ties_turn = true;
    memcpy(rows, (const uint32_t[]){0, 1, 2, 3}, sizeof rows);
    listing_order(&other, files, SHARE, true, rows, 4);
    g_assert_true(memcmp(rows, turned, sizeof turned) == 0);
}

/* Numbers are ordered by their bits: signs, both zeros and the ends of what there is. */
static void number_value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const double *numbers = model;

    ret->n = numbers[row] >= 9.2e18    ? INT64_MAX
             : numbers[row] <= -9.2e18 ? INT64_MIN + 1
                                       : (int64_t)numbers[row];
    ret->x = column == 0 ? numbers[row] : -numbers[row];
}

static void test_numbers(void)
{
    enum { MANY = 5000 };
    static const struct listing_column three[] = {
        {.id = "x", .title = "X", .kind = LISTING_CHANGE},
        {.id = "size", .title = "SIZE", .kind = LISTING_AMOUNT},
        {.id = "n", .title = "N", .kind = LISTING_COUNT_SIGNED}};
    const struct listing some = {
        .id = "n", .columns = three, .n_columns = 3, .value = number_value, .key = key};
    const double ends[] = {0.0, -0.0, 1e19, -9.2e18, 1, -1, 256, -256, INFINITY, -INFINITY};
    g_autofree double *numbers = g_new(double, MANY);
    g_autofree uint32_t *rows = g_new(uint32_t, MANY);

    for (size_t column = 0; column < 3; column++)
        for (int descending = 0; descending < 2; descending++) {
            for (uint32_t i = 0; i < MANY; i++) {
                numbers[i] = i < G_N_ELEMENTS(ends) && (column == 0 || isfinite(ends[i]))
                                 ? ends[i]
                                 : g_test_rand_int_range(-70000, 70000);
                rows[i] = i;
            }
            listing_order(&some, numbers, column, descending != 0, rows, MANY);
            for (size_t i = 1; i < MANY; i++) {
                struct listing_value a = {0}, b = {0};

                number_value(numbers, rows[i - 1], column, &a);
                number_value(numbers, rows[i], column, &b);
                int order = listing_compare(&three[column], &a, &b);

                g_assert_cmpint(descending ? -order : order, <=, 0);
                g_assert_true(order != 0 || rows[i - 1] < rows[i]);
            }
        }
}

static void test_text(void)
{
    const struct listing_columns shown = {{COUNT, AGE, STATE, SHARE, PATH}, 5};
    g_autoptr(GString) out = g_string_new(NULL);
    struct listing_reader reader;

    listing_reader_init(&reader);
    listing_search_text(&reader, &listing, &shown, files, 1, out);
    g_assert_cmpstr(out->str, ==,
                    "1 412\n1h00m\nwanted\n\n/home/user/x.jsonl  (3 deleted)\nhidden1");
    g_string_truncate(out, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        listing_tsv_row(&reader, &listing, &shown, files, i, true, out);
    g_assert_cmpstr(out->str, ==,
                    "four\t58s\theld\t\t/tmp/b\n"
                    "1 412\t1h00m\twanted\t\t/home/user/x.jsonl  (3 deleted)\n"
                    "-\t-\tgiven\t\t/tmp/a\\nb\n"
                    "61\t10s\tasked\t\t/dev/null\n");
    listing_reader_clear(&reader);
}

/* For programs: a number beside which something else is shown is the number still. */
static void test_table(void)
{
    g_autofree char *text = listing_to_tsv(&listing, files, G_N_ELEMENTS(files));

    g_assert_cmpstr(text, ==,
                    "count\tage_s\tstate\taddress\tshare\tpath\tnote\n"
                    "4\t58\theld\t10\t0.5\t/tmp/b\t\n"
                    "1412\t3600\twanted\tffffffffff600000\t0.5\t/home/user/x.jsonl\t(3 deleted)\n"
                    "\t\tgiven\t7f00\t0.5\t/tmp/a\\nb\t\n"
                    "61\t10\tasked\t20\t0.5\t/dev/null\t\n");
}

/* Every kind says the same word for what is not known. */
static void test_unknown(void)
{
    for (int kind = 0; kind < LISTING_N_KINDS; kind++) {
        const struct listing_column column = {.kind = (enum listing_kind)kind};
        const struct listing_value unknown = {.n = NUMBER_UNKNOWN, .x = NAN, .share = NAN};
        g_autoptr(GString) out = g_string_new(NULL);

        g_assert_false(listing_is_known(&column, &unknown));
        listing_append(&column, &unknown, out);
        g_assert_cmpstr(out->str, ==, kind == LISTING_SHARE ? "" : NUMBER_ABSENT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/listing/order", test_order);
    g_test_add_func("/listing/order-of-rows", test_order_of_rows);
    g_test_add_func("/listing/numbers", test_numbers);
    g_test_add_func("/listing/text", test_text);
    g_test_add_func("/listing/table", test_table);
    g_test_add_func("/listing/unknown", test_unknown);
    return g_test_run();
}
