#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"

/* By path: which file is open how often. */

static void update(struct view *base, unsigned kinds)
{
    struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    (void)kinds;
    view->list = files_view_list(view);
    table_set_model(view->table, &view->list, files != NULL ? files->n_groups : 0);
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
    .keys = files_view_keys,
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .free = files_view_free,
};

struct files_view *files_paths_new(const struct pane *pane)
{
    struct files_view *view = g_new0(struct files_view, 1);

    return files_view_init(view, &ops, pane, table_new(&paths_listing));
}
