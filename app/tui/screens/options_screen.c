#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/ground/job.h"
#include "app/target/attach.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"

#include <errno.h>
#include <string.h>

/*
 * Every option and threshold, as the tables have them, changed at once or, where the row says so,
 * from the next attaching on; "save" writes them to the configuration.
 */

struct options_screen {
    struct view base;
    struct table *table;
    GArray *options; /* enum option_id: those that are shown */
    int typed_row;   /* which row a prompt is about */
};

enum { OPT_NAME, OPT_VALUE, OPT_HELP };

static const struct listing_column columns[] = {
    [OPT_NAME] = {.id = "option", .title = "OPTION", .width = 18},
    [OPT_VALUE] = {.id = "value", .title = "VALUE", .width = 10},
    [OPT_HELP] = {.id = "help", .title = "", .min_width = 10, .drop = 1},
};

/* --- rows: the options, "save", the thresholds --- */

static bool option_of(const struct options_screen *screen, size_t row, enum option_id *ret)
{
    if (row < screen->options->len)
        *ret = g_array_index(screen->options, enum option_id, row);
    return row < screen->options->len;
}

static bool is_save(const struct options_screen *screen, size_t row)
{
    return row == screen->options->len;
}

static enum threshold_id threshold_of(const struct options_screen *screen, size_t row)
{
    return (enum threshold_id)(row - screen->options->len - 1);
}

static void pace_text(const struct options_screen *screen, enum option_id id, GString *out)
{
    struct session *session = ui_session(screen->base.ui);
    enum probe_kind kind = (enum probe_kind)(id - OPTION_INTERVAL);
    double seconds = config_value(ui_config(screen->base.ui), id)->number;

    if (session != NULL)
        seconds = (double)probe_pace(session_probe(session, kind)).interval_us / 1e6;
    g_string_assign(out, number_interval(seconds).text);
}

static void option_value_text(const struct options_screen *screen, enum option_id id, GString *out)
{
    const struct option *option = option_info(id);
    const struct option_value *value = config_value(ui_config(screen->base.ui), id);
    const struct theme *theme = ui_theme(screen->base.ui);

    if (id == OPTION_THEME)
        g_string_assign(out, theme->name);
    else if (id == OPTION_GLYPHS)
        g_string_assign(out, option->words()[theme->glyphs]);
    else if (id >= OPTION_INTERVAL)
        pace_text(screen, id, out);
    else if (option->kind == OPTION_SWITCH)
        g_string_assign(out, value->on ? "on" : "off");
    else if (option->kind == OPTION_NUMBER)
        /* as amounts are written everywhere */
        if (strcmp(option->unit, "MiB") == 0)
            g_string_assign(out, number_bytes((int64_t)value->number * 1024 * 1024).text);
        else
            g_string_printf(out, "%g %s", value->number, option->unit);
    else if (option->kind == OPTION_COMMAND && value->command == NULL)
        g_string_assign(out, "none");
    else {
        g_autofree char *text = option_text(id, value);

        g_string_assign(out, text);
    }
}

static void threshold_cell(const struct options_screen *screen, enum threshold_id id, size_t column,
                           GString *out)
{
    const struct threshold *threshold = threshold_info(id);
    double value = ui_thresholds(screen->base.ui)->value[id];

    if (column == OPT_NAME)
        g_string_assign(out, threshold->key);
    else if (column == OPT_VALUE)
        g_string_assign(out, threshold_text(id, value).text);
    else
        g_string_printf(out, "%s; %s", threshold->unit, threshold->source);
}

static void append_cell(const struct options_screen *screen, size_t row, size_t column,
                        GString *out)
{
    enum option_id id;

    if (is_save(screen, row) && column == OPT_NAME)
        g_string_assign(out, "save");
    else if (is_save(screen, row) && column == OPT_HELP)
        g_string_printf(out, "Enter writes %s", config_path(ui_config(screen->base.ui)));
    else if (is_save(screen, row))
        return;
    else if (!option_of(screen, row, &id))
        threshold_cell(screen, threshold_of(screen, row), column, out);
    else if (column == OPT_NAME)
        g_string_assign(out, option_info(id)->title);
    else if (column == OPT_VALUE)
        option_value_text(screen, id, out);
    else
        g_string_printf(out, "%s%s", option_info(id)->help,
                        option_info(id)->later ? "; from the next attaching on" : "");
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    g_autoptr(GString) text = g_string_new(NULL);

    append_cell(model, row, column, text);
    listing_say(ret, "%s", text->str);
    ret->role = column == OPT_VALUE ? THEME_STRONG : column == OPT_HELP ? THEME_DIM : THEME_TEXT;
}

