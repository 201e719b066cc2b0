#include "app/marks.h"

#include "app/snapshot_folder.h"
#include "app/state_dir.h"
#include "probes/platform.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The units of start times are each backend's own: "procfs-4182-73625". */
static char *name_of(const struct target *target)
{
    return g_strdup_printf("%s-%d-%" G_GUINT64_FORMAT, platform_backend_name(&target->platform),
                           (int)target->id.pid, (guint64)target->id.start_ticks);
}

static char *path_of(const struct target *target, GError **error)
{
    g_autofree char *folder = NULL, *name = NULL;

    if (target->id.pid == 0) {
        g_set_error(error, SNAPSHOT_ERROR, SNAPSHOT_ERROR_FILE,
                    "a mark belongs to a process, and of this address none is known here");
        return NULL;
    }
    folder = state_dir("marks");
    name = name_of(target);
    return g_build_filename(folder, name, NULL);
}

/* --- ended processes -------------------------------------------------------- */

/* Nothing is sent: signal 0 only asks whether there is such a process. */
static bool has_ended(const char *name)
{
    const char *dash = strchr(name, '-');
    gint64 pid = dash != NULL ? g_ascii_strtoll(dash + 1, NULL, 10) : 0;

    return pid > 0 && pid <= G_MAXINT && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static void drop_ended(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (has_ended(name))
            folder_remove(path);
    }
}

/* --- saving ----------------------------------------------------------------- */

/* The mark before steps aside only when the new one is whole. */
static bool put_in_place(const char *made, const char *path, GError **error)
{
    g_autofree char *old = g_strdup_printf("%s.old-%d", path, (int)getpid());
    bool had = rename(path, old) == 0;

    if (rename(made, path) == 0) {
        if (had)
            folder_remove(old);
        return true;
    }
    g_set_error(error, SNAPSHOT_ERROR, SNAPSHOT_ERROR_FILE, "%s cannot be written: %s", path,
                g_strerror(errno));
    if (had)
        (void)rename(old, path);
    folder_remove(made);
    return false;
}

bool marks_save(const struct target *target, const struct snapshot *snapshot, GError **error)
{
    g_autofree char *path = path_of(target, error);
    g_autoptr(GPtrArray) one = g_ptr_array_new();

    if (path == NULL)
        return false;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *made = g_strdup_printf("%s.new-%d", path, (int)getpid());

    if (g_mkdir_with_parents(folder, 0700) != 0) {
        g_set_error(error, SNAPSHOT_ERROR, SNAPSHOT_ERROR_FILE,
                    "%s cannot be made: %s; set XDG_STATE_HOME to a folder you may write to",
                    folder, g_strerror(errno));
        return false;
    }
    drop_ended(folder);
    folder_remove(made); /* of a run that was killed */
    g_ptr_array_add(one, (gpointer)(uintptr_t)snapshot);
    return snapshot_folder_save(one, made, error) && put_in_place(made, path, error);
}

/* --- loading ---------------------------------------------------------------- */

/* A start time counts from the boot: after one, pid and start may be another process's. */
static bool is_older_than(const struct snapshot *snapshot, const struct target *target)
{
    enum { SLACK_S = 2 }; /* uptimes come in whole seconds */

    return snapshot->real_us != 0 && target->started_real_us != 0 &&
           snapshot->real_us < target->started_real_us - SLACK_S * G_USEC_PER_SEC;
}

struct snapshot *marks_load(const struct target *target, GError **error)
{
    g_autofree char *path = path_of(target, error);
    g_autoptr(snapshot_auto) snapshot = NULL;

    if (path == NULL)
        return NULL;
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        GPtrArray *loaded = snapshot_load(path, NULL, error);

        if (loaded == NULL)
            return NULL;
        if (loaded->len > 0)
            snapshot = snapshot_copy(loaded->pdata[0]);
        g_ptr_array_unref(loaded);
    }
    if (snapshot == NULL || is_older_than(snapshot, target)) {
        g_set_error(error, SNAPSHOT_ERROR, SNAPSHOT_ERROR_FILE,
                    "no mark is set for %s %d: set one first, with sidescope triage --mark %d or "
                    "with m in the dashboard",
                    target->name, (int)target->id.pid, (int)target->id.pid);
        return NULL;
    }
    return g_steal_pointer(&snapshot);
}
