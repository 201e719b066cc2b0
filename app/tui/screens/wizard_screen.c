#include "app/tui/screens/screens.h"

#include "app/tui/screens/view_table.h"
#include "app/tui/screens/wizard_diagnosis.h"
#include "app/tui/screens/wizard_path.h"
#include "app/tui/screens/wizard_step.h"
#include "app/tui/screens/wizard_symptoms.h"

#include "app/triage/notes.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/format.h"
#include "app/tui/shell/holdings_desk.h"

#include <string.h>

/*
 * The documented procedure from where the user stands: what is seen, the steps
 * that answer it and those the findings lead to, the diagnosis; the path always
 * in view and the evidence live. Left and right walk.
 */

struct wizard {
    struct view base;
    int page;
    struct wizard_path path;
    struct table *symptoms, *facts, *diagnosis; /* of the first page, of a step, of the last */
    struct symptom_sign signs[SYMPTOM_N];       /* what the first lists */
    GPtrArray *rows;                            /* what the other two list: wizard_rows.h */
};

/* --- what is shown --- */

static struct table *table_of_page(const struct wizard *wizard)
{
    if (wizard->page == WIZARD_SYMPTOMS)
        return wizard->symptoms;
    return wizard->page == WIZARD_DIAGNOSIS ? wizard->diagnosis : wizard->facts;
}

/* The step that is open; NULL: another page is, or nothing is known yet. */
static const struct triage_step *step_of_page(const struct wizard *wizard,
                                              const struct triage_result *result)
{
    return result != NULL && wizard_is_step(wizard->page)
               ? &result->steps[wizard->page - WIZARD_STEPS]
               : NULL;
}

static const struct triage_result *wizard_refresh(struct wizard *wizard)
{
    struct ui *ui = wizard->base.ui;
    const struct triage_result *result = ui_triage(ui);
    const struct triage_step *step = step_of_page(wizard, result);
    GPtrArray *rows = step != NULL ? wizard_rows_new(step, ui_since_mark(ui))
                      : result != NULL && wizard->page == WIZARD_DIAGNOSIS
                          ? wizard_diagnosis_rows(result)
                          : NULL;

    /* who keeps too many files open is read once, in the background, and stands among the facts */
    if (result != NULL && result->steps[TRIAGE_FDS].evidence_verdict == TRIAGE_BAD)
        holdings_desk_want(ui_holdings_desk(ui));
    wizard_symptoms_show(wizard->symptoms, wizard->signs, result);
    table_set_model(wizard->facts, step != NULL ? rows : NULL, step != NULL ? rows->len : 0);
    table_set_model(wizard->diagnosis, step == NULL ? rows : NULL,
                    step == NULL && rows != NULL ? rows->len : 0);
    if (wizard->rows != NULL)
        g_ptr_array_unref(wizard->rows);
    wizard->rows = rows;
    if (result != NULL)
        wizard_path_take(&wizard->path, result, triage_notes_of(ui_session(ui))->symptom,
                         wizard->page);
    return result;
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
    wizard_path_draw(&wizard->path, canvas, area, result);
    area.top += 2;
    area.lines -= 2;
    if (wizard->page == WIZARD_SYMPTOMS)
        wizard_symptoms_draw(screen->ui, canvas, area, result, wizard->symptoms);
    else if (wizard->page == WIZARD_DIAGNOSIS)
        wizard_diagnosis_draw(canvas, area, wizard->diagnosis, wizard->rows);
    else
        wizard_step_draw(screen->ui, canvas, area, step_of_page(wizard, result), &wizard->path,
                         wizard->facts);
}

/* --- walking --- */

static void go_to(struct wizard *wizard, int page)
{
    wizard->page = page;
    ui_set_wizard_page(wizard->base.ui, page);
    wizard_refresh(wizard);
    if (page != WIZARD_SYMPTOMS) /* there the row says which branch is walked */
        table_move(table_of_page(wizard), TABLE_HOME);
}

/* Walks the steps that answer it, the first at once. */
static void begin_with(struct wizard *wizard, enum symptom symptom)
{
    struct session *session = ui_session(wizard->base.ui);

    if (session == NULL)
        return;
    triage_notes_of(session)->symptom = symptom;
    wizard_symptoms_select(wizard->symptoms, symptom);
    go_to(wizard, WIZARD_STEPS + (int)symptom_info(symptom)->step);
}

