#include "fixture.h"

#include "pprof/merge.h"
#include "pprof/top.h"

#include <string.h>

/* Rows as "flat cum name[ (inline)]", one per line, for comparing whole tables. */
static char *table(const struct top_report *report)
{
    static const char *const marks[] = {"", " (partial-inline)", " (inline)"};
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < report->n_rows; i++)
        g_string_append_printf(out, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %s%s\n",
                               (gint64)report->rows[i].flat, (gint64)report->rows[i].cum,
                               report->rows[i].name, marks[report->rows[i].inlined]);
    return g_string_free(out, FALSE);
}

static struct top_report *build(const struct profile *p, const struct top_options *options)
{
    g_autoptr(GError) error = NULL;
    struct top_report *report = top_build(p, options, &error);

    g_assert_no_error(error);
    return report;
}

static void check(const struct profile *p, const struct top_options *options, const char *expected)
{
    g_autoptr(top_report_auto) report = build(p, options);
    g_autofree char *rows = table(report);

    g_assert_cmpstr(rows, ==, expected);
}

/* --- sums --- */

static void test_recursion(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("10 f g f main\n5 g f main\n3 f f f\n");
    const struct top_options options = {.sample_index = -1};
    g_autoptr(top_report_auto) report = build(p, &options);

    g_assert_cmpint(report->total, ==, 18);
    g_assert_cmpint(report->shown, ==, 18);
    check(p, &options, "13 18 f\n5 15 g\n0 15 main\n");
}

static void test_order(void)
{
    g_autoptr(profile_auto) p =
        fixture_stacks("-5 (*x).y main\n5 Beta main\n5 alpha main\n5 \xc3\xa9 o main\n5 z main\n");

    check(p, &(struct top_options){.sample_index = -1},
          "-5 -5 (*x).y\n5 5 Beta\n5 5 alpha\n5 5 z\n5 5 \xc3\xa9\n0 15 main\n0 5 o\n");
    check(p, &(struct top_options){.sample_index = -1, .sort_cum = true},
          "0 15 main\n-5 -5 (*x).y\n5 5 Beta\n5 5 alpha\n0 5 o\n5 5 z\n5 5 \xc3\xa9\n");
    check(p, &(struct top_options){.sample_index = -1, .drop_negative = true, .node_count = 2},
          "5 5 Beta\n5 5 alpha\n");
}

static void test_zero_and_empty(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("0 unseen main\n7\n2 f main\n5 g\n-5 g\n");
    const struct top_options options = {.sample_index = -1};
    g_autoptr(top_report_auto) report = build(p, &options);

    g_assert_cmpint(report->total, ==, 19);
    check(p, &options, "2 2 f\n0 2 main\n");
}

static void test_no_samples(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    g_autoptr(profile_auto) p = fixture_decode(f);
    const struct top_options options = {.sample_index = -1};
    g_autoptr(top_report_auto) report = build(p, &options);

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
    g_autoptr(top_report_auto) report = build(p, &options);

    g_assert_nonnull(report);
}

/* --- trimming --- */

static void test_trimming(void)
{
    g_autoptr(profile_auto) p =
        fixture_stacks("891 big main\n100 par main\n5 tiny5 main\n4 tiny4 par main\n");
    struct top_options options = top_options_of_tool();
    g_autoptr(top_report_auto) report = build(p, &options);

    /* what the dropped leaf had goes to nobody */
    g_assert_cmpint(report->total, ==, 1000);
    g_assert_cmpint(report->shown, ==, 996);
    g_assert_cmpuint(report->n_dropped, ==, 1);
    g_assert_cmpint(report->cutoff, ==, 5);
    check(p, &options, "891 891 big\n100 104 par\n5 5 tiny5\n0 1000 main\n");
    options.node_count = 2;
    check(p, &options, "891 891 big\n100 104 par\n");
    options.node_fraction = 0;
    options.node_count = 0;
    check(p, &options, "891 891 big\n100 104 par\n5 5 tiny5\n4 4 tiny4\n0 1000 main\n");
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
        check(p,
              &(struct top_options){.sample_index = -1,
                                    .granularity = cases[i].granularity,
                                    .no_inlines = cases[i].no_inlines},
              cases[i].rows);
}

static void test_row_details(void)
{
    g_autoptr(profile_auto) p = inlined();
    g_autoptr(top_report_auto) report =
        build(p, &(struct top_options){.sample_index = -1, .granularity = TOP_LINES});

    g_assert_cmpstr(report->rows[0].function, ==, "leaf");
    g_assert_cmpstr(report->rows[0].file, ==, "a//b/./l.go");
    g_assert_cmpint(report->rows[0].line, ==, 3);
    g_assert_cmpstr(report->rows[1].function, ==, "");
    g_assert_cmpstr(report->type, ==, "n");
    g_assert_cmpstr(report->unit, ==, "count");
}

