#include "app/report/report.h"

#include "app/report/report_parts.h"
#include "app/triage/numbers.h"
#include "app/triage/patterns.h"

#include <math.h>
#include <string.h>

/*
 * The triage as a document. For readers first what they want to know: verdict,
 * causes, what to do; then the walk; then the evidence. The text is the short
 * one and ends with the conclusion. For programs one object:
 *   {"schema": 1, "version": "0.1.0",
 *    "target": {"pid": 4182, "name": …, "pprof_url": … or null, …},
 *    "observed_s": 6.1, "verdict": "bad", "exit_status": 1, "symptom": "fds" where one was said,
 *    "diagnosis": …, "actions": […],
 *    "causes": [{"id": "session-files", "title": …, "leak": true, "confidence": 0.95,
 *      "evidence": …, "culprit": …, "cause": …, "confirm": …, "advice": …, "fixed": …}, …],
 *    "steps": [{"step": 1, "id": "rss", "verdict": …, "facts": [{"label": …, …}], …}, …],
 *    "measurements": {"rss_bytes": 66072576, …}, "trends": {"rss": {…}, …},
 *    "made_unix_s": …, "system": …, "host": …, "backend": …, "tools": [{"name": …, "version": …}],
 *    "series": {"rss": {"unit": "bytes", "points": [[seconds before now, value], …]}, …},
 *    "paths": [{"path": …, "type": …, "open": 3, "growth": 1, …}], "templates": […],
 *    "goroutines": [{"count": …, "category": …, "growth": …, "frames": […], "creator": …}],
 *    "functions": [{"function": …, "flat_bytes": …, "cum_bytes": …, "flat_growth_bytes": …}],
 *    "since_mark": {"age_s": …, "numbers": {…}, "paths": [{"text": …, "born": …}], …} or null}
 * Numbers that are not known are null; text as in app/ground/json.h. Beside a list that may be cut
 * stands by how much: "paths_left_out": 0.
 */

enum { SCHEMA = 1 };

#define TEXT(value) DOCUMENT_OF_TEXT(DOCUMENT_WORDS, (value))
#define CODE(value) DOCUMENT_OF_TEXT(DOCUMENT_CODE, (value))
#define COUNT(value) DOCUMENT_OF_INT(DOCUMENT_COUNT, (value))
#define FLAG(value) DOCUMENT_OF_INT(DOCUMENT_FLAG, (value))
#define NUMBER(value) DOCUMENT_OF_DOUBLE(DOCUMENT_NUMBER, (value))

/* --- the conclusion --- */

/* One line that names it and its evidence: each form has its own. */
static void add_cause_line(struct document *d, const struct triage_cause *cause, int number)
{
    const struct triage_pattern *pattern = cause->pattern;
    const char *look_alike = pattern->leak ? "" : " (no leak)";
    g_autofree char *sure =
        g_strdup_printf("%4s  ", number_percent_whole(cause->confidence * 100).text);

    document_for(d, DOCUMENT_TEXT);
    document_paragraph(
        d, &(struct document_style){.number = number, .label = sure, .is_bare = true, .indent = 2});
    document_sayf(d, DOCUMENT_WORDS, "%s%s: %s. %s", cause->title, look_alike, cause->evidence,
                  cause->cause);
    document_for(d, DOCUMENT_MARKDOWN);
    document_paragraph(d, &(struct document_style){.number = number});
    document_say(d, DOCUMENT_STRONG, cause->title);
    document_sayf(d, DOCUMENT_PLAIN, "%s, %s sure: ", look_alike,
                  number_percent_whole(cause->confidence * 100).text);
    document_say(d, DOCUMENT_WORDS, cause->evidence);
    document_say(d, DOCUMENT_PLAIN, ". ");
    document_say(d, DOCUMENT_WORDS, cause->cause);
    document_for(d, DOCUMENT_JSON);
    document_member(d, "id", TEXT(pattern->id));
    document_member(d, "title", TEXT(cause->title));
    document_member(d, "leak", FLAG(pattern->leak));
    document_member(d, "confidence", NUMBER(cause->confidence));
    document_member(d, "evidence", TEXT(cause->evidence));
    document_member(d, "cause", TEXT(cause->cause));
}

