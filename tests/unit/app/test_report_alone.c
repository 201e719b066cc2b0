/*
 * The triage, its report and the lists need no terminal and no network: this
 * test is linked with neither.
 */

#include "app/lists/file_lists.h"
#include "app/report/report.h"
#include "tests/unit/app/triage_fixture.h"

#include <string.h>

/* In all three forms. */
static void test_report(void)
{
    struct triage_fixture f;

    fixture_healthy(&f);
    fixture_add_group(&f, "/home/u/.claude/a.jsonl", FD_REG, 900, 700);
    struct triage_result *result = fixture_evaluate(&f);
    const struct triage_report report = {
        .input = &f.input, .result = result, .system = "", .host = "", .backend = ""};
    g_autofree char *text = triage_report_text(&report, true);
    g_autofree char *markdown = triage_report_markdown(&report, true);
    g_autofree char *json = triage_report_json(&report);

    g_assert_nonnull(strstr(text, "a.jsonl"));
    g_assert_nonnull(strstr(markdown, "a.jsonl"));
    g_assert_nonnull(strstr(json, "a.jsonl"));
    triage_result_free(result);
}

static void test_list(void)
{
    struct triage_fixture f;
    const struct listing_columns shown = {{PATH_COUNT, PATH_GROWTH, PATH_TYPE, PATH_TEXT}, 4};
    struct listing_reader reader;
    g_autoptr(GString) out = g_string_new(NULL);

    fixture_healthy(&f);
    f.files.n_groups = 0;
    fixture_add_group(&f, "/home/u/.claude/a.jsonl", FD_REG, 900, 700);
    const struct files_list list = {&f.files, &f.thresholds};

    listing_reader_init(&reader);
    listing_tsv_row(&reader, &paths_listing, &shown, &list, 0, true, out);
    listing_reader_clear(&reader);
    g_assert_cmpstr(out->str, ==, "900\t+700\tREG\t/home/u/.claude/a.jsonl\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/report-alone/report", test_report);
    g_test_add_func("/report-alone/list", test_list);
    return g_test_run();
}
