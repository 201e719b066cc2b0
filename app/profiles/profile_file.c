#include "app/profiles/profile_file.h"

#include "app/profiles/profile_source.h"
#include "pprof/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TICK_MS = 100, CHUNK_BYTES = 64 * 1024 };

static bool fail(GError **error, const char *name, const char *why)
{
    g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_FILE, "%s cannot be read: %s",
                name, why);
    return false;
}

static bool fail_errno(GError **error, const char *name)
{
    return fail(error, name, g_strerror(errno));
}

/* A raw profile may be as large as an unpacked one. */
static bool check_size(const char *name, guint64 n, GError **error)
{
    enum { MEBIBYTE = 1024 * 1024 };

    if (n <= limits_bytes())
        return true;
    g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_FILE,
                "%s is larger than the %zu MiB that may be in memory here: the commands take more "
                "with -max_size",
                name, limits_bytes() / MEBIBYTE);
    return false;
}

/* Devices never end, directories never begin. */
static bool check_kind(int fd, const char *name, GError **error)
{
    struct stat info;

    if (fstat(fd, &info) != 0)
        return fail_errno(error, name);
    if (S_ISDIR(info.st_mode))
        return fail(error, name, "it is a directory");
    if (S_ISBLK(info.st_mode) || (S_ISCHR(info.st_mode) && !isatty(fd)))
        return fail(error, name, "it is a device");
    return !S_ISREG(info.st_mode) || check_size(name, (guint64)info.st_size, error);
}

static bool read_all(int fd, const char *name, const int *cancelled, GByteArray *out,
                     GError **error)
{
    guint8 chunk[CHUNK_BYTES];

    for (;;) {
        GPollFD poll = {.fd = fd, .events = G_IO_IN | G_IO_HUP};

        do {
            if (cancelled != NULL && __atomic_load_n(cancelled, __ATOMIC_RELAXED)) {
                g_set_error(error, PROFILE_SOURCE_ERROR, PROFILE_SOURCE_ERROR_CANCELLED,
                            "cancelled");
                return false;
            }
        } while (g_poll(&poll, 1, TICK_MS) <= 0);
        ssize_t n = read(fd, chunk, sizeof chunk);

        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return fail_errno(error, name);
        if (n < 0)
            continue;
        if (!check_size(name, (guint64)out->len + (guint64)n, error))
            return false;
        g_byte_array_append(out, chunk, (guint)n);
    }
}

GBytes *profile_file_read(const char *path, const int *cancelled, GError **error)
{
    const char *name = path != NULL ? path : "standard input";
    /* a pipe without a writer must not hold the thread where nothing can end it */
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : STDIN_FILENO;

    if (fd < 0) {
        fail_errno(error, name);
        return NULL;
    }
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    bool ok = check_kind(fd, name, error) && read_all(fd, name, cancelled, bytes, error);

    if (path != NULL)
        close(fd);
    return ok ? g_byte_array_free_to_bytes(g_steal_pointer(&bytes)) : NULL;
}