/* --- bases --- */

static void test_bases(void)
{
    g_autoptr(profile_auto) old =
        fixture_stacks("100 grow main\n800 shrink main\n50 same main\n50 gone main\n");
    g_autoptr(profile_auto) new = fixture_stacks("900 grow main\n100 shrink main\n50 same main\n");
    static const char rows[] = "800 800 grow\n-700 -700 shrink\n-50 -50 gone\n0 50 main\n";
    struct top_options options = {.sample_index = -1, .base = old};
    g_autoptr(top_report_auto) absolute = build(new, &options);

    g_assert_cmpint(absolute->total, ==, 1550);
    check(new, &options, rows);
    options.diff_base = true;
    g_autoptr(top_report_auto) relative = build(new, &options);

    g_assert_cmpint(relative->total, ==, 1000);
    check(new, &options, rows);
}

static void test_base_of_itself(void)
{
    g_autoptr(profile_auto) p = fixture_stacks("100 f main\n5\n");
    struct top_options options = {.sample_index = -1, .base = p};
    g_autoptr(top_report_auto) absolute = build(p, &options);

    options.diff_base = true;
    g_autoptr(top_report_auto) relative = build(p, &options);

    g_assert_cmpuint(absolute->n_rows + relative->n_rows, ==, 0);
    g_assert_cmpint(absolute->total, ==, 0);
    g_assert_cmpint(relative->total, ==, 105);
}

static struct profile *typed(const char *type, const char *unit, const char *period, int64_t value)
{
    g_autoptr(fixture_auto) f = fixture_new();
    struct fixture_line line = {fixture_function(f, "f", "f.go", 0), 1};
    uint64_t location = fixture_location(f, 0, 1, &line, 1);

    fixture_type(f, type, unit);
    if (period != NULL)
        fixture_period(f, period, unit, 1);
    fixture_sample(f, &(struct fixture_sample){&location, 1, &value, 1, NULL, 0});
    return fixture_decode(f);
}

static void test_compatible(void)
{
    static const struct {
        const char *type, *unit, *period;
        bool ok;
        const char *rows;
    } cases[] = {
        {"space", "bytes", "space", true, "4096 4096 f\n"},
        {"space", "kb", "space", true, "4096 4096 f\n"},
        {"space", "ns", "space", false, NULL},
        {"other", "bytes", "space", false, NULL},
        {"space", "bytes", "time", false, NULL},
        {"space", "bytes", NULL, false, NULL},
    };
    g_autoptr(profile_auto) source = typed("space", "bytes", "spaces", 5120);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool kilo = strcmp(cases[i].unit, "kb") == 0;
        g_autoptr(profile_auto) base =
            typed(cases[i].type, cases[i].unit, cases[i].period, kilo ? 1 : 1024);
        const struct top_options options = {.sample_index = -1, .base = base};
        g_autoptr(GError) error = NULL;

        if (cases[i].ok) {
            check(source, &options, cases[i].rows);
            continue;
        }
        g_assert_null(top_build(source, &options, &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH);
    }
}