static void add_causes(struct document *d, const GPtrArray *causes)
{
    if (causes->len > 0) {
        document_for(d, DOCUMENT_TEXT);
        document_words(d, &(struct document_style){.level = 3, .indent = 2}, DOCUMENT_PLAIN,
                       "Known patterns that fit, surest first");
        document_for(d, DOCUMENT_MARKDOWN);
        document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, "Likely causes");
    }
    document_for(d, DOCUMENT_ALL);
    document_open_list(d, "causes");
    for (guint i = 0; i < causes->len; i++) {
        const struct triage_cause *cause = causes->pdata[i];
        int number = (int)i + 1;

        const struct {
            const char *key, *label, *text;
            enum document_kind kind;
        } parts[] = {{"culprit", "where", cause->culprit, DOCUMENT_CODE},
                     {"confirm", "check", cause->confirm, DOCUMENT_WORDS},
                     {"advice", "then", cause->advice, DOCUMENT_WORDS},
                     {"fixed", "fixed", cause->fixed, DOCUMENT_WORDS}};

        document_for(d, DOCUMENT_ALL);
        document_open(d, NULL);
        add_cause_line(d, cause, number);
        document_for(d, DOCUMENT_ALL);
        for (size_t j = 0; j < G_N_ELEMENTS(parts); j++)
            document_words(d,
                           &(struct document_style){.key = parts[j].key,
                                                    .label = parts[j].label,
                                                    .is_part = true,
                                                    .indent = 8,
                                                    .label_cols = 7},
                           parts[j].kind, parts[j].text);
        document_close(d);
    }
    document_close(d);
}

/* What is said at the beginning of the long forms, and at the end of the text. */
static void add_conclusion(struct document *d, const struct triage_report *report, unsigned forms)
{
    const struct triage_result *result = report->result;

    if (report->only != NULL)
        return;
    document_narrow(d, forms);
    document_for(d, DOCUMENT_TEXT);
    document_paragraph(
        d, &(struct document_style){.level = 2, .has_mark = true, .verdict = result->verdict});
    document_sayf(d, DOCUMENT_WORDS, "Diagnosis: %s", triage_verdict_name(result->verdict));
    document_words(d, &(struct document_style){.indent = 2}, DOCUMENT_WORDS, result->diagnosis);
    add_causes(d, result->causes);
    const GPtrArray *actions = result->actions;

    document_for(d, DOCUMENT_READ);
    if (actions->len > 0)
        document_words(d, &(struct document_style){.level = 2, .indent = 2}, DOCUMENT_PLAIN,
                       "What to do next");
    document_for(d, DOCUMENT_ALL);
    document_open_list(d, "actions");
    for (guint i = 0; i < actions->len; i++)
        document_words(
            d, &(struct document_style){.number = (int)i + 1, .is_element = true, .indent = 2},
            DOCUMENT_WORDS, actions->pdata[i]);
    document_close(d);
    document_narrow(d, DOCUMENT_ALL);
}

/* --- the walk --- */

static void add_symptom(struct document *d, const struct triage_report *report, const char *label)
{
    const struct symptom_info *info = symptom_info(report->symptom);

    if (report->symptom == SYMPTOM_NONE)
        return;
    document_paragraph(d, &(struct document_style){.label = label, .label_cols = 6});
    document_sayf(d, DOCUMENT_WORDS, "%s; look with %s: %s", info->title, info->tool, info->action);
}

/* The steps it tells of, in their order: those that answer the symptom, then the rest. Returns how
 * many; a short report leaves out the branches that nothing leads to and nobody asked about. */
static size_t steps_told(const struct triage_report *report, bool is_short,
                         const struct triage_step *ret[TRIAGE_N_STEPS])
{
    enum triage_step_id order[TRIAGE_N_STEPS];
    size_t n_first = symptom_order(report->symptom, order), n = 0;

    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        const struct triage_step *step = &report->result->steps[order[i]];
        bool is_shown = !is_short || i < n_first || !triage_is_branch(step->id) ||
                        *step->suggested != '\0' || step->is_asked ||
                        step->verdict == TRIAGE_LOOK || step->verdict == TRIAGE_BAD;

        if (report->only != NULL ? step == report->only : is_shown)
            ret[n++] = step;
    }
    return n;
}

static void add_overview(struct document *d, const struct triage_report *report)
{
    static const struct document_column columns[] = {{NULL, "", DOCUMENT_COUNT, true},
                                                     {NULL, "step", DOCUMENT_PLAIN, false},
                                                     {NULL, "question", DOCUMENT_PLAIN, false},
                                                     {NULL, "verdict", DOCUMENT_PLAIN, false},
                                                     {NULL, "in short", DOCUMENT_WORDS, false}};
    const struct triage_step *steps[TRIAGE_N_STEPS];
    size_t n = steps_told(report, false, steps);

    document_for(d, DOCUMENT_MARKDOWN);
    document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, "The walk");
    add_symptom(d, report, "Seen");
    document_table(
        d, &(struct document_table){.columns = columns, .n_columns = G_N_ELEMENTS(columns)});
    for (size_t i = 0; i < n; i++)
        document_row(d,
                     (const struct document_value[]){
                         COUNT(steps[i]->id + 1), TEXT(steps[i]->title), TEXT(steps[i]->question),
                         TEXT(triage_verdict_name(steps[i]->verdict)), TEXT(steps[i]->summary)});
}

