#include "app/tui/screens/screens.h"

#include "app/lists/process_lists.h"
#include "app/tui/screens/view_table.h"

#include "app/tui/shell/format.h"

#include <math.h>

/*
 * Threads, child processes, and which commands are started how often. A storm
 * of short-lived children costs more than the process itself and is seen in
 * none of its own numbers.
 */

enum threads_view { VIEW_THREADS, VIEW_CHILDREN, VIEW_STARTS, N_VIEWS };

struct threads_screen {
    struct view base;
    struct threads_sample *sample; /* own reference */
    struct threads_list list;
    struct table *tables[N_VIEWS];
    enum threads_view view;
    uint64_t wanted; /* the key of the row to be selected when it is there; 0: none */
};

static void threads_update(struct view *base, unsigned kinds)
{
    struct threads_screen *screen = view_of(struct threads_screen, base);
    struct session *session = ui_session(base->ui);
    const struct threads_sample *newest = session != NULL ? session_threads(session) : NULL;

    (void)kinds;
    if (newest == screen->sample)
        return;
    struct threads_sample *old = screen->sample;

    screen->sample = sample_ref(newest);
    screen->list = (struct threads_list){newest, ui_thresholds(base->ui)};
    table_set_model(screen->tables[VIEW_THREADS], &screen->list,
                    newest != NULL ? newest->n_threads : 0);
    table_set_model(screen->tables[VIEW_CHILDREN], &screen->list,
                    newest != NULL ? children_list_n(newest) : 0);
    table_set_model(screen->tables[VIEW_STARTS], &screen->list,
                    newest != NULL ? newest->n_spawns : 0);
    if (screen->wanted != 0 && table_select_key(screen->tables[screen->view], screen->wanted))
        screen->wanted = 0;
    sample_unref(old);
}

/* --- drawing --- */

static void draw_summary(const struct threads_screen *screen, const struct canvas *canvas,
                         TickitRect area)
{
    const struct threads_sample *s = screen->sample;
    struct session *session = ui_session(screen->base.ui);
    const struct process_sample *process = session != NULL ? session_process(session) : NULL;
    double cpu = process != NULL ? process->cpu_children_percent : NAN;
    const double *limits = screen->list.thresholds->value;
    int line = area.top + 1, left = area.left + 1, cols = area.cols - 1;

    if (s == NULL || s->count == SAMPLE_UNKNOWN)
        return;
    bool leaks = (double)s->count >= limits[THRESHOLD_THREADS_LEAK];
    bool storm = (double)s->spawns_last_minute >= limits[THRESHOLD_SPAWNS];
    const char *least = s->spawns_exact ? "" : "at least ";

    text_drawf(canvas, line, left, cols, leaks ? THEME_BAD : THEME_STRONG,
               "%s %s (documented: 20 to 60; %.0f+: a goroutine leak is likely)",
               number_count(s->count).text, number_word(s->count, "thread", "threads"),
               limits[THRESHOLD_THREADS_LEAK]);
    text_drawf(canvas, line + 1, left, cols,
               s->n_zombies + s->n_orphans > 0 ? THEME_LOOK : THEME_TEXT,
               "%s %s, %s not collected, %s tmux %s left behind, collected use %s",
               number_count((int64_t)s->n_children).text,
               number_word((int64_t)s->n_children, "child", "children"),
               number_count((int64_t)s->n_zombies).text, number_count((int64_t)s->n_orphans).text,
               number_word((int64_t)s->n_orphans, "client", "clients"), number_percent(cpu).text);
    text_drawf(canvas, line + 2, left, cols, storm ? THEME_LOOK : THEME_TEXT,
               "%s%s %s in the last minute (an idle sidecar: about 30), %s%s in %s", least,
               number_count((int64_t)s->spawns_last_minute).text,
               number_word((int64_t)s->spawns_last_minute, "start", "starts"), least,
               number_count((int64_t)s->spawns_total).text,
               number_duration((double)(s->base.taken_us - s->spawns_since_us) / 1e6).text);
}

static const char *empty_text(const struct threads_screen *screen)
{
    static const char *const nothing[N_VIEWS] = {
        [VIEW_THREADS] = "no thread matches the filter",
        [VIEW_CHILDREN] = "no child process is alive now; a: what was started how often",
        [VIEW_STARTS] = "nothing has been started since sidescope attached",
    };

    if (screen->sample == NULL)
        return "waiting for the first sample";
    if (screen->sample->base.status != SAMPLE_OK)
        return screen->sample->base.reason;
    return nothing[screen->view];
}

