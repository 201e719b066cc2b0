#include "app/tui/screens/profile/profile_code.h"

#include <string.h>

enum {
    MAX_BYTES = 8 * 1024 * 1024, /* of a source file */
    MAX_LINES = 5000,            /* shown of one function */
    TAB_COLS = 4,
    LEAST_PARTS = 2, /* of a path below the working directory: a name alone says too little */
};

/* --- where it may be --- */

static void add(GPtrArray *places, char *path)
{
    g_ptr_array_add(places, path);
}

/* $GOROOT, or the tree that the go on PATH belongs to. NULL: none. */
static char *go_root(void)
{
    const char *root = g_getenv("GOROOT");
    g_autofree char *go = g_find_program_in_path("go");
    g_autofree char *real = go != NULL ? g_file_read_link(go, NULL) : NULL;

    if (root != NULL && *root != '\0')
        return g_strdup(root);
    if (go == NULL)
        return g_file_test("/usr/local/go/src", G_FILE_TEST_IS_DIR) ? g_strdup("/usr/local/go")
                                                                    : NULL;
    g_autofree char *bin = g_path_get_dirname(real != NULL && g_path_is_absolute(real) ? real : go);

    return g_path_get_dirname(bin);
}

static char *module_cache(void)
{
    const char *cache = g_getenv("GOMODCACHE"), *path = g_getenv("GOPATH");

    if (cache != NULL && *cache != '\0')
        return g_strdup(cache);
    return path != NULL && *path != '\0'
               ? g_build_filename(path, "pkg", "mod", NULL)
               : g_build_filename(g_get_home_dir(), "go", "pkg", "mod", NULL);
}

static size_t parts_of(const char *path)
{
    size_t n = 1;

    for (; *path != '\0'; path++)
        n += *path == '/';
    return n;
}

/* The path and all its ends: where the module's own name is not the folder's. */
static void add_below(GPtrArray *places, const char *folder, const char *file)
{
    for (const char *end = file; end != NULL && parts_of(end) >= LEAST_PARTS;) {
        add(places, g_build_filename(folder, end, NULL));
        end = strchr(end, '/');
        end = end != NULL ? end + 1 : NULL;
    }
}

static void add_below_here(GPtrArray *places, const char *file)
{
    g_autofree char *folder = g_get_current_dir();

    while (strcmp(folder, "/") != 0) {
        add_below(places, folder, file);
        char *above = g_path_get_dirname(folder);

        g_free(folder);
        folder = above;
    }
}

static GPtrArray *places_of(const char *file)
{
    GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *root = go_root(), *modules = module_cache();

    if (g_path_is_absolute(file)) {
        add(places, g_strdup(file));
        return places;
    }
    if (root != NULL)
        add(places, g_build_filename(root, "src", file, NULL));
    add(places, g_build_filename(modules, file, NULL));
    add_below_here(places, file);
    return places;
}

/* --- reading --- */

static char *read_file(const char *path)
{
    g_autoptr(GMappedFile) mapped = NULL;

    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return NULL;
    mapped = g_mapped_file_new(path, FALSE, NULL);
    if (mapped == NULL || g_mapped_file_get_length(mapped) > MAX_BYTES)
        return NULL;
    return g_strndup(g_mapped_file_get_contents(mapped), g_mapped_file_get_length(mapped));
}

/* Tabs become blanks: on a screen they would be control characters. */
static char *without_tabs(const char *line, size_t n)
{
    GString *out = g_string_sized_new(n + 16);

    for (size_t i = 0; i < n; i++) {
        if (line[i] != '\t')
            g_string_append_c(out, line[i]);
        for (int pad = TAB_COLS - (int)(out->len % TAB_COLS); line[i] == '\t' && pad > 0; pad--)
            g_string_append_c(out, ' ');
    }
    if (out->len > 0 && out->str[out->len - 1] == '\r')
        g_string_truncate(out, out->len - 1);
    return g_string_free(out, FALSE);
}

static void take_lines(struct profile_code *code, const char *text, int64_t from, int64_t to)
{
    int64_t number = 1;

    code->first = MAX(from, 1);
    to = MIN(to, code->first + MAX_LINES - 1);
    while (*text != '\0' && number <= to) {
        size_t n = strcspn(text, "\n");

        if (number >= code->first)
            g_ptr_array_add(code->lines, without_tabs(text, n));
        text += n + (text[n] == '\n');
        number++;
    }
}

/* The first places are the likely ones; a long list helps nobody. */
static char *missing_sentence(const char *file, const GPtrArray *places)
{
    enum { NAMED = 3 };
    GString *out = g_string_new(NULL);

    g_string_append_printf(out, "The source %s was not found", file);
    for (guint i = 0; i < MIN(places->len, (guint)NAMED); i++)
        g_string_append_printf(out, "%s%s", i == 0 ? "; looked for " : ", ",
                               (const char *)g_ptr_array_index(places, i));
    if (places->len > NAMED)
        g_string_append(out, " and so on. Start sidescope in the folder of the sources to see "
                             "them.");
    return g_string_free(out, FALSE);
}

struct profile_code *profile_code_read(const char *file, int64_t from, int64_t to)
{
    struct profile_code *code = g_new0(struct profile_code, 1);
    g_autoptr(GPtrArray) places = places_of(file);

    code->lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < places->len && code->path == NULL && *file != '\0'; i++) {
        const char *path = g_ptr_array_index(places, i);
        g_autofree char *text = read_file(path);

        if (text == NULL)
            continue;
        code->path = g_strdup(path);
        take_lines(code, text, from, to);
    }
    if (code->path == NULL)
        code->missing = *file != '\0' ? missing_sentence(file, places)
                                      : g_strdup("The profile names no source file for it.");
    return code;
}

void profile_code_free(struct profile_code *code)
{
    if (code == NULL)
        return;
    g_ptr_array_unref(code->lines);
    g_free(code->path);
    g_free(code->missing);
    g_free(code);
}
