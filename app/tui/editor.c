#include "app/tui/editor.h"

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

bool editor_finds(const char *file)
{
    return g_path_is_absolute(file) && g_file_test(file, G_FILE_TEST_IS_REGULAR);
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
