#include "app/tui/screens/profile/profile_screen.h"

#include "app/tui/shell/format.h"

#include <string.h>

/* The list of what a profile can be compared with. */

struct choice_row {
    struct profile_choice choice;
    char *text;
    gint64 taken_us, real_us; /* 0: unknown */
};

struct compare_screen {
    struct view base;
    char *kind;
    GArray *rows; /* struct choice_row */
    struct table *table;
    profile_chosen chosen;
    void *user;
};

enum { CHOICE_WHAT, CHOICE_TAKEN };

static const struct listing_column columns[] = {
    [CHOICE_WHAT] = {.id = "what", .title = "COMPARE WITH", .min_width = 16},
    [CHOICE_TAKEN] = {.id = "taken", .title = "TAKEN", .width = 20, .drop = 1},
};

static const struct choice_row *row_at(const void *model, size_t row)
{
    return &g_array_index(((const struct compare_screen *)model)->rows, struct choice_row, row);
}

/* --- the table --- */

static void value(const void *model, size_t index, size_t column, struct listing_value *ret)
{
    const struct compare_screen *screen = model;

    const struct choice_row *row = row_at(model, index);

    if (column != CHOICE_TAKEN) {
        ret->text = row->text;
        return;
    }
    ret->text = "";
    ret->role = THEME_DIM;
    if (row->taken_us != 0) {
        listing_say(ret, "%s", format_age(ui_now(screen->base.ui), row->taken_us).text);
    } else if (row->real_us != 0) {
        g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(row->real_us / G_USEC_PER_SEC);
        g_autofree char *text =
            when != NULL ? g_date_time_format(when, "%Y-%m-%d %H:%M:%S") : g_strdup("");

        listing_say(ret, "%s", text);
    }
}

static uint64_t key(const void *model, size_t row)
{
    const struct profile_choice *choice = &row_at(model, row)->choice;

    return ((uint64_t)choice->snapshot_id << 2 | (uint64_t)choice->kind) + 1;
}

static const struct listing listing = {
    .id = "choices",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = CHOICE_WHAT,
    .fixed = true,
    .value = value,
    .key = key,
};

/* --- rows --- */

static void clear_row(void *data)
{
    g_free(((struct choice_row *)data)->text);
}

static void add(struct compare_screen *screen, const struct choice_row *row)
{
    g_array_append_vals(screen->rows, row, 1);
}

static void add_snapshots(struct compare_screen *screen)
{
    const struct snapshots *all = ui_snapshots(screen->base.ui);

    for (size_t i = snapshots_count(all); i-- > 0;) { /* the newest first */
        const struct snapshot *snapshot = snapshots_at(all, i);
        g_autofree char *label = snapshot_label(snapshot);

        if (snapshot_profile(snapshot, screen->kind) == NULL)
            continue;
        add(screen, &(struct choice_row){
                        .choice = {.kind = PROFILE_COMPARE_SNAPSHOT, .snapshot_id = snapshot->id},
                        .text = g_strdup_printf("snapshot %s   %s", label, snapshot->origin),
                        .taken_us = snapshot->taken_us,
                        .real_us = snapshot->real_us});
    }
}

static void compare_update(struct view *base, unsigned kinds)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);
    struct session *session = ui_session(base->ui);
    const struct heap_sample *mark = session != NULL ? session_mark_heap(session) : NULL;

    (void)kinds;
    table_set_model(screen->table, NULL, 0);
    g_array_set_size(screen->rows, 0);
    if (strcmp(screen->kind, "heap") == 0 && mark != NULL && mark->profile != NULL)
        add(screen,
            &(struct choice_row){
                .choice = {.kind = PROFILE_COMPARE_MARK},
                .text = g_strdup(session_mark_us(session) != 0 ? "the mark" : "the first profile"),
                .taken_us = mark->profile_us});
    add_snapshots(screen);
    add(screen, &(struct choice_row){.choice = {.kind = PROFILE_COMPARE_NONE},
                                     .text = g_strdup("nothing: plain numbers")});
    table_set_model(screen->table, screen, screen->rows->len);
}

/* --- the screen --- */

static void compare_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);
    int used = MIN((int)screen->rows->len + 1, area.lines - 2);

    screen_title(base->ui, canvas, area, NULL);
    table_draw(screen->table, canvas,
               (TickitRect){area.top + 2, area.left + 1, used, area.cols - 1},
               &(struct table_look){.focused = true});
    if (screen->rows->len == 1 && area.lines > used + 4)
        text_drawf(canvas, area.top + used + 3, area.left + 1, area.cols - 1, THEME_DIM,
                   "No snapshot holds a profile of kind \"%s\". %s takes one.", screen->kind,
                   keymap_key(ui_keymap(base->ui), ACTION_SNAPSHOT));
}

static void choose(struct view *base)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);
    size_t row;

    if (!table_selected(screen->table, &row))
        return;
    struct profile_choice choice = row_at(screen, row)->choice;

    ui_pop(base->ui);
    screen->chosen(screen->user, &choice);
}

static struct table *compare_table(struct view *base)
{
    return view_of(struct compare_screen, base)->table;
}

static const struct view_key compare_keys[] = {
    {ACTION_OPEN, .applies = view_has_row, .act = choose},
    {ACTION_RIGHT, "", view_has_row, .act = choose},
    {.action = ACTION_BACK},
    {.action = ACTION_FILTER},
    {.action = ACTION_SNAPSHOT},
    {ACTION_LEFT, "", .act = view_leave},
    {.action = ACTION_NONE}};

static void compare_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Compare");
    pager_add(
        pager, THEME_TEXT,
        "Enter: the profile minus what is chosen. The mark and snapshots are listed when they");
    pager_add(pager, THEME_TEXT, "hold a profile of the same kind.");
}

static void compare_free(struct view *base)
{
    struct compare_screen *screen = view_of(struct compare_screen, base);

    table_free(screen->table);
    g_array_unref(screen->rows);
    g_free(screen->kind);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "compare with",
    .draw = compare_draw,
    .update = compare_update,
    .keys = compare_keys,
    .table = compare_table,
    .help = compare_help,
    .free = compare_free,
};

struct view *profile_compare_new(struct ui *ui, const char *kind, profile_chosen chosen, void *user)
{
    struct compare_screen *screen = g_new0(struct compare_screen, 1);

    screen->base = (struct view){.ops = &ops, .ui = ui};
    screen->kind = g_strdup(kind);
    screen->chosen = chosen;
    screen->user = user;
    screen->rows = g_array_new(FALSE, FALSE, sizeof(struct choice_row));
    g_array_set_clear_func(screen->rows, clear_row);
    screen->table = table_new(&listing);
    return &screen->base;
}
