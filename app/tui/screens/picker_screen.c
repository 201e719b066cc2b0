#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"

#include "app/ground/job.h"
#include "app/lists/process_lists.h"
#include "app/target/attach.h"
#include "app/target/instance.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/return_watch.h"
#include "probes/secrets.h"

#include <string.h>

/*
 * Processes one could attach to, best first; reads the process table on a
 * thread of its own every two seconds. When asked to wait it attaches by
 * itself as soon as exactly one process fits.
 */

enum { REFRESH_MS = 2000 };

struct picker {
    struct view base;
    char *asked; /* TARGET as the user gave it, NULL: any sidecar */
    char *pprof;
    char *why;
    char *problem;
    bool waiting;
    bool all; /* show every Go process, not only what was asked for */
    struct job *listing, *attaching;
    guint timer;
    GPtrArray *results; /* struct find_result * */
    struct table *table;
};

static const struct process_entry *entry_at(const GPtrArray *results, size_t row)
{
    return ((const struct find_result *)g_ptr_array_index(results, (guint)row))->process;
}

/* --- attaching --- */

struct attach_request {
    char *target, *pprof;
};

static void attach_request_free(void *data)
{
    struct attach_request *request = data;

    g_free(request->target);
    g_free(request->pprof);
    g_free(request);
}

static void *attach_work(void *data, const int *cancelled)
{
    const struct attach_request *request = data;

    (void)cancelled;
    return attach_find(request->target, request->pprof);
}

static void attach_done(void *result, void *user)
{
    struct picker *picker = user;
    struct attach_outcome *outcome = result;
    struct ui *ui = picker->base.ui;

    picker->attaching = NULL;
    if (outcome->target == NULL) {
        g_free(picker->problem);
        picker->problem =
            g_strdup(outcome->error != NULL ? outcome->error->message : "several processes fit");
        attach_outcome_free(outcome);
        ui_damage(ui);
        return;
    }
    ui_attach(ui, g_steal_pointer(&outcome->target));
    attach_outcome_free(outcome);
    ui_pop(ui);
}

static void attach_to(struct picker *picker, pid_t pid)
{
    struct attach_request *request = g_new0(struct attach_request, 1);

    if (picker->attaching != NULL) {
        attach_request_free(request);
        return;
    }
    request->target = g_strdup_printf("%d", (int)pid);
    request->pprof = g_strdup(picker->pprof);
    ui_message(picker->base.ui, THEME_DIM, "attaching to %d", (int)pid);
    picker->attaching = job_start(&(struct job_ops){.work = attach_work,
                                                    .done = attach_done,
                                                    .free_data = attach_request_free,
                                                    .free_result = attach_outcome_free_void,
                                                    .user = picker},
                                  request);
}

/* --- the list, off the UI thread --- */

/* What looks like a secret is not shown, and not found by a filter either. */
static void hide_secrets(void *data, void *user)
{
    struct process_entry *process = ((struct find_result *)data)->process;
    char *shown = secrets_hide(process->cmdline);

    (void)user;
    g_free(process->cmdline);
    process->cmdline = shown;
}

static void name_project(void *data, void *user)
{
    struct process_entry *process = ((struct find_result *)data)->process;

    process->project = instance_project_of(user, process);
}

static void *list_work(void *data, const int *cancelled)
{
    struct target_query query = {0};
    g_autoptr(GError) error = NULL;
    struct platform_options options = attach_platform();

    (void)cancelled;
    if (!target_query_parse(data, &query, NULL) || query.kind == TARGET_QUERY_URL) {
        target_query_clear(&query);
        target_query_parse(NULL, &query, NULL);
    }
    GPtrArray *results = find_targets(&options, &query, true, &error);

    target_query_clear(&query);
    if (results != NULL) {
        g_ptr_array_foreach(results, name_project, &options);
        g_ptr_array_foreach(results, hide_secrets, NULL);
    }
    return results;
}

static void list_done(void *result, void *user)
{
    struct picker *picker = user;
    GPtrArray *results = result;

    picker->listing = NULL;
    if (results == NULL)
        return;
    bool first = picker->results == NULL;
    const struct process_entry *again = ui_returned(picker->base.ui);

    table_set_model(picker->table, results, results->len);
    if (first && again != NULL)
        table_select_key(picker->table, processes_list_key(again));
    if (picker->results != NULL)
        g_ptr_array_unref(picker->results);
    picker->results = results;
    if (picker->waiting && picker->attaching == NULL && find_exact(results) == 1)
        attach_to(picker, entry_at(results, 0)->id.pid);
    ui_damage(picker->base.ui);
}

static void free_results(void *results)
{
    g_ptr_array_unref(results);
}

static gboolean start_listing(gpointer user)
{
    struct picker *picker = user;

    if (picker->listing == NULL)
        picker->listing = job_start(&(struct job_ops){.work = list_work,
                                                      .done = list_done,
                                                      .free_data = g_free,
                                                      .free_result = free_results,
                                                      .user = picker},
                                    g_strdup(picker->asked));
    return G_SOURCE_CONTINUE;
}

