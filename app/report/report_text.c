#include "app/report/report.h"

#include "app/triage/numbers.h"
#include "app/triage/patterns.h"
#include "widgets/safe_text.h"

#include <math.h>
#include <string.h>

/*
 * The report as plain text, to read in a terminal or paste into an issue.
 * Everything foreign passes text_safe, so no control byte leaves here. Commands
 * are not wrapped: they are to be copied.
 */

enum {
    REPORT_COLS = 100,
    LABEL_COLS = 34,
    LONG_LABEL_COLS = 1000, /* longer labels stand whole on a line of their own, up to this */
    VALUE_COLS = 10,
    NOTE_COL = 4 + LABEL_COLS + 1 + VALUE_COLS + 2,
    SINCE_ROWS = 10,
    WATCH_TEXT_ROWS = 12,
};

struct writer {
    GString *out;
    const struct redact *redact;
    bool unicode;
};

/* Foreign bytes as they may stand in the report. Free with g_free. */
static char *make_safe(const struct writer *writer, const char *bytes)
{
    g_autofree char *hidden = redact_text(writer->redact, bytes);

    return text_safe(hidden, -1, writer->unicode);
}

static const char *mark_of(enum triage_verdict verdict, bool unicode)
{
    static const char *const marks[][2] = {
        [TRIAGE_HEALTHY] = {"ok ", "✓"},
        [TRIAGE_LOOK] = {"!  ", "!"},
        [TRIAGE_BAD] = {"BAD", "✗"},
        [TRIAGE_UNKNOWN] = {"?  ", "?"},
    };

    return marks[verdict][unicode];
}

static void pad(GString *out, int cols)
{
    for (int i = 0; i < cols; i++)
        g_string_append_c(out, ' ');
}

/* Wraps text behind a heading; following lines hang below its first word. */
static void write_wrapped(struct writer *writer, int indent, const char *heading, const char *text)
{
    g_autofree char *safe = make_safe(writer, text);
    int hang = indent + (int)strlen(heading);
    g_autoptr(GPtrArray) lines = text_wrap(safe, REPORT_COLS - hang);

    pad(writer->out, indent);
    g_string_append(writer->out, heading);
    for (guint i = 0; i < lines->len; i++) {
        if (i > 0)
            pad(writer->out, hang);
        g_string_append_printf(writer->out, "%s\n", (const char *)lines->pdata[i]);
    }
    if (lines->len == 0)
        g_string_append_c(writer->out, '\n');
}

/* Length of the command up to a "; " that no quote protects. */
static size_t command_length(const char *text)
{
    bool quoted = false;
    size_t i;

    for (i = 0; text[i] != '\0'; i++) {
        if (text[i] == '\'')
            quoted = !quoted;
        if (!quoted && text[i] == ';' && text[i + 1] == ' ')
            break;
    }
    return i;
}

static void write_commands(struct writer *writer, const char *commands)
{
    g_autofree char *safe = make_safe(writer, commands);
    const char *at = safe, *heading = "  By hand:  ";

    while (*at != '\0') {
        size_t n = command_length(at);

        g_string_append_printf(writer->out, "%s%.*s\n", heading, (int)n, at);
        heading = "            ";
        at += n;
        at += strspn(at, "; ");
    }
}

static void write_note(struct writer *writer, const char *note, int col)
{
    g_autofree char *safe = make_safe(writer, note);
    g_autoptr(GPtrArray) lines = text_wrap(safe, REPORT_COLS - NOTE_COL);

    for (guint i = 0; i < lines->len; i++) {
        pad(writer->out, i == 0 ? NOTE_COL - col : NOTE_COL);
        g_string_append(writer->out, lines->pdata[i]);
        g_string_append_c(writer->out, '\n');
    }
    if (lines->len == 0)
        g_string_append_c(writer->out, '\n');
}

