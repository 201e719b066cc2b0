#include "app/recording/remembered.h"

#include "app/ground/state_dir.h"
#include "app/recording/past.h"
#include "app/recording/schema.h"
#include "probes/platform.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

/* All recordings together may take this many times the size of one. */
enum { KEPT_SIZES = 4 };

static const gint64 short_gap_us = 600 * (gint64)G_USEC_PER_SEC;

static const char ending[] = ".sidescope";

/* --- other processes' recordings --- */

struct kept {
    char *path;
    gint64 bytes, changed_us;
    bool ended;
};

static void kept_clear(void *data)
{
    g_free(((struct kept *)data)->path);
}

/* "procfs-4182-73625.sidescope". Nothing is sent: signal 0 only asks whether there is such a
 * process. */
static bool has_ended(const char *name)
{
    const char *dash = strchr(name, '-');
    gint64 pid = dash != NULL ? g_ascii_strtoll(dash + 1, NULL, 10) : 0;

    return pid > 0 && pid <= G_MAXINT && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static gint oldest_first(gconstpointer a, gconstpointer b)
{
    gint64 left = ((const struct kept *)a)->changed_us;
    gint64 right = ((const struct kept *)b)->changed_us;

    return left < right ? -1 : left > right;
}

static void sweep(const char *folder, gint64 max_bytes)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct kept));
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    g_array_set_clear_func(all, kept_clear);
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        GStatBuf info;

        if (!g_str_has_suffix(name, ending) || g_stat(path, &info) != 0)
            continue;
        struct kept kept = {g_steal_pointer(&path), info.st_size,
                            (gint64)info.st_mtime * G_USEC_PER_SEC, has_ended(name)};

        g_array_append_val(all, kept);
    }
    g_array_sort(all, oldest_first);
    gint64 bytes = 0;

    for (guint i = 0; i < all->len; i++)
        bytes += g_array_index(all, struct kept, i).bytes;
    for (guint i = 0; i < all->len && bytes > KEPT_SIZES * max_bytes; i++) {
        const struct kept *kept = &g_array_index(all, struct kept, i);

        if (!kept->ended || g_unlink(kept->path) != 0)
            continue;
        bytes -= kept->bytes;
        for (int side = 0; side < 2; side++) { /* of a writer that was killed */
            g_autofree char *beside = g_strconcat(kept->path, side == 0 ? "-wal" : "-shm", NULL);

            (void)g_unlink(beside);
        }
    }
}

/* --- this one's --- */

static gint64 wall_of(gint64 monotonic_us, gint64 now_us)
{
    return g_get_real_time() - (now_us - monotonic_us);
}

static void load_past(struct remembered *remembered, const struct target *target)
{
    gint64 now_us = g_get_monotonic_time(), from_us;
    gint64 axis_us = remembered->recorder != NULL
                         ? recorder_axis_us(remembered->recorder, now_us)
                         : g_get_real_time(); /* the axis of who writes it is not far from that */
    struct session_moment past = {0};
    g_autoptr(GError) error = NULL;

    if (!past_load(remembered->path, target, axis_us, now_us, &past, &from_us, &error)) {
        if (error != NULL && remembered->problem == NULL)
            remembered->problem = g_strdup(error->message);
        return;
    }
    remembered->past = g_memdup2(&past, sizeof past);
    remembered->from_real_us = wall_of(from_us, now_us);
    remembered->gap_real_us = wall_of(past.now_us, now_us);
    remembered->until_real_us = wall_of(now_us, now_us);
}

struct remembered *remembered_open(const struct target *target, gint64 max_bytes)
{
    struct remembered *remembered = g_new0(struct remembered, 1);
    g_autofree char *folder = state_dir("recordings");
    const struct recorder_options options = {.max_bytes = max_bytes};
    g_autoptr(GError) error = NULL;

    if (target->id.pid == 0)
        return remembered; /* who answers at an address tomorrow nobody knows */
    if (g_mkdir_with_parents(folder, 0700) != 0) {
        remembered->problem = g_strdup_printf("%s cannot be made: %s", folder, g_strerror(errno));
        return remembered;
    }
    sweep(folder, max_bytes);
    g_autofree char *name =
        g_strdup_printf("%s-%d-%" G_GUINT64_FORMAT "%s", platform_backend_name(&target->platform),
                        (int)target->id.pid, (guint64)target->id.start_ticks, ending);

    remembered->path = g_build_filename(folder, name, NULL);
    remembered->recorder = recorder_new(remembered->path, &options, &error);
    if (error != NULL && !g_error_matches(error, RECORDING_ERROR, RECORDING_ERROR_BUSY))
        remembered->problem = g_strdup(error->message);
    if (g_file_test(remembered->path, G_FILE_TEST_EXISTS))
        load_past(remembered, target);
    return remembered;
}

void remembered_free(struct remembered *remembered)
{
    if (remembered == NULL)
        return;
    recorder_free(remembered->recorder);
    if (remembered->past != NULL)
        session_moment_clear(remembered->past);
    g_free(remembered->past);
    g_free(remembered->path);
    g_free(remembered->problem);
    g_free(remembered);
}

/* "21:04", of a short gap "21:04:11"; of another day "Nov 27 21:04". */
static char *clock_words(gint64 real_us, bool seconds)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(real_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    bool today = g_date_time_get_day_of_year(when) == g_date_time_get_day_of_year(now) &&
                 g_date_time_get_year(when) == g_date_time_get_year(now);

    return g_date_time_format(when, !today ? "%b %d %H:%M" : seconds ? "%H:%M:%S" : "%H:%M");
}

char *remembered_words(const struct remembered *remembered)
{
    if (remembered->from_real_us == 0)
        return NULL;
    bool is_short = remembered->until_real_us - remembered->gap_real_us < short_gap_us;
    g_autofree char *from = clock_words(remembered->from_real_us, false);
    g_autofree char *gap = clock_words(remembered->gap_real_us, is_short);
    g_autofree char *until = clock_words(remembered->until_real_us, is_short);

    return g_strdup_printf("watched since %s, gap %s to %s", from, gap, until);
}
