#include "app/tui/screens/screens.h"

#include "app/tui/screens/capture.h"
#include "app/tui/screens/file_view.h"
#include "app/tui/screens/snapshots_disk.h"
#include "app/tui/screens/view_table.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/report_desk.h"
#include "app/tui/shell/snapshot_pair.h"
#include "app/tui/shell/snapshot_taker.h"

#include <string.h>

/* What every screen can open, and the line of commands. */

void screen_title(struct ui *ui, const struct canvas *canvas, TickitRect area, const char *right)
{
    g_autofree char *crumbs = ui_breadcrumb(ui);
    int room = right != NULL ? MIN(text_width(right) + 1, area.cols / 2) : 0;

    text_drawf(canvas, area.top, area.left, area.cols - room, THEME_BAR, " %s", crumbs);
    if (room > 0)
        text_draw(canvas, area.top, area.left + area.cols - room, room,
                  &(struct text_style){.role = THEME_BAR, .align = TEXT_RIGHT}, right);
}

static void export_view(struct ui *ui, struct view *screen)
{
    struct table *table = view_table(screen);
    struct pager *pager = view_pager(screen);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");
    g_autofree char *name = g_strdup_printf("sidescope-%s-%s.txt", screen->ops->name, stamp);
    char *text = view_export(screen);

    if (text != NULL)
        ui_save_text(ui, name, text);
    else if (table != NULL)
        ui_save_text(ui, name, table_to_text(table, true));
    else if (pager != NULL)
        ui_save_text(ui, name, pager_to_text(pager, true));
    else
        ui_message(ui, THEME_DIM, "nothing listed here to write");
}

/* --- time --- */

static void step_time(struct ui *ui, int samples, gint64 us)
{
    struct session *session = ui_session(ui);
    gint64 at;

    if (session == NULL)
        return;
    if (!session_frozen(session, NULL))
        session_freeze(session, true);
    bool moved = samples != 0 ? session_step(session, samples)
                              : session_frozen(session, &at) && session_seek(session, at + us);

    if (!moved)
        ui_message(ui, THEME_LOOK,
                   samples > 0 || us > 0 ? "this is the newest" : "not kept that far back");
}

/* The last time it was h:m:s before real_us, both of the wall clock. */
static gint64 last_clock_us(gint64 real_us, int h, int m, int s)
{
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(real_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) then =
        now == NULL ? NULL
                    : g_date_time_new_local(g_date_time_get_year(now), g_date_time_get_month(now),
                                            g_date_time_get_day_of_month(now), h, m, s);

    if (then == NULL)
        return -1;
    if (g_date_time_compare(then, now) > 0) {
        GDateTime *before = g_date_time_add_days(then, -1);

        g_date_time_unref(then);
        then = before;
    }
    return g_date_time_to_unix(then) * G_USEC_PER_SEC;
}

/* "-5m", "-90s", "-1h" from now, or a clock time "HH:MM[:SS]" of the last day. *ret_us
 * is a time of the session's clock. */
static bool parse_time(const char *text, const struct session *session, gint64 *ret_us)
{
    gint64 now_us = session_now_us(session), real_us = session_real_us(session, now_us);
    int h = 0, m = 0, s = 0;
    char unit = 's';

    if (*text == '-' && sscanf(text + 1, "%d%c", &s, &unit) >= 1) {
        gint64 scale = unit == 'h' ? 3600 : unit == 'm' ? 60 : 1;

        *ret_us = now_us - s * scale * G_USEC_PER_SEC;
        return true;
    }
    if (sscanf(text, "%d:%d:%d", &h, &m, &s) < 2)
        return false;
    gint64 then_us = last_clock_us(real_us, h, m, s);

    *ret_us = now_us - (real_us - then_us);
    return then_us >= 0;
}

static void on_time(struct ui *ui, const char *text, void *user)
{
    (void)user;
    if (text == NULL || ui_session(ui) == NULL)
        return;
    gint64 at_us;

    if (!parse_time(text, ui_session(ui), &at_us)) {
        ui_message(ui, THEME_LOOK, "\"%s\" is no time: use HH:MM, HH:MM:SS or -5m", text);
        return;
    }
    session_freeze(ui_session(ui), true);
    if (!session_seek(ui_session(ui), at_us))
        ui_message(ui, THEME_LOOK, "not kept that far back");
}

/* --- the line of commands --- */

struct word {
    const char *name, *help;
};

static const struct word words[] = {
    {"attach", "attach [PID|NAME]: choose another process"},
    {"theme", "theme NAME: the look"},
    {"filter", "filter PATTERN: of the list shown"},
    {"write", "write [FILE]: what this view lists"},
    {"goto", "goto TIME: of the recording"},
    {"open", "open FILE: a recording, a profile, a dump, a snapshot"},
};

