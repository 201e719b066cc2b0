#include "app/snapshots/marks.h"

#include "app/ground/file_error.h"
#include "app/ground/state_dir.h"
#include "app/snapshots/snapshot_folder.h"
#include "probes/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Behind the name of a mark that is being made, or steps aside; then the writer's pid. */
#define NEW_MARK ".new-"
#define OLD_MARK ".old-"

static char *path_of(const struct target *target, GError **error)
{
    g_autofree char *folder = NULL, *name = NULL;

    if (target->id.pid == 0) {
        g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS,
                    "a mark belongs to a process, and of this address none is known here");
        return NULL;
    }
    folder = state_dir("marks");
    /* The units of start times are each backend's own: "procfs-4182-73625". */
    name = g_strdup_printf("%s-%d-%" G_GUINT64_FORMAT, platform_backend_name(&target->platform),
                           (int)target->id.pid, (guint64)target->id.start_ticks);
    return g_build_filename(folder, name, NULL);
}

/* --- ended processes --- */

/* Nothing is sent: signal 0 only asks whether there is such a process. */
static bool is_dead(const char *pid_text)
{
    gint64 pid = g_ascii_strtoll(pid_text, NULL, 10);

    return pid > 0 && pid <= G_MAXINT && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* --- one writer --- */

enum { LOCK_PATIENCE_MS = 3000, LOCK_STEP_MS = 20 };

/* A descriptor that holds the folder for its owner (LOCK_EX) or for readers (LOCK_SH), also against
 * other threads of ours; the kernel lets go of it whatever ends us. -1 with error. */
static int lock_folder(const char *folder, int how, GError **error)
{
    g_autofree char *path = g_build_filename(folder, ".lock", NULL);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    for (int left_ms = LOCK_PATIENCE_MS; fd >= 0; left_ms -= LOCK_STEP_MS) {
        if (flock(fd, how | LOCK_NB) == 0)
            return fd;
        if ((errno != EWOULDBLOCK && errno != EINTR) || left_ms <= 0)
            break;
        g_usleep(LOCK_STEP_MS * 1000);
    }
    if (fd >= 0 && errno == EWOULDBLOCK)
        g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS,
                    "another sidescope is busy with the marks in %s: try again", folder);
    else
        g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS, "%s cannot be locked: %s", path,
                    g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* But for what is kept of own: it may be of a process that has just ended. */
static void tidy(const char *folder, const char *own)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        const char *dash = strchr(name, '-');

        if (dash != NULL && is_dead(dash + 1) && !g_str_has_prefix(path, own)) {
            folder_remove(path);
        } else {
            /* What a writer that was killed has left: "NAME.new-PID…" half made, "NAME.old-PID…" in
             * between. Only with the folder locked. */
            const char *made = strstr(name, NEW_MARK), *old = strstr(name, OLD_MARK);

            if (made != NULL && is_dead(made + strlen(NEW_MARK)))
                folder_remove(path);
            if (made != NULL || old == NULL)
                continue;
            g_autofree char *mark = g_strndup(path, strlen(path) - strlen(old));

            /* who moved it away did not get to put the new one in its place */
            if (g_file_test(mark, G_FILE_TEST_EXISTS) || rename(path, mark) != 0)
                folder_remove(path);
        }
    }
}

/* --- saving --- */

/* The mark before steps aside only when the new one is whole. */
static bool put_in_place(const char *made, const char *path, GError **error)
{
    g_autofree char *old = g_strdup_printf("%s" OLD_MARK "%d", path, (int)getpid());
    bool had = rename(path, old) == 0;

    if (rename(made, path) == 0) {
        if (had)
            folder_remove(old);
        return true;
    }
    g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS, "%s cannot be written: %s", path,
                g_strerror(errno));
    if (had)
        (void)rename(old, path);
    folder_remove(made);
    return false;
}

bool marks_save(const struct target *target, const struct snapshot *snapshot, GError **error)
{
    g_autofree char *path = path_of(target, error);

    if (path == NULL)
        return false;
    g_autofree char *folder = g_path_get_dirname(path);

    if (g_mkdir_with_parents(folder, 0700) != 0) {
        g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS,
                    "%s cannot be made: %s; set XDG_STATE_HOME to a folder you may write to",
                    folder, g_strerror(errno));
        return false;
    }

    /* Of this process and this call alone. */
    static int number; /* atomic */
    g_autofree char *made = g_strdup_printf("%s" NEW_MARK "%d-%d", path, (int)getpid(),
                                            __atomic_add_fetch(&number, 1, __ATOMIC_RELAXED));
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    int lock;

    g_ptr_array_add(one, (gpointer)(uintptr_t)snapshot);
    if (!snapshot_folder_save(one, made, error))
        return false;
    lock = lock_folder(folder, LOCK_EX, error);
    if (lock < 0) {
        folder_remove(made);
        return false;
    }
    tidy(folder, path);
    bool ok = put_in_place(made, path, error);

    close(lock);
    return ok;
}

/* --- loading --- */

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
    g_autoptr(GError) cause = NULL;

    if (path == NULL)
        return NULL;
    /* A reader that may not write here has to do without the lock. */
    g_autofree char *folder = g_path_get_dirname(path);
    int lock = lock_folder(folder, LOCK_SH, NULL);
    GPtrArray *loaded =
        g_file_test(path, G_FILE_TEST_IS_DIR) ? snapshot_load(path, NULL, &cause) : NULL;
    g_autoptr(snapshot_auto) snapshot =
        loaded != NULL && loaded->len > 0 ? snapshot_copy(loaded->pdata[0]) : NULL;

    if (loaded != NULL)
        g_ptr_array_unref(loaded);
    if (lock >= 0)
        close(lock);

    if (cause != NULL) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return NULL;
    }
    if (snapshot == NULL || is_older_than(snapshot, target)) {
        g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS,
                    "no mark is set for %s %d: set one first, with sidescope triage --mark %d or "
                    "with m in the dashboard",
                    target->name, (int)target->id.pid, (int)target->id.pid);
        return NULL;
    }
    return g_steal_pointer(&snapshot);
}
