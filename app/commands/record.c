#include "app/commands/record.h"

#include "app/commands/attach.h"
#include "app/commands/record_watch.h"
#include "app/triage/numbers.h"
#include "widgets/text.h"

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

static void say_outcome(const struct record_options *options, const struct record_outcome *outcome)
{
    g_autofree char *path = text_safe(options->output, -1, g_get_charset(NULL));
    GStatBuf info = {0};
    g_autofree char *summary = text_safe(outcome->summary != NULL ? outcome->summary : "not judged",
                                         -1, g_get_charset(NULL));

    g_stat(options->output, &info);
    g_print("%s: %s, %s; %s: %s\n", path, number_duration(outcome->seconds).text,
            number_bytes((int64_t)info.st_size).text, triage_verdict_name(outcome->verdict),
            summary);
}

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
    say_outcome(options, &outcome);
    int status = status_of(&outcome);

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
        alert_options_default(&options.alerts, config_alerts(config));
        status = find_and_record(&options, config);
    }
    config_free(config);
    record_options_clear(&options);
    return status;
}
