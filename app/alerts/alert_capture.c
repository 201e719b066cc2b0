#include "app/alerts/alert_capture.h"

#include "app/ground/job.h"
#include "app/profiles/profile_kinds.h"
#include "app/report/report_folder.h"
#include "app/snapshots/snapshot_capture.h"
#include "app/target/capture_run.h"

#include <string.h>

/* One profile that is asked for beside the snapshot. */
struct question {
    struct alert_capture *capture;
    const struct profile_kind *kind;
    struct capture_run *run; /* NULL: could not be asked */
    bool open;
};

struct alert_capture {
    struct alert_capture_options options;
    char *folder, *config;
    struct report_content *content;
    struct snapshot_capture *snapshot_run;
    struct snapshot *snapshot; /* NULL until it is there */
    GArray *questions;         /* struct question, of fixed length once asked */
    GHashTable *answers;       /* kind's name, struct capture_result * */
    GString *problem;
    guint begin; /* idle source */
    struct job *job;
};

static void add_problem(struct alert_capture *capture, const char *what, const char *why)
{
    g_string_append_printf(capture->problem, "%s%s%s%s", capture->problem->len > 0 ? "; " : "",
                           what, *what != '\0' ? ": " : "", why);
}

/* --- the folder, off the main loop --- */

struct writing {
    struct report_content *content;
    struct snapshot *snapshot;
    char *config, *folder;
};

static void writing_free(void *data)
{
    struct writing *writing = data;

    report_content_free(writing->content);
    snapshot_free(writing->snapshot);
    g_free(writing->config);
    g_free(writing->folder);
    g_free(writing);
}

/* NULL when all went well, else the sentence. */
static void *write_folder(void *data, const int *cancelled)
{
    const struct writing *writing = data;
    g_autoptr(GError) error = NULL;

    (void)cancelled;
    if (report_folder_write(writing->content, writing->snapshot, writing->config, writing->folder,
                            &error))
        return NULL;
    return g_strdup(error->message);
}

static void tell_done(struct alert_capture *capture, const char *folder)
{
    capture->options.done(folder, capture->problem->len > 0 ? capture->problem->str : NULL,
                          capture->options.user);
}

static void on_written(void *result, void *user)
{
    struct alert_capture *capture = user;
    g_autofree char *why = result;

    capture->job = NULL;
    if (why != NULL)
        add_problem(capture, "", why);
    tell_done(capture, why == NULL ? capture->folder : NULL);
}

/* --- answers --- */

static void add_answer(gpointer key, gpointer value, gpointer user)
{
    const struct capture_result *result = value;
    struct alert_capture *capture = user;

    if (result->profile != NULL)
        snapshot_set_profile(capture->snapshot, key, profile_ref(result->profile),
                             g_bytes_ref(result->bytes));
}

static void finish_when_over(struct alert_capture *capture)
{
    if (capture->snapshot == NULL)
        return;
    for (guint i = 0; i < capture->questions->len; i++)
        if (g_array_index(capture->questions, struct question, i).open)
            return;
    g_hash_table_foreach(capture->answers, add_answer, capture);
    if (capture->options.keep != NULL &&
        capture->options.keep(capture->snapshot, capture->options.user)) {
        tell_done(capture, NULL);
    } else {
        struct writing *writing = g_new0(struct writing, 1);

        writing->content = g_steal_pointer(&capture->content);
        writing->snapshot = g_steal_pointer(&capture->snapshot);
        writing->config = g_strdup(capture->config);
        writing->folder = g_strdup(capture->folder);
        capture->job = job_start(&(struct job_ops){.work = write_folder,
                                                   .done = on_written,
                                                   .free_data = writing_free,
                                                   .free_result = g_free,
                                                   .user = capture},
                                 writing);
    }
}

