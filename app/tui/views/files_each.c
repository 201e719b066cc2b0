#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"

/* Descriptor by descriptor. */

struct each_view {
    struct files_view base;
    struct descriptors_list list;
};

static void update(struct view *base, unsigned kinds)
{
    struct each_view *view = view_of(struct each_view, base);
    const struct files_sample *files = view->base.files;

    (void)kinds;
    view->list.files = files;
    table_set_model(view->base.table, &view->list, files != NULL ? files->n_fds : 0);
}

static bool ref(const struct view *base, struct ref *ret)
{
    struct files_view *view = view_of(struct files_view, base);
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    *ret = (struct ref){.kind = REF_DESCRIPTOR, .fd = &view->files->fds[row]};
    return true;
}

static char *copy(struct view *base)
{
    struct ref to;

    return ref(base, &to) ? g_strdup(to.fd->path) : NULL;
}

static const struct view_ops ops = {.name = "each",
                                    .keys = files_view_keys,
                                    .draw = files_view_draw,
                                    .update = update,
                                    .table = files_view_table,
                                    .ref = ref,
                                    .copy = copy,
                                    .free = files_view_free};

struct files_view *files_each_new(const struct pane *pane)
{
    struct each_view *view = g_new0(struct each_view, 1);

    return files_view_init(&view->base, &ops, pane, table_new(&descriptors_listing));
}
