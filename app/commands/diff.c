#include "app/commands/diff.h"

#include "app/commands/profile_run.h"
#include "app/profiles/profile_diff.h"

#include <string.h>

static const double default_fraction = 0.005; /* as top leaves out what is small */
enum { DEFAULT_ROWS = 40 };

static const struct profile_usage usage = {
    .words = "BEFORE AFTER",
    .summary = "What grew between two profiles, by function; AFTER may be a running process.\n"
               "-nodefraction (0.005) leaves out changes below that part of the larger total,\n"
               "-nodecount (40) the smallest ones beyond so many.",
    .epilogue = "diff says 0 when no function grew that much, and 1 when one did.",
};

struct run {
    struct profile_flags flags;
    struct profile_gathered before, after;
    struct filter_options filters;
    struct diff_options options;
};

static bool choose_type(struct run *run, GError **error)
{
    int index = -1;

    if (!profile_flags_sample_index(&run->flags, run->after.profile, &index, error))
        return false;
    if (index >= 0)
        run->options.sample_type = run->after.profile->sample_types[index].type;
    return true;
}

static bool load_word(const struct run *run, guint word, struct profile_gathered *ret,
                      int *ret_status)
{
    g_autoptr(GPtrArray) one = g_ptr_array_new();

    g_ptr_array_add(one, run->flags.words->pdata[word]);
    return profile_run_load(&run->flags, one, 0, ret, ret_status);
}

static bool load(struct run *run, int *ret_status)
{
    const GPtrArray *words = run->flags.words;
    g_autoptr(GError) error = NULL;

    *ret_status = PROFILE_EXIT_UNABLE;
    if (profile_run_refuses(&run->flags))
        return false;
    if (words->len != 2 || run->flags.base->len > 0 || run->flags.diff_base->len > 0) {
        profile_run_complain("say what to compare: sidescope diff BEFORE AFTER");
        return false;
    }
    if (!load_word(run, 0, &run->before, ret_status) || !load_word(run, 1, &run->after, ret_status))
        return false;
    run->filters = profile_flags_filters(&run->flags);
    run->options = (struct diff_options){
        .granularity = (enum top_granularity)run->flags.granularity,
        .no_inlines = run->flags.no_inlines,
        .sort_cum = run->flags.sort_cum,
        .filters = &run->filters,
    };
    *ret_status = PROFILE_EXIT_UNABLE;
    if (choose_type(run, &error))
        return true;
    profile_run_complain(error->message);
    return false;
}

static int print(const struct run *run)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(diff_report_auto) report =
        diff_build(run->before.profile, run->after.profile, &run->options, &error);

    if (report == NULL) {
        profile_run_complain(error->message);
        return PROFILE_EXIT_UNABLE;
    }
    const struct profile_flags *flags = &run->flags;
    double fraction = flags->node_fraction >= 0 ? flags->node_fraction : default_fraction;
    struct profile_diff_options options = (struct profile_diff_options){
        .by_cum = flags->sort_cum,
        .min_fraction = flags->trim ? fraction : 0,
        .max_rows = !flags->trim             ? 0
                    : flags->node_count >= 0 ? (size_t)flags->node_count
                                             : DEFAULT_ROWS,
        .only_growth = flags->drop_negative,
        .unit = flags->unit,
        .before = run->before.origins->pdata[0],
        .after = run->after.origins->pdata[0],
    };
    struct profile_json_source before = profile_run_json_source(&run->before);
    struct profile_json_source after = profile_run_json_source(&run->after);
    g_autofree char *text = run->flags.json ? profile_diff_json(report, &options, &before, &after)
                                            : profile_diff_text(report, &options);

    if (report->other_program)
        profile_run_complain("the two are of different programs or builds: functions are compared "
                             "by name");
    int status = profile_run_write(&run->flags, text, strlen(text));

    return status == PROFILE_EXIT_FINE && profile_diff_grew(report, &options)
               ? PROFILE_EXIT_DIFFERENT
               : status;
}

int command_diff(int argc, char **argv)
{
    struct run run = {0};
    int status;

    (void)argc;
    if (profile_run_begin(argv, &usage, &run.flags, &status) && load(&run, &status))
        status = print(&run);
    profile_gathered_clear(&run.before);
    profile_gathered_clear(&run.after);
    profile_flags_clear(&run.flags);
    return status;
}
