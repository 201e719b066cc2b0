#include "app/tui/screens/screens.h"
#include "app/tui/screens/wizard_diagnosis.h"
#include "app/tui/screens/wizard_path.h"
#include "app/tui/screens/wizard_rows.h"

#include "app/tui/shell/format.h"

#include <math.h>
#include <string.h>

/*
 * The documented flow, one step at a time, with the path always in view and
 * the evidence live. Left and right walk; the last page is the diagnosis.
 */

enum { CHART_MIN = 5, CHART_MAX = 14 };
enum { SMALL_SCREEN = 28 }; /* lines below which words give way to evidence */

struct wizard {
    struct view base;
    int page;
    struct table *facts;
    GPtrArray *rows;                   /* of the step shown: wizard_rows.h */
    struct pager *diagnosis;           /* the last page */
    int path_cols[WIZARD_N_PAGES + 1]; /* where the words of the path stand, for clicks */
};

/* --- what is shown -------------------------------------------------------------------------- */

static const struct triage_result *wizard_refresh(struct wizard *wizard)
{
    struct ui *ui = wizard->base.ui;
    const struct triage_result *result = ui_triage(ui);
    GPtrArray *rows = result != NULL && wizard->page < TRIAGE_N_STEPS
                          ? wizard_rows_new(&result->steps[wizard->page], ui_since_mark(ui))
                          : NULL;

    table_set_model(wizard->facts, rows, rows != NULL ? rows->len : 0);
    if (wizard->rows != NULL)
        g_ptr_array_unref(wizard->rows);
    wizard->rows = rows;
    return result;
}

/* Wrapped text of at most so many lines, the last cut where it goes on; returns lines used. */
static int draw_text(const struct canvas *canvas, TickitRect area, int line, int most,
                     enum theme_role role, const char *text)
{
    g_autofree char *safe = text_safe(text, -1, canvas->theme->glyphs != THEME_ASCII);
    g_autoptr(GPtrArray) lines = text_wrap(safe, MAX(area.cols - 2, 1));
    int n = MIN((int)lines->len, MIN(most, area.lines - line));

    for (int i = 0; i < n; i++) {
        /* two lines do not fit into one: drawing cuts them as it cuts everything */
        bool cut = i == n - 1 && n < (int)lines->len;

        text_drawf(canvas, area.top + line + i, area.left + 1, area.cols - 2, role, "%s%s%s",
                   (const char *)lines->pdata[i], cut ? " " : "",
                   cut ? (const char *)lines->pdata[i + 1] : "");
    }
    return MAX(n, 0);
}

static void draw_chart_of(struct wizard *wizard, const struct canvas *canvas, TickitRect rect)
{
    static const enum metric series[TRIAGE_N_STEPS] = {
        [TRIAGE_RSS] = METRIC_RSS,       [TRIAGE_FDS] = METRIC_FDS,
        [TRIAGE_MAP] = METRIC_REGIONS,   [TRIAGE_HEAP] = METRIC_HEAP_ALLOC,
        [TRIAGE_CPU] = METRIC_CPU,       [TRIAGE_GOROUTINES] = METRIC_GOROUTINES,
        [TRIAGE_RESPONSE] = METRIC_SWAP,
    };
    struct ui *ui = wizard->base.ui;
    enum metric shown = series[wizard->page];

    text_drawf(canvas, rect.top, rect.left, rect.cols, THEME_DIM, "%s", metric_info(shown)->name);
    rect.top++;
    rect.lines--;
    draw_series(canvas, rect, ui_session(ui), shown, ui_now(ui), NAN, THEME_GRAPH1);
}

/* Lines that words may take: on a small screen the evidence needs them more. */
struct room {
    int sentence, threshold, command, next;
};

static struct room room_of(int lines)
{
    if (lines < SMALL_SCREEN)
        return (struct room){.sentence = 4, .threshold = 2, .command = 1, .next = 1};
    return (struct room){.sentence = 8, .threshold = 6, .command = 8, .next = 4};
}

/* The lines a text of so many at most takes. */
static int lines_of(const char *text, int cols, int most)
{
    g_autoptr(GPtrArray) lines = text_wrap(text, MAX(cols - 2, 1));

    return MIN((int)lines->len, most);
}

