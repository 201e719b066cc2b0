#include "app/tui/screens/screens.h"
#include "app/tui/screens/wizard_diagnosis.h"

#include "app/tui/format.h"

#include <math.h>
#include <string.h>

/*
 * The documented flow, one step at a time, with the path always in view and
 * the evidence live. Left and right walk; the last page is the diagnosis.
 */

enum { PAGE_DIAGNOSIS = TRIAGE_N_STEPS, N_PAGES };

struct wizard {
    struct screen base;
    int page;
    struct table *facts;
    GPtrArray *shown;           /* struct triage_fact *: of the step shown, borrowed */
    struct pager *diagnosis;    /* the last page */
    int path_cols[N_PAGES + 1]; /* where the words of the path stand, for clicks */
};

enum { FACT_LABEL, FACT_VALUE, FACT_NOTE };

static const struct table_column columns[] = {
    [FACT_LABEL] = {.title = "EVIDENCE",
                    .min_width = 22,
                    .elide = TEXT_ELIDE_MIDDLE,
                    .unsortable = true},
    [FACT_VALUE] = {.title = "VALUE", .width = 12, .align = TEXT_RIGHT, .unsortable = true},
    [FACT_NOTE] = {.title = "", .min_width = 14, .weight = 3, .drop = 1, .unsortable = true},
};

static struct wizard *self(struct screen *screen)
{
    return (struct wizard *)(void *)screen;
}

static const struct triage_fact *fact_at(const void *model, size_t row)
{
    return g_ptr_array_index((const GPtrArray *)model, (guint)row);
}

static void fact_cell(const void *model, size_t row, size_t column, struct table_cell *ret)
{
    const struct triage_fact *fact = fact_at(model, row);

    if (column == FACT_LABEL) {
        g_string_assign(ret->text, fact->label);
    } else if (column == FACT_VALUE) {
        g_string_assign(ret->text, fact->value);
        if (fact->verdict == TRIAGE_LOOK || fact->verdict == TRIAGE_BAD)
            ret->role = verdict_role(fact->verdict);
    } else {
        g_string_assign(ret->text, fact->note);
        ret->role = fact->verdict == TRIAGE_BAD || fact->verdict == TRIAGE_LOOK
                        ? verdict_role(fact->verdict)
                        : THEME_DIM;
    }
}

static int fact_compare(const void *model, size_t a, size_t b, size_t column)
{
    (void)model;
    (void)column;
    return a < b ? -1 : a > b;
}

static uint64_t fact_key(const void *model, size_t row)
{
    const struct triage_fact *fact = fact_at(model, row);

    return ((uint64_t)g_str_hash(fact->label) << 1) | 1;
}

static void fact_filter(const void *model, size_t row, GString *out)
{
    g_string_append_printf(out, "%s %s", fact_at(model, row)->label, fact_at(model, row)->note);
}

static const struct table_ops table_ops = {
    .cell = fact_cell, .compare = fact_compare, .key = fact_key, .filter_text = fact_filter};

/* --- what is shown -------------------------------------------------------------------------- */

static const struct triage_result *wizard_refresh(struct wizard *wizard)
{
    const struct triage_result *result = ui_triage(wizard->base.ui);
    GPtrArray *facts =
        result != NULL && wizard->page < TRIAGE_N_STEPS ? result->steps[wizard->page].facts : NULL;

    table_set_model(wizard->facts, facts, facts != NULL ? facts->len : 0);
    wizard->shown = facts;
    return result;
}

/* The documented steps, the branches they lead to, the one that was opened, and the end. */
static bool is_on_path(const struct wizard *wizard, const struct triage_result *result, int page)
{
    return page < TRIAGE_N_FLOW || page == PAGE_DIAGNOSIS || page == wizard->page ||
           *result->steps[page].suggested != '\0';
}

