#include "app/commands/report.h"

#include "app/commands/profile_run.h"
#include "app/profile_json.h"
#include "app/source_files.h"

#include <string.h>

static const struct kind {
    const char *name;
    enum report_kind kind;
    bool has_pattern; /* the first word is a regular expression */
    struct profile_usage usage;
} kinds[] = {
    {"top", REPORT_TOP, false, {"[SOURCE...]", "Functions by weight, as go tool pprof -top.", ""}},
    {"peek",
     REPORT_PEEK,
     true,
     {"REGEX [SOURCE...]", "Callers and callees of functions that match, as go tool pprof -peek.",
      ""}},
    {"list",
     REPORT_LIST,
     true,
     {"REGEX [SOURCE...]", "Source lines of functions that match, as go tool pprof -list.", ""}},
    {"tree",
     REPORT_TREE,
     false,
     {"[SOURCE...]", "Every function with callers and callees, as go tool pprof -tree.", ""}},
    {"traces", REPORT_TRACES, false, {"[SOURCE...]", "All stacks, as go tool pprof -traces.", ""}},
    {"tags",
     REPORT_TAGS,
     false,
     {"[SOURCE...]", "Labels and their values, as go tool pprof -tags.", ""}},
    {"raw",
     REPORT_RAW,
     false,
     {"[SOURCE...]", "Everything in the profile, as go tool pprof -raw.", ""}},
};

static const struct kind *find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

struct run {
    const struct kind *kind;
    struct profile_flags flags;
    struct profile_gathered input, base;
    struct filter_options filters;
    struct report_options options;
};

/* Edges and samples stay sums, and a document has no words to say so; its numbers are exact. */
static bool refuses_json(const struct run *run)
{
    bool mean = run->options.top.mean && run->kind->kind != REPORT_TOP;
    bool divided = run->options.divide_by != 1;

    if (run->flags.json && mean)
        profile_run_complain("-mean with -json is for top alone");
    else if (run->flags.json && divided)
        profile_run_complain("-divide_by is not for -json");
    return run->flags.json && (mean || divided);
}

static bool load(struct run *run, int *ret_status)
{
    const GPtrArray *words = run->flags.words;
    g_autoptr(GError) error = NULL;

    *ret_status = PROFILE_EXIT_UNABLE;
    if (run->kind->has_pattern && words->len == 0) {
        profile_run_complain("say which functions: REGEX SOURCE");
        return false;
    }
    if (!profile_run_load(&run->flags, words, run->kind->has_pattern ? 1 : 0, &run->input,
                          ret_status) ||
        !profile_run_load_base(&run->flags, &run->base, ret_status))
        return false;
    run->filters = profile_flags_filters(&run->flags);
    run->options = profile_flags_report(&run->flags, run->kind->kind, &run->filters);
    run->options.top.base = run->base.profile;
    if (run->kind->has_pattern)
        run->options.pattern = words->pdata[0];
    if (refuses_json(run))
        return false;
    if (profile_flags_sample_index(&run->flags, run->input.profile, &run->options.top.sample_index,
                                   &error))
        return true;
    profile_run_complain(error->message);
    return false;
}

static bool has_filters(const struct filter_options *filters)
{
    return filters->focus != NULL || filters->ignore != NULL || filters->hide != NULL ||
           filters->show != NULL || filters->show_from != NULL || filters->tag_focus != NULL ||
           filters->tag_ignore != NULL;
}

static void note(const struct run *run)
{
    g_autoptr(top_report_auto) report = NULL;

    profile_run_note_empty(&run->input);
    if (!has_filters(&run->filters))
        return;
    report = top_build(run->input.profile, &run->options.top, NULL);
    if (report != NULL)
        profile_run_note_unmatched(report->unmatched);
}

static bool write_json(GString *out, const struct run *run, GError **error)
{
    struct profile_json_request request = {
        .command = run->kind->name,
        .source = profile_run_json_source(&run->input),
        .base = profile_run_json_source(&run->base),
        .options = &run->options,
    };
    g_autofree char *json = profile_json(&request, error);

    if (json != NULL)
        g_string_append(out, json);
    return json != NULL;
}

static bool write_report(GString *out, struct run *run, GError **error)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    g_autofree char *goroot = source_files_goroot();
    g_autofree char *module_cache = source_files_module_cache();
    struct source_files files = {.source_path = run->flags.source_path,
                                 .trim_path = run->flags.trim_path,
                                 .goroot = goroot,
                                 .module_cache = module_cache};
    struct listing_sources sources = source_files_for_listing(&files);

    run->options.zone = zone;
    run->options.sources = &sources;
    bool ok = run->flags.json ? write_json(out, run, error)
                              : report_text(out, run->input.profile, &run->options, error);

    run->options.zone = NULL;
    run->options.sources = NULL;
    return ok;
}

static int print(struct run *run)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (!write_report(out, run, &error)) {
        profile_run_complain(error->message);
        return PROFILE_EXIT_UNABLE;
    }
    note(run);
    return profile_run_write(&run->flags, out->str, out->len);
}

int command_report(int argc, char **argv)
{
    struct run run = {.kind = find(argv[0])};
    int status;

    (void)argc;
    if (profile_run_begin(argv, &run.kind->usage, &run.flags, &status) && load(&run, &status))
        status = print(&run);
    profile_gathered_clear(&run.input);
    profile_gathered_clear(&run.base);
    profile_flags_clear(&run.flags);
    return status;
}
