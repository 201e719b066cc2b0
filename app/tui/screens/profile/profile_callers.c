#include "app/tui/screens/profile/profile_screen.h"

#include "app/lists/functions_list.h"

#include <math.h>
#include <string.h>

/*
 * Callers above, the function in the middle, callees below, as in
 * go tool pprof -peek. Enter walks to the selected neighbour, Left walks back.
 */

enum { PEEK_WEIGHT, PEEK_SHARE, PEEK_DELTA, PEEK_ROLE, PEEK_FUNCTION, PEEK_N_COLUMNS };

enum peek_kind { ROW_CALLER, ROW_SELF, ROW_CALLEE };

struct peek_row {
    enum peek_kind kind;
    const char *name;
    int64_t weight, before; /* before: 0 without a base */
    bool inlined;
};

struct profile_callers {
    struct profile_tab_view base;
    GPtrArray *trail;         /* char *: functions walked before the one shown */
    enum peek_kind direction; /* of the walk: where the selection starts */
    GArray *rows;             /* struct peek_row */
    struct table *table;
};

static const struct listing_column columns[] = {
    [PEEK_WEIGHT] = {.id = "weight", .title = "WEIGHT", .kind = LISTING_AMOUNT, .width = 9},
    [PEEK_SHARE] =
        {.id = "cum_percent", .title = "OF CUM", .kind = LISTING_PERCENT, .width = 7, .drop = 1},
    [PEEK_DELTA] =
        {.id = "delta", .title = "GROWTH", .kind = LISTING_CHANGE, .width = 8, .drop = 2},
    [PEEK_ROLE] = {.id = "relation", .title = "", .width = 9},
    [PEEK_FUNCTION] = {.id = "function",
                       .title = "FUNCTION",
                       .kind = LISTING_FUNCTION,
                       .min_width = 16},
};

/* --- rows --- */

static const struct peek_row *row_at(const void *model, size_t row)
{
    return &g_array_index(((const struct profile_callers *)model)->rows, struct peek_row, row);
}

static void value(const void *model, size_t index, size_t column, struct listing_value *ret)
{
    static const char *const roles[] = {"called by", "", "calls"};
    const struct top_peek *peek = ((const struct profile_callers *)model)->base.answer->peek;
    const struct peek_row *row = row_at(model, index);
    enum theme_role strong = row->kind == ROW_SELF ? THEME_STRONG : THEME_TEXT;
    char share[MEASUREMENT_TEXT_MAX];

    ret->role = strong;
    switch (column) {
    case PEEK_WEIGHT:
        list_profile_value(ret, row->weight, peek->unit);
        break;
    case PEEK_SHARE:
        if (peek->cum != 0)
            ret->x = 100 * fabs((double)row->weight / (double)peek->cum);
        measurement_percentage(row->weight, peek->cum, share);
        listing_say(ret, "%s", share);
        break;
    case PEEK_DELTA:
        list_profile_change(ret, (double)row->weight - (double)row->before, peek->unit);
        break;
    case PEEK_ROLE:
        ret->text = roles[row->kind];
        ret->role = THEME_DIM;
        break;
    default:
        ret->text = row->name;
        if (row->inlined)
            listing_note(ret, " (inline)");
    }
}

static uint64_t key(const void *model, size_t row)
{
    const struct peek_row *r = row_at(model, row);

    return (((uint64_t)g_str_hash(r->name) << 2) | (uint64_t)r->kind) + 1;
}

/* Rows stand in a given order: callers, the function, callees. */
static const struct listing listing = {
    .id = "neighbours",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = PEEK_ROLE,
    .fixed = true,
    .value = value,
    .key = key,
};

/* --- model --- */

static int64_t weight_of(const struct top_edge *edges, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(edges[i].name, name) == 0)
            return edges[i].weight;
    return 0;
}

static void add_row(struct profile_callers *callers, const struct peek_row *row)
{
    g_array_append_vals(callers->rows, row, 1);
}

