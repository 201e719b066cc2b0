#include "pprof/graph_names.h"

#include "pprof/path.h"
#include "pprof/source_listing.h"

#include <string.h>

static const char *nothing(const struct graph *graph)
{
    return graph->names.list[0].text;
}

static const char *intern(struct graph *graph, const char *text)
{
    return names_intern(&graph->names, text, strlen(text));
}

static const char *intern_file(struct graph *graph, const char *file)
{
    const struct graph_options *o = &graph->options;
    const char *shown =
        o->untrimmed ? file : source_listing_trim_path(file, o->trim_path, o->source_path);

    if (*shown == '\0')
        return intern(graph, "");
    g_autoptr(GString) clean = g_string_new(NULL);

    path_clean(shown, clean);
    return intern(graph, clean->str);
}

void graph_intern_names(struct graph *graph)
{
    const struct profile *p = graph->profile;

    bool files = graph->options.granularity != TOP_FUNCTIONS; /* else nobody asks */

    graph->name_of_function =
        store_array(graph->arena, p->n_functions, sizeof *graph->name_of_function);
    graph->file_of_function =
        store_array(graph->arena, p->n_functions, sizeof *graph->file_of_function);
    graph->object_of_mapping =
        store_array(graph->arena, p->n_mappings, sizeof *graph->object_of_mapping);
    for (size_t i = 0; i < p->n_functions; i++) {
        const struct profile_function *f = &p->functions[i];
        bool is_last = i > 0 && f->filename == p->functions[i - 1].filename;

        graph->name_of_function[i] = intern(graph, f->name);
        if (!files)
            graph->file_of_function[i] = nothing(graph);
        else if (is_last) /* neighbours often are of one file */
            graph->file_of_function[i] = graph->file_of_function[i - 1];
        else
            graph->file_of_function[i] = intern_file(graph, f->filename);
    }
    for (size_t i = 0; i < p->n_mappings; i++)
        graph->object_of_mapping[i] = intern(graph, p->mappings[i].filename);
}

static const char *object_of(const struct graph *graph, const struct profile_location *location)
{
    return location->mapping == PROFILE_NONE ? nothing(graph)
                                             : graph->object_of_mapping[location->mapping];
}

/* Addresses are taken as they are, unless inlined lines go. */
static bool shows_columns(const struct graph_options *o)
{
    return (o->show_columns && (o->granularity == TOP_LINES || o->granularity == TOP_ADDRESSES)) ||
           (o->granularity == TOP_ADDRESSES && !o->no_inlines);
}

void graph_key_init(struct graph_key *key, const struct graph *graph,
                    const struct profile_location *location, const struct profile_line *line)
{
    enum top_granularity g = graph->options.granularity;

    *key = (struct graph_key){.name = nothing(graph), .file = nothing(graph)};
    key->object = key->name;
    key->address = g == TOP_ADDRESSES ? location->address : 0;
    if (line == NULL) {
        key->object = object_of(graph, location);
        return;
    }
    if (g != TOP_FILES)
        key->name = graph->name_of_function[line->function];
    if (g != TOP_FUNCTIONS)
        key->file = graph->file_of_function[line->function];
    if (g == TOP_LINES || g == TOP_ADDRESSES)
        key->line = line->line;
    if (shows_columns(&graph->options))
        key->column = line->column;
    /* what has no name is told apart by where it is */
    if (*key->name == '\0' || graph->options.apart) {
        key->object = object_of(graph, location);
        key->start_line = graph->profile->functions[line->function].start_line;
    }
}

const char *graph_printed_name(struct store *arena, const struct graph_key *key)
{
    /* most are nothing but this, and it lives as long */
    if (key->address == 0 && key->line == 0 && *key->file == '\0' && *key->name != '\0')
        return key->name;

    g_autoptr(GString) out = g_string_new(NULL);

    if (key->address != 0)
        g_string_append_printf(out, "%016" G_GINT64_MODIFIER "x ", (guint64)key->address);
    if (*key->name != '\0')
        g_string_append_printf(out, "%s ", key->name);
    if (key->line != 0 && key->column != 0)
        g_string_append_printf(out, "%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT " ", key->file,
                               (gint64)key->line, (gint64)key->column);
    else if (key->line != 0)
        g_string_append_printf(out, "%s:%" G_GINT64_FORMAT " ", key->file, (gint64)key->line);
    else if (*key->file != '\0')
        g_string_append_printf(out, "%s ", key->file);
    else if (*key->name == '\0' && *key->object != '\0') {
        g_autofree char *base = path_base(key->object);

        g_string_append_printf(out, "[%s] ", base);
    } else if (*key->name == '\0')
        g_string_append(out, "<unknown> ");
    return store_strndup(arena, out->str, out->len - 1);
}

int graph_compare_keys(const struct graph_key *a, const struct graph_key *b)
{
    g_autofree char *x =
        g_strdup_printf("{%s  %" G_GUINT64_FORMAT " %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                        " %" G_GINT64_FORMAT " %s}",
                        a->name, (guint64)a->address, a->file, (gint64)a->start_line,
                        (gint64)a->line, (gint64)a->column, a->object);
    g_autofree char *y =
        g_strdup_printf("{%s  %" G_GUINT64_FORMAT " %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                        " %" G_GINT64_FORMAT " %s}",
                        b->name, (guint64)b->address, b->file, (gint64)b->start_line,
                        (gint64)b->line, (gint64)b->column, b->object);

    return strcmp(x, y);
}

int graph_compare_names(const struct graph_node *a, const struct graph_node *b)
{
    if (a->key.address != 0 && b->key.address != 0 && a->key.address != b->key.address)
        return a->key.address < b->key.address ? -1 : 1;
    return strcmp(a->printed, b->printed);
}
