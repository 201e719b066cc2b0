#include "app/tui/shell/pane.h"

#include "app/lists/memory_lists.h"
#include "app/session/ledger.h"
#include "app/triage/steps.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/ui.h"
#include "app/tui/views/memory_pressure.h"
#include "widgets/gauge.h"

#include <math.h>
#include <string.h>

/*
 * Overview: RSS over time, the ledger as a stacked bar with its legend, the
 * kernel's and Go's own numbers. Zoomed or in the regions view: the table of
 * region types that vmmap --summary prints.
 */

enum memory_view { VIEW_OVERVIEW, VIEW_REGIONS, VIEW_CHARTS, N_VIEWS };

struct memory_pane {
    struct pane base;
    struct process_sample *process;
    struct heap_sample *heap;
    struct table *table;
    struct classes_list classes;
    enum memory_view view;
};

static const struct memory_sample *sample_of(const struct pane *pane)
{
    return (const struct memory_sample *)(const void *)pane->sample;
}

/* --- drawing --- */

static const enum theme_role part_roles[LEDGER_N] = {
    [LEDGER_GO_LIVE] = THEME_GRAPH1,    [LEDGER_GO_SLACK] = THEME_GRAPH2,
    [LEDGER_GO_IDLE] = THEME_GRAPH3,    [LEDGER_GO_STACKS] = THEME_GRAPH4,
    [LEDGER_GO_RUNTIME] = THEME_GRAPH5, [LEDGER_OTHER] = THEME_GRAPH6,
    [LEDGER_LAZY_FREE] = THEME_DIM,     [LEDGER_C_HEAP] = THEME_GRAPH2,
    [LEDGER_FILE] = THEME_DIM,          [LEDGER_SHMEM] = THEME_TEXT,
    [LEDGER_GO_BACK] = THEME_GRAPH3,
};

/* spark: over time beside it, where no chart follows below. */
static int draw_rss(const struct memory_pane *pane, const struct canvas *canvas, TickitRect inner,
                    bool spark)
{
    struct session *session = ui_session(pane->base.base.ui);
    int left = 13;

    text_drawf(canvas, inner.top, inner.left, 4, THEME_DIM, "RSS");
    text_drawf(canvas, inner.top, inner.left + 4, 8, THEME_STRONG, "%5s",
               number_bytes(pane->process->rss_bytes).text);
    int right = draw_rate(canvas, inner, session, METRIC_RSS);

    if (spark && inner.cols > left + right)
        draw_spark(canvas, inner.top, inner.left + left, inner.cols - left - right, session,
                   METRIC_RSS, ui_now(pane->base.base.ui), THEME_GRAPH1);
    return 1;
}

/* --- words that flow over lines --- */

enum { FLOW_MAX = 24, FLOW_GAP = 2 };

/* Short texts, each in one piece, in groups that begin a line each where there are lines enough. */
struct flow {
    struct {
        char *text;
        enum theme_role role;
        bool begins, alone; /* a group; a line of its own */
    } items[FLOW_MAX];
    size_t n;
};

/* Takes text. */
static void flow_take(struct flow *flow, enum theme_role role, bool begins, char *text)
{
    if (flow->n == FLOW_MAX) {
        g_free(text);
        return;
    }
    flow->items[flow->n].text = text;
    flow->items[flow->n].role = role;
    flow->items[flow->n].alone = false;
    flow->items[flow->n++].begins = begins;
}

static void flow_line(struct flow *flow, enum theme_role role, const char *text)
{
    flow_take(flow, role, true, g_strdup(text));
    flow->items[flow->n - 1].alone = true;
}

/* "PSS 42M": a name and an amount. */
static void flow_amount(struct flow *flow, enum theme_role role, bool begins, const char *name,
                        struct number_text amount)
{
    flow_take(flow, role, begins, g_strdup_printf("%s %s", name, amount.text));
}

/* Places them from a line on, and draws them where canvas is not NULL. Returns the lines they take,
 * more than there are when they do not fit. dense: a group goes on in the line of the one before.
 */
