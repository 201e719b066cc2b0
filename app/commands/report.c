#include "app/commands/report.h"

#include "app/profiles/graphviz.h"
#include "app/profiles/profile_json.h"
#include "app/profiles/source_files.h"
#include "pprof/encode.h"

#include <string.h>
#include <unistd.h>

static const struct report_command table[] = {
    {.name = "top",
     .kind = REPORT_TOP,
     .is_own = true,
     .summary = "Functions by weight, as go tool pprof -top."},
    {.name = "text", .kind = REPORT_TOP, .summary = "The same as top."},
    {.name = "peek",
     .kind = REPORT_PEEK,
     .has_pattern = true,
     .is_own = true,
     .summary = "Callers and callees of functions that match, as go tool pprof -peek."},
    {.name = "list",
     .kind = REPORT_LIST,
     .has_pattern = true,
     .is_own = true,
     .summary = "Source lines of functions that match, as go tool pprof -list."},
    {.name = "tree",
     .kind = REPORT_TREE,
     .is_own = true,
     .summary = "Every function with callers and callees, as go tool pprof -tree."},
    {.name = "traces",
     .kind = REPORT_TRACES,
     .is_own = true,
     .summary = "All stacks, as go tool pprof -traces."},
    {.name = "tags",
     .kind = REPORT_TAGS,
     .is_own = true,
     .summary = "Labels and their values, as go tool pprof -tags."},
    {.name = "raw",
     .kind = REPORT_RAW,
     .is_own = true,
     .summary = "Everything in the profile, as go tool pprof -raw."},
    {.name = "comments", .kind = REPORT_COMMENTS, .summary = "The comments in the profile."},
    {.name = "proto",
     .kind = REPORT_RAW,
     .product = REPORT_PRODUCT_PROFILE,
     .summary = "The profile itself: merged, filtered, compressed."},
    {.name = "dot", .kind = REPORT_DOT, .summary = "The call graph in Graphviz's language."},
    {.name = "svg",
     .kind = REPORT_DOT,
     .product = REPORT_PRODUCT_DRAWN,
     .drawn_as = "svg",
     .summary = "The call graph, drawn by Graphviz."},
    {.name = "png",
     .kind = REPORT_DOT,
     .product = REPORT_PRODUCT_DRAWN,
     .drawn_as = "png",
     .summary = "The same as a bitmap."},
    {.name = "pdf",
     .kind = REPORT_DOT,
     .product = REPORT_PRODUCT_DRAWN,
     .drawn_as = "pdf",
     .summary = "The same for printing."},
};

const struct report_command *report_commands(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(table);
    return table;
}

const struct report_command *report_command_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* --- one report --- */

struct printing {
    const struct report_job *job;
    struct filter_options filters;
    struct report_options options;
};

/* Edges and samples stay sums, and a document has no words to say so; its numbers are exact. */
static bool refuses_json(const struct printing *p)
{
    const struct report_command *command = p->job->command;
    bool mean = p->options.top.mean && command->kind != REPORT_TOP;
    bool divided = p->options.divide_by != 1;
    bool no_document = command->kind > REPORT_LIST || command->product != REPORT_PRODUCT_TEXT;

    if (!p->job->flags->json)
        return false;
    if (mean)
        profile_run_complain("-mean with -json is for top alone");
    else if (divided)
        profile_run_complain("-divide_by is not for -json");
    else if (no_document)
        profile_run_complain("-json is for top, peek, list, tree, traces, tags and raw");
    return mean || divided || no_document;
}

static bool write_json(GString *out, const struct printing *p, GError **error)
{
    struct profile_json_request request = {
        .command = p->job->command->name,
        .source = profile_run_json_source(p->job->input),
        .base = profile_run_json_source(p->job->base),
        .options = &p->options,
    };
    g_autofree char *json = profile_json(&request, error);

    if (json != NULL)
        g_string_append(out, json);
    return json != NULL;
}

static bool write_text(GString *out, const struct printing *p, GError **error)
{
    return p->job->flags->json ? write_json(out, p, error)
                               : report_text(out, p->job->input->profile, &p->options, error);
}

