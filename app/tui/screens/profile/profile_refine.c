#include "app/tui/screens/profile/profile_screen.h"

#include "app/tui/screens/view_table.h"

#include <string.h>

/*
 * The filters of go tool pprof as a form. What is typed is checked while it is
 * typed, and taken at once when it is accepted.
 */

enum { ROW_RELATIVE = PROFILE_N_FILTERS, ROW_COUNT, ROW_FRACTION, N_ROWS };

struct refine_screen {
    struct view base;
    struct profile *profile; /* own reference: knows the units of tags */
    struct profile_settings settings;
    struct table *table;
    size_t editing;
    char *problem; /* of what is being typed; NULL: none */
    profile_refined refined;
    void *user;
};

enum { REFINE_NAME, REFINE_VALUE, REFINE_HELP };

static const struct listing_column columns[] = {
    [REFINE_NAME] = {.id = "filter", .title = "FILTER", .width = 13},
    [REFINE_VALUE] = {.id = "value", .title = "VALUE", .min_width = 12},
    [REFINE_HELP] = {.id = "meaning", .title = "MEANING", .width = 47, .drop = 1},
};

/* --- the table --- */

static const char *row_name(size_t row)
{
    static const char *const others[] = {"relative", "nodecount", "nodefraction"};

    return row < PROFILE_N_FILTERS ? profile_filter_name((enum profile_filter)row)
                                   : others[row - PROFILE_N_FILTERS];
}

static const char *row_help(size_t row)
{
    static const char *const words[N_ROWS] = {
        [PROFILE_FOCUS] = "only stacks with a frame that matches",
        [PROFILE_IGNORE] = "no stack with a frame that matches",
        [PROFILE_HIDE] = "takes matching frames out of the stacks",
        [PROFILE_SHOW] = "leaves only matching frames in the stacks",
        [PROFILE_SHOW_FROM] = "leaves out what called the first match",
        [PROFILE_TAG_FOCUS] = "only samples with the tag: key=regex, 1kb:64kb",
        [PROFILE_TAG_IGNORE] = "no sample with the tag",
        [ROW_RELATIVE] = "percentages of what the filters leave",
        [ROW_COUNT] = "at most so many rows; 0: all",
        [ROW_FRACTION] = "drop rows under this part of the total: 0.005",
    };

    return words[row];
}

static char *row_value(const struct profile_settings *settings, size_t row)
{
    if (row < PROFILE_N_FILTERS)
        return g_strdup(settings->filters[row]);
    if (row == ROW_RELATIVE)
        return g_strdup(settings->relative ? "on" : "off");
    if (row == ROW_COUNT)
        return settings->node_count > 0 ? g_strdup_printf("%zu", settings->node_count)
                                        : g_strdup("");
    return settings->node_fraction > 0 ? g_strdup_printf("%g", settings->node_fraction)
                                       : g_strdup("");
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct refine_screen *screen = model;
    g_autofree char *text = row_value(&screen->settings, row);

    if (column == REFINE_NAME) {
        ret->text = row_name(row);
    } else if (column == REFINE_HELP) {
        ret->text = row_help(row);
        ret->role = THEME_DIM;
    } else {
        if (*text != '\0')
            listing_say(ret, "%s", text);
        ret->role = *text != '\0' && strcmp(text, "off") != 0 ? THEME_STRONG : THEME_DIM;
    }
}

static uint64_t key(const void *model, size_t row)
{
    (void)model;
    return (uint64_t)row + 1;
}

static const struct listing listing = {
    .id = "filters",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = REFINE_NAME,
    .fixed = true,
    .value = value,
    .key = key,
};

/* --- changing --- */

static bool set_count(struct profile_settings *settings, const char *text, GError **error)
{
    guint64 count = 0;

    if (*text != '\0' && !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &count, NULL)) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID,
                    "a whole number of rows is wanted");
        return false;
    }
    settings->node_count = (size_t)count;
    return true;
}

static bool set_fraction(struct profile_settings *settings, const char *text, GError **error)
{
    char *end = NULL;
    double fraction = g_ascii_strtod(text, &end);

    if (*end != '\0' || !(fraction >= 0 && fraction < 1)) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID,
                    "a part of the total is wanted, from 0 to 1, like 0.005");
        return false;
    }
    settings->node_fraction = fraction;
    return true;
}

/* Sets a row of settings to text when it is understood. */
static bool set_row(const struct profile *profile, struct profile_settings *settings, size_t row,
                    const char *text, GError **error)
{
    if (row == ROW_COUNT)
        return set_count(settings, text, error);
    if (row == ROW_FRACTION)
        return set_fraction(settings, text, error);
    char *before = settings->filters[row];

    settings->filters[row] = g_strdup(text);
    const struct filter_options filters = profile_settings_filters(settings);

    if (filter_check(profile, &filters, error)) {
        g_free(before);
        return true;
    }
    g_free(settings->filters[row]);
    settings->filters[row] = before;
    return false;
}