static int flow_place(const struct flow *flow, const struct canvas *canvas, TickitRect inner,
                      int line, bool dense)
{
    int at = line, col = 0;

    for (size_t i = 0; i < flow->n; i++) {
        const char *text = flow->items[i].text;
        int width = flow->items[i].alone ? inner.cols : text_width(text);
        bool alone = flow->items[i].alone || (i > 0 && flow->items[i - 1].alone);
        bool begins = alone || (flow->items[i].begins && !dense);
        bool last = at == inner.lines - 1, wraps = col + width > inner.cols;

        if (canvas != NULL && last && wraps && col > 0 && !begins && col < inner.cols)
            text_draw(canvas, inner.top + at, inner.left + col - 1, 1,
                      &(struct text_style){.role = THEME_DIM}, text_unicode(canvas) ? "…" : "~");
        if (col > 0 && (begins || wraps)) {
            at++;
            col = 0;
        }
        if (canvas != NULL && at < inner.lines)
            text_draw(canvas, inner.top + at, inner.left + col, MIN(width, inner.cols - col),
                      &(struct text_style){.role = flow->items[i].role}, text);
        col += width + FLOW_GAP;
    }
    return at - line + (col > 0 ? 1 : 0);
}

/* Draws and frees them. Returns the lines used. */
static int flow_draw(struct flow *flow, const struct canvas *canvas, TickitRect inner, int line)
{
    bool dense = flow_place(flow, NULL, inner, line, false) > inner.lines - line;
    int used = line < inner.lines ? flow_place(flow, canvas, inner, line, dense) : 0;

    for (size_t i = 0; i < flow->n; i++)
        g_free(flow->items[i].text);
    flow->n = 0;
    return CLAMP(used, 0, inner.lines - line);
}

/* --- the overview --- */

/* "heap 14M  idle kept 2M …", each in its segment's pen, and where few colours or none tell them
 * apart behind its glyph. */
static int draw_legend(const struct canvas *canvas, TickitRect inner, int line,
                       const struct ledger *ledger)
{
    bool plain = canvas->theme->depth <= THEME_8;
    struct flow flow = {.n = 0};
    size_t seen = 0;

    for (int p = 0; p < LEDGER_N; p++) {
        bool glyph = plain && ledger->bytes[p] > 0;
        g_autofree char *name =
            g_strdup_printf("%s%s%s", glyph ? gauge_fill(canvas, seen++) : "", glyph ? " " : "",
                            ledger_part_name((enum ledger_part)p));

        if (ledger->bytes[p] != 0 || p == LEDGER_GO_LIVE)
            flow_amount(&flow, part_roles[p], false, name, number_bytes(ledger->bytes[p]));
    }
    return flow_draw(&flow, canvas, inner, line);
}

static int draw_ledger(const struct memory_pane *pane, const struct canvas *canvas,
                       TickitRect inner, int line)
{
    const struct memstats *memstats = pane->heap != NULL ? pane->heap->memstats : NULL;
    struct gauge_part parts[LEDGER_N];
    struct ledger ledger;

    if (line >= inner.lines ||
        !ledger_compute(pane->process, memstats, sample_of(&pane->base), &ledger))
        return 0;
    for (int p = 0; p < LEDGER_N; p++)
        parts[p] = (struct gauge_part){.value = (double)ledger.bytes[p], .role = part_roles[p]};
    gauge_draw(canvas, inner.top + line, inner.left, inner.cols, parts, LEDGER_N,
               (double)ledger.rss_bytes);
    return 1 + draw_legend(canvas, inner, line + 1, &ledger);
}

/* Newest of what is known of it: the tool for it is asked more often than vmmap. */
static int64_t footprint_of(const struct process_sample *process,
                            const struct memory_sample *memory, int64_t *ret_peak_bytes)
{
    bool own = process->footprint_bytes != SAMPLE_UNKNOWN || memory == NULL;

    *ret_peak_bytes = own ? process->footprint_peak_bytes : memory->footprint_peak_bytes;
    return own ? process->footprint_bytes : memory->footprint_bytes;
}

