#include "app/profiles/profile_json.h"

#include "app/profiles/profile_json_tables.h"
#include "pprof/neighbours.h"

enum { SCHEMA = 1 };

/* --- what every document has --- */

void profile_json_add_type(JsonBuilder *builder, const char *name, const char *type,
                           const char *unit)
{
    json_begin_object(builder, name);
    json_add_text(builder, "type", type);
    json_add_text(builder, "unit", unit);
    json_builder_end_object(builder);
}

static void add_texts(JsonBuilder *builder, const char *name, const char *const *texts, size_t n)
{
    json_begin_array(builder, name);
    for (size_t i = 0; i < n; i++)
        json_add_text_value(builder, texts[i]);
    json_builder_end_array(builder);
}

static void add_source(JsonBuilder *builder, const char *name,
                       const struct profile_json_source *source)
{
    const struct profile *p = source->profile;

    if (p == NULL) {
        json_add_text(builder, name, NULL);
        return;
    }
    json_begin_object(builder, name);
    add_texts(builder, "sources", (const char *const *)source->origins->pdata,
              source->origins->len);
    json_add_text(builder, "kind", source->kind);
    json_add_text(builder, "program", p->n_mappings > 0 ? p->mappings[0].filename : NULL);
    json_add_text(builder, "build_id", p->n_mappings > 0 ? p->mappings[0].build_id : NULL);
    json_add_int(builder, "time_ns", p->time_ns);
    json_add_int(builder, "duration_ns", p->duration_ns);
    json_add_int(builder, "period", p->period);
    profile_json_add_type(builder, "period_type", p->period_type.type, p->period_type.unit);
    json_begin_array(builder, "sample_types");
    for (size_t i = 0; i < p->n_sample_types; i++) {
        json_builder_begin_object(builder);
        json_add_text(builder, "type", p->sample_types[i].type);
        json_add_text(builder, "unit", p->sample_types[i].unit);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_add_int(builder, "samples", (gint64)p->n_samples);
    add_texts(builder, "comments", p->comments, p->n_comments);
    json_builder_end_object(builder);
}

void profile_json_begin(JsonBuilder *builder, const char *command,
                        const struct profile_json_source *source,
                        const struct profile_json_source *base)
{
    json_builder_begin_object(builder);
    json_add_int(builder, "schema", SCHEMA);
    json_add_text(builder, "version", SIDESCOPE_VERSION);
    json_add_text(builder, "command", command);
    add_source(builder, "profile", source);
    add_source(builder, "base", base);
}

/* --- top, tree, peek --- */

static const char *inline_word(enum top_inline inlined)
{
    static const char *const words[] = {
        [TOP_INLINE_NONE] = "no", [TOP_INLINE_PARTIAL] = "partly", [TOP_INLINE_FULL] = "always"};

    return words[inlined];
}

static void add_row(JsonBuilder *builder, const struct top_row *row)
{
    json_add_text(builder, "name", row->name);
    json_add_text(builder, "function", row->function);
    json_add_text(builder, "file", row->file);
    json_add_int(builder, "line", row->line);
    json_add_int(builder, "flat", row->flat);
    json_add_int(builder, "cum", row->cum);
    json_add_text(builder, "inlined", inline_word(row->inlined));
}

static bool add_top(JsonBuilder *builder, const struct profile_json_request *request,
                    GError **error)
{
    g_autoptr(top_report_auto) report =
        top_build(request->source.profile, &request->options->top, error);

    if (report == NULL)
        return false;
    profile_json_add_type(builder, "sample_type", report->type, report->unit);
    json_add_int(builder, "total", report->total);
    json_add_int(builder, "shown", report->shown);
    json_add_int(builder, "dropped_nodes", (gint64)report->n_dropped);
    json_add_int(builder, "cutoff", report->cutoff);
    json_begin_array(builder, "nodes");
    for (size_t i = 0; i < report->n_rows; i++) {
        json_builder_begin_object(builder);
        add_row(builder, &report->rows[i]);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    return true;
}

static void add_edges(JsonBuilder *builder, const char *name, const struct top_edge *edges,
                      size_t n)
{
    json_begin_array(builder, name);
    for (size_t i = 0; i < n; i++) {
        json_builder_begin_object(builder);
        json_add_text(builder, "name", edges[i].name);
        json_add_int(builder, "weight", edges[i].weight);
        json_add_flag(builder, "inlined", edges[i].inlined);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static bool add_tree(JsonBuilder *builder, const struct profile_json_request *request,
                     GError **error)
{
    const struct report_options *options = request->options;
    const char *pattern = options->kind == REPORT_PEEK ? options->pattern : NULL;
    g_autoptr(neighbours_auto) tree =
        neighbours_build(request->source.profile, &options->top, pattern, error);

    if (tree == NULL)
        return false;
    profile_json_add_type(builder, "sample_type", tree->type, tree->unit);
    json_add_int(builder, "total", tree->total);
    json_begin_array(builder, "nodes");
    for (size_t i = 0; i < tree->n_nodes; i++) {
        const struct neighbours_node *node = &tree->nodes[i];

        json_builder_begin_object(builder);
        add_row(builder, &node->row);
        add_edges(builder, "callers", node->callers, node->n_callers);
        add_edges(builder, "callees", node->callees, node->n_callees);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    return true;
}

/* --- list --- */

static void add_costs(JsonBuilder *builder, const struct source_listing_routine *routine)
{
    json_begin_array(builder, "lines");
    for (size_t i = 0; i < routine->n_costs; i++) {
        json_builder_begin_object(builder);
        json_add_int(builder, "line", routine->costs[i].line);
        json_add_int(builder, "flat", routine->costs[i].flat);
        json_add_int(builder, "cum", routine->costs[i].cum);
        /* The text of a line, null where there is none: no source, or a file that is shorter now.
         */
        int64_t line = routine->costs[i].line;
        const struct source_listing_line *first =
            routine->lines; /* the others follow without gaps */
        g_autofree char *text = NULL;

        if (routine->n_lines > 0 && line >= first->line &&
            line - first->line < (int64_t)routine->n_lines) {
            const struct source_listing_line *at = &routine->lines[line - first->line];

            text = g_strndup(at->text, at->n);
        }
        json_add_text(builder, "text", text);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static bool add_listing(JsonBuilder *builder, const struct profile_json_request *request,
                        GError **error)
{
    const struct report_options *options = request->options;
    g_autoptr(source_listing_auto) listing = source_listing_build(
        request->source.profile, &options->top, options->pattern, options->sources, error);

    if (listing == NULL)
        return false;
    profile_json_add_type(builder, "sample_type", listing->type, listing->unit);
    json_add_int(builder, "total", listing->total);
    json_begin_array(builder, "routines");
    for (size_t i = 0; i < listing->n_routines; i++) {
        const struct source_listing_routine *routine = &listing->routines[i];

        json_builder_begin_object(builder);
        json_add_text(builder, "function", routine->function);
        json_add_text(builder, "file", routine->file);
        json_add_int(builder, "flat", routine->flat);
        json_add_int(builder, "cum", routine->cum);
        json_add_text(builder, "source_error", routine->error);
        add_costs(builder, routine);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    return true;
}

/* --- samples and labels --- */

static bool add_samples(JsonBuilder *builder, const struct profile_json_request *request,
                        GError **error)
{
    const struct top_options *options = &request->options->top;
    g_autoptr(profile_auto) filtered = report_filtered(request->source.profile, options, error);

    if (filtered == NULL)
        return false;
    int index =
        options->sample_index >= 0 ? options->sample_index : profile_default_sample_index(filtered);
    bool known = index >= 0 && (size_t)index < filtered->n_sample_types;
    const struct profile_value_type none = {"", ""};
    const struct profile_value_type *type = known ? &filtered->sample_types[index] : &none;

    profile_json_add_type(builder, "sample_type", type->type, type->unit);
    if (request->options->kind != REPORT_TAGS)
        profile_json_add_tables(builder, filtered);
    else if (known)
        profile_json_add_tags(builder, filtered, (size_t)index);
    return true;
}

char *profile_json(const struct profile_json_request *request, GError **error)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    enum report_kind kind = request->options->kind;

    profile_json_begin(builder, request->command, &request->source, &request->base);
    bool ok = kind == REPORT_LIST                          ? add_listing(builder, request, error)
              : kind == REPORT_TOP                         ? add_top(builder, request, error)
              : kind == REPORT_TREE || kind == REPORT_PEEK ? add_tree(builder, request, error)
                                                           : add_samples(builder, request, error);

    json_builder_end_object(builder);
    return ok ? json_document(builder) : NULL;
}
