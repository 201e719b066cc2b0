#include "app/tui/shell/pane.h"

#include "app/triage/goroutine_growth.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/ui.h"
#include "app/tui/views/goroutines_views.h"

#include <math.h>
#include <string.h>

/*
 * Buckets of identical stacks, or groups of them by wait state, creator or
 * what blocks them, with how long the longest has waited and how many came
 * since the mark. A group opens into its stacks; Esc leads back to it.
 */

struct goroutines_pane {
    struct pane base;
    struct goroutine_stacks *stacks;
    struct goroutine_groups *groups[N_VIEWS]; /* NULL for VIEW_STACKS */
    struct goroutine_leaks *leaks;
    enum goroutines_view view;
    enum goroutines_view group_view; /* of group */
    char *group;                     /* the stacks shown are those of this group; NULL: all */
    char *stacks_name;               /* of the tab of stacks, when they are those of a group */
    /* what the rows were made from; compared, never read */
    const struct goroutine_dump *filled_dump;
    const struct goroutines_sample *filled_mark;
};

static const struct goroutines_sample *sample_of(const struct pane *pane)
{
    return (const struct goroutines_sample *)(const void *)pane->sample;
}

static const struct goroutine_dump *dump_of(const struct pane *pane)
{
    const struct goroutines_sample *sample = sample_of(pane);

    return sample != NULL ? sample->dump : NULL;
}

/* --- views --- */

/* Groups nobody looks at are made when somebody does: they own what they show. */
static void fill(struct goroutines_pane *pane)
{
    const struct goroutine_dump *dump = dump_of(&pane->base);
    struct session *session = ui_session(pane->base.base.ui);

    goroutine_stacks_fill(pane->stacks, dump, session, pane->group_view, pane->group);
    if (pane->groups[pane->view] != NULL)
        goroutine_groups_fill(pane->groups[pane->view], dump, session);
}

/* group: the stacks shown are those of that group of group_view; NULL: all. */
static void show(struct goroutines_pane *pane, enum goroutines_view view,
                 enum goroutines_view group_view, const char *group)
{
    char *copy = g_strdup(group); /* it may be part of what is filled anew */

    g_free(pane->group);
    pane->group = copy;
    pane->group_view = group_view;
    pane->view = view;
    fill(pane);
}

static struct table *goroutines_table(struct view *base)
{
    struct goroutines_pane *pane = view_of(struct goroutines_pane, base);

    return pane->view == VIEW_STACKS ? goroutine_stacks_table(pane->stacks)
                                     : goroutine_groups_table(pane->groups[pane->view]);
}

static void goroutines_tabs(const struct view *base, struct tabs *ret)
{
    static const char *const of[N_VIEWS] = {"of", "in", "created by", "of", "at", "at"};
    struct goroutines_pane *pane = view_of(struct goroutines_pane, base);

    *ret = (struct tabs){.names = {"stacks", "states", "creators", "blocked", "channels", "locks"},
                         .n = N_VIEWS,
                         .shown = (size_t)pane->view};
    if (pane->view != VIEW_STACKS || pane->group == NULL)
        return;
    g_free(pane->stacks_name);
    pane->stacks_name = g_strdup_printf("stacks %s %s", of[pane->group_view],
                                        *pane->group != '\0' ? text_without_import_path(pane->group)
                                                             : "the runtime");
    ret->names[VIEW_STACKS] = pane->stacks_name;
}

static void goroutines_turn(struct view *base, size_t tab)
{
    show(view_of(struct goroutines_pane, base), (enum goroutines_view)tab, VIEW_STACKS, NULL);
}

/* --- the pane --- */

static void goroutines_update(struct view *base, unsigned kinds)
{
    struct goroutines_pane *pane = view_of(struct goroutines_pane, base);
    const struct session *session = ui_session(base->ui);
    const struct goroutines_sample *mark =
        session != NULL ? session_mark_goroutines(session) : NULL;

    (void)kinds;
    /* without a new sample growth may still have changed: a mark was set */
    pane_take_sample(&pane->base);
    if (dump_of(&pane->base) == pane->filled_dump && mark == pane->filled_mark)
        return;
    pane->filled_dump = dump_of(&pane->base);
    pane->filled_mark = mark;
    fill(pane);
}

