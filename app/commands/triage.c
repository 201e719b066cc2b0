#include "app/commands/triage.h"

#include "app/commands/holders.h"
#include "app/commands/triage_watch.h"
#include "app/config/config.h"
#include "app/ground/tools.h"
#include "app/recording/export.h"
#include "app/recording/opened_file.h"
#include "app/report/recording_report.h"
#include "app/report/report_folder.h"
#include "app/snapshots/marks.h"
#include "app/snapshots/snapshot_capture.h"
#include "app/target/attach.h"
#include "app/target/returned.h"
#include "app/triage/notes.h"
#include "probes/secrets.h"
#include "widgets/safe_text.h"

#include <stdio.h>

enum { EXIT_NOT_EXAMINED = 2 };

/* One run on one target. */
struct examination {
    const struct triage_options *options;
    const struct config *config;
    struct session *session;
    struct opened_file *file; /* instead of a process, or NULL */
    struct snapshot *mark;    /* to compare with; NULL: none */
};

/* Errors may quote names of processes: safe text only. */
static void complain(const char *sentence)
{
    g_autofree char *safe = text_safe(sentence, -1, g_get_charset(NULL));

    g_printerr("sidescope: %s\n", safe);
}

/* --- a snapshot, waited for --- */

struct awaited {
    GMainLoop *loop;
    struct snapshot *snapshot;
    bool over;
};

static void on_snapshot(struct snapshot *snapshot, const char *problem, void *user)
{
    struct awaited *awaited = user;

    if (problem != NULL) {
        g_autofree char *sentence = g_strdup_printf("the capture is without %s", problem);

        complain(sentence);
    }
    awaited->snapshot = snapshot;
    awaited->over = true;
    g_main_loop_quit(awaited->loop);
}

/* Heap and goroutines asked for anew; what does not answer is left out and said. */
static struct snapshot *capture(struct session *session)
{
    struct awaited awaited = {.loop = g_main_loop_new(NULL, FALSE)};
    struct snapshot_capture *run = snapshot_capture_new(session);

    snapshot_capture_start(run, on_snapshot, &awaited);
    if (!awaited.over)
        g_main_loop_run(awaited.loop);
    snapshot_capture_free(run);
    g_main_loop_unref(awaited.loop);
    snapshot_take_at_hand(awaited.snapshot, session);
    return awaited.snapshot;
}

/* --- the mark --- */

static int set_mark(const struct examination *e)
{
    const struct target *target = session_target(e->session);
    g_autoptr(snapshot_auto) snapshot = capture(e->session);
    g_autoptr(GError) error = NULL;
    g_autofree char *name = text_safe(target->name, -1, g_get_charset(NULL));

    if (!marks_save(target, snapshot, &error)) {
        complain(error->message);
        return EXIT_NOT_EXAMINED;
    }
    g_print("mark set for %s %d; what is born from now on and stays: sidescope triage "
            "--since-mark %d\n",
            name, (int)target->id.pid, (int)target->id.pid);
    return 0;
}

/* Of a file nothing is asked anew: its process may be another's by now. */
static bool is_live(const struct examination *e)
{
    return e->session != NULL && !session_is_replay(e->session);
}

/* --- reporting --- */

static bool print(const char *report)
{
    if (fputs(report, stdout) >= 0 && fflush(stdout) == 0)
        return true;
    complain("the report could not be written to standard output");
    return false;
}

static bool write_folder(const struct examination *e, const struct report_content *content)
{
    g_autoptr(snapshot_auto) snapshot =
        is_live(e) ? capture(e->session) : report_content_snapshot(content);
    g_autofree char *config = config_to_text(e->config);
    g_autoptr(GError) error = NULL;

    if (report_folder_write(content, snapshot, config, e->options->folder, &error))
        return true;
    complain(error->message);
    return false;
}

static bool write_file(const struct examination *e, const struct report_content *content)
{
    g_autoptr(GError) error = NULL;

    if (report_write(content, e->options->report, e->options->force, &error))
        return true;
    complain(error->message);
    return false;
}

