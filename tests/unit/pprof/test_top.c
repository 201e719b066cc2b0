#include "fixture.h"
#include "top_rows.h"

#include <string.h>

/* --- sums --- */

static void test_recursion(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("10 f g f main\n5 g f main\n3 f f f\n");
    const struct top_options options = {.sample_index = -1};
    g_autoptr(top_report_auto) report = top_rows_build(p, &options);

    g_assert_cmpint(report->total, ==, 18);
    g_assert_cmpint(report->shown, ==, 18);
    top_rows_check(p, &options, "13 18 f\n5 15 g\n0 15 main\n");
}

static void test_order(void)
{
    g_autoptr(profile_auto) p =
        fixture_stacks("-5 (*x).y main\n5 Beta main\n5 alpha main\n5 \xc3\xa9 o main\n5 z main\n");

    top_rows_check(p, &(struct top_options){.sample_index = -1},
                   "-5 -5 (*x).y\n5 5 Beta\n5 5 alpha\n5 5 z\n5 5 \xc3\xa9\n0 15 main\n0 5 o\n");
    top_rows_check(p, &(struct top_options){.sample_index = -1, .sort_cum = true},
                   "0 15 main\n-5 -5 (*x).y\n5 5 Beta\n5 5 alpha\n0 5 o\n5 5 z\n5 5 \xc3\xa9\n");
    top_rows_check(
        p, &(struct top_options){.sample_index = -1, .drop_negative = true, .node_count = 2},
        "5 5 Beta\n5 5 alpha\n");
}

static void test_zero_and_empty(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("0 unseen main\n7\n2 f main\n5 g\n-5 g\n");
    const struct top_options options = {.sample_index = -1};
    g_autoptr(top_report_auto) report = top_rows_build(p, &options);

    g_assert_cmpint(report->total, ==, 19);
    top_rows_check(p, &options, "2 2 f\n0 2 main\n");
}

static void test_no_samples(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    g_autoptr(profile_auto) p = fixture_decode(f);
    const struct top_options options = {.sample_index = -1};
    g_autoptr(top_report_auto) report = top_rows_build(p, &options);

    g_assert_cmpuint(report->n_rows, ==, 0);
    g_assert_cmpint(report->total, ==, 0);
    g_assert_cmpstr(report->type, ==, "");
}