/* A text keeps those with the most waiters: that others are missing is said. */
static bool is_waited_cut(const struct goroutines_pane *pane)
{
    const struct goroutine_dump *dump = dump_of(&pane->base);

    return goroutine_view_is_waited(pane->view) && dump != NULL && dump->waited != NULL &&
           dump->n_waited_all > dump->n_waited;
}

static int draw_top_part(const struct goroutines_pane *pane, const struct canvas *canvas,
                         TickitRect inner)
{
    const struct goroutines_sample *sample = sample_of(&pane->base);
    struct session *session = ui_session(pane->base.base.ui);
    int line = 0;

    if (sample == NULL || session == NULL || sample->count == SAMPLE_UNKNOWN || inner.lines < 5)
        return 0;
    if (pane->base.zoomed && inner.lines >= 20) {
        draw_series(canvas, (TickitRect){inner.top, inner.left, 7, inner.cols}, session,
                    METRIC_GOROUTINES, ui_now(pane->base.base.ui), NAN, THEME_GRAPH3);
        line = 7;
    } else {
        draw_spark_rate(canvas, inner, session, METRIC_GOROUTINES, ui_now(pane->base.base.ui),
                        THEME_GRAPH3);
        line = 1;
    }
    if (sample->needs_consent)
        text_drawf(canvas, inner.top + line++, inner.left, inner.cols, THEME_LOOK,
                   "%s: ask for full stacks. %s",
                   keymap_key(ui_keymap(pane->base.base.ui), ACTION_STACKS), sample->base.reason);
    if (is_waited_cut(pane))
        text_drawf(canvas, inner.top + line++, inner.left, inner.cols, THEME_DIM,
                   "of %s that are waited for those with the most waiters were kept: %s",
                   number_count((int64_t)dump_of(&pane->base)->n_waited_all).text,
                   number_count((int64_t)dump_of(&pane->base)->n_waited).text);
    if (goroutine_leaks_runs(pane->leaks)) {
        g_autoptr(GString) text = g_string_new(NULL);

        goroutine_leaks_say(pane->leaks, text);
        text_draw(canvas, inner.top + line++, inner.left, inner.cols,
                  &(struct text_style){.role = THEME_STRONG}, text->str);
    }
    return line;
}

static void goroutines_draw(struct view *base, const struct canvas *canvas, TickitRect inner)
{
    struct goroutines_pane *pane = view_of(struct goroutines_pane, base);
    const struct sample *sample = pane->base.sample;
    const char *empty = pane_problem(&pane->base);
    int used = draw_top_part(pane, canvas, inner);

    if (empty == NULL && dump_of(&pane->base) == NULL)
        empty = sample != NULL && *sample->reason != '\0' ? sample->reason
                                                          : "waiting for the first dump";
    if (empty == NULL && goroutine_view_is_waited(pane->view) &&
        dump_of(&pane->base)->waited == NULL)
        empty = sample_is_from_memory(sample_of(&pane->base)->source) ||
                        *sample_of(&pane->base)->source == '\0'
                    ? "what is waited for was not kept with this dump"
                    : "what is waited for is read from memory, and this dump is not: see sidescope "
                      "doctor";
    else if (empty == NULL && goroutine_view_is_waited(pane->view) &&
             *table_filter(goroutines_table(base)) == '\0')
        empty = pane->view == VIEW_CHANNELS ? "no goroutine waits at a channel"
                                            : "no goroutine waits for a lock";
    inner.top += used;
    inner.lines -= used;
    table_draw(
        goroutines_table(base), canvas, inner,
        &(struct table_look){.focused = !base->unfocused,
                             .stale = pane_stale(&pane->base),
                             .empty = empty != NULL ? empty : "no stack matches the filter"});
}

static enum theme_role goroutines_info(const struct view *base, GString *out)
{
    const struct goroutines_sample *sample = sample_of(view_of(struct pane, base));
    struct session *session = ui_session(base->ui);

    if (sample == NULL || sample->count == SAMPLE_UNKNOWN || session == NULL)
        return THEME_DIM;
    int direction = trend_direction(session_trend(session, METRIC_GOROUTINES));

    g_string_append_printf(out, "%s %s%s%s", number_count(sample->count).text,
                           theme_arrow(ui_theme(base->ui), direction),
                           sample->dump != NULL && sample->dump->truncated ? " truncated" : "",
                           sample_is_from_memory(sample->source) ? "  memory" : "");
    return direction > 0 ? THEME_LOOK : THEME_DIM;
}

