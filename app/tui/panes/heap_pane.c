#include "app/tui/pane.h"

#include "app/tui/format.h"
#include "app/tui/screens/screens.h"
#include "pprof/measurement.h"
#include "pprof/top.h"

#include <math.h>
#include <string.h>

/*
 * go tool pprof -top of the live heap, for each of its four sample types, with
 * the difference against the mark as one more column.
 */

struct heap_row {
    const struct top_row *top;
    int64_t running; /* sum of flat down to this row, for sum% */
    int64_t delta;   /* flat now minus flat at the mark; SAMPLE_UNKNOWN without one */
};

struct heap_pane {
    struct pane base;
    struct table *table;
    struct top_report *report;
    struct profile *profile;               /* what report borrows from */
    GArray *rows;                          /* struct heap_row */
    char *problem;                         /* why there is no report */
    int sample_index;                      /* -1 until chosen: the profile's default */
    bool by_cum;                           /* order the report was built in */
    double base_hours;                     /* time between the mark and now, NAN without one */
    const void *built_for, *built_against; /* profiles the rows were made of */
};

enum {
    HEAP_FLAT,
    HEAP_FLAT_SHARE,
    HEAP_SUM,
    HEAP_CUM,
    HEAP_CUM_SHARE,
    HEAP_DELTA,
    HEAP_RATE,
    HEAP_FUNCTION
};

static const struct table_column columns[] = {
    [HEAP_FLAT] = {.title = "FLAT", .width = 8, .align = TEXT_RIGHT, .descending_first = true},
    [HEAP_FLAT_SHARE] =
        {.title = "FLAT%", .width = 6, .align = TEXT_RIGHT, .drop = 3, .descending_first = true},
    [HEAP_SUM] = {.title = "SUM%", .width = 6, .align = TEXT_RIGHT, .drop = 7, .unsortable = true},
    [HEAP_CUM] =
        {.title = "CUM", .width = 8, .align = TEXT_RIGHT, .drop = 4, .descending_first = true},
    [HEAP_CUM_SHARE] =
        {.title = "CUM%", .width = 6, .align = TEXT_RIGHT, .drop = 6, .descending_first = true},
    [HEAP_DELTA] =
        {.title = "SINCE m", .width = 8, .align = TEXT_RIGHT, .drop = 2, .descending_first = true},
    [HEAP_RATE] =
        {.title = "PER HOUR", .width = 8, .align = TEXT_RIGHT, .drop = 5, .descending_first = true},
    [HEAP_FUNCTION] = {.title = "FUNCTION", .min_width = 22, .elide = TEXT_ELIDE_FUNCTION},
};

static struct heap_pane *self(struct pane *pane)
{
    return (struct heap_pane *)(void *)pane;
}

static const struct heap_sample *sample_of(const struct pane *pane)
{
    return (const struct heap_sample *)(const void *)pane->sample;
}

/* --- rows ----------------------------------------------------------------------------------------
 */

static const struct heap_row *row_at(const void *model, size_t row)
{
    return &g_array_index(((const struct heap_pane *)model)->rows, struct heap_row, row);
}

static bool unit_is_bytes(const struct heap_pane *pane)
{
    return strcmp(pane->report->unit, "bytes") == 0;
}

static void value_cell(const struct heap_pane *pane, int64_t value, struct table_cell *ret)
{
    char label[MEASUREMENT_TEXT_MAX];

    measurement_label(value, pane->report->unit, unit_is_bytes(pane) ? "auto" : "minimum", label);
    g_string_assign(ret->text, label);
}

static void delta_cell(const struct heap_pane *pane, double value, struct table_cell *ret)
{
    if (isnan(value)) {
        g_string_assign(ret->text, "-");
        ret->role = THEME_DIM;
        return;
    }
    if (unit_is_bytes(pane))
        g_string_assign(ret->text, format_bytes_signed((int64_t)value).text);
    else
        g_string_assign(ret->text, format_count_signed((int64_t)value).text);
    ret->role = value > 0 ? THEME_LOOK : THEME_DIM;
}

static double delta_of(const struct heap_row *row)
{
    return row->delta == SAMPLE_UNKNOWN ? NAN : (double)row->delta;
}

static void share_cell(int64_t value, int64_t total, struct table_cell *ret)
{
    char text[MEASUREMENT_TEXT_MAX];

    measurement_percentage(value, total, text);
    g_string_assign(ret->text, text);
}

static void heap_cell(const void *model, size_t index, size_t column, struct table_cell *ret)
{
    const struct heap_pane *pane = model;
    const struct heap_row *row = row_at(model, index);

    switch (column) {
    case HEAP_FLAT:
        value_cell(pane, row->top->flat, ret);
        break;
    case HEAP_FLAT_SHARE:
        share_cell(row->top->flat, pane->report->total, ret);
        break;
    case HEAP_SUM:
        share_cell(row->running, pane->report->total, ret);
        ret->role = THEME_DIM;
        break;
    case HEAP_CUM:
        value_cell(pane, row->top->cum, ret);
        break;
    case HEAP_CUM_SHARE:
        share_cell(row->top->cum, pane->report->total, ret);
        break;
    case HEAP_DELTA:
        delta_cell(pane, delta_of(row), ret);
        break;
    case HEAP_RATE:
        delta_cell(pane, delta_of(row) / pane->base_hours, ret);
        break;
    default:
        g_string_assign(ret->text, row->top->name);
        if (row->top->inlined == TOP_INLINE_FULL)
            g_string_append(ret->text, " (inline)");
        break;
    }
}

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_magnitude(int64_t a, int64_t b)
{
    return by_number(a < 0 ? -a : a, b < 0 ? -b : b);
}

