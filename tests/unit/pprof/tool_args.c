#include "tool_args.h"

#include "app/commands/profile_flags.h"
#include "app/profiles/source_files.h"
#include "pprof/merge.h"

#include <stdlib.h>
#include <string.h>

struct command {
    struct profile_flags flags;
    struct filter_options filters;
    struct report_options report;
    struct source_files files;
    struct source_listing_sources sources;
    enum report_kind kind;
    const char *pattern;
    struct profile *source, *base;
};

struct profile *tool_load(const char *directory, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *data = NULL;
    gsize n;

    if (!g_file_get_contents(path, &data, &n, error))
        return NULL;
    /* as the commands do */
    return profile_decode_packed(g_byte_array_new_take((guint8 *)data, n), error);
}

/* The tool's words for kinds of reports are flags; the rest is as the program takes it. */
static bool take_kind(struct command *c, const char *word)
{
    static const struct {
        const char *word;
        enum report_kind kind;
    } kinds[] = {
        {"-top", REPORT_TOP},   {"-text", REPORT_TOP},      {"-tree", REPORT_TREE},
        {"-peek", REPORT_PEEK}, {"-traces", REPORT_TRACES}, {"-tags", REPORT_TAGS},
        {"-raw", REPORT_RAW},   {"-list", REPORT_LIST},     {"-comments", REPORT_COMMENTS}};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(word, kinds[i].word) == 0) {
            c->kind = kinds[i].kind;
            return true;
        }
    return false;
}

static bool parse(struct command *c, const char *const *args, GError **error)
{
    g_autoptr(GPtrArray) rest = g_ptr_array_new();

    profile_flags_init(&c->flags);
    for (size_t i = 0; args[i] != NULL; i++)
        if (!take_kind(c, args[i]))
            g_ptr_array_add(rest, (gpointer)(uintptr_t)args[i]);
        else if (c->kind == REPORT_PEEK || c->kind == REPORT_LIST)
            c->pattern = args[++i];
    g_ptr_array_add(rest, NULL);
    return profile_flags_parse(&c->flags, (const char *const *)rest->pdata, error);
}

/* All of names merged; *ret stays NULL when there are none. */
static bool load(const char *directory, const GPtrArray *names, struct profile **ret,
                 GError **error)
{
    for (guint i = 0; i < names->len; i++) {
        g_autoptr(profile_auto) before = *ret;
        g_autoptr(profile_auto) next = tool_load(directory, names->pdata[i], error);

        *ret = NULL;
        if (next == NULL)
            return false;
        *ret = before != NULL ? merge_plus(before, next, error) : g_steal_pointer(&next);
        if (*ret == NULL)
            return false;
    }
    return true;
}

static bool prepare(struct command *c, const char *directory, GError **error)
{
    const struct profile_flags *flags = &c->flags;
    const GPtrArray *base = flags->diff_base->len > 0 ? flags->diff_base : flags->base;

    if (!load(directory, flags->words, &c->source, error) ||
        !load(directory, base, &c->base, error))
        return false;
    c->filters = profile_flags_filters(flags);
    c->report = profile_flags_report(flags, c->kind, &c->filters);
    c->report.pattern = c->pattern;
    c->report.top.base = c->base;
    c->files = (struct source_files){.source_path = flags->source_path != NULL ? flags->source_path
                                                                               : directory,
                                     .trim_path = flags->trim_path};
    c->sources = source_files_for_listing(&c->files);
    c->report.sources = &c->sources;
    return profile_flags_sample_index(flags, c->source, &c->report.top.sample_index, error);
}

char *tool_args_run(const char *const *args, const char *directory, enum report_dialect dialect,
                    GError **error)
{
    struct command c = {.kind = REPORT_TOP};
    g_autofree char *canonical = realpath(directory, NULL); /* as the tool prints it */
    g_autoptr(GString) out = g_string_new(NULL);
    bool ok = parse(&c, args, error) && prepare(&c, canonical, error);

    c.report.dialect = dialect;
    ok = ok && report_text(out, c.source, &c.report, error);
    profile_flags_clear(&c.flags);
    profile_unref(c.source);
    profile_unref(c.base);
    return ok ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

void tool_assert_equal(const char *what, const char *actual, const char *expected)
{
    g_auto(GStrv) a = g_strsplit(actual, "\n", -1), b = g_strsplit(expected, "\n", -1);

    if (strcmp(actual, expected) == 0)
        return;
    for (size_t i = 0;; i++)
        if (g_strcmp0(a[i], b[i]) != 0)
            g_error("%s: line %zu is '%s', expected '%s'", what, i + 1, a[i], b[i]);
}
