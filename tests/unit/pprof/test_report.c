#include "fixture.h"

#include "pprof/report_text.h"

#include <string.h>

/*
 * Whole reports over one small profile. The texts are what go tool pprof of
 * Go 1.26 prints for it; SIDESCOPE_SAVE_REPORT_PROFILE=FILE writes the profile
 * to compare again.
 */

static struct fixture *shop(void)
{
    struct fixture *f = fixture_new();
    const int64_t values[][2] = {{3, 3 << 20}, {40, 40 << 10}, {1, 700}, {-2, -5000}};
    const struct fixture_label labels[] = {{.key = "tenant", .str = "acme"},
                                           {.key = "bytes", .num = 65536},
                                           {.key = "bytes", .num = 512, .unit = "bytes"}};

    fixture_type(f, "inuse_objects", "count");
    fixture_type(f, "inuse_space", "bytes");
    fixture_period(f, "space", "bytes", 524288);
    uint64_t app = fixture_mapping(f, 0x400000, 0x600000, "/srv/bin/shop", "c0ffee");
    uint64_t main_fn = fixture_function(f, "main.main", "/src/main.go", 10);
    uint64_t serve = fixture_function(f, "main.(*Shop).serve", "/src/shop.go", 20);
    uint64_t grow = fixture_function(f, "main.grow[...]", "/src/./grow.go", 30);
    uint64_t root = fixture_location(f, app, 0x400100, &(struct fixture_line){main_fn, 12}, 1);
    uint64_t both =
        fixture_location(f, app, 0x400200, (struct fixture_line[]){{grow, 33}, {serve, 25}}, 2);
    uint64_t plain = fixture_location(f, app, 0x400300, &(struct fixture_line){serve, 27}, 1);
    uint64_t bare = fixture_location(f, app, 0x400400, NULL, 0);

    fixture_sample(f,
                   &(struct fixture_sample){(uint64_t[]){both, root}, 2, values[0], 2, labels, 2});
    fixture_sample(
        f, &(struct fixture_sample){(uint64_t[]){plain, root}, 2, values[1], 2, &labels[2], 1});
    fixture_sample(f,
                   &(struct fixture_sample){(uint64_t[]){bare, plain}, 2, values[2], 2, NULL, 0});
    fixture_sample(f, &(struct fixture_sample){(uint64_t[]){root}, 1, values[3], 2, labels, 1});
    fixture_number(f, 9, INT64_C(1700000000123000000));
    fixture_number(f, 10, INT64_C(90500000000));
    fixture_text(f, 13, "nightly run");
    fixture_text(f, 13, "# hidden");
    fixture_text(f, 15, "https://example.com/shop");
    return f;
}

#define HEADER                                                                                     \
    "File: shop\nBuild ID: c0ffee\nnightly run\nType: inuse_space\n"                               \
    "Doc: https://example.com/shop\nTime: 2023-11-14 22:13:20 UTC\n"

