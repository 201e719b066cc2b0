#include "app/tui/screens/wizard_diagnosis.h"

#include "app/triage/patterns.h"
#include "app/tui/shell/format.h"

enum { LIST_MIN = 8 }; /* lines of the list that the words under it leave alone */

/* --- rows --- */

/* A paragraph under the list; an empty one is left out. */
static void say(GPtrArray *detail, const char *label, const char *text)
{
    if (*text != '\0')
        g_ptr_array_add(detail, g_strconcat(label, text, NULL));
}

/* Copies fact; takes detail (char *, one a paragraph). */
static struct wizard_row *add(GPtrArray *rows, const struct triage_fact *fact, GPtrArray *detail)
{
    struct wizard_row *row = g_new0(struct wizard_row, 1);

    triage_fact_copy(&row->fact, fact);
    g_ptr_array_add(detail, NULL);
    row->detail = (char **)g_ptr_array_free(detail, FALSE);
    g_ptr_array_add(rows, row);
    return row;
}

/* The pattern, and its culprit under it. */
static void add_cause(GPtrArray *rows, const struct triage_cause *cause)
{
    const struct triage_pattern *pattern = cause->pattern;
    g_autofree char *label = g_strconcat(cause->title, pattern->leak ? "" : " (no leak)", NULL);
    struct number_text sure = number_percent_whole(cause->confidence * 100);
    g_autofree char *culprit = g_strconcat("  ", cause->culprit, NULL);
    GPtrArray *detail = g_ptr_array_new();

    say(detail, "", cause->evidence);
    say(detail, "where: ", cause->culprit);
    say(detail, "why: ", cause->cause);
    say(detail, "check: ", cause->confirm);
    say(detail, "then: ", cause->advice);
    say(detail, "fixed in: ", cause->fixed);
    add(rows,
        &(struct triage_fact){.label = label,
                              .value = sure.text,
                              .note = cause->evidence,
                              .verdict = pattern->leak ? TRIAGE_LOOK : TRIAGE_HEALTHY,
                              .ref = cause->ref},
        detail);
    if (*cause->culprit == '\0')
        return;
    detail = g_ptr_array_new();
    say(detail, "", cause->culprit);
    say(detail, "", cause->evidence);
    add(rows,
        &(struct triage_fact){.label = culprit,
                              .value = (char *)"",
                              .note = (char *)"where",
                              .verdict = TRIAGE_HEALTHY,
                              .ref = cause->ref},
        detail);
}

/* What a cause points at already is not listed once more. */
static bool is_listed(const GPtrArray *rows, const struct ref *ref)
{
    g_autofree char *key = ref_key(ref);

    for (guint i = 0; i < rows->len; i++) {
        const struct ref *other = &wizard_rows_at(rows, i)->fact.ref;
        g_autofree char *other_key = other->kind == ref->kind ? ref_key(other) : NULL;

        if (g_strcmp0(key, other_key) == 0)
            return true;
    }
    return false;
}

/* The paths, stacks and functions in the evidence of a step that are findings. */
static void add_findings(GPtrArray *rows, const struct triage_step *step)
{
    for (guint i = 0; i < step->facts->len; i++) {
        const struct triage_fact *fact = step->facts->pdata[i];
        bool is_finding = fact->verdict == TRIAGE_LOOK || fact->verdict == TRIAGE_BAD;
        GPtrArray *detail;

        if (!is_finding || !ref_is_part(fact->ref.kind) || is_listed(rows, &fact->ref))
            continue;
        detail = g_ptr_array_new();
        say(detail, "", fact->label);
        say(detail, "", fact->note);
        say(detail, "", step->sentence);
        add(rows, fact, detail);
    }
}

static void add_action(GPtrArray *rows, guint number, const char *text)
{
    g_autofree char *value = g_strdup_printf("%u.", number);
    GPtrArray *detail = g_ptr_array_new();

    say(detail, "", text);
    add(rows,
        &(struct triage_fact){.label = (char *)"what to do",
                              .value = value,
                              .note = (char *)text,
                              .verdict = TRIAGE_HEALTHY},
        detail)
        ->number = (uint8_t)MIN(number, UINT8_MAX);
}

GPtrArray *wizard_diagnosis_rows(const struct triage_result *result)
{
    GPtrArray *rows = wizard_rows_empty();
    GPtrArray *detail = g_ptr_array_new();

    say(detail, "", result->diagnosis);
    add(rows,
        &(struct triage_fact){.label = (char *)"diagnosis",
                              .value = (char *)triage_verdict_name(result->verdict),
                              .note = result->diagnosis,
                              .verdict = result->verdict},
        detail);
    for (guint i = 0; i < result->causes->len; i++)
        add_cause(rows, result->causes->pdata[i]);
    for (int i = 0; i < TRIAGE_N_STEPS; i++)
        add_findings(rows, &result->steps[i]);
    for (guint i = 0; i < result->actions->len; i++)
        add_action(rows, i + 1, result->actions->pdata[i]);
    return rows;
}

/* --- the page --- */

/* Safe text, wrapped; following lines of a paragraph stand in. */
static GPtrArray *wrap_detail(char *const *detail, int cols, bool unicode)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    for (; detail != NULL && *detail != NULL; detail++) {
        g_autofree char *safe = text_safe(*detail, -1, unicode);
        g_autoptr(GPtrArray) wrapped = text_wrap(safe, MAX(cols - 4, 1));

        for (guint i = 0; i < wrapped->len; i++)
            g_ptr_array_add(
                lines, g_strdup_printf("%s%s", i > 0 ? "  " : "", (const char *)wrapped->pdata[i]));
    }
    return lines;
}

void wizard_diagnosis_draw(const struct canvas *canvas, TickitRect area, struct table *table,
                           const GPtrArray *rows)
{
    const struct wizard_row *row = wizard_rows_selected(rows, table);
    g_autoptr(GPtrArray) lines =
        wrap_detail(row != NULL ? row->detail : NULL, area.cols, text_unicode(canvas));
    int most = MAX(area.lines - (int)lines->len - 1, MIN(LIST_MIN, area.lines));
    int list = MIN((int)table_n_rows(table) + 1, most);
    TickitRect under = {area.top + list + 1, area.left, area.lines - list - 1, area.cols};

    table_draw(table, canvas, (TickitRect){area.top, area.left + 1, list, area.cols - 1},
               &(struct table_look){.focused = true, .empty = "nothing is known yet"});
    if (under.lines < 1)
        return;
    int n = (int)lines->len, fits = n <= under.lines ? n : under.lines - 1;

    for (int i = 0; i < fits; i++)
        text_drawf(canvas, under.top + i, under.left + 1, under.cols - 2, THEME_TEXT, "%s",
                   (const char *)lines->pdata[i]);
    if (fits < n)
        text_drawf(canvas, under.top + fits, under.left + 1, under.cols - 2, THEME_DIM,
                   "%d more %s: copy the row to have them all", n - fits,
                   number_word(n - fits, "line", "lines"));
}
