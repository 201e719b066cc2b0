#include "tool_args.h"

#include "app/source_files.h"

#include <string.h>

struct command {
    struct report_options report;
    struct filter_options filters;
    struct source_files files;
    struct listing_sources sources;
    const char *sample_index;
    const char *base, *source;
};

struct profile *tool_load(const char *directory, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *data = NULL;
    gsize n;

    if (!g_file_get_contents(path, &data, &n, error))
        return NULL;
    return profile_decode((const uint8_t *)data, n, error);
}

static bool take_kind(struct command *c, const char *word)
{
    static const struct {
        const char *word;
        enum report_kind kind;
    } kinds[] = {{"top", REPORT_TOP},   {"text", REPORT_TOP},      {"tree", REPORT_TREE},
                 {"peek", REPORT_PEEK}, {"traces", REPORT_TRACES}, {"tags", REPORT_TAGS},
                 {"raw", REPORT_RAW},   {"list", REPORT_LIST}};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(word, kinds[i].word) == 0) {
            c->report = report_options_of_tool(kinds[i].kind);
            return true;
        }
    return false;
}

static bool take_granularity(struct command *c, const char *word)
{
    static const char *const words[] = {
        [TOP_FUNCTIONS] = "functions", [TOP_FILEFUNCTIONS] = "filefunctions", [TOP_FILES] = "files",
        [TOP_LINES] = "lines",         [TOP_ADDRESSES] = "addresses",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(word, words[i]) == 0) {
            c->report.top.granularity = (enum top_granularity)i;
            return true;
        }
    return false;
}

static bool take_switch(struct command *c, const char *word)
{
    if (strcmp(word, "cum") == 0)
        c->report.top.sort_cum = true;
    else if (strcmp(word, "noinlines") == 0)
        c->report.top.no_inlines = true;
    else if (strcmp(word, "normalize") == 0)
        c->report.top.normalize = true;
    else if (strcmp(word, "drop_negative") == 0)
        c->report.top.drop_negative = true;
    else if (strcmp(word, "relative_percentages") == 0)
        c->report.top.relative_percentages = true;
    else
        return false;
    return true;
}

static bool take_filter(struct command *c, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **to;
    } filters[] = {
        {"focus", &c->filters.focus},
        {"ignore", &c->filters.ignore},
        {"hide", &c->filters.hide},
        {"show", &c->filters.show},
        {"show_from", &c->filters.show_from},
        {"tagfocus", &c->filters.tag_focus},
        {"tagignore", &c->filters.tag_ignore},
        {"tagshow", &c->filters.tag_show},
        {"taghide", &c->filters.tag_hide},
        {"prune_from", &c->filters.prune_from},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(filters); i++)
        if (strcmp(name, filters[i].name) == 0) {
            *filters[i].to = value;
            return true;
        }
    return false;
}

static void take_value(struct command *c, const char *name, const char *value)
{
    if (take_filter(c, name, value))
        return;
    if (strcmp(name, "nodecount") == 0)
        c->report.top.node_count = (size_t)g_ascii_strtoull(value, NULL, 10);
    else if (strcmp(name, "nodefraction") == 0)
        c->report.top.node_fraction = g_ascii_strtod(value, NULL);
    else if (strcmp(name, "edgefraction") == 0)
        c->report.top.edge_fraction = g_ascii_strtod(value, NULL);
    else if (strcmp(name, "unit") == 0)
        c->report.unit = value;
    else if (strcmp(name, "sample_index") == 0)
        c->sample_index = value;
    else if (strcmp(name, "trim_path") == 0)
        c->files.trim_path = c->report.top.trim_path = value;
    else if (strcmp(name, "source_path") == 0)
        c->files.source_path = c->report.top.source_path = value;
    else
        g_assert_cmpstr(name, ==, "symbolize");
}

/* Returns how many words were used. */
static size_t take(struct command *c, const char *const *args)
{
    const char *word = args[0];

    if (word[0] != '-') {
        c->source = word;
        return 1;
    }
    word++;
    if (strcmp(word, "base") == 0 || strcmp(word, "diff_base") == 0) {
        c->base = args[1];
        c->report.top.diff_base = word[0] == 'd';
        return 2;
    }
    if (take_kind(c, word)) {
        if (c->report.kind != REPORT_PEEK && c->report.kind != REPORT_LIST)
            return 1;
        c->report.pattern = args[1];
        return 2;
    }
    if (take_granularity(c, word) || take_switch(c, word))
        return 1;
    const char *equals = strchr(word, '=');

    g_assert_nonnull(equals);
    g_autofree char *name = g_strndup(word, (gsize)(equals - word));

    take_value(c, name, equals + 1);
    return 1;
}

static bool choose_index(struct command *c, const struct profile *profile)
{
    if (c->sample_index == NULL)
        return true;
    c->report.top.sample_index = profile_sample_index(profile, c->sample_index);
    return c->report.top.sample_index >= 0;
}

char *tool_run(const char *const *args, const char *directory, enum report_dialect dialect,
               GError **error)
{
    struct command c = {0};
    g_autofree char *canonical = g_canonicalize_filename(directory, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(profile_auto) source = NULL, base = NULL;

    for (size_t i = 0; args[i] != NULL;)
        i += take(&c, args + i);
    source = tool_load(directory, c.source, error);
    if (source == NULL)
        return NULL;
    if (c.base != NULL && (base = tool_load(directory, c.base, error)) == NULL)
        return NULL;
    c.report.dialect = dialect;
    c.report.top.base = base;
    c.report.top.filters = &c.filters;
    if (c.files.source_path == NULL)
        c.files.source_path = canonical; /* where the tool is run */
    c.sources = source_files_for_listing(&c.files);
    c.report.sources = &c.sources;
    if (!choose_index(&c, source)) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID, "no sample type %s",
                    c.sample_index);
        return NULL;
    }
    if (!report_text(out, source, &c.report, error))
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
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
