#include "app/session/fd_tree.h"

#include "app/session/fd_items.h"
#include "probes/paths.h"

#include <string.h>

void fd_place_clear(struct fd_place *place)
{
    g_free(place->text);
    *place = (struct fd_place){.unfolded = place->unfolded};
}

struct builder {
    const struct files_sample *files;
    const struct fd_place *place;
    struct fd_level *level;
    GArray *nodes;      /* struct fd_node */
    GHashTable *places; /* node's text to index + 1, within the level */
    GHashTable *common; /* of directories: index + 1 to what the items below have in common */
    uint32_t *same;     /* per descriptor: how many share its path */
    GPtrArray *paths;   /* per node, what fd_level_paths gives; NULL: not asked for */
};

static gsize index_of(const struct builder *b, const struct fd_node *node)
{
    return (gsize)(node - (const struct fd_node *)(const void *)b->nodes->data);
}

/* --- adding up --- */

/* A path that is open many times stands there once in a row. */
static void add_paths(struct builder *b, const uint32_t *fds, uint32_t n, gsize node)
{
    const char *last = NULL;

    while (b->paths->len <= node)
        g_ptr_array_add(b->paths, g_string_new(NULL));
    for (uint32_t i = 0; i < n; i++) {
        const char *path = b->files->fds[fds[i]].path;

        if (last == NULL || strcmp(path, last) != 0)
            g_string_append_printf(b->paths->pdata[node], "%s\n", path);
        last = path;
    }
}

static void add_descriptors(struct builder *b, struct fd_node *node, const uint32_t *fds,
                            uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct fd_entry *entry = &b->files->fds[fds[i]];

        if (node->count++ == 0) {
            node->oldest_us = entry->first_seen_us;
            node->fd = fds[i];
        }
        node->oldest_us = MIN(node->oldest_us, entry->first_seen_us);
        node->deleted += entry->deleted;
        node->same = MAX(node->same, b->same[fds[i]]);
    }
}

static void add_item(struct builder *b, struct fd_node *node, const struct fd_item *item)
{
    add_descriptors(b, node, item->fds, item->count);
    if (b->paths != NULL)
        add_paths(b, item->fds, item->count, index_of(b, node));
    node->paths += item->paths;
    node->growth += item->growth;
}

/* --- levels --- */

static struct fd_node *node_of(struct builder *b, enum fd_node_kind kind,
                               const struct fd_item *item, const char *text)
{
    g_autofree char *key = g_strdup_printf("%d %d %s", (int)kind, (int)item->type, text);
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(b->places, key));

    if (index > 0)
        return &g_array_index(b->nodes, struct fd_node, index - 1);
    struct fd_node node = {.kind = kind,
                           .type = item->type,
                           .text = g_string_chunk_insert_const(b->level->strings, text)};

    g_array_append_val(b->nodes, node);
    g_hash_table_insert(b->places, g_steal_pointer(&key), GUINT_TO_POINTER(b->nodes->len));
    return &g_array_index(b->nodes, struct fd_node, b->nodes->len - 1);
}

static bool is_path(const char *text)
{
    return text[0] == '/';
}

/* How much of two directories is common, in whole components. */
static size_t common_directory(const char *a, const char *b)
{
    size_t slash = 0, i = 0;

    for (; a[i] != '\0' && a[i] == b[i]; i++)
        if (a[i] == '/')
            slash = i;
    bool whole = (a[i] == '\0' || a[i] == '/') && (b[i] == '\0' || b[i] == '/');

    return whole ? i : slash;
}

/* Cuts what is common to a directory's items so far to what this one shares. */
static void note_common(struct builder *b, const struct fd_node *node, const char *text)
{
    gsize index = index_of(b, node) + 1;
    char *common = g_hash_table_lookup(b->common, GSIZE_TO_POINTER(index));
    g_autofree char *directory = g_strndup(text, (size_t)(strrchr(text, '/') - text));

    if (common == NULL)
        g_hash_table_insert(b->common, GSIZE_TO_POINTER(index), g_steal_pointer(&directory));
    else
        common[common_directory(common, directory)] = '\0';
}

static void add_below_directory(struct builder *b, const struct fd_item *item, size_t prefix_n)
{
    /* a template that stands for one path is that path */
    enum fd_node_kind leaf = item->paths > 1 ? FD_NODE_TEMPLATE : FD_NODE_PATH;
    const char *slash = is_path(item->text) ? strchr(item->text + prefix_n + 1, '/') : NULL;

    if (slash == NULL) {
        add_item(b, node_of(b, leaf, item, item->text), item);
        return;
    }
    g_autofree char *directory = g_strndup(item->text, (size_t)(slash - item->text));
    struct fd_node *node = node_of(b, FD_NODE_DIRECTORY, item, directory);

    note_common(b, node, item->text);
    add_item(b, node, item);
}

static void add_to_level(struct builder *b, const struct fd_item *item)
{
    const struct fd_place *place = b->place;
    const char *prefix = place->text != NULL ? place->text : "";
    size_t n = strlen(prefix);

    if (!place->inside) {
        add_item(b, node_of(b, FD_NODE_TYPE, item, ""), item);
        return;
    }
    if (item->type != place->type)
        return;
    if (place->kind == FD_NODE_TYPE)
        add_below_directory(b, item, 0);
    else if (place->kind == FD_NODE_DIRECTORY && strncmp(item->text, prefix, n) == 0 &&
             item->text[n] == '/')
        add_below_directory(b, item, n);
}

