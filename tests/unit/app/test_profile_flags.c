/* Flags as go tool pprof spells them, and that nobody forgot to document one. */

#include "app/commands/profile_flags.h"
#include "app/profiles/profile_source.h"

#include <string.h>

static void parse(struct profile_flags *flags, const char *line)
{
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_autoptr(GError) error = NULL;

    profile_flags_init(flags);
    profile_flags_parse(flags, (const char *const *)argv, &error);
    g_assert_no_error(error);
}

static void test_spellings(void)
{
    static const char *const lines[] = {
        "-cum -focus=main -nodecount=3 heap",
        "--cum --focus=main --nodecount=3 heap",
        "heap -cum -focus main -nodecount 3",
        "-cum=true -focus main heap -nodecount=3",
        "-sort=cum -focus=x -focus=main -nodecount 3 -- heap",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        struct profile_flags flags;

        g_test_message("%s", lines[i]);
        parse(&flags, lines[i]);
        g_assert_cmpint(flags.sort_cum, ==, 1);
        g_assert_cmpstr(flags.focus, ==, "main");
        g_assert_cmpint(flags.node_count, ==, 3);
        g_assert_cmpuint(flags.words->len, ==, 1);
        g_assert_cmpstr(flags.words->pdata[0], ==, "heap");
        profile_flags_clear(&flags);
    }
}

static void test_words(void)
{
    struct profile_flags flags;

    parse(&flags, "- a -- -b -cum");
    g_assert_cmpuint(flags.words->len, ==, 4);
    g_assert_cmpstr(flags.words->pdata[0], ==, "-");
    g_assert_cmpstr(flags.words->pdata[3], ==, "-cum");
    g_assert_cmpint(flags.sort_cum, ==, 0);
    profile_flags_clear(&flags);
}

static void test_values(void)
{
    struct profile_flags flags;

    parse(&flags, "-lines -alloc_space -base a --base=b -nodefraction=0.25 -trim=false -focus -x "
                  "-symbolize none -o out -noinlines=0 -total_delay=false");
    g_assert_cmpint(flags.granularity, ==, TOP_LINES);
    g_assert_cmpstr(flags.short_type, ==, "alloc_space");
    g_assert_null(flags.sample_index);
    g_assert_cmpuint(flags.base->len, ==, 2);
    g_assert_cmpstr(flags.base->pdata[1], ==, "b");
    g_assert_cmpfloat(flags.node_fraction, ==, 0.25);
    g_assert_cmpint(flags.trim, ==, 0);
    g_assert_cmpstr(flags.focus, ==, "-x");
    g_assert_cmpstr(flags.output, ==, "out");
    g_assert_cmpint(flags.no_inlines, ==, 0);
    profile_flags_clear(&flags);
}

static void test_refuses(void)
{
    static const char *const lines[] = {"-nope",
                                        "-focus",
                                        "-nodecount=x",
                                        "-nodecount=-2",
                                        "-cum=perhaps",
                                        "-granularity=cum",
                                        "-nodefraction=-1",
                                        "-nodefraction=nan",
                                        "-divide_by=0",
                                        "---cum"};

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        const char *argv[] = {lines[i], NULL};
        struct profile_flags flags;
        g_autoptr(GError) error = NULL;

        profile_flags_init(&flags);
        g_assert_false(profile_flags_parse(&flags, argv, &error));
        g_assert_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_USAGE);
        profile_flags_clear(&flags);
    }
}

static void test_report_options(void)
{
    struct profile_flags flags;

    parse(&flags, "-trim=false -lines -cum -hide=h -unit=mb -diff_base x");
    struct filter_options filters = profile_flags_filters(&flags);
    struct report_options tree = profile_flags_report(&flags, REPORT_TREE, &filters);

    g_assert_cmpuint(tree.top.node_count, ==, 0);
    g_assert_cmpfloat(tree.top.node_fraction, ==, 0);
    g_assert_cmpint(tree.top.granularity, ==, TOP_LINES);
    g_assert_true(tree.top.sort_cum);
    g_assert_true(tree.top.diff_base);
    g_assert_cmpstr(tree.unit, ==, "mb");
    g_assert_cmpstr(tree.top.filters->hide, ==, "h");
    profile_flags_clear(&flags);
    parse(&flags, "-mean_delay -normalize");
    tree = profile_flags_report(&flags, REPORT_TREE, NULL);
    g_assert_true(tree.top.mean);
    g_assert_true(tree.top.normalize);
    profile_flags_clear(&flags);
    parse(&flags, "");
    tree = profile_flags_report(&flags, REPORT_TREE, NULL);
    g_assert_false(tree.top.mean);
    g_assert_cmpuint(tree.top.node_count, ==, 80);
    g_assert_cmpfloat(tree.top.node_fraction, ==, 0.005);
    profile_flags_clear(&flags);
}

/* Every flag that --help shows stands in the file, behind what introduces it there. */
static void check_documented(const char *path, const char *before)
{
    g_autofree char *file = g_build_filename(SIDESCOPE_SOURCE_DIR, path, NULL);
    g_autofree char *text = NULL;
    size_t n;
    const struct profile_flag *table = profile_flag_table(&n);

    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    for (size_t i = 0; i < n; i++) {
        g_autofree char *word = g_strconcat(before, table[i].name, NULL);

        if (*table[i].help != '\0' && strstr(text, word) == NULL)
            g_error("%s does not mention -%s", path, table[i].name);
    }
}

static void test_documented(void)
{
    size_t n;
    const struct profile_flag *table = profile_flag_table(&n);
    g_autofree char *help = profile_flags_help();

    for (size_t i = 0; i < n; i++) {
        g_autofree char *row = g_strconcat("  -", table[i].name, NULL);

        g_assert_true(*table[i].help == '\0' || strstr(help, row) != NULL);
    }
    check_documented("assets/sidescope.1", "\\-");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-flags/spellings", test_spellings);
    g_test_add_func("/profile-flags/words", test_words);
    g_test_add_func("/profile-flags/values", test_values);
    g_test_add_func("/profile-flags/refuses", test_refuses);
    g_test_add_func("/profile-flags/report-options", test_report_options);
    g_test_add_func("/profile-flags/documented", test_documented);
    return g_test_run();
}
