#include "app/tui/screens/capture.h"

#include "app/target/capture_run.h"
#include "app/triage/notes.h"
#include "app/tui/screens/screens.h"
#include "app/tui/shell/format.h"
#include "probes/clock.h"
#include "probes/pprof_index.h"
#include "widgets/box.h"
#include "widgets/gauge.h"

#include <string.h>

enum { BOX_LINES = 5, BOX_COLS = 76, FRAME_MS = 250 };

struct capture_screen {
    struct view base;
    struct capture_run *run;
    const struct profile_kind *kind;
    char *name, *title, *origin;
    int seconds;
    bool from_kernel;
    gint64 begun_us;
    guint tick;
};

static const struct view_ops ops;

/* --- the end --- */

static void leave(struct capture_screen *screen)
{
    if (screen->tick != 0)
        g_source_remove(screen->tick);
    screen->tick = 0;
    ui_remove(screen->base.ui, &screen->base);
}

static void tell_empty(struct capture_screen *screen)
{
    bool change = screen->seconds > 0 && screen->kind->asking != PROFILE_ASKING_SECONDS;
    g_autofree char *title = g_strdup_printf("%s: empty", screen->title);
    g_autofree char *text =
        change ? g_strdup_printf("Nothing changed within %d s.%s%s", screen->seconds,
                                 *screen->kind->empty != '\0' ? "\n\n" : "", screen->kind->empty)
               : g_strdup(*screen->kind->empty != '\0' ? screen->kind->empty
                                                       : "The target sent no samples.");

    ui_tell(screen->base.ui, title, text);
}

static void finish(struct capture_screen *screen, const struct capture_result *result)
{
    struct ui *ui = screen->base.ui;
    struct session *session = ui_session(ui);
    bool on_top = ui_top(ui) == &screen->base;

    leave(screen);
    /* leaked goroutines stay marked: the next full stacks show which they are */
    if (session != NULL && strcmp(screen->name, "goroutineleak") == 0)
        probe_refresh(session_probe(session, PROBE_GOROUTINES));
    /* the triage names the functions of the newest CPU profile */
    if (session != NULL && strcmp(screen->name, "profile") == 0)
        triage_notes_set_cpu_profile(triage_notes_of(session), result->profile);
    if (result->profile->n_samples == 0) {
        tell_empty(screen);
        return;
    }
    /* "CPU 30 s, pprof", "heap, memory": of the same kind by different ways */
    bool usual =
        screen->kind->asking != PROFILE_ASKING_SECONDS && strcmp(result->source, "pprof") == 0;
    g_autofree char *title =
        usual ? g_strdup(screen->title) : g_strdup_printf("%s, %s", screen->title, result->source);
    struct snapshot *snapshot = snapshot_new(title, screen->origin);

    snapshot->taken_us = result->taken_us;
    snapshot->real_us = result->real_us;
    snapshot_set_profile(snapshot, screen->name, profile_ref(result->profile),
                         g_bytes_ref(result->bytes));
    unsigned id = snapshots_add(ui_snapshots(ui), snapshot);

    ui_message(ui, THEME_GOOD, "%s: %s, kept as snapshot %u", screen->title,
               number_bytes((int64_t)g_bytes_get_size(result->bytes)).text, id);
    /* whoever went on to something else is not torn away from it */
    if (!on_top)
        return;
    struct profile_subject subject = {
        .title = title,
        .kind = screen->name,
        .profile = result->profile,
        .sample_index = -1,
    };

    ui_push(ui, profile_screen_new(ui, &subject, PROFILE_TAB_TOP));
}

static void on_done(struct capture_result *taken, void *user)
{
    struct capture_screen *screen = user;
    struct ui *ui = screen->base.ui;
    g_autoptr(capture_result_auto) result = taken;

    if (result->outcome == CAPTURE_DONE) {
        finish(screen, result);
        return;
    }
    leave(screen);
    if (result->outcome == CAPTURE_FAILED) {
        g_autofree char *title = g_strdup_printf("%s: no profile", screen->title);

        ui_tell(ui, title, result->error);
    }
}

static void cancel(struct view *base)
{
    struct capture_screen *screen = view_of(struct capture_screen, base);

    leave(screen);
    g_clear_pointer(&screen->run, capture_run_free);
    ui_message(screen->base.ui, THEME_DIM, "%s: cancelled%s", screen->title,
               screen->seconds > 0 ? ", the target has stopped collecting" : "");
}

/* --- drawing --- */

static gint64 passed_s(const struct capture_screen *screen)
{
    return (clock_now_us() - screen->begun_us) / G_USEC_PER_SEC;
}