/* Along the path; from the first page into the branch of the selected row. */
static void walk(struct view *screen, enum action action)
{
    struct wizard *wizard = view_of(struct wizard, screen);
    int direction = action == ACTION_LEFT || action == ACTION_PREVIOUS_PANE ? -1 : 1;

    if (wizard_refresh(wizard) == NULL)
        return;
    if (wizard->page == WIZARD_SYMPTOMS && direction > 0)
        begin_with(wizard, wizard_symptoms_selected(wizard->symptoms));
    else
        go_to(wizard, wizard_path_page(&wizard->path, direction));
}

/* Where the path ends in the direction of the key. */
static void say_end(struct view *screen)
{
    ui_message(screen->ui, THEME_DIM, "this is the %s page",
               view_of(struct wizard, screen)->page == WIZARD_SYMPTOMS ? "first" : "last");
}

/* A symptom on the first page, a step of the path behind. */
static void go_to_number(struct view *screen, enum action action)
{
    struct wizard *wizard = view_of(struct wizard, screen);
    int number = (int)(action - ACTION_PANE_1) + 1;

    if (wizard->page == WIZARD_SYMPTOMS && SYMPTOM_NONE + number < SYMPTOM_N)
        begin_with(wizard, (enum symptom)(SYMPTOM_NONE + number));
    else if (wizard->page != WIZARD_SYMPTOMS && wizard_refresh(wizard) != NULL)
        go_to(wizard, wizard_path_page(&wizard->path, number - wizard->path.at));
}

/* What the row is about where there is a screen for it, else the pane that has it; over this. */
static void open_row(struct view *screen)
{
    struct wizard *wizard = view_of(struct wizard, screen);
    const struct wizard_row *row;

    wizard_refresh(wizard);
    if (wizard->page == WIZARD_SYMPTOMS) {
        begin_with(wizard, wizard_symptoms_selected(wizard->symptoms));
        return;
    }
    row = wizard_rows_selected(wizard->rows, table_of_page(wizard));
    if (row != NULL && row->fact.ref.kind == REF_NONE && wizard->page == WIZARD_DIAGNOSIS)
        ui_message(screen->ui, THEME_DIM, "nothing to open here; %s writes the report",
                   keymap_key(ui_keymap(screen->ui), ACTION_REPORT));
    else if (row != NULL)
        ui_show(screen->ui, &row->fact.ref);
}

/* --- what the user says --- */

static const struct triage_judgement judgements[] = {{TRIAGE_OVERRULED, TRIAGE_HEALTHY},
                                                     {TRIAGE_OVERRULED, TRIAGE_LOOK},
                                                     {TRIAGE_OVERRULED, TRIAGE_BAD},
                                                     {TRIAGE_AS_SEEN, TRIAGE_UNKNOWN}};
enum { N_JUDGEMENTS = G_N_ELEMENTS(judgements) };

/* user: the step times N_JUDGEMENTS, and which judgement. */
static void on_overrule(struct ui *ui, bool yes, void *user)
{
    guint what = GPOINTER_TO_UINT(user);
    struct triage_judgement judgement = judgements[what % N_JUDGEMENTS];

    if (!yes)
        return;
    ui_judge(ui, (enum triage_step_id)(what / N_JUDGEMENTS), judgement);
    ui_message(ui, THEME_LOOK, "overruled: %s", triage_verdict_name(judgement.verdict));
}

/* As seen, healthy, look, bad, and round again. What the evidence says is not overruled by a slip
 * of a finger. */
static void turn_verdict(struct view *screen)
{
    struct ui *ui = screen->ui;
    const struct triage_result *result = ui_triage(ui);
    size_t next = 0;

    const struct triage_step *step = step_of_page(view_of(struct wizard, screen), result);

    if (step == NULL)
        return;
    if (step->judgement == TRIAGE_OVERRULED)
        next = (size_t)step->verdict + 1;
    if (judgements[next].kind == TRIAGE_AS_SEEN) {
        ui_judge(ui, step->id, judgements[next]);
        ui_message(ui, THEME_DIM, "the evidence speaks again");
        return;
    }
    g_autofree char *text = g_strdup_printf(
        "Say that %s is %s, whatever the evidence says? It counts in the diagnosis and in "
        "reports, marked as yours, until %s takes it back.",
        step->title, triage_verdict_name(judgements[next].verdict),
        keymap_key(ui_keymap(ui), ACTION_VERDICT));

    ui_ask(ui, "Overrule", text, on_overrule,
           GUINT_TO_POINTER((guint)step->id * N_JUDGEMENTS + (guint)next));
}