static int draw_foot(const struct canvas *canvas, TickitRect area, const struct triage_step *step,
                     const struct room *room)
{
    g_autofree char *command = g_strdup_printf("By hand:  %s", step->command);
    g_autofree char *next = g_strdup_printf("Next: %s", step->next);
    int lines = lines_of(command, area.cols, room->command) + lines_of(next, area.cols, room->next);
    int line = area.lines - lines;

    if (line < 6)
        return 0;
    line += draw_text(canvas, area, line, room->command, THEME_DIM, command);
    draw_text(canvas, area, line, room->next, THEME_TEXT, next);
    return lines + 1;
}

static void draw_question(struct wizard *wizard, const struct canvas *canvas, TickitRect area,
                          const struct triage_step *step)
{
    if (triage_is_branch(step->id))
        text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TITLE, "Branch  %s%s%s",
                   step->question, *step->suggested != '\0' ? "  because " : "", step->suggested);
    else
        text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TITLE, "Step %d of %d  %s",
                   wizard->page + 1, TRIAGE_N_FLOW, step->question);
}

static void draw_step(struct wizard *wizard, const struct canvas *canvas, TickitRect area,
                      const struct triage_step *step)
{
    struct room room = room_of(area.lines);
    int foot = draw_foot(canvas, area, step, &room);
    int line = area.lines < SMALL_SCREEN ? 1 : 2;

    draw_question(wizard, canvas, area, step);
    line +=
        draw_text(canvas, area, line, room.sentence, verdict_role(step->verdict), step->sentence);
    line += draw_text(canvas, area, line, room.threshold, THEME_DIM, step->threshold);
    line += area.lines < SMALL_SCREEN ? 0 : 1;
    int left = area.lines - foot - line;
    int wanted = (int)(wizard->rows != NULL ? wizard->rows->len : 0) + 1;
    int chart = left - wanted >= CHART_MIN ? MIN(left - wanted, CHART_MAX) : 0;
    int table = chart > 0 ? wanted : left;

    if (left < 1)
        return;
    table_draw(wizard->facts, canvas, (TickitRect){area.top + line, area.left, table, area.cols},
               &(struct table_look){.focused = true, .empty = "no evidence yet"});
    if (chart > 0)
        draw_chart_of(wizard, canvas,
                      (TickitRect){area.top + line + table, area.left + 1, chart, area.cols - 2});
}

static void draw_diagnosis(struct wizard *wizard, const struct canvas *canvas, TickitRect area,
                           const struct triage_result *result)
{
    wizard_diagnosis_fill(wizard->diagnosis, result, area.cols - 1,
                          canvas->theme->glyphs != THEME_ASCII);
    pager_draw(wizard->diagnosis, canvas, area);
}

static void wizard_draw(struct view *screen, const struct canvas *canvas, TickitRect area)
{
    struct wizard *wizard = view_of(struct wizard, screen);
    const struct triage_result *result = wizard_refresh(wizard);

    screen_title(screen->ui, canvas, area, NULL);
    if (result == NULL) {
        text_drawf(canvas, area.top + 2, area.left + 1, area.cols - 1, THEME_DIM,
                   "no process is attached");
        return;
    }
    area.top++;
    area.lines--;
    wizard_path_draw(canvas, area, result, wizard->page, wizard->path_cols);
    area.top += 2;
    area.lines -= 2;
    if (wizard->page == WIZARD_DIAGNOSIS)
        draw_diagnosis(wizard, canvas, area, result);
    else
        draw_step(wizard, canvas, area, &result->steps[wizard->page]);
}

/* --- actions
 * -------------------------------------------------------------------------------------- */

static void go_to(struct wizard *wizard, int page)
{
    wizard->page = CLAMP(page, 0, WIZARD_N_PAGES - 1);
    ui_set_wizard_page(wizard->base.ui, wizard->page);
    wizard_refresh(wizard);
    table_move(wizard->facts, TABLE_HOME);
}

/* Along the path: branches nothing leads to are passed by. */
static void walk(struct wizard *wizard, int direction)
{
    const struct triage_result *result = wizard_refresh(wizard);
    int page = wizard->page + direction;

    while (result != NULL && page > 0 && page < WIZARD_DIAGNOSIS &&
           !wizard_path_has(result, wizard->page, page))
        page += direction;
    go_to(wizard, page);
}

