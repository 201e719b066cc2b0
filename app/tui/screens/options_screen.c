#include "app/tui/screens/screens.h"

#include "app/ground/job.h"
#include "app/tui/shell/format.h"

#include <errno.h>
#include <string.h>

/* Looks and paces, changed at once; "save" writes them to the configuration. */

enum option {
    OPTION_THEME,
    OPTION_GLYPHS,
    OPTION_MOUSE,
    OPTION_BELL,
    OPTION_NOTIFY,
    OPTION_INTERVAL,
    OPTION_SAVE = OPTION_INTERVAL + PROBE_N_KINDS,
    N_OPTIONS
};

struct options_screen {
    struct view base;
    struct table *table;
    size_t theme, glyphs; /* indices of the present choice */
};

enum { OPT_NAME, OPT_VALUE, OPT_HELP };

static const struct table_column columns[] = {
    [OPT_NAME] = {.title = "OPTION", .width = 22, .unsortable = true},
    [OPT_VALUE] = {.title = "VALUE", .width = 10, .unsortable = true},
    [OPT_HELP] = {.title = "", .min_width = 10, .drop = 1, .unsortable = true},
};

static const char *const glyph_names[] = {"braille", "block", "ascii"};

static double interval_s(const struct options_screen *screen, size_t option)
{
    struct session *session = ui_session(screen->base.ui);
    enum probe_kind kind = (enum probe_kind)(option - OPTION_INTERVAL);

    if (session == NULL)
        return (double)probe_default_interval_us(kind) / 1e6;
    return (double)probe_pace(session_probe(session, kind)).interval_us / 1e6;
}

static void name_cell(size_t option, GString *out)
{
    static const char *const names[] = {"theme",
                                        "glyphs",
                                        "mouse",
                                        "bell",
                                        "notifications",
                                        "process every",
                                        "memory every",
                                        "descriptors every",
                                        "goroutines every",
                                        "heap every",
                                        "threads every",
                                        "save"};

    g_string_assign(out, names[option]);
}

static void value_cell(const struct options_screen *screen, size_t option, GString *out)
{
    enum notification_form form;
    bool bell;

    alert_watch_get(ui_alerts(screen->base.ui), &bell, &form);
    if (option == OPTION_THEME)
        g_string_assign(out, theme_names()[screen->theme]);
    else if (option == OPTION_GLYPHS)
        g_string_assign(out, glyph_names[screen->glyphs]);
    else if (option == OPTION_MOUSE)
        g_string_assign(out, ui_mouse(screen->base.ui) ? "on" : "off");
    else if (option == OPTION_BELL)
        g_string_assign(out, bell ? "on" : "off");
    else if (option == OPTION_NOTIFY)
        g_string_assign(out, notification_form_names()[form]);
    else if (option != OPTION_SAVE)
        g_string_printf(out, "%.1f s", interval_s(screen, option));
}

static void help_cell(const struct options_screen *screen, size_t option, GString *out)
{
    if (option == OPTION_THEME)
        g_string_assign(out, "dark, light, or safe: readable with any colour vision");
    else if (option == OPTION_GLYPHS)
        g_string_assign(out, "what charts and frames are drawn with");
    else if (option == OPTION_MOUSE)
        g_string_assign(out, "off leaves selecting text to the terminal");
    else if (option == OPTION_BELL)
        g_string_assign(out, "rings at an alert");
    else if (option == OPTION_NOTIFY)
        g_string_assign(out, "on the desktop, by way of the terminal, at an alert");
    else if (option == OPTION_SAVE)
        g_string_printf(out, "Enter writes %s", config_path(ui_config(screen->base.ui)));
    else
        g_string_assign(out, "slows itself down when sampling costs too much");
}

static void option_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct options_screen *screen = model;

    if (column == OPT_NAME) {
        name_cell(row, ret->text);
    } else if (column == OPT_VALUE) {
        value_cell(screen, row, ret->text);
        ret->role = THEME_STRONG;
    } else {
        help_cell(screen, row, ret->text);
        ret->role = THEME_DIM;
    }
}

static int option_compare(const void *model, size_t a, size_t b, size_t column)
{
    (void)model;
    (void)column;
    return a < b ? -1 : a > b;
}

static uint64_t option_key(const void *model, size_t row)
{
    (void)model;
    return (uint64_t)row + 1;
}

static const struct table_ops table_ops = {
    .cell = option_cell, .compare = option_compare, .key = option_key};

/* --- changing ------------------------------------------------------------------------------------
 */

static void change_theme(struct options_screen *screen, int step)
{
    size_t n = 1; /* there is at least one */

    while (theme_names()[n] != NULL)
        n++;
    screen->theme = (screen->theme + n + (size_t)step) % n;
    ui_set_theme(screen->base.ui, theme_names()[screen->theme]);
    config_set_theme(ui_config(screen->base.ui), theme_names()[screen->theme]);
}

static void change_glyphs(struct options_screen *screen, int step)
{
    const size_t n = G_N_ELEMENTS(glyph_names);

    screen->glyphs = (screen->glyphs + n + (size_t)step) % n;
    ui_set_glyphs(screen->base.ui, (enum theme_glyphs)screen->glyphs);
    config_set_glyphs(ui_config(screen->base.ui), (enum theme_glyphs)screen->glyphs);
}

