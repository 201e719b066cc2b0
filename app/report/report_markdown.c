#include "app/report/report_markdown.h"

#include "app/triage/numbers.h"
#include "app/triage/patterns.h"
#include "widgets/safe_text.h"

#include <string.h>

/*
 * The report as GitHub-flavoured Markdown. First what a reader wants to know:
 * verdict, causes, what to do; then the walk; then the evidence.
 */

static void row(struct markdown *md, const char *title, const char *bytes)
{
    if (bytes == NULL || *bytes == '\0')
        return;
    g_string_append_printf(md->out, "| %s | ", title);
    markdown_cell_code(md, bytes);
    g_string_append(md->out, " |\n");
}

/* --- head ------------------------------------------------------------------- */

static char *local_time(gint64 real_us)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(real_us / G_USEC_PER_SEC);

    return utc != NULL && real_us > 0 ? g_date_time_format(utc, "%Y-%m-%d %H:%M:%S UTC") : NULL;
}

static void write_title(struct markdown *md, const struct triage_report *report)
{
    const struct target *target = report->input->target;
    g_autofree char *name = target->id.pid != 0
                                ? g_strdup_printf("%s %d", target->name, (int)target->id.pid)
                                : g_strdup(target->name);

    g_string_append(md->out, "# Triage of ");
    markdown_code(md, name);
    if (report->only != NULL) {
        g_string_append_printf(md->out, ": %s is %s\n", report->only->title,
                               triage_verdict_name(report->only->verdict));
        return;
    }
    g_string_append_printf(md->out, ": %s\n\n", triage_verdict_name(report->result->verdict));
    markdown_text(md, report->result->diagnosis);
    g_string_append_c(md->out, '\n');
}

static void write_process(struct markdown *md, const struct triage_report *report)
{
    const struct process_sample *process = report->input->process;
    const struct target *target = report->input->target;
    g_autofree char *started = local_time(target->started_real_us);
    g_autofree char *pid = g_strdup_printf("%d", (int)target->id.pid);

    row(md, "name", target->name);
    row(md, "pid", target->id.pid != 0 ? pid : "");
    row(md, "started", started);
    if (process != NULL && process->uptime_s != SAMPLE_UNKNOWN)
        row(md, "uptime", number_duration((double)process->uptime_s).text);
    row(md, "program", target->exe);
    row(md, "command line", target->cmdline);
    row(md, "Go", target->go_version);
    row(md, "pprof", target->pprof_url != NULL ? target->pprof_url : target->pprof_why);
}

static void write_target(struct markdown *md, const struct triage_report *report)
{
    static const char *const titles[] = {"what", "value", NULL};
    g_autofree char *made = local_time(report->made_real_us);

    markdown_heading(md, "Target");
    markdown_table(md, titles, "ll");
    write_process(md, report);
    row(md, "host", report->host);
    row(md, "system", report->system);
    row(md, "sidescope", SIDESCOPE_VERSION);
    row(md, "read through", report->backend);
    row(md, "report made", made);
    row(md, "observed for", number_duration(report->input->observed_s).text);
    if (!report->input->target->is_sidecar)
        g_string_append(md->out, "\nNot a sidecar: its documented bands are shown, but do not "
                                 "judge.\n");
}

/* --- causes ----------------------------------------------------------------- */

static void item(struct markdown *md, const char *title, const char *bytes, bool code)
{
    if (*bytes == '\0')
        return;
    g_string_append_printf(md->out, "   - %s: ", title);
    if (code)
        markdown_code(md, bytes);
    else
        markdown_text(md, bytes);
    g_string_append_c(md->out, '\n');
}

static void write_cause(struct markdown *md, guint number, const struct triage_cause *cause)
{
    const struct triage_pattern *pattern = cause->pattern;

    g_string_append_printf(md->out, "%u. **%s**%s, %.0f%% sure: ", number, pattern->title,
                           pattern->leak ? "" : " (no leak)", cause->confidence * 100);
    markdown_text(md, cause->evidence);
    g_string_append(md->out, ". ");
    markdown_text(md, pattern->cause);
    g_string_append_c(md->out, '\n');
    item(md, "where", cause->culprit, true);
    item(md, "check", pattern->confirm, false);
    item(md, "then", pattern->advice, false);
    item(md, "fixed", pattern->fixed, false);
}

static void write_causes(struct markdown *md, const struct triage_result *result)
{
    if (result->causes->len > 0)
        markdown_heading(md, "Likely causes");
    for (guint i = 0; i < result->causes->len; i++)
        write_cause(md, i + 1, result->causes->pdata[i]);
    if (result->actions->len > 0)
        markdown_heading(md, "What to do next");
    for (guint i = 0; i < result->actions->len; i++) {
        g_string_append_printf(md->out, "%u. ", i + 1);
        markdown_text(md, result->actions->pdata[i]);
        g_string_append_c(md->out, '\n');
    }
}

/* --- the walk --------------------------------------------------------------- */

