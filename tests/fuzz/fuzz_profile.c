#include "fuzz.h"

#include "pprof/calltree.h"
#include "pprof/diff.h"
#include "pprof/encode.h"
#include "pprof/goroutines.h"
#include "pprof/merge.h"
#include "pprof/report_text.h"

/* profile_decode() and everything that is asked of a profile that was accepted. */

static void run_reports(const struct profile *profile, const struct profile *base,
                        const struct filter_options *filters)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (int kind = REPORT_TOP; kind <= REPORT_RAW; kind++) {
        struct report_options options = report_options_of_tool((enum report_kind)kind);

        options.top.granularity = (enum top_granularity)(profile->n_samples % 5);
        options.top.no_inlines = profile->n_functions % 3 == 0;
        options.top.node_count = profile->n_locations % 4;
        options.top.base = base;
        options.top.diff_base = profile->n_mappings % 2 == 0;
        options.top.filters = filters;
        options.dialect =
            profile->n_labels % 2 == 0 ? REPORT_DIALECT_GO_1_26 : REPORT_DIALECT_GO_1_19;
        options.pattern = "m";
        report_text(out, profile, &options, NULL);
    }
}

static void run_queries(const struct profile *profile)
{
    const struct top_options options = top_options_of_tool();
    g_autoptr(top_report_auto) report = top_build(profile, &options, NULL);

    if (report == NULL || report->n_rows == 0)
        return;
    g_autoptr(top_peek_auto) peek = top_peek_build(profile, &options, report->rows[0].name, NULL);

    g_assert_nonnull(peek);
}

static void run_trees(const struct profile *profile, const struct filter_options *filters)
{
    const struct calltree_options tree = {
        .sample_index = -1, .granularity = TOP_LINES, .base = profile, .filters = filters};
    const struct diff_options diff = {.granularity = TOP_FILES, .filters = filters};

    calltree_free(calltree_build(profile, &tree, NULL));
    diff_report_free(diff_build(profile, profile, &diff, NULL));
}

/* What was accepted can be written, and what was written is accepted. */
static void run_encode(const struct profile *profile)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = profile_encode(profile, &error);

    g_assert_no_error(error);
    profile_unref(profile_decode(bytes->data, bytes->len, &error));
    g_assert_no_error(error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct filter_options filters = {
        .focus = "a|m", .hide = "b", .show_from = "m", .tag_focus = "1:", .prune_from = "x"};
    g_autoptr(profile_auto) profile = profile_decode(data, n, NULL);

    if (profile == NULL)
        return 0;
    run_queries(profile);
    run_encode(profile);
    run_trees(profile, &filters);
    run_reports(profile, NULL, NULL);
    run_reports(profile, NULL, &filters);
    run_reports(profile, profile, NULL);
    goroutine_dump_unref(goroutine_dump_from_profile(profile, NULL));
    return 0;
}