static bool print_holders(const struct examination *e)
{
    const struct holdings *holdings =
        e->session != NULL ? triage_notes_of(e->session)->holdings : NULL;
    g_autofree char *text = holdings != NULL ? holders_for_triage(holdings) : NULL;

    return text == NULL || print(text);
}

static struct report_content *content_of_session(const struct examination *e)
{
    if (e->options->holders) {
        /* What cannot be read is said, and no reason to fail. */
        g_autoptr(GError) error = NULL;
        struct holdings *holdings =
            is_live(e) ? holders_look(session_target(e->session), &error) : NULL;

        if (holdings != NULL)
            triage_notes_add_holdings(triage_notes_of(e->session), holdings,
                                      session_now_us(e->session));
        else
            complain(error != NULL ? error->message
                                   : "who holds memory is asked of a running process");
    }
    return report_content_new(e->session, config_thresholds(e->config), e->mark);
}

/* A recording names hosts and users of elsewhere. */
static struct redact *redact_for(const struct examination *e, const struct triage_report *view)
{
    size_t run;

    if (e->file == NULL || e->file->reader == NULL ||
        !reader_run_at(e->file->reader, view->now_us, &run))
        return report_redact_for(view->input->target);
    return export_redact(e->file->reader, &(struct export_range){run, view->now_us, view->now_us});
}

/* What is left to say of content, and its printing. Takes content. */
static int report(const struct examination *e, struct report_content *made)
{
    g_autoptr(report_content_auto) content = made;
    g_autoptr(redact_auto) redact =
        e->options->redact ? redact_for(e, report_content_view(content)) : NULL;

    /* More than the text for a terminal is asked for. */
    if (e->options->form != REPORT_TEXT || e->options->report != NULL ||
        e->options->folder != NULL) {
        g_autoptr(GPtrArray) tools = tools_probe();

        report_content_set_tools(content, tools);
    }
    report_content_set_redact(content, redact);
    report_content_set_only(content, e->options->only);
    report_content_set_symptom(content, e->options->symptom);
    int status = triage_report_status(report_content_view(content));
    bool unicode = !e->options->ascii && g_get_charset(NULL);
    g_autofree char *text = report_in_form(content, e->options->form, unicode);
    bool ok = print(text);

    if (e->options->holders)
        ok = print_holders(e) && ok;
    if (e->options->report != NULL)
        ok = write_file(e, content) && ok;
    if (e->options->folder != NULL)
        ok = write_folder(e, content) && ok;
    if (!ok)
        return EXIT_NOT_EXAMINED;
    if (is_live(e) && session_ended(e->session, NULL)) {
        complain("the process ended while it was watched; the report is of what was seen before");
        /* Whatever starts it again may have done so already. */
        const struct target *target = session_target(e->session);
        g_autoptr(process_entry_auto) back = returned_find(target);

        if (back == NULL)
            return status;
        g_autofree char *line = g_strdup_printf("%s runs again as process %d: sidescope triage %d",
                                                back->comm, (int)back->id.pid, (int)back->id.pid);

        complain(line);
    }
    return status;
}

/* Takes the target. */
static int examine(struct target *target, struct examination *e)
{
    struct session_options options;
    int status = EXIT_NOT_EXAMINED;

    config_session_options(e->config, &options);
    triage_watch_pace(e->options, &options);
    e->session = session_new(target, &options);
    if (triage_watch(e->session, e->options, e->config))
        status = e->options->mark ? set_mark(e) : report(e, content_of_session(e));
    session_free(e->session);
    return status;
}

/* What would fail at the end fails before the watching. */
static bool prepare(const struct target *target, struct examination *e, GError **error)
{
    const struct triage_options *options = e->options;
    const char *taken = options->folder;

    if (taken == NULL || !g_file_test(taken, G_FILE_TEST_EXISTS))
        taken = options->force ? NULL : options->report;
    if (taken != NULL && g_file_test(taken, G_FILE_TEST_EXISTS)) {
        g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "%s is there already: choose another name%s", taken,
                    taken == options->report ? ", or --force to replace it" : "");
        return false;
    }
    return !options->since_mark || (e->mark = marks_load(target, error)) != NULL;
}

/* --- a file in the place of a process --- */