/* The numbers of a system that counts by footprint; false where there is none. */
static bool add_footprint(const struct memory_pane *pane, struct flow *flow, enum theme_role role)
{
    const struct memory_sample *memory = sample_of(&pane->base);
    int64_t peak, footprint = footprint_of(pane->process, memory, &peak);

    if (footprint == SAMPLE_UNKNOWN)
        return false;
    flow_amount(flow, role, true, "footprint", number_bytes(footprint));
    flow_amount(flow, role, false, "peak", number_bytes(peak));
    flow_amount(flow, role, false, "dirty",
                number_bytes(memory != NULL ? memory->total.dirty_bytes : SAMPLE_UNKNOWN));
    flow_amount(flow, role, false, "swapped",
                number_bytes(memory != NULL ? memory->total.swapped_bytes : SAMPLE_UNKNOWN));
    flow_amount(flow, role, false, "VSZ", number_bytes(pane->process->vsz_bytes));
    return true;
}

static void add_kernel_numbers(const struct memory_pane *pane, struct flow *flow)
{
    const struct memory_sample *memory = sample_of(&pane->base);
    bool have = memory != NULL && pane_problem(&pane->base) == NULL;
    enum theme_role role = pane_stale(&pane->base) ? THEME_STALE : THEME_TEXT;

    if (!add_footprint(pane, flow, role)) {
        flow_amount(flow, role, true, "PSS",
                    number_bytes(have ? memory->pss_bytes : SAMPLE_UNKNOWN));
        flow_amount(flow, role, false, "anon", number_bytes(pane->process->rss_anon_bytes));
        flow_amount(flow, role, false, "file", number_bytes(pane->process->rss_file_bytes));
        flow_amount(flow, role, false, "swap",
                    number_bytes(samples_swap_bytes(pane->process, have ? memory : NULL)));
        flow_amount(flow, role, false, "VSZ", number_bytes(pane->process->vsz_bytes));
    }
    if (!have && memory != NULL)
        flow_line(flow, THEME_LOOK, memory->base.reason);
}

static void add_go_numbers(const struct memory_pane *pane, struct flow *flow)
{
    const struct heap_sample *heap = pane->heap;

    if (heap == NULL || heap->memstats == NULL) {
        flow_line(flow, THEME_DIM,
                  heap != NULL ? heap->base.reason : "waiting for the Go runtime's numbers");
        return;
    }
    const struct memstats *m = heap->memstats;
    enum theme_role role = heap->base.status == SAMPLE_OK ? THEME_TEXT : THEME_STALE;
    int64_t limit = step_memory_limit(heap);

    flow_amount(flow, role, true, "Go alloc", number_bytes((int64_t)m->heap_alloc));
    flow_amount(flow, role, false, "in use", number_bytes((int64_t)m->heap_inuse));
    flow_amount(flow, role, false, "idle", number_bytes((int64_t)m->heap_idle));
    flow_amount(flow, role, false, "released", number_bytes((int64_t)m->heap_released));
    flow_take(flow, role, true,
              g_strdup_printf("Sys %s%s%s", number_bytes((int64_t)m->sys).text,
                              limit != SAMPLE_UNKNOWN ? " of " : "",
                              limit != SAMPLE_UNKNOWN ? number_bytes(limit).text : ""));
    flow_take(flow, role, false,
              g_strdup_printf("next GC %s", m->next_gc == UINT64_MAX
                                                ? "off"
                                                : number_bytes((int64_t)m->next_gc).text));
    flow_amount(flow, role, false, "GCs", number_count((int64_t)m->num_gc));
    flow_amount(flow, role, false, "objects", number_count((int64_t)m->heap_objects));
}

static void draw_charts(const struct memory_pane *pane, const struct canvas *canvas,
                        TickitRect area)
{
    static const struct {
        enum metric series;
        enum theme_role role;
    } charts[] = {{METRIC_RSS, THEME_GRAPH1},
                  {METRIC_HEAP_ALLOC, THEME_GRAPH3},
                  {METRIC_CPU, THEME_GRAPH4},
                  {METRIC_SWAP, THEME_GRAPH2}};
    int n = CLAMP(area.lines / 6, 1, (int)G_N_ELEMENTS(charts));
    int each = area.lines / n;

    struct ui *ui = pane->base.base.ui;

    if (each < 3)
        return;
    for (int i = 0; i < n; i++) {
        TickitRect rect = {area.top + i * each + 1, area.left, each - 1, area.cols};

        text_drawf(canvas, rect.top - 1, rect.left, rect.cols, THEME_DIM, "%s",
                   metric_info(charts[i].series)->name);
        draw_series(canvas, rect, ui_session(ui), charts[i].series, ui_now(ui), NAN,
                    charts[i].role);
    }
}