static void change_interval(struct options_screen *screen, size_t option, int step)
{
    static const double steps[] = {0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600};
    enum probe_kind kind = (enum probe_kind)(option - OPTION_INTERVAL);
    struct session *session = ui_session(screen->base.ui);
    double now = interval_s(screen, option);
    int at = 0;

    while (at < (int)G_N_ELEMENTS(steps) - 1 && steps[at] < now - 1e-6)
        at++;
    at = CLAMP(at + step, 0, (int)G_N_ELEMENTS(steps) - 1);
    if (session != NULL)
        probe_set_interval(session_probe(session, kind), (gint64)(steps[at] * 1e6));
    config_set_interval(ui_config(screen->base.ui), kind, steps[at]);
}

static void change_alerts(struct options_screen *screen, size_t option, int step)
{
    struct config *config = ui_config(screen->base.ui);
    const size_t n = NOTIFICATION_N_FORMS;
    enum notification_form form;
    bool bell;

    alert_watch_get(ui_alerts(screen->base.ui), &bell, &form);
    if (option == OPTION_BELL)
        bell = !bell;
    else
        form = (enum notification_form)((form + n + (size_t)step) % n);
    alert_watch_set(ui_alerts(screen->base.ui), bell, form);
    config_set_bell(config, bell);
    config_set_notifications(config, form);
}

static void change(struct options_screen *screen, size_t option, int step)
{
    if (option == OPTION_THEME) {
        change_theme(screen, step);
    } else if (option == OPTION_GLYPHS) {
        change_glyphs(screen, step);
    } else if (option == OPTION_MOUSE) {
        ui_set_mouse(screen->base.ui, !ui_mouse(screen->base.ui));
        config_set_mouse(ui_config(screen->base.ui), ui_mouse(screen->base.ui));
    } else if (option == OPTION_BELL || option == OPTION_NOTIFY) {
        change_alerts(screen, option, step);
    } else if (option != OPTION_SAVE) {
        change_interval(screen, option, step);
    }
}

/* --- saving, off the UI thread -------------------------------------------------------------------
 */

struct save_request {
    char *path, *text;
};

static void save_request_free(void *data)
{
    struct save_request *request = data;

    g_free(request->path);
    g_free(request->text);
    g_free(request);
}

/* NULL when all went well, else the sentence. */
static void *save_work(void *data, const int *cancelled)
{
    const struct save_request *request = data;
    g_autofree char *folder = g_path_get_dirname(request->path);
    g_autoptr(GError) error = NULL;

    (void)cancelled;
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return g_strdup_printf("%s: %s", folder, g_strerror(errno));
    if (!g_file_set_contents(request->path, request->text, -1, &error))
        return g_strdup(error->message);
    return NULL;
}

static void save_done(void *result, void *user)
{
    struct ui *ui = user;

    if (result == NULL)
        ui_message(ui, THEME_GOOD, "saved to %s", config_path(ui_config(ui)));
    else
        ui_message(ui, THEME_BAD, "not saved: %s", (const char *)result);
    g_free(result);
}

static void save(struct ui *ui)
{
    struct save_request *request = g_new0(struct save_request, 1);

    request->path = g_strdup(config_path(ui_config(ui)));
    request->text = config_to_text(ui_config(ui));
    ui_start_job(ui,
                 &(struct job_ops){.work = save_work,
                                   .done = save_done,
                                   .free_data = save_request_free,
                                   .free_result = g_free,
                                   .user = ui},
                 request);
}

/* --- the screen
 * -------------------------------------------------------------------------------------- */

static bool options_act(struct view *base, enum action action)
{
    struct options_screen *screen = view_of(struct options_screen, base);
    size_t row;

    if (action != ACTION_LEFT && action != ACTION_RIGHT && action != ACTION_OPEN)
        return false;
    if (!table_selected(screen->table, &row))
        return true;
    if (row == OPTION_SAVE)
        save(base->ui);
    else
        change(screen, row, action == ACTION_LEFT ? -1 : 1);
    return true;
}

static void options_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    screen_title(base->ui, canvas, area, "left and right change, at once");
    area.top += 2;
    area.lines -= 2;
    table_draw(view_of(struct options_screen, base)->table, canvas, area,
               &(struct table_look){.focused = true});
}

static struct table *options_table(struct view *base)
{
    return view_of(struct options_screen, base)->table;
}

static void options_click(struct view *base, int line, int col, bool twice)
{
    if (table_click(view_of(struct options_screen, base)->table, line, col) == TABLE_HIT_ROW &&
        twice)
        ui_act(base->ui, ACTION_OPEN);
}

static const enum action options_hints[] = {ACTION_LEFT, ACTION_RIGHT, ACTION_BACK, ACTION_NONE};

static void options_free(struct view *base)
{
    table_free(view_of(struct options_screen, base)->table);
    g_free(base);
}

static const struct view_ops ops = {
    .name = "options",
    .draw = options_draw,
    .act = options_act,
    .fixed_hints = options_hints,
    .table = options_table,
    .click = options_click,
    .free = options_free,
};

struct view *options_screen_new(struct ui *ui)
{
    struct options_screen *screen = g_new0(struct options_screen, 1);

    screen->base = (struct view){.ops = &ops, .ui = ui};
    while (theme_names()[screen->theme + 1] != NULL &&
           strcmp(theme_names()[screen->theme], ui_theme(ui)->name) != 0)
        screen->theme++;
    screen->glyphs = (size_t)ui_theme(ui)->glyphs;
    screen->table = table_new(&table_ops, columns, G_N_ELEMENTS(columns), OPT_NAME);
    table_set_model(screen->table, screen, N_OPTIONS);
    return &screen->base;
}
