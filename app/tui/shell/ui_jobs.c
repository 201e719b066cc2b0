#include "app/tui/shell/ui_private.h"

#include "app/ground/folder_writer.h"

#include <string.h>

/* A job of this ui: its done callback goes through us, so that we know when it is over. */
struct ui_job {
    struct ui *ui;
    struct job *job;
    struct job_ops ops;
};

static void on_done(void *result, void *user)
{
    struct ui_job *job = user;
    struct ui_job copy = *job;

    g_hash_table_remove(job->ui->jobs, job);
    g_free(job);
    copy.ops.done(result, copy.ops.user);
}

void ui_start_job(struct ui *ui, const struct job_ops *ops, void *data)
{
    struct ui_job *job = g_new0(struct ui_job, 1);
    struct job_ops wrapped = *ops;

    job->ui = ui;
    job->ops = *ops;
    wrapped.done = on_done;
    wrapped.user = job;
    g_hash_table_add(ui->jobs, job);
    job->job = job_start(&wrapped, data);
}

void ui_forget_jobs(struct ui *ui)
{
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, ui->jobs);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        struct ui_job *job = key;

        job_cancel(job->job);
        g_free(job);
    }
    g_hash_table_unref(ui->jobs);
}

/* --- saving a text --- */

struct save {
    struct ui *ui;
    char *path, *text;
};

static void save_free(void *data)
{
    struct save *save = data;

    g_free(save->path);
    g_free(save->text);
    g_free(save);
}

/* The sentence for the footer. */
static void *save_work(void *data, const int *cancelled)
{
    const struct save *save = data;
    g_autoptr(GError) error = NULL;

    (void)cancelled;
    if (!file_write(save->path, save->text, strlen(save->text), false, &error))
        return g_strdup_printf("not written: %s", error->message);
    return g_strdup_printf("written: %s", save->path);
}

static void save_done(void *result, void *user)
{
    enum theme_role role = g_str_has_prefix(result, "written") ? THEME_GOOD : THEME_BAD;

    ui_message(user, role, "%s", (const char *)result);
    g_free(result);
}

static void on_name(struct ui *ui, const char *name, void *user)
{
    struct save *save = user;

    if (name == NULL || *name == '\0') {
        save_free(save);
        return;
    }
    save->path = g_str_has_prefix(name, "~/") ? g_build_filename(g_get_home_dir(), name + 2, NULL)
                                              : g_strdup(name);
    ui_start_job(ui,
                 &(struct job_ops){.work = save_work,
                                   .done = save_done,
                                   .free_data = save_free,
                                   .free_result = g_free,
                                   .user = ui},
                 save);
}

void ui_save_text(struct ui *ui, const char *suggestion, char *text)
{
    struct save *save = g_new0(struct save, 1);

    save->ui = ui;
    save->text = text;
    ui_prompt(ui, &(struct ui_prompt){
                      .label = "write to: ", .text = suggestion, .done = on_name, .user = save});
}

/* --- go tool pprof in a browser --- */

static void tell_address(struct ui *ui, const char *url, const char *more)
{
    g_autofree char *text = g_strdup_printf(
        "%s\n\nIt serves there until sidescope ends. The address is in the clipboard.%s", url,
        more);

    terminal_copy(ui->terminal, url);
    ui_tell(ui, "go tool pprof", text);
}

static void on_web(const struct web_pprof_result *result, void *user)
{
    struct ui *ui = user;

    if (result->url == NULL)
        ui_message(ui, THEME_BAD, "%s", result->error);
    else
        tell_address(ui, result->url,
                     result->no_graphviz ? " Graphviz is missing: no graph view." : "");
}

/* What was asked for, while the question stands. */
struct web_question {
    struct profile *profile, *base;
    char **options;
};

static void on_web_answer(struct ui *ui, bool yes, void *user)
{
    struct web_question *question = user;

    if (yes) {
        ui_message(ui, THEME_DIM, "starting go tool pprof ...");
        web_pprof_open(
            ui->web,
            &(struct web_pprof_request){.profile = question->profile,
                                        .base = question->base,
                                        .options = (const char *const *)(void *)question->options},
            on_web, ui);
    }
    profile_unref(question->profile);
    profile_unref(question->base);
    g_strfreev(question->options);
    g_free(question);
}

void ui_open_web(struct ui *ui, const struct web_pprof_request *request)
{
    const char *url;
    struct web_question *question;

    switch (web_pprof_find(ui->web, request, &url)) {
    case WEB_PPROF_SERVING:
        tell_address(ui, url, "");
        return;
    case WEB_PPROF_STARTING:
        ui_message(ui, THEME_DIM, "go tool pprof is being started on it ...");
        return;
    case WEB_PPROF_NONE:
        break;
    }
    question = g_new0(struct web_question, 1);
    question->profile = profile_ref(request->profile);
    question->base = request->base != NULL ? profile_ref(request->base) : NULL;
    question->options = g_strdupv((char **)(uintptr_t)request->options);
    ui_ask(ui, "go tool pprof",
           "Start its web server on this profile, for a browser on this machine, until sidescope "
           "ends?",
           on_web_answer, question);
}