static void draw_regions(const struct memory_pane *pane, const struct canvas *canvas,
                         TickitRect rect, bool focused)
{
    const struct memory_sample *memory = sample_of(&pane->base);
    const char *empty = pane_problem(&pane->base);

    if (empty == NULL && memory->regions_us == 0)
        empty = "The mappings are read every 30 s, because reading them makes the target wait. "
                "r reads them now.";
    table_draw(
        pane->table, canvas, rect,
        &(struct table_look){.focused = focused, .stale = pane_stale(&pane->base), .empty = empty});
}

static TickitRect below(TickitRect inner, int lines)
{
    lines = MIN(lines, inner.lines);
    inner.top += lines;
    inner.lines -= lines;
    return inner;
}

static void draw_overview(const struct memory_pane *pane, const struct canvas *canvas,
                          TickitRect inner, bool focused)
{
    bool chart = !pane->base.zoomed && inner.lines >= 11;
    int line = draw_rss(pane, canvas, inner, !chart);
    struct flow flow = {.n = 0};

    const struct memory_sample *memory = sample_of(&pane->base);
    enum theme_role pressure;
    g_autofree char *near =
        memory != NULL
            ? memory_pressure_text(&memory->pressure, ui_thresholds(pane->base.base.ui), &pressure)
            : NULL;

    line += draw_ledger(pane, canvas, inner, line);
    if (near != NULL)
        flow_line(&flow, pressure, near);
    add_kernel_numbers(pane, &flow);
    add_go_numbers(pane, &flow);
    line += flow_draw(&flow, canvas, inner, line);
    TickitRect rest = below(inner, line + (pane->base.zoomed ? 1 : 0));

    if (!pane->base.zoomed) {
        if (chart && rest.lines >= 3)
            draw_series(canvas, rest, ui_session(pane->base.base.ui), METRIC_RSS,
                        ui_now(pane->base.base.ui), NAN, THEME_GRAPH1);
        return;
    }
    TickitRect table = rest;

    table.lines = MIN(rest.lines, (int)pane->classes.n + 2);
    draw_regions(pane, canvas, table, focused);
    draw_charts(pane, canvas, below(rest, table.lines));
}

static void memory_draw(struct view *base, const struct canvas *canvas, TickitRect inner)
{
    const struct memory_pane *pane = view_of(struct memory_pane, base);
    bool focused = !base->unfocused;

    if (inner.lines < 1 || inner.cols < 1)
        return;
    if (pane->process == NULL || pane->process->rss_bytes == SAMPLE_UNKNOWN) {
        const char *why =
            pane->process != NULL ? pane->process->base.reason : "waiting for the first sample";

        table_draw(pane->table, canvas, inner, &(struct table_look){.empty = why});
        return;
    }
    if (pane->view == VIEW_REGIONS)
        draw_regions(pane, canvas, inner, focused);
    else if (pane->view == VIEW_CHARTS)
        draw_charts(pane, canvas, inner);
    else
        draw_overview(pane, canvas, inner, focused);
}

/* --- the rest of the pane --- */

/* The other samples this pane shows numbers of. */
static void take_other(void **held, const void *newest)
{
    if (*held == newest)
        return;
    sample_unref(*held);
    *held = sample_ref(newest);
}

static void memory_update(struct view *base, unsigned kinds)
{
    struct memory_pane *pane = view_of(struct memory_pane, base);
    struct session *session = ui_session(base->ui);

    (void)kinds;
    take_other((void **)&pane->process, session != NULL ? session_process(session) : NULL);
    take_other((void **)&pane->heap, session != NULL ? session_heap(session) : NULL);
    if (pane_take_sample(&pane->base)) {
        classes_list_take(&pane->classes, sample_of(&pane->base));
        table_set_model(pane->table, &pane->classes, pane->classes.n);
    }
}