/* Neighbours of now, then those that only the base has. */
static void add_edges(struct profile_callers *callers, enum peek_kind kind)
{
    const struct top_peek *now = callers->base.answer->peek,
                          *before = callers->base.answer->peek_before;
    const struct top_edge *edges = kind == ROW_CALLER ? now->callers : now->callees;
    size_t n = kind == ROW_CALLER ? now->n_callers : now->n_callees;
    const struct top_edge *old = NULL;
    size_t n_old = 0;

    if (before != NULL) {
        old = kind == ROW_CALLER ? before->callers : before->callees;
        n_old = kind == ROW_CALLER ? before->n_callers : before->n_callees;
    }
    for (size_t i = 0; i < n; i++)
        add_row(callers, &(struct peek_row){.kind = kind,
                                            .name = edges[i].name,
                                            .weight = edges[i].weight,
                                            .before = weight_of(old, n_old, edges[i].name),
                                            .inlined = edges[i].inlined});
    for (size_t i = 0; i < n_old; i++)
        if (weight_of(edges, n, old[i].name) == 0)
            add_row(callers,
                    &(struct peek_row){.kind = kind, .name = old[i].name, .before = old[i].weight});
}

/* On the first neighbour in the direction of the walk, so that Enter goes on with it. */
static void select_neighbour(struct profile_callers *callers)
{
    size_t row = 0;

    for (guint i = callers->rows->len; i-- > 0;)
        if (row_at(callers, i)->kind == callers->direction)
            row = i;
    if (callers->rows->len > 0)
        table_select_key(callers->table, key(callers, row));
}

static void set_rows(struct profile_callers *callers)
{
    const struct profile_answer *answer = callers->base.answer;

    g_array_set_size(callers->rows, 0);
    table_set_model(callers->table, NULL, 0);
    if (answer == NULL || answer->peek == NULL)
        return;
    const struct top_peek *now = answer->peek, *before = answer->peek_before;

    add_edges(callers, ROW_CALLER);
    add_row(callers, &(struct peek_row){.kind = ROW_SELF,
                                        .name = now->name,
                                        .weight = now->cum,
                                        .before = before != NULL ? before->cum : 0});
    add_edges(callers, ROW_CALLEE);
    table_hide(callers->table, PEEK_DELTA, answer->input.base == NULL);
    table_set_model(callers->table, callers, callers->rows->len);
}

static void show(struct profile_tab_view *tab, bool other)
{
    set_rows(view_of(struct profile_callers, tab));
    if (other)
        select_neighbour(view_of(struct profile_callers, tab));
}

static void callers_update(struct view *base, unsigned kinds)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    const char *name = profile_screen_function(tab->screen);

    (void)kinds;
    if (name != NULL)
        profile_tab_take(tab, PROFILE_PART_PEEK, name, show);
}

/* --- screen --- */

static void callers_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct profile_tab_view *tab = view_of(struct profile_tab_view, base);
    struct profile_callers *callers = view_of(struct profile_callers, tab);
    const char *name = profile_tab_function(&callers->base);

    if (name == NULL) {
        text_draw_words(canvas, area, "no function is selected: choose one in Top or Flame");
        return;
    }
    if (area.lines > 6) {
        text_draw(canvas, area.top, area.left + 1, area.cols - 1,
                  &(struct text_style){.role = THEME_STRONG, .elide = TEXT_ELIDE_FUNCTION}, name);
        if (tab->answer != NULL && tab->answer->peek != NULL) {
            const struct top_peek *peek = tab->answer->peek;
            char flat[MEASUREMENT_TEXT_MAX], cum[MEASUREMENT_TEXT_MAX], share[MEASUREMENT_TEXT_MAX];

            profile_value_text(peek->flat, peek->unit, flat);
            profile_value_text(peek->cum, peek->unit, cum);
            measurement_percentage(peek->cum, peek->total, share);
            text_drawf(canvas, area.top + 1, area.left + 1, area.cols - 1, THEME_DIM,
                       "flat %s  cum %s  %s of the profile", flat, cum, g_strchug(share));
        }
        area.top += 3;
        area.lines -= 3;
    }
    table_draw(callers->table, canvas, area,
               &(struct table_look){.focused = true,
                                    .empty = profile_screen_empty(tab->screen, tab->answer)});
}