/* What the row is about where there is a screen for it, else the pane that has it; over this. */
static bool open_fact(struct wizard *wizard)
{
    size_t index;

    wizard_refresh(wizard);
    if (wizard->rows == NULL || !table_selected(wizard->facts, &index))
        return false;
    ui_show(wizard->base.ui, &wizard_rows_at(wizard->rows, index)->fact.ref);
    return true;
}

/* --- what the user says --------------------------------------------------------------------- */

/* As seen, healthy, look, bad, and round again. */
static void turn_verdict(struct wizard *wizard)
{
    static const struct triage_judgement order[] = {{TRIAGE_OVERRULED, TRIAGE_HEALTHY},
                                                    {TRIAGE_OVERRULED, TRIAGE_LOOK},
                                                    {TRIAGE_OVERRULED, TRIAGE_BAD},
                                                    {TRIAGE_AS_SEEN, TRIAGE_UNKNOWN}};
    struct ui *ui = wizard->base.ui;
    const struct triage_result *result = ui_triage(ui);
    size_t next = 0;

    if (result == NULL || wizard->page >= TRIAGE_N_STEPS)
        return;
    const struct triage_step *step = &result->steps[wizard->page];

    if (step->judgement == TRIAGE_OVERRULED)
        next = (size_t)step->verdict + 1;
    ui_judge(ui, step->id, order[next]);
    if (order[next].kind == TRIAGE_AS_SEEN)
        ui_message(ui, THEME_DIM, "the evidence speaks again");
    else
        ui_message(ui, THEME_LOOK, "overruled: %s", triage_verdict_name(order[next].verdict));
}

/* Passes the step by and goes on; once more takes it back. */
static void skip(struct wizard *wizard)
{
    const struct triage_result *result = ui_triage(wizard->base.ui);

    if (result == NULL || wizard->page >= TRIAGE_N_STEPS)
        return;
    bool was = result->steps[wizard->page].judgement == TRIAGE_SKIPPED;

    ui_judge(wizard->base.ui, (enum triage_step_id)wizard->page,
             (struct triage_judgement){.kind = was ? TRIAGE_AS_SEEN : TRIAGE_SKIPPED});
    if (!was)
        walk(wizard, 1);
}

static void next_branch(struct wizard *wizard)
{
    bool on_branch = wizard->page >= TRIAGE_N_FLOW && wizard->page < TRIAGE_N_STEPS - 1;

    go_to(wizard, on_branch ? wizard->page + 1 : TRIAGE_N_FLOW);
}

static bool wizard_act(struct view *screen, enum action action)
{
    struct wizard *wizard = view_of(struct wizard, screen);

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
    case ACTION_VERDICT:
        turn_verdict(wizard);
        return true;
    case ACTION_SKIP:
        skip(wizard);
        return true;
    case ACTION_BRANCH:
        next_branch(wizard);
        return true;
    case ACTION_TRIAGE:
        ui_pop(screen->ui);
        return true;
    case ACTION_OPEN:
        if (wizard->page ==
            WIZARD_DIAGNOSIS) /* nothing is selected there, and Enter writes nothing */
            ui_message(screen->ui, THEME_DIM,
                       "the steps have evidence to open; %s writes the report",
                       keymap_key(ui_keymap(screen->ui), ACTION_REPORT));
        else
            open_fact(wizard);
        return true;
    default:
        return false;
    }
}

static char *wizard_copy(struct view *screen)
{
    struct wizard *wizard = view_of(struct wizard, screen);
    const struct triage_result *result = wizard_refresh(wizard);

    if (result == NULL)
        return NULL;
    return g_strdup(wizard->page < TRIAGE_N_STEPS ? result->steps[wizard->page].command
                                                  : result->diagnosis);
}

static struct table *wizard_table(struct view *screen)
{
    struct wizard *wizard = view_of(struct wizard, screen);

    return wizard->page < TRIAGE_N_STEPS ? wizard->facts : NULL;
}

static struct pager *wizard_pager(struct view *screen)
{
    struct wizard *wizard = view_of(struct wizard, screen);

    return wizard->page == WIZARD_DIAGNOSIS ? wizard->diagnosis : NULL;
}

static void wizard_update(struct view *screen, unsigned kinds)
{
    (void)kinds;
    wizard_refresh(view_of(struct wizard, screen));
}

