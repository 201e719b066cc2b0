#include "app/commands/record.h"

#include "app/commands/record_watch.h"
#include "app/recording/schema.h"
#include "app/report/recording_report.h"
#include "app/report/report_output.h"
#include "app/target/attach.h"
#include "app/triage/numbers.h"
#include "widgets/safe_text.h"

#include <glib/gstdio.h>

enum { EXIT_NOT_RECORDED = 2 };

/* Errors may quote names of processes and files: safe text only. */
static void complain(const char *sentence)
{
    g_autofree char *safe = text_safe(sentence, -1, g_get_charset(NULL));

    g_printerr("sidescope: %s\n", safe);
}

static int status_of(const struct record_outcome *outcome)
{
    const struct triage_result verdict = {.verdict = outcome->verdict};

    return triage_exit_status(&verdict);
}

/* --- the night's report --- */

/* Of all that the file holds of the process, also from before an interruption. */
static struct report_content *tell_night(const struct record_options *options,
                                         const struct config *config, GError **error)
{
    g_autoptr(reader_auto) reader = reader_open(options->output, error);

    if (reader == NULL)
        return NULL;
    size_t n = reader_n_runs(reader);

    if (n == 0) {
        g_set_error(error, RECORDING_ERROR, RECORDING_ERROR_FORMAT,
                    "%s: nothing was written, so there is nothing to report", options->output);
        return NULL;
    }
    return recording_report(reader, n - 1, reader_run(reader, n - 1)->last_us,
                            config_thresholds(config), error);
}

/* Exit status of the report. */
static int report_night(const struct record_options *options, const struct config *config)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(report_content_auto) content = tell_night(options, config, &error);
    g_autoptr(redact_auto) redact = NULL;

    if (content == NULL) {
        complain(error->message);
        return EXIT_NOT_RECORDED;
    }
    if (options->redact)
        redact = report_redact_for(report_content_view(content)->input->target);
    report_content_set_redact(content, redact);
    g_autofree char *text = report_in_form(content, REPORT_TEXT, g_get_charset(NULL));
    g_autofree char *path = text_safe(options->report, -1, g_get_charset(NULL));

    g_print("%s", text);
    if (!report_write(content, options->report, true, &error)) {
        complain(error->message);
        return EXIT_NOT_RECORDED;
    }
    g_print("\nThe report of the night: %s\n", path);
    return triage_report_status(report_content_view(content));
}

/* --- recording --- */

/* Takes the target; NULL: it is waited for. */
static int record(struct target *target, const struct record_options *options,
                  const struct config *config)
{
    struct record_outcome outcome;
    g_autoptr(GError) error = NULL;
    struct recorder *recorder = recorder_new(options->output, NULL, &error);

    if (recorder == NULL) {
        complain(error->message);
        target_free(target);
        return EXIT_NOT_RECORDED;
    }
    record_watch(target, recorder, options, config, &outcome);
    recorder_free(recorder);

    g_autofree char *path = text_safe(options->output, -1, g_get_charset(NULL));
    GStatBuf info = {0};
    g_autofree char *summary = text_safe(outcome.summary != NULL ? outcome.summary : "not judged",
                                         -1, g_get_charset(NULL));

    g_stat(options->output, &info);
    g_print("%s: %s, %s; %s: %s\n", path, number_duration(outcome.seconds).text,
            number_bytes((int64_t)info.st_size).text, triage_verdict_name(outcome.verdict),
            summary);

    int status = options->overnight ? report_night(options, config) : status_of(&outcome);

    record_outcome_clear(&outcome);
    return status;
}

static int find_and_record(const struct record_options *options, const struct config *config)
{
    struct attach_outcome *found = attach_find(options->target, options->pprof);
    int status = EXIT_NOT_RECORDED;

    if (found->target != NULL ||
        (options->wait && g_error_matches(found->error, ATTACH_ERROR, ATTACH_ERROR_NOT_FOUND))) {
        status = record(g_steal_pointer(&found->target), options, config);
    } else {
        g_autofree char *list = attach_list_candidates(found->candidates);

        complain(found->error->message);
        g_printerr("%s", list);
    }
    attach_outcome_free(found);
    return status;
}

int command_record(int argc, char **argv)
{
    struct record_options options = {0};
    g_autoptr(GError) error = NULL;
    struct config *config = NULL;
    int status = EXIT_NOT_RECORDED;

    if (!record_options_parse(argc, argv, &options, &error) ||
        (config = config_load(NULL, &error)) == NULL) {
        complain(error->message);
    } else {
        config_alerts(config, options.choices, &options.alerts);
        status = find_and_record(&options, config);
    }
    config_free(config);
    record_options_clear(&options);
    return status;
}
