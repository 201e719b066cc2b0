#include "app/commands/profile_flags.h"

#include "app/profiles/profile_source.h"

#include <math.h>
#include <string.h>

#define MEMBER(member) offsetof(struct profile_flags, member)

static const struct profile_flag table[] = {
    {"functions", PROFILE_FLAG_CHOICE, MEMBER(granularity), TOP_FUNCTIONS, NULL,
     "one row per function (unless said otherwise)"},
    {"filefunctions", PROFILE_FLAG_CHOICE, MEMBER(granularity), TOP_FILEFUNCTIONS, NULL,
     "one row per function and file"},
    {"files", PROFILE_FLAG_CHOICE, MEMBER(granularity), TOP_FILES, NULL, "one row per file"},
    {"lines", PROFILE_FLAG_CHOICE, MEMBER(granularity), TOP_LINES, NULL, "one row per source line"},
    {"addresses", PROFILE_FLAG_CHOICE, MEMBER(granularity), TOP_ADDRESSES, NULL,
     "one row per address"},
    {"granularity", PROFILE_FLAG_NAMED, MEMBER(granularity), 0, "NAME", ""},
    {"noinlines", PROFILE_FLAG_SWITCH, MEMBER(no_inlines), 0, NULL,
     "count inlined calls for the function they are in"},
    {"showcolumns", PROFILE_FLAG_SWITCH, MEMBER(show_columns), 0, NULL,
     "source columns beside lines, where the profile has them"},
    {"flat", PROFILE_FLAG_CHOICE, MEMBER(sort_cum), 0, NULL, "sort by own weight (default)"},
    {"cum", PROFILE_FLAG_CHOICE, MEMBER(sort_cum), 1, NULL, "sort by weight with callees"},
    {"sort", PROFILE_FLAG_NAMED, MEMBER(sort_cum), 0, "NAME", ""},
    {"sample_index", PROFILE_FLAG_TEXT, MEMBER(sample_index), 0, "TYPE",
     "sample type by name or number; otherwise the profile's own choice"},
    {"inuse_space", PROFILE_FLAG_TYPE, MEMBER(short_type), 0, "inuse_space",
     "bytes that are alive"},
    {"inuse_objects", PROFILE_FLAG_TYPE, MEMBER(short_type), 0, "inuse_objects",
     "objects that are alive"},
    {"alloc_space", PROFILE_FLAG_TYPE, MEMBER(short_type), 0, "alloc_space",
     "bytes allocated since the start"},
    {"alloc_objects", PROFILE_FLAG_TYPE, MEMBER(short_type), 0, "alloc_objects",
     "objects allocated since the start"},
    {"contentions", PROFILE_FLAG_TYPE, MEMBER(short_type), 0, "contentions",
     "how often it was waited"},
    {"total_delay", PROFILE_FLAG_TYPE, MEMBER(short_type), 0, "delay", "how long it was waited"},
    {"mean_delay", PROFILE_FLAG_SWITCH, MEMBER(mean_delay), 0, NULL, "how long each time"},
    {"mean", PROFILE_FLAG_SWITCH, MEMBER(mean), 0, NULL,
     "divide by the first sample type: time per wait, bytes per object"},
    {"focus", PROFILE_FLAG_TEXT, MEMBER(focus), 0, "REGEX", "only stacks with a matching frame"},
    {"ignore", PROFILE_FLAG_TEXT, MEMBER(ignore), 0, "REGEX", "only stacks without one"},
    {"hide", PROFILE_FLAG_TEXT, MEMBER(hide), 0, "REGEX", "take matching frames out of stacks"},
    {"show", PROFILE_FLAG_TEXT, MEMBER(show), 0, "REGEX", "keep only matching frames"},
    {"show_from", PROFILE_FLAG_TEXT, MEMBER(show_from), 0, "REGEX",
     "drop the callers of the outermost match"},
    {"prune_from", PROFILE_FLAG_TEXT, MEMBER(prune_from), 0, "REGEX",
     "drop the callees of the innermost match"},
    {"tagfocus", PROFILE_FLAG_TEXT, MEMBER(tag_focus), 0, "EXPR",
     "only samples with such a label: regex, key=regex or range 1kb:64kb"},
    {"tagignore", PROFILE_FLAG_TEXT, MEMBER(tag_ignore), 0, "EXPR", "only samples without one"},
    {"tagshow", PROFILE_FLAG_TEXT, MEMBER(tag_show), 0, "REGEX", "keep only such labels"},
    {"taghide", PROFILE_FLAG_TEXT, MEMBER(tag_hide), 0, "REGEX", "drop such labels"},
    {"tagroot", PROFILE_FLAG_TEXT, MEMBER(tag_root), 0, "KEYS",
     "labels' values as callers of all stacks; keys with commas between"},
    {"tagleaf", PROFILE_FLAG_TEXT, MEMBER(tag_leaf), 0, "KEYS", "the same as callees"},
    {"base", PROFILE_FLAG_LIST, MEMBER(base), 0, "SOURCE", "subtract this profile"},
    {"diff_base", PROFILE_FLAG_LIST, MEMBER(diff_base), 0, "SOURCE",
     "the same, with percentages of this profile"},
    {"divide_by", PROFILE_FLAG_DIVISOR, MEMBER(divide_by), 0, "F",
     "divide all numbers by this, of CPUs, say"},
    {"normalize", PROFILE_FLAG_SWITCH, MEMBER(normalize), 0, NULL,
     "scale to what the base sums up to before that"},
    {"drop_negative", PROFILE_FLAG_SWITCH, MEMBER(drop_negative), 0, NULL,
     "leave out what became less"},
    {"nodecount", PROFILE_FLAG_COUNT, MEMBER(node_count), 0, "N", "at most so many nodes"},
    {"nodefraction", PROFILE_FLAG_FRACTION, MEMBER(node_fraction), 0, "F",
     "leave out nodes below this part of the total (0.005)"},
    {"edgefraction", PROFILE_FLAG_FRACTION, MEMBER(edge_fraction), 0, "F",
     "leave out edges below this part of the total (0.001)"},
    {"trim", PROFILE_FLAG_SWITCH, MEMBER(trim), 0, NULL, "-trim=false: leave nothing out"},
    {"relative_percentages", PROFILE_FLAG_SWITCH, MEMBER(relative), 0, NULL,
     "percentages of what the filters leave"},
    {"compact_labels", PROFILE_FLAG_SWITCH, MEMBER(compact_labels), 0, NULL,
     "leave out what the profile is from above the rows"},
    {"call_tree", PROFILE_FLAG_SWITCH, MEMBER(call_tree), 0, NULL,
     "in drawn graphs: functions apart by the ways that lead to them"},
    {"unit", PROFILE_FLAG_TEXT, MEMBER(unit), 0, "UNIT", "kb, mb, ms, s, ...; minimum or auto"},
    {"source_path", PROFILE_FLAG_TEXT, MEMBER(source_path), 0, "DIRS",
     "where list looks for sources, with colons between"},
    {"trim_path", PROFILE_FLAG_TEXT, MEMBER(trim_path), 0, "DIRS",
     "taken off the front of files' names"},
    {"symbolize", PROFILE_FLAG_IGNORED, 0, 0, "MODE", "accepted; Go profiles carry their names"},
    {"profile", PROFILE_FLAG_TEXT, MEMBER(profile), 0, "NAME",
     "of a live target: heap (default), allocs, goroutine, cpu, block, mutex,\n"
     "                          threadcreate, goroutineleak, or one of its own"},
    {"seconds", PROFILE_FLAG_COUNT, MEMBER(seconds), 0, "N",
     "how long to collect (cpu: 30); others then give the change within that time"},
    {"pprof", PROFILE_FLAG_TEXT, MEMBER(pprof), 0, "ADDRESS",
     "pprof server of a live target: port, host:port or URL"},
    {"source", PROFILE_FLAG_TEXT, MEMBER(source), 0, "NAME",
     "what a live target is read from: auto, pprof or memory (cpu: the kernel)"},
    {"max_size", PROFILE_FLAG_SIZE, MEMBER(max_size), 0, "SIZE",
     "largest profile that is read, inflated: 2GB, say (a quarter of the memory)"},
    {"json", PROFILE_FLAG_SWITCH, MEMBER(json), 0, NULL, "one JSON document"},
    {"output", PROFILE_FLAG_TEXT, MEMBER(output), 0, "FILE", "write to this file (also -o)"},
    {"force", PROFILE_FLAG_SWITCH, MEMBER(force), 0, NULL, "overwrite that file"},
    {"help", PROFILE_FLAG_SWITCH, MEMBER(help), 0, NULL, "this text"},
};

