#include "app/tui/shell/editor.h"

#include "app/profiles/source_files.h"
#include "app/tui/shell/errands.h"
#include "pprof/source_listing_check.h"

#include <string.h>

/* These take FILE:LINE; all others take +LINE FILE, as vi, nano and emacs do. */
static bool takes_colon(const char *program)
{
    static const char *const names[] = {"code", "codium", "cursor", "hx", "helix", "subl", "zed"};
    g_autofree char *base = g_path_get_basename(program);

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(base, names[i]) == 0)
            return true;
    return false;
}

/* Editors with a window of their own return at once unless told to wait and where to go. */
static bool wants_goto(const char *program)
{
    g_autofree char *base = g_path_get_basename(program);

    return strcmp(base, "code") == 0 || strcmp(base, "codium") == 0 || strcmp(base, "cursor") == 0;
}

static void add_place(GPtrArray *argv, const char *program, const char *file, int64_t line)
{
    if (wants_goto(program))
        g_ptr_array_add(argv, g_strdup("--goto"));
    if (takes_colon(program)) {
        g_ptr_array_add(argv, g_strdup_printf("%s:%" G_GINT64_FORMAT, file, (gint64)line));
        return;
    }
    g_ptr_array_add(argv, g_strdup_printf("+%" G_GINT64_FORMAT, (gint64)line));
    g_ptr_array_add(argv, g_strdup(file));
}

char **editor_command(const char *editor, const char *file, int64_t line, GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);

    if (!g_shell_parse_argv(editor, NULL, &words, error))
        return NULL;
    for (char **word = words; *word != NULL; word++)
        g_ptr_array_add(argv, g_strdup(*word));
    add_place(argv, words[0], file, MAX(line, 1));
    g_ptr_array_add(argv, NULL);
    g_ptr_array_set_free_func(argv, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&argv), FALSE);
}

static const char *editor_of_user(void)
{
    const char *const names[] = {"VISUAL", "EDITOR"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = g_getenv(names[i]);

        if (value != NULL && *value != '\0')
            return value;
    }
    return "vi";
}

void editor_open(struct ui *ui, const char *file, int64_t line)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = editor_command(editor_of_user(), file, line, &error);

    if (argv == NULL || !terminal_run(ui_terminal(ui), (const char *const *)argv, &error))
        ui_message(ui, THEME_LOOK, "$EDITOR: %s", error->message);
}

/* --- places of a stack --- */

struct search {
    GArray *places; /* struct editor_place with own texts */
    struct ui *ui;  /* not looked into on the job's thread */
    char *path;     /* found; NULL: nowhere */
    char *why;      /* the first was not, a sentence */
    int64_t line;
};

static void clear_place(void *data)
{
    struct editor_place *place = data;

    g_free((char *)(uintptr_t)place->file);
    g_free((char *)(uintptr_t)place->function);
}

char *editor_find(const struct editor_place *place, GError **error)
{
    g_autofree char *goroot = source_files_goroot(), *module_cache = source_files_module_cache();
    const struct source_files files = {.goroot = goroot,
                                       .module_cache = module_cache,
                                       .searches_more = true,
                                       .sources_only = true,
                                       .below_roots = true};
    g_autofree char *path = NULL;
    g_autoptr(GBytes) bytes = source_files_read_at(&files, place->file, &path, error);
    gsize n = 0;
    const char *text = bytes != NULL ? g_bytes_get_data(bytes, &n) : NULL;
    const struct listing_place known = {
        .function = place->function, .file = place->file, .line = place->line};

    if (bytes == NULL)
        return NULL;
    if (source_listing_check(&known, text, n))
        return g_steal_pointer(&path);
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                "%s is of another version than the program: %s is not there", path,
                place->function);
    return NULL;
}

static void *search_work(void *data, const int *cancelled)
{
    struct search *search = data;

    for (guint i = 0; i < search->places->len && search->path == NULL; i++) {
        const struct editor_place *place = &g_array_index(search->places, struct editor_place, i);
        g_autoptr(GError) error = NULL;

        if (__atomic_load_n(cancelled, __ATOMIC_RELAXED) || *place->file == '\0')
            continue;
        search->path = editor_find(place, &error);
        search->line = place->line;
        if (search->path == NULL && search->why == NULL)
            search->why = g_strdup(error->message);
    }
    return search;
}

static void search_free(void *data)
{
    struct search *search = data;

    g_array_unref(search->places);
    g_free(search->path);
    g_free(search->why);
    g_free(search);
}

static void search_done(void *result, void *user)
{
    struct search *search = result;

    (void)user;
    if (search->path != NULL)
        editor_open(search->ui, search->path, search->line);
    else
        ui_message(search->ui, THEME_LOOK, "%s",
                   search->why != NULL ? search->why : "the stack names no source file");
    search_free(search);
}

void editor_open_first(struct ui *ui, const struct editor_place *places, size_t n)
{
    struct search *search = g_new0(struct search, 1);

    search->ui = ui;
    search->places = g_array_new(FALSE, FALSE, sizeof *places);
    g_array_set_clear_func(search->places, clear_place);
    for (size_t i = 0; i < n; i++) {
        struct editor_place copy = {g_strdup(places[i].function), g_strdup(places[i].file),
                                    places[i].line};

        g_array_append_val(search->places, copy);
    }
    ui_start_job(
        ui, &(struct job_ops){.work = search_work, .done = search_done, .free_result = search_free},
        search);
}
