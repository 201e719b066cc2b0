#include "app/report/report_parts.h"

#include "app/triage/numbers.h"

#define CODE(value) DOCUMENT_OF_TEXT(DOCUMENT_CODE, (value))
#define COUNT(value) DOCUMENT_OF_INT(DOCUMENT_COUNT, (value))

/* What a sidecar is open for by now; before the first look what it was when it was found. */
static const char *project_of(const struct triage_input *in)
{
    return in->process != NULL && in->process->project != NULL ? in->process->project
                                                               : in->target->project;
}

/* "sidecar 4182", or an address alone. */
static char *name_of(const struct target *target)
{
    return target->id.pid != 0 ? g_strdup_printf("%s %d", target->name, (int)target->id.pid)
                               : g_strdup(target->name);
}

void report_add_head(struct document *d, const struct triage_report *report)
{
    const struct triage_input *in = report->input;
    const struct target *target = in->target;
    const struct document_style whole = {.is_whole = true};
    g_autofree char *name = name_of(target);

    document_for(d, DOCUMENT_TEXT);
    document_paragraph(d, &whole);
    document_sayf(d, DOCUMENT_WORDS, "sidescope triage of %s", name);
    if (in->process != NULL && in->process->uptime_s != SAMPLE_UNKNOWN)
        document_sayf(d, DOCUMENT_WORDS, ", up %s",
                      number_duration((double)in->process->uptime_s).text);
    if (target->version != NULL)
        document_sayf(d, DOCUMENT_WORDS, ", %s", target->version);
    if (project_of(in) != NULL)
        document_sayf(d, DOCUMENT_WORDS, " in %s", project_of(in));
    if (*target->go_version != '\0')
        document_sayf(d, DOCUMENT_WORDS, ", %s", target->go_version);
    if (target->pprof_url != NULL && *target->pprof_url != '\0')
        document_sayf(d, DOCUMENT_WORDS, ", pprof %s", target->pprof_url);
    else
        document_say(d, DOCUMENT_WORDS, ", no pprof");
    document_paragraph(d, &whole);
    document_sayf(d, DOCUMENT_WORDS, "observed %s", number_duration(in->observed_s).text);
    if (target->other_spaces != NULL)
        document_sayf(d, DOCUMENT_WORDS, "; in another namespace than this: %s",
                      target->other_spaces);
    if (!target->is_sidecar)
        document_say(d, DOCUMENT_WORDS,
                     "; not a sidecar, so its documented bands are shown but do not judge");
}

void report_add_title(struct document *d, const struct triage_report *report)
{
    g_autofree char *name = name_of(report->input->target);

    document_for(d, DOCUMENT_MARKDOWN);
    document_paragraph(d, &(struct document_style){.level = 1});
    document_say(d, DOCUMENT_PLAIN, "Triage of ");
    document_say(d, DOCUMENT_CODE, name);
    if (report->only != NULL)
        document_sayf(d, DOCUMENT_PLAIN, ": %s is %s", report->only->title,
                      triage_verdict_name(report->only->verdict));
    else
        document_sayf(d, DOCUMENT_PLAIN, ": %s", triage_verdict_name(report->result->verdict));
}

/* A moment: seconds for programs, the time of day for readers. */
static void add_moment(struct document *d, const char *key, const char *label, gint64 real_us)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(real_us / G_USEC_PER_SEC);
    g_autofree char *time =
        utc != NULL && real_us > 0 ? g_date_time_format(utc, "%Y-%m-%d %H:%M:%S UTC") : NULL;

    document_for(d, DOCUMENT_JSON);
    document_member(d, key, COUNT(real_us != 0 ? real_us / G_USEC_PER_SEC : SAMPLE_UNKNOWN));
    document_for(d, DOCUMENT_MARKDOWN);
    document_pair(d, key, label, CODE(time));
    document_for(d, DOCUMENT_FULL);
}

static void add_process(struct document *d, const struct triage_input *in)
{
    const struct target *target = in->target;
    int64_t uptime_s = in->process != NULL ? in->process->uptime_s : SAMPLE_UNKNOWN;
    g_autofree char *pid = g_strdup_printf("%d", (int)target->id.pid);

    document_for(d, DOCUMENT_FULL);
    document_pair(d, "name", "name", CODE(target->name));
    document_for(d, DOCUMENT_JSON);
    document_member(d, "pid", COUNT(target->id.pid != 0 ? target->id.pid : SAMPLE_UNKNOWN));
    document_member(d, "uptime_s", COUNT(uptime_s));
    document_for(d, DOCUMENT_MARKDOWN);
    document_pair(d, "pid", "pid", CODE(target->id.pid != 0 ? pid : ""));
    add_moment(d, "started_unix_s", "started", target->started_real_us);
    document_for(d, DOCUMENT_MARKDOWN);
    document_pair(d, "uptime_s", "uptime",
                  CODE(uptime_s != SAMPLE_UNKNOWN ? number_duration((double)uptime_s).text : ""));
    document_for(d, DOCUMENT_FULL);
    document_pair(d, "exe", "program", CODE(target->exe));
    document_pair(d, "cmdline", "command line", CODE(target->cmdline));
    document_pair(d, "version", "version", CODE(target->version));
    document_pair(d, "td_version", "td", CODE(target->td_version));
    document_pair(d, "project", "project", CODE(project_of(in)));
    document_pair(d, "other_namespaces", "other namespaces", CODE(target->other_spaces));
    document_pair(d, "go_version", "Go", CODE(target->go_version));
    document_pair(d, "pprof_url", "pprof", CODE(target->pprof_url));
    document_pair(d, "pprof_why", target->pprof_url == NULL ? "pprof" : NULL,
                  CODE(target->pprof_why));
    document_for(d, DOCUMENT_JSON);
    document_member(d, "is_sidecar", DOCUMENT_OF_INT(DOCUMENT_FLAG, target->is_sidecar));
}

void report_add_target(struct document *d, const struct triage_report *report)
{
    const struct triage_input *in = report->input;

    document_for(d, DOCUMENT_FULL);
    document_words(d, &(struct document_style){.level = 2}, DOCUMENT_PLAIN, "Target");
    document_pairs(d);
    document_open(d, "target");
    add_process(d, in);
    document_for(d, DOCUMENT_FULL);
    document_close(d);
    document_pair(d, "host", "host", CODE(report->host));
    document_pair(d, "system", "system", CODE(report->system));
    document_for(d, DOCUMENT_MARKDOWN);
    document_pair(d, "version", "sidescope", CODE(SIDESCOPE_VERSION));
    document_for(d, DOCUMENT_FULL);
    document_pair(d, "backend", "read through", CODE(report->backend));
    add_moment(d, "made_unix_s", "report made", report->made_real_us);
    document_for(d, DOCUMENT_JSON);
    document_member(d, "observed_s", DOCUMENT_OF_DOUBLE(DOCUMENT_NUMBER, in->observed_s));
    document_for(d, DOCUMENT_MARKDOWN);
    document_pair(d, "observed_s", "observed for", CODE(number_duration(in->observed_s).text));
    if (!in->target->is_sidecar)
        document_words(d, &(struct document_style){0}, DOCUMENT_PLAIN,
                       "Not a sidecar: its documented bands are shown, but do not judge.");
}