const char *screens_command_help(size_t i)
{
    return i < G_N_ELEMENTS(words) ? words[i].help : NULL;
}

static void run_command(struct ui *ui, const char *text, void *user)
{
    (void)user;
    if (text == NULL || *text == '\0')
        return;
    g_auto(GStrv) parts = g_strsplit(text, " ", 2);
    const char *argument = parts[1] != NULL ? g_strstrip(parts[1]) : NULL;
    struct view *top = ui_top(ui);

    if (strcmp(parts[0], "attach") == 0)
        ui_push(ui, picker_screen_new(ui, argument, NULL, NULL));
    else if (strcmp(parts[0], "theme") == 0 && argument != NULL)
        ui_set_theme(ui, argument);
    else if (strcmp(parts[0], "filter") == 0 && view_table(top) != NULL)
        ui_filter(ui, view_table(top), argument);
    else if (strcmp(parts[0], "write") == 0)
        export_view(ui, top);
    else if (strcmp(parts[0], "open") == 0 && argument != NULL)
        file_view_open(ui, argument);
    else if (strcmp(parts[0], "goto") == 0 && argument != NULL)
        ui_go_to_time(ui, argument);
    else if (action_find(parts[0]) != ACTION_NONE)
        ui_act(ui, action_find(parts[0]));
    else
        ui_message(ui, THEME_LOOK, "no command is called %s: Tab completes, ? lists keys",
                   parts[0]);
}

/* The longest text that all names beginning with text share. */
static char *complete_command(struct ui *ui, const char *text, void *user)
{
    g_autofree char *common = NULL;

    (void)ui;
    (void)user;
    for (size_t i = 0; i < G_N_ELEMENTS(words) + ACTION_N - 1; i++) {
        const char *name = i < G_N_ELEMENTS(words)
                               ? words[i].name
                               : action_info((enum action)(i - G_N_ELEMENTS(words) + 1))->name;
        size_t n = 0;

        if (!g_str_has_prefix(name, text))
            continue;
        if (common == NULL) {
            common = g_strdup(name);
            continue;
        }
        while (common[n] != '\0' && common[n] == name[n])
            n++;
        common[n] = '\0';
    }
    return g_steal_pointer(&common);
}

/* --- opening --- */

static void open_time(struct ui *ui, enum action action)
{
    enum { MINUTE_US = 60 * G_USEC_PER_SEC };

    switch (action) {
    case ACTION_STEP_BACK:
        step_time(ui, -1, 0);
        break;
    case ACTION_STEP_FORWARD:
        step_time(ui, 1, 0);
        break;
    case ACTION_MINUTE_BACK:
        step_time(ui, 0, -MINUTE_US);
        break;
    case ACTION_MINUTE_FORWARD:
        step_time(ui, 0, MINUTE_US);
        break;
    default:
        ui_prompt(ui, &(struct ui_prompt){
                          .label = "go to (HH:MM or -5m): ", .text = "", .done = on_time});
        break;
    }
}

static void ask_command(struct ui *ui)
{
    ui_prompt(ui, &(struct ui_prompt){
                      .label = ":", .text = "", .done = run_command, .complete = complete_command});
}

bool screens_open(struct ui *ui, struct view *from, enum action action)
{
    if (view_table_open(ui, action))
        return true;
    switch (action) {
    case ACTION_CPU:
        capture_ask_cpu(ui);
        break;
    case ACTION_SNAPSHOT:
        snapshots_take(ui);
        break;
    case ACTION_TWO_HEAPS:
        snapshot_pair_ask(ui_snapshot_pair(ui));
        break;
    case ACTION_TIMER:
        snapshot_taker_ask_timer(ui_snapshot_taker(ui));
        break;
    case ACTION_LOAD:
        snapshots_ask_load(ui);
        break;
    case ACTION_PICKER:
        ui_push(ui, picker_screen_new(ui, NULL, NULL, NULL));
        break;
    case ACTION_REPORT:
        report_desk_ask(ui_report_desk(ui));
        break;
    case ACTION_EXPORT:
        export_view(ui, from);
        break;
    case ACTION_COMMAND:
        ask_command(ui);
        break;
    case ACTION_TIME_BEGIN:
    case ACTION_TIME_END:
    case ACTION_EVENT_BACK:
    case ACTION_EVENT_FORWARD:
    case ACTION_RUN_BACK:
    case ACTION_RUN_FORWARD:
        ui_message(ui, THEME_DIM, "this goes about in a recording: sidescope FILE opens one");
        break;
    case ACTION_STEP_BACK:
    case ACTION_STEP_FORWARD:
    case ACTION_MINUTE_BACK:
    case ACTION_MINUTE_FORWARD:
    case ACTION_GO_TO_TIME:
        open_time(ui, action);
        break;
    default:
        return false;
    }
    return true;
}
