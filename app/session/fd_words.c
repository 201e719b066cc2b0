#include "app/session/fd_words.h"

#include <inttypes.h>

enum { SHOWN_PATHS = 3 };

static const struct fd_entry *find(const struct files_sample *files, int64_t number)
{
    for (size_t i = 0; number >= 0 && i < files->n_fds; i++)
        if (files->fds[i].fd == number)
            return &files->fds[i];
    return NULL;
}

static bool is_watched_by(const struct watched_path *path, int fd)
{
    for (size_t i = 0; i < path->n_fds; i++)
        if (path->fds[i] == fd)
            return true;
    return false;
}

bool fd_words(const struct files_sample *files, int64_t number, GString *out)
{
    const struct fd_entry *fd = files != NULL ? find(files, number) : NULL;

    if (fd == NULL)
        return false;
    g_string_append(out, fd_type_label(fd->type));
    if (fd->type == FD_INOTIFY) {
        int64_t named = 0;

        for (size_t i = 0; i < files->n_watched; i++) {
            if (!is_watched_by(&files->watched[i], fd->fd))
                continue;
            if (named++ < SHOWN_PATHS)
                g_string_append_printf(out, "%s%s", named == 1 ? ", watching " : ", ",
                                       files->watched[i].path);
        }
        int64_t shown = MIN(named, SHOWN_PATHS), more = MAX(fd->watches, named) - shown;

        if (shown > 0 && more > 0)
            g_string_append_printf(out, " and %" PRId64 " more", more);
        else if (shown == 0 && fd->watches != SAMPLE_UNKNOWN)
            g_string_append_printf(out, " with %" PRId64 " watch%s", fd->watches,
                                   fd->watches == 1 ? "" : "es");
    } else {
        g_string_append_printf(out, " %s", fd->path);
    }
    if (fd->peer != NULL)
        g_string_append_printf(out, ", other end %s", fd->peer);
    return true;
}
