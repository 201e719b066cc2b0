#include "app/tui/shell/pane.h"

#include "app/lists/functions_list.h"
#include "app/triage/steps.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/ui.h"

#include <math.h>
#include <string.h>

/*
 * go tool pprof -top of the live heap, for each of its four sample types, with
 * the difference against the mark as one more column.
 */

struct heap_pane {
    struct pane base;
    struct table *table;
    struct functions_list list;
    struct profile_rows *rows;             /* NULL: none, see problem */
    struct profile *profile;               /* what rows were made of */
    char *problem;                         /* why there are no rows */
    int sample_index;                      /* -1 until chosen: the profile's default */
    bool by_cum;                           /* order the rows were built in */
    const void *built_for, *built_against; /* profiles the rows were made of */
};

static const struct heap_sample *sample_of(const struct pane *pane)
{
    return (const struct heap_sample *)(const void *)pane->sample;
}

/* --- building the rows --- */

static void forget_rows(struct heap_pane *pane)
{
    table_set_model(pane->table, NULL, 0);
    g_clear_pointer(&pane->rows, profile_rows_free);
    g_clear_pointer(&pane->profile, profile_unref);
    g_clear_pointer(&pane->problem, g_free);
}

static double hours_between(const struct heap_sample *mark, const struct heap_sample *heap)
{
    return number_rate_hours((double)(heap->profile_us - mark->profile_us) / G_USEC_PER_SEC);
}

static void rebuild(struct heap_pane *pane)
{
    const struct heap_sample *heap = sample_of(&pane->base);
    struct session *session = ui_session(pane->base.base.ui);
    const struct heap_sample *mark = session != NULL ? session_mark_heap(session) : NULL;
    const struct top_options options = {.sample_index = pane->sample_index,
                                        .sort_cum = pane->by_cum};
    g_autoptr(GError) error = NULL;

    forget_rows(pane);
    if (heap == NULL || heap->profile == NULL)
        return;
    bool compared = mark != NULL && mark->profile != NULL;

    pane->profile = profile_ref(heap->profile);
    pane->rows = profile_rows_build(pane->profile, compared ? mark->profile : NULL, &options,
                                    compared ? hours_between(mark, heap) : NAN, &error);
    pane->list.rows = pane->rows;
    if (pane->rows == NULL) {
        pane->problem = g_strdup(error->message);
        return;
    }
    table_hide(pane->table, FUNCTION_RATE, isnan(pane->rows->hours));
    table_set_model(pane->table, &pane->list, pane->rows->n);
}

static void heap_update(struct view *base, unsigned kinds)
{
    struct heap_pane *pane = view_of(struct heap_pane, base);
    const struct session *session = ui_session(base->ui);
    const struct heap_sample *mark = session != NULL ? session_mark_heap(session) : NULL;

    (void)kinds;
    pane_take_sample(&pane->base);
    const struct heap_sample *heap = sample_of(&pane->base);
    const void *profile = heap != NULL ? heap->profile : NULL;

    /* an unchanged profile need not be summed again */
    if (profile == pane->built_for && mark == pane->built_against && pane->rows != NULL)
        return;
    pane->built_for = profile;
    pane->built_against = mark;
    rebuild(pane);
}

/* --- the pane --- */

static void heap_draw(struct view *base, const struct canvas *canvas, TickitRect inner)
{
    struct heap_pane *pane = view_of(struct heap_pane, base);
    struct session *session = ui_session(base->ui);
    const char *empty = pane_problem(&pane->base);

    /* sum% runs down the rows as shown: the report follows the column sorted by */
    bool by_cum = functions_list_by_cum(table_sort_column(pane->table, NULL));

    if (by_cum != pane->by_cum && pane->rows != NULL) {
        pane->by_cum = by_cum;
        rebuild(pane);
    }
    const struct heap_sample *heap = sample_of(&pane->base);
    bool is_known = heap != NULL && heap->memstats != NULL; /* whatever the profile says */
    g_autofree char *unsampled = NULL;

    /* where there is none, a look at the objects themselves still tells who has the memory */
    if (is_known && heap->profile == NULL && *heap->base.reason != '\0')
        unsampled = g_strdup_printf("%s; K shows who holds the memory", heap->base.reason);
    if (empty == NULL && pane->rows == NULL)
        empty = pane->problem != NULL ? pane->problem
                : unsampled != NULL   ? unsampled
                                      : "waiting for the first heap profile";
    if (pane->base.zoomed && inner.lines >= 20 && session != NULL &&
        (pane->rows != NULL || is_known)) {
        draw_series(canvas, (TickitRect){inner.top, inner.left, 7, inner.cols}, session,
                    METRIC_HEAP_ALLOC, ui_now(base->ui), NAN, THEME_GRAPH1);
        inner.top += 7;
        inner.lines -= 7;
    }
    table_draw(
        pane->table, canvas, inner,
        &(struct table_look){.focused = !base->unfocused,
                             .stale = pane_stale(&pane->base),
                             .empty = empty != NULL ? empty : "no function matches the filter"});
}

static enum theme_role heap_info(const struct view *base, GString *out)
{
    const struct heap_pane *pane = view_of(struct heap_pane, base);
    char total[MEASUREMENT_TEXT_MAX];

