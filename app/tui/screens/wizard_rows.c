#include "app/tui/screens/wizard_rows.h"

#include "app/tui/shell/format.h"

#include <math.h>

enum { ROW_LABEL, ROW_VALUE, ROW_NOTE };
enum { SINCE_SHOWN = 5 };

static void row_free(gpointer data)
{
    struct wizard_row *row = data;

    g_free(row->label);
    g_free(row->value);
    g_free(row->note);
    g_free(row->key);
    g_free(row);
}

/* --- since the mark ------------------------------------------------------------------------- */

static const struct {
    enum since_list list; /* SINCE_N_LISTS: the step has none */
    enum triage_link link;
} since_of[TRIAGE_N_STEPS] = {
    [TRIAGE_RSS] = {SINCE_N_LISTS, TRIAGE_LINK_NONE},
    [TRIAGE_FDS] = {SINCE_PATHS, TRIAGE_LINK_FILES},
    [TRIAGE_MAP] = {SINCE_REGIONS, TRIAGE_LINK_MEMORY},
    [TRIAGE_HEAP] = {SINCE_FUNCTIONS, TRIAGE_LINK_HEAP},
    [TRIAGE_CPU] = {SINCE_N_LISTS, TRIAGE_LINK_NONE},
    [TRIAGE_GOROUTINES] = {SINCE_GOROUTINES, TRIAGE_LINK_GOROUTINES},
    [TRIAGE_RESPONSE] = {SINCE_N_LISTS, TRIAGE_LINK_NONE},
};

/* Files of one pattern say more as one row than as many. */
static enum since_list list_of(enum triage_step_id step, const struct triage_since *since)
{
    enum since_list list = since_of[step].list;

    if (list == SINCE_PATHS && since->has_list[SINCE_TEMPLATES] &&
        since->lists[SINCE_TEMPLATES]->len > 0 && since->lists[SINCE_PATHS]->len > SINCE_SHOWN)
        return SINCE_TEMPLATES;
    return list;
}

static struct wizard_row *since_row_new(const char *label, enum triage_link link)
{
    struct wizard_row *row = g_new0(struct wizard_row, 1);

    row->label = g_strdup(label);
    row->key = g_strdup(link != TRIAGE_LINK_NONE ? label : "");
    row->verdict = TRIAGE_HEALTHY;
    row->link = link;
    row->since = true;
    return row;
}

static char *amount(enum since_list list, int64_t n)
{
    return list == SINCE_FUNCTIONS ? g_strdup_printf("+%s", format_bytes(n).text)
                                   : g_strdup_printf("+%s", format_count(n).text);
}

static void add_since_row(GPtrArray *rows, enum since_list list, enum triage_link link,
                          const struct since_row *born)
{
    struct wizard_row *row = since_row_new(born->text, link);

    row->value = amount(list, born->born);
    row->note = g_strdup_printf("since the mark and still there; %s in all",
                                list == SINCE_FUNCTIONS ? format_bytes(born->now).text
                                                        : format_count(born->now).text);
    g_ptr_array_add(rows, row);
}

static void add_since(GPtrArray *rows, enum triage_step_id step, const struct triage_since *since)
{
    enum since_list list = list_of(step, since);

    if (list == SINCE_N_LISTS || !since->has_list[list])
        return;
    struct wizard_row *total = since_row_new("since the mark", TRIAGE_LINK_NONE);

    total->value =
        since->born_total[list] > 0 ? amount(list, since->born_total[list]) : g_strdup("nothing");
    total->note = isnan(since->age_s)
                      ? g_strdup("")
                      : g_strdup_printf("set %s ago", format_duration(since->age_s).text);
    g_ptr_array_add(rows, total);
    for (guint i = 0; i < since->lists[list]->len && i < SINCE_SHOWN; i++)
        add_since_row(rows, list, since_of[step].link,
                      &g_array_index(since->lists[list], struct since_row, i));
}

/* --- rows ----------------------------------------------------------------------------------- */

GPtrArray *wizard_rows_new(const struct triage_step *step, const struct triage_since *since)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);

    if (since != NULL)
        add_since(rows, step->id, since);
    for (guint i = 0; i < step->facts->len; i++) {
        const struct triage_fact *fact = step->facts->pdata[i];
        struct wizard_row *row = g_new0(struct wizard_row, 1);

        row->label = g_strdup(fact->label);
        row->value = g_strdup(fact->value);
        row->note = g_strdup(fact->note);
        row->key = g_strdup(fact->link_key);
        row->verdict = fact->verdict;
        row->link = fact->link;
        g_ptr_array_add(rows, row);
    }
    return rows;
}

const struct wizard_row *wizard_rows_at(const GPtrArray *rows, size_t row)
{
    return g_ptr_array_index(rows, (guint)row);
}

/* --- the table ------------------------------------------------------------------------------ */

static const struct table_column columns[] = {
    [ROW_LABEL] = {.title = "EVIDENCE",
                   .min_width = 22,
                   .elide = TEXT_ELIDE_MIDDLE,
                   .unsortable = true},
    [ROW_VALUE] = {.title = "VALUE", .width = 14, .align = TEXT_RIGHT, .unsortable = true},
    [ROW_NOTE] = {.title = "", .min_width = 14, .weight = 3, .drop = 1, .unsortable = true},
};

static bool is_finding(const struct wizard_row *row)
{
    return row->verdict == TRIAGE_LOOK || row->verdict == TRIAGE_BAD;
}

static void cell(const void *model, size_t index, size_t column, struct table_cell *ret)
{
    const struct wizard_row *row = wizard_rows_at(model, index);

    if (column == ROW_LABEL) {
        g_string_assign(ret->text, row->label);
        if (row->since)
            ret->role = THEME_TITLE;
    } else if (column == ROW_VALUE) {
        g_string_assign(ret->text, row->value);
        if (is_finding(row))
            ret->role = verdict_role(row->verdict);
    } else {
        g_string_assign(ret->text, row->note);
        ret->role = is_finding(row) ? verdict_role(row->verdict) : THEME_DIM;
    }
}

static int compare(const void *model, size_t a, size_t b, size_t column)
{
    (void)model;
    (void)column;
    return a < b ? -1 : a > b;
}

static uint64_t key(const void *model, size_t index)
{
    const struct wizard_row *row = wizard_rows_at(model, index);

    return ((uint64_t)g_str_hash(row->label) << 2) | (row->since ? 2 : 0) | 1;
}

static void filter_text(const void *model, size_t index, GString *out)
{
    const struct wizard_row *row = wizard_rows_at(model, index);

    g_string_append_printf(out, "%s %s", row->label, row->note);
}

static const struct table_ops ops = {
    .cell = cell, .compare = compare, .key = key, .filter_text = filter_text};

struct table *wizard_rows_table_new(void)
{
    return table_new(&ops, columns, G_N_ELEMENTS(columns), ROW_LABEL);
}
