#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/recording/time_text.h"
#include "app/tui/shell/format.h"

#include <string.h>

/*
 * What happened in a recording, marks and changes of the verdict among it, the
 * newest last; Enter goes there. The cursor starts at what was last before the
 * moment shown.
 */

struct recorded_event {
    gint64 at_us;
    enum theme_role role;
    char *kind, *text;
};

struct recording_events {
    struct view base;
    struct table *table;
    GArray *rows;          /* struct recorded_event, rising */
    gint64 from_us, to_us; /* of the recording */
    bool placed;
};

enum { COLUMN_TIME, COLUMN_KIND, COLUMN_WHAT };

static const struct listing_column columns[] = {
    [COLUMN_TIME] = {.id = "time", .title = "TIME", .kind = LISTING_WORD, .width = 15},
    [COLUMN_KIND] = {.id = "kind", .title = "KIND", .width = 12},
    [COLUMN_WHAT] = {.id = "what", .title = "WHAT", .min_width = 10},
};

/* --- rows --- */

static void row_clear(void *item)
{
    struct recorded_event *row = item;

    g_free(row->kind);
    g_free(row->text);
}

static gint by_time(gconstpointer a, gconstpointer b)
{
    gint64 x = ((const struct recorded_event *)a)->at_us;
    gint64 y = ((const struct recorded_event *)b)->at_us;

    return x < y ? -1 : x > y;
}

static void add_events(GArray *rows, const struct player_outline *outline)
{
    for (guint i = 0; i < outline->events->len; i++) {
        const struct player_event *event = &g_array_index(outline->events, struct player_event, i);
        struct recorded_event row = {
            .at_us = event->at_us,
            .role = strcmp(event->severity, "bad") == 0    ? THEME_BAD
                    : strcmp(event->severity, "look") == 0 ? THEME_LOOK
                                                           : THEME_TEXT,
            .kind = g_strdup(event->kind),
            .text = g_strdup(*event->label != '\0' ? event->label : event->key),
        };

        g_array_append_val(rows, row);
    }
}

static void add_verdicts(GArray *rows, const struct player_outline *outline)
{
    for (guint i = 0; i < outline->verdicts->len; i++) {
        const struct player_verdict *verdict =
            &g_array_index(outline->verdicts, struct player_verdict, i);
        struct recorded_event row = {
            .at_us = verdict->at_us,
            .role = verdict_role(verdict->verdict),
            .kind = g_strdup(triage_verdict_name(verdict->verdict)),
            .text = g_strdup(verdict->summary),
        };

        g_array_append_val(rows, row);
    }
}

/* --- the table --- */

static const struct recorded_event *row_of(const void *model, size_t row)
{
    const struct recording_events *screen = model;

    return &g_array_index(screen->rows, struct recorded_event, row);
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct recording_events *screen = model;
    const struct recorded_event *event = row_of(model, row);
    g_autofree char *clock = NULL;

    switch (column) {
    case COLUMN_TIME:
        clock = time_text_within(event->at_us, screen->from_us, screen->to_us);
        ret->n = event->at_us;
        listing_say(ret, "%s", clock);
        break;
    case COLUMN_KIND:
        listing_say(ret, "%s %s", theme_mark(ui_theme(screen->base.ui), event->role), event->kind);
        ret->role = event->role;
        break;
    default:
        ret->text = event->text;
    }
}

static uint64_t key(const void *model, size_t row)
{
    const struct recorded_event *event = row_of(model, row);

    return (uint64_t)event->at_us ^ ((uint64_t)g_str_hash(event->kind) << 32) ^
           g_str_hash(event->text);
}

static const struct listing listing = {
    .id = "events",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COLUMN_TIME,
    .value = value,
    .key = key,
    .ties_turn = true,
};

/* --- the screen --- */

static void events_update(struct view *base, unsigned kinds)
{
    struct recording_events *screen = view_of(struct recording_events, base);
    struct player *player = ui_player(base->ui);
    const struct player_outline *outline = player != NULL ? player_outline(player) : NULL;

    if (kinds != 0 && kinds != ~0u) /* the list changes with the outline only */
        return;
    g_array_set_size(screen->rows, 0);
    if (outline != NULL) {
        screen->from_us = outline->from_us;
        screen->to_us = outline->to_us;
        add_events(screen->rows, outline);
        add_verdicts(screen->rows, outline);
        g_array_sort(screen->rows, by_time);
    }
    table_set_model(screen->table, screen, screen->rows->len);
    if (outline == NULL || screen->placed)
        return;
    size_t row = 0;

    for (guint i = 0; i < screen->rows->len; i++)
        if (row_of(screen, i)->at_us <= player_state(player).at_us)
            row = i;
    if (screen->rows->len > 0)
        table_select_key(screen->table, key(screen, row));
    screen->placed = true;
}

static void events_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct recording_events *screen = view_of(struct recording_events, base);
    char right[64];

    g_snprintf(right, sizeof right, "%u in this run ", screen->rows->len);
    screen_title(base->ui, canvas, area, right);
    area.top += 2;
    area.lines -= 2;
    table_draw(screen->table, canvas, area,
               &(struct table_look){.focused = true,
                                    .empty = "Nothing was noted in this recording: no mark, no "
                                             "alarm, no change of the verdict."});
}

static void go_there(struct view *base)
{
    struct recording_events *screen = view_of(struct recording_events, base);
    struct player *player = ui_player(base->ui);
    size_t row;

    if (player == NULL || !table_selected(screen->table, &row))
        return;
    player_seek(player, row_of(screen, row)->at_us);
    ui_pop(base->ui);
}

static char *events_copy(struct view *base)
{
    struct recording_events *screen = view_of(struct recording_events, base);
    size_t row;

    if (!table_selected(screen->table, &row))
        return NULL;
    g_autofree char *clock = time_text_iso(row_of(screen, row)->at_us);

    return g_strdup_printf("%s %s %s", clock, row_of(screen, row)->kind, row_of(screen, row)->text);
}

static struct table *events_table(struct view *base)
{
    return view_of(struct recording_events, base)->table;
}

static void events_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Events of a recording");
    pager_add(pager, THEME_TEXT, "  Marks, alarms, gaps, ends, and each change of the verdict.");
    pager_add(pager, THEME_TEXT, "  Enter goes there; { and } go from one to the next anywhere.");
}

static void events_free(struct view *base)
{
    table_free(view_of(struct recording_events, base)->table);
    g_array_unref(view_of(struct recording_events, base)->rows);
    g_free(base);
}

static const struct view_key events_keys[] = {
    {.action = ACTION_BACK},
    {ACTION_OPEN, "go there", view_has_row, .act = go_there},
    {ACTION_RIGHT, "", view_has_row, .act = go_there},
    {.action = ACTION_NONE}};

const struct view_ops recording_events_screen_ops = {
    .name = "events",
    .draw = events_draw,
    .update = events_update,
    .keys = events_keys,
    .table = events_table,
    .copy = events_copy,
    .help = events_help,
    .free = events_free,
};

struct view *recording_events_screen_new(struct ui *ui)
{
    struct recording_events *screen = g_new0(struct recording_events, 1);

    screen->base = (struct view){.ops = &recording_events_screen_ops, .ui = ui};
    screen->rows = g_array_new(FALSE, FALSE, sizeof(struct recorded_event));
    g_array_set_clear_func(screen->rows, row_clear);
    screen->table = table_new(&listing);
    return &screen->base;
}
