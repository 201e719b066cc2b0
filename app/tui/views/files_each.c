#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"
#include "app/tui/views/descriptors.h"

/* Descriptor by descriptor. */

static void update(struct files_view *view, const struct files_sample *files)
{
    table_set_model(view->table, files, files != NULL ? files->n_fds : 0);
}

static void open_row(struct files_view *view, size_t row)
{
    ui_show(view->ui, &(struct ref){.kind = REF_DESCRIPTOR, .fd = &view->files->fds[row]});
}

static char *copy(struct files_view *view, size_t row)
{
    return g_strdup(view->files->fds[row].path);
}

static void free_view(struct files_view *view)
{
    table_free(view->table);
    g_free(view);
}

static const struct files_view_ops ops = {
    .name = "each", .update = update, .open = open_row, .copy = copy, .free = free_view};

struct files_view *files_each_new(struct ui *ui)
{
    struct files_view *view = g_new0(struct files_view, 1);

    view->ops = &ops;
    view->ui = ui;
    view->table = descriptors_table_new();
    return view;
}
