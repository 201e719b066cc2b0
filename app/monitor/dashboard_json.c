#include "app/monitor/dashboard_json.h"

#include "app/ground/json.h"
#include "app/monitor/exposition.h"
#include "app/monitor/rules.h"

#include <math.h>
#include <string.h>

enum {
    GRID_WIDTH = 24,
    CHART_WIDTH = 8,
    CHART_HEIGHT = 7,
    VERDICTS_HEIGHT = 8,
    SCHEMA_VERSION = 36, /* Grafana 9; later ones read it */
};

static const char selector[] = "{process=~\"$process\",pid=~\"$pid\"}";

struct board {
    JsonBuilder *builder;
    const struct thresholds *thresholds;
    int next_id, x, y;
};

static void add_string(JsonBuilder *builder, const char *name, const char *text)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_string_value(builder, text);
}

static void add_data_source(JsonBuilder *builder)
{
    json_begin_object(builder, "datasource");
    add_string(builder, "type", "prometheus");
    add_string(builder, "uid", "${datasource}");
    json_builder_end_object(builder);
}

static void add_place(struct board *board, int width, int height)
{
    JsonBuilder *builder = board->builder;

    json_begin_object(builder, "gridPos");
    json_add_int(builder, "h", height);
    json_add_int(builder, "w", width);
    json_add_int(builder, "x", board->x);
    json_add_int(builder, "y", board->y);
    json_builder_end_object(builder);
    board->x += width;
    if (board->x >= GRID_WIDTH) {
        board->x = 0;
        board->y += height;
    }
}

/* What all panels begin with; json_builder_end_object ends it. */
static void begin_panel(struct board *board, const char *type, const char *title, const char *words)
{
    JsonBuilder *builder = board->builder;

    json_builder_begin_object(builder);
    json_add_int(builder, "id", ++board->next_id);
    add_string(builder, "type", type);
    add_string(builder, "title", title);
    if (words != NULL)
        add_string(builder, "description", words);
}

static void add_target(struct board *board, const char *expression, const char *legend)
{
    JsonBuilder *builder = board->builder;

    json_begin_array(builder, "targets");
    json_builder_begin_object(builder);
    add_string(builder, "refId", "A");
    add_data_source(builder);
    add_string(builder, "expr", expression);
    add_string(builder, "legendFormat", legend);
    json_builder_end_object(builder);
    json_builder_end_array(builder);
}

/* --- verdicts --- */

static void add_mapping(JsonBuilder *builder, const char *value, const char *text,
                        const char *colour)
{
    json_begin_object(builder, value);
    add_string(builder, "text", text);
    add_string(builder, "color", colour);
    json_builder_end_object(builder);
}

static void add_verdicts(struct board *board)
{
    JsonBuilder *builder = board->builder;
    g_autofree char *expression = g_strconcat("sidescope_verdict", selector, NULL);

    begin_panel(board, "state-timeline", "verdicts",
                "What the triage says of each step. A gap: it could not be examined.");
    add_data_source(builder);
    add_place(board, GRID_WIDTH, VERDICTS_HEIGHT);
    json_begin_object(builder, "fieldConfig");
    json_begin_object(builder, "defaults");
    json_begin_array(builder, "mappings");
    json_builder_begin_object(builder);
    add_string(builder, "type", "value");
    json_begin_object(builder, "options");
    add_mapping(builder, "0", triage_verdict_name(TRIAGE_HEALTHY), "green");
    add_mapping(builder, "1", triage_verdict_name(TRIAGE_LOOK), "orange");
    add_mapping(builder, "2", triage_verdict_name(TRIAGE_BAD), "red");
    json_builder_end_object(builder);
    json_builder_end_object(builder);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    json_begin_array(builder, "overrides");
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    add_target(board, expression, "{{process}} {{pid}} {{step}}");
    json_builder_end_object(builder);
}

/* --- charts --- */

/* What only counts up is shown by its rate. */
static const char *grafana_unit(const struct metric_info *info)
{
    static const char *const units[] = {
        [METRIC_COUNT] = "short",     [METRIC_BYTES] = "bytes",
        [METRIC_PERCENT] = "percent", [METRIC_BYTES_PER_SECOND] = "Bps",
        [METRIC_PER_MINUTE] = "opm",  [METRIC_SECONDS] = "s",
    };
    static const char *const rates[] = {
        [METRIC_COUNT] = "ops",       [METRIC_BYTES] = "Bps",
        [METRIC_PERCENT] = "percent", [METRIC_BYTES_PER_SECOND] = "Bps",
        [METRIC_PER_MINUTE] = "opm",  [METRIC_SECONDS] = "percentunit",
    };

    return info->counts_up ? rates[info->unit] : units[info->unit];
}

