#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"

/*
 * By template: names with UUIDs, dates and digits folded, so that a thousand
 * session files are one line.
 */

struct templates_view {
    struct files_view base;
    struct templates_list list;
};

static void update(struct view *base, unsigned kinds)
{
    struct templates_view *view = view_of(struct templates_view, base);
    const struct files_sample *files = view->base.files;

    (void)kinds;
    templates_list_take(&view->list, files, ui_thresholds(base->ui));
    table_set_model(view->base.table, &view->list, files != NULL ? files->n_templates : 0);
}

static bool ref(const struct view *base, struct ref *ret)
{
    struct files_view *view = view_of(struct files_view, base);
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    const struct fd_template *t = &view->files->templates[row];

    *ret = (struct ref){.kind = REF_TEMPLATE, .text = t->text, .type = t->type};
    return true;
}

static void free_view(struct view *view)
{
    templates_list_clear(&view_of(struct templates_view, view)->list);
    files_view_free(view);
}

const struct view_ops files_templates_ops = {
    .name = "grouped",
    .keys = files_view_keys,
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .free = free_view,
};

struct files_view *files_templates_new(const struct pane *pane)
{
    struct templates_view *view = g_new0(struct templates_view, 1);

    return files_view_init(&view->base, &files_templates_ops, pane, table_new(&templates_listing));
}
