#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"

/* By type, beside the documented bands and the limits of the system. */

struct types_view {
    struct files_view base;
    struct types_list list;
};

static void update(struct view *base, unsigned kinds)
{
    struct types_view *view = view_of(struct types_view, base);
    struct types_list *list = &view->list;

    (void)kinds;
    types_list_take(list, view->base.files, ui_thresholds(base->ui));
    table_set_model(view->base.table, list, list->n);
}

static bool ref(const struct view *base, struct ref *ret)
{
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    enum fd_type type = view_of(struct types_view, base)->list.types[row];

    *ret = (struct ref){.kind = REF_TYPE, .text = fd_type_label(type), .type = type};
    return true;
}

static enum theme_role info(const struct view *base, GString *out)
{
    const struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    if (files->soft_limit > 0)
        g_string_append_printf(out, "%s of at most %s descriptors (soft limit)",
                               number_count(files->count).text,
                               number_count(files->soft_limit).text);
    return THEME_TITLE;
}

static const struct view_ops ops = {
    .name = "types",
    .keys = files_view_keys,
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .info = info,
    .free = files_view_free,
};

struct files_view *files_types_new(const struct pane *pane)
{
    struct types_view *view = g_new0(struct types_view, 1);

    return files_view_init(&view->base, &ops, pane, table_new(&types_listing));
}
