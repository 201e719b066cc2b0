#include "app/tui/views/files_views.h"

#include "app/tui/shell/format.h"
#include "app/tui/shell/ui.h"

#include <string.h>

/* By path: which file is open how often. */

enum { PATH_COUNT, PATH_GROWTH, PATH_TYPE, PATH_CLASS, PATH_OLDEST, PATH_PATH };

static const struct table_column path_columns[] = {
    [PATH_COUNT] = {.title = "COUNT", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [PATH_GROWTH] =
        {.title = "GROWTH", .width = 7, .align = TEXT_RIGHT, .drop = 1, .descending_first = true},
    [PATH_TYPE] = {.title = "TYPE", .width = 9, .drop = 4},
    [PATH_CLASS] = {.title = "CLASS", .width = 9, .drop = 6},
    [PATH_OLDEST] =
        {.title = "SEEN FOR", .width = 8, .align = TEXT_RIGHT, .drop = 5, .descending_first = true},
    [PATH_PATH] = {.title = "PATH", .min_width = 30, .elide = TEXT_ELIDE_MIDDLE},
};

static void path_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct files_view *view = model;
    const struct files_sample *files = view->files;
    const struct fd_group *group = &files->groups[row];
    bool repeated = files_is_repeated(view->base.ui, group->type, group->count);

    switch (column) {
    case PATH_COUNT:
        g_string_assign(ret->text, format_count(group->count).text);
        ret->role = repeated ? THEME_BAD : THEME_TEXT;
        break;
    case PATH_GROWTH:
        files_growth_cell(group->growth, ret);
        break;
    case PATH_TYPE:
        g_string_assign(ret->text, fd_type_label(group->type));
        break;
    case PATH_CLASS:
        g_string_assign(ret->text, path_class_name(group->cls));
        ret->role = THEME_DIM;
        break;
    case PATH_OLDEST:
        files_age_cell(files, group->oldest_us, ret);
        break;
    case PATH_PATH:
        g_string_assign(ret->text, group->path);
        if (group->deleted > 0)
            g_string_append_printf(ret->text, "  (%u deleted)", group->deleted);
        ret->role = repeated ? THEME_STRONG : THEME_TEXT;
        break;
    default:
        break;
    }
}

static int path_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct files_sample *files = ((const struct files_view *)model)->files;
    const struct fd_group *x = &files->groups[a], *y = &files->groups[b];

    switch (column) {
    case PATH_COUNT:
        return files_by_number(x->count, y->count);
    case PATH_GROWTH:
        return files_by_number(x->growth, y->growth);
    case PATH_TYPE:
        return strcmp(fd_type_label(x->type), fd_type_label(y->type));
    case PATH_CLASS:
        return files_by_number(x->cls, y->cls);
    case PATH_OLDEST:
        return files_by_number(y->oldest_us, x->oldest_us);
    default:
        return strcmp(x->path, y->path);
    }
}

static uint64_t path_key(const void *model, size_t row)
{
    const struct files_sample *files = ((const struct files_view *)model)->files;

    return files_key(files->groups[row].path, (uint64_t)files->groups[row].type);
}

static void path_filter(const void *model, size_t row, GString *out)
{
    const struct files_sample *files = ((const struct files_view *)model)->files;

    g_string_append_printf(out, "%s %s %s", files->groups[row].path,
                           fd_type_label(files->groups[row].type),
                           path_class_name(files->groups[row].cls));
}

static const struct table_ops path_ops = {
    .cell = path_cell, .compare = path_compare, .key = path_key, .filter_text = path_filter};

static void update(struct view *base, unsigned kinds)
{
    struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    (void)kinds;
    table_set_model(view->table, view, files != NULL ? files->n_groups : 0);
}

static bool ref(const struct view *base, struct ref *ret)
{
    struct files_view *view = view_of(struct files_view, base);
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    const struct fd_group *group = &view->files->groups[row];

    *ret = (struct ref){.kind = REF_PATH, .text = group->path, .type = group->type};
    return true;
}

static const struct view_ops ops = {
    .name = "paths",
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .free = files_view_free,
};

struct files_view *files_paths_new(const struct pane *pane)
{
    struct files_view *view = g_new0(struct files_view, 1);

    return files_view_init(
        view, &ops, pane,
        table_new(&path_ops, path_columns, G_N_ELEMENTS(path_columns), PATH_COUNT));
}
