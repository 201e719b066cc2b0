#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"

const struct view_key files_view_keys[] = {{ACTION_OPEN, "descriptors", .applies = view_has_row},
                                           {.action = ACTION_NONE}};

struct files_view *files_view_init(struct files_view *view, const struct view_ops *ops,
                                   const struct pane *pane, struct table *table)
{
    view->base = (struct view){.ops = ops, .ui = pane->base.ui};
    view->pane = pane;
    view->table = table;
    return view;
}

static int draw_info(struct view *base, const struct canvas *canvas, TickitRect area)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (base->ops->info == NULL || view_of(struct files_view, base)->files == NULL ||
        area.lines < 4)
        return 0;
    enum theme_role role = base->ops->info(base, out);

    if (out->len == 0)
        return 0;
    text_draw(canvas, area.top, area.left, area.cols,
              &(struct text_style){.role = role, .elide = TEXT_ELIDE_MIDDLE}, out->str);
    return 1;
}

void files_view_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct files_view *view = view_of(struct files_view, base);
    const char *problem = pane_problem(view->pane), *empty = "no descriptor matches the filter";
    int used = draw_info(base, canvas, area);

    area.top += used;
    area.lines -= used;
    if (problem != NULL)
        empty = problem;
    else if (*table_filter(view->table) == '\0' && view->empty != NULL)
        empty = view->empty;
    table_draw(view->table, canvas, area,
               &(struct table_look){
                   .focused = !base->unfocused, .stale = pane_stale(view->pane), .empty = empty});
}

struct table *files_view_table(struct view *view)
{
    return view_of(struct files_view, view)->table;
}

void files_view_free(struct view *view)
{
    table_free(files_view_table(view));
    g_free(view);
}

bool files_view_row(const struct view *base, size_t *ret_row)
{
    const struct files_view *view = view_of(struct files_view, base);

    return view->files != NULL && table_selected(view->table, ret_row);
}

struct files_list files_view_list(const struct files_view *view)
{
    return (struct files_list){view->files, ui_thresholds(view->base.ui)};
}
