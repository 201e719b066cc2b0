#include "app/lists/file_lists.h"
#include "app/lists/list_values.h"

/*
 * By template: names with UUIDs, dates and digits folded, so that a thousand
 * session files are one line.
 */

static const struct listing_column columns[] = {
    [TEMPLATE_COUNT] = {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 6},
    [TEMPLATE_GROWTH] = {.id = "growth",
                         .title = "GROWTH",
                         .since = true,
                         .kind = LISTING_COUNT_SIGNED,
                         .width = 7,
                         .drop = 1},
    [TEMPLATE_PATHS] =
        {.id = "paths", .title = "PATHS", .kind = LISTING_COUNT, .width = 6, .drop = 4},
    [TEMPLATE_SAME] = {.id = "same", .title = "SAME", .kind = LISTING_COUNT, .width = 5, .drop = 2},
    [TEMPLATE_TYPE] = {.id = "type", .title = "TYPE", .width = 9, .drop = 3},
    [TEMPLATE_TEXT] = {.id = "template", .title = "PATH", .kind = LISTING_PATH, .min_width = 30},
};

static const struct fd_template *template_at(const void *model, size_t row)
{
    return &((const struct templates_list *)model)->base.files->templates[row];
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct templates_list *list = model;
    const struct fd_template *t = template_at(model, row);
    bool repeated = fd_is_repeated(list->base.thresholds, t->type, list->same[row]);

    switch (column) {
    case TEMPLATE_COUNT:
        ret->n = t->count;
        break;
    case TEMPLATE_GROWTH:
        list_growth(ret, t->growth);
        break;
    case TEMPLATE_PATHS:
        ret->n = t->n_paths;
        break;
    case TEMPLATE_SAME:
        ret->n = list->same[row];
        ret->role = repeated ? THEME_BAD : THEME_DIM;
        break;
    case TEMPLATE_TYPE:
        ret->text = fd_type_label(t->type);
        break;
    default:
        ret->text = t->text;
        ret->role = repeated ? THEME_BAD : THEME_TEXT;
    }
}

static uint64_t key(const void *model, size_t row)
{
    return list_key(template_at(model, row)->text, (uint64_t)template_at(model, row)->type + 100);
}

const struct listing templates_listing = {
    .id = "templates",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = TEMPLATE_COUNT,
    .value = value,
    .key = key,
};

void templates_list_take(struct templates_list *list, const struct files_sample *files,
                         const struct thresholds *thresholds)
{
    templates_list_clear(list);
    list->base = (struct files_list){files, thresholds};
    if (files != NULL) {
        /* Descriptors of the most repeated path of each template. */
        g_autofree uint32_t *group_size = g_new0(uint32_t, MAX(files->n_fds, 1));
        uint32_t *same = g_new0(uint32_t, MAX(files->n_templates, 1));

        for (size_t g = 0; g < files->n_groups; g++)
            for (uint32_t i = 0; i < files->groups[g].count; i++)
                group_size[files->by_group[files->groups[g].first + i]] = files->groups[g].count;
        for (size_t t = 0; t < files->n_templates; t++)
            for (uint32_t i = 0; i < files->templates[t].count; i++)
                same[t] =
                    MAX(same[t], group_size[files->by_template[files->templates[t].first + i]]);
        list->same = same;
    }
}

void templates_list_clear(struct templates_list *list)
{
    g_clear_pointer(&list->same, g_free);
}
