#include "app/commands/triage_options.h"

#include "app/config/config.h"
#include "app/target/attach.h"
#include "probes/limits.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const double default_seconds = 6, max_seconds = 24 * 3600;

/* As typed; what they mean together is worked out afterwards. */
struct typed {
    char *watch, *step, *symptom;
    double seconds;
    gboolean json, markdown;
};

bool triage_duration_parse(const char *text, double *ret)
{
    static const struct {
        const char *suffix;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};
    char *end;
    double value = g_ascii_strtod(text, &end);

    if (end == text || !isfinite(value) || value <= 0)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(end, units[i].suffix) == 0) {
            *ret = value * units[i].seconds;
            return true;
        }
    return false;
}

static bool take_window(const struct typed *typed, struct triage_options *ret, GError **error)
{
    ret->seconds = typed->seconds;
    ret->seconds_typed = typed->watch != NULL || typed->seconds != default_seconds;
    if (typed->watch != NULL && !triage_duration_parse(typed->watch, &ret->seconds))
        return attach_refuse(error, "--watch takes a time as 90s, 10m or 2h");
    if (ret->seconds > 0 && ret->seconds <= max_seconds)
        return true;
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE, "%s takes a number above 0 and up to %.0f",
                typed->watch != NULL ? "--watch in seconds" : "--seconds", max_seconds);
    return false;
}

static bool take_step(const struct typed *typed, struct triage_options *ret, GError **error)
{
    ret->only = typed->step != NULL ? triage_step_from_key(typed->step) : TRIAGE_N_STEPS;
    if (typed->step == NULL || ret->only < TRIAGE_N_STEPS)
        return true;
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                "\"%s\" is no step; steps: rss, fds, map, heap, cpu, goroutines, response",
                typed->step);
    return false;
}

static bool take_symptom(const struct typed *typed, struct triage_options *ret, GError **error)
{
    ret->symptom = typed->symptom != NULL ? symptom_from_key(typed->symptom) : SYMPTOM_NONE;
    if (ret->symptom == SYMPTOM_N) {
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "\"%s\" is no symptom; symptoms: rss, fds, cpu, goroutines, hang",
                    typed->symptom);
        return false;
    }
    if (ret->symptom != SYMPTOM_NONE && ret->only < TRIAGE_N_STEPS)
        return attach_refuse(error,
                             "--symptom begins with the steps that answer it, --step prints one: "
                             "say one of them");
    return true;
}

static bool take_outputs(const struct typed *typed, struct triage_options *ret, GError **error)
{
    enum report_form form;

    if (typed->json && typed->markdown)
        return attach_refuse(error, "standard output is either --json or --markdown");
    if (ret->mark && (ret->since_mark || ret->report != NULL || ret->folder != NULL ||
                      ret->only < TRIAGE_N_STEPS || ret->symptom != SYMPTOM_NONE ||
                      ret->cpu_s != 0 || ret->prove))
        return attach_refuse(error, "--mark only sets the mark: ask with --since-mark later");
    if (ret->holders && (typed->json || typed->markdown))
        return attach_refuse(error, "--holders goes with the text: sidescope holders has --json");
    ret->form = typed->json ? REPORT_JSON : typed->markdown ? REPORT_MARKDOWN : REPORT_TEXT;
    return ret->report == NULL || report_form_of(ret->report, &form, error);
}

static bool check(const struct typed *typed, int argc, char **argv, struct triage_options *ret,
                  GError **error)
{
    if (!attach_take_target(argc, argv, &ret->target, error))
        return false;
    if (ret->cpu_s < 0 || ret->cpu_s > PROBES_HTTP_MAX_SECONDS) {
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE, "--cpu takes 1 to %d seconds",
                    PROBES_HTTP_MAX_SECONDS);
        return false;
    }
    return take_window(typed, ret, error) && take_step(typed, ret, error) &&
           take_symptom(typed, ret, error) && take_outputs(typed, ret, error) &&
           attach_use_backend(ret->backend, error);
}

