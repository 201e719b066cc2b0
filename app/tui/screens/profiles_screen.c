#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/target/capture_run.h"
#include "app/tui/screens/capture.h"
#include "app/tui/screens/served_rows.h"
#include "app/tui/shell/format.h"
#include "probes/clock.h"
#include "probes/pprof_index.h"

/*
 * What the target serves below /debug/pprof/, by its own index page: counts,
 * what each profile is for and costs, what is empty or missing and how to
 * enable it. The page is asked for again every few seconds while it is seen.
 */

enum { AGAIN_US = 5 * G_USEC_PER_SEC, DETAIL_LINES = 9 };

struct profiles_screen {
    struct view base;
    struct capture_run *run; /* of the index page; NULL: none under way */
    gint64 asked_us, taken_us;
    char *problem; /* why there is no index page, or NULL */
    struct served_rows *rows;
    struct table *table;
};

/* --- the index page --- */

static void show_rows(struct profiles_screen *screen, const GArray *served)
{
    table_set_model(screen->table, NULL, 0);
    served_rows_fill(screen->rows, served);
    table_set_model(screen->table, screen->rows, served_rows_count(screen->rows));
}

static void on_index(struct capture_result *taken, void *user)
{
    struct profiles_screen *screen = user;
    g_autoptr(capture_result_auto) result = taken;
    g_autoptr(GArray) served = NULL;

    g_clear_pointer(&screen->run, capture_run_free);
    g_clear_pointer(&screen->problem, g_free);
    screen->taken_us = 0;
    if (result->outcome != CAPTURE_DONE) {
        screen->problem = g_strdup(result->error);
    } else {
        gsize n;
        const char *html = g_bytes_get_data(result->bytes, &n);

        served = pprof_index_rows(html, n);
        if (served->len == 0)
            screen->problem = g_strdup("the index page lists no profiles");
        else
            screen->taken_us = clock_now_us();
    }
    show_rows(screen, screen->taken_us != 0 ? served : NULL);
    ui_damage(screen->base.ui);
}

static void ask_index(struct profiles_screen *screen)
{
    struct session *session = ui_session(screen->base.ui);
    struct capture_request request = {.path = "", .raw = true};
    g_autoptr(GError) error = NULL;

    if (session == NULL || screen->run != NULL)
        return;
    screen->asked_us = clock_now_us();
    screen->run = capture_run_start(session_target(session), &request, on_index, screen, &error);
    if (error != NULL) {
        g_free(screen->problem);
        screen->problem = g_strdup(error->message);
    }
}

static void profiles_update(struct view *base, unsigned kinds)
{
    struct profiles_screen *screen = view_of(struct profiles_screen, base);

    (void)kinds;
    if (screen->asked_us == 0 ||
        (ui_top(base->ui) == base && clock_now_us() - screen->asked_us > AGAIN_US))
        ask_index(screen);
}

static const struct served_row *selected(const struct profiles_screen *screen)
{
    size_t row;

    return table_selected(screen->table, &row) ? served_rows_at(screen->rows, row) : NULL;
}

/* --- what is said of the selected one --- */

/* NULL: nowhere. */
static const char *served_at(const struct profiles_screen *screen)
{
    struct session *session = ui_session(screen->base.ui);

    return session != NULL ? session_target(session)->pprof_url : NULL;
}

/* "go tool pprof http://…/block": the same by hand. Free with g_free. */
static char *command_of(const struct profiles_screen *screen, const struct served_row *row)
{
    const char *base = served_at(screen);
    g_autofree char *path = pprof_index_path(row->name);
    bool profile = row->kind->asking != PROFILE_ASKING_NEVER;
    const char *query = row->kind->query;

    if (row->kind->asking == PROFILE_ASKING_SECONDS)
        query = "seconds=30";
    return g_strdup_printf("%s '%s/%s%s%s'", profile ? "go tool pprof" : "curl -s",
                           base != NULL ? base : "http://localhost:6060/debug/pprof", path,
                           *query != '\0' ? "?" : "", query);
}