static void draw_inside(const struct capture_screen *screen, const struct canvas *canvas,
                        TickitRect inner)
{
    double progress = capture_run_progress(screen->run);
    struct gauge_part parts[] = {{progress, THEME_GRAPH1}, {1 - progress, THEME_DIM}};
    gint64 passed = passed_s(screen), left = screen->seconds - passed;
    size_t received = capture_run_received(screen->run);
    char text[96];

    if (screen->seconds > 0 && left > 0 && received == 0)
        g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT " s left of %d s; it is sent at the end",
                   left, screen->seconds);
    else if (received == 0)
        g_snprintf(text, sizeof text, "waiting for the answer, %" G_GINT64_FORMAT " s so far",
                   passed);
    else
        g_snprintf(text, sizeof text, "%s received", number_bytes((int64_t)received).text);
    if (inner.lines > 0)
        text_drawf(canvas, inner.top, inner.left, inner.cols, THEME_TEXT, " %s", text);
    if (inner.lines > 1 && screen->seconds > 0)
        gauge_draw(canvas, inner.top + 1, inner.left + 1, inner.cols - 2, parts,
                   G_N_ELEMENTS(parts), 1);
    if (inner.lines > 2)
        text_drawf(canvas, inner.top + 2, inner.left, inner.cols, THEME_DIM, " costs %s",
                   screen->from_kernel ? "below 1 % of its CPU; it is neither asked nor stopped."
                                       : screen->kind->costs);
}

static void draw_box(const struct capture_screen *screen, const struct canvas *canvas,
                     TickitRect area)
{
    int lines = MIN(BOX_LINES, area.lines), cols = MIN(BOX_COLS, area.cols);
    TickitRect inner, rect = {.top = area.top + area.lines - lines,
                              .left = area.left + (area.cols - cols) / 2,
                              .lines = lines,
                              .cols = cols};
    g_autofree char *footer =
        g_strdup_printf("%s cancels", keymap_key(ui_keymap(screen->base.ui), ACTION_BACK));

    box_draw(canvas, rect,
             &(struct box){.title = screen->title,
                           .info = screen->origin,
                           .info_role = THEME_DIM,
                           .footer = footer,
                           .footer_role = THEME_KEY,
                           .focused = true},
             &inner);
    draw_inside(screen, canvas, inner);
}

static void capture_draw(struct view *base, const struct canvas *canvas, TickitRect area)
{
    struct view *below = ui_below(base->ui, base);

    if (below != NULL)
        below->ops->draw(below, canvas, area);
    if (view_of(struct capture_screen, base)->run != NULL)
        draw_box(view_of(struct capture_screen, base), canvas, area);
}

/* --- actions: what does not leave the screen below is meant for it --- */

static void pass(struct view *base, enum action action)
{
    struct view *below = ui_below(base->ui, base);

    if (below == NULL || !view_act(below, action))
        ui_say_idle(base->ui, action);
}

static bool is_over_root(const struct view *base)
{
    struct view *below = ui_below(base->ui, base);

    return below != NULL && below == ui_root_screen(base->ui);
}

static struct table *capture_table(struct view *base)
{
    struct view *below = ui_below(base->ui, base);

    return below != NULL ? view_table(below) : NULL;
}

static struct pager *capture_pager(struct view *base)
{
    struct view *below = ui_below(base->ui, base);

    return below != NULL ? view_pager(below) : NULL;
}

static void capture_click(struct view *base, int line, int col, bool twice)
{
    struct view *below = ui_below(base->ui, base);

    (void)twice; /* what a second click would open is the root's business: see capture_act */
    if (below != NULL)
        ui_click(below, line, col, false);
}

static void capture_wheel(struct view *base, int line, int col, int direction)
{
    struct view *below = ui_below(base->ui, base);

    if (below != NULL)
        ui_wheel(below, line, col, direction);
}

static char *capture_copy(struct view *base)
{
    struct view *below = ui_below(base->ui, base);

    return below != NULL ? view_copy(below) : NULL;
}

/* What the view below still takes: it stays in view. It must not open or pop anything over this;
 * the root may, for it never pops what is on top. */
static const struct view_key capture_keys[] = {{ACTION_BACK, "cancel", .act = cancel},
                                               {ACTION_QUIT, "", .act = cancel},
                                               {ACTION_NEXT_PANE, .act_by = pass},
                                               {ACTION_PREVIOUS_PANE, "", .act_by = pass},
                                               {ACTION_ZOOM, .act_by = pass},
                                               {ACTION_GROUP, .act_by = pass},
                                               {ACTION_GROUP_BACK, "", .act_by = pass},
                                               {ACTION_PANE_1, "", .act_by = pass},
                                               {ACTION_PANE_2, "", .act_by = pass},
                                               {ACTION_PANE_3, "", .act_by = pass},
                                               {ACTION_PANE_4, "", .act_by = pass},
                                               {ACTION_TAB_5, "", .act_by = pass},
                                               {ACTION_TAB_6, "", .act_by = pass},
                                               {ACTION_TAB_7, "", .act_by = pass},
                                               {ACTION_TAB_8, "", .act_by = pass},
                                               {ACTION_TAB_9, "", .act_by = pass},
                                               {ACTION_PRESET, "", .act_by = pass},
                                               {ACTION_FASTER, "", .act_by = pass},
                                               {ACTION_SLOWER, "", .act_by = pass},
                                               {ACTION_GRANULARITY, "", .act_by = pass},
                                               {ACTION_OPEN, "", is_over_root, .act_by = pass},
                                               {.action = ACTION_NONE}};