static void add_facts(struct document *d, const GPtrArray *facts)
{
    static const struct document_column columns[] = {
        {"label", "evidence", DOCUMENT_WORDS, false},  {"value", "value", DOCUMENT_WORDS, true},
        {"verdict", "verdict", DOCUMENT_PLAIN, false}, {"note", "note", DOCUMENT_WORDS, false},
        {"link", NULL, DOCUMENT_PLAIN, false},         {"link_kind", NULL, DOCUMENT_PLAIN, false},
        {"link_key", NULL, DOCUMENT_CODE, false}};

    document_table(d, &(struct document_table){.key = "facts",
                                               .columns = columns,
                                               .n_columns = G_N_ELEMENTS(columns),
                                               .is_evidence = true});
    for (guint i = 0; i < facts->len; i++) {
        const struct triage_fact *fact = facts->pdata[i];
        g_autofree char *key = ref_key(&fact->ref);

        document_row(d, (const struct document_value[]){TEXT(fact->label), TEXT(fact->value),
                                                        TEXT(triage_verdict_name(fact->verdict)),
                                                        TEXT(fact->note),
                                                        TEXT(ref_pane(fact->ref.kind)),
                                                        TEXT(ref_name(fact->ref.kind)), CODE(key)});
    }
}

static void add_step(struct document *d, const struct triage_step *step, unsigned forms)
{
    const struct document_style labelled = {.indent = 2, .label_cols = 10};
    struct document_style rule = labelled, by_hand = labelled, next = labelled;

    rule.key = "threshold", rule.label = "Rule";
    by_hand.key = "command", by_hand.label = "By hand", by_hand.is_commands = true;
    next.key = "next", next.label = "Next";
    document_narrow(d, forms);
    document_for(d, DOCUMENT_ALL);
    document_open(d, NULL);
    document_for(d, DOCUMENT_JSON);
    document_member(d, "step", COUNT(step->id + 1));
    document_member(d, "id", TEXT(step->key));
    document_member(d, "title", TEXT(step->title));
    document_member(d, "question", TEXT(step->question));
    document_member(d, "verdict", TEXT(triage_verdict_name(step->verdict)));
    document_member(d, "summary", TEXT(step->summary));
    document_member(d, "suggested", TEXT(step->suggested));
    document_member(d, "evidence_verdict", TEXT(triage_verdict_name(step->evidence_verdict)));
    document_member(d, "judgement", TEXT(triage_judgement_name(step->judgement)));
    document_for(d, DOCUMENT_TEXT);
    document_paragraph(
        d, &(struct document_style){.level = 3, .has_mark = true, .verdict = step->verdict});
    document_sayf(d, DOCUMENT_WORDS, "%d %s: %s  (%s)", step->id + 1, step->title,
                  triage_verdict_name(step->verdict), step->summary);
    document_for(d, DOCUMENT_MARKDOWN);
    document_paragraph(d, &(struct document_style){.level = 3});
    document_sayf(d, DOCUMENT_PLAIN, "%d. %s: %s", step->id + 1, step->title,
                  triage_verdict_name(step->verdict));
    document_for(d, DOCUMENT_ALL);
    document_words(d, &(struct document_style){.key = "sentence", .indent = 2}, DOCUMENT_WORDS,
                   step->sentence);
    add_facts(d, step->facts);
    document_words(d, &rule, DOCUMENT_WORDS, step->threshold);
    document_for(d, DOCUMENT_TEXT | DOCUMENT_JSON);
    document_words(d, &by_hand, DOCUMENT_CODE, step->command);
    document_for(d, DOCUMENT_ALL);
    document_words(d, &next, DOCUMENT_WORDS, step->next);
    document_close(d);
    document_narrow(d, DOCUMENT_ALL);
}

/* The text passes by the branches that nothing leads to. */
static void add_steps(struct document *d, const struct triage_report *report)
{
    const struct triage_step *all[TRIAGE_N_STEPS], *few[TRIAGE_N_STEPS];
    size_t n = steps_told(report, false, all), n_few = steps_told(report, true, few);

    document_for(d, DOCUMENT_ALL);
    document_open_list(d, "steps");
    for (size_t i = 0, shown = 0; i < n; i++) {
        bool is_short = shown < n_few && few[shown] == all[i];

        shown += is_short;
        add_step(d, all[i], is_short ? DOCUMENT_ALL : DOCUMENT_FULL);
    }
    document_for(d, DOCUMENT_ALL);
    document_close(d);
}