static void draw_path(struct wizard *wizard, const struct canvas *canvas, TickitRect area,
                      const struct triage_result *result)
{
    int col = area.left + 1;

    for (int i = 0; i < N_PAGES; i++) {
        bool last = i == PAGE_DIAGNOSIS;
        const char *title = last ? "diagnosis" : result->steps[i].title;
        enum theme_role role = verdict_role(last ? result->verdict : result->steps[i].verdict);
        char text[64];

        g_snprintf(text, sizeof text, i == wizard->page ? "[%s %s]" : " %s %s ", title,
                   theme_mark(canvas->theme, role));
        int width = (int)g_utf8_strlen(text, -1);

        wizard->path_cols[i] = col;
        if (!is_on_path(wizard, result, i))
            continue;
        if (col + width > area.left + area.cols)
            break;
        text_drawf(canvas, area.top, col, width, i == wizard->page ? THEME_FOCUS : role, "%s",
                   text);
        col += width;
        if (!last && col + 2 < area.left + area.cols)
            text_drawf(canvas, area.top, col, 2, THEME_DIM, "%s",
                       canvas->theme->glyphs == THEME_ASCII ? "->" : "─▶");
        col += 2;
    }
    wizard->path_cols[N_PAGES] = col;
}

/* Wrapped text; returns lines used. */
static int draw_text(const struct canvas *canvas, TickitRect area, int line, enum theme_role role,
                     const char *text)
{
    g_autofree char *safe = text_safe(text, -1, canvas->theme->glyphs != THEME_ASCII);
    g_autoptr(GPtrArray) lines = text_wrap(safe, MAX(area.cols - 2, 1));
    guint i;

    for (i = 0; i < lines->len && line + (int)i < area.lines; i++)
        text_drawf(canvas, area.top + line + (int)i, area.left + 1, area.cols - 2, role, "%s",
                   (const char *)g_ptr_array_index(lines, i));
    return (int)i;
}

static void draw_chart_of(struct wizard *wizard, const struct canvas *canvas, TickitRect rect)
{
    static const enum session_series series[TRIAGE_N_STEPS] = {
        [TRIAGE_RSS] = SERIES_RSS,       [TRIAGE_FDS] = SERIES_FDS,
        [TRIAGE_MAP] = SERIES_REGIONS,   [TRIAGE_HEAP] = SERIES_HEAP_ALLOC,
        [TRIAGE_CPU] = SERIES_CPU,       [TRIAGE_GOROUTINES] = SERIES_GOROUTINES,
        [TRIAGE_RESPONSE] = SERIES_SWAP,
    };
    struct ui *ui = wizard->base.ui;
    enum session_series shown = series[wizard->page];

    text_drawf(canvas, rect.top, rect.left, rect.cols, THEME_DIM, "%s", session_series_name(shown));
    rect.top++;
    rect.lines--;
    draw_series(canvas, rect, ui_session(ui), shown, ui_now(ui), NAN, THEME_GRAPH1);
}

static int draw_foot(const struct canvas *canvas, TickitRect area, const struct triage_step *step)
{
    g_autofree char *command = g_strdup_printf("By hand:  %s", step->command);
    g_autofree char *next = g_strdup_printf("Next: %s", step->next);
    g_autoptr(GPtrArray) a = text_wrap(command, MAX(area.cols - 2, 1));
    g_autoptr(GPtrArray) b = text_wrap(next, MAX(area.cols - 2, 1));
    int lines = (int)(a->len + b->len);
    int line = area.lines - lines;

    if (line < 6)
        return 0;
    line += draw_text(canvas, area, line, THEME_DIM, command);
    draw_text(canvas, area, line, THEME_TEXT, next);
    return lines + 1;
}