/* A capture that shows nothing bad shows little: what it does not hold was not examined. */
static bool is_partial(const struct examination *e)
{
    struct triage_input input;
    bool partial = false;

    if (e->options->only < TRIAGE_N_STEPS)
        return false;
    triage_input_from_session(&input, e->session);
    g_autoptr(triage_result_auto) result = triage_evaluate(&input, config_thresholds(e->config));

    for (int i = 0; i < TRIAGE_N_FLOW; i++)
        partial = partial || result->steps[i].verdict == TRIAGE_UNKNOWN;
    return partial;
}

static int examine_capture(struct examination *e, struct opened_file *file, GError **error)
{
    struct session_moment moment;
    struct target *target = NULL;
    int status = EXIT_NOT_EXAMINED;

    if (!opened_file_moment(file, e->options->at, &target, &moment, error))
        return EXIT_NOT_EXAMINED;
    e->session = session_new_replay(target);
    session_show(e->session, &moment);
    if (prepare(target, e, error))
        status = report(e, content_of_session(e));
    if (status == 0 && is_partial(e)) {
        complain("nothing bad is in this file, but it does not hold every step");
        status = EXIT_NOT_EXAMINED;
    }
    session_free(e->session);
    return status;
}

static int examine_recording(struct examination *e, struct opened_file *file, GError **error)
{
    size_t run;
    gint64 at_us;

    if (!opened_file_time(file, e->options->at, &run, &at_us, error) ||
        !prepare(reader_run(file->reader, run)->target, e, error))
        return EXIT_NOT_EXAMINED;
    struct report_content *content =
        recording_report(file->reader, run, at_us, config_thresholds(e->config), error);

    return content != NULL ? report(e, content) : EXIT_NOT_EXAMINED;
}

static int examine_file(struct examination *e)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(opened_file_auto) file = NULL;
    int status = EXIT_NOT_EXAMINED;
    const struct triage_options *options = e->options;
    const char *what = options->mark            ? "--mark"
                       : options->since_mark    ? "--since-mark"
                       : options->pprof != NULL ? "--pprof"
                       : options->seconds_typed ? "--watch"
                       : options->cpu_s != 0    ? "--cpu"
                                                : NULL;

    if (what != NULL)
        g_set_error(&error, ATTACH_ERROR, ATTACH_ERROR_USAGE,
                    "%s is for a running process, and %s is a file", what, options->target);
    if (what == NULL && (e->file = file = opened_file_new(e->options->target, &error)) != NULL)
        status = file->reader != NULL ? examine_recording(e, file, &error)
                                      : examine_capture(e, file, &error);
    if (error != NULL)
        complain(error->message);
    return status;
}

static int find_and_examine(struct examination *e)
{
    struct attach_outcome *outcome = attach_find(e->options->target, e->options->pprof);
    int status = EXIT_NOT_EXAMINED;

    if (outcome->target != NULL && prepare(outcome->target, e, &outcome->error)) {
        status = examine(g_steal_pointer(&outcome->target), e);
    } else {
        g_autofree char *list = attach_list_candidates(outcome->candidates);

        complain(outcome->error->message);
        g_printerr("%s", list);
    }
    snapshot_free(e->mark);
    attach_outcome_free(outcome);
    return status;
}

int command_triage(int argc, char **argv)
{
    struct triage_options options = {0};
    g_autoptr(GError) error = NULL;
    struct config *config = NULL;
    int status = EXIT_NOT_EXAMINED;

    if (!triage_options_parse(argc, argv, &options, &error) ||
        (config = config_load(NULL, &error)) == NULL) {
        complain(error->message);
    } else if (options.rules) {
        g_autofree char *text = thresholds_text(config_thresholds(config), thresholds_on_macos());

        fputs(text, stdout);
        status = 0;
    } else {
        options.quick = options.quick || options.mark;
        if (options.keep)
            secrets_keep();
        struct examination examination = {.options = &options, .config = config};

        status = options.target != NULL && opened_file_is_meant(options.target)
                     ? examine_file(&examination)
                     : find_and_examine(&examination);
    }
    config_free(config);
    triage_options_clear(&options);
    return status;
}
