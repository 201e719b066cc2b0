#include "app/tui/screens/wizard_step.h"

#include "app/tui/screens/wizard_rows.h"
#include "app/tui/screens/wizard_words.h"
#include "app/tui/shell/format.h"

/* What the chart of the step shows. */
static const enum metric charts[TRIAGE_N_STEPS] = {
    [TRIAGE_RSS] = METRIC_RSS,       [TRIAGE_FDS] = METRIC_FDS,
    [TRIAGE_MAP] = METRIC_REGIONS,   [TRIAGE_HEAP] = METRIC_HEAP_ALLOC,
    [TRIAGE_CPU] = METRIC_CPU,       [TRIAGE_GOROUTINES] = METRIC_GOROUTINES,
    [TRIAGE_RESPONSE] = METRIC_SWAP,
};

/* What is said above and below the evidence, those that matter most first. */
enum { SENTENCE, THRESHOLD, NEXT, COMMAND, N_WORDS };
enum { ROW_LINES = 2 }; /* for what the list cuts off the selected row */
struct words {
    const char *text;
    int least, most; /* lines on a small screen: it is not cut below, does not grow beyond */
    int lines;
};

/* The lines a text of so many at most takes. */
static int lines_of(const char *text, int cols, int most)
{
    g_autoptr(GPtrArray) lines = text_wrap(text, MAX(cols - 2, 1));

    return MIN((int)lines->len, most);
}

/* On a small screen words are cut where the evidence, of so many lines, needs their lines. */
static void give_lines(struct words words[N_WORDS], TickitRect area, int evidence)
{
    enum { LEAST_EVIDENCE = 5, MOST = 8 };
    bool is_small = area.lines < WIZARD_SMALL;
    /* what a short list cuts is read under it; a long one only needs enough to scroll in */
    int kept = evidence <= LEAST_EVIDENCE ? evidence + ROW_LINES : LEAST_EVIDENCE;
    int spare = area.lines - 2 - kept; /* the question, an empty line */

    for (size_t i = 0; i < N_WORDS; i++)
        spare -= words[i].lines = lines_of(words[i].text, area.cols, words[i].least);
    for (size_t i = 0; i < N_WORDS; i++) {
        int most = is_small ? words[i].most : MOST;
        int more = lines_of(words[i].text, area.cols, most) - words[i].lines;

        more = CLAMP(spare, 0, more);
        words[i].lines += more;
        spare -= more;
    }
}

static int draw_foot(const struct canvas *canvas, TickitRect area,
                     const struct words words[N_WORDS])
{
    int lines = words[COMMAND].lines + words[NEXT].lines, line = area.lines - lines;

    if (line < 6)
        return 0;
    line += wizard_words(canvas, area, line, words[COMMAND].lines, THEME_DIM, words[COMMAND].text);
    wizard_words(canvas, area, line, words[NEXT].lines, THEME_TEXT, words[NEXT].text);
    return lines + 1;
}

/* A step of the branch that is walked, one its findings lead to, or another of the documented. */
static void draw_question(const struct canvas *canvas, TickitRect area,
                          const struct triage_step *step, const struct wizard_path *path)
{
    g_autofree char *place = path->at <= path->n_branch
                                 ? g_strdup_printf("Step %d of %d", path->at, path->n_branch)
                             : triage_is_branch(step->id) ? g_strdup("Branch")
                                                          : g_strdup("Beyond");

    text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TITLE, "%s  %s%s%s", place,
               step->question, *step->suggested != '\0' ? "  because " : "", step->suggested);
}

/* Lines for what the list cuts off the selected row, of those that are free under it: beside a
 * chart always the same ones, so that it stands still. */
static int lines_for_row(int left, int wanted)
{
    enum { ROW_MOST = 3 };

    if (left - wanted - ROW_LINES >= WIZARD_CHART_MIN)
        return ROW_LINES;
    return left - wanted < WIZARD_CHART_MIN ? CLAMP(left - wanted, 0, ROW_MOST) : 0;
}

static void draw_row(const struct canvas *canvas, TickitRect area, int line, int lines,
                     const struct table *rows)
{
    enum { VALUE_COLS = 18 }; /* the note has half of what is left at least */
    const struct wizard_row *row = wizard_rows_selected(table_model(rows), rows);

    if (row == NULL || lines < 1 || text_width(row->fact.note) <= (area.cols - VALUE_COLS) / 2)
        return;
    g_autofree char *whole = g_strdup_printf("%s: %s", row->fact.label, row->fact.note);

    wizard_words(canvas, area, line, lines, THEME_TEXT, whole);
}

void wizard_step_draw(struct ui *ui, const struct canvas *canvas, TickitRect area,
                      const struct triage_step *step, const struct wizard_path *path,
                      struct table *rows)
{
    bool is_small = area.lines < WIZARD_SMALL;
    int wanted = (int)table_n_rows(rows) + 1;
    g_autofree char *command = g_strdup_printf("By hand:  %s", step->command);
    g_autofree char *next = g_strdup_printf("Next: %s", step->next);
    struct words words[] = {[SENTENCE] = {step->sentence, 4, 4, 0},
                            [THRESHOLD] = {step->threshold, 1, 4, 0},
                            [NEXT] = {next, 1, 2, 0},
                            [COMMAND] = {command, 1, 6, 0}};

    give_lines(words, area, wanted);
    int foot = draw_foot(canvas, area, words);
    int line = is_small ? 1 : 2;

    draw_question(canvas, area, step, path);
    line += wizard_words(canvas, area, line, words[SENTENCE].lines, verdict_role(step->verdict),
                         step->sentence);
    line += wizard_words(canvas, area, line, words[THRESHOLD].lines, THEME_DIM, step->threshold);
    line += is_small ? 0 : 1;
    int left = area.lines - foot - line;
    int detail = lines_for_row(left, wanted), free = left - wanted - detail;
    int chart = free >= WIZARD_CHART_MIN ? free : 0;
    int table = chart > 0 ? wanted : left - detail;

    if (left < 1)
        return;
    table_draw(rows, canvas, (TickitRect){area.top + line, area.left + 1, table, area.cols - 1},
               &(struct table_look){.focused = true, .empty = "no evidence yet"});
    line += table;
    draw_row(canvas, area, line, detail, rows);
    if (chart > 0)
        wizard_chart(ui, canvas,
                     (TickitRect){area.top + line + detail, area.left + 1, chart, area.cols - 2},
                     charts[step->id]);
}
