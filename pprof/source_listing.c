#include "pprof/source_listing.h"

#include "pprof/limits.h"
#include "pprof/lines.h"
#include "pprof/path.h"
#include "pprof/pattern.h"
#include "pprof/source_listing_check.h"
#include "pprof/source_listing_private.h"
#include "pprof/trimmed.h"

#include <string.h>

enum {
    MARGIN = 5,              /* lines around what was sampled */
    LONGEST_LINE = 64 * 1024 /* the tool reads a file up to the first line of this size */
};

struct source_listing_store {
    struct view view; /* own one, or empty */
    struct trimmed trimmed;
    GArray *routines;
    GHashTable *texts; /* interned file -> GBytes */
    int64_t n_walked;  /* lines of sources */
};

/* --- which nodes --- */

static const struct graph_node *node_at(const struct trimmed *t, size_t i)
{
    return &t->graph->nodes[t->order[i]];
}

static gint compare_nodes(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct graph *graph = user;
    const struct graph_key *x = &graph->nodes[*(const uint32_t *)a].key;
    const struct graph_key *y = &graph->nodes[*(const uint32_t *)b].key;
    int order = strcmp(x->name, y->name);

    if (order == 0)
        order = strcmp(x->file, y->file);
    if (order == 0 && x->line != y->line)
        order = x->line < y->line ? -1 : 1;
    return order;
}

/* --- costs --- */

static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t shifted(int64_t line, int64_t by)
{
    int64_t out;

    return __builtin_add_overflow(line, by, &out) ? line : out;
}

/* Nodes from..to of one function in one file. */
static void add_routine(struct source_listing_store *store, size_t from, size_t to)
{
    struct trimmed *t = &store->trimmed;
    const struct graph_key *key = &node_at(t, from)->key;
    struct source_listing_routine routine = {.function = key->name, .file = key->file};

    routine.costs = store_array(t->graph->arena, to - from, sizeof *routine.costs);
    for (size_t i = from; i < to; i++) {
        const struct graph_node *node = node_at(t, i);
        int64_t line = node->key.line, begun = node->key.start_line;
        int64_t start = begun != 0 ? begun : shifted(line, -MARGIN), end = shifted(line, MARGIN);
        size_t n = routine.n_costs;

        routine.first = i == from ? start : MIN(routine.first, start);
        routine.last = i == from ? end : MAX(routine.last, end);
        routine.flat = plus(routine.flat, node->flat);
        routine.cum = plus(routine.cum, node->cum);
        if (n == 0 || routine.costs[n - 1].line != line)
            routine.costs[routine.n_costs++] = (struct source_listing_cost){.line = line};
        struct source_listing_cost *last = &routine.costs[routine.n_costs - 1];

        last->flat = plus(last->flat, node->flat);
        last->cum = plus(last->cum, node->cum);
    }
    routine.first = MAX(routine.first, 1);
    g_array_append_val(store->routines, routine);
}

/* --- text --- */

static void cut_lines(struct source_listing_store *store, struct source_listing_routine *routine,
                      GBytes *bytes)
{
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);
    struct lines lines = lines_of(text, n);
    GArray *out = g_array_new(FALSE, FALSE, sizeof(struct source_listing_line));
    struct span span;
    size_t cost = 0;

    for (int64_t number = 1; number <= routine->last && lines_next(&lines, &span); number++) {
        if (span.n >= LONGEST_LINE || ++store->n_walked > PPROF_MAX_LISTED_LINES)
            break;
        if (number < routine->first)
            continue;
        struct source_listing_line line = {.line = number, .text = span.at, .n = span.n};

        while (cost < routine->n_costs && routine->costs[cost].line < line.line)
            ++cost;
        if (cost < routine->n_costs && routine->costs[cost].line == line.line) {
            line.flat = routine->costs[cost].flat;
            line.cum = routine->costs[cost].cum;
        }

        g_array_append_val(out, line);
    }
    routine->lines = store_adopt_array(store->trimmed.graph->arena, out, &routine->n_lines);
}

static bool fits(const struct source_listing_store *store,
                 const struct source_listing_routine *routine, GBytes *bytes)
{
    const struct trimmed *t = &store->trimmed;
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);
    size_t i = 0;

    while (i < t->n && node_at(t, i)->key.name != routine->function)
        i++;
    return source_listing_check(
        &(struct listing_place){.function = routine->function,
                                .file = routine->file,
                                .start_line = i < t->n ? node_at(t, i)->key.start_line : 0,
                                .line = routine->n_costs > 0 ? routine->costs[0].line : 0},
        text, n);
}

static void read_text(struct source_listing_store *store, struct source_listing_routine *routine,
                      const struct source_listing_sources *sources)
{
    g_autoptr(GError) error = NULL;

    if (*routine->file == '\0')
        return;
    GBytes *text = g_hash_table_lookup(store->texts, routine->file);

    if (text == NULL) { /* every file is asked for once */
        text = sources->read(sources->user, routine->file, &error);
        if (text != NULL)
            g_hash_table_insert(store->texts, (gpointer)(uintptr_t)routine->file, text);
    }
    if (text != NULL && sources->checked && !fits(store, routine, text))
        routine->error = "the source here is of another version than the profile: the function "
                         "does not begin where it did";
    else if (text != NULL)
        cut_lines(store, routine, text);
    else
        routine->error =
            store_strndup(store->trimmed.graph->arena, error->message, strlen(error->message));
    if (store->n_walked > PPROF_MAX_LISTED_LINES)
        routine->error = "too many lines of source: choose fewer functions";
}