static uint64_t key(const void *model, size_t row)
{
    (void)model;
    return (uint64_t)row + 1;
}

static const struct listing listing = {
    .id = "options",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = OPT_NAME,
    .fixed = true,
    .value = value,
    .key = key,
};

/* --- changing --- */

/* What was chosen, in force where that is not a matter of asking the configuration. */
static void apply(struct ui *ui, enum option_id id)
{
    const struct config *config = ui_config(ui);
    struct session *session = ui_session(ui);

    if (id == OPTION_THEME)
        ui_set_theme(ui, config_word(config, id));
    else if (id == OPTION_GLYPHS)
        ui_set_glyphs(ui, (enum theme_glyphs)config_value(config, id)->word);
    else if (id == OPTION_MOUSE)
        ui_set_mouse(ui, config_value(config, id)->on);
    else if (id == OPTION_BELL || id == OPTION_NOTIFICATIONS)
        alert_watch_set(ui_alerts(ui), config_value(config, OPTION_BELL)->on,
                        (enum notification_form)config_value(config, OPTION_NOTIFICATIONS)->word);
    else if (id == OPTION_SOURCE) {
        /* for this target and those to come */
        attach_prefer_source((enum target_source)config_value(config, id)->word);
        if (session != NULL)
            session_set_source(session, (enum target_source)config_value(config, id)->word);
    } else if (id >= OPTION_INTERVAL && session != NULL)
        probe_set_interval(session_probe(session, (enum probe_kind)(id - OPTION_INTERVAL)),
                           (gint64)(config_value(config, id)->number * G_USEC_PER_SEC));
}

static void set_option(struct ui *ui, enum option_id id, const char *text)
{
    g_autoptr(GError) error = NULL;

    if (config_set(ui_config(ui), id, text, &error))
        apply(ui, id);
    else
        ui_message(ui, THEME_BAD, "%s", error->message);
}

/* The word, the switch's other side, or the next round number. */
static char *stepped(const struct options_screen *screen, enum option_id id, int step)
{
    static const double steps[] = {0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600};
    const struct option *option = option_info(id);
    const struct option_value *value = config_value(ui_config(screen->base.ui), id);
    size_t n = 1; /* there is at least one word */
    int at = 0;

    if (option->kind == OPTION_SWITCH)
        return g_strdup(value->on ? "false" : "true");
    if (option->kind == OPTION_NUMBER && id < OPTION_INTERVAL)
        return g_strdup_printf("%g", CLAMP(step > 0 ? value->number * 2 : value->number / 2,
                                           option->min, option->max));
    if (option->kind == OPTION_NUMBER) {
        g_autoptr(GString) pace = g_string_new(NULL);

        pace_text(screen, id, pace);
        while (at < (int)G_N_ELEMENTS(steps) - 1 &&
               steps[at] < g_ascii_strtod(pace->str, NULL) - 1e-6)
            at++;
        return g_strdup_printf("%g", steps[CLAMP(at + step, 0, (int)G_N_ELEMENTS(steps) - 1)]);
    }
    g_autoptr(GString) now = g_string_new(NULL);

    option_value_text(screen, id, now);
    while (option->words()[n] != NULL)
        n++;
    for (size_t i = 0; i < n; i++)
        if (strcmp(option->words()[i], now->str) == 0)
            at = (int)i;
    return g_strdup(option->words()[((size_t)at + n + (size_t)step) % n]);
}

static void on_typed(struct ui *ui, const char *text, void *user)
{
    struct options_screen *screen = user;
    size_t row = (size_t)screen->typed_row;
    g_autoptr(GError) error = NULL;
    enum option_id id;

    if (text == NULL)
        return;
    if (option_of(screen, row, &id))
        set_option(ui, id, text);
    else if (!config_set_threshold(ui_config(ui), threshold_of(screen, row), text, &error))
        ui_message(ui, THEME_BAD, "%s", error->message);
}