/* --- the end --- */

static void add_commands(struct document *d, const struct triage_result *result)
{
    document_for(d, DOCUMENT_MARKDOWN);
    document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, "By hand");
    document_block(d);
    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        g_autofree char *title = g_strdup_printf("# %s", result->steps[i].title);

        if (*result->steps[i].command == '\0')
            continue;
        document_line(d, title);
        document_line(d, result->steps[i].command);
    }
}

/* Of programs that are asked; our own is among them for readers. */
static void add_tools(struct document *d, const GPtrArray *tools)
{
    static const struct document_column columns[] = {{"name", "tool", DOCUMENT_PLAIN, false},
                                                     {"version", "version", DOCUMENT_CODE, false}};
    const struct document_table table = {
        .key = "tools", .columns = columns, .n_columns = G_N_ELEMENTS(columns)};
    guint n = tools != NULL ? tools->len : 0;

    for (unsigned form = DOCUMENT_MARKDOWN; form <= DOCUMENT_JSON; form <<= 1) {
        document_for(d, form);
        if (form == DOCUMENT_MARKDOWN && n > 0)
            document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, "Versions");
        document_table(d, &table);
        if (form == DOCUMENT_MARKDOWN && n > 0)
            document_row(
                d, (const struct document_value[]){TEXT("sidescope"), CODE(SIDESCOPE_VERSION)});
        for (guint i = 0; i < n; i++) {
            const struct tool *tool = tools->pdata[i];

            document_row(d, (const struct document_value[]){TEXT(tool->name), CODE(tool->version)});
        }
    }
}

/* --- all of it --- */

static struct document *build(const struct triage_report *report, unsigned forms)
{
    struct document *d = document_new();
    enum triage_verdict verdict =
        report->only != NULL ? report->only->verdict : report->result->verdict;

    document_for(d, DOCUMENT_JSON);
    document_member(d, "schema", COUNT(SCHEMA));
    document_member(d, "version", TEXT(SIDESCOPE_VERSION));
    document_member(d, "verdict", TEXT(triage_verdict_name(verdict)));
    document_member(d, "exit_status", COUNT(triage_report_status(report)));
    if (report->symptom != SYMPTOM_NONE)
        document_member(d, "symptom", TEXT(symptom_info(report->symptom)->key));
    report_add_head(d, report);
    document_for(d, DOCUMENT_TEXT);
    add_symptom(d, report, "seen");
    report_add_title(d, report);
    if (report->only == NULL) {
        document_for(d, DOCUMENT_FULL);
        document_words(d, &(struct document_style){.key = "diagnosis"}, DOCUMENT_WORDS,
                       report->result->diagnosis);
    }
    report_add_target(d, report);
    add_conclusion(d, report, DOCUMENT_FULL);
    if (report->only == NULL)
        add_overview(d, report);
    report_add_watch(d, report, report->only == NULL ? DOCUMENT_FULL : DOCUMENT_JSON);
    add_steps(d, report);
    if (report->only == NULL) {
        report_add_watch(d, report, DOCUMENT_TEXT);
        report_add_short_since(d, report);
        add_conclusion(d, report, DOCUMENT_TEXT);
    }
    if ((forms & DOCUMENT_FULL) != 0) {
        /* The long forms have more of a whole report; of one step its own evidence is all. */
        document_narrow(d, report->only != NULL ? DOCUMENT_JSON : DOCUMENT_FULL);
        report_add_since(d, report);
        report_add_measurements(d, report->input);
        report_add_evidence(d, report);
        add_commands(d, report->result);
        add_tools(d, report->tools);
        document_narrow(d, DOCUMENT_ALL);
    }
    return d;
}

char *triage_report_text(const struct triage_report *report, bool unicode)
{
    g_autoptr(document_auto) d = build(report, DOCUMENT_TEXT);

    return document_text(d, report->redact, unicode);
}

char *triage_report_markdown(const struct triage_report *report, bool unicode)
{
    g_autoptr(document_auto) d = build(report, DOCUMENT_MARKDOWN);

    return document_markdown(d, report->redact, unicode);
}

char *triage_report_json(const struct triage_report *report)
{
    g_autoptr(document_auto) d = build(report, DOCUMENT_JSON);

    return document_json(d, report->redact);
}

int triage_report_status(const struct triage_report *report)
{
    struct triage_result verdict = {.verdict = report->only != NULL ? report->only->verdict
                                                                    : report->result->verdict};

    return triage_exit_status(&verdict);
}
