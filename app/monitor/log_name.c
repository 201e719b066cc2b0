#include "app/monitor/log_name.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_TRIES = 1000 };

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

static char *stem_of_now(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();

    return g_date_time_format(now, "mem-%Y%m%d-%H%M%S");
}

char *log_name_stem(void)
{
    g_autofree char *stem = stem_of_now();

    return g_strconcat(stem, ".log", NULL);
}

char *log_name_default(GError **error)
{
    g_autofree char *stem = stem_of_now();

    for (int i = 1; i <= MAX_TRIES; i++) {
        g_autofree char *name =
            i == 1 ? g_strconcat(stem, ".log", NULL) : g_strdup_printf("%s-%d.log", stem, i);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

        if (fd >= 0) {
            close(fd);
            return g_steal_pointer(&name);
        }
        if (errno != EEXIST)
            break;
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                "%s.log cannot be written here: %s; choose a place with --output", stem,
                g_strerror(errno));
    return NULL;
}

char *log_name_of(const char *path, const struct target *target)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *base = g_path_get_basename(path);
    g_autofree char *name = g_strcanon(g_strdup(target->name), plain, '_');
    char *dot = strrchr(base, '.');
    g_autofree char *ending = g_strdup(dot != NULL && dot != base ? dot : "");

    base[strlen(base) - strlen(ending)] = '\0';
    g_autofree char *whole = g_strdup_printf("%s-%s-%d%s", base, name, (int)target->id.pid, ending);

    return strcmp(folder, ".") == 0 ? g_steal_pointer(&whole)
                                    : g_build_filename(folder, whole, NULL);
}
