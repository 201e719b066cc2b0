#include "app/tui/screens/snapshots_disk.h"

#include "app/snapshots/snapshot_folder.h"
#include "app/tui/screens/screens.h"
#include "app/tui/shell/errands.h"
#include "app/tui/shell/path_prompt.h"

#include <string.h>

/* What a job came to: a sentence, and what was loaded. */
struct outcome {
    char *error;     /* NULL: it worked */
    char *path;      /* raw bytes */
    GPtrArray *list; /* struct snapshot *, or NULL */
};

static void outcome_free(void *data)
{
    struct outcome *outcome = data;

    g_free(outcome->error);
    g_free(outcome->path);
    if (outcome->list != NULL)
        g_ptr_array_unref(outcome->list);
    g_free(outcome);
}

/* --- loading --- */

static void *load_work(void *data, const int *cancelled)
{
    struct outcome *outcome = g_new0(struct outcome, 1);
    g_autoptr(GError) error = NULL;

    outcome->path = g_strdup(data);
    outcome->list = snapshot_load(data, cancelled, &error);
    if (error != NULL)
        outcome->error = g_strdup(error->message);
    return outcome;
}

static void load_done(void *result, void *user)
{
    struct outcome *outcome = result;
    struct ui *ui = user;

    if (outcome->error != NULL) {
        ui_tell(ui, "Not loaded", outcome->error);
    } else {
        guint n = outcome->list->len;
        unsigned id = 0;

        while (outcome->list->len > 0)
            id = snapshots_add(ui_snapshots(ui), g_ptr_array_steal_index(outcome->list, 0));
        ui_snapshots_changed(ui);
        ui_message(ui, THEME_GOOD, "loaded as snapshot %u", id);
        if (n > 1)
            ui_message(ui, THEME_GOOD, "%u snapshots loaded from %s", n, outcome->path);
        if (strcmp(ui_top(ui)->ops->name, "snapshots") != 0)
            ui_push(ui, snapshots_screen_new(ui));
    }
    outcome_free(outcome);
}

static void on_load_path(struct ui *ui, const char *path, void *user)
{
    (void)user;
    if (path == NULL)
        return;
    ui_message(ui, THEME_DIM, "loading %s ...", path);
    ui_start_job(ui,
                 &(struct job_ops){.work = load_work,
                                   .done = load_done,
                                   .free_data = g_free,
                                   .free_result = outcome_free,
                                   .user = ui},
                 g_strdup(path));
}

void snapshots_ask_load(struct ui *ui)
{
    path_prompt(ui, "load file or folder: ", "", on_load_path, NULL);
}

/* --- saving --- */

static void *save_work(void *data, const int *cancelled)
{
    const struct outcome *wanted = data;
    struct outcome *outcome = g_new0(struct outcome, 1);
    g_autoptr(GError) error = NULL;

    (void)cancelled;
    outcome->path = g_strdup(wanted->path);
    if (!snapshot_folder_save(wanted->list, wanted->path, &error))
        outcome->error = g_strdup(error->message);
    return outcome;
}

static void save_done(void *result, void *user)
{
    struct outcome *outcome = result;

    if (outcome->error != NULL)
        ui_message(user, THEME_BAD, "not saved: %s", outcome->error);
    else
        ui_message(user, THEME_GOOD, "saved: %s", outcome->path);
    outcome_free(outcome);
}

static void on_save_path(struct ui *ui, const char *path, void *user)
{
    const struct snapshots *store = ui_snapshots(ui);
    unsigned id = GPOINTER_TO_UINT(user); /* 0: all */
    struct outcome *wanted;

    if (path == NULL)
        return;
    wanted = g_new0(struct outcome, 1);
    wanted->path = g_strdup(path);
    wanted->list = g_ptr_array_new_with_free_func((GDestroyNotify)snapshot_free);
    for (size_t i = 0; i < snapshots_count(store); i++)
        if (id == 0 || snapshots_at(store, i)->id == id)
            g_ptr_array_add(wanted->list, snapshot_copy(snapshots_at(store, i)));
    if (wanted->list->len == 0) { /* deleted while the name was typed: by the timer */
        outcome_free(wanted);
        ui_message(ui, THEME_LOOK, "not saved: the snapshot is gone");
        return;
    }
    ui_message(ui, THEME_DIM, "saving %s ...", path);
    ui_start_job(ui,
                 &(struct job_ops){.work = save_work,
                                   .done = save_done,
                                   .free_data = outcome_free,
                                   .free_result = outcome_free,
                                   .user = ui},
                 wanted);
}

void snapshots_ask_save(struct ui *ui, unsigned id)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");
    g_autofree char *name = id != 0 ? g_strdup_printf("sidescope-snapshot-%u-%s", id, stamp)
                                    : g_strdup_printf("sidescope-snapshots-%s", stamp);

    path_prompt(ui, id != 0 ? "save snapshot as folder: " : "save all snapshots as folder: ", name,
                on_save_path, GUINT_TO_POINTER(id));
}