static void test_plus(void)
{
    g_autoptr(profile_auto) a = fixture_stacks("1 f main\n2 g\n"), b = fixture_stacks("5 f main\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(profile_auto) sum = merge_plus(a, b, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(sum->n_samples, ==, 2);
    g_assert_cmpint(sum->values[0], ==, 6);
    check(sum, &(struct top_options){.sample_index = -1}, "6 6 f\n2 2 g\n0 6 main\n");
}

/* The first one's mapping names the program, also when it is nameless for want of one. */
static void test_plus_without_mapping(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    g_autoptr(GError) error = NULL;

    fixture_type(f, "n", "count");
    fixture_mapping(f, 0x1000, 0x2000, "/bin/other", "");
    g_autoptr(profile_auto) bare = fixture_stacks("1 f main\n"), other = fixture_decode(f);
    g_autoptr(profile_auto) sum = merge_plus(bare, other, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(bare->n_mappings, ==, 0);
    g_assert_cmpstr(sum->mappings[0].filename, ==, "");
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
        g_autoptr(top_report_auto) report = build(p, &options);
        unsigned unmatched = 77;
        g_autoptr(profile_auto) filtered = filter_apply(p, &cases[i].filters, &unmatched, NULL);

        g_assert_cmpint(report->total, ==, 7); /* of all samples */
        g_assert_cmpuint(unmatched, ==, cases[i].unmatched);
        g_assert_cmpuint(report->unmatched, ==, cases[i].unmatched);
        check(p, &options, cases[i].rows);
        check(filtered, &(struct top_options){.sample_index = -1}, cases[i].rows);
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
        g_autoptr(top_report_auto) report = build(p, &options);

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

    check(p,
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

    check(p, &(struct top_options){.sample_index = -1},
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
    g_autoptr(top_report_auto) report = build(p, &(struct top_options){.sample_index = -1});

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

/* main.a with what it holds in two types; decoded. */
static struct profile *held(int64_t objects, int64_t bytes)
{
    g_autoptr(fixture_auto) f = fixture_new();

    fixture_type(f, "objects", "count");
    fixture_type(f, "space", "bytes");
    fixture_period(f, "space", "bytes", 1);
    uint64_t function = fixture_function(f, "main.a", "a.go", 0);
    uint64_t place = fixture_location(f, 0, 1, &(struct fixture_line){function, 1}, 1);

    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){place}, 1, (int64_t[]){objects, bytes},
                                               2, NULL, 0});
    g_autoptr(GByteArray) bytes_of = fixture_bytes(f);

    return profile_decode(bytes_of->data, bytes_of->len, NULL);
}

/* Scaled to the base's sums, one function alone is what it was: nothing is left. */
static void test_normalize(void)
{
    g_autoptr(profile_auto) profile = held(10, 400), base = held(5, 100);
    struct top_options options = top_options_of_tool();

    options.base = base;
    g_autoptr(top_report_auto) plain = top_build(profile, &options, NULL);

    options.normalize = true;
    g_autoptr(top_report_auto) normalized = top_build(profile, &options, NULL);

    g_assert_cmpuint(plain->n_rows, ==, 1);
    g_assert_cmpint(plain->rows[0].flat, ==, 300);
    g_assert_nonnull(normalized);
    g_assert_cmpuint(normalized->n_rows, ==, 0);
    g_assert_cmpint(normalized->total, ==, 0);
}

/* Sorted and cut by the sums; what stands there are means. */
static void test_mean(void)
{
    g_autoptr(fixture_auto) f = fixture_new();
    const int64_t values[][2] = {{10, 1000}, {1, 700}, {0, 30}, {-1, INT64_MIN}};

    fixture_type(f, "contentions", "count");
    fixture_type(f, "delay", "nanoseconds");
    for (uint64_t i = 1; i <= 3; i++) {
        fixture_function(f, i == 1 ? "often" : i == 2 ? "seldom" : "never", "", 0);
        fixture_location(f, 0, 0, &(struct fixture_line){i, 0}, 1);
        fixture_sample(f, &(struct fixture_sample){(uint64_t[]){i}, 1, values[i - 1], 2, NULL, 0});
    }
    g_autoptr(profile_auto) p = fixture_decode(f);
    struct top_options options = {.sample_index = -1, .mean = true};
    g_autoptr(top_report_auto) report = build(p, &options);

    g_assert_cmpstr(report->type, ==, "mean_delay");
    g_assert_cmpint(report->total, ==, 1730 / 11);
    check(p, &options, "100 100 often\n700 700 seldom\n30 30 never\n");
    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){3}, 1, values[3], 2, NULL, 0});
    g_autoptr(profile_auto) extreme = fixture_decode(f);
    g_autoptr(top_report_auto) wrapped = build(extreme, &options);

    g_assert_nonnull(wrapped);
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
    g_test_add_func("/pprof/top/bases", test_bases);
    g_test_add_func("/pprof/top/base-of-itself", test_base_of_itself);
    g_test_add_func("/pprof/top/compatible", test_compatible);
    g_test_add_func("/pprof/top/plus", test_plus);
    g_test_add_func("/pprof/top/plus-without-mapping", test_plus_without_mapping);
    g_test_add_func("/pprof/top/filters", test_filters);
    g_test_add_func("/pprof/top/filter-check", test_filter_check);
    g_test_add_func("/pprof/top/tag-filters", test_tag_filters);
    g_test_add_func("/pprof/top/tag-names", test_tag_names);
    g_test_add_func("/pprof/top/bad-pattern", test_bad_pattern);
    g_test_add_func("/pprof/top/not-utf8", test_not_utf8);
    g_test_add_func("/pprof/top/drop-frames", test_drop_frames);
    g_test_add_func("/pprof/top/slow-drop-frames", test_slow_drop_frames);
    g_test_add_func("/pprof/top/normalize", test_normalize);
    g_test_add_func("/pprof/top/mean", test_mean);
    g_test_add_func("/pprof/top/peek", test_peek);
    return g_test_run();
}