static void write_overview(struct markdown *md, const struct triage_report *report)
{
    static const char *const titles[] = {"", "step", "question", "verdict", "in short", NULL};

    const struct triage_step *steps[TRIAGE_N_STEPS];
    size_t n = triage_report_steps(report, false, steps);

    markdown_heading(md, "The walk");
    if (report->symptom != SYMPTOM_NONE)
        g_string_append_printf(
            md->out, "Seen: %s; look with %s: %s.\n\n", symptom_info(report->symptom)->title,
            symptom_info(report->symptom)->tool, symptom_info(report->symptom)->action);
    markdown_table(md, titles, "rllll");
    for (size_t i = 0; i < n; i++) {
        const struct triage_step *step = steps[i];

        g_string_append_printf(md->out, "| %zu | %s | %s | %s | ", (size_t)step->id + 1,
                               step->title, step->question, triage_verdict_name(step->verdict));
        markdown_cell_text(md, step->summary);
        g_string_append(md->out, " |\n");
    }
}

static void write_facts(struct markdown *md, const GPtrArray *facts)
{
    static const char *const titles[] = {"evidence", "value", "verdict", "note", NULL};

    if (facts->len == 0)
        return;
    g_string_append_c(md->out, '\n');
    markdown_table(md, titles, "lrll");
    for (guint i = 0; i < facts->len; i++) {
        const struct triage_fact *fact = facts->pdata[i];

        g_string_append(md->out, "| ");
        markdown_cell_text(md, fact->label);
        g_string_append(md->out, " | ");
        markdown_cell_text(md, fact->value);
        g_string_append_printf(md->out, " | %s | ", triage_verdict_name(fact->verdict));
        markdown_cell_text(md, fact->note);
        g_string_append(md->out, " |\n");
    }
}

static void write_line(struct markdown *md, const char *title, const char *bytes)
{
    if (*bytes == '\0')
        return;
    g_string_append_printf(md->out, "\n%s: ", title);
    markdown_text(md, bytes);
    g_string_append_c(md->out, '\n');
}

static void write_step(struct markdown *md, const struct triage_step *step)
{
    g_string_append_printf(md->out, "\n### %zu. %s: %s\n\n", (size_t)step->id + 1, step->title,
                           triage_verdict_name(step->verdict));
    markdown_text(md, step->sentence);
    g_string_append_c(md->out, '\n');
    write_facts(md, step->facts);
    write_line(md, "Rule", step->threshold);
    write_line(md, "Next", step->next);
}

static void write_steps(struct markdown *md, const struct triage_report *report)
{
    const struct triage_step *steps[TRIAGE_N_STEPS];
    size_t n = triage_report_steps(report, false, steps);

    for (size_t i = 0; i < n; i++)
        write_step(md, steps[i]);
}

/* --- the end ---------------------------------------------------------------- */

static void write_commands(struct markdown *md, const struct triage_result *result)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    for (size_t i = 0; i < TRIAGE_N_STEPS; i++) {
        g_autofree char *hidden = redact_text(md->redact, result->steps[i].command);

        if (*hidden == '\0')
            continue;
        g_string_append_printf(lines, "# %s\n", result->steps[i].title);
        text_sanitise(lines, hidden, -1, md->unicode);
        g_string_append_c(lines, '\n');
    }
    markdown_heading(md, "By hand");
    markdown_block(md, lines->str);
}

static void write_tools(struct markdown *md, const GPtrArray *tools)
{
    static const char *const titles[] = {"tool", "version", NULL};

    if (tools == NULL || tools->len == 0)
        return;
    markdown_heading(md, "Versions");
    markdown_table(md, titles, "ll");
    row(md, "sidescope", SIDESCOPE_VERSION);
    for (guint i = 0; i < tools->len; i++) {
        const struct tool *tool = tools->pdata[i];

        row(md, tool->name, tool->version);
    }
}

/* --- what both halves use --------------------------------------------------- */

void report_markdown_left_out(struct markdown *md, size_t all, size_t shown, const char *what)
{
    if (all > shown)
        g_string_append_printf(md->out, "\n%zu more %s are not listed.\n", all - shown, what);
}

struct number_text report_signed_count(int64_t n)
{
    struct number_text text;

    g_snprintf(text.text, sizeof text.text, "%s%s", n > 0 ? "+" : "", number_count(n).text);
    return text;
}

struct number_text report_age(const struct triage_report *report, gint64 since_us)
{
    if (since_us == 0)
        return (struct number_text){"-"};
    return number_duration((double)(report->now_us - since_us) / G_USEC_PER_SEC);
}

/* --- the document ----------------------------------------------------------- */

char *triage_report_markdown(const struct triage_report *report, bool unicode)
{
    struct markdown md = {g_string_new(NULL), report->redact, unicode};

    write_title(&md, report);
    write_target(&md, report);
    if (report->only != NULL) {
        write_steps(&md, report);
        return g_string_free(md.out, FALSE);
    }
    write_causes(&md, report->result);
    write_overview(&md, report);
    report_markdown_watch(&md, report);
    write_steps(&md, report);
    report_markdown_since(&md, report);
    report_markdown_evidence(&md, report);
    write_commands(&md, report->result);
    write_tools(&md, report->tools);
    return g_string_free(md.out, FALSE);
}
