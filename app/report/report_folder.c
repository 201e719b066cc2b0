#include "app/report/report_folder.h"

#include "app/lists/file_lists.h"
#include "app/lists/process_lists.h"
#include "app/report/report_output.h"
#include "app/snapshots/snapshot_folder.h"

#include <string.h>

/* Walking more mappings makes the target's own mmap calls wait. */
enum { MAX_SMAPS_REGIONS = 5000 };

struct writing {
    struct folder_writer *folder;
    const struct triage_report *report;
    GError **error;
};

/* Takes text, which may hold any bytes. */
static bool put(struct writing *w, const char *name, char *text)
{
    g_autofree char *owned = text;

    return folder_writer_put_text(w->folder, name, redact_text(w->report->redact, owned), w->error);
}

/* --- tables --- */

static bool put_tables(struct writing *w)
{
    const struct triage_input *in = w->report->input;

    /* what is alarming is no part of the text: thresholds are not asked for */
    const struct thresholds thresholds = {0};
    const struct descriptors_list descriptors = {.files = in->files};
    const struct threads_list threads = {in->threads, &thresholds};

    return (in->files == NULL ||
            put(w, "fds.tsv",
                listing_to_tsv(&descriptors_listing, &descriptors, in->files->n_fds))) &&
           (in->threads == NULL ||
            put(w, "threads.tsv",
                listing_to_tsv(&threads_listing, &threads, in->threads->n_threads)));
}

/* --- procfs --- */

static bool is_same_process(const struct target *target)
{
    struct platform *platform = platform_open(&target->platform, target->id.pid, &target->id, NULL);
    bool zombie = false, alive = platform != NULL && platform_alive(platform, &zombie);

    platform_close(platform);
    return alive && !zombie;
}

/* What cannot be read is left out: the report says why its values are missing. */
static bool put_procfs(struct writing *w)
{
    static const char *const names[] = {"smaps", "status", "limits", "io", NULL};
    const struct triage_input *in = w->report->input;
    const struct target *target = in->target;
    bool few = in->memory != NULL && in->memory->n_regions <= MAX_SMAPS_REGIONS;

    if (target->id.pid == 0 || strcmp(w->report->backend, "procfs") != 0)
        return true;
    for (size_t i = few ? 0 : 1; names[i] != NULL; i++) {
        g_autofree char *path =
            g_strdup_printf("%s/%d/%s", target->proc_root != NULL ? target->proc_root : "/proc",
                            (int)target->id.pid, names[i]);
        g_autofree char *name = g_strconcat(names[i], ".txt", NULL);
        char *text = NULL;

        if (!g_file_get_contents(path, &text, NULL, NULL))
            continue;
        if (!is_same_process(target)) { /* its pid may be another process's by now */
            g_free(text);
            return true;
        }
        if (!put(w, name, text))
            return false;
    }
    return true;
}

/* --- the folder --- */

static bool put_reports(struct writing *w, const struct report_content *content)
{
    static const struct {
        const char *name;
        enum report_form form;
    } reports[] = {
        {"report.md", REPORT_MARKDOWN}, {"report.json", REPORT_JSON}, {"report.txt", REPORT_TEXT}};

    /* redacted already, inside what they quote */
    for (size_t i = 0; i < G_N_ELEMENTS(reports); i++)
        if (!folder_writer_put_text(w->folder, reports[i].name,
                                    report_in_form(content, reports[i].form, true), w->error))
            return false;
    return true;
}

bool report_folder_write(const struct report_content *content, const struct snapshot *snapshot,
                         const char *config, const char *path, GError **error)
{
    struct writing w = {folder_writer_begin(path, error), report_content_view(content), error};

    if (w.folder == NULL)
        return false;
    if (put_reports(&w, content) &&
        snapshot_folder_put(w.folder, snapshot, w.report->redact, error) && put_tables(&w) &&
        put_procfs(&w) && (config == NULL || put(&w, "config", g_strdup(config))))
        return folder_writer_finish(w.folder, error);
    folder_writer_abort(w.folder);
    return false;
}