static const struct {
    enum report_kind kind;
    struct filter_options filters;
    const char *text;
} cases[] = {
    {REPORT_TOP,
     {.focus = NULL},
     "before\n" HEADER "Duration: 90.50s, Total samples = 3117.57kB \n"
     "Showing nodes accounting for 3107.12kB, 99.66% of 3117.57kB total\n"
     "Dropped 1 node (cum <= 15.59kB)\n"
     "      flat  flat%   sum%        cum   cum%\n"
     "    3072kB 98.54% 98.54%     3072kB 98.54%  main.grow[...] (inline)\n"
     "      40kB  1.28% 99.82%  3112.68kB 99.84%  main.(*Shop).serve\n"
     "   -4.88kB  0.16% 99.66%  3107.12kB 99.66%  main.main\n"},
    {REPORT_TOP,
     {.focus = "serve", .hide = "grow"},
     "before\n" HEADER "Duration: 90.50s, Total samples = 3.04MB \n"
     "Active filters:\n"
     "   focus=serve\n"
     "   hide=grow\n"
     "Showing nodes accounting for 3.04MB, 99.82% of 3.04MB total\n"
     "Dropped 1 node (cum <= 0.02MB)\n"
     "      flat  flat%   sum%        cum   cum%\n"
     "    3.04MB 99.82% 99.82%     3.04MB 99.84%  main.(*Shop).serve\n"
     "         0     0% 99.82%     3.04MB 99.82%  main.main\n"},
    {REPORT_TREE,
     {.focus = NULL},
     "before\n" HEADER "Duration: 90.50s, Total samples = 3117.57kB \n"
     "Showing nodes accounting for 3107.12kB, 99.66% of 3117.57kB total\n"
     "Dropped 1 node (cum <= 15.59kB)\n"
     "----------------------------------------------------------+-------------\n"
     "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n"
     "----------------------------------------------------------+-------------\n"
     "                                            3072kB   100% |   main.(*Shop).serve (inline)\n"
     "    3072kB 98.54% 98.54%     3072kB 98.54%                | main.grow[...]\n"
     "----------------------------------------------------------+-------------\n"
     "                                            3112kB   100% |   main.main\n"
     "      40kB  1.28% 99.82%  3112.68kB 99.84%                | main.(*Shop).serve\n"
     "                                            3072kB 98.69% |   main.grow[...] (inline)\n"
     "----------------------------------------------------------+-------------\n"
     "   -4.88kB  0.16% 99.66%  3107.12kB 99.66%                | main.main\n"
     "                                            3112kB 100.16% |   main.(*Shop).serve\n"
     "----------------------------------------------------------+-------------\n"},
    {REPORT_PEEK,
     {.focus = NULL},
     "before\n" HEADER "Duration: 90.50s, Total samples = 3117.57kB \n"
     "Showing nodes accounting for 3107.80kB, 99.69% of 3117.57kB total\n"
     "----------------------------------------------------------+-------------\n"
     "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n"
     "----------------------------------------------------------+-------------\n"
     "                                            3112kB   100% |   main.main\n"
     "      40kB  1.28%  1.28%  3112.68kB 99.84%                | main.(*Shop).serve\n"
     "                                            3072kB 98.69% |   main.grow[...] (inline)\n"
     "                                            0.68kB 0.022% |   [shop]\n"
     "----------------------------------------------------------+-------------\n"
     "                                            0.68kB   100% |   main.(*Shop).serve\n"
     "    0.68kB 0.022%  1.30%     0.68kB 0.022%                | [shop]\n"
     "----------------------------------------------------------+-------------\n"},
    {REPORT_TRACES,
     {.focus = NULL},
     "before\n" HEADER "Duration: 90.50s, Total samples = 3.04MB \n"
     "-----------+-------------------------------------------------------\n"
     "    tenant:  acme\n"
     "     bytes:  64kB\n"
     "       3MB   main.grow[...] (inline)\n"
     "             main.(*Shop).serve\n"
     "             main.main\n"
     "-----------+-------------------------------------------------------\n"
     "     bytes:  512B\n"
     "      40kB   main.(*Shop).serve\n"
     "             main.main\n"
     "-----------+-------------------------------------------------------\n"
     "      700B   [shop]\n"
     "             main.(*Shop).serve\n"
     "-----------+-------------------------------------------------------\n"
     "    tenant:  acme\n"
     "   -4.88kB   main.main\n"
     "-----------+-------------------------------------------------------\n"},
    {REPORT_TAGS,
     {.focus = NULL},
     "before\n"
     " bytes: Total 3.04MB of 3.04MB (99.82%)\n"
     "         3MB (98.54%): 64kB\n"
     "        40kB ( 1.28%): 512B\n"
     "\n"
     " tenant: Total 3MB of 3.04MB (98.38%)\n"
     "         3MB (98.38%): acme\n"
     "\n"},
    {REPORT_RAW,
     {.focus = NULL},
     "before\n"
     "Comment: nightly run\n"
     "Comment: # hidden\n"
     "Doc: https://example.com/shop\n"
     "PeriodType: space bytes\n"
     "Period: 524288\n"
     "Time: 2023-11-14 22:13:20.123 +0000 UTC\n"
     "Duration: 1m30\n"
     "Samples:\n"
     "inuse_objects/count inuse_space/bytes\n"
     "          3    3145728: 2 1 \n"
     "                tenant:[acme]\n"
     "                bytes:[65536]\n"
     "         40      40960: 3 1 \n"
     "                bytes:[512 bytes]\n"
     "          1        700: 4 3 \n"
     "         -2      -5000: 1 \n"
     "                tenant:[acme]\n"
     "Locations\n"
     "     1: 0x400100 M=1 main.main /src/main.go:12:0 s=10\n"
     "     2: 0x400200 M=1 main.grow[...] /src/./grow.go:33:0 s=30\n"
     "             main.(*Shop).serve /src/shop.go:25:0 s=20\n"
     "     3: 0x400300 M=1 main.(*Shop).serve /src/shop.go:27:0 s=20\n"
     "     4: 0x400400 M=1 \n"
     "Mappings\n"
     "1: 0x400000/0x600000/0x0 /srv/bin/shop c0ffee [FN]\n"},
};