    if (pane->rows == NULL)
        return THEME_DIM;
    profile_value_text(pane->rows->report->total, pane->rows->report->unit, total);
    const struct heap_sample *heap = sample_of(&pane->base);
    bool from_memory = heap != NULL && heap->source != NULL && strcmp(heap->source, "memory") == 0;

    g_string_append_printf(out, "of %s%s", total, from_memory ? "  memory" : "");
    if (step_memory_limit(heap) != SAMPLE_UNKNOWN)
        g_string_append_printf(out, "  GOMEMLIMIT %s", number_bytes(step_memory_limit(heap)).text);
    return THEME_DIM;
}

static struct table *heap_table(struct view *base)
{
    return view_of(struct heap_pane, base)->table;
}

/* inuse_space, inuse_objects, alloc_space, alloc_objects: a profile has them the other way round.
 */
static void heap_tabs(const struct view *base, struct tabs *ret)
{
    const struct heap_pane *pane = view_of(struct heap_pane, base);
    const struct profile *profile = pane->profile;

    if (profile == NULL || pane->rows == NULL)
        return;
    size_t n = MIN(profile->n_sample_types, TABS_MAX);
    int shown =
        pane->sample_index >= 0 ? pane->sample_index : profile_default_sample_index(profile);

    for (size_t i = 0; i < n; i++)
        ret->names[i] = profile->sample_types[n - 1 - i].type;
    ret->n = n;
    ret->shown = n - 1 - MIN((size_t)shown, n - 1);
}

static void heap_turn(struct view *base, size_t tab)
{
    struct heap_pane *pane = view_of(struct heap_pane, base);

    if (pane->profile == NULL)
        return;
    pane->sample_index = (int)(MIN(pane->profile->n_sample_types, TABS_MAX) - 1 - tab);
    rebuild(pane);
}

/* The live heap in the profile screen, about what is selected here. */
static void open_profile(struct view *base, enum action action)
{
    const struct heap_pane *pane = view_of(struct heap_pane, base);
    static const enum profile_tab tabs[] = {[ACTION_OPEN] = PROFILE_TAB_CALLERS,
                                            [ACTION_FLAME] = PROFILE_TAB_FLAME,
                                            [ACTION_SOURCE] = PROFILE_TAB_SOURCE,
                                            [ACTION_COMPARE] = PROFILE_TAB_TOP};
    size_t row;
    const char *name =
        pane->rows != NULL && table_selected(pane->table, &row) ? pane->rows->rows[row].name : NULL;

    ui_openers(base->ui)->profile(
        base->ui,
        &(struct profile_subject){.title = "heap",
                                  .kind = "heap",
                                  .function = name,
                                  .sample_index = pane->sample_index,
                                  .compare_mark = action == ACTION_COMPARE},
        tabs[action]);
}

static char *heap_copy(struct view *base)
{
    struct heap_pane *pane = view_of(struct heap_pane, base);
    size_t row;

    return table_selected(pane->table, &row) ? g_strdup(pane->rows->rows[row].name) : NULL;
}

static void heap_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Heap");
    pager_add(pager, THEME_TEXT,
              "go tool pprof -top of the running process. FLAT: allocated by the function itself;");
    pager_add(pager, THEME_TEXT,
              "CUM: by it and everything it called; SUM%: flat added up down to the row. The");
    pager_add(
        pager, THEME_TEXT,
        "numbers are estimates from samples and stand still between collections. a: the four");
    pager_add(pager, THEME_TEXT,
              "sample types. GROWTH and PER HOUR: since the mark (or the first profile seen).");
    pager_add(
        pager, THEME_TEXT,
        "Enter: callers and callees; f: flame graph; v: source lines; d: compared with the mark.");
}

static void heap_free(struct view *base)
{
    struct heap_pane *pane = view_of(struct heap_pane, base);

    forget_rows(pane);
    table_free(pane->table);
    sample_unref(pane->base.sample);
    g_free(pane);
}

static bool has_rows(const struct view *base)
{
    return view_of(struct heap_pane, base)->rows != NULL;
}

static const struct view_key heap_keys[] = {
    {ACTION_OPEN, "callers", view_has_row, .act_by = open_profile},
    {ACTION_FLAME, .applies = has_rows, .act_by = open_profile},
    {ACTION_COMPARE, .applies = has_rows, .act_by = open_profile},
    {ACTION_SOURCE, .applies = has_rows, .act_by = open_profile},
    {.action = ACTION_NONE}};

const struct view_ops heap_pane_ops = {
    .name = "Heap",
    .keys = heap_keys,
    .draw = heap_draw,
    .update = heap_update,
    .tabs = heap_tabs,
    .turn = heap_turn,
    .table = heap_table,
    .info = heap_info,
    .copy = heap_copy,
    .help = heap_help,
    .free = heap_free,
};

struct pane *heap_pane_new(struct ui *ui)
{
    struct heap_pane *pane = g_new0(struct heap_pane, 1);

    pane->base = (struct pane){.base = {.ops = &heap_pane_ops, .ui = ui}, .kind = PROBE_HEAP};
    pane->table = table_new(&functions_listing);
    table_hide(pane->table, FUNCTION_CUM_DELTA, true);
    table_hide(pane->table, FUNCTION_TREND, true);
    pane->sample_index = -1;
    return &pane->base;
}
