#include "app/monitor/exposition.h"

#include <math.h>
#include <string.h>

static const char prefix[] = "sidescope_";

struct page {
    GString *out;
    enum exposition_form form;
};

const char *exposition_content_type(enum exposition_form form)
{
    return form == EXPOSITION_OPENMETRICS
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

/* --- pieces --- */

static void append_family(GString *out, enum metric metric)
{
    g_string_append(out, prefix);
    values_append_name(out, metric);
}

void exposition_append_name(GString *out, enum metric metric)
{
    append_family(out, metric);
    if (metric_info(metric)->counts_up)
        g_string_append(out, "_total");
}

/* In the one format a counter's family has the name of its samples, in the other it has not. */
static void begin_family(struct page *page, const char *family, const char *type, const char *help)
{
    bool is_counter = strcmp(type, "counter") == 0;
    const char *suffix = is_counter && page->form == EXPOSITION_TEXT ? "_total" : "";

    g_string_append_printf(page->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", family, suffix, help,
                           family, suffix, type);
}

static void append_label(GString *out, const char *name, const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, -1);

    if (out->str[out->len - 1] != '{')
        g_string_append_c(out, ',');
    g_string_append_printf(out, "%s=\"", name);
    for (const char *p = valid; *p != '\0'; p++) {
        if (*p == '\n')
            g_string_append(out, "\\n");
        else if (*p == '"' || *p == '\\')
            g_string_append_printf(out, "\\%c", *p);
        else
            g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

static void append_value(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    bool is_whole = value == floor(value) && fabs(value) < 1e15;

    g_ascii_formatd(text, sizeof text, is_whole ? "%.0f" : "%.9g", value);
    g_string_append_printf(out, " %s\n", text);
}

/* name{pid="…",process="…"[,project="…"][,label="word"]} value */
static void append_sample(struct page *page, const char *name, const struct exposed *exposed,
                          const char *label, const char *word)
{
    g_string_append_printf(page->out, "%s{", name);
    if (exposed->pid != 0) {
        g_autofree char *pid = g_strdup_printf("%d", (int)exposed->pid);

        append_label(page->out, "pid", pid);
    }
    append_label(page->out, "process", exposed->process);
    if (exposed->project != NULL)
        append_label(page->out, "project", exposed->project);
    if (label != NULL)
        append_label(page->out, label, word);
    g_string_append_c(page->out, '}');
}

/* --- families --- */

static void write_up(struct page *page, const struct exposed *exposed, size_t n)
{
    begin_family(page, "sidescope_up", "gauge",
                 "1 while the process lives (of a bare address: while it answers), else 0.");
    for (size_t i = 0; i < n; i++) {
        append_sample(page, "sidescope_up", &exposed[i], NULL, NULL);
        append_value(page->out, exposed[i].values.up ? 1 : 0);
    }
}

static bool is_known(enum metric metric, const struct exposed *exposed, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(exposed[i].values.value[metric]))
            return true;
    return false;
}

/* Units are those of the names; OpenMetrics repeats what a name ends with. */
static void write_unit(struct page *page, const char *family)
{
    static const char *const units[] = {"bytes", "percent", "seconds"};

    for (size_t i = 0; page->form == EXPOSITION_OPENMETRICS && i < G_N_ELEMENTS(units); i++)
        if (g_str_has_suffix(family, units[i]) && !g_str_has_suffix(family, "_per_second"))
            g_string_append_printf(page->out, "# UNIT %s %s\n", family, units[i]);
}

static void write_metric(struct page *page, enum metric metric, const struct exposed *exposed,
                         size_t n)
{
    const struct metric_info *info = metric_info(metric);
    g_autoptr(GString) family = g_string_new(NULL);
    g_autoptr(GString) name = g_string_new(NULL);
    g_autofree char *help = g_strdup_printf("%c%s.", g_ascii_toupper(*info->help), info->help + 1);

    if (!is_known(metric, exposed, n))
        return;
    append_family(family, metric);
    exposition_append_name(name, metric);
    begin_family(page, family->str, info->counts_up ? "counter" : "gauge", help);
    write_unit(page, family->str);
    for (size_t i = 0; i < n; i++)
        if (!isnan(exposed[i].values.value[metric])) {
            append_sample(page, name->str, &exposed[i], NULL, NULL);
            append_value(page->out, exposed[i].values.value[metric]);
        }
}

static void write_verdicts(struct page *page, const struct exposed *exposed, size_t n)
{
    begin_family(page, "sidescope_verdict", "gauge",
                 "What the triage says of a step: 0 healthy, 1 worth a look, 2 bad; absent: could "
                 "not be examined.");
    for (size_t i = 0; i < n; i++)
        for (int step = 0; step < TRIAGE_N_STEPS; step++)
            if (exposed[i].verdicts[step] != TRIAGE_UNKNOWN) {
                append_sample(page, "sidescope_verdict", &exposed[i], "step",
                              triage_step_key((enum triage_step_id)step));
                append_value(page->out, exposed[i].verdicts[step]);
            }
    begin_family(page, "sidescope_verdict_worst", "gauge",
                 "The worst of these; absent: nothing could be examined.");
    for (size_t i = 0; i < n; i++)
        if (exposed[i].worst != TRIAGE_UNKNOWN) {
            append_sample(page, "sidescope_verdict_worst", &exposed[i], NULL, NULL);
            append_value(page->out, exposed[i].worst);
        }
}

static void write_probes(struct page *page, const struct exposed *exposed, size_t n)
{
    begin_family(page, "sidescope_probe_ok", "gauge",
                 "1 where the last look of a probe worked, else 0; absent: there is nothing to "
                 "look at.");
    for (size_t i = 0; i < n; i++)
        for (int kind = 0; kind < PROBE_N_KINDS; kind++)
            if (exposed[i].probes[kind] != SAMPLE_UNSUPPORTED) {
                append_sample(page, "sidescope_probe_ok", &exposed[i], "probe",
                              probe_info((enum probe_kind)kind)->name);
                append_value(page->out, exposed[i].probes[kind] == SAMPLE_OK ? 1 : 0);
            }
}

static void write_thresholds(struct page *page, const struct thresholds *thresholds)
{
    begin_family(page, "sidescope_threshold", "gauge",
                 "The numbers that the triage judges by, in the unit that stands in the label.");
    for (size_t i = 0; i < THRESHOLD_N; i++) {
        const struct threshold *info = threshold_info((enum threshold_id)i);

        if (isnan(thresholds->value[i]))
            continue;
        g_string_append(page->out, "sidescope_threshold{");
        append_label(page->out, "key", info->key);
        append_label(page->out, "unit", info->unit);
        g_string_append_c(page->out, '}');
        append_value(page->out, thresholds->value[i]);
    }
}

char *exposition_write(const struct exposed *exposed, size_t n, const struct thresholds *thresholds,
                       enum exposition_form form)
{
    struct page page = {.out = g_string_new(NULL), .form = form};

    begin_family(&page, "sidescope_build_info", "gauge", "Version of sidescope; always 1.");
    g_string_append(page.out, "sidescope_build_info{");
    append_label(page.out, "version", SIDESCOPE_VERSION);
    g_string_append_c(page.out, '}');
    append_value(page.out, 1);
    write_up(&page, exposed, n);
    for (size_t i = 0; i < METRIC_N; i++)
        write_metric(&page, (enum metric)i, exposed, n);
    write_verdicts(&page, exposed, n);
    write_probes(&page, exposed, n);
    write_thresholds(&page, thresholds);
    if (form == EXPOSITION_OPENMETRICS)
        g_string_append(page.out, "# EOF\n");
    return g_string_free(page.out, FALSE);
}