/* --- the whole --- */

static struct source_listing *source_listing_new(void)
{
    struct source_listing *listing = g_new0(struct source_listing, 1);

    listing->store = g_new0(struct source_listing_store, 1);
    listing->store->texts = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_bytes_unref);
    listing->store->routines = g_array_new(FALSE, FALSE, sizeof(struct source_listing_routine));
    return listing;
}

static bool build(struct source_listing *listing, const struct view *view,
                  const struct top_options *options, const struct pattern *pattern)
{
    struct top_options own = *options;

    own.granularity = TOP_LINES;
    own.node_count = 0;
    own.node_fraction = own.edge_fraction = 0;
    trimmed_init_apart(&listing->store->trimmed, view, &own);

    /* Leaves the matching nodes in order, one routine after the other. */
    struct trimmed *t = &listing->store->trimmed;
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++)
        if (pattern_matches(pattern, node_at(t, i)->key.name))
            t->order[n++] = t->order[i];
    t->n = n;
    if (n > 1)
        g_qsort_with_data(t->order, (gint)n, sizeof *t->order, compare_nodes, t->graph);

    return listing->store->trimmed.n > 0;
}

static struct source_listing *finish(struct source_listing *unfinished, const struct view *view,
                                     const struct top_options *options, const char *text,
                                     const struct source_listing_sources *sources, GError **error)
{
    g_autoptr(source_listing_auto) listing = unfinished;
    g_autoptr(pattern_auto) pattern = pattern_new(text, "argument", error);

    if (pattern == NULL)
        return NULL;
    if (!build(listing, view, options, pattern)) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID, "no matches found for regexp: %s",
                    text);
        return NULL;
    }

    struct source_listing_store *store = listing->store;
    const struct trimmed *t = &store->trimmed;

    for (size_t from = 0, to; from < t->n; from = to) {
        const struct graph_key *key = &node_at(t, from)->key;

        for (to = from; to < t->n && node_at(t, to)->key.name == key->name &&
                        node_at(t, to)->key.file == key->file;)
            to++;
        /* a function of which some nodes have a file is listed by these alone */
        if (*key->file != '\0' || to >= t->n || node_at(t, to)->key.name != key->name)
            add_routine(store, from, to);
    }
    listing->routines = (struct source_listing_routine *)(void *)store->routines->data;
    listing->n_routines = store->routines->len;
    for (size_t i = 0; sources != NULL && i < listing->n_routines; i++)
        read_text(store, &listing->routines[i], sources);
    listing->total = view->total;
    listing->type = view->type;
    listing->unit = view->unit;
    listing->unmatched = view->unmatched;

    return g_steal_pointer(&listing);
}

struct source_listing *source_listing_of_view(const struct view *view,
                                              const struct top_options *options,
                                              const char *pattern,
                                              const struct source_listing_sources *sources,
                                              GError **error)
{
    return finish(source_listing_new(), view, options, pattern, sources, error);
}

struct source_listing *source_listing_build(const struct profile *profile,
                                            const struct top_options *options, const char *pattern,
                                            const struct source_listing_sources *sources,
                                            GError **error)
{
    g_autoptr(source_listing_auto) listing = source_listing_new();
    const struct view *view = &listing->store->view;

    if (!view_init(&listing->store->view, profile, options, error))
        return NULL;
    return finish(g_steal_pointer(&listing), view, options, pattern, sources, error);
}

void source_listing_free(struct source_listing *listing)
{
    if (listing == NULL)
        return;
    trimmed_clear(&listing->store->trimmed);
    view_clear(&listing->store->view);
    g_array_unref(listing->store->routines);
    g_hash_table_unref(listing->store->texts);
    g_free(listing->store);
    g_free(listing);
}

/* --- names of files --- */

/* What follows "/dir/" in file, for the first dir of the list whose last element is there. */
static const char *after_search_dir(const char *file, const char *source_path)
{
    g_auto(GStrv) dirs = g_strsplit(source_path, ":", -1);

    for (size_t i = 0; dirs[i] != NULL; i++) {
        g_autofree char *base = path_base(dirs[i]);
        g_autofree char *wanted = g_strdup_printf("/%s/", base);
        const char *found = strstr(file, wanted);

        if (found != NULL)
            return found + strlen(wanted);
    }
    return NULL;
}

static const char *after_prefix(const char *file, const char *prefix)
{
    size_t n = strlen(prefix);
    bool ends = n > 0 && prefix[n - 1] == '/';

    if (strncmp(file, prefix, n) != 0 || (!ends && file[n] != '/'))
        return NULL;
    return file + n + (ends ? 0 : 1);
}

const char *source_listing_trim_path(const char *file, const char *trim_path,
                                     const char *source_path)
{
    /* Go's own builds leave these in front. */
    static const char *const build_dirs[] = {"/proc/self/cwd/./", "/proc/self/cwd/"};
    bool trims = trim_path != NULL && *trim_path != '\0';
    g_auto(GStrv) prefixes = g_strsplit(trims ? trim_path : "", ":", -1);
    const char *rest = NULL;

    if (!trims && source_path != NULL && *source_path != '\0')
        rest = after_search_dir(file, source_path);
    for (size_t i = 0; rest == NULL && prefixes[i] != NULL; i++)
        rest = after_prefix(file, prefixes[i]);
    for (size_t i = 0; rest == NULL && i < G_N_ELEMENTS(build_dirs); i++)
        rest = after_prefix(file, build_dirs[i]);
    return rest != NULL ? rest : file;
}
