#include "app/tui/screens/screens.h"

#include "app/ground/job.h"
#include "app/target/attach.h"
#include "app/tui/shell/format.h"
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

enum { PICK_PID, PICK_NAME, PICK_RSS, PICK_FDS, PICK_UP, PICK_PPROF, PICK_GO, PICK_COMMAND };

static const struct table_column columns[] = {
    [PICK_PID] = {.title = "PID", .width = 8, .align = TEXT_RIGHT},
    [PICK_NAME] = {.title = "NAME", .width = 16},
    [PICK_RSS] = {.title = "RSS", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [PICK_FDS] = {.title = "FDS", .width = 6, .align = TEXT_RIGHT, .descending_first = true},
    [PICK_UP] = {.title = "UPTIME", .width = 7, .align = TEXT_RIGHT, .descending_first = true},
    [PICK_PPROF] = {.title = "PPROF", .width = 6, .align = TEXT_RIGHT, .drop = 1},
    [PICK_GO] = {.title = "GO", .width = 9, .drop = 2},
    [PICK_COMMAND] = {.title = "COMMAND", .min_width = 10, .drop = 3, .elide = TEXT_ELIDE_MIDDLE},
};

/* --- the table -------------------------------------------------------------------------------- */

static const struct find_result *result_at(const void *model, size_t row)
{
    return g_ptr_array_index((const GPtrArray *)model, (guint)row);
}

static const struct process_entry *entry_at(const void *model, size_t row)
{
    return result_at(model, row)->process;
}

static void pick_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct process_entry *p = entry_at(model, row);

    switch (column) {
    case PICK_PID:
        g_string_printf(ret->text, "%d", (int)p->id.pid);
        break;
    case PICK_NAME:
        g_string_assign(ret->text, p->comm);
        ret->role = result_at(model, row)->rank <= FIND_RANK_ARGV0 ? THEME_STRONG : THEME_TEXT;
        break;
    case PICK_RSS:
        g_string_assign(ret->text, format_bytes(p->rss_bytes).text);
        break;
    case PICK_FDS:
        g_string_assign(ret->text, format_count(p->fd_count).text);
        break;
    case PICK_UP:
        g_string_assign(ret->text, format_duration((double)p->uptime_s).text);
        break;
    case PICK_PPROF:
        if (p->pprof_port > 0)
            g_string_printf(ret->text, ":%d", p->pprof_port);
        else
            g_string_assign(ret->text, "-");
        break;
    case PICK_GO:
        g_string_assign(ret->text, p->go_version != NULL ? p->go_version : "");
        ret->role = THEME_DIM;
        break;
    default:
        g_string_assign(ret->text, p->cmdline);
        ret->role = THEME_DIM;
        break;
    }
}

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int pick_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct process_entry *x = entry_at(model, a), *y = entry_at(model, b);

    switch (column) {
    case PICK_PID:
        return by_number(x->id.pid, y->id.pid);
    case PICK_RSS:
        return by_number(x->rss_bytes, y->rss_bytes);
    case PICK_FDS:
        return by_number(x->fd_count, y->fd_count);
    case PICK_UP:
        return by_number(x->uptime_s, y->uptime_s);
    case PICK_PPROF:
        return by_number(x->pprof_port, y->pprof_port);
    case PICK_GO:
        return g_strcmp0(x->go_version, y->go_version);
    case PICK_COMMAND:
        return strcmp(x->cmdline, y->cmdline);
    default: /* by name: the rank first, it is the order that was asked for */
        if (result_at(model, a)->rank != result_at(model, b)->rank)
            return by_number(result_at(model, a)->rank, result_at(model, b)->rank);
        return strcmp(x->comm, y->comm);
    }
}

static uint64_t pick_key(const void *model, size_t row)
{
    const struct process_entry *p = entry_at(model, row);

    return ((uint64_t)p->id.pid << 32 ^ p->id.start_ticks) | 1;
}

static void pick_filter(const void *model, size_t row, GString *out)
{
    const struct process_entry *p = entry_at(model, row);

    g_string_append_printf(out, "%d %s %s", (int)p->id.pid, p->comm, p->cmdline);
}

static const struct table_ops table_ops = {
    .cell = pick_cell, .compare = pick_compare, .key = pick_key, .filter_text = pick_filter};