static void write_fact(struct writer *writer, const struct triage_fact *fact)
{
    g_autofree char *label = make_safe(writer, fact->label);
    g_autofree char *value = make_safe(writer, fact->value);
    bool quiet = fact->verdict == TRIAGE_HEALTHY;
    const char *mark = quiet ? "" : fact->verdict == TRIAGE_BAD ? "x" : "!";

    if (fact->verdict == TRIAGE_UNKNOWN)
        mark = "?";
    g_string_append_printf(writer->out, "  %-2s", mark);
    int cols = text_fit(writer->out, label, LONG_LABEL_COLS, TEXT_ELIDE_MIDDLE, writer->unicode);

    if (cols > LABEL_COLS) {
        g_string_append_c(writer->out, '\n');
        pad(writer->out, 4);
        cols = 0;
    }
    int gap = MAX(LABEL_COLS - cols + 1 + VALUE_COLS - text_width(value), 1);

    pad(writer->out, gap);
    g_string_append(writer->out, value);
    write_note(writer, fact->note, 4 + cols + gap + text_width(value));
}

static void write_step(struct writer *writer, size_t number, const struct triage_step *step)
{
    g_autofree char *summary = make_safe(writer, step->summary);

    g_string_append_printf(writer->out, "\n%s %zu %s: %s  (%s)\n",
                           mark_of(step->verdict, writer->unicode), number, step->title,
                           triage_verdict_name(step->verdict), summary);
    write_wrapped(writer, 2, "", step->sentence);
    for (guint i = 0; i < step->facts->len; i++)
        write_fact(writer, step->facts->pdata[i]);
    write_wrapped(writer, 2, "Rule:     ", step->threshold);
    write_commands(writer, step->command);
    write_wrapped(writer, 2, "Next:     ", step->next);
}

static void write_head(struct writer *writer, const struct triage_input *input)
{
    const struct target *target = input->target;
    g_autofree char *name = make_safe(writer, target->name);
    g_autofree char *go = make_safe(writer, target->go_version);
    g_autofree char *url = make_safe(writer, target->pprof_url != NULL ? target->pprof_url : "");

    g_string_append_printf(writer->out, "sidescope triage of %s", name);
    if (target->id.pid != 0)
        g_string_append_printf(writer->out, " %d", (int)target->id.pid);
    if (input->process != NULL && input->process->uptime_s != SAMPLE_UNKNOWN)
        g_string_append_printf(writer->out, ", up %s",
                               number_duration((double)input->process->uptime_s).text);
    if (*go != '\0')
        g_string_append_printf(writer->out, ", %s", go);
    g_string_append_printf(writer->out, *url != '\0' ? ", pprof %s\n" : ", no pprof%s\n", url);
    g_string_append_printf(writer->out, "observed %s", number_duration(input->observed_s).text);
    if (!target->is_sidecar)
        g_string_append(writer->out, "; not a sidecar, so its documented bands are shown but do "
                                     "not judge");
    g_string_append_c(writer->out, '\n');
}

static void write_symptom(struct writer *writer, const struct symptom_info *symptom)
{
    g_autofree char *text =
        g_strdup_printf("%s; look with %s: %s", symptom->title, symptom->tool, symptom->action);

    write_wrapped(writer, 0, "seen: ", text);
}

static void write_cause(struct writer *writer, const struct triage_cause *cause)
{
    const struct triage_pattern *pattern = cause->pattern;
    g_autofree char *head = g_strdup_printf("%3.0f%%  ", cause->confidence * 100);
    g_autofree char *text =
        g_strdup_printf("%s%s: %s. %s", pattern->title, pattern->leak ? "" : " (no leak)",
                        cause->evidence, pattern->cause);

    write_wrapped(writer, 2, head, text);
    if (*cause->culprit != '\0')
        write_wrapped(writer, 8, "where: ", cause->culprit);
    write_wrapped(writer, 8, "check: ", pattern->confirm);
    write_wrapped(writer, 8, "then:  ", pattern->advice);
    if (*pattern->fixed != '\0')
        write_wrapped(writer, 8, "fixed: ", pattern->fixed);
}

static void write_causes(struct writer *writer, const GPtrArray *causes)
{
    if (causes->len > 0)
        g_string_append(writer->out, "\n  Known patterns that fit, surest first\n");
    for (guint i = 0; i < causes->len; i++)
        write_cause(writer, causes->pdata[i]);
}

static void write_diagnosis(struct writer *writer, const struct triage_result *result)
{
    g_string_append_printf(writer->out, "\n%s Diagnosis: %s\n",
                           mark_of(result->verdict, writer->unicode),
                           triage_verdict_name(result->verdict));
    write_wrapped(writer, 2, "", result->diagnosis);
    write_causes(writer, result->causes);
    if (result->actions->len > 0)
        g_string_append(writer->out, "\n  What to do next\n");
    for (guint i = 0; i < result->actions->len; i++) {
        char heading[16];

        g_snprintf(heading, sizeof heading, "%u. ", i + 1);
        write_wrapped(writer, 2, heading, result->actions->pdata[i]);
    }
}

