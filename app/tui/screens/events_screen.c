#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/tui/shell/format.h"

#include <string.h>

/*
 * What happened while it was watched, the newest first. Looking at it is what
 * makes events seen. Below the list stands what the selected one means.
 */

struct events_screen {
    struct view base;
    struct table *table;
};

enum { COLUMN_TIME, COLUMN_SEVERITY, COLUMN_STATE, COLUMN_COUNT, COLUMN_WHAT };

static const struct listing_column columns[] = {
    [COLUMN_TIME] =
        {.id = "time", .title = "TIME", .kind = LISTING_WORD, .width = 14, .largest_first = true},
    [COLUMN_SEVERITY] =
        {.id = "severity", .title = "HOW", .kind = LISTING_WORD, .width = 6, .largest_first = true},
    [COLUMN_STATE] = {.id = "holds",
                      .title = "HOLDS",
                      .kind = LISTING_WORD,
                      .width = 5,
                      .drop = 2,
                      .largest_first = true},
    [COLUMN_COUNT] =
        {.id = "count", .title = "COUNT", .kind = LISTING_COUNT, .width = 5, .drop = 1},
    [COLUMN_WHAT] = {.id = "what", .title = "WHAT", .min_width = 10},
};

enum { DETAIL_LINES = 5, DETAIL_FROM_LINES = 14 };

static struct alert_events *events_of(const struct events_screen *screen)
{
    return alert_watch_events(ui_alerts(screen->base.ui));
}

/* --- the table --- */

static const struct alert_event *row_of(const void *model, size_t row)
{
    return alert_events_at(events_of(model), (guint)row);
}

static char *clock_time(gint64 real_us, const char *format)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(real_us / G_USEC_PER_SEC);

    return when != NULL ? g_date_time_format(when, format) : g_strdup("");
}

static enum theme_role role_of(const struct alert_event *event)
{
    static const enum theme_role roles[] = {[ALERT_NOTE] = THEME_DIM,
                                            [ALERT_GOOD] = THEME_GOOD,
                                            [ALERT_LOOK] = THEME_LOOK,
                                            [ALERT_BAD] = THEME_BAD};

    return roles[event->severity];
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct events_screen *screen = model;
    const struct alert_event *event = row_of(model, row);
    g_autofree char *time = NULL;

    switch (column) {
    case COLUMN_TIME:
        time = clock_time(event->last_real_us, "%m-%d %H:%M:%S");
        ret->n = event->last_us;
        listing_say(ret, "%s", time);
        break;
    case COLUMN_SEVERITY:
        ret->n = event->severity;
        ret->role = role_of(event);
        listing_say(ret, "%s %s", theme_mark(ui_theme(screen->base.ui), ret->role),
                    alert_severity_name(event->severity));
        break;
    case COLUMN_STATE:
        ret->n = event->firing;
        ret->text = event->firing ? "now" : "";
        ret->role = role_of(event);
        break;
    case COLUMN_COUNT:
        ret->n = event->count;
        if (event->count <= 1)
            ret->text = "";
        break;
    default:
        ret->text = event->text;
        ret->role = event->firing ? THEME_STRONG : THEME_TEXT;
    }
}

static uint64_t key(const void *model, size_t row)
{
    return row_of(model, row)->id;
}

/* Of equal ones the newer is the greater: rows stand in the order of time. */
static const struct listing listing = {
    .id = "events",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COLUMN_TIME,
    .value = value,
    .key = key,
    .ties_turn = true,
};

static void events_update(struct view *base, unsigned kinds)
{
    struct events_screen *screen = view_of(struct events_screen, base);

    (void)kinds;
    table_set_model(screen->table, screen, alert_events_n(events_of(screen)));
    if (ui_top(base->ui) == base)
        alert_events_see(events_of(screen));
}

static const struct alert_event *selected(struct events_screen *screen)
{
    size_t row;

    return table_selected(screen->table, &row) ? row_of(screen, row) : NULL;
}

/* --- drawing --- */

static void draw_detail(struct events_screen *screen, const struct canvas *canvas, TickitRect area)
{
    const struct alert_event *event = selected(screen);

    if (event == NULL)
        return;
    g_autofree char *first = clock_time(event->real_us, "%Y-%m-%d %H:%M:%S");
    g_autofree char *last = clock_time(event->last_real_us, "%H:%M:%S");

    if (event->count > 1)
        text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_DIM,
                   "%s times, first at %s, last at %s", number_count(event->count).text, first,
                   last);
    else
        text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_DIM, "at %s", first);
    g_autofree char *words =
        g_strdup_printf("%s%s%s", event->text, *event->detail != '\0' ? "\n" : "", event->detail);

    text_draw_words(canvas, (TickitRect){area.top + 1, area.left, area.lines - 1, area.cols},
                    words);
}