static void test_bad_index(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("1 f\n");
    g_autoptr(GError) error = NULL;

    g_assert_null(top_build(p, &(struct top_options){.sample_index = 3}, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
}

static void test_extremes(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("-9223372036854775808 f main\n"
                                               "-9223372036854775808 g main\n"
                                               "9223372036854775807 h main\n");
    const struct top_options options = top_options_of_tool();
    g_autoptr(top_report_auto) report = top_rows_build(p, &options);

    g_assert_nonnull(report);
}

/* --- trimming --- */

static void test_trimming(void)
{
    g_autoptr(profile_auto) p =
        fixture_stacks("891 big main\n100 par main\n5 tiny5 main\n4 tiny4 par main\n");
    struct top_options options = top_options_of_tool();
    g_autoptr(top_report_auto) report = top_rows_build(p, &options);

    /* what the dropped leaf had goes to nobody */
    g_assert_cmpint(report->total, ==, 1000);
    g_assert_cmpint(report->shown, ==, 996);
    g_assert_cmpuint(report->n_dropped, ==, 1);
    g_assert_cmpint(report->cutoff, ==, 5);
    top_rows_check(p, &options, "891 891 big\n100 104 par\n5 5 tiny5\n0 1000 main\n");
    options.node_count = 2;
    top_rows_check(p, &options, "891 891 big\n100 104 par\n");
    options.node_fraction = 0;
    options.node_count = 0;
    top_rows_check(p, &options, "891 891 big\n100 104 par\n5 5 tiny5\n4 4 tiny4\n0 1000 main\n");
}

/* --- granularity and inlining --- */

static struct profile *inlined(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    const int64_t values[] = {10, 1};
    uint64_t mapping = fixture_mapping(f, 0x1000, 0x2000, "/bin/app", "");
    uint64_t leaf = fixture_function(f, "leaf", "a//b/./l.go", 0);
    uint64_t mid = fixture_function(f, "mid", "m.go", 0);
    uint64_t other = fixture_function(f, "mid", "other.go", 0);
    uint64_t nameless = fixture_function(f, "", "n.go", 0);

    fixture_type(f, "n", "count");
    uint64_t both =
        fixture_location(f, mapping, 0x1100, (struct fixture_line[]){{leaf, 3}, {mid, 7}}, 2);
    uint64_t plain = fixture_location(f, mapping, 0x1200, &(struct fixture_line){leaf, 4}, 1);
    uint64_t second = fixture_location(f, mapping, 0x1300, &(struct fixture_line){other, 9}, 1);
    uint64_t bare = fixture_location(f, mapping, 0x1400, NULL, 0);
    uint64_t lost = fixture_location(f, 0, 0x1500, &(struct fixture_line){nameless, 1}, 1);

    fixture_sample(f, &(struct fixture_sample){&both, 1, &values[0], 1, NULL, 0});
    fixture_sample(
        f, &(struct fixture_sample){(uint64_t[]){plain, second}, 2, &values[1], 1, NULL, 0});
    fixture_sample(f,
                   &(struct fixture_sample){(uint64_t[]){bare, lost}, 2, &values[1], 1, NULL, 0});
    return fixture_decode(f);
}

static void test_granularity(void)
{
    static const struct {
        enum top_granularity granularity;
        bool no_inlines;
        const char *rows;
    } cases[] = {
        {TOP_FUNCTIONS, false, "11 11 leaf\n1 1 [app]\n0 1 <unknown>\n0 11 mid\n"},
        {TOP_FUNCTIONS, true, "10 11 mid\n1 1 [app]\n1 1 leaf\n0 1 <unknown>\n"},
        {TOP_FILEFUNCTIONS, false,
         "11 11 leaf a/b/l.go (partial-inline)\n1 1 [app]\n0 10 mid m.go\n0 1 mid other.go\n"
         "0 1 n.go\n"},
        {TOP_FILES, false,
         "11 11 a/b/l.go (partial-inline)\n1 1 [app]\n0 10 m.go\n0 1 n.go\n0 1 other.go\n"},
        {TOP_LINES, false,
         "10 10 leaf a/b/l.go:3 (inline)\n1 1 [app]\n1 1 leaf a/b/l.go:4\n0 10 mid m.go:7\n"
         "0 1 mid other.go:9\n0 1 n.go:1\n"},
        {TOP_ADDRESSES, true,
         "10 10 0000000000001100 mid m.go:7\n1 1 0000000000001200 leaf a/b/l.go:4\n"
         "1 1 0000000000001400 [app]\n0 1 0000000000001300 mid other.go:9\n"
         "0 1 0000000000001500 n.go:1\n"},
    };
    g_autoptr(profile_auto) p = inlined();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        top_rows_check(p,
                       &(struct top_options){.sample_index = -1,
                                             .granularity = cases[i].granularity,
                                             .no_inlines = cases[i].no_inlines},
                       cases[i].rows);
}

static void test_row_details(void)
{
    g_autoptr(profile_auto) p = inlined();
    g_autoptr(top_report_auto) report =
        top_rows_build(p, &(struct top_options){.sample_index = -1, .granularity = TOP_LINES});

    g_assert_cmpstr(report->rows[0].function, ==, "leaf");
    g_assert_cmpstr(report->rows[0].file, ==, "a//b/./l.go");
    g_assert_cmpint(report->rows[0].line, ==, 3);
    g_assert_cmpstr(report->rows[1].function, ==, "");
    g_assert_cmpstr(report->type, ==, "n");
    g_assert_cmpstr(report->unit, ==, "count");
}

/* --- filters --- */

static void test_filters(void)
{
    static const struct {
        struct filter_options filters;
        unsigned unmatched;
        const char *rows;
    } cases[] = {
        {{.focus = "^b$"}, 0, "2 3 b\n1 1 a\n0 3 d\n"},
        {{.ignore = "^b$"}, 0, "4 4 c\n0 4 d\n"},
        {{.focus = "d", .ignore = "a"}, 0, "4 4 c\n2 2 b\n0 6 d\n"},
        {{.hide = "^a$"}, 0, "4 4 c\n3 3 b\n0 7 d\n"},
        {{.show = "^[ac]$"}, 0, "4 4 c\n1 1 a\n"},
        {{.show_from = "^b$"}, 0, "2 3 b\n1 1 a\n"},
        {{.prune_from = "^b$"}, 0, "4 4 c\n3 3 b\n0 7 d\n"},
        {{.focus = "nobody"}, FILTER_UNMATCHED_FOCUS, ""},
        {{.hide = "b\\.go$"}, 0, "4 4 c\n2 7 d\n1 1 a\n"},
    };
    g_autoptr(profile_auto) p = fixture_stacks("1 a b d\n2 b d\n4 c d\n");

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct top_options options = {.sample_index = -1, .filters = &cases[i].filters};
        g_autoptr(top_report_auto) report = top_rows_build(p, &options);
        unsigned unmatched = 77;
        g_autoptr(profile_auto) filtered = filter_apply(p, &cases[i].filters, &unmatched, NULL);

        g_assert_cmpint(report->total, ==, 7); /* of all samples */
        g_assert_cmpuint(unmatched, ==, cases[i].unmatched);
        g_assert_cmpuint(report->unmatched, ==, cases[i].unmatched);
        top_rows_check(p, &options, cases[i].rows);
        top_rows_check(filtered, &(struct top_options){.sample_index = -1}, cases[i].rows);
    }
}

static void test_filter_check(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("1 a\n");
    g_autoptr(GError) error = NULL;

    g_assert_true(filter_check(p, &(struct filter_options){.focus = "a|b", .hide = ""}, NULL));
    g_assert_true(filter_check(p, &(struct filter_options){.tag_focus = "1kb:64kb"}, NULL));
    g_assert_false(filter_check(p, &(struct filter_options){.show_from = "(a"}, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, "show_from"));
}

static struct profile *labelled(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    struct fixture_line line = {fixture_function(f, "f", "f.go", 0), 1};
    uint64_t location = fixture_location(f, 0, 1, &line, 1);
    const struct fixture_label labels[] = {{.key = "tenant", .str = "acme"},
                                           {.key = "bytes", .num = 2048},
                                           {.key = "bytes", .num = 64}};

    fixture_type(f, "n", "count");
    for (size_t i = 0; i < 3; i++) {
        int64_t value = (int64_t)1 << i;

        fixture_sample(f, &(struct fixture_sample){&location, 1, &value, 1, &labels[i], 1});
    }
    return fixture_decode(f);
}

static void test_tag_filters(void)
{
    static const struct {
        struct filter_options filters;
        int64_t sum;
    } cases[] = {
        {{.tag_focus = "tenant:acme"}, 1}, {{.tag_focus = "tenant=^acme$"}, 1},
        {{.tag_focus = "tenant=x,a"}, 1},  {{.tag_focus = "tenant,nobody"}, 0},
        {{.tag_ignore = "acme"}, 6},       {{.tag_focus = "2kb"}, 2},
        {{.tag_focus = "1kb:"}, 2},        {{.tag_focus = ":1kb"}, 4},
        {{.tag_focus = "64b:2kb"}, 6},     {{.tag_focus = "bytes=64b"}, 4},
        {{.tag_focus = "other=64b"}, 0},   {{.tag_ignore = "bytes=:100b"}, 3},
    };
    g_autoptr(profile_auto) p = labelled();

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct top_options options = {.sample_index = -1, .filters = &cases[i].filters};
        g_autoptr(top_report_auto) report = top_rows_build(p, &options);

        g_assert_cmpint(report->shown, ==, cases[i].sum);
    }
}