static const struct {
    const char *name, *means;
} aliases[] = {{"o", "output"}, {"h", "help"}};

const struct profile_flag *profile_flag_table(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(table);
    return table;
}

void profile_flags_init(struct profile_flags *flags)
{
    *flags = (struct profile_flags){
        .trim = 1,
        .node_count = -1,
        .node_fraction = -1,
        .edge_fraction = -1,
        .divide_by = 1,
        .base = g_ptr_array_new_with_free_func(g_free),
        .diff_base = g_ptr_array_new_with_free_func(g_free),
        .words = g_ptr_array_new_with_free_func(g_free),
    };
}

static void *member_of(struct profile_flags *flags, const struct profile_flag *flag)
{
    return (char *)flags + flag->member;
}

static bool is_text(const struct profile_flag *flag)
{
    return flag->kind == PROFILE_FLAG_TEXT || flag->kind == PROFILE_FLAG_TYPE;
}

void profile_flags_clear(struct profile_flags *flags)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (is_text(&table[i]))
            g_clear_pointer((char **)member_of(flags, &table[i]), g_free);
    g_clear_pointer(&flags->base, g_ptr_array_unref);
    g_clear_pointer(&flags->diff_base, g_ptr_array_unref);
    g_clear_pointer(&flags->words, g_ptr_array_unref);
}