/* --- attaching ----------------------------------------------------------------------------------
 */

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

/* --- the list, off the UI thread
 * ------------------------------------------------------------------ */

/* What looks like a secret is not shown, and not found by a filter either. */
static void hide_secrets(void *data, void *user)
{
    struct process_entry *process = ((struct find_result *)data)->process;
    char *shown = secrets_hide(process->cmdline);

    (void)user;
    g_free(process->cmdline);
    process->cmdline = shown;
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
    if (results != NULL)
        g_ptr_array_foreach(results, hide_secrets, NULL);
    return results;
}

static void list_done(void *result, void *user)
{
    struct picker *picker = user;
    GPtrArray *results = result;

    picker->listing = NULL;
    if (results == NULL)
        return;
    table_set_model(picker->table, results, results->len);
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

/* --- the screen ----------------------------------------------------------------------------------
 */

static int draw_words(struct picker *picker, const struct canvas *canvas, TickitRect area)
{
    const char *words = picker->problem != NULL ? picker->problem : picker->why;
    enum theme_role role = picker->problem != NULL ? THEME_LOOK : THEME_TEXT;
    int line = 1;

    if (words != NULL) {
        g_autofree char *safe = text_safe(words, -1, ui_unicode(picker->base.ui));
        g_autoptr(GPtrArray) lines = text_wrap(safe, MAX(area.cols - 2, 1));

        for (guint i = 0; i < lines->len && line < area.lines - 3; i++)
            text_drawf(canvas, area.top + line++, area.left + 1, area.cols - 2, role, "%s",
                       (const char *)g_ptr_array_index(lines, i));
    }
    if (picker->waiting)
        text_drawf(canvas, area.top + line++, area.left + 1, area.cols - 2, THEME_FOCUS,
                   "waiting for %s to start; it is attached as soon as exactly one runs",
                   picker->asked != NULL ? picker->asked : "sidecar");
    return line + 1;
}

static void picker_draw(struct view *screen, const struct canvas *canvas, TickitRect area)
{
    struct picker *picker = view_of(struct picker, screen);
    int line;

    screen_title(screen->ui, canvas, area, "choose a process");
    line = MIN(draw_words(picker, canvas, area), area.lines);
    area.top += line;
    area.lines -= line;
    table_draw(picker->table, canvas, area,
               &(struct table_look){.focused = true,
                                    .empty = picker->results == NULL
                                                 ? "looking for processes"
                                                 : "No sidecar and no other Go process is running. "
                                                   "w waits for one."});
}

static bool picker_act(struct view *screen, enum action action)
{
    struct picker *picker = view_of(struct picker, screen);
    size_t row;

    switch (action) {
    case ACTION_OPEN:
        if (picker->results != NULL && table_selected(picker->table, &row))
            attach_to(picker, entry_at(picker->results, row)->id.pid);
        return true;
    case ACTION_WAIT:
        picker->waiting = !picker->waiting;
        return true;
    case ACTION_REFRESH:
        start_listing(picker);
        return true;
    case ACTION_PICKER:
        return true;
    case ACTION_BACK:
        /* the first screen stays when nothing is attached: there is nothing below to show */
        return *table_filter(picker->table) == '\0' && ui_session(screen->ui) == NULL;
    default:
        return false;
    }
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

static const enum action picker_hints[] = {ACTION_OPEN,       ACTION_WAIT, ACTION_FILTER,
                                           ACTION_SORT_RIGHT, ACTION_BACK, ACTION_NONE};

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

static const struct view_ops ops = {
    .name = "attach",
    .draw = picker_draw,
    .act = picker_act,
    .fixed_hints = picker_hints,
    .table = picker_table,
    .copy = picker_copy,
    .free = picker_free,
};

struct view *picker_screen_new(struct ui *ui, const char *asked, const char *pprof, const char *why)
{
    struct picker *picker = g_new0(struct picker, 1);

    picker->base = (struct view){.ops = &ops, .ui = ui};
    picker->asked = g_strdup(asked);
    picker->pprof = g_strdup(pprof);
    picker->why = g_strdup(why);
    picker->table = table_new(&table_ops, columns, G_N_ELEMENTS(columns), PICK_NAME);
    picker->timer = g_timeout_add(REFRESH_MS, start_listing, picker);
    start_listing(picker);
    return &picker->base;
}