/* A list filtered first shows all again. */
static bool has_trail(const struct view *base)
{
    return view_of(struct profile_callers, base)->trail->len > 0 && !view_filtered(base);
}

static void walk_back(struct view *base)
{
    struct profile_callers *callers = view_of(struct profile_callers, base);
    g_autofree char *name = g_ptr_array_steal_index(callers->trail, callers->trail->len - 1);

    profile_screen_set_function(callers->base.screen, name);
}

static void walk(struct view *base)
{
    struct profile_callers *callers = view_of(struct profile_callers, base);
    size_t at;

    if (!table_selected(callers->table, &at) || row_at(callers, at)->kind == ROW_SELF)
        return;
    const struct peek_row *row = row_at(callers, at);
    g_autofree char *name = g_strdup(row->name); /* the row goes with the answer */

    g_ptr_array_add(callers->trail, g_strdup(profile_tab_function(&callers->base)));
    callers->direction = row->kind;
    profile_screen_set_function(callers->base.screen, name);
}

static struct table *callers_table(struct view *base)
{
    return view_of(struct profile_callers, base)->table;
}

/* What the rows are about: a row itself is walked to. */
static bool callers_ref(const struct view *base, struct ref *ret)
{
    return profile_tab_ref(profile_tab_function(view_of(struct profile_tab_view, base)), ret);
}

/* A function chosen elsewhere begins a new walk. */
static void callers_select(struct view *base, const struct ref *ref)
{
    struct profile_callers *callers = view_of(struct profile_callers, base);

    if (g_strcmp0(ref->text, profile_tab_function(&callers->base)) != 0)
        g_ptr_array_set_size(callers->trail, 0);
}

static char *callers_copy(struct view *base)
{
    struct profile_callers *callers = view_of(struct profile_callers, base);
    size_t row;

    return table_selected(callers->table, &row) ? g_strdup(row_at(callers, row)->name) : NULL;
}

static const struct view_key callers_keys[] = {{ACTION_OPEN, "walk", view_has_row, .act = walk},
                                               {ACTION_RIGHT, "", view_has_row, .act = walk},
                                               {ACTION_LEFT, "back", has_trail, .act = walk_back},
                                               {ACTION_BACK, "", has_trail, .act = walk_back},
                                               {.action = ACTION_NONE}};

static void callers_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Callers");
    pager_add(pager, THEME_TEXT,
              "go tool pprof -peek: who calls the function, and what it calls, with how much of");
    pager_add(pager, THEME_TEXT,
              "its cum goes that way. Enter walks to the selected one, Left walks back.");
}

static void callers_free(struct view *base)
{
    struct profile_callers *callers = view_of(struct profile_callers, base);

    table_free(callers->table);
    g_array_unref(callers->rows);
    g_ptr_array_unref(callers->trail);
    g_free(callers);
}

static const struct view_ops ops = {
    .name = "Callers",
    .draw = callers_draw,
    .update = callers_update,
    .table = callers_table,
    .copy = callers_copy,
    .keys = callers_keys,
    .ref = callers_ref,
    .select = callers_select,
    .help = callers_help,
    .free = callers_free,
};

struct profile_tab_view *profile_callers_new(struct profile_screen *screen)
{
    struct profile_callers *callers = g_new0(struct profile_callers, 1);

    callers->base = profile_tab_of(screen, &ops);
    callers->trail = g_ptr_array_new_with_free_func(g_free);
    callers->rows = g_array_new(FALSE, FALSE, sizeof(struct peek_row));
    callers->table = table_new(&listing);
    return &callers->base;
}
