#include "app/tui/views/files_views.h"

#include "app/tui/shell/ui.h"

/*
 * ncdu for descriptors: type > directory > template > path > descriptor. Enter
 * or right goes in, left goes out.
 */

struct tree_view {
    struct files_view base;
    struct fd_place place;
    GArray *above;   /* struct fd_place, outermost first */
    GArray *entered; /* uint64_t: key of the row each of them was left by */
    struct fd_level *level;
    struct level_list list;
    GPtrArray *paths; /* of fd_level_paths, made when a filter looks at them; NULL: not yet */
};

static const struct fd_node *node_at(const struct tree_view *view, size_t row)
{
    return &view->level->nodes[row];
}

static void show_level(struct tree_view *view)
{
    struct fd_level *old = view->level;

    view->level = fd_level_new(view->base.files, &view->place);
    g_clear_pointer(&view->paths, g_ptr_array_unref);
    level_list_take(&view->list, view->base.files, ui_thresholds(view->base.base.ui), view->level);
    view->list.place = &view->place;
    view->list.paths = &view->paths;
    table_set_model(view->base.table, &view->list, view->level->n);
    fd_level_free(old);
}

static void update(struct view *base, unsigned kinds)
{
    (void)kinds;
    show_level(view_of(struct tree_view, base));
}

/* --- going in and out --- */

static void go_in(struct view *base)
{
    struct tree_view *view = view_of(struct tree_view, base);
    struct fd_place next;
    size_t row;

    if (!table_selected(view->base.table, &row))
        return;
    uint64_t left_by = level_listing.key(&view->list, row);

    if (!fd_level_enter(view->level, row, &view->place, &next)) {
        ui_show(base->ui, &(struct ref){.kind = REF_DESCRIPTOR,
                                        .fd = &view->base.files->fds[node_at(view, row)->fd]});
        return;
    }
    g_array_append_val(view->above, view->place);
    g_array_append_val(view->entered, left_by);
    view->place = next;
    show_level(view); /* a filter goes along: it is about what is within */
    table_move(view->base.table, TABLE_HOME);
}

static bool is_inside(const struct view *base)
{
    return view_of(struct tree_view, base)->above->len > 0;
}

static void go_out(struct view *base)
{
    struct tree_view *view = view_of(struct tree_view, base);
    guint n = view->above->len;
    bool unfolded = view->place.unfolded;

    fd_place_clear(&view->place);
    view->place = g_array_index(view->above, struct fd_place, n - 1);
    view->place.unfolded = unfolded;
    uint64_t left_by = g_array_index(view->entered, uint64_t, n - 1);

    g_array_set_size(view->above, n - 1);
    g_array_set_size(view->entered, n - 1);
    show_level(view);
    table_select_key(view->base.table, left_by);
}

/* Templates or what really is there; the way in may not exist the other way. */
static void toggle_fold(struct view *base)
{
    struct tree_view *view = view_of(struct tree_view, base);
    bool unfolded = !view->place.unfolded;

    while (is_inside(base))
        go_out(base);
    view->place.unfolded = unfolded;
    show_level(view);
    ui_message(base->ui, THEME_DIM, "%s",
               unfolded ? "every path by its own name" : "similar names folded into one line");
}

static char *copy(struct view *base)
{
    size_t row;

    if (!files_view_row(base, &row))
        return NULL;
    const struct fd_node *node = node_at(view_of(struct tree_view, base), row);

    return g_strdup(node->kind == FD_NODE_TYPE ? node->name : node->text);
}

static enum theme_role info(const struct view *base, GString *out)
{
    const struct tree_view *view = view_of(struct tree_view, base);
    const struct fd_place *place = &view->place;

    g_string_append(out, place->inside ? fd_type_label(place->type) : "all descriptors");
    if (place->inside && place->text != NULL && *place->text != '\0')
        g_string_append_printf(out, " > %s", place->text);
    g_string_append_printf(out, "  %s", number_count(view->level->total.count).text);
    if (place->unfolded)
        g_string_append(out, "  unfolded");
    return THEME_TITLE;
}

static void free_view(struct view *base)
{
    struct tree_view *view = view_of(struct tree_view, base);

    for (guint i = 0; i < view->above->len; i++)
        fd_place_clear(&g_array_index(view->above, struct fd_place, i));
    g_array_unref(view->above);
    g_array_unref(view->entered);
    fd_place_clear(&view->place);
    fd_level_free(view->level);
    if (view->paths != NULL)
        g_ptr_array_unref(view->paths);
    files_view_free(base);
}

/* Escape first shows all of the level again. */
static bool escapes(const struct view *base)
{
    return is_inside(base) && !view_filtered(base);
}

static const struct view_key tree_keys[] = {{ACTION_OPEN, "into", view_has_row, .act = go_in},
                                            {ACTION_LEFT, "out", is_inside, .act = go_out},
                                            {ACTION_BACK, "", escapes, .act = go_out},
                                            {ACTION_RIGHT, "", view_has_row, .act = go_in},
                                            {ACTION_GRANULARITY, "fold", .act = toggle_fold},
                                            {.action = ACTION_NONE}};

const struct view_ops files_tree_ops = {
    .name = "tree",
    .keys = tree_keys,
    .draw = files_view_draw,
    .update = update,
    .table = files_view_table,
    .copy = copy,
    .info = info,
    .free = free_view,
};

struct files_view *files_tree_new(const struct pane *pane)
{
    struct tree_view *view = g_new0(struct tree_view, 1);

    view->above = g_array_new(FALSE, FALSE, sizeof(struct fd_place));
    view->entered = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    view->level = fd_level_new(NULL, &view->place);
    view->base.empty = "nothing is open here any more (left goes out)";
    return files_view_init(&view->base, &files_tree_ops, pane, table_new(&level_listing));
}