/* --- a long watch ----------------------------------------------------------- */

static void write_watch(struct writer *writer, const struct watch *watch)
{
    if (watch == NULL)
        return;
    g_autofree char *from = watch_time(watch->from_real_us), *to = watch_time(watch->to_real_us);
    double seconds = (double)(watch->to_real_us - watch->from_real_us) / G_USEC_PER_SEC;

    g_string_append_printf(writer->out, "\nWatched from %s to %s (%s)", from, to,
                           number_duration(seconds).text);
    if (watch->gap_s >= 1)
        g_string_append_printf(writer->out, ", %s of it without data",
                               number_duration(watch->gap_s).text);
    g_string_append_c(writer->out, '\n');
    if (*watch->ending != '\0')
        write_wrapped(writer, 2, "", watch->ending);
    guint n = watch->rows->len, first = n > WATCH_TEXT_ROWS ? n - WATCH_TEXT_ROWS : 0;

    for (guint i = first; i < n; i++) {
        const struct watch_row *row = &g_array_index(watch->rows, struct watch_row, i);
        g_autofree char *when = watch_time(row->real_us);
        g_autofree char *head = g_strdup_printf("%s  ", when);

        write_wrapped(writer, 2, head, row->text);
    }
    if (first > 0)
        g_string_append_printf(writer->out, "  and %u earlier\n", first);
}

/* --- since the mark --------------------------------------------------------- */

static void write_born(struct writer *writer, const struct triage_since *since,
                       enum since_list list)
{
    static const char *const heads[SINCE_N_LISTS] = {
        [SINCE_PATHS] = "descriptors opened since and still open",
        [SINCE_GOROUTINES] = "goroutines started since and still there",
        [SINCE_FUNCTIONS] = "bytes of the heap more than then",
        [SINCE_REGIONS] = "mappings more than then",
    };
    const GArray *rows = since->lists[list];

    if (heads[list] == NULL || !since->has_list[list])
        return;
    g_string_append_printf(writer->out, "  %s: %s\n", heads[list],
                           (list == SINCE_FUNCTIONS ? number_bytes(since->born_total[list])
                                                    : number_count(since->born_total[list]))
                               .text);
    for (guint i = 0; i < MIN(rows->len, (guint)SINCE_ROWS); i++) {
        const struct since_row *row = &g_array_index(rows, struct since_row, i);
        struct number_text born =
            list == SINCE_FUNCTIONS ? number_bytes(row->born) : number_count(row->born);
        g_autofree char *head = g_strdup_printf("%8s  ", born.text);

        write_wrapped(writer, 2, head, row->text);
    }
    if (rows->len > SINCE_ROWS)
        g_string_append_printf(writer->out, "            and %u more\n", rows->len - SINCE_ROWS);
}

static void write_since(struct writer *writer, const struct triage_since *since)
{
    if (since == NULL)
        return;
    g_string_append(writer->out, "\nSince the mark");
    if (!isnan(since->age_s))
        g_string_append_printf(writer->out, ", set %s before", number_duration(since->age_s).text);
    g_string_append_c(writer->out, '\n');
    for (int i = 0; i < SINCE_N_LISTS; i++)
        write_born(writer, since, (enum since_list)i);
}

/* --- the document ----------------------------------------------------------- */

char *triage_report_text(const struct triage_report *report, bool unicode)
{
    struct writer writer = {g_string_new(NULL), report->redact, unicode};

    const struct triage_step *steps[TRIAGE_N_STEPS];
    size_t n = triage_report_steps(report, true, steps);

    write_head(&writer, report->input);
    if (report->symptom != SYMPTOM_NONE)
        write_symptom(&writer, symptom_info(report->symptom));
    for (size_t i = 0; i < n; i++)
        write_step(&writer, (size_t)steps[i]->id + 1, steps[i]);
    if (report->only != NULL)
        return g_string_free(writer.out, FALSE);
    write_watch(&writer, report->watch);
    write_since(&writer, report->since);
    write_diagnosis(&writer, report->result);
    return g_string_free(writer.out, FALSE);
}