static enum theme_role memory_info(const struct view *base, GString *out)
{
    const struct memory_pane *pane = view_of(struct memory_pane, base);
    const struct memory_sample *memory = sample_of(&pane->base);

    if (pane->process == NULL)
        return THEME_DIM;
    g_string_append_printf(out, "RSS %s  ", number_bytes(pane->process->rss_bytes).text);
    if (memory != NULL && memory->regions_us != 0)
        g_string_append_printf(out, "%s regions", number_count(memory->total.count).text);
    else
        g_string_append_printf(out, "peak %s", number_bytes(pane->process->rss_peak_bytes).text);
    return THEME_DIM;
}

static void memory_tabs(const struct view *base, struct tabs *ret)
{
    *ret = (struct tabs){.names = {"overview", "regions", "charts"},
                         .n = N_VIEWS,
                         .shown = (size_t)view_of(struct memory_pane, base)->view};
}

static void memory_turn(struct view *base, size_t tab)
{
    view_of(struct memory_pane, base)->view = (enum memory_view)tab;
}

static struct table *memory_table(struct view *base)
{
    struct memory_pane *pane = view_of(struct memory_pane, base);
    bool listed = pane->view == VIEW_REGIONS || (pane->base.zoomed && pane->view == VIEW_OVERVIEW);

    return listed ? pane->table : NULL;
}

/* The row of the table that is selected, if a table is shown. */
static bool selected_row(const struct view *base, size_t *ret)
{
    struct table *table = memory_table((struct view *)(uintptr_t)base);

    return table != NULL && table_selected(table, ret);
}

static bool memory_ref(const struct view *base, struct ref *ret)
{
    const struct memory_pane *pane = view_of(struct memory_pane, base);
    size_t row;

    if (!selected_row(base, &row))
        return false;
    *ret = (struct ref){.kind = REF_REGIONS, .region = pane->classes.rows[row]};
    return true;
}

static char *memory_copy(struct view *base)
{
    size_t row;

    if (!selected_row(base, &row))
        return NULL;
    return classes_list_words(&view_of(struct memory_pane, base)->classes, row);
}

static void memory_help(struct view *base, struct pager *pager)
{
    (void)base;
    pager_add(pager, THEME_TITLE, "Memory");
    pager_add(pager, THEME_TEXT,
              "The bar splits RSS into parts that add up to it: Go heap in use, slack inside its");
    pager_add(
        pager, THEME_TEXT,
        "spans, idle memory kept for reuse, stacks, runtime metadata, other anonymous memory");
    pager_add(pager, THEME_TEXT,
              "(C heap, mmap: what the heap profile cannot show), pages of files, shared memory.");
    pager_add(pager, THEME_TEXT,
              "PSS: pages shared with other processes counted by share. released: given back to");
    pager_add(
        pager, THEME_TEXT,
        "the system. a: regions as vmmap --summary lists them, then charts. Enter on a region");
    pager_add(pager, THEME_TEXT, "type: its mappings.");
}

static void memory_free(struct view *base)
{
    struct memory_pane *pane = view_of(struct memory_pane, base);

    table_free(pane->table);
    sample_unref(pane->process);
    sample_unref(pane->heap);
    sample_unref(pane->base.sample);
    g_free(pane);
}

static const struct view_key memory_keys[] = {{ACTION_OPEN, "mappings", .applies = view_has_row},
                                              {.action = ACTION_NONE}};

const struct view_ops memory_pane_ops = {
    .name = "Memory",
    .keys = memory_keys,
    .draw = memory_draw,
    .update = memory_update,
    .tabs = memory_tabs,
    .turn = memory_turn,
    .table = memory_table,
    .info = memory_info,
    .ref = memory_ref,
    .copy = memory_copy,
    .help = memory_help,
    .free = memory_free,
};

struct pane *memory_pane_new(struct ui *ui)
{
    struct memory_pane *pane = g_new0(struct memory_pane, 1);

    pane->base = (struct pane){.base = {.ops = &memory_pane_ops, .ui = ui}, .kind = PROBE_MEMORY};
    pane->table = table_new(&classes_listing);
    return &pane->base;
}