/* Passes the step by and goes on; once more takes it back. */
static void skip(struct view *screen)
{
    const struct triage_step *step =
        step_of_page(view_of(struct wizard, screen), ui_triage(screen->ui));

    if (step == NULL)
        return;
    bool was = step->judgement == TRIAGE_SKIPPED;

    ui_judge(screen->ui, step->id,
             (struct triage_judgement){.kind = was ? TRIAGE_AS_SEEN : TRIAGE_SKIPPED});
    if (!was)
        walk(screen, ACTION_RIGHT);
}

static void next_branch(struct view *screen)
{
    struct wizard *wizard = view_of(struct wizard, screen);
    bool on_branch =
        wizard->page >= WIZARD_STEPS + TRIAGE_N_FLOW && wizard->page < WIZARD_DIAGNOSIS - 1;

    go_to(wizard, on_branch ? wizard->page + 1 : WIZARD_STEPS + TRIAGE_N_FLOW);
}

/* The command that looks by hand, or all that is known of the row of the diagnosis. */
static char *wizard_copy(struct view *screen)
{
    struct wizard *wizard = view_of(struct wizard, screen);
    const struct triage_result *result = wizard_refresh(wizard);
    const struct triage_step *step = step_of_page(wizard, result);
    const struct wizard_row *row = wizard_rows_selected(wizard->rows, wizard->diagnosis);
    enum symptom symptom = wizard_symptoms_selected(wizard->symptoms);

    if (result == NULL)
        return NULL;
    if (wizard->page == WIZARD_DIAGNOSIS)
        return row != NULL ? g_strjoinv("\n", row->detail) : g_strdup(result->diagnosis);
    return g_strdup((step != NULL ? step : &result->steps[symptom_info(symptom)->step])->command);
}

static struct table *wizard_table(struct view *screen)
{
    return table_of_page(view_of(struct wizard, screen));
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
        for (int i = 0; i < wizard->path.n; i++)
            if (col >= wizard->path.cols[i] && col < wizard->path.cols[i + 1])
                go_to(wizard, wizard->path.pages[i]);
        return;
    }
    if (table_click(table_of_page(wizard), line, col) == TABLE_HIT_ROW && twice)
        open_row(screen);
}

static bool is_step(const struct view *screen)
{
    return wizard_is_step(view_of(struct wizard, screen)->page);
}

static bool is_first(const struct view *screen)
{
    return view_of(struct wizard, screen)->page == WIZARD_SYMPTOMS;
}

static bool has_before(const struct view *screen)
{
    return !is_first(screen);
}

static bool is_diagnosis(const struct view *screen)
{
    return view_of(struct wizard, screen)->page == WIZARD_DIAGNOSIS;
}

static bool has_next(const struct view *screen)
{
    return !is_diagnosis(screen);
}

/* Words alone, as the conclusion and what to do, lead nowhere. */
static bool row_opens(const struct view *screen)
{
    const struct wizard *wizard = view_of(struct wizard, screen);
    const struct wizard_row *row = wizard_rows_selected(wizard->rows, wizard->diagnosis);

    return !is_diagnosis(screen) ? view_has_row(screen)
                                 : row != NULL && row->fact.ref.kind != REF_NONE;
}

static bool is_heap(const struct view *screen)
{
    return view_of(struct wizard, screen)->page == WIZARD_STEPS + TRIAGE_HEAP;
}

/* P: the profile of leaks, where the target serves it, proves a bucket */
static bool is_goroutines(const struct view *screen)
{
    return view_of(struct wizard, screen)->page == WIZARD_STEPS + TRIAGE_GOROUTINES;
}

static const char to_number[] = "the symptom, later the step, of that number";

