#include "probes/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char *fail(GError **error, int number)
{
    g_set_error_literal(error, G_FILE_ERROR, (gint)g_file_error_from_errno(number),
                        g_strerror(number));
    return NULL;
}

static char *read_open(int fd, gsize max, gsize *ret_n, GError **error)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return fail(error, errno);
    if (!S_ISREG(st.st_mode)) {
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "it is no regular file");
        return NULL;
    }
    if (st.st_size > (off_t)max) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "it is larger than %zu KiB",
                    max / 1024);
        return NULL;
    }
    g_autofree char *text = g_malloc0(max + 1);
    ssize_t n = read(fd, text, max);

    if (n < 0)
        return fail(error, errno);
    if (ret_n != NULL)
        *ret_n = (gsize)n;
    return g_steal_pointer(&text);
}

char *small_file_read(const char *path, gsize max, gsize *ret_n, GError **error)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return fail(error, errno);
    char *text = read_open(fd, max, ret_n, error);

    close(fd);
    return text;
}