static void on_answer(struct capture_result *result, void *user)
{
    struct question *question = user;
    struct alert_capture *capture = question->capture;

    question->open = false;
    if (result->outcome == CAPTURE_DONE) {
        g_hash_table_insert(capture->answers, (gpointer)question->kind->name, result);
    } else {
        add_problem(capture, question->kind->label, result->error);
        capture_result_free(result);
    }
    finish_when_over(capture);
}

static void on_snapshot(struct snapshot *snapshot, const char *problem, void *user)
{
    struct alert_capture *capture = user;

    capture->snapshot = snapshot;
    if (problem != NULL)
        add_problem(capture, "", problem);
    finish_when_over(capture);
}

/* --- asking --- */

static void choose_questions(struct alert_capture *capture, const struct target *target)
{
    size_t n;
    const struct profile_kind *kinds = profile_kinds(&n);

    for (size_t i = 0; i < n; i++) {
        const struct profile_kind *kind = &kinds[i];

        /* What the snapshot does not take, and what would disturb nobody: the option is the consent
         * to the seconds of CPU profile, not to stopping the target. */
        if (kind->asking != PROFILE_ASKING_NEVER && *kind->consent == '\0' &&
            strcmp(kind->name, "heap") != 0 &&
            (target->pprof_url != NULL || capture_needs_no_pprof(target, kind->name))) {
            struct question question = {.capture = capture, .kind = kind};

            g_array_append_val(capture->questions, question);
        }
    }
}

/* done may be called as soon as this begins: not from within alert_capture_start. */
static gboolean on_begin(gpointer user)
{
    struct alert_capture *capture = user;

    capture->begin = 0;
    snapshot_capture_start(capture->snapshot_run, on_snapshot, capture);
    return G_SOURCE_REMOVE;
}

/* --- life --- */

struct alert_capture *alert_capture_start(struct session *session,
                                          const struct alert_capture_options *options)
{
    struct alert_capture *capture = g_new0(struct alert_capture, 1);
    const struct target *target = session_target(session);

    capture->options = *options;
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");
    g_autofree char *name = g_strdup_printf("sidescope-alarm-%d-%s", (int)target->id.pid, stamp);

    capture->folder = options->directory != NULL ? g_build_filename(options->directory, name, NULL)
                                                 : g_strdup(name);
    capture->config = g_strdup(options->config);
    capture->content = report_content_new(session, options->thresholds, NULL);
    report_content_set_redact(capture->content, options->redact);
    capture->questions = g_array_new(FALSE, TRUE, sizeof(struct question));
    capture->answers =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)capture_result_free);
    capture->problem = g_string_new(NULL);
    capture->snapshot_run = snapshot_capture_new(session);
    choose_questions(capture, target);
    for (guint i = 0; i < capture->questions->len; i++) {
        struct question *question = &g_array_index(capture->questions, struct question, i);
        bool seconds = question->kind->asking == PROFILE_ASKING_SECONDS;
        struct capture_request request = {.path = question->kind->name,
                                          .seconds = seconds ? ALERT_CAPTURE_CPU_S : 0};
        g_autoptr(GError) error = NULL;

        question->run = capture_run_start(target, &request, on_answer, question, &error);
        question->open = question->run != NULL;
        if (error != NULL)
            add_problem(question->capture, question->kind->label, error->message);
    }
    capture->begin = g_idle_add(on_begin, capture);
    return capture;
}

void alert_capture_free(struct alert_capture *capture)
{
    if (capture == NULL)
        return;
    if (capture->begin != 0)
        g_source_remove(capture->begin);
    job_cancel(capture->job);
    for (guint i = 0; i < capture->questions->len; i++)
        capture_run_free(g_array_index(capture->questions, struct question, i).run);
    g_array_unref(capture->questions);
    g_hash_table_unref(capture->answers);
    snapshot_capture_free(capture->snapshot_run);
    snapshot_free(capture->snapshot);
    report_content_free(capture->content);
    g_string_free(capture->problem, TRUE);
    g_free(capture->folder);
    g_free(capture->config);
    g_free(capture);
}