static int heap_compare(const void *model, size_t a, size_t b, size_t column)
{
    const struct heap_row *x = row_at(model, a), *y = row_at(model, b);

    switch (column) {
    case HEAP_FLAT:
    case HEAP_FLAT_SHARE:
        return by_magnitude(x->top->flat, y->top->flat);
    case HEAP_CUM:
    case HEAP_CUM_SHARE:
        return by_magnitude(x->top->cum, y->top->cum);
    case HEAP_DELTA:
    case HEAP_RATE:
        return by_number(x->delta, y->delta);
    default:
        return strcmp(x->top->name, y->top->name);
    }
}

static uint64_t heap_key(const void *model, size_t row)
{
    return ((uint64_t)g_str_hash(row_at(model, row)->top->name) << 1) | 1;
}

static void heap_filter(const void *model, size_t row, GString *out)
{
    g_string_append_printf(out, "%s %s", row_at(model, row)->top->name,
                           row_at(model, row)->top->file);
}

static const struct table_ops table_ops = {
    .cell = heap_cell, .compare = heap_compare, .key = heap_key, .filter_text = heap_filter};

/* --- building the report -------------------------------------------------------------------------
 */

static struct top_report *build_report(const struct heap_pane *pane, const struct profile *profile,
                                       GError **error)
{
    struct top_options options = {.sample_index = pane->sample_index, .sort_cum = pane->by_cum};

    return top_build(profile, &options, error);
}

/* Flat at the mark by function name; borrowed strings of report. */
static GHashTable *flats_of(const struct top_report *report)
{
    GHashTable *flats = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < report->n_rows; i++)
        g_hash_table_insert(flats, (gpointer)(uintptr_t)report->rows[i].name,
                            &report->rows[i].flat);
    return flats;
}

static void add_rows(struct heap_pane *pane, const struct top_report *base)
{
    g_autoptr(GHashTable) flats = base != NULL ? flats_of(base) : NULL;
    int64_t running = 0;

    for (size_t i = 0; i < pane->report->n_rows; i++) {
        struct heap_row row = {.top = &pane->report->rows[i], .delta = SAMPLE_UNKNOWN};

        running += row.top->flat;
        row.running = running;
        if (flats != NULL) {
            const int64_t *before = g_hash_table_lookup(flats, row.top->name);

            row.delta = row.top->flat - (before != NULL ? *before : 0);
        }
        g_array_append_val(pane->rows, row);
    }
}

static void forget_report(struct heap_pane *pane)
{
    table_set_model(pane->table, NULL, 0);
    g_array_set_size(pane->rows, 0);
    top_report_free(pane->report);
    pane->report = NULL;
    profile_unref(pane->profile);
    pane->profile = NULL;
    g_clear_pointer(&pane->problem, g_free);
}

static void rebuild(struct heap_pane *pane)
{
    const struct heap_sample *heap = sample_of(&pane->base);
    struct session *session = ui_session(pane->base.ui);
    const struct heap_sample *mark = session != NULL ? session_mark_heap(session) : NULL;
    g_autoptr(top_report_auto) base = NULL;
    g_autoptr(GError) error = NULL;

    forget_report(pane);
    pane->base_hours = NAN;
    if (heap == NULL || heap->profile == NULL)
        return;
    pane->profile = profile_ref(heap->profile);
    pane->report = build_report(pane, pane->profile, &error);
    if (pane->report == NULL) {
        pane->problem = g_strdup(error->message);
        return;
    }
    if (mark != NULL && mark->profile != NULL) {
        base = build_report(pane, mark->profile, NULL);
        pane->base_hours =
            MAX((double)(heap->profile_us - mark->profile_us) / (3600.0 * G_USEC_PER_SEC), 1e-9);
    }
    add_rows(pane, base);
    table_set_model(pane->table, pane, pane->rows->len);
}

static void heap_update(struct pane *base, struct session *session)
{
    struct heap_pane *pane = self(base);
    const struct heap_sample *mark = session != NULL ? session_mark_heap(session) : NULL;

    pane_take_sample(base, session);
    const struct heap_sample *heap = sample_of(base);
    const void *profile = heap != NULL ? heap->profile : NULL;

    /* an unchanged profile need not be summed again */
    if (profile == pane->built_for && mark == pane->built_against && pane->report != NULL)
        return;
    pane->built_for = profile;
    pane->built_against = mark;
    rebuild(pane);
}

/* --- the pane
 * ------------------------------------------------------------------------------------- */