static void type(struct options_screen *screen, size_t row)
{
    g_autoptr(GString) label = g_string_new(NULL);
    g_autofree char *text = NULL;
    enum option_id id;

    if (option_of(screen, row, &id)) {
        g_string_printf(label, "%s%s%s: ", option_info(id)->title,
                        option_info(id)->unit != NULL ? ", " : "",
                        option_info(id)->unit != NULL ? option_info(id)->unit : "");
        text = option_text(id, config_value(ui_config(screen->base.ui), id));
    } else {
        enum threshold_id threshold = threshold_of(screen, row);

        g_string_printf(label, "%s, %s: ", threshold_info(threshold)->key,
                        threshold_info(threshold)->unit);
        text = g_strdup_printf("%.15g", ui_thresholds(screen->base.ui)->value[threshold]);
    }
    screen->typed_row = (int)row;
    ui_prompt(screen->base.ui, &(struct ui_prompt){.label = label->str,
                                                   .text = text,
                                                   .suggested = true,
                                                   .done = on_typed,
                                                   .user = screen});
}

/* --- saving, off the UI thread --- */

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

/* --- the screen --- */

static void change(struct view *base, enum action action)
{
    struct options_screen *screen = view_of(struct options_screen, base);
    size_t row;
    enum option_id id;

    if (!table_selected(screen->table, &row))
        return;
    if (is_save(screen, row)) {
        if (action != ACTION_OPEN)
            return;
        struct save_request *request = g_new0(struct save_request, 1);

        request->path = g_strdup(config_path(ui_config(base->ui)));
        request->text = config_to_text(ui_config(base->ui));
        ui_start_job(base->ui,
                     &(struct job_ops){.work = save_work,
                                       .done = save_done,
                                       .free_data = save_request_free,
                                       .free_result = g_free,
                                       .user = base->ui},
                     request);
        return;
    }
    bool is_option = option_of(screen, row, &id);
    enum option_kind kind = is_option ? option_info(id)->kind : OPTION_COMMAND;

    if (action == ACTION_OPEN && (kind == OPTION_NUMBER || kind == OPTION_COMMAND)) {
        type(screen, row);
    } else if (kind == OPTION_COMMAND) {
        ui_message(base->ui, THEME_TEXT, "Enter types another");
    } else {
        g_autofree char *text = stepped(screen, id, action == ACTION_LEFT ? -1 : 1);

        set_option(base->ui, id, text);
    }
}

static void options_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct options_screen *screen = view_of(struct options_screen, base);
    g_autoptr(GString) help = g_string_new(NULL);
    size_t row;

    screen_title(base->ui, canvas, area, "left and right change, Enter types");
    /* whole, where the column has room for its beginning only */
    if (table_selected(screen->table, &row))
        append_cell(screen, row, OPT_HELP, help);
    text_drawf(canvas, area.top + 1, area.left + 1, area.cols - 2, THEME_DIM, "%s", help->str);
    area.top += 2;
    area.lines -= 2;
    table_draw(view_of(struct options_screen, base)->table, canvas, area,
               &(struct table_look){.focused = true});
}

static struct table *options_table(struct view *base)
{
    return view_of(struct options_screen, base)->table;
}

static const struct view_key options_keys[] = {
    {ACTION_OPEN, "type", view_has_row, .act_by = change},
    {ACTION_LEFT, "change", view_has_row, .act_by = change},
    {ACTION_RIGHT, "change", view_has_row, .act_by = change},
    {.action = ACTION_BACK},
    {.action = ACTION_NONE}};

static void options_free(struct view *base)
{
    table_free(view_of(struct options_screen, base)->table);
    g_array_unref(view_of(struct options_screen, base)->options);
    g_free(base);
}

const struct view_ops options_screen_ops = {
    .name = "options",
    .draw = options_draw,
    .keys = options_keys,
    .table = options_table,
    .free = options_free,
};

struct view *options_screen_new(struct ui *ui)
{
    struct options_screen *screen = g_new0(struct options_screen, 1);

    screen->base = (struct view){.ops = &options_screen_ops, .ui = ui};
    screen->options = g_array_new(FALSE, FALSE, sizeof(enum option_id));
    for (enum option_id id = 0; id < OPTION_N; id++)
        if (option_info(id)->title != NULL)
            g_array_append_val(screen->options, id);
    screen->table = table_new(&listing);
    table_set_model(screen->table, screen, screen->options->len + 1 + THRESHOLD_N);
    return &screen->base;
}
