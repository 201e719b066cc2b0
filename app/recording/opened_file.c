#include "app/recording/opened_file.h"

#include "app/ground/file_error.h"
#include "app/recording/file_kind.h"
#include "app/recording/moment_of_snapshot.h"
#include "app/recording/time_text.h"
#include "app/snapshots/snapshot_folder.h"

#include <string.h>

/* A process has no path and no such ending. */
static bool is_no_process(const char *word)
{
    static const char *const endings[] = {".sidescope", ".pb.gz", ".pprof", ".prof",
                                          ".txt",       ".db",    ".log"};

    if (strchr(word, '/') != NULL && strstr(word, "://") == NULL &&
        (g_path_is_absolute(word) || *word == '.' || g_file_test(word, G_FILE_TEST_EXISTS)))
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (g_str_has_suffix(word, endings[i]))
            return true;
    return false;
}

bool opened_file_is_meant(const char *word)
{
    enum file_kind kind = file_kind_of(word);

    return kind == FILE_KIND_RECORDING || kind == FILE_KIND_CAPTURE || is_no_process(word);
}

struct opened_file *opened_file_new(const char *path, GError **error)
{
    enum file_kind kind = file_kind_of(path);
    g_autoptr(opened_file_auto) file = NULL;

    if (kind == FILE_KIND_NONE)
        g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS, "%s: there is no such file", path);
    else if (kind == FILE_KIND_FOREIGN)
        g_set_error(error, FILE_ERROR, FILE_ERROR_FORMAT,
                    "%s: neither a recording nor a profile, a goroutine dump, a saved snapshot or "
                    "what lsof or vmmap printed; a process is given by its name or pid",
                    path);
    if (kind == FILE_KIND_NONE || kind == FILE_KIND_FOREIGN)
        return NULL;
    file = g_new0(struct opened_file, 1);
    file->path = g_strdup(path);
    file->name = g_path_get_basename(path);
    if (kind == FILE_KIND_RECORDING)
        file->reader = reader_open(path, error);
    else
        file->snapshots = snapshot_load(path, NULL, error);
    if (file->reader == NULL && file->snapshots == NULL)
        return NULL;
    if (file->reader == NULL || reader_n_runs(file->reader) > 0)
        return g_steal_pointer(&file);
    g_set_error(error, FILE_ERROR, FILE_ERROR_FORMAT,
                "%s: a recording in which nothing was written yet", path);
    return NULL;
}

void opened_file_free(struct opened_file *file)
{
    if (file == NULL)
        return;
    reader_free(file->reader);
    g_clear_pointer(&file->snapshots, g_ptr_array_unref);
    g_free(file->path);
    g_free(file->name);
    g_free(file);
}

static struct snapshot *last_snapshot(const struct opened_file *file)
{
    return file->snapshots->pdata[file->snapshots->len - 1];
}

const struct snapshot_profile *opened_file_profile(const struct opened_file *file)
{
    if (file->snapshots == NULL || file->snapshots->len != 1)
        return NULL;
    const struct snapshot *snapshot = last_snapshot(file);
    bool more = snapshot->goroutines != NULL || snapshot->process != NULL ||
                snapshot->memory != NULL || snapshot->files != NULL || snapshot->has_memstats;

    return !more && snapshot->profiles->len == 1
               ? &g_array_index(snapshot->profiles, struct snapshot_profile, 0)
               : NULL;
}

bool opened_file_time(struct opened_file *file, const char *at, size_t *ret_run, gint64 *ret_us,
                      GError **error)
{
    const struct reader_run *first = reader_run(file->reader, 0);
    const struct reader_run *last = reader_run(file->reader, reader_n_runs(file->reader) - 1);
    gint64 end_us = MAX(last->last_us, first->begun_us);

    *ret_us = end_us;
    if (at != NULL && !time_text_parse(at, end_us, first->begun_us, end_us, ret_us, error))
        return false;
    reader_run_at(file->reader, *ret_us, ret_run);
    const struct reader_run *run = reader_run(file->reader, *ret_run);

    *ret_us = CLAMP(*ret_us, run->begun_us, MAX(run->last_us, run->begun_us));
    return true;
}

bool opened_file_moment(struct opened_file *file, const char *at, struct target **ret_target,
                        struct session_moment *ret, GError **error)
{
    size_t run;
    gint64 at_us;

    if (file->reader == NULL && at != NULL) {
        g_set_error(error, FILE_ERROR, FILE_ERROR_FORMAT,
                    "%s is of one moment: --at is for recordings", file->path);
        return false;
    }
    if (file->reader == NULL) {
        *ret_target = target_of_snapshot(last_snapshot(file), file->name);
        moment_of_snapshot(last_snapshot(file), ret);
        return true;
    }
    if (!opened_file_time(file, at, &run, &at_us, error) ||
        !reader_moment(file->reader, run, at_us, 0, ret, error))
        return false;
    *ret_target = target_copy(reader_run(file->reader, run)->target);
    return true;
}
