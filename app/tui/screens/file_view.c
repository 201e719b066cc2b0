#include "app/tui/screens/file_view.h"

#include "app/recording/moment_of_snapshot.h"
#include "app/recording/reader_source.h"
#include "app/tui/screens/screens.h"
#include "app/tui/shell/errands.h"

#include <string.h>

static void show_dashboard(struct ui *ui)
{
    if (ui_top(ui) == NULL)
        ui_push(ui, dashboard_screen_new(ui));
    else
        ui_pop_to_root(ui);
}

static bool show_recording(struct ui *ui, struct opened_file *file, const char *at, GError **error)
{
    size_t run;
    gint64 at_us;

    if (!opened_file_time(file, at, &run, &at_us, error))
        return false;
    show_dashboard(ui);
    /* without a time the end goes on moving while it is written */
    ui_open_file(ui, &(struct ui_file){.name = file->name,
                                       .source = &reader_source_ops,
                                       .data = g_steal_pointer(&file->reader),
                                       .run = run,
                                       .at_us = at != NULL ? at_us : G_MAXINT64});
    return true;
}

static bool show_capture(struct ui *ui, struct opened_file *file, const char *at, GError **error)
{
    struct session_moment moment;
    struct target *target;

    if (!opened_file_moment(file, at, &target, &moment, error))
        return false;
    show_dashboard(ui);
    ui_open_file(ui, &(struct ui_file){.name = file->name, .target = target, .moment = &moment});
    guint n = file->snapshots->len;

    while (file->snapshots->len > 0)
        snapshots_add(ui_snapshots(ui), g_ptr_array_steal_index(file->snapshots, 0));
    ui_snapshots_changed(ui);
    if (n > 1)
        ui_message(ui, THEME_GOOD, "the last of %u snapshots; %s lists them", n,
                   keymap_key(ui_keymap(ui), ACTION_SNAPSHOTS));
    return true;
}

bool file_view_show(struct ui *ui, struct opened_file *taken, const char *at, GError **error)
{
    g_autoptr(opened_file_auto) file = taken;
    const struct snapshot_profile *profile = opened_file_profile(file);

    if (file->reader != NULL)
        return show_recording(ui, file, at, error);
    if (profile == NULL || at != NULL)
        return show_capture(ui, file, at, error);
    const struct snapshot *snapshot = file->snapshots->pdata[0];
    struct profile_subject subject = {.title = file->name,
                                      .kind = profile->kind,
                                      .profile = profile->profile,
                                      .real_us = snapshot->real_us,
                                      .sample_index = -1};

    ui_push(ui, profile_screen_new(ui, &subject, PROFILE_TAB_TOP));
    return true;
}

/* --- while the screen is up --- */

struct opening {
    struct opened_file *file;
    char *problem;
};

static void opening_free(void *data)
{
    struct opening *opening = data;

    opened_file_free(opening->file);
    g_free(opening->problem);
    g_free(opening);
}

static void *open_work(void *data, const int *cancelled)
{
    struct opening *opening = g_new0(struct opening, 1);
    g_autoptr(GError) error = NULL;

    (void)cancelled;
    opening->file = opened_file_new(data, &error);
    if (opening->file == NULL)
        opening->problem = g_strdup(error->message);
    return opening;
}

static void open_done(void *result, void *user)
{
    struct opening *opening = result;
    struct ui *ui = user;
    g_autoptr(GError) error = NULL;

    if (opening->file == NULL)
        ui_tell(ui, "Not opened", opening->problem);
    else if (!file_view_show(ui, g_steal_pointer(&opening->file), NULL, &error))
        ui_tell(ui, "Not opened", error->message);
    opening_free(opening);
}

void file_view_open(struct ui *ui, const char *path)
{
    ui_message(ui, THEME_DIM, "opening %s ...", path);
    ui_start_job(ui,
                 &(struct job_ops){.work = open_work,
                                   .done = open_done,
                                   .free_data = g_free,
                                   .free_result = opening_free,
                                   .user = ui},
                 g_strdup(path));
}