static void add_all(struct builder *b)
{
    enum fd_fold fold = b->place->unfolded ? FD_BY_PATH : FD_BY_TEMPLATE;

    for (size_t i = 0; i < fd_items_n(b->files, fold); i++) {
        struct fd_item item = fd_item_at(b->files, fold, i);

        add_to_level(b, &item);
    }
}

/* --- below templates and paths --- */

static void add_paths_of_template(struct builder *b)
{
    g_autoptr(GString) folded = g_string_new(NULL);

    for (size_t i = 0; i < b->files->n_groups; i++) {
        struct fd_item item = fd_item_at(b->files, FD_BY_PATH, i);

        if (!is_path(item.text))
            continue;
        path_fold(item.text, folded);
        if (strcmp(folded->str, b->place->text) == 0)
            add_item(b, node_of(b, FD_NODE_PATH, &item, item.text), &item);
    }
}

static void add_descriptor(struct builder *b, uint32_t index)
{
    struct fd_node node = {.kind = FD_NODE_DESCRIPTOR,
                           .type = b->files->fds[index].type,
                           .text = b->files->fds[index].path,
                           .paths = 1};

    add_descriptors(b, &node, &index, 1);
    if (b->paths != NULL)
        add_paths(b, &index, 1, b->nodes->len);
    node.same = 1;
    g_array_append_val(b->nodes, node);
}

/* A template of one path has that path's descriptors: both are looked for. */
static void add_descriptors_of_path(struct builder *b)
{
    const char *text = b->place->text != NULL ? b->place->text : "";
    struct fd_item item;

    if (fd_item_find(b->files, FD_BY_PATH, b->place->type, text, &item) ||
        (!b->place->unfolded &&
         fd_item_find(b->files, FD_BY_TEMPLATE, b->place->type, text, &item)))
        for (uint32_t k = 0; k < item.count; k++)
            add_descriptor(b, item.fds[k]);
}

/* --- names --- */

/* --- the level --- */

static void build(struct builder *b)
{
    const struct fd_place *place = b->place;
    const struct files_sample *files = b->files;

    b->same = g_new0(uint32_t, files->n_fds + 1);
    for (size_t g = 0; g < files->n_groups; g++)
        for (uint32_t i = 0; i < files->groups[g].count; i++)
            b->same[files->by_group[files->groups[g].first + i]] = files->groups[g].count;
    if (place->inside && place->kind == FD_NODE_TEMPLATE)
        add_paths_of_template(b);
    else if (place->inside && place->kind == FD_NODE_PATH)
        add_descriptors_of_path(b);
    else
        add_all(b);
    bool in_directory =
        place->inside && (place->kind == FD_NODE_DIRECTORY || place->kind == FD_NODE_TYPE);
    size_t skip = place->inside && place->kind == FD_NODE_DIRECTORY && place->text != NULL
                      ? strlen(place->text) + 1
                      : 0;

    for (guint i = 0; i < b->nodes->len; i++) {
        struct fd_node *node = &g_array_index(b->nodes, struct fd_node, i);

        const char *common = g_hash_table_lookup(b->common, GSIZE_TO_POINTER((gsize)i + 1));

        /* a directory row goes as far as its items go together */
        if (common != NULL)
            node->text = g_string_chunk_insert(b->level->strings, common);
        node->name = node->kind == FD_NODE_TYPE            ? fd_type_label(node->type)
                     : in_directory && is_path(node->text) ? node->text + skip
                                                           : node->text;
    }
    g_free(b->same);
}

static struct fd_level *build_level(const struct files_sample *files, const struct fd_place *place,
                                    GPtrArray *paths)
{
    struct fd_level *level = g_new0(struct fd_level, 1);
    struct builder b = {.files = files, .place = place, .level = level, .paths = paths};

    level->strings = g_string_chunk_new(4096);
    b.nodes = g_array_new(FALSE, FALSE, sizeof(struct fd_node));
    b.places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    b.common = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    if (files != NULL)
        build(&b);
    g_hash_table_unref(b.common);
    level->n = b.nodes->len;
    level->nodes = (struct fd_node *)(void *)g_array_free(b.nodes, FALSE);
    g_hash_table_unref(b.places);
    struct fd_node *total = &level->total;

    for (size_t i = 0; i < level->n; i++) {
        const struct fd_node *node = &level->nodes[i];

        total->oldest_us = i == 0 ? node->oldest_us : MIN(total->oldest_us, node->oldest_us);
        total->count += node->count;
        total->paths += node->paths;
        total->deleted += node->deleted;
        total->growth += node->growth;
        total->same = MAX(total->same, node->same);
    }
    return level;
}

struct fd_level *fd_level_new(const struct files_sample *files, const struct fd_place *place)
{
    return build_level(files, place, NULL);
}

static void free_string(void *string)
{
    g_string_free(string, TRUE);
}

GPtrArray *fd_level_paths(const struct files_sample *files, const struct fd_place *place)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(free_string);

    fd_level_free(build_level(files, place, paths));
    return paths;
}

void fd_level_free(struct fd_level *level)
{
    if (level == NULL)
        return;
    g_free(level->nodes);
    g_string_chunk_free(level->strings);
    g_free(level);
}

bool fd_level_enter(const struct fd_level *level, size_t index, const struct fd_place *from,
                    struct fd_place *ret)
{
    const struct fd_node *node = &level->nodes[index];

    if (node->kind == FD_NODE_DESCRIPTOR)
        return false;
    *ret = (struct fd_place){.inside = true,
                             .kind = node->kind,
                             .type = node->type,
                             .text = g_strdup(node->text),
                             .unfolded = from->unfolded};
    return true;
}