/* All rows go along in their order: the screen walks through them. */
static void open_stack(struct goroutines_pane *pane, size_t row)
{
    struct table *table = goroutine_stacks_table(pane->stacks);
    uint64_t hash = goroutine_stacks_at(pane->stacks, row)->hash;
    g_autoptr(GArray) hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    size_t at = 0, r;

    for (size_t i = 0; table_row_at(table, i, &r); i++) {
        uint64_t one = goroutine_stacks_at(pane->stacks, r)->hash;

        if (one == hash)
            at = i;
        g_array_append_val(hashes, one);
    }
    ui_show(pane->base.base.ui,
            &(struct ref){.kind = REF_STACKS,
                          .hashes = (const uint64_t *)(void *)hashes->data,
                          .n = hashes->len,
                          .at = at,
                          .text = goroutine_view_is_waited(pane->group_view) ? pane->group : NULL});
}

static void open_row(struct view *base)
{
    struct goroutines_pane *pane = view_of(struct goroutines_pane, base);
    size_t row;

    if (!table_selected(goroutines_table(base), &row))
        return;
    if (pane->view == VIEW_STACKS) {
        open_stack(pane, row);
        return;
    }
    const struct goroutine_group *group = goroutine_groups_at(pane->groups[pane->view], row);

    if (group->count == 0) {
        ui_message(base->ui, THEME_DIM, "no goroutine is in it");
        return;
    }
    table_set_filter(goroutine_stacks_table(pane->stacks), NULL);
    show(pane, VIEW_STACKS, pane->view, group->name);
}

static void on_stacks_answer(struct ui *ui, bool yes, void *user)
{
    struct session *session = ui_session(ui);

    (void)user;
    if (!yes || session == NULL)
        return;
    probe_consent_once(session_probe(session, PROBE_GOROUTINES));
    ui_message(ui, THEME_DIM, "asking for full stacks");
}

static void ask_for_stacks(struct view *base)
{
    const struct goroutines_sample *sample = sample_of(view_of(struct pane, base));

    if (sample == NULL || sample->count == SAMPLE_UNKNOWN)
        return;
    if (sample_is_from_memory(sample->source)) { /* nothing stops: nobody needs to be asked */
        probe_consent_once(session_probe(ui_session(base->ui), PROBE_GOROUTINES));
        return;
    }
    /* measured: 29 ms at 1 000 goroutines, 1.2 s at 100 000 */
    g_autofree char *text = g_strdup_printf(
        "goroutine?debug=2 stops every goroutine of the target while it writes all %s stacks: "
        "about %s ms here. It gives wait reasons and times. Ask for it once?",
        number_count(sample->count).text, number_count(MAX(sample->count * 15 / 1000, 1)).text);

    ui_ask(base->ui, "Full stacks", text, on_stacks_answer, NULL);
}

static char *goroutines_copy(struct view *base)
{
    struct goroutines_pane *pane = view_of(struct goroutines_pane, base);
    size_t row;

    if (!table_selected(goroutines_table(base), &row))
        return NULL;
    if (pane->view != VIEW_STACKS)
        return g_strdup(goroutine_groups_at(pane->groups[pane->view], row)->name);
    return g_strdup(goroutine_site_function(goroutine_stacks_at(pane->stacks, row)));
}

static void goroutines_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Goroutines");
    pager_add(pager, THEME_TEXT,
              "Goroutines with the same stack share a row. STATE is the runtime's wait reason,");
    pager_add(
        pager, THEME_TEXT,
        "LONGEST the longest wait (whole minutes, counted from the first collection that saw");
    pager_add(pager, THEME_TEXT,
              "it waiting). Many parked for hours can be by design: the count that grows is the");
    pager_add(pager, THEME_TEXT,
              "leak. SIGNATURE names known ways to be stuck; \"expected\" is parked by design.");
    pager_add(pager, THEME_TEXT,
              "a: by wait reason, by creator, who is blocked (with the searches for a plugin that");
    pager_add(pager, THEME_TEXT,
              "does not respond), by the channel and by the lock they wait for, where memory is");
    pager_add(pager, THEME_TEXT,
              "read. Enter opens a group or a stack. / searches every frame, file,");
    pager_add(pager, THEME_TEXT,
              "creator, label and state. v: the whole dump as text. F: full stacks of a large");
    pager_add(pager, THEME_TEXT,
              "process, asks first, because writing them stops the target for a moment.");
    pager_add(pager, THEME_TEXT,
              "U proves which ones nothing can ever wake: nobody but those who wait there refers");
    pager_add(pager, THEME_TEXT,
              "to what they wait for. It reads the whole heap some times, and stops nothing.");
}

