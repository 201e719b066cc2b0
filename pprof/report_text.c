#include "pprof/report_text.h"

#include "pprof/measurement.h"
#include "pprof/merge.h"
#include "pprof/names.h"
#include "pprof/report.h"
#include "pprof/restack.h"

#include <math.h>
#include <string.h>

struct report_options report_options_of_tool(enum report_kind kind)
{
    enum { TREE_NODES = 80 };
    struct report_options options = {.kind = kind, .top = top_options_of_tool()};

    if (kind == REPORT_TREE || kind == REPORT_DOT)
        options.top.node_count = TREE_NODES;
    return options;
}

/* --- pieces --- */

/* Only what is printed is divided; shares and the order of rows are not affected. */
static int64_t divided(const struct report *report, int64_t value)
{
    double by = report->options->divide_by;

    if (by == 0 || by == 1)
        return value;
    double result = trunc((double)value * (1 / by));

    return measurement_whole(result);
}

size_t report_columns(const char *text, size_t n)
{
    const char *end = text + n;
    size_t columns = 0;

    for (const char *at = text; at < end; columns++) {
        gunichar c = g_utf8_get_char_validated(at, end - at);

        at = c == (gunichar)-1 || c == (gunichar)-2 ? at + 1 : g_utf8_next_char(at);
    }
    return columns;
}

void report_append_right(GString *out, const char *text, unsigned width)
{
    for (size_t columns = report_columns(text, strlen(text)); columns < width; columns++)
        g_string_append_c(out, ' ');
    g_string_append(out, text);
}

void report_append_value(GString *out, const struct report *report, int64_t value, unsigned width)
{
    enum { LONG_UNIT = 16 };
    char text[MEASUREMENT_TEXT_MAX];

    if (strlen(report->view.unit) < LONG_UNIT && strlen(report->unit) < LONG_UNIT) {
        measurement_label(divided(report, value), report->view.unit, report->unit, text);
        report_append_right(out, text, width);
        return;
    }
    g_autofree char *whole =
        measurement_text(divided(report, value), report->view.unit, report->unit);

    report_append_right(out, whole, width);
}

void report_append_percentage(GString *out, int64_t value, int64_t total)
{
    char text[MEASUREMENT_TEXT_MAX];

    measurement_percentage(value, total, text);
    g_string_append(out, text);
}

void report_append_node(GString *out, const struct report *report, const struct graph_node *node,
                        int64_t sum)
{
    int64_t total = report->view.total;

    report_append_value(out, report, node->flat, 10);
    g_string_append_c(out, ' ');
    report_append_percentage(out, node->flat, total);
    g_string_append_c(out, ' ');
    report_append_percentage(out, sum, total);
    g_string_append_c(out, ' ');
    report_append_value(out, report, node->cum, 10);
    g_string_append_c(out, ' ');
    report_append_percentage(out, node->cum, total);
}

void report_choose_unit(struct report *report, const struct trimmed *t)
{
    int64_t total = report->view.total, smallest = 0;

    if (strcmp(report->unit, "minimum") != 0 || t->n == 0)
        return;
    for (size_t i = 0; i < t->n; i++) {
        const struct graph_node *node = &t->graph->nodes[t->order[i]];
        int64_t value = graph_magnitude(node->flat != 0 ? node->flat : node->cum);

        if (value > 0 && (smallest == 0 || value < smallest))
            smallest = value;
    }
    smallest = smallest != 0 ? smallest : total;
    report->unit = measurement_report_unit(divided(report, smallest), divided(report, total),
                                           report->view.unit);
}

/* --- top --- */

static void report_write_top(GString *out, struct report *report)
{
    static const char *const marks[] = {
        [TOP_INLINE_NONE] = "",
        [TOP_INLINE_PARTIAL] = " (partial-inline)",
        [TOP_INLINE_FULL] = " (inline)",
    };
    struct trimmed t;
    int64_t sum = 0;

    trimmed_init(&t, &report->view, &report->options->top, GRAPH_EDGES_INLINED);
    g_autofree enum top_inline *inlining = trimmed_inlining(&t);

    report_choose_unit(report, &t);
    report_write_header(out, report, &t);
    g_string_append(out, "      flat  flat%   sum%        cum   cum%\n");
    for (size_t i = 0; i < t.n; i++) {
        const struct graph_node *node = &t.graph->nodes[t.order[i]];

        sum = (int64_t)((uint64_t)sum + (uint64_t)node->flat);
        report_append_node(out, report, node, sum);
        g_string_append_printf(out, "  %s%s\n", node->printed, marks[inlining[t.order[i]]]);
    }
    trimmed_clear(&t);
}

/* --- all kinds --- */

static bool write_kind(GString *out, struct report *report, GError **error)
{
    switch (report->options->kind) {
    case REPORT_TOP:
        report_write_top(out, report);
        return true;
    case REPORT_TREE:
    case REPORT_PEEK:
        return report_write_tree(out, report, error);
    case REPORT_TRACES:
        report_write_traces(out, report);
        return true;
    case REPORT_TAGS:
        report_write_tags(out, report);
        return true;
    case REPORT_RAW:
        report_write_raw(out, report);
        return true;
    case REPORT_COMMENTS:
        report_write_comments(out, report);
        return true;
    case REPORT_DOT:
        return report_write_dot(out, report, error);
    case REPORT_LIST:
        return report_write_list(out, report, error);
    }
    g_assert_not_reached();
}

/* What the tool does to every profile it loads. */
static struct profile *load(const struct profile *profile, enum report_dialect dialect)
{
    g_autoptr(profile_auto) loaded = restack_with_mapping(profile);

    return dialect == REPORT_DIALECT_GO_1_19 ? merge_compact(loaded) : g_steal_pointer(&loaded);
}

bool report_text(GString *out, const struct profile *profile, const struct report_options *options,
                 GError **error)
{
    struct report_options own = *options;
    g_autoptr(profile_auto) loaded = load(profile, options->dialect);
    g_autoptr(profile_auto) base = NULL;

    if (options->kind == REPORT_PEEK) { /* never trims */
        own.top.node_count = 0;
        own.top.node_fraction = own.top.edge_fraction = 0;
    }
    if (options->top.base != NULL)
        own.top.base = base = load(options->top.base, options->dialect);

    struct report report = {.options = &own, .unit = own.unit != NULL ? own.unit : "minimum"};
    gsize before = out->len;

    if (!view_init(&report.view, loaded, &own.top, error))
        return false;
    bool ok = write_kind(out, &report, error);

    view_clear(&report.view);
    if (ok)
        names_restore_nuls(out, before);
    else
        g_string_truncate(out, before);
    return ok;
}

struct profile *report_filtered(const struct profile *profile, const struct top_options *options,
                                GError **error)
{
    struct view view;

    if (!view_init(&view, profile, options, error))
        return NULL;
    struct profile *filtered = profile_ref(view.profile);

    view_clear(&view);
    return filtered;
}
