#include "app/source_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- reading --- */

static char *of_environment(const char *name, const char *below)
{
    const char *value = g_getenv(name);

    return value != NULL && *value != '\0' ? g_build_filename(value, below, NULL) : NULL;
}

char *source_files_goroot(void)
{
    char *own = of_environment("GOROOT", "");

    return own != NULL ? own : g_strdup("/usr/local/go");
}

char *source_files_module_cache(void)
{
    char *own = of_environment("GOMODCACHE", "");

    if (own == NULL)
        own = of_environment("GOPATH", "pkg/mod");
    return own != NULL ? own : g_build_filename(g_get_home_dir(), "go/pkg/mod", NULL);
}

/* A directory or a device has no text, which the tool does not mind. */
static GBytes *read_all(int fd, const char *path, GError **error)
{
    struct stat st;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    guint8 block[64 * 1024];

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return g_bytes_new(NULL, 0);
    for (ssize_t n; (n = read(fd, block, sizeof block)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        if (bytes->len + (size_t)n > SOURCE_FILES_MAX_BYTES) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC,
                        "%s is larger than %d MiB: it is no source", path,
                        SOURCE_FILES_MAX_BYTES / 1024 / 1024);
            return NULL;
        }
        g_byte_array_append(bytes, block, (guint)n);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

/* Not waiting for the writer of a pipe that bears the name of a source. */
static int open_file(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static GBytes *read_absolute(const char *path, GError **error)
{
    int fd = open_file(path);

    if (fd < 0) {
        int code = errno;
        g_autofree char *words = g_ascii_strdown(g_strerror(code), -1);

        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "open %s: %s", path,
                    words);
        return NULL;
    }
    GBytes *bytes = read_all(fd, path, error);

    close(fd);
    return bytes;
}

/* --- searching --- */

static int open_below(const char *dir, const char *name)
{
    g_autofree char *joined = g_strdup_printf("%s/%s", dir, name);
    g_autofree char *path = g_canonicalize_filename(joined, "/");

    return open_file(dir[0] == '/' ? path : joined);
}

/* In dir or, failing that, in one of its parents. */
static int open_upwards(const char *start, const char *name)
{
    g_autofree char *dir = g_strdup(start);

    for (;;) {
        int fd = open_below(dir, name);
        g_autofree char *parent = g_path_get_dirname(dir);

        if (fd >= 0 || strcmp(parent, dir) == 0)
            return fd;
        g_free(dir);
        dir = g_steal_pointer(&parent);
    }
}

static int open_on_path(const char *source_path, const char *name)
{
    g_auto(GStrv) dirs = g_strsplit(source_path, ":", -1);
    int fd = -1;

    for (size_t i = 0; fd < 0 && dirs[i] != NULL; i++)
        fd = open_upwards(*dirs[i] != '\0' ? dirs[i] : ".", name);
    return fd;
}

/* Module paths are stored with "!a" for "A"; what is below a module is as it is. */
static char *escaped_module(const char *name, const char *at)
{
    GString *out = g_string_new(NULL);

    for (const char *c = name; *c != '\0'; c++)
        if (c < at && g_ascii_isupper(*c))
            g_string_append_printf(out, "!%c", g_ascii_tolower(*c));
        else
            g_string_append_c(out, *c);
    return g_string_free(out, FALSE);
}

/* What -trimpath leaves of names: "net/http/server.go", "example.com/m@v1.0.0/f.go". */
static int open_trimmed(const struct source_files *files, const char *name)
{
    const char *at = strchr(name, '@');

    if (strstr(name, "..") != NULL)
        return -1;
    if (at != NULL && files->module_cache != NULL) {
        g_autofree char *escaped = escaped_module(name, at);

        return open_below(files->module_cache, escaped);
    }
    if (at == NULL && files->goroot != NULL) {
        g_autofree char *src = g_build_filename(files->goroot, "src", NULL);

        return open_below(src, name);
    }
    return -1;
}

static GBytes *read_relative(const struct source_files *files, const char *source_path,
                             const char *name, GError **error)
{
    int fd = open_on_path(source_path, name);

    if (fd < 0)
        fd = open_trimmed(files, name);
    if (fd < 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "could not find file %s on path %s",
                    name, source_path);
        return NULL;
    }
    GBytes *bytes = read_all(fd, name, error);

    close(fd);
    return bytes;
}

GBytes *source_files_read(const struct source_files *files, const char *name, GError **error)
{
    bool searches = files->source_path != NULL && *files->source_path != '\0';
    g_autofree char *path = searches ? g_strdup(files->source_path) : g_get_current_dir();
    const char *wanted = listing_trim_path(name, files->trim_path, path);

    if (wanted[0] == '/')
        return read_absolute(wanted, error);
    return read_relative(files, path, wanted, error);
}

static GBytes *read_for_listing(void *user, const char *file, GError **error)
{
    return source_files_read(user, file, error);
}

struct listing_sources source_files_for_listing(const struct source_files *files)
{
    return (struct listing_sources){.read = read_for_listing, .user = (void *)(uintptr_t)files};
}