static void test_tag_names(void)
{
    g_autoptr(profile_auto) p = labelled();
    g_autoptr(profile_auto) shown =
        filter_apply(p, &(struct filter_options){.tag_show = "ten"}, NULL, NULL);
    g_autoptr(profile_auto) hidden =
        filter_apply(p, &(struct filter_options){.tag_hide = "ten"}, NULL, NULL);

    g_assert_cmpuint(shown->n_labels, ==, 1);
    g_assert_cmpuint(hidden->n_labels, ==, 2);
    g_assert_cmpuint(shown->n_samples, ==, 3);
}

static void test_bad_pattern(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("1 f\n");
    g_autoptr(GError) error = NULL;

    g_assert_null(filter_apply(p, &(struct filter_options){.hide = "a("}, NULL, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
    g_assert_nonnull(strstr(error->message, "hide"));
}

static void test_not_utf8(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("1 bad\xff\xfename main\n2 good main\n");

    top_rows_check(
        p,
        &(struct top_options){.sample_index = -1,
                              .filters = &(struct filter_options){.focus = "^bad.*name$"}},
        "1 1 bad\xff\xfename\n0 1 main\n");
}

static void test_drop_frames(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    const int64_t value = 1;
    static const char *const names[] = {"malloc", "keepme", "user", "main"};

    fixture_type(f, "n", "count");
    fixture_text(f, 7, "malloc|keep.*");
    fixture_text(f, 8, "keepme");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        struct fixture_line line = {fixture_function(f, names[i], "", 0), 1};

        fixture_location(f, 0, i + 1, &line, 1);
    }
    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){1, 3, 4}, 3, &value, 1, NULL, 0});
    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){1, 2, 4}, 3, &value, 1, NULL, 0});
    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){1}, 1, &value, 1, NULL, 0});
    g_autoptr(profile_auto) p = fixture_decode(f);

    top_rows_check(p, &(struct top_options){.sample_index = -1},
                   "1 1 keepme\n1 1 malloc\n1 1 user\n0 2 main\n");
}