static void goroutines_free(struct view *base)
{
    struct goroutines_pane *pane = view_of(struct goroutines_pane, base);

    goroutine_leaks_free(pane->leaks);
    goroutine_stacks_free(pane->stacks);
    for (int view = 0; view < N_VIEWS; view++)
        goroutine_groups_free(pane->groups[view]);
    g_free(pane->group);
    g_free(pane->stacks_name);
    sample_unref(pane->base.sample);
    g_free(pane);
}

static void open_dump(struct view *base)
{
    ui_openers(base->ui)->dump(base->ui, 0);
}

/* From the stacks of a group back to the groups; a list filtered first shows all again. */
static bool is_inside_group(const struct view *base)
{
    const struct goroutines_pane *pane = view_of(struct goroutines_pane, base);

    return pane->view == VIEW_STACKS && pane->group != NULL && !view_filtered(base);
}

static void leave_group(struct view *base)
{
    struct goroutines_pane *pane = view_of(struct goroutines_pane, base);

    show(pane, pane->group_view, VIEW_STACKS, NULL);
}

static bool shows_groups(const struct view *base)
{
    return view_of(struct goroutines_pane, base)->view != VIEW_STACKS && view_has_row(base);
}

/* The full stacks are not collected by themselves. */
static bool needs_asking(const struct view *base)
{
    const struct goroutines_sample *sample = sample_of(view_of(struct pane, base));

    return sample != NULL && sample->needs_consent;
}

static bool can_ask(const struct view *base)
{
    const struct goroutines_sample *sample = sample_of(view_of(struct pane, base));

    return sample != NULL && sample->count != SAMPLE_UNKNOWN;
}

static bool can_prove(const struct view *base)
{
    return goroutine_leaks_possible(view_of(struct goroutines_pane, base)->leaks);
}

static bool is_proving(const struct view *base)
{
    return goroutine_leaks_runs(view_of(struct goroutines_pane, base)->leaks);
}

static void prove(struct view *base)
{
    goroutine_leaks_start(view_of(struct goroutines_pane, base)->leaks);
}

static void stop_proving(struct view *base)
{
    goroutine_leaks_stop(view_of(struct goroutines_pane, base)->leaks);
}

/* It has more tabs than the dashboard has panes. */
static const struct view_key goroutines_keys[] = {
    {ACTION_OPEN, "stacks", shows_groups, .act = open_row},
    {ACTION_OPEN, "stack", view_has_row, .act = open_row},
    {ACTION_BACK, "stop", is_proving, .act = stop_proving},
    {ACTION_BACK, "groups", is_inside_group, .act = leave_group},
    {ACTION_SOURCE, "dump", .act = open_dump},
    {ACTION_STACKS, .applies = needs_asking, .act = ask_for_stacks},
    {ACTION_STACKS, "", can_ask, .act = ask_for_stacks},
    {ACTION_PROVE, .applies = can_prove, .act = prove},
    {ACTION_TAB_5, "", .applies = view_numbered},
    {ACTION_TAB_6, "", .applies = view_numbered},
    {.action = ACTION_NONE}};

const struct view_ops goroutines_pane_ops = {
    .name = "Goroutines",
    .keys = goroutines_keys,
    .draw = goroutines_draw,
    .update = goroutines_update,
    .tabs = goroutines_tabs,
    .turn = goroutines_turn,
    .table = goroutines_table,
    .info = goroutines_info,
    .copy = goroutines_copy,
    .help = goroutines_help,
    .free = goroutines_free,
};

struct pane *goroutines_pane_new(struct ui *ui)
{
    struct goroutines_pane *pane = g_new0(struct goroutines_pane, 1);

    pane->base =
        (struct pane){.base = {.ops = &goroutines_pane_ops, .ui = ui}, .kind = PROBE_GOROUTINES};
    pane->stacks = goroutine_stacks_new();
    pane->leaks = goroutine_leaks_new(ui);
    for (int view = VIEW_STATES; view < N_VIEWS; view++)
        pane->groups[view] = goroutine_groups_new((enum goroutines_view)view);
    return &pane->base;
}
