#include "app/lists/file_lists.h"
#include "app/lists/list_values.h"

/* By path: which file is open how often. */

static const struct listing_column columns[] = {
    [PATH_COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 6},
    [PATH_GROWTH] = {.id = "growth",
                     .title = "GROWTH",
                     .since = true,
                     .kind = LISTING_COUNT_SIGNED,
                     .width = 7,
                     .drop = 1},
    [PATH_DELETED] =
        {.id = "deleted", .title = "DELETED", .kind = LISTING_COUNT, .width = 7, .hidden = true},
    [PATH_TYPE] = {.id = "type", .title = "TYPE", .width = 9, .drop = 4},
    [PATH_CLASS] = {.id = "class", .title = "CLASS", .kind = LISTING_WORD, .width = 9, .drop = 6},
    [PATH_AGE] =
        {.id = "age_s", .title = "SEEN FOR", .kind = LISTING_DURATION, .width = 8, .drop = 5},
    [PATH_TEXT] = {.id = "path", .title = "PATH", .kind = LISTING_PATH, .min_width = 30},
};

static const struct fd_group *group_at(const void *model, size_t row)
{
    return &((const struct files_list *)model)->files->groups[row];
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct files_list *list = model;
    const struct fd_group *group = group_at(model, row);
    bool repeated = fd_is_repeated(list->thresholds, group->type, group->count);

    switch (column) {
    case PATH_COUNT:
        ret->n = group->count;
        ret->role = repeated ? THEME_BAD : THEME_TEXT;
        break;
    case PATH_GROWTH:
        list_growth(ret, group->growth);
        break;
    case PATH_DELETED:
        ret->n = group->deleted;
        break;
    case PATH_TYPE:
        ret->text = fd_type_label(group->type);
        break;
    case PATH_CLASS:
        ret->n = group->cls;
        ret->text = path_class_name(group->cls);
        ret->role = THEME_DIM;
        break;
    case PATH_AGE:
        list_age(ret, list->files->base.taken_us, group->oldest_us);
        break;
    default:
        ret->text = group->path;
        ret->role = repeated ? THEME_STRONG : THEME_TEXT;
        if (group->deleted > 0)
            listing_note(ret, "  (%u deleted)", group->deleted);
    }
}

static uint64_t key(const void *model, size_t row)
{
    return list_key(group_at(model, row)->path, (uint64_t)group_at(model, row)->type);
}

const struct listing paths_listing = {
    .id = "paths",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = PATH_COUNT,
    .value = value,
    .key = key,
};