static GPtrArray *copy_list(const GPtrArray *from)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(list, g_strdup(from->pdata[i]));
    return list;
}

void profile_flags_copy(struct profile_flags *flags, const struct profile_flags *from)
{
    char *shared = NULL; /* several rows may be of one member */

    *flags = *from;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!is_text(&table[i]))
            continue;
        char **member = member_of(flags, &table[i]);

        if (member == &flags->short_type)
            shared = flags->short_type;
        else
            *member = g_strdup(*member);
    }
    flags->short_type = g_strdup(shared);
    flags->base = copy_list(from->base);
    flags->diff_base = copy_list(from->diff_base);
    flags->words = copy_list(from->words);
}

/* As it would be typed, or NULL when nothing was said. */
static char *describe(const struct profile_flags *flags, const struct profile_flag *flag)
{
    const char *member = (const char *)flags + flag->member;
    int number = *(const int *)(const void *)member;
    const char *text = NULL;

    if (is_text(flag))
        memcpy(&text, member, sizeof text);
    switch (flag->kind) {
    case PROFILE_FLAG_SWITCH:
        return number ? g_strdup(flag->name) : NULL;
    case PROFILE_FLAG_CHOICE:
        return number == flag->value ? g_strdup(flag->name) : NULL;
    case PROFILE_FLAG_COUNT:
        return number > 0 ? g_strdup_printf("%s=%d", flag->name, number) : NULL;
    case PROFILE_FLAG_TEXT:
        return text != NULL && *text != '\0' ? g_strconcat(flag->name, "=", text, NULL) : NULL;
    case PROFILE_FLAG_TYPE:
        return g_strcmp0(text, flag->arg) == 0 ? g_strdup(flag->name) : NULL;
    default:
        return NULL;
    }
}

char *profile_flags_describe(const struct profile_flags *flags)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *line = describe(flags, &table[i]);

        if (line != NULL)
            g_string_append_printf(out, "%s\n", line);
    }
    return g_string_free(out, FALSE);
}

/* --- parsing --- */

static const struct profile_flag *find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++)
        if (strcmp(aliases[i].name, name) == 0)
            name = aliases[i].means;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

static bool takes_value(const struct profile_flag *flag)
{
    return flag->kind != PROFILE_FLAG_SWITCH && flag->kind != PROFILE_FLAG_CHOICE &&
           flag->kind != PROFILE_FLAG_TYPE;
}

