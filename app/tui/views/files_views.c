#include "app/tui/views/files_views.h"

#include "app/tui/shell/format.h"

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

uint64_t files_key(const char *text, uint64_t seed)
{
    uint64_t hash = seed ^ UINT64_C(14695981039346656037);

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash | 1;
}

int files_by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

bool files_is_repeated(const struct ui *ui, enum fd_type type, uint32_t count)
{
    return type == FD_REG && count >= ui_thresholds(ui)->value[THRESHOLD_SAME_FILE];
}

void files_growth_cell(int64_t growth, struct table_cell *ret)
{
    g_string_assign(ret->text, format_count_signed(growth).text);
    ret->role = growth > 0 ? THEME_LOOK : THEME_DIM;
}

void files_age_cell(const struct files_sample *files, gint64 then_us, struct table_cell *ret)
{
    g_string_assign(
        ret->text, format_duration((double)(files->base.taken_us - then_us) / G_USEC_PER_SEC).text);
    ret->role = THEME_DIM;
}

bool files_above_band(const struct ui *ui, enum fd_type type, int64_t count)
{
    const double *limits = ui_thresholds(ui)->value;

    switch (type) {
    case FD_REG:
        return (double)count > limits[THRESHOLD_REG_HIGH];
    case FD_FIFO:
        return (double)count > limits[THRESHOLD_PIPE_HIGH];
    case FD_DIR:
        return (double)count > limits[THRESHOLD_DIR_HIGH];
    case FD_INOTIFY:
        return (double)count > limits[THRESHOLD_INOTIFY_INSTANCES];
    default:
        return false;
    }
}