/* An expression of the target that backtracks without end is given up, not waited for. */
static void test_slow_drop_frames(void)
{
    enum { FUNCTIONS = 2000 };
    g_autoptr(fixture_auto) f = fixture_new();
    const int64_t value = 1;
    gint64 start = g_get_monotonic_time();

    fixture_type(f, "n", "count");
    fixture_text(f, 7, "(a|aa)+");
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        g_autofree char *name = g_strdup_printf("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac%u", i);
        struct fixture_line line = {fixture_function(f, name, "", 0), 1};
        uint64_t location = fixture_location(f, 0, i + 1, &line, 1);

        fixture_sample(f, &(struct fixture_sample){&location, 1, &value, 1, NULL, 0});
    }
    g_autoptr(profile_auto) p = fixture_decode(f);
    g_autoptr(top_report_auto) report =
        top_rows_build(p, &(struct top_options){.sample_index = -1});

    g_assert_cmpuint(report->n_rows, ==, FUNCTIONS);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 20 * G_USEC_PER_SEC);
}

/* --- peek --- */

static void test_peek(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("1 leaf mid a\n3 leaf mid b\n7 mid b\n2 x mid a\n");
    const struct top_options options = top_options_of_tool();
    g_autoptr(GError) error = NULL;
    g_autoptr(top_peek_auto) peek = top_peek_build(p, &options, "mid", &error);

    g_assert_no_error(error);
    g_assert_cmpint(peek->flat, ==, 7);
    g_assert_cmpint(peek->cum, ==, 13);
    g_assert_cmpint(peek->total, ==, 13);
    g_assert_cmpuint(peek->n_callers, ==, 2);
    g_assert_cmpstr(peek->callers[0].name, ==, "b");
    g_assert_cmpint(peek->callers[0].weight, ==, 10);
    g_assert_cmpuint(peek->n_callees, ==, 2);
    g_assert_cmpstr(peek->callees[0].name, ==, "leaf");
    g_assert_cmpint(peek->callees[1].weight, ==, 2);
    g_assert_null(top_peek_build(p, &options, "nobody", &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/top/recursion", test_recursion);
    g_test_add_func("/pprof/top/order", test_order);
    g_test_add_func("/pprof/top/zero-and-empty", test_zero_and_empty);
    g_test_add_func("/pprof/top/no-samples", test_no_samples);
    g_test_add_func("/pprof/top/bad-index", test_bad_index);
    g_test_add_func("/pprof/top/extremes", test_extremes);
    g_test_add_func("/pprof/top/trimming", test_trimming);
    g_test_add_func("/pprof/top/granularity", test_granularity);
    g_test_add_func("/pprof/top/row-details", test_row_details);
    g_test_add_func("/pprof/top/filters", test_filters);
    g_test_add_func("/pprof/top/filter-check", test_filter_check);
    g_test_add_func("/pprof/top/tag-filters", test_tag_filters);
    g_test_add_func("/pprof/top/tag-names", test_tag_names);
    g_test_add_func("/pprof/top/bad-pattern", test_bad_pattern);
    g_test_add_func("/pprof/top/not-utf8", test_not_utf8);
    g_test_add_func("/pprof/top/drop-frames", test_drop_frames);
    g_test_add_func("/pprof/top/slow-drop-frames", test_slow_drop_frames);
    g_test_add_func("/pprof/top/peek", test_peek);
    return g_test_run();
}
