#include "app/tui/screens/wizard_symptoms.h"

#include "app/triage/symptoms.h"
#include "app/tui/screens/wizard_words.h"
#include "app/tui/shell/format.h"

/* --- the table --- */

enum {
    COLUMN_KEY,
    COLUMN_SEEN,
    COLUMN_VERDICT,
    COLUMN_NOW,
    COLUMN_TREND,
    COLUMN_TOOL,
    COLUMN_ACTION
};

static const struct listing_column columns[] = {
    [COLUMN_KEY] = {.id = "key", .title = "", .width = 1},
    [COLUMN_SEEN] = {.id = "seen", .title = "WHAT YOU SEE", .width = 25},
    [COLUMN_VERDICT] = {.id = "verdict", .title = "VERDICT", .width = 7},
    [COLUMN_NOW] = {.id = "now", .title = "NOW", .width = 18},
    [COLUMN_TREND] = {.id = "trend", .title = "TREND", .width = 21, .drop = 1},
    [COLUMN_TOOL] = {.id = "tool", .title = "LOOK WITH", .width = 18, .drop = 2},
    [COLUMN_ACTION] =
        {.id = "action", .title = "WHAT TO DO", .min_width = 20, .weight = 1, .drop = 3},
};

static enum symptom symptom_at(size_t row)
{
    return (enum symptom)(SYMPTOM_NONE + 1 + row);
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct symptom_info *info = symptom_info(symptom_at(row));
    const struct symptom_sign *sign = (const struct symptom_sign *)model + symptom_at(row);

    switch (column) {
    case COLUMN_KEY:
        listing_say(ret, "%zu", row + 1);
        ret->role = THEME_KEY;
        break;
    case COLUMN_SEEN:
        ret->text = info->title;
        break;
    case COLUMN_VERDICT:
        ret->text = triage_verdict_name(sign->verdict);
        ret->role = verdict_role(sign->verdict);
        break;
    case COLUMN_NOW:
        ret->text = sign->now;
        ret->role = verdict_role(sign->verdict);
        break;
    case COLUMN_TREND:
        ret->text = sign->trend;
        ret->role = sign->verdict == TRIAGE_HEALTHY ? THEME_TEXT : verdict_role(sign->verdict);
        break;
    case COLUMN_TOOL:
        ret->text = info->tool;
        break;
    case COLUMN_ACTION:
    default:
        ret->text = info->action;
        ret->role = THEME_DIM;
        break;
    }
}

static uint64_t key(const void *model, size_t row)
{
    (void)model;
    return row + 1;
}

static const struct listing listing = {
    .id = "symptoms",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COLUMN_KEY,
    .fixed = true,
    .value = value,
    .key = key,
};

struct table *wizard_symptoms_table_new(void)
{
    return table_new(&listing);
}

void wizard_symptoms_show(struct table *table, struct symptom_sign kept[SYMPTOM_N],
                          const struct triage_result *result)
{
    for (int i = 0; i < SYMPTOM_N; i++) {
        symptom_sign_clear(&kept[i]);
        if (result != NULL)
            symptom_sign_copy(&kept[i], &result->signs[i]);
    }
    table_set_model(table, kept, result != NULL ? SYMPTOM_N - 1 : 0);
}

enum symptom wizard_symptoms_selected(const struct table *table)
{
    size_t row;

    return table_selected(table, &row) ? symptom_at(row) : SYMPTOM_NONE;
}

void wizard_symptoms_select(struct table *table, enum symptom symptom)
{
    if (symptom != SYMPTOM_NONE)
        table_select_key(table, (uint64_t)symptom);
}

/* --- the page --- */

void wizard_symptoms_draw(struct ui *ui, const struct canvas *canvas, TickitRect area,
                          const struct triage_result *result, struct table *table)
{
    enum symptom symptom = wizard_symptoms_selected(table);
    int line = (int)table_n_rows(table) + 3;

    text_drawf(canvas, area.top, area.left + 1, area.cols - 1, THEME_TITLE,
               "What do you see?  Enter begins with the steps that answer it");
    table_draw(table, canvas, (TickitRect){area.top + 1, area.left + 1, line - 2, area.cols - 1},
               &(struct table_look){.focused = true});
    if (symptom == SYMPTOM_NONE)
        return;
    /* what the selected one means, and what its first step found */
    const struct symptom_info *info = symptom_info(symptom);
    const struct triage_step *step = &result->steps[info->step];
    g_autofree char *head =
        g_strdup_printf("%s: look with %s, %s.", info->title, info->tool, info->action);

    line += wizard_words(canvas, area, line, 2, THEME_STRONG, head);
    line += wizard_words(canvas, area, line, area.lines < WIZARD_SMALL ? 4 : 8,
                         verdict_role(step->verdict), step->sentence);
    line++;
    int chart = area.lines - line;

    if (chart >= WIZARD_CHART_MIN)
        wizard_chart(ui, canvas, (TickitRect){area.top + line, area.left + 1, chart, area.cols - 2},
                     info->metric);
}