static void events_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct events_screen *screen = view_of(struct events_screen, base);
    static const char empty[] =
        "Nothing has happened yet. What gets worse, comes near a limit or is well again becomes a "
        "line here, and so do marks and the target's end. --bell, --notify, --exec and "
        "--capture-on-alarm say what else is done then.";

    struct alert_events *events = events_of(screen);
    guint n = alert_events_n(events), firing = 0;
    char right[64];

    for (guint i = 0; i < n; i++)
        firing += alert_events_at(events, i)->firing;
    g_snprintf(right, sizeof right, "%u event%s, %u in force ", n, n == 1 ? "" : "s", firing);
    screen_title(base->ui, canvas, area, right);
    area.top += 2;
    area.lines -= 2;
    if (area.lines >= DETAIL_FROM_LINES && table_n_shown(screen->table) > 0) {
        area.lines -= DETAIL_LINES + 1;
        draw_detail(screen, canvas,
                    (TickitRect){area.top + area.lines + 1, area.left, DETAIL_LINES, area.cols});
    }
    table_draw(screen->table, canvas, area, &(struct table_look){.focused = true, .empty = empty});
}

/* --- actions --- */

static bool has_place(const struct view *base)
{
    const struct alert_event *event = selected(view_of(struct events_screen, base));

    return event != NULL && (event->kind == ALERT_MARK || event->step < TRIAGE_N_STEPS);
}

/* A step opens in the wizard, a number or a cause at its evidence. */
static void open_event(struct view *base)
{
    const struct alert_event *event = selected(view_of(struct events_screen, base));
    struct ui *ui = base->ui;

    if (event->kind == ALERT_MARK)
        ui_push(ui, marks_screen_new(ui));
    else if (event->kind == ALERT_STEP || event->ref.kind == REF_NONE)
        ui_show(ui, &(struct ref){.kind = REF_STEP, .id = (int)event->step});
    else
        ui_show(ui, &event->ref);
}

static void say_placeless(struct view *base)
{
    ui_message(base->ui, THEME_DIM, "this event points to nothing that could be opened");
}

static char *events_copy(struct view *base)
{
    const struct alert_event *event = selected(view_of(struct events_screen, base));

    if (event == NULL)
        return NULL;
    g_autofree char *time = clock_time(event->last_real_us, "%Y-%m-%dT%H:%M:%S%:z");

    return g_strdup_printf("%s %s %s", time, alert_severity_name(event->severity), event->text);
}

static struct table *events_table(struct view *base)
{
    return view_of(struct events_screen, base)->table;
}

static const struct view_key events_keys[] = {
    {.action = ACTION_BACK},
    {ACTION_OPEN, .applies = has_place, .act = open_event},
    {ACTION_OPEN, "", view_has_row, .act = say_placeless},
    {ACTION_RIGHT, "", has_place, .act = open_event},
    {.action = ACTION_NONE}};

static void events_help(struct view *base, struct pager *pager)
{
    static const char *const lines[] = {
        "A verdict becomes a line when it has held for two looks and some seconds; what",
        "was so when it was first looked at is no news, but for what is bad already.",
        "What happens again within ten minutes is counted. HOLDS: it is so now.",
        "Enter opens the step, the path, the stack or the function it is about.",
    };

    (void)base;
    pager_add(pager, THEME_TITLE, "Events");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        pager_addf(pager, THEME_TEXT, "  %s", lines[i]);
}

static void events_free(struct view *base)
{
    table_free(view_of(struct events_screen, base)->table);
    g_free(base);
}

const struct view_ops events_screen_ops = {
    .name = "events",
    .draw = events_draw,
    .update = events_update,
    .keys = events_keys,
    .table = events_table,
    .copy = events_copy,
    .help = events_help,
    .free = events_free,
};

struct view *events_screen_new(struct ui *ui)
{
    struct events_screen *screen = g_new0(struct events_screen, 1);

    screen->base = (struct view){.ops = &events_screen_ops, .ui = ui};
    screen->table = table_new(&listing);
    return &screen->base;
}
