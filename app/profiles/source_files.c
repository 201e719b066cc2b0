#include "app/profiles/source_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- reading --- */

static char *of_environment(const char *name, const char *below)
{
    const char *value = g_getenv(name);

    return value != NULL && *value != '\0' ? g_build_filename(value, below, NULL) : NULL;
}

/* ROOT of ROOT/bin/go, behind all links. NULL: none that has sources. */
static char *tree_of_go(void)
{
    g_autofree char *go = g_find_program_in_path("go");
    g_autofree char *real = go != NULL ? realpath(go, NULL) : NULL;

    if (real == NULL)
        return NULL;
    g_autofree char *bin = g_path_get_dirname(real);
    g_autofree char *root = g_path_get_dirname(bin);
    g_autofree char *src = g_build_filename(root, "src", NULL);

    return g_file_test(src, G_FILE_TEST_IS_DIR) ? g_steal_pointer(&root) : NULL;
}

char *source_files_goroot(void)
{
    char *own = of_environment("GOROOT", "");

    if (own == NULL)
        own = tree_of_go();
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

/* --- what may be shown --- */

static bool has_source_ending(const char *path)
{
    static const char *const endings[] = {".go", ".s",   ".S",   ".asm", ".c",   ".h",
                                          ".cc", ".cpp", ".cxx", ".hh",  ".hpp", ".m"};

    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (g_str_has_suffix(path, endings[i]))
            return true;
    return false;
}

/* path is resolved. */
static bool is_below(const char *path, const char *root)
{
    g_autofree char *real = root != NULL ? realpath(root, NULL) : NULL;
    size_t n = real != NULL ? strlen(real) : 0;

    if (n == 0 || strncmp(path, real, n) != 0)
        return false;
    return real[n - 1] == '/' || path[n] == '/';
}

/* The nearest folder upwards that holds a module or a repository, else where we are. */
static char *own_root(void)
{
    static const char *const signs[] = {"go.work", ".git", "go.mod"};
    g_autofree char *here = g_get_current_dir();

    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        g_autofree char *dir = g_strdup(here);

        while (strcmp(dir, "/") != 0) {
            g_autofree char *sign = g_build_filename(dir, signs[i], NULL);
            char *parent;

            if (g_file_test(sign, G_FILE_TEST_EXISTS))
                return g_steal_pointer(&dir);
            parent = g_path_get_dirname(dir);
            g_free(dir);
            dir = parent;
        }
    }
    return g_steal_pointer(&here);
}

static bool is_below_roots(const struct source_files *files, const char *path)
{
    g_autofree char *own = own_root();
    const char *const roots[] = {own, files->goroot, files->module_cache, g_get_home_dir()};

    for (size_t i = 0; i < G_N_ELEMENTS(roots); i++)
        if (is_below(path, roots[i]))
            return true;
    return false;
}

static bool is_below_given(const char *source_path, const char *path)
{
    g_auto(GStrv) dirs = g_strsplit(source_path, ":", -1);

    for (char **dir = dirs; *dir != NULL; dir++)
        if (is_below(path, **dir != '\0' ? *dir : "."))
            return true;
    return false;
}