static void capture_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Capture");
    pager_add(pager, THEME_TEXT,
              "The strip shows a profile being collected; the screen above it stays alive and in");
    pager_add(pager, THEME_TEXT,
              "use. Esc ends it, in the target as well. At the end the profile is kept as a");
    pager_add(pager, THEME_TEXT,
              "snapshot and opened, unless you have gone on to another screen: then S has it.");
}

static void capture_free_screen(struct view *base)
{
    struct capture_screen *screen = view_of(struct capture_screen, base);

    if (screen->tick != 0)
        g_source_remove(screen->tick);
    capture_run_free(screen->run);
    g_free(screen->name);
    g_free(screen->title);
    g_free(screen->origin);
    g_free(screen);
}

static const struct view_ops ops = {
    .name = "capture",
    .draw = capture_draw,
    .keys = capture_keys,
    .table = capture_table,
    .pager = capture_pager,
    .click = capture_click,
    .wheel = capture_wheel,
    .copy = capture_copy,
    .help = capture_help,
    .free = capture_free_screen,
};

/* --- starting --- */

bool capture_has_target(struct ui *ui)
{
    struct session *session = ui_session(ui);

    if (session == NULL) {
        ui_message(ui, THEME_DIM, "no process is attached");
        return false;
    }
    const struct target *target = session_target(session);

    if (ui_needs_process(ui, "a profile"))
        return false;
    if (session_ended(session, NULL)) {
        ui_tell(ui, "No profile", "The process has ended: there is nobody left to ask.");
        return false;
    }
    if (target->pprof_url == NULL && !capture_needs_no_pprof(target, "profile")) {
        ui_tell(ui, "No profile",
                target->pprof_why != NULL ? target->pprof_why
                                          : "This process offers no pprof server.");
        return false;
    }
    return true;
}

bool capture_possible(struct ui *ui)
{
    struct view *running = ui_find_screen(ui, &ops);

    if (running == NULL)
        return capture_has_target(ui);
    ui_message(ui, THEME_LOOK, "%s is being captured: one at a time, wait or cancel it",
               view_of(struct capture_screen, running)->title);
    return false;
}

/* "CPU 30 s", "allocs within 10 s", "block" */
static char *title_of(const struct capture_order *order)
{
    const char *label = profile_kind_is_custom(order->kind) ? order->name : order->kind->label;

    if (order->seconds == 0)
        return g_strdup(label);
    return g_strdup_printf("%s %s%d s", label,
                           order->kind->asking == PROFILE_ASKING_SECONDS ? "" : "within ",
                           order->seconds);
}

static gboolean on_tick(gpointer user)
{
    struct capture_screen *screen = user;

    ui_damage(screen->base.ui);
    return G_SOURCE_CONTINUE;
}

void capture_begin(struct ui *ui, const struct capture_order *order)
{
    g_autofree char *escaped = pprof_index_path(order->name);
    g_autofree char *path =
        g_strconcat(escaped, *order->kind->query != '\0' ? "?" : "", order->kind->query, NULL);
    g_autoptr(GError) error = NULL;

    if (!capture_possible(ui))
        return;
    const struct target *target = session_target(ui_session(ui));
    struct capture_screen *screen = g_new0(struct capture_screen, 1);
    struct capture_request request = {.path = path, .seconds = order->seconds};

    screen->base = (struct view){.ops = &ops, .ui = ui};
    screen->kind = order->kind;
    screen->name = g_strdup(order->name);
    screen->title = title_of(order);
    screen->origin = target->id.pid != 0 ? g_strdup_printf("%s %d", target->name, target->id.pid)
                                         : g_strdup(target->name);
    screen->seconds = order->seconds;
    screen->from_kernel = capture_is_from_kernel(target, order->kind);
    screen->begun_us = clock_now_us();
    screen->run = capture_run_start(target, &request, on_done, screen, &error);
    if (screen->run == NULL) {
        ui_tell(ui, screen->title, error->message);
        capture_free_screen(&screen->base);
        return;
    }
    screen->tick = g_timeout_add(FRAME_MS, on_tick, screen);
    ui_push(ui, &screen->base);
}
