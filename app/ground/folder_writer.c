#include "app/ground/folder_writer.h"

#include "app/ground/file_error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVELS = 2 }; /* a folder, and the folders in it */

struct folder_writer {
    char *path, *made;
};

static bool fail_errno(GError **error, const char *path, const char *what)
{
    g_set_error(error, FILE_ERROR, FILE_ERROR_ACCESS, "%s cannot be %s: %s", path, what,
                g_strerror(errno));
    return false;
}

static bool fail_exists(GError **error, const char *path)
{
    g_set_error(error, FILE_ERROR, FILE_ERROR_EXISTS, "%s is there already: choose another name",
                path);
    return false;
}

static bool is_there(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS) || g_file_test(path, G_FILE_TEST_IS_SYMLINK);
}

/* --- files --- */

bool file_write_all(int fd, const void *data, size_t n)
{
    for (const char *rest = data; n > 0;) {
        ssize_t wrote = write(fd, rest, n);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        rest += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

/* Closes fd. */
static bool fill(int fd, const char *path, const void *data, size_t n, GError **error)
{
    bool ok = file_write_all(fd, data, n) && fsync(fd) == 0;

    return (close(fd) == 0 && ok) || fail_errno(error, path, "written");
}

static bool write_file(const char *path, const void *data, size_t n, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    return fd >= 0 ? fill(fd, path, data, n, error) : fail_errno(error, path, "written");
}

/* A link to the finished file fails where the name is taken, as a rename would not. */
static bool give_name(const char *made, const char *path, bool replace, GError **error)
{
    if (replace)
        return rename(made, path) == 0 || fail_errno(error, path, "written");
    if (link(made, path) == 0) {
        (void)unlink(made);
        return true;
    }
    if (errno == EEXIST)
        return fail_exists(error, path);
    /* a file system without links: between the look and the rename somebody else may write */
    if (is_there(path))
        return fail_exists(error, path);
    return rename(made, path) == 0 || fail_errno(error, path, "written");
}

bool file_write(const char *path, const void *data, size_t n, bool replace, GError **error)
{
    g_autofree char *made = g_strconcat(path, ".partial-XXXXXX", NULL);

    if (!replace && is_there(path))
        return fail_exists(error, path);
    int fd = g_mkstemp_full(made, O_WRONLY | O_CLOEXEC, 0600);

    if (fd < 0)
        return fail_errno(error, path, "written");
    if (fill(fd, path, data, n, error) && give_name(made, path, replace, error))
        return true;
    (void)unlink(made);
    return false;
}

/* --- folders --- */

static void remove_level(const char *path, int levels)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && levels > 0 && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *entry = g_build_filename(path, name, NULL);

        if (unlink(entry) != 0)
            remove_level(entry, levels - 1);
    }
    (void)rmdir(path);
}

void folder_remove(const char *path)
{
    remove_level(path, LEVELS);
}

static void writer_free(struct folder_writer *writer)
{
    g_free(writer->path);
    g_free(writer->made);
    g_free(writer);
}

struct folder_writer *folder_writer_begin(const char *path, GError **error)
{
    struct folder_writer *writer = g_new0(struct folder_writer, 1);

    /* "a/b/" names the folder b. */
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        n--;
    writer->path = g_strndup(path, n);
    writer->made = g_strconcat(writer->path, ".partial-XXXXXX", NULL);
    if (is_there(writer->path))
        fail_exists(error, writer->path);
    else if (g_mkdtemp(writer->made) == NULL)
        fail_errno(error, writer->path, "made");
    else
        return writer;
    writer_free(writer);
    return NULL;
}

bool folder_writer_put(struct folder_writer *writer, const char *name, const void *data, size_t n,
                       GError **error)
{
    g_autofree char *path = g_build_filename(writer->made, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail_errno(error, folder, "made");
    return write_file(path, data, n, error);
}

bool folder_writer_put_text(struct folder_writer *writer, const char *name, char *text,
                            GError **error)
{
    g_autofree char *owned = text;

    return folder_writer_put(writer, name, owned, strlen(owned), error);
}

/* An empty folder may be replaced by a full one in one step: nobody sees a half of it. */
static bool put_in_place(const struct folder_writer *writer, GError **error)
{
    if (mkdir(writer->path, 0700) != 0)
        return errno == EEXIST ? fail_exists(error, writer->path)
                               : fail_errno(error, writer->path, "made");
    if (rename(writer->made, writer->path) == 0)
        return true;
    fail_errno(error, writer->path, "written");
    (void)rmdir(writer->path);
    return false;
}

bool folder_writer_finish(struct folder_writer *writer, GError **error)
{
    bool ok = put_in_place(writer, error);

    if (!ok)
        folder_remove(writer->made);
    writer_free(writer);
    return ok;
}

void folder_writer_abort(struct folder_writer *writer)
{
    if (writer == NULL)
        return;
    folder_remove(writer->made);
    writer_free(writer);
}