/* sum% runs down the rows as shown: the report follows the column sorted by. */
static void follow_sort(struct heap_pane *pane)
{
    size_t column = table_sort_column(pane->table, NULL);
    bool by_cum = column == HEAP_CUM || column == HEAP_CUM_SHARE;

    if (by_cum == pane->by_cum || pane->report == NULL)
        return;
    pane->by_cum = by_cum;
    rebuild(pane);
}

static void heap_draw(struct pane *base, const struct canvas *canvas, TickitRect inner,
                      bool focused)
{
    struct heap_pane *pane = self(base);
    struct session *session = ui_session(base->ui);
    const char *empty = pane_problem(base);

    follow_sort(pane);
    if (empty == NULL && pane->report == NULL)
        empty = pane->problem != NULL ? pane->problem : "waiting for the first heap profile";
    if (base->zoomed && inner.lines >= 20 && session != NULL && pane->report != NULL) {
        draw_series(canvas, (TickitRect){inner.top, inner.left, 7, inner.cols}, session,
                    SERIES_HEAP_ALLOC, ui_now(base->ui), NAN, THEME_GRAPH1);
        inner.top += 7;
        inner.lines -= 7;
    }
    table_draw(
        pane->table, canvas, inner,
        &(struct table_look){.focused = focused,
                             .stale = pane_stale(base),
                             .empty = empty != NULL ? empty : "no function matches the filter"});
}

static void heap_info(const struct pane *base, struct pane_text *ret)
{
    const struct heap_pane *pane = self((struct pane *)(uintptr_t)base);
    char total[MEASUREMENT_TEXT_MAX];

    ret->role = THEME_DIM;
    if (pane->report == NULL)
        return;
    measurement_label(pane->report->total, pane->report->unit,
                      unit_is_bytes(pane) ? "auto" : "minimum", total);
    g_snprintf(ret->text, sizeof ret->text, "of %s", total);
}

static const char *heap_view(const struct pane *base)
{
    const struct heap_pane *pane = self((struct pane *)(uintptr_t)base);

    return pane->report != NULL ? pane->report->type : NULL;
}

static struct table *heap_table(struct pane *base)
{
    return self(base)->table;
}

static void next_sample_type(struct heap_pane *pane)
{
    const struct profile *profile = pane->profile;

    if (profile == NULL || profile->n_sample_types == 0)
        return;
    int n = (int)profile->n_sample_types;
    int now = pane->sample_index >= 0 ? pane->sample_index : profile_default_sample_index(profile);

    /* inuse_space, inuse_objects, alloc_space, alloc_objects: from the last to the first */
    pane->sample_index = (now + n - 1) % n;
    rebuild(pane);
}

static bool heap_act(struct pane *base, enum action action)
{
    struct heap_pane *pane = self(base);
    size_t row;

    if (action == ACTION_GROUP) {
        next_sample_type(pane);
        return true;
    }
    if (action != ACTION_OPEN || !table_selected(pane->table, &row))
        return false;
    ui_push(base->ui, peek_screen_new(base->ui, row_at(pane, row)->top->name, pane->sample_index));
    return true;
}

static char *heap_copy(struct pane *base)
{
    struct heap_pane *pane = self(base);
    size_t row;

    return table_selected(pane->table, &row) ? g_strdup(row_at(pane, row)->top->name) : NULL;
}

static void heap_select(struct pane *base, const char *key)
{
    table_select_key(self(base)->table, ((uint64_t)g_str_hash(key) << 1) | 1);
}

static void heap_help(struct pager *pager)
{
    pager_add(pager, THEME_TITLE, "Heap");
    pager_add(pager, THEME_TEXT,
              "go tool pprof -top of the running process. FLAT: allocated by the function itself;");
    pager_add(pager, THEME_TEXT,
              "CUM: by it and everything it called; SUM%: flat added up down to the row. The");
    pager_add(
        pager, THEME_TEXT,
        "numbers are estimates from samples and stand still between collections. a: the four");
    pager_add(pager, THEME_TEXT,
              "sample types. SINCE m and PER HOUR: against the mark (or the first profile seen).");
    pager_add(pager, THEME_TEXT, "Enter: callers and callees.");
}

static void heap_free(struct pane *base)
{
    struct heap_pane *pane = self(base);

    forget_report(pane);
    table_free(pane->table);
    g_array_unref(pane->rows);
    sample_unref(base->sample);
    g_free(pane);
}

static const struct pane_ops ops = {
    .title = "Heap",
    .kind = PROBE_HEAP,
    .draw = heap_draw,
    .update = heap_update,
    .info = heap_info,
    .view = heap_view,
    .table = heap_table,
    .act = heap_act,
    .copy = heap_copy,
    .select = heap_select,
    .help = heap_help,
    .free = heap_free,
};

struct pane *heap_pane_new(struct ui *ui)
{
    struct heap_pane *pane = g_new0(struct heap_pane, 1);

    pane->base = (struct pane){.ops = &ops, .ui = ui};
    pane->table = table_new(&table_ops, columns, G_N_ELEMENTS(columns), HEAP_FLAT);
    pane->rows = g_array_new(FALSE, FALSE, sizeof(struct heap_row));
    pane->sample_index = -1;
    return &pane->base;
}