/* What Go's flags take for true and false. */
static int truth(const char *value)
{
    static const char *const yes[] = {"", "1", "t", "T", "true", "TRUE", "True", NULL};
    static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False", NULL};

    return g_strv_contains(yes, value) ? 1 : g_strv_contains(no, value) ? 0 : -1;
}

static bool set_text(char **member, const char *value)
{
    g_free(*member);
    *member = g_strdup(value);
    return true;
}

/* Of the rows for the same member, the one called name. */
static bool set_named(int *member, const struct profile_flag *flag, const char *name)
{
    const struct profile_flag *choice = find(name);

    if (choice == NULL || choice->kind != PROFILE_FLAG_CHOICE || choice->member != flag->member)
        return false;
    *member = choice->value;
    return true;
}

static bool set_truth(int *member, int yes, int no, const char *value)
{
    int given = truth(value);

    if (given >= 0)
        *member = given ? yes : no;
    return given >= 0;
}

static bool set_count(int *member, const char *value)
{
    gint64 number;

    if (strcmp(value, "-1") == 0) /* the tool's word for "as you like" */
        *member = -1;
    else if (g_ascii_string_to_signed(value, 10, 0, G_MAXINT, &number, NULL))
        *member = (int)number;
    else
        return false;
    return true;
}

static bool set_fraction(double *member, const char *value)
{
    char *end;
    double number = g_ascii_strtod(value, &end);

    if (end == value || *end != '\0' || !isfinite(number) || number < 0)
        return false;
    *member = number;
    return true;
}

/* "4GB", "512mb", "1000"; units are powers of 1024. */
static bool set_size(uint64_t *member, const char *value)
{
    static const char *const units[] = {"", "b", "kb", "mb", "gb", "tb", NULL};
    static const int shifts[] = {0, 0, 10, 20, 30, 40};
    char *unit;
    guint64 number = g_ascii_strtoull(value, &unit, 10);

    for (size_t i = 0; unit != value && *value != '-' && units[i] != NULL; i++)
        if (g_ascii_strcasecmp(unit, units[i]) == 0 && number > 0 &&
            number <= G_MAXUINT64 >> shifts[i]) {
            *member = number << shifts[i];
            return true;
        }
    return false;
}

static bool set(struct profile_flags *flags, const struct profile_flag *flag, const char *value)
{
    void *member = member_of(flags, flag);

    switch (flag->kind) {
    case PROFILE_FLAG_SWITCH:
        return set_truth(member, 1, 0, value);
    case PROFILE_FLAG_CHOICE:
        return set_truth(member, flag->value, *(int *)member, value);
    case PROFILE_FLAG_NAMED:
        return set_named(member, flag, value);
    case PROFILE_FLAG_TEXT:
        return set_text(member, value);
    case PROFILE_FLAG_LIST:
        g_ptr_array_add(*(GPtrArray **)member, g_strdup(value));
        return true;
    case PROFILE_FLAG_COUNT:
        return set_count(member, value);
    case PROFILE_FLAG_FRACTION:
        return set_fraction(member, value);
    case PROFILE_FLAG_DIVISOR:
        return set_fraction(member, value) && *(double *)member > 0;
    case PROFILE_FLAG_SIZE:
        return set_size(member, value);
    case PROFILE_FLAG_TYPE:
        return truth(value) == 0 || (truth(value) > 0 && set_text(member, flag->arg));
    case PROFILE_FLAG_IGNORED:
        return true;
    }
    g_assert_not_reached();
}

/* A flag and perhaps the word behind it; returns how many words were used, 0 with error. */
static size_t take_flag(struct profile_flags *flags, const char *const *argv, GError **error)
{
    const char *word = argv[0] + (g_str_has_prefix(argv[0], "--") ? 2 : 1);
    const char *equals = strchr(word, '=');
    g_autofree char *name =
        equals != NULL ? g_strndup(word, (gsize)(equals - word)) : g_strdup(word);
    const struct profile_flag *flag = find(name);
    bool next = flag != NULL && equals == NULL && takes_value(flag);
    const char *value = equals != NULL ? equals + 1 : next ? argv[1] : "";

    if (flag == NULL)
        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_USAGE,
                    "there is no flag %s here: --help lists them", argv[0]);
    else if (value == NULL)
        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_USAGE,
                    "-%s needs a value: -%s=%s", name, name, flag->arg);
    else if (!set(flags, flag, value))
        g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_USAGE,
                    "-%s does not take \"%s\"", name, value);
    else
        return next ? 2 : 1;
    return 0;
}