static void add_entries(GOptionContext *context, struct typed *typed, struct triage_options *ret)
{
    const GOptionEntry entries[] = {
        {"watch", 0, 0, G_OPTION_ARG_STRING, &typed->watch,
         "how long to watch, as 90s, 10m or 2h; slow leaks need more than the usual 6 s", "TIME"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &typed->seconds, "the same in seconds", "N"},
        {"holders", 0, 0, G_OPTION_ARG_NONE, &ret->holders,
         "also tell who keeps memory and open files alive, read from memory", NULL},
        {"prove", 0, 0, G_OPTION_ARG_NONE, &ret->prove,
         "prove which goroutines nothing can ever wake, from memory, of any Go version", NULL},
        {"quick", 0, 0, G_OPTION_ARG_NONE, &ret->quick, "one look, no trends", NULL},
        {"step", 0, 0, G_OPTION_ARG_STRING, &typed->step,
         "only this step: rss, fds, map, heap, cpu, goroutines, response", "NAME"},
        {"symptom", 0, 0, G_OPTION_ARG_STRING, &typed->symptom,
         "begin with what you see: rss, fds, cpu, goroutines, hang", "NAME"},
        {"cpu", 0, 0, G_OPTION_ARG_INT, &ret->cpu_s,
         "take a CPU profile of N seconds meanwhile: the cpu step names the functions (3 where it "
         "is "
         "busy and the kernel gives one)",
         "N"},
        {"rules", 0, 0, G_OPTION_ARG_NONE, &ret->rules,
         "print every number that judges, where it is from and what measuring says, and end", NULL},
        {"mark", 0, 0, G_OPTION_ARG_NONE, &ret->mark, "remember what there is now, and end", NULL},
        {"since-mark", 0, 0, G_OPTION_ARG_NONE, &ret->since_mark,
         "growth since that mark (or the dashboard's m), and what was born since", NULL},
        {"at", 0, 0, G_OPTION_ARG_STRING, &ret->at,
         "of a recording: as it was then (03:12, -2h, begin, end)", "TIME"},
        ATTACH_ENTRIES(&ret->pprof, &ret->backend),
        {0}};

    g_option_context_add_main_entries(context, entries, NULL);
}

bool triage_options_parse(int argc, char **argv, struct triage_options *ret, GError **error)
{
    struct typed typed = {.seconds = default_seconds};
    g_autoptr(GOptionContext) context = g_option_context_new("[TARGET|FILE]");
    g_autoptr(option_choices_auto) choices = option_choices_new();

    g_set_prgname("sidescope triage");
    g_option_context_set_summary(
        context, "Walks the documented triage: RSS, descriptors, memory map, heap.\n"
                 "TARGET is a pid, a process name, a pprof URL or host:port; none: sidecar.\n"
                 "FILE is a recording, a profile, a goroutine dump, a saved snapshot, or what lsof "
                 "or vmmap\nprinted.");
    g_option_context_set_description(
        context, "Exit status: 0 healthy, 1 findings, 2 no findings, but not all that\n"
                 "could have shown a leak was examined.\n"
                 "Ctrl-C ends watching early and reports what is known by then.\n");
    add_entries(context, &typed, ret);
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &typed.json, "one JSON document instead of text", NULL},
        {"markdown", 0, 0, G_OPTION_ARG_NONE, &typed.markdown,
         "the full report for an issue tracker", NULL},
        {"report", 0, 0, G_OPTION_ARG_FILENAME, &ret->report,
         "also write the report: .md, .json or .txt", "FILE"},
        {"folder", 0, 0, G_OPTION_ARG_FILENAME, &ret->folder,
         "also write a folder with reports and all raw captures", "DIR"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &ret->force, "let --report replace an existing file",
         NULL},
        {"redact", 0, 0, G_OPTION_ARG_NONE, &ret->redact,
         "hide home directories, user and host names", NULL},
        {"keep", 0, 0, G_OPTION_ARG_NONE, &ret->keep,
         "keep passwords and tokens of the command line, which are hidden otherwise", NULL},
        {"ascii", 0, 0, G_OPTION_ARG_NONE, &ret->ascii, "plain ASCII", NULL},
        {0}};

    g_option_context_add_main_entries(context, entries, NULL);
    option_add_alert_group(context, choices);
    bool ok = g_option_context_parse(context, &argc, &argv, error) &&
              check(&typed, argc, argv, ret, error);

    config_alerts(NULL, choices, &ret->alerts);
    g_free(typed.watch);
    g_free(typed.step);
    g_free(typed.symptom);
    return ok;
}

void triage_options_clear(struct triage_options *options)
{
    g_free(options->target);
    g_free(options->pprof);
    g_free(options->backend);
    g_free(options->at);
    g_free(options->report);
    g_free(options->folder);
    alert_options_clear(&options->alerts);
}
