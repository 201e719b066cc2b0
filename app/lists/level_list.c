#include "app/lists/file_lists.h"
#include "app/lists/list_values.h"

#include <math.h>

/* One level of the tree of descriptors: type > directory > template > path > descriptor. */

enum { LEVEL_COUNT, LEVEL_GROWTH, LEVEL_OLDEST, LEVEL_SAME, LEVEL_BAR, LEVEL_NAME };

static const struct listing_column columns[] = {
    [LEVEL_COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 6},
    [LEVEL_GROWTH] = {.id = "growth",
                      .title = "GROWTH",
                      .since = true,
                      .kind = LISTING_COUNT_SIGNED,
                      .width = 7,
                      .drop = 3},
    [LEVEL_OLDEST] =
        {.id = "age_s", .title = "OLDEST", .kind = LISTING_DURATION, .width = 7, .drop = 4},
    [LEVEL_SAME] = {.id = "same", .title = "SAME", .kind = LISTING_COUNT, .width = 5, .drop = 5},
    [LEVEL_BAR] = {.id = "share",
                   .title = "",
                   .kind = LISTING_SHARE,
                   .width = 10,
                   .drop = 6,
                   .unsortable = true},
    [LEVEL_NAME] = {.id = "name", .title = "NAME", .kind = LISTING_PATH, .min_width = 20},
};

static const struct fd_node *node_at(const void *model, size_t row)
{
    return &((const struct level_list *)model)->level->nodes[row];
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct level_list *list = model;
    const struct fd_node *node = node_at(model, row);

    switch (column) {
    case LEVEL_COUNT:
        ret->n = node->count;
        break;
    case LEVEL_GROWTH:
        list_growth(ret, node->growth);
        break;
    case LEVEL_OLDEST:
        list_age(ret, list->base.files->base.taken_us, node->oldest_us);
        break;
    case LEVEL_SAME:
        ret->n = node->same;
        ret->role =
            fd_is_repeated(list->base.thresholds, node->type, node->same) ? THEME_BAD : THEME_DIM;
        break;
    case LEVEL_BAR:
        ret->x = list->largest > 0 ? (double)node->count / list->largest : NAN;
        break;
    default:
        ret->text = node->name;
        if (node->kind == FD_NODE_DESCRIPTOR)
            listing_say(ret, "fd %d  %s", list->base.files->fds[node->fd].fd,
                        list->base.files->fds[node->fd].path);
        else if (node->kind == FD_NODE_DIRECTORY)
            listing_note(ret, "/");
        else if (node->kind == FD_NODE_TEMPLATE)
            listing_note(ret, "  x%u", node->paths);
        if (node->deleted > 0)
            listing_note(ret, "  (%u deleted)", node->deleted);
    }
}

static uint64_t key(const void *model, size_t row)
{
    const struct fd_node *node = node_at(model, row);
    uint64_t seed = (uint64_t)node->kind * 64 + (uint64_t)node->type;

    if (node->kind == FD_NODE_DESCRIPTOR)
        seed += (uint64_t)((const struct level_list *)model)->base.files->fds[node->fd].fd * 1024;
    return list_key(node->text, seed);
}

static void search(const void *model, size_t row, GString *out)
{
    const struct level_list *list = model;

    if (list->paths == NULL)
        return;
    if (*list->paths == NULL)
        *list->paths = fd_level_paths(list->base.files, list->place);
    g_string_append(out, ((const GString *)(*list->paths)->pdata[row])->str);
}

const struct listing level_listing = {
    .id = "level",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = LEVEL_COUNT,
    .value = value,
    .key = key,
    .search = search,
};

void level_list_take(struct level_list *list, const struct files_sample *files,
                     const struct thresholds *thresholds, const struct fd_level *level)
{
    *list = (struct level_list){.base = {files, thresholds}, .level = level};
    for (size_t i = 0; i < level->n; i++)
        list->largest = MAX(list->largest, level->nodes[i].count);
}