static void threads_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    static const char *const titles[N_VIEWS] = {"[threads]  children   starts ",
                                                " threads  [children]  starts ",
                                                " threads   children  [starts]"};
    struct threads_screen *screen = view_of(struct threads_screen, base);
    int bottom = area.top + area.lines;

    screen_title(base->ui, canvas, area, titles[screen->view]);
    draw_summary(screen, canvas, area);
    area.top += 5;
    area.lines -= 5;
    if (screen->view == VIEW_STARTS && screen->sample != NULL && !screen->sample->spawns_exact &&
        area.lines > 3) {
        text_drawf(canvas, bottom - 1, area.left + 1, area.cols - 1, THEME_DIM,
                   "what lives for a few milliseconds is missed: %s", screen->sample->spawns_why);
        area.lines--;
    }
    table_draw(screen->tables[screen->view], canvas, area,
               &(struct table_look){.focused = true,
                                    .stale = screen->sample != NULL &&
                                             screen->sample->base.status == SAMPLE_STALE,
                                    .empty = empty_text(screen)});
}

/* --- keys --- */

static struct table *threads_table(struct view *base)
{
    return view_of(struct threads_screen, base)->tables[view_of(struct threads_screen, base)->view];
}

static char *threads_copy(struct view *base)
{
    struct threads_screen *screen = view_of(struct threads_screen, base);
    size_t row;

    if (!table_selected(screen->tables[screen->view], &row))
        return NULL;
    if (screen->view == VIEW_THREADS)
        return g_strdup_printf("%d", (int)screen->sample->threads[row].tid);
    return g_strdup(screen->view == VIEW_CHILDREN ? children_list_at(screen->sample, row)->command
                                                  : screen->sample->spawns[row].command);
}

static void turn(struct view *base, enum action action)
{
    struct threads_screen *screen = view_of(struct threads_screen, base);
    int step = action == ACTION_PREVIOUS_PANE ? N_VIEWS - 1 : 1;

    screen->view = (enum threads_view)(((int)screen->view + step) % N_VIEWS);
}

static const struct view_key threads_keys[] = {
    {.action = ACTION_BACK},
    {ACTION_NEXT_PANE, "tab", .act_by = turn, .help = "the next tab"},
    {ACTION_PREVIOUS_PANE, "", .act_by = turn, .help = "the tab before"},
    {ACTION_GROUP, "", .act_by = turn},
    {.action = ACTION_NONE}};

static void threads_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Threads");
    pager_add(
        pager, THEME_TEXT,
        "A Go program's threads run its goroutines. Many of them mean calls that block in the");
    pager_add(
        pager, THEME_TEXT,
        "kernel or in C. NO CORE: time ready to run without one. SLEEPS and PREEMPT: context");
    pager_add(pager, THEME_TEXT,
              "switches of its own accord and against it. WAITS IN: the kernel function.");
    pager_add(pager, THEME_TITLE, "Children and starts");
    pager_add(
        pager, THEME_TEXT,
        "What the process has running, and what it starts, by command line. Starts are those");
    pager_add(pager, THEME_TEXT,
              "the kernel reports, however short; where it does not, only what was seen alive.");
}

static void threads_free(struct view *base)
{
    struct threads_screen *screen = view_of(struct threads_screen, base);

    for (int i = 0; i < N_VIEWS; i++)
        table_free(screen->tables[i]);
    sample_unref(screen->sample);
    g_free(screen);
}

const struct view_ops threads_screen_ops = {
    .name = "threads",
    .draw = threads_draw,
    .update = threads_update,
    .keys = threads_keys,
    .table = threads_table,
    .copy = threads_copy,
    .help = threads_help,
    .free = threads_free,
};

struct view *threads_screen_new(struct ui *ui)
{
    struct threads_screen *screen = g_new0(struct threads_screen, 1);

    screen->base = (struct view){.ops = &threads_screen_ops, .ui = ui};
    screen->tables[VIEW_THREADS] = table_new(&threads_listing);
    screen->tables[VIEW_CHILDREN] = table_new(&children_listing);
    screen->tables[VIEW_STARTS] = table_new(&starts_listing);
    return &screen->base;
}

struct view *threads_screen_at(struct ui *ui, const struct ref *ref)
{
    static const enum threads_view views[REF_N_KINDS] = {
        [REF_THREADS] = VIEW_THREADS, [REF_THREAD] = VIEW_THREADS, [REF_CHILDREN] = VIEW_CHILDREN,
        [REF_STARTS] = VIEW_STARTS,   [REF_COMMAND] = VIEW_STARTS,
    };
    struct view *base = threads_screen_new(ui);
    struct threads_screen *screen = view_of(struct threads_screen, base);

    screen->view = views[ref->kind];
    if (ref->kind == REF_THREAD)
        screen->wanted = threads_list_key((pid_t)ref->id);
    else if (ref->kind == REF_COMMAND)
        screen->wanted = starts_list_key(ref->text);
    return base;
}