static void draw_step(struct wizard *wizard, const struct canvas *canvas, TickitRect area,
                      const struct triage_step *step)
{
    int foot = draw_foot(canvas, area, step);
    int line = 0;

    if (triage_is_branch(step->id))
        text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TITLE, "Branch  %s%s%s",
                   step->question, *step->suggested != '\0' ? "  because " : "", step->suggested);
    else
        text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TITLE, "Step %d of %d  %s",
                   wizard->page + 1, TRIAGE_N_FLOW, step->question);
    line += 2;
    line += draw_text(canvas, area, line, verdict_role(step->verdict), step->sentence);
    line += draw_text(canvas, area, line, THEME_DIM, step->threshold);
    line++;
    int left = area.lines - foot - line;
    int wanted = (int)step->facts->len + 1;
    int chart = left - wanted >= 5 ? MIN(left - wanted, 10) : 0;

    if (left < 1)
        return;
    table_draw(wizard->facts, canvas,
               (TickitRect){area.top + line, area.left, left - chart, area.cols},
               &(struct table_look){.focused = true, .empty = "no evidence yet"});
    if (chart > 0)
        draw_chart_of(
            wizard, canvas,
            (TickitRect){area.top + line + left - chart, area.left + 1, chart, area.cols - 2});
}

static void draw_diagnosis(struct wizard *wizard, const struct canvas *canvas, TickitRect area,
                           const struct triage_result *result)
{
    wizard_diagnosis_fill(wizard->diagnosis, result, area.cols - 1,
                          canvas->theme->glyphs != THEME_ASCII);
    pager_draw(wizard->diagnosis, canvas, area);
}

static void wizard_draw(struct screen *screen, const struct canvas *canvas, TickitRect area)
{
    struct wizard *wizard = self(screen);
    const struct triage_result *result = wizard_refresh(wizard);

    screen_title(screen->ui, canvas, area, NULL);
    if (result == NULL) {
        text_drawf(canvas, area.top + 2, area.left + 1, area.cols - 1, THEME_DIM,
                   "no process is attached");
        return;
    }
    area.top++;
    area.lines--;
    draw_path(wizard, canvas, area, result);
    area.top += 2;
    area.lines -= 2;
    if (wizard->page == PAGE_DIAGNOSIS)
        draw_diagnosis(wizard, canvas, area, result);
    else
        draw_step(wizard, canvas, area, &result->steps[wizard->page]);
}

/* --- actions
 * -------------------------------------------------------------------------------------- */

static void go_to(struct wizard *wizard, int page)
{
    wizard->page = CLAMP(page, 0, N_PAGES - 1);
    wizard_refresh(wizard);
    table_move(wizard->facts, TABLE_HOME);
}

/* Along the path: branches nothing leads to are passed by. */
static void walk(struct wizard *wizard, int direction)
{
    const struct triage_result *result = wizard_refresh(wizard);
    int page = wizard->page + direction;

    while (result != NULL && page > 0 && page < PAGE_DIAGNOSIS && !is_on_path(wizard, result, page))
        page += direction;
    go_to(wizard, page);
}

static bool open_fact(struct wizard *wizard)
{
    struct ui *ui = wizard->base.ui;
    size_t row;

    wizard_refresh(wizard);
    if (wizard->shown == NULL || !table_selected(wizard->facts, &row))
        return false;
    const struct triage_fact *fact = fact_at(wizard->shown, row);

    if (fact->link == TRIAGE_LINK_NONE) {
        ui_message(ui, THEME_DIM, "this number has no further detail");
        return true;
    }
    dashboard_show(ui_root_screen(ui), fact->link, fact->link_key);
    ui_pop_to_root(ui);
    return true;
}

static bool wizard_act(struct screen *screen, enum action action)
{
    struct wizard *wizard = self(screen);

    switch (action) {
    case ACTION_RIGHT:
    case ACTION_NEXT_PANE:
        walk(wizard, 1);
        return true;
    case ACTION_LEFT:
    case ACTION_PREVIOUS_PANE:
        walk(wizard, -1);
        return true;
    case ACTION_PANE_1:
    case ACTION_PANE_2:
    case ACTION_PANE_3:
    case ACTION_PANE_4:
        go_to(wizard, (int)(action - ACTION_PANE_1));
        return true;
    case ACTION_TRIAGE:
        ui_pop(screen->ui);
        return true;
    case ACTION_OPEN:
        if (wizard->page == PAGE_DIAGNOSIS)
            ui_act(screen->ui, ACTION_REPORT);
        else
            open_fact(wizard);
        return true;
    default:
        return false;
    }
}

