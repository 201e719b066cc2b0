#include "app/tui/shell/return_watch.h"

#include "app/target/returned.h"
#include "app/tui/shell/ui_private.h"

enum { EVERY_S = 2 };

struct return_watch {
    struct ui *ui;
    struct process_entry *found; /* or NULL */
    guint timer;
    bool looking;
    unsigned sessions; /* begun; an answer about an earlier one is nobody's */
};

struct question {
    struct target *target;
    unsigned session;
};

struct answer {
    struct process_entry *found;
    unsigned session;
};

static void free_question(void *data)
{
    struct question *question = data;

    target_free(question->target);
    g_free(question);
}

static void free_answer(void *data)
{
    struct answer *answer = data;

    process_entry_free(answer->found);
    g_free(answer);
}

static void *work(void *data, const int *cancelled)
{
    struct question *question = data;
    struct answer *answer = g_new0(struct answer, 1);

    (void)cancelled;
    answer->found = returned_find(question->target);
    answer->session = question->session;
    return answer;
}

static void done(void *result, void *user)
{
    struct return_watch *watch = user;
    struct answer *answer = result;

    watch->looking = false;
    if (answer->session == watch->sessions) {
        process_entry_free(watch->found);
        watch->found = g_steal_pointer(&answer->found);
        ui_damage(watch->ui);
    }
    free_answer(answer);
}

static gboolean on_timer(gpointer user)
{
    struct return_watch *watch = user;
    struct session *session = ui_session(watch->ui);

    if (watch->looking || session == NULL || ui_file_name(watch->ui) != NULL ||
        !session_ended(session, NULL))
        return G_SOURCE_CONTINUE;
    struct question *question = g_new0(struct question, 1);

    question->target = target_copy(session_target(session));
    question->session = watch->sessions;
    watch->looking = true;
    ui_start_job(watch->ui,
                 &(struct job_ops){.work = work,
                                   .done = done,
                                   .free_data = free_question,
                                   .free_result = free_answer,
                                   .user = watch},
                 question);
    return G_SOURCE_CONTINUE;
}

struct return_watch *return_watch_new(struct ui *ui)
{
    struct return_watch *watch = g_new0(struct return_watch, 1);

    watch->ui = ui;
    watch->timer = g_timeout_add_seconds(EVERY_S, on_timer, watch);
    return watch;
}

void return_watch_free(struct return_watch *watch)
{
    if (watch == NULL)
        return;
    g_source_remove(watch->timer);
    process_entry_free(watch->found);
    g_free(watch);
}

void return_watch_forget(struct return_watch *watch)
{
    watch->sessions++;
    g_clear_pointer(&watch->found, process_entry_free);
}

const struct process_entry *ui_returned(const struct ui *ui)
{
    return ui->returned->found;
}