static bool write_product(GString *out, const struct printing *p, GError **error)
{
    switch (p->job->command->product) {
    case REPORT_PRODUCT_TEXT:
        return write_text(out, p, error);
    case REPORT_PRODUCT_PROFILE: {
        g_autoptr(profile_auto) filtered =
            report_filtered(p->job->input->profile, &p->options.top, error);
        g_autoptr(GByteArray) bytes = filtered != NULL ? profile_encode(filtered, error) : NULL;

        if (bytes != NULL)
            g_string_append_len(out, (const char *)bytes->data, bytes->len);
        return bytes != NULL;
    }
    case REPORT_PRODUCT_DRAWN:
        return write_text(out, p, error) && graphviz_draw(out, p->job->command->drawn_as, error);
    }
    g_assert_not_reached();
}

static bool write_report(GString *out, struct printing *p, GError **error)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();
    g_autofree char *goroot = source_files_goroot();
    g_autofree char *module_cache = source_files_module_cache();
    struct source_files files = {.source_path = p->job->flags->source_path,
                                 .trim_path = p->job->flags->trim_path,
                                 .goroot = goroot,
                                 .module_cache = module_cache,
                                 .sources_only = true,
                                 .below_roots = true};
    struct source_listing_sources sources = source_files_for_listing(&files);

    p->options.zone = zone;
    p->options.sources = &sources;
    bool ok = write_product(out, p, error);

    p->options.zone = NULL;
    p->options.sources = NULL;
    return ok;
}

/* Where bytes go that no terminal can show: a new file, whose name is told. */
static char *default_file(const struct report_command *command)
{
    const char *ending = command->product == REPORT_PRODUCT_PROFILE ? "pb.gz" : command->drawn_as;

    for (unsigned i = 1;; i++) {
        g_autofree char *name = g_strdup_printf("profile%03u.%s", i, ending);

        if (!g_file_test(name, G_FILE_TEST_EXISTS))
            return g_steal_pointer(&name);
    }
}

int report_print(const struct report_job *job)
{
    struct printing p = {.job = job, .filters = profile_flags_filters(job->flags)};
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    p.options = profile_flags_report(job->flags, job->command->kind, &p.filters);
    unsigned unmatched = 0;

    p.options.top.base = job->base->profile;
    p.options.top.unmatched = &unmatched;
    p.options.pattern = job->pattern;
    if (refuses_json(&p))
        return PROFILE_EXIT_UNABLE;
    if (!profile_flags_sample_index(job->flags, job->input->profile, &p.options.top.sample_index,
                                    &error) ||
        !write_report(out, &p, &error)) {
        profile_run_complain(error->message);
        return PROFILE_EXIT_UNABLE;
    }
    profile_run_note_empty(job->input);
    profile_run_note_unmatched(unmatched);

    struct profile_flags flags = *p.job->flags;
    bool is_text = p.job->command->product == REPORT_PRODUCT_TEXT;

    if (is_text || flags.output != NULL || !isatty(STDOUT_FILENO))
        return profile_run_write(&flags, out->str, out->len);
    g_autofree char *file = default_file(p.job->command);

    flags.output = file;
    int status = profile_run_write(&flags, out->str, out->len);

    if (status == PROFILE_EXIT_FINE)
        g_printerr("written to %s\n", file);
    return status;
}

/* --- the commands --- */

static int run(const struct report_command *command, const struct profile_flags *flags)
{
    struct profile_gathered input = {0}, base = {0};
    const GPtrArray *words = flags->words;
    guint first = command->has_pattern ? 1 : 0;
    int status = PROFILE_EXIT_UNABLE;

    if (first > 0 && words->len == 0)
        profile_run_complain("say which functions: REGEX SOURCE");
    else if (profile_run_load(flags, words, first, &input, &status) &&
             profile_run_load_base(flags, &base, &status))
        status = report_print(&(struct report_job){.command = command,
                                                   .pattern = first > 0 ? words->pdata[0] : NULL,
                                                   .flags = flags,
                                                   .input = &input,
                                                   .base = &base});
    profile_gathered_clear(&input);
    profile_gathered_clear(&base);
    return status;
}

int command_report(int argc, char **argv)
{
    const struct report_command *command = report_command_find(argv[0]);
    struct profile_usage usage = {.words =
                                      command->has_pattern ? "REGEX [SOURCE...]" : "[SOURCE...]",
                                  .summary = command->summary,
                                  .epilogue = ""};
    struct profile_flags flags;
    int status;

    (void)argc;
    if (profile_run_begin(argv, &usage, &flags, &status))
        status = run(command, &flags);
    profile_flags_clear(&flags);
    return status;
}