static void wizard_click(struct view *screen, int line, int col, bool twice)
{
    struct wizard *wizard = view_of(struct wizard, screen);

    if (line == 1) {
        for (int i = 0; i < WIZARD_N_PAGES; i++)
            if (col >= wizard->path_cols[i] && col < wizard->path_cols[i + 1])
                go_to(wizard, i);
        return;
    }
    if (wizard->page < TRIAGE_N_STEPS && table_click(wizard->facts, line, col) == TABLE_HIT_ROW &&
        twice)
        open_fact(wizard);
}

static const enum action *wizard_hints(struct view *screen)
{
    static const enum action step[] = {ACTION_LEFT,    ACTION_RIGHT,  ACTION_OPEN,   ACTION_MARK,
                                       ACTION_VERDICT, ACTION_SKIP,   ACTION_BRANCH, ACTION_COPY,
                                       ACTION_CPU,     ACTION_REPORT, ACTION_BACK,   ACTION_NONE};
    static const enum action heap[] = {ACTION_LEFT, ACTION_RIGHT,   ACTION_OPEN, ACTION_TWO_HEAPS,
                                       ACTION_MARK, ACTION_VERDICT, ACTION_SKIP, ACTION_BRANCH,
                                       ACTION_COPY, ACTION_REPORT,  ACTION_BACK, ACTION_NONE};
    static const enum action last[] = {ACTION_LEFT, ACTION_DOWN, ACTION_REPORT, ACTION_FILTER,
                                       ACTION_COPY, ACTION_BACK, ACTION_NONE};

    /* P: the profile of leaks, where the target serves it, proves a bucket */
    static const enum action goroutines[] = {
        ACTION_LEFT, ACTION_RIGHT,  ACTION_OPEN, ACTION_PROFILES, ACTION_MARK, ACTION_VERDICT,
        ACTION_SKIP, ACTION_BRANCH, ACTION_COPY, ACTION_REPORT,   ACTION_BACK, ACTION_NONE};

    if (view_of(struct wizard, screen)->page == TRIAGE_HEAP)
        return heap;
    if (view_of(struct wizard, screen)->page == TRIAGE_GOROUTINES)
        return goroutines;
    return view_of(struct wizard, screen)->page == WIZARD_DIAGNOSIS ? last : step;
}

static void wizard_help(struct view *screen, struct pager *pager)
{
    (void)screen;
    pager_add(pager, THEME_TITLE, "Triage");
    pager_add(pager, THEME_TEXT,
              "RSS, then FD count, then memory map, then heap profile, then the branches that the");
    pager_add(
        pager, THEME_TEXT,
        "findings lead to (CPU, goroutines, response), then the diagnosis. Left and right (or 1");
    pager_add(pager, THEME_TEXT,
              "to 4) walk, B goes through the branches also where nothing leads there.");
    pager_add(pager, THEME_TEXT, "Enter opens the evidence over the step; Esc comes back to it.");
    pager_add(
        pager, THEME_TEXT,
        "m, then doing something in the target, shows what was born since and stays. C takes two");
    pager_add(
        pager, THEME_TEXT,
        "snapshots with a wait between them and shows what grew. c captures CPU: its functions");
    pager_add(pager, THEME_TEXT,
              "are evidence of the CPU branch then. y copies the shell command of the step.");
    pager_add(
        pager, THEME_TEXT,
        "V says yourself how a step stands, X passes it by: the diagnosis and the report follow");
    pager_add(pager, THEME_TEXT, "and say so (* and - on the path). R writes the report.");
    pager_add(pager, THEME_TEXT, "");
}

static void wizard_free(struct view *screen)
{
    struct wizard *wizard = view_of(struct wizard, screen);

    table_free(wizard->facts);
    if (wizard->rows != NULL)
        g_ptr_array_unref(wizard->rows);
    pager_free(wizard->diagnosis);
    g_free(wizard);
}

static const struct view_ops ops = {
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

struct view *wizard_screen_new(struct ui *ui)
{
    struct wizard *wizard = g_new0(struct wizard, 1);

    wizard->base = (struct view){.ops = &ops, .ui = ui};
    wizard->facts = wizard_rows_table_new();
    wizard->page = ui_wizard_page(ui);
    wizard->diagnosis = pager_new();
    return &wizard->base;
}