/* --- the screen --- */

static void picker_draw(struct view *screen, const struct canvas *canvas, TickitRect area)
{
    struct picker *picker = view_of(struct picker, screen);
    g_autofree char *nobody = g_strdup_printf(
        "No sidecar and no other Go process is running. %s waits for one, %s leaves.",
        keymap_key(ui_keymap(screen->ui), ACTION_WAIT),
        keymap_key(ui_keymap(screen->ui), ACTION_BACK));
    const char *words = picker->problem != NULL ? picker->problem : picker->why;
    enum theme_role role = picker->problem != NULL ? THEME_LOOK : THEME_TEXT;
    int line = 1;

    screen_title(screen->ui, canvas, area, "choose a process");
    if (words != NULL) {
        g_autofree char *safe = text_safe(words, -1, ui_unicode(screen->ui));
        g_autoptr(GPtrArray) lines = text_wrap(safe, MAX(area.cols - 2, 1));

        for (guint i = 0; i < lines->len && line < area.lines - 3; i++)
            text_drawf(canvas, area.top + line++, area.left + 1, area.cols - 2, role, "%s",
                       (const char *)g_ptr_array_index(lines, i));
    }
    if (picker->waiting)
        text_drawf(canvas, area.top + line++, area.left + 1, area.cols - 2, THEME_FOCUS,
                   "waiting for %s to start; it is attached as soon as exactly one runs",
                   picker->asked != NULL ? picker->asked : "sidecar");
    line = MIN(line + 1, area.lines);
    area.top += line;
    area.lines -= line;
    table_draw(
        picker->table, canvas, area,
        &(struct table_look){.focused = true,
                             .empty = picker->results == NULL ? "looking for processes" : nobody});
}

static struct table *picker_table(struct view *screen)
{
    return view_of(struct picker, screen)->table;
}

static char *picker_copy(struct view *screen)
{
    struct picker *picker = view_of(struct picker, screen);
    size_t row;

    if (picker->results == NULL || !table_selected(picker->table, &row))
        return NULL;
    return g_strdup_printf("%d", (int)entry_at(picker->results, row)->id.pid);
}

static void attach_selected(struct view *screen)
{
    struct picker *picker = view_of(struct picker, screen);
    size_t row;

    if (picker->results != NULL && table_selected(picker->table, &row))
        attach_to(picker, entry_at(picker->results, row)->id.pid);
}

static void toggle_waiting(struct view *screen)
{
    struct picker *picker = view_of(struct picker, screen);

    picker->waiting = !picker->waiting;
}

static void refresh(struct view *screen)
{
    start_listing(view_of(struct picker, screen));
    ui_message(screen->ui, THEME_DIM, "refreshing");
}

/* Without a session there is nothing below to be shown. */
static bool is_all_there_is(const struct view *screen)
{
    return !view_filtered(screen) && ui_session(screen->ui) == NULL;
}

static void quit(struct view *screen)
{
    ui_quit(screen->ui, 0);
}

static const struct view_key picker_keys[] = {
    {ACTION_OPEN, "attach", view_has_row, .act = attach_selected},
    {ACTION_WAIT, .act = toggle_waiting},
    {.action = ACTION_FILTER},
    {ACTION_SORT_RIGHT, .applies = view_sorts},
    {ACTION_REFRESH, .act = refresh},
    {ACTION_BACK, .applies = is_all_there_is, .act = quit},
    {.action = ACTION_BACK},
    {.action = ACTION_NONE}};

static void picker_free(struct view *screen)
{
    struct picker *picker = view_of(struct picker, screen);

    g_source_remove(picker->timer);
    job_cancel(picker->listing);
    job_cancel(picker->attaching);
    table_free(picker->table);
    if (picker->results != NULL)
        g_ptr_array_unref(picker->results);
    g_free(picker->asked);
    g_free(picker->pprof);
    g_free(picker->why);
    g_free(picker->problem);
    g_free(picker);
}

const struct view_ops picker_screen_ops = {
    .name = "attach",
    .draw = picker_draw,
    .keys = picker_keys,
    .table = picker_table,
    .copy = picker_copy,
    .free = picker_free,
};

struct view *picker_screen_new(struct ui *ui, const char *asked, const char *pprof, const char *why)
{
    struct picker *picker = g_new0(struct picker, 1);

    picker->base = (struct view){.ops = &picker_screen_ops, .ui = ui};
    picker->asked = g_strdup(asked);
    picker->pprof = g_strdup(pprof);
    picker->why = g_strdup(why);
    picker->table = table_new(&processes_listing);
    picker->timer = g_timeout_add(REFRESH_MS, start_listing, picker);
    start_listing(picker);
    return &picker->base;
}