/* A label and its text, wrapped beside it; moves area down. */
static void draw_fact(const struct canvas *canvas, TickitRect *area, enum theme_role role,
                      const char *label, const char *text)
{
    enum { LABEL_COLS = 16 };
    g_autoptr(GPtrArray) lines =
        text_wrap_bytes(text, MAX(area->cols - LABEL_COLS - 1, 1), text_unicode(canvas));

    for (guint i = 0; i < lines->len && area->lines > 0; i++) {
        text_drawf(canvas, area->top, area->left + 1, LABEL_COLS - 1, THEME_DIM, "%s",
                   i == 0 ? label : "");
        text_draw_safe(canvas, area->top, area->left + LABEL_COLS, area->cols - LABEL_COLS,
                       &(struct text_style){.role = role}, g_ptr_array_index(lines, i));
        area->top++;
        area->lines--;
    }
}

static void draw_detail(const struct profiles_screen *screen, const struct canvas *canvas,
                        TickitRect area)
{
    const struct served_row *row = selected(screen);

    if (row == NULL)
        return;
    g_autofree char *command = command_of(screen, row);

    g_autofree char *shows = g_strdup_printf("%s%s%s", row->kind->shows,
                                             *row->kind->more != '\0' ? ". " : "", row->kind->more);

    draw_fact(canvas, &area, THEME_STRONG, served_row_label(row), shows);
    draw_fact(canvas, &area, THEME_TEXT, "costs", row->kind->costs);
    if (row->state == SERVED_ROW_EMPTY)
        draw_fact(canvas, &area, THEME_LOOK, "empty", row->kind->empty);
    if (row->state == SERVED_ROW_MISSING)
        draw_fact(canvas, &area, THEME_LOOK, "not served",
                  *row->kind->missing != '\0' ? row->kind->missing
                                              : "The program mounts pprof by hand without it.");
    draw_fact(canvas, &area, THEME_DIM, served_at(screen) != NULL ? "by hand" : "with pprof on",
              command);
}

static void profiles_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct profiles_screen *screen = view_of(struct profiles_screen, base);
    enum { MOST_LINES = 4 };
    char age[64] = "asking ...";
    int detail = area.lines >= 2 + DETAIL_LINES + 4 ? DETAIL_LINES : 0;

    if (screen->taken_us != 0)
        g_snprintf(age, sizeof age, "%s ", format_age(ui_now(base->ui), screen->taken_us).text);
    else if (screen->problem != NULL)
        age[0] = '\0';
    screen_title(base->ui, canvas, area, age);
    area.top++;
    area.lines--;
    /* why nothing is listed; what to do about it stands at its end */
    g_autoptr(GPtrArray) lines =
        screen->problem != NULL
            ? text_wrap_bytes(screen->problem, MAX(area.cols - 2, 1), text_unicode(canvas))
            : NULL;
    int said = lines != NULL ? MIN((int)lines->len, MIN(MOST_LINES, area.lines)) : 0;

    for (int i = 0; i < said; i++)
        text_draw_safe(canvas, area.top + i, area.left + 1, area.cols - 1,
                       &(struct text_style){.role = THEME_LOOK}, lines->pdata[i]);
    area.top += MAX(said, 1);
    area.lines -= MAX(said, 1);
    table_draw(screen->table, canvas,
               (TickitRect){area.top, area.left, area.lines - detail, area.cols},
               &(struct table_look){.focused = true, .empty = screen->problem});
    if (detail > 0)
        draw_detail(
            screen, canvas,
            (TickitRect){area.top + area.lines - detail + 1, area.left, detail - 1, area.cols});
}

/* --- asking for one --- */

/* A question or a prompt outlives the row it is about. */
struct wanted {
    const struct profile_kind *kind;
    char *name;
};

static struct wanted *wanted_of(const struct served_row *row)
{
    struct wanted *wanted = g_new0(struct wanted, 1);

    wanted->kind = row->kind;
    wanted->name = g_strdup(row->name);
    return wanted;
}

static void begin_wanted(struct ui *ui, struct wanted *wanted, bool yes, int seconds)
{
    if (yes)
        capture_begin(ui, &(struct capture_order){
                              .kind = wanted->kind, .name = wanted->name, .seconds = seconds});
    g_free(wanted->name);
    g_free(wanted);
}

static void on_consent(struct ui *ui, bool yes, void *user)
{
    begin_wanted(ui, user, yes, 0);
}