static void on_edited(struct ui *ui, const char *text, void *user)
{
    struct refine_screen *screen = user;
    struct profile_settings trial;
    g_autoptr(GError) error = NULL;

    (void)ui;
    g_clear_pointer(&screen->problem, g_free);
    profile_settings_copy(&trial, &screen->settings);
    if (!set_row(screen->profile, &trial, screen->editing, text, &error))
        screen->problem = g_strdup(error->message);
    profile_settings_clear(&trial);
}

static void on_entered(struct ui *ui, const char *text, void *user)
{
    struct refine_screen *screen = user;
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&screen->problem, g_free);
    if (text == NULL)
        return;
    if (set_row(screen->profile, &screen->settings, screen->editing, text, &error))
        screen->refined(screen->user, &screen->settings);
    else
        ui_message(ui, THEME_LOOK, "not taken: %s", error->message);
}

static void open_row(struct view *base)
{
    struct refine_screen *screen = view_of(struct refine_screen, base);
    size_t row;

    if (!table_selected(screen->table, &row))
        return;
    if (row == ROW_RELATIVE) {
        screen->settings.relative = !screen->settings.relative;
        screen->refined(screen->user, &screen->settings);
        return;
    }
    g_autofree char *value = row_value(&screen->settings, row);
    g_autofree char *label = g_strdup_printf("%s: ", row_name(row));

    screen->editing = row;
    ui_prompt(base->ui, &(struct ui_prompt){.label = label,
                                            .text = value,
                                            .changed = on_edited,
                                            .done = on_entered,
                                            .user = screen});
}

static void clear_row(struct view *base)
{
    struct refine_screen *screen = view_of(struct refine_screen, base);
    size_t row;

    if (!table_selected(screen->table, &row))
        return;
    if (row == ROW_RELATIVE)
        screen->settings.relative = false;
    else
        set_row(screen->profile, &screen->settings, row, "", NULL);
    screen->refined(screen->user, &screen->settings);
}

/* --- the screen --- */

static void refine_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    enum { WORDS = 3 };
    struct refine_screen *screen = view_of(struct refine_screen, base);
    int lines = MIN(N_ROWS + 1, area.lines - 2 - WORDS);

    screen_title(base->ui, canvas, area, NULL);
    if (lines < 2) /* hardly any room: the fields go first */
        lines = area.lines - 1;
    table_draw(
        screen->table, canvas,
        (TickitRect){area.top + (lines > N_ROWS ? 2 : 1), area.left + 1, lines, area.cols - 1},
        &(struct table_look){.focused = true});
    area.top += lines + 3;
    area.lines -= lines + 3;
    if (area.lines < 1)
        return;
    if (screen->problem != NULL)
        text_draw_words(canvas, area, screen->problem);
    else
        text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_DIM,
                   "Regular expressions match functions, files and the binary's name.");
}

static struct table *refine_table(struct view *base)
{
    return view_of(struct refine_screen, base)->table;
}

/* Numbers have a value always; of them zero may be wanted. */
static bool is_set(const struct view *base)
{
    const struct refine_screen *screen = view_of(struct refine_screen, base);
    size_t row;

    if (!table_selected(screen->table, &row))
        return false;
    if (row < PROFILE_N_FILTERS)
        return *screen->settings.filters[row] != '\0';
    return row != ROW_RELATIVE || screen->settings.relative;
}

static const struct view_key refine_keys[] = {
    {ACTION_OPEN, "change", view_has_row, .act = open_row},
    {ACTION_RIGHT, "", view_has_row, .act = open_row},
    {ACTION_DELETE, "clear", is_set, .act = clear_row},
    {ACTION_LEFT, "", .act = view_leave},
    {ACTION_REFINE, "", .act = view_leave},
    {.action = ACTION_BACK},
    {.action = ACTION_NONE}};

static void refine_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Filters");
    pager_add(
        pager, THEME_TEXT,
        "The options of go tool pprof of the same names. Enter types a value or turns one on;");
    pager_add(pager, THEME_TEXT,
              "Delete clears it; Esc goes back to the profile, where Esc clears all of them.");
}

static void refine_free(struct view *base)
{
    struct refine_screen *screen = view_of(struct refine_screen, base);

    table_free(screen->table);
    profile_settings_clear(&screen->settings);
    profile_unref(screen->profile);
    g_free(screen->problem);
    g_free(screen);
}

const struct view_ops profile_refine_ops = {
    .name = "filters",
    .draw = refine_draw,
    .keys = refine_keys,
    .table = refine_table,
    .help = refine_help,
    .free = refine_free,
};

struct view *profile_refine_new(struct ui *ui, struct profile *profile,
                                const struct profile_settings *settings, profile_refined refined,
                                void *user)
{
    struct refine_screen *screen = g_new0(struct refine_screen, 1);

    screen->base = (struct view){.ops = &profile_refine_ops, .ui = ui};
    screen->profile = profile_ref(profile);
    profile_settings_copy(&screen->settings, settings);
    screen->refined = refined;
    screen->user = user;
    screen->table = table_new(&listing);
    table_set_model(screen->table, screen, N_ROWS);
    return &screen->base;
}