static char *wizard_copy(struct screen *screen)
{
    struct wizard *wizard = self(screen);
    const struct triage_result *result = wizard_refresh(wizard);

    if (result == NULL)
        return NULL;
    return g_strdup(wizard->page < TRIAGE_N_STEPS ? result->steps[wizard->page].command
                                                  : result->diagnosis);
}

static struct table *wizard_table(struct screen *screen)
{
    struct wizard *wizard = self(screen);

    return wizard->page < TRIAGE_N_STEPS ? wizard->facts : NULL;
}

static struct pager *wizard_pager(struct screen *screen)
{
    struct wizard *wizard = self(screen);

    return wizard->page == PAGE_DIAGNOSIS ? wizard->diagnosis : NULL;
}

static void wizard_update(struct screen *screen, unsigned kinds)
{
    (void)kinds;
    wizard_refresh(self(screen));
}

static void wizard_click(struct screen *screen, int line, int col, bool twice)
{
    struct wizard *wizard = self(screen);

    if (line == 1) {
        for (int i = 0; i < N_PAGES; i++)
            if (col >= wizard->path_cols[i] && col < wizard->path_cols[i + 1])
                go_to(wizard, i);
        return;
    }
    if (wizard->page < TRIAGE_N_STEPS && table_click(wizard->facts, line, col) == TABLE_HIT_ROW &&
        twice)
        open_fact(wizard);
}

static const enum action *wizard_hints(struct screen *screen)
{
    static const enum action step[] = {ACTION_LEFT,   ACTION_RIGHT, ACTION_OPEN,
                                       ACTION_COPY,   ACTION_MARK,  ACTION_REFRESH,
                                       ACTION_REPORT, ACTION_BACK,  ACTION_NONE};
    static const enum action last[] = {ACTION_LEFT, ACTION_DOWN, ACTION_REPORT, ACTION_FILTER,
                                       ACTION_COPY, ACTION_BACK, ACTION_NONE};

    return self(screen)->page == PAGE_DIAGNOSIS ? last : step;
}

static void wizard_help(struct screen *screen, struct pager *pager)
{
    (void)screen;
    pager_add(pager, THEME_TITLE, "Triage");
    pager_add(pager, THEME_TEXT,
              "RSS, then FD count, then memory map, then heap profile, then the diagnosis. Left");
    pager_add(pager, THEME_TEXT,
              "and right (or 1 to 4) walk. Enter opens the evidence in its pane. y copies the");
    pager_add(pager, THEME_TEXT,
              "shell command that shows the same number. m, then doing something in the target,");
    pager_add(pager, THEME_TEXT, "shows what stayed since. R writes the report.");
    pager_add(pager, THEME_TEXT, "");
}

static void wizard_free(struct screen *screen)
{
    struct wizard *wizard = self(screen);

    table_free(wizard->facts);
    pager_free(wizard->diagnosis);
    g_free(wizard);
}

static const struct screen_ops ops = {
    .name = "triage",
    .draw = wizard_draw,
    .act = wizard_act,
    .update = wizard_update,
    .hints = wizard_hints,
    .table = wizard_table,
    .pager = wizard_pager,
    .click = wizard_click,
    .copy = wizard_copy,
    .help = wizard_help,
    .free = wizard_free,
};

struct screen *wizard_screen_new(struct ui *ui)
{
    struct wizard *wizard = g_new0(struct wizard, 1);

    wizard->base = (struct screen){.ops = &ops, .ui = ui};
    wizard->facts = table_new(&table_ops, columns, G_N_ELEMENTS(columns), FACT_LABEL);
    wizard->diagnosis = pager_new();
    return &wizard->base;
}