static void add_step(JsonBuilder *builder, const char *colour, double value)
{
    json_builder_begin_object(builder);
    add_string(builder, "color", colour);
    json_add_number(builder, "value", value);
    json_builder_end_object(builder);
}

/* True when there are any. */
static bool add_levels(struct board *board, enum metric metric)
{
    JsonBuilder *builder = board->builder;
    size_t n;
    const struct rules_level *levels = rules_levels(&n);
    bool any = false;

    json_begin_object(builder, "thresholds");
    add_string(builder, "mode", "absolute");
    json_begin_array(builder, "steps");
    add_step(builder, "green", NAN); /* null: from the bottom on */
    for (size_t i = 0; i < n; i++) {
        double value = board->thresholds->value[levels[i].threshold];

        if (levels[i].metric != metric || isnan(value))
            continue;
        add_step(builder, levels[i].verdict == TRIAGE_BAD ? "red" : "orange", value);
        any = true;
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return any;
}

static void add_chart(struct board *board, enum metric metric)
{
    const struct metric_info *info = metric_info(metric);
    g_autoptr(GString) expression = g_string_new(info->counts_up ? "rate(" : "");

    exposition_append_name(expression, metric);
    g_string_append(expression, selector);
    g_string_append(expression, info->counts_up ? "[$__rate_interval])" : "");
    begin_panel(board, "timeseries", info->words, info->help);
    add_data_source(board->builder);
    add_place(board, CHART_WIDTH, CHART_HEIGHT);
    JsonBuilder *builder = board->builder;

    json_begin_object(builder, "fieldConfig");
    json_begin_object(builder, "defaults");
    add_string(builder, "unit", grafana_unit(metric_info(metric)));
    json_add_int(builder, "min", 0);
    bool any = add_levels(board, metric);

    json_begin_object(builder, "custom");
    json_add_int(builder, "lineWidth", 1);
    json_begin_object(builder, "thresholdsStyle");
    add_string(builder, "mode", any ? "line" : "off");
    json_builder_end_object(builder);
    json_builder_end_object(builder);
    json_builder_end_object(builder);
    json_begin_array(builder, "overrides");
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    add_target(board, expression->str, "{{process}} {{pid}} {{project}}");
    json_builder_end_object(board->builder);
}

/* Those of a folded row are inside of it. */
static void add_charts(struct board *board)
{
    JsonBuilder *builder = board->builder;

    for (int i = 0; i <= METRIC_ALLOC_RATE; i++)
        add_chart(board, (enum metric)i);
    board->y += board->x > 0 ? CHART_HEIGHT : 0;
    board->x = 0;
    begin_panel(board, "row", "everything else", NULL);
    json_add_flag(builder, "collapsed", true);
    add_place(board, GRID_WIDTH, 1);
    json_begin_array(builder, "panels");
    for (int i = METRIC_ALLOC_RATE + 1; i < METRIC_N; i++)
        add_chart(board, (enum metric)i);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

/* --- the document --- */

static void add_choice(JsonBuilder *builder, const char *name, const char *query)
{
    json_builder_begin_object(builder);
    add_string(builder, "name", name);
    add_string(builder, "label", name);
    add_string(builder, "type", "query");
    add_data_source(builder);
    json_begin_object(builder, "query");
    add_string(builder, "query", query);
    add_string(builder, "refId", name);
    json_builder_end_object(builder);
    json_add_int(builder, "refresh", 2);
    json_add_flag(builder, "multi", true);
    json_add_flag(builder, "includeAll", true);
    add_string(builder, "allValue", ".*");
    json_builder_end_object(builder);
}

char *dashboard_json(const struct thresholds *thresholds)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    struct board board = {.builder = builder, .thresholds = thresholds};

    json_builder_begin_object(builder);
    add_string(builder, "title", "sidescope");
    add_string(builder, "uid", "sidescope");
    add_string(builder, "description",
               "Written by: sidescope monitor --print-dashboard, from its tables of metrics and "
               "thresholds.");
    json_add_int(builder, "schemaVersion", SCHEMA_VERSION);
    add_string(builder, "refresh", "30s");
    json_begin_object(builder, "time");
    add_string(builder, "from", "now-6h");
    add_string(builder, "to", "now");
    json_builder_end_object(builder);
    json_begin_object(builder, "templating");
    json_begin_array(builder, "list");
    json_builder_begin_object(builder);
    add_string(builder, "name", "datasource");
    add_string(builder, "type", "datasource");
    add_string(builder, "query", "prometheus");
    json_builder_end_object(builder);
    add_choice(builder, "process", "label_values(sidescope_up, process)");
    add_choice(builder, "pid", "label_values(sidescope_up{process=~\"$process\"}, pid)");
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    json_begin_array(builder, "panels");
    add_verdicts(&board);
    add_charts(&board);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    return json_document(builder);
}