static const struct view_key wizard_keys[] = {
    {ACTION_OPEN, .applies = is_first, .act = open_row},
    {ACTION_REPORT, .applies = is_diagnosis},
    {ACTION_LEFT, .applies = has_before, .act_by = walk, .help = "the page before"},
    {ACTION_RIGHT, .applies = has_next, .act_by = walk, .help = "the next page"},
    {ACTION_PREVIOUS_PANE, "", has_before, .act_by = walk, .help = "the page before"},
    {ACTION_NEXT_PANE, "", has_next, .act_by = walk, .help = "the next page"},
    {ACTION_LEFT, "", is_first, .act = say_end, .help = "the page before"},
    {ACTION_RIGHT, "", is_diagnosis, .act = say_end, .help = "the next page"},
    {ACTION_PREVIOUS_PANE, "", is_first, .act = say_end, .help = "the page before"},
    {ACTION_NEXT_PANE, "", is_diagnosis, .act = say_end, .help = "the next page"},
    {ACTION_OPEN, .applies = row_opens, .act = open_row},
    {ACTION_OPEN, "", .act = open_row},
    {ACTION_TWO_HEAPS, .applies = is_heap},
    {ACTION_PROFILES, .applies = is_goroutines},
    {.action = ACTION_MARK},
    {ACTION_VERDICT, .applies = is_step, .act = turn_verdict},
    {ACTION_SKIP, .applies = is_step, .act = skip},
    {ACTION_BRANCH, .applies = is_step, .act = next_branch},
    {.action = ACTION_COPY},
    {.action = ACTION_CPU},
    {.action = ACTION_REPORT},
    {ACTION_TRIAGE, "", .act = view_leave, .help = "leave the triage"},
    {ACTION_PANE_1, "", .act_by = go_to_number, .help = to_number},
    {ACTION_PANE_2, "", .act_by = go_to_number, .help = to_number},
    {ACTION_PANE_3, "", .act_by = go_to_number, .help = to_number},
    {ACTION_PANE_4, "", .act_by = go_to_number, .help = to_number},
    {ACTION_TAB_5, "", .act_by = go_to_number, .help = to_number},
    {ACTION_TAB_6, "", .act_by = go_to_number, .help = to_number},
    {ACTION_TAB_7, "", .act_by = go_to_number, .help = to_number},
    {.action = ACTION_BACK},
    {.action = ACTION_NONE}};

static void wizard_help(struct view *screen, struct pager *pager)
{
    (void)screen;
    static const char *const lines[] = {
        "The first page is what may be seen, with its live sign; Enter or 1 to 5 walks the steps",
        "that answer it, then the other documented ones (RSS, FD count, memory map, heap profile)",
        "and those the findings lead to, then the diagnosis. Left and right (or the digits) walk,",
        "B goes through the branches also where nothing leads there.",
        "Enter opens the evidence, or the cause of the diagnosis; Esc comes back to it.",
        "m, then doing something in the target, shows what was born since and stays. C takes two",
        "snapshots with a wait between them and shows what grew. c captures CPU: its functions",
        "are evidence of the CPU branch then. y copies the shell command of the step, or all that",
        "is known of a row of the diagnosis.",
        "V says yourself how a step stands, X passes it by: the diagnosis and the report follow",
        "and say so (* and - on the path). R writes the report.",
        ""};

    pager_add(pager, THEME_TITLE, "Triage");
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        pager_add(pager, THEME_TEXT, lines[i]);
}

static void wizard_free(struct view *screen)
{
    struct wizard *wizard = view_of(struct wizard, screen);

    table_free(wizard->symptoms);
    table_free(wizard->facts);
    table_free(wizard->diagnosis);
    for (size_t i = 0; i < SYMPTOM_N; i++)
        symptom_sign_clear(&wizard->signs[i]);
    if (wizard->rows != NULL)
        g_ptr_array_unref(wizard->rows);
    g_free(wizard);
}

const struct view_ops wizard_screen_ops = {
    .name = "triage",
    .draw = wizard_draw,
    .update = wizard_update,
    .keys = wizard_keys,
    .table = wizard_table,
    .click = wizard_click,
    .copy = wizard_copy,
    .help = wizard_help,
    .free = wizard_free,
};

struct view *wizard_screen_new(struct ui *ui)
{
    struct wizard *wizard = g_new0(struct wizard, 1);

    wizard->base = (struct view){.ops = &wizard_screen_ops, .ui = ui};
    wizard->symptoms = wizard_symptoms_table_new();
    wizard->facts = wizard_rows_table_new();
    wizard->diagnosis = wizard_diagnosis_table_new();
    wizard->page = ui_wizard_page(ui);
    wizard_refresh(wizard);
    if (ui_session(ui) != NULL)
        wizard_symptoms_select(wizard->symptoms, triage_notes_of(ui_session(ui))->symptom);
    return &wizard->base;
}
