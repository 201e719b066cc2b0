#include "fuzz.h"

#include "pprof/calltree.h"
#include "pprof/diff.h"
#include "pprof/encode.h"
#include "pprof/goroutines.h"
#include "pprof/limits.h"
#include "pprof/merge.h"
#include "pprof/report_text.h"

/*
 * profile_decode() and everything that is asked of a profile that was accepted: one thing for each
 * input, which its last byte chooses (fuzz.h), so that an execution takes milliseconds.
 */

enum {
    N_KINDS = REPORT_DOT + 1,
    N_REPORTS = 3 * N_KINDS,      /* as it is, filtered, less itself */
    MAX_BYTES = 16 * 1024 * 1024, /* inflated; a bomb of half a GB only takes time */
};

static const struct filter_options filters = {
    .focus = "a|m", .hide = "b", .show_from = "m", .tag_focus = "1:", .prune_from = "x"};

/* What a report is made with, taken from the profile itself. */
static struct report_options options_of(enum report_kind kind, const struct profile *profile)
{
    struct report_options options = report_options_of_tool(kind);

    options.top.granularity = (enum top_granularity)(profile->n_samples % 5);
    options.top.no_inlines = profile->n_functions % 3 == 0;
    options.top.node_count = profile->n_locations % 4;
    options.top.diff_base = profile->n_mappings % 2 == 0;
    options.dialect = profile->n_labels % 2 == 0 ? REPORT_DIALECT_GO_1_26 : REPORT_DIALECT_GO_1_19;
    options.pattern = "m";
    return options;
}

static void run_report(const struct profile *profile, unsigned choice)
{
    g_autoptr(GString) out = g_string_new(NULL);
    struct report_options options = options_of((enum report_kind)(choice % N_KINDS), profile);
    const unsigned way = choice / N_KINDS;

    options.top.filters = way == 1 ? &filters : NULL;
    options.top.base = way == 2 ? profile : NULL;
    report_text(out, profile, &options, NULL);
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

static void run_tree(const struct profile *profile)
{
    const struct calltree_options tree = {
        .sample_index = -1, .granularity = TOP_LINES, .base = profile, .filters = &filters};

    calltree_free(calltree_build(profile, &tree, NULL));
}

static void run_diff(const struct profile *profile)
{
    const struct diff_options diff = {.granularity = TOP_FILES, .filters = &filters};

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

static void run_packed_reports(const struct profile *packed, const struct profile *profile)
{
    const struct report_options options = report_options_of_tool(REPORT_TREE);
    const struct calltree_options tree = {.sample_index = -1};
    g_autoptr(GString) a = g_string_new(NULL), b = g_string_new(NULL);

    g_assert_true(report_text(a, packed, &options, NULL) ==
                  report_text(b, profile, &options, NULL));
    g_assert_cmpstr(a->str, ==, b->str);
    calltree_free(calltree_build(packed, &tree, NULL));
}

/* Accepted or not, and whatever is in it: the same with stacks that stay packed. */
static void run_packed(const struct profile *profile, const uint8_t *data, size_t n)
{
    GByteArray *bytes = g_byte_array_append(g_byte_array_new(), data, (guint)n);
    g_autoptr(profile_auto) packed = profile_decode_packed(bytes, NULL);

    g_assert_true((packed == NULL) == (profile == NULL));
    if (packed == NULL)
        return;
    run_packed_reports(packed, profile);
    profile_unpack(packed);
    g_assert_cmpuint(packed->n_frames, ==, profile->n_frames);
    for (size_t i = 0; i < profile->n_frames; i++)
        g_assert_cmpuint(packed->frames[i], ==, profile->frames[i]);
}

static void run_goroutines(const struct profile *profile)
{
    goroutine_dump_unref(goroutine_dump_from_profile(profile, NULL));
}

static void (*const questions[])(const struct profile *) = {run_queries, run_tree, run_diff,
                                                            run_encode, run_goroutines};

G_STATIC_ASSERT(FUZZ_CHOICES == N_REPORTS + G_N_ELEMENTS(questions) + 1);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    const unsigned choice = data[n - 1] % FUZZ_CHOICES;

    limits_set_bytes(MAX_BYTES);
    g_autoptr(profile_auto) profile = profile_decode(data, n - 1, NULL);

    if (choice == FUZZ_CHOICES - 1)
        run_packed(profile, data, n - 1);
    if (profile == NULL || choice == FUZZ_CHOICES - 1)
        return 0;
    if (choice < N_REPORTS)
        run_report(profile, choice);
    else
        questions[choice - N_REPORTS](profile);
    return 0;
}
