#include "app/tui/screens/wizard_rows.h"

#include "app/tui/shell/format.h"

#include <math.h>

enum { ROW_LABEL, ROW_VALUE, ROW_NOTE };
enum { SINCE_SHOWN = 5 };

static void row_free(gpointer data)
{
    struct wizard_row *row = data;

    triage_fact_clear(&row->fact);
    g_strfreev(row->detail);
    g_free(row);
}

/* --- since the mark --- */

/* SINCE_N_LISTS: the step has none. */
static const enum since_list since_of[TRIAGE_N_STEPS] = {
    [TRIAGE_RSS] = SINCE_N_LISTS,      [TRIAGE_FDS] = SINCE_PATHS,
    [TRIAGE_MAP] = SINCE_REGIONS,      [TRIAGE_HEAP] = SINCE_FUNCTIONS,
    [TRIAGE_CPU] = SINCE_N_LISTS,      [TRIAGE_GOROUTINES] = SINCE_GOROUTINES,
    [TRIAGE_RESPONSE] = SINCE_N_LISTS,
};

/* Takes value and note. */
static void take_since_row(GPtrArray *rows, const char *label, char *value, char *note,
                           const struct ref *ref)
{
    struct wizard_row *row = g_new0(struct wizard_row, 1);

    row->since = true;
    row->fact = (struct triage_fact){
        .label = g_strdup(label), .value = value, .note = note, .verdict = TRIAGE_HEALTHY};
    ref_copy(&row->fact.ref, ref);
    g_ptr_array_add(rows, row);
}

static char *amount(enum since_list list, int64_t n)
{
    return list == SINCE_FUNCTIONS ? g_strdup_printf("+%s", number_bytes(n).text)
                                   : g_strdup_printf("+%s", number_count(n).text);
}

static void add_since(GPtrArray *rows, enum triage_step_id step, const struct triage_since *since)
{
    enum since_list list = since_of[step];

    /* files of one pattern say more as one row than as many */
    if (list == SINCE_PATHS && since->has_list[SINCE_TEMPLATES] &&
        since->lists[SINCE_TEMPLATES]->len > 0 && since->lists[SINCE_PATHS]->len > SINCE_SHOWN)
        list = SINCE_TEMPLATES;
    if (list == SINCE_N_LISTS || !since->has_list[list])
        return;
    take_since_row(
        rows, "since the mark",
        since->born_total[list] > 0 ? amount(list, since->born_total[list]) : g_strdup("nothing"),
        isnan(since->age_s) ? g_strdup("")
                            : g_strdup_printf("set %s ago", number_duration(since->age_s).text),
        &(struct ref){.kind = REF_NONE});
    for (guint i = 0; i < since->lists[list]->len && i < SINCE_SHOWN; i++) {
        const struct since_row *born = &g_array_index(since->lists[list], struct since_row, i);

        take_since_row(rows, born->text, amount(list, born->born),
                       g_strdup_printf("since the mark and still there; %s in all",
                                       list == SINCE_FUNCTIONS ? number_bytes(born->now).text
                                                               : number_count(born->now).text),
                       &born->ref);
    }
}

/* --- rows --- */

GPtrArray *wizard_rows_empty(void)
{
    return g_ptr_array_new_with_free_func(row_free);
}

GPtrArray *wizard_rows_new(const struct triage_step *step, const struct triage_since *since)
{
    GPtrArray *rows = wizard_rows_empty();

    if (since != NULL)
        add_since(rows, step->id, since);
    for (guint i = 0; i < step->facts->len; i++) {
        struct wizard_row *row = g_new0(struct wizard_row, 1);

        triage_fact_copy(&row->fact, step->facts->pdata[i]);
        g_ptr_array_add(rows, row);
    }
    return rows;
}

const struct wizard_row *wizard_rows_at(const GPtrArray *rows, size_t row)
{
    return g_ptr_array_index(rows, (guint)row);
}

const struct wizard_row *wizard_rows_selected(const GPtrArray *rows, const struct table *table)
{
    size_t index;

    return rows != NULL && table_selected(table, &index) ? wizard_rows_at(rows, index) : NULL;
}

/* --- the table --- */

static const struct listing_column columns[] = {
    [ROW_LABEL] =
        {.id = "label", .title = "EVIDENCE", .kind = LISTING_PATH, .min_width = 22, .fits = true},
    [ROW_VALUE] = {.id = "value", .title = "VALUE", .width = 14, .right = true},
    [ROW_NOTE] = {.id = "note", .title = "", .min_width = 14, .weight = 3, .drop = 1},
};

/* What is said of a cause or to do is longer than a name. */
static const struct listing_column diagnosis_columns[] = {
    [ROW_LABEL] =
        {.id = "label", .title = "WHAT IT IS", .kind = LISTING_PATH, .min_width = 42, .fits = true},
    [ROW_VALUE] = {.id = "value", .title = "SURE", .width = 8, .right = true},
    [ROW_NOTE] = {.id = "note", .title = "BECAUSE", .min_width = 20, .drop = 1},
};

static bool is_finding(const struct wizard_row *row)
{
    return row->fact.verdict == TRIAGE_LOOK || row->fact.verdict == TRIAGE_BAD;
}

static void value(const void *model, size_t index, size_t column, struct listing_value *ret)
{
    const struct wizard_row *row = wizard_rows_at(model, index);
    enum theme_role finding = is_finding(row) ? verdict_role(row->fact.verdict) : THEME_TEXT;

    switch (column) {
    case ROW_LABEL:
        ret->text = row->fact.label;
        ret->role = row->since ? THEME_TITLE : THEME_TEXT;
        break;
    case ROW_VALUE:
        ret->text = row->fact.value;
        ret->role = finding;
        break;
    default:
        ret->text = row->fact.note;
        ret->role = is_finding(row) ? finding : THEME_DIM;
    }
}

static uint64_t key(const void *model, size_t index)
{
    const struct wizard_row *row = wizard_rows_at(model, index);

    return ((uint64_t)g_str_hash(row->fact.label) << 10) | ((uint64_t)row->number << 2) |
           (row->since ? 2 : 0) | 1;
}

struct table *wizard_rows_table_new(void)
{
    static const struct listing listing = {
        .id = "facts",
        .columns = columns,
        .n_columns = G_N_ELEMENTS(columns),
        .order = ROW_LABEL,
        .fixed = true,
        .value = value,
        .key = key,
    };

    return table_new(&listing);
}

struct table *wizard_diagnosis_table_new(void)
{
    static const struct listing listing = {
        .id = "diagnosis",
        .columns = diagnosis_columns,
        .n_columns = G_N_ELEMENTS(diagnosis_columns),
        .order = ROW_LABEL,
        .fixed = true,
        .value = value,
        .key = key,
    };

    return table_new(&listing);
}
