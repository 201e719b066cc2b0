#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"
#include "probes/databases.h"

/* SQLite databases of the target: who keeps which one locked, and for how long. */

static void update(struct view *base, unsigned kinds)
{
    struct files_view *view = view_of(struct files_view, base);
    const struct files_sample *files = view->files;

    (void)kinds;
    view->list = files_view_list(view);
    table_set_model(view->table, &view->list, files != NULL ? files->n_databases : 0);
}

static bool ref(const struct view *base, struct ref *ret)
{
    struct files_view *view = view_of(struct files_view, base);
    size_t row;

    if (!files_view_row(base, &row))
        return false;
    *ret = (struct ref){.kind = REF_DATABASE, .text = view->files->databases[row].path};
    return true;
}

static enum theme_role info(const struct view *base, GString *out)
{
    const struct files_view *view = view_of(struct files_view, base);
    if (view->files->locks_why != NULL)
        g_string_append_printf(out, "locks cannot be read: %s", view->files->locks_why);
    return THEME_TITLE;
}

static const struct view_ops ops = {
    .name = "databases",
    .keys = files_view_keys,
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .ref = ref,
    .info = info,
    .free = files_view_free,
};

struct files_view *files_databases_new(const struct pane *pane)
{
    struct files_view *view = g_new0(struct files_view, 1);

    view->empty = "no SQLite database is open";
    return files_view_init(view, &ops, pane, table_new(&databases_listing));
}
