#include "fixture.h"

#include "pprof/diff.h"

#include <string.h>

static char *table(const struct diff_report *report)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < report->n_rows; i++) {
        const struct diff_row *r = &report->rows[i];

        g_string_append_printf(out,
                               "%s %" G_GINT64_FORMAT ">%" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                               ">%" G_GINT64_FORMAT "\n",
                               r->name, (gint64)r->before_flat, (gint64)r->after_flat,
                               (gint64)r->before_cum, (gint64)r->after_cum);
    }
    return g_string_free(out, FALSE);
}

static void check(const struct profile *before, const struct profile *after,
                  const struct diff_options *options, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(diff_report_auto) report = diff_build(before, after, options, &error);

    g_assert_no_error(error);
    g_autofree char *rows = table(report);

    g_assert_cmpstr(rows, ==, expected);
}

static void test_rows(void)
{
    g_autoptr(profile_auto) before =
        fixture_stacks("100 grow main\n800 shrink main\n50 same main\n50 gone main\n");
    g_autoptr(profile_auto) after =
        fixture_stacks("900 grow main\n100 shrink main\n50 same main\n7 fresh main\n");

    check(before, after, &(struct diff_options){0},
          "grow 100>900 100>900\nshrink 800>100 800>100\ngone 50>0 50>0\nfresh 0>7 0>7\n"
          "main 0>0 1000>1057\n");
    check(before, after, &(struct diff_options){.sort_cum = true},
          "grow 100>900 100>900\nshrink 800>100 800>100\nmain 0>0 1000>1057\ngone 50>0 50>0\n"
          "fresh 0>7 0>7\n");
    check(before, before, &(struct diff_options){0}, "");
}

static struct profile *program(const char *build_id, const char *unit, int64_t value)
{
    g_autoptr(fixture_auto) f = fixture_new();
    uint64_t mapping = fixture_mapping(f, 0x1000, 0x2000, "/bin/app", build_id);
    struct fixture_line line = {fixture_function(f, "f", "f.go", 0), 1};
    uint64_t location = fixture_location(f, mapping, 0x1001, &line, 1);

    fixture_type(f, "space", unit);
    fixture_sample(f, &(struct fixture_sample){&location, 1, &value, 1, NULL, 0});
    return fixture_decode(f);
}

static void test_programs_and_units(void)
{
    g_autoptr(profile_auto) before = program("aa", "kb", 2);
    g_autoptr(profile_auto) after = program("bb", "bytes", 5000);
    g_autoptr(profile_auto) time = program("bb", "ns", 5000);
    g_autoptr(GError) error = NULL;
    g_autoptr(diff_report_auto) report =
        diff_build(before, after, &(struct diff_options){0}, &error);

    g_assert_no_error(error);
    g_assert_true(report->other_program);
    g_assert_cmpint(report->rows[0].before_flat, ==, 2048);
    g_assert_cmpint(report->before_total, ==, 2048);
    g_assert_cmpint(report->after_total, ==, 5000);
    g_assert_cmpstr(report->unit, ==, "bytes");
    g_assert_null(diff_build(before, time, &(struct diff_options){0}, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH);
    g_clear_error(&error);
    g_assert_null(diff_build(before, after, &(struct diff_options){.sample_type = "cpu"}, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_MISMATCH);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pprof/diff/rows", test_rows);
    g_test_add_func("/pprof/diff/programs-and-units", test_programs_and_units);
    return g_test_run();
}