static void on_delta_seconds(struct ui *ui, const char *text, void *user)
{
    g_autofree char *why = NULL;
    int seconds = text != NULL ? capture_parse_seconds(text, &why) : 0;

    if (why != NULL)
        ui_message(ui, THEME_LOOK, "%s", why);
    begin_wanted(ui, user, seconds > 0, seconds);
}

static void open_row(struct view *base)
{
    const struct served_row *row = selected(view_of(struct profiles_screen, base));
    struct ui *ui = base->ui;

    if (row->state == SERVED_ROW_MISSING || row->kind->asking == PROFILE_ASKING_NEVER) {
        ui_message(ui, THEME_LOOK, "%s",
                   row->state == SERVED_ROW_MISSING
                       ? "not served by this process: see below"
                       : "no profile: y copies the command that gets it");
        return;
    }
    if (row->kind->asking == PROFILE_ASKING_SECONDS) {
        capture_ask_cpu(ui);
        return;
    }
    if (!capture_possible(ui))
        return;
    if (*row->kind->consent != '\0')
        ui_ask(ui, row->kind->label, row->kind->consent, on_consent, wanted_of(row));
    else
        begin_wanted(ui, wanted_of(row), true, 0);
}

static void ask_delta(struct view *base)
{
    const struct served_row *row = selected(view_of(struct profiles_screen, base));
    struct ui *ui = base->ui;

    if (!row->kind->delta || row->state == SERVED_ROW_MISSING) {
        ui_message(ui, THEME_DIM, "%s has no change over time to ask for", served_row_label(row));
        return;
    }
    if (!capture_possible(ui))
        return;
    ui_prompt(ui, &(struct ui_prompt){.label = "change within how many seconds: ",
                                      .text = "10",
                                      .suggested = true,
                                      .done = on_delta_seconds,
                                      .user = wanted_of(row)});
}

static void refresh(struct view *base)
{
    ask_index(view_of(struct profiles_screen, base));
    ui_message(base->ui, THEME_DIM, "refreshing");
}

static struct table *profiles_table(struct view *base)
{
    return view_of(struct profiles_screen, base)->table;
}

static char *profiles_copy(struct view *base)
{
    const struct served_row *row = selected(view_of(struct profiles_screen, base));

    return row != NULL ? command_of(view_of(struct profiles_screen, base), row) : NULL;
}

static const struct view_key profiles_keys[] = {
    {ACTION_OPEN, .applies = view_has_row, .act = open_row},
    {ACTION_RIGHT, "", view_has_row, .act = open_row},
    {ACTION_COMPARE, .applies = view_has_row, .act = ask_delta},
    {.action = ACTION_CPU},
    {.action = ACTION_COPY},
    {ACTION_REFRESH, .act = refresh},
    {.action = ACTION_BACK},
    {.action = ACTION_NONE}};

static void profiles_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Profiles");
    pager_add(pager, THEME_TEXT,
              "Everything the process serves below /debug/pprof/. Enter captures the profile and");
    pager_add(pager, THEME_TEXT,
              "opens it; it is kept as a snapshot, so that two captures can be compared. d asks");
    pager_add(pager, THEME_TEXT,
              "for the change within some seconds instead (seconds=N). What would disturb the");
    pager_add(pager, THEME_TEXT, "process asks first. y copies the command that does the same.");
}

static void profiles_free(struct view *base)
{
    struct profiles_screen *screen = view_of(struct profiles_screen, base);

    capture_run_free(screen->run);
    table_free(screen->table);
    served_rows_free(screen->rows);
    g_free(screen->problem);
    g_free(screen);
}

const struct view_ops profiles_screen_ops = {
    .name = "profiles",
    .draw = profiles_draw,
    .update = profiles_update,
    .keys = profiles_keys,
    .table = profiles_table,
    .copy = profiles_copy,
    .help = profiles_help,
    .free = profiles_free,
};

struct view *profiles_screen_new(struct ui *ui)
{
    struct profiles_screen *screen = g_new0(struct profiles_screen, 1);

    screen->base = (struct view){.ops = &profiles_screen_ops, .ui = ui};
    screen->rows = served_rows_new();
    screen->table = served_rows_table();
    show_rows(screen, NULL);
    return &screen->base;
}