/* "-" alone is standard input. */
static bool is_flag(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

bool profile_flags_parse(struct profile_flags *flags, const char *const *argv, GError **error)
{
    bool only_words = false;

    for (size_t i = 0; argv[i] != NULL;) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
            i++;
        } else if (only_words || !is_flag(argv[i])) {
            g_ptr_array_add(flags->words, g_strdup(argv[i++]));
        } else {
            size_t used = take_flag(flags, argv + i, error);

            if (used == 0)
                return false;
            i += used;
        }
    }
    return true;
}

char *profile_flags_help(void)
{
    enum { NAME_COLUMNS = 22 };
    GString *out = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const struct profile_flag *flag = &table[i];
        bool value = takes_value(flag);
        g_autofree char *name =
            g_strconcat(flag->name, value ? "=" : "", value ? flag->arg : "", NULL);

        if (*flag->help != '\0')
            g_string_append_printf(out, "  -%-*s %s\n", NAME_COLUMNS, name, flag->help);
    }
    return g_string_free(out, FALSE);
}

/* --- for pprof/ --- */

struct filter_options profile_flags_filters(const struct profile_flags *flags)
{
    return (struct filter_options){
        .focus = flags->focus,
        .ignore = flags->ignore,
        .hide = flags->hide,
        .show = flags->show,
        .show_from = flags->show_from,
        .tag_focus = flags->tag_focus,
        .tag_ignore = flags->tag_ignore,
        .tag_show = flags->tag_show,
        .tag_hide = flags->tag_hide,
        .prune_from = flags->prune_from,
        .tag_root = flags->tag_root,
        .tag_leaf = flags->tag_leaf,
        .tag_unit = flags->unit,
    };
}

struct report_options profile_flags_report(const struct profile_flags *flags, enum report_kind kind,
                                           const struct filter_options *filters)
{
    struct report_options report = report_options_of_tool(kind);

    report.unit = flags->unit;
    report.compact = flags->compact_labels;
    report.call_tree = flags->call_tree;
    report.divide_by = flags->divide_by;
    report.top.granularity = (enum top_granularity)flags->granularity;
    report.top.sort_cum = flags->sort_cum;
    report.top.show_columns = flags->show_columns;
    report.top.no_inlines = flags->no_inlines;
    report.top.relative_percentages = flags->relative;
    report.top.drop_negative = flags->drop_negative;
    report.top.normalize = flags->normalize;
    report.top.mean = flags->mean || flags->mean_delay;
    report.top.filters = filters;
    report.top.source_path = flags->source_path;
    report.top.trim_path = flags->trim_path;
    report.top.diff_base = flags->diff_base->len > 0;
    if (flags->node_count >= 0)
        report.top.node_count = (size_t)flags->node_count;
    if (flags->node_fraction >= 0)
        report.top.node_fraction = flags->node_fraction;
    if (flags->edge_fraction >= 0)
        report.top.edge_fraction = flags->edge_fraction;
    if (!flags->trim) {
        report.top.node_count = 0;
        report.top.node_fraction = report.top.edge_fraction = 0;
    }
    return report;
}

bool profile_flags_sample_index(const struct profile_flags *flags, const struct profile *profile,
                                int *ret, GError **error)
{
    const char *short_type = flags->mean_delay ? "delay" : flags->short_type;
    const char *wanted = flags->sample_index != NULL ? flags->sample_index : short_type;
    int index = wanted != NULL ? profile_sample_index(profile, wanted) : -1;

    if (wanted == NULL || index >= 0) {
        *ret = index;
        return true;
    }
    g_autoptr(GString) types = g_string_new(NULL);

    for (size_t i = 0; i < profile->n_sample_types; i++)
        g_string_append_printf(types, "%s%s", i > 0 ? ", " : "", profile->sample_types[i].type);
    g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_USAGE,
                "the profile has no sample type %s; it has: %s", wanted, types->str);
    return false;
}