/* NULL: it may be; else why not. */
static const char *why_not(const struct source_files *files, const char *path, int fd)
{
    g_autofree char *real = realpath(path, NULL);
    bool given = files->source_path != NULL && *files->source_path != '\0';
    struct stat st;

    if (!files->sources_only)
        return NULL;
    if (real == NULL || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return "is no regular file";
    if (!has_source_ending(real))
        return "has no ending of a Go, C or assembly source";
    if (!files->below_roots || (given && is_below_given(files->source_path, real)) ||
        is_below_roots(files, real))
        return NULL;
    return files->searches_more
               ? "is not below the working directory's module, home, GOROOT or the module cache; "
                 "start sidescope in the folder of the sources to see it"
               : "is not below the working directory's module, home, GOROOT or the module cache; "
                 "-source_path FOLDER allows it";
}

/* --- where it may be --- */

static void add_place(GPtrArray *places, const char *dir, const char *name)
{
    /* of the root, two slashes stay two: POSIX leaves open what they mean */
    g_autofree char *joined = g_strdup_printf("%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name);

    g_ptr_array_add(places,
                    dir[0] == '/' ? g_canonicalize_filename(joined, "/") : g_strdup(joined));
}

static size_t elements_of(const char *name)
{
    size_t n = 1;

    for (; *name != '\0'; name++)
        n += *name == '/';
    return n;
}

/* The shorter ends of a relative name; a last element alone could be anybody's. */
static void add_ends(GPtrArray *places, const char *dir, const char *name)
{
    for (const char *slash = strchr(name, '/'); slash != NULL && elements_of(slash + 1) > 1;
         slash = strchr(slash + 1, '/'))
        add_place(places, dir, slash + 1);
}

/* Of dir and all its parents. */
static void add_upwards(GPtrArray *places, const char *start, const char *name,
                        void (*add)(GPtrArray *places, const char *dir, const char *name))
{
    g_autofree char *dir = g_strdup(start);

    for (;;) {
        g_autofree char *parent = g_path_get_dirname(dir);

        add(places, dir, name);
        if (strcmp(parent, dir) == 0)
            return;
        g_free(dir);
        dir = g_steal_pointer(&parent);
    }
}

static void add_on_path(GPtrArray *places, const char *source_path, const char *name,
                        void (*add)(GPtrArray *places, const char *dir, const char *name))
{
    g_auto(GStrv) dirs = g_strsplit(source_path, ":", -1);

    for (size_t i = 0; dirs[i] != NULL; i++)
        add_upwards(places, *dirs[i] != '\0' ? dirs[i] : ".", name, add);
}

/* What -trimpath leaves of names: "net/http/server.go", "example.com/m@v1.0.0/f.go". */
static void add_trimmed(GPtrArray *places, const struct source_files *files, const char *name)
{
    const char *at = strchr(name, '@');

    if (strstr(name, "..") != NULL)
        return;
    if (at != NULL && files->module_cache != NULL) {
        /* Module paths are stored with "!a" for "A"; what is below a module is as it is. */
        GString *out = g_string_new(NULL);

        for (const char *c = name; *c != '\0'; c++)
            if (c < at && g_ascii_isupper(*c))
                g_string_append_printf(out, "!%c", g_ascii_tolower(*c));
            else
                g_string_append_c(out, *c);
        g_autofree char *escaped = g_string_free(out, FALSE);

        add_place(places, files->module_cache, escaped);
    }
    if (at == NULL && files->goroot != NULL) {
        g_autofree char *src = g_build_filename(files->goroot, "src", NULL);

        add_place(places, src, name);
    }
}

/* In the order in which they are tried; never empty. */
static GPtrArray *places_of(const struct source_files *files, const char *source_path,
                            const char *name, const char *wanted)
{
    GPtrArray *places = g_ptr_array_new_with_free_func(g_free);

    if (wanted[0] == '/' || (files->searches_more && name[0] == '/'))
        g_ptr_array_add(places, g_strdup(wanted[0] == '/' ? wanted : name));
    if (wanted[0] == '/')
        return places;
    add_on_path(places, source_path, wanted, add_place);
    add_trimmed(places, files, wanted);
    if (files->searches_more && strstr(wanted, "..") == NULL)
        add_on_path(places, source_path, wanted, add_ends);
    return places;
}

/* --- finding --- */

/* The first places are the likely ones; a long list helps nobody. */
static void set_looked_for(GError **error, const char *name, const GPtrArray *places)
{
    enum { NAMED = 3 };
    g_autoptr(GString) out = g_string_new(NULL);

    for (guint i = 0; i < MIN(places->len, (guint)NAMED); i++)
        g_string_append_printf(out, "%s%s", i == 0 ? "; looked for " : ", ",
                               (const char *)g_ptr_array_index(places, i));
    if (places->len > NAMED)
        g_string_append(out, " and so on. Start sidescope in the folder of the sources to see "
                             "them.");
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "The source %s was not found%s", name,
                out->str);
}

/* -1 when it cannot be, and errno says why. */
static int open_place(const struct source_files *files, const char *path)
{
    /* Not waiting for the writer of a pipe that bears the name of a source. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0 || !files->searches_more || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
        return fd;
    close(fd);
    errno = EISDIR;
    return -1;
}

static int find(const struct source_files *files, const char *name, char **ret_path, GError **error)
{
    bool searches = files->source_path != NULL && *files->source_path != '\0';
    g_autofree char *path = searches ? g_strdup(files->source_path) : g_get_current_dir();
    const char *wanted = source_listing_trim_path(name, files->trim_path, path);
    g_autoptr(GPtrArray) places = places_of(files, path, name, wanted);
    int code = ENOENT;

    for (guint i = 0; i < places->len; i++) {
        int fd = open_place(files, g_ptr_array_index(places, i));

        code = errno;
        if (fd < 0)
            continue;
        const char *refused = why_not(files, g_ptr_array_index(places, i), fd);

        if (refused == NULL) {
            *ret_path = g_strdup(g_ptr_array_index(places, i));
            return fd;
        }
        close(fd);
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_ACCES, "%s %s",
                    (const char *)g_ptr_array_index(places, i), refused);
        return -1;
    }
    if (files->searches_more) {
        set_looked_for(error, name, places);
    } else if (wanted[0] == '/') {
        g_autofree char *words = g_ascii_strdown(g_strerror(code), -1);

        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "open %s: %s", wanted,
                    words);
    } else {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "could not find file %s on path %s",
                    wanted, path);
    }
    return -1;
}

char *source_files_find(const struct source_files *files, const char *name, GError **error)
{
    char *path = NULL;
    int fd = find(files, name, &path, error);

    if (fd >= 0)
        close(fd);
    return path;
}

GBytes *source_files_read_at(const struct source_files *files, const char *name, char **ret_path,
                             GError **error)
{
    g_autofree char *path = NULL;
    int fd = find(files, name, &path, error);

    if (fd < 0)
        return NULL;
    GBytes *bytes = read_all(fd, path, error);

    close(fd);
    if (bytes != NULL && ret_path != NULL)
        *ret_path = g_steal_pointer(&path);
    return bytes;
}

GBytes *source_files_read(const struct source_files *files, const char *name, GError **error)
{
    return source_files_read_at(files, name, NULL, error);
}

static GBytes *read_for_listing(void *user, const char *file, GError **error)
{
    return source_files_read(user, file, error);
}

struct source_listing_sources source_files_for_listing(const struct source_files *files)
{
    return (struct source_listing_sources){
        .read = read_for_listing, .user = (void *)(uintptr_t)files, .checked = files->sources_only};
}