static void test_texts(void)
{
    g_autoptr(fixture_auto) f = shop();
    g_autoptr(profile_auto) p = fixture_decode(f);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct report_options options = report_options_of_tool(cases[i].kind);
        g_autoptr(GString) out = g_string_new("before\n");
        g_autoptr(GError) error = NULL;

        options.top.filters = &cases[i].filters;
        options.pattern = "serve|shop";
        g_assert_true(report_text(out, p, &options, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(out->str, ==, cases[i].text);
    }
}

/* Each kind tells on its way which filters found nothing. */
static void test_unmatched(void)
{
    g_autoptr(fixture_auto) f = shop();
    g_autoptr(profile_auto) p = fixture_decode(f);
    const struct filter_options filters = {.focus = "serve", .hide = "no such function"};

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct report_options options = report_options_of_tool(cases[i].kind);
        g_autoptr(GString) out = g_string_new(NULL);
        unsigned unmatched = 0;

        options.top.filters = &filters;
        options.top.unmatched = &unmatched;
        options.pattern = "serve";
        g_assert_true(report_text(out, p, &options, NULL));
        g_assert_cmpuint(unmatched, ==, FILTER_UNMATCHED_HIDE);
    }
}

static void test_errors(void)
{
    static const struct {
        const char *pattern, *focus, *word;
    } cases_of_errors[] = {
        {"nobody", NULL, "no matches found for regexp: nobody"},
        {"a(", NULL, "parsing argument regexp"},
        {"a", "b(", "parsing focus regexp"},
    };
    g_autoptr(profile_auto) p = fixture_stacks("1 f main\n");

    for (size_t i = 0; i < G_N_ELEMENTS(cases_of_errors); i++) {
        struct report_options options = report_options_of_tool(REPORT_PEEK);
        const struct filter_options filters = {.focus = cases_of_errors[i].focus};
        g_autoptr(GString) out = g_string_new("before");
        g_autoptr(GError) error = NULL;

        options.pattern = cases_of_errors[i].pattern;
        options.top.filters = &filters;
        g_assert_false(report_text(out, p, &options, &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID);
        g_assert_nonnull(strstr(error->message, cases_of_errors[i].word));
        g_assert_cmpstr(out->str, ==, "before");
    }
}

static void save_profile(const char *path)
{
    g_autoptr(fixture_auto) f = shop();
    g_autoptr(GByteArray) bytes = fixture_bytes(f);

    g_assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
}

int main(int argc, char **argv)
{
    const char *save = g_getenv("SIDESCOPE_SAVE_REPORT_PROFILE");

    g_test_init(&argc, &argv, NULL);
    if (save != NULL)
        save_profile(save);
    g_test_add_func("/pprof/report/texts", test_texts);
    g_test_add_func("/pprof/report/errors", test_errors);
    g_test_add_func("/pprof/report/unmatched", test_unmatched);
    return g_test_run();
}
