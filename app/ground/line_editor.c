#include "app/ground/line_editor.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What both libraries call the same. */
typedef char **attempt(const char *word, int start, int end);
typedef char *generate(const char *word, int state);

struct library {
    void *handle;
    char *(*readline)(const char *prompt);
    int (*add_history)(const char *line);
    char **(*completion_matches)(const char *word, generate *generate);
    attempt **attempted_completion;
    int *attempted_over; /* no file names when nothing fits */
};

struct line_editor {
    line_editor_complete *complete;
    void *user;
    bool looked_up;
    struct library library;
    GPtrArray *words; /* offered at the moment */
};

static struct line_editor *current; /* the libraries hand nothing to their callbacks */

struct line_editor *line_editor_new(line_editor_complete *complete, void *user)
{
    struct line_editor *editor = g_new0(struct line_editor, 1);

    editor->complete = complete;
    editor->user = user;
    return editor;
}

void line_editor_free(struct line_editor *editor)
{
    if (editor == NULL)
        return;
    if (current == editor)
        current = NULL;
    g_clear_pointer(&editor->words, g_ptr_array_unref);
    /* the library stays: it has changed the terminal and may have handlers */
    g_free(editor);
}

/* --- completion --- */

/* The library frees what it gets with free(). */
static char *next_word(const char *word, int state)
{
    static guint at;

    if (state == 0)
        at = 0;
    while (current->words != NULL && at < current->words->len) {
        const char *candidate = current->words->pdata[at++];

        if (g_str_has_prefix(candidate, word))
            return strdup(candidate);
    }
    return NULL;
}

static char **on_completion(const char *word, int start, int end)
{
    (void)end;
    char **buffer = dlsym(current->library.handle, "rl_line_buffer");
    const char *line = buffer != NULL && *buffer != NULL ? *buffer : "";
    g_autofree char *before = g_strndup(line, MIN((gsize)start, strlen(line)));

    g_clear_pointer(&current->words, g_ptr_array_unref);
    current->words = current->complete(before, word, current->user);
    if (current->library.attempted_over != NULL)
        *current->library.attempted_over = 1;
    return current->library.completion_matches(word, next_word);
}

/* --- the library --- */

static void look_up(struct line_editor *editor)
{
    static const char *const names[] = {"libedit.so.2", "libedit.so.0", "libedit.3.dylib",
                                        "libreadline.so.8", "libreadline.8.dylib"};
    struct library *l = &editor->library;

    editor->looked_up = true;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        l->handle = dlopen(names[i], RTLD_LAZY);
        if (l->handle == NULL)
            continue;
        *(void **)&l->readline = dlsym(l->handle, "readline");
        *(void **)&l->add_history = dlsym(l->handle, "add_history");
        *(void **)&l->completion_matches = dlsym(l->handle, "rl_completion_matches");
        *(void **)&l->attempted_completion = dlsym(l->handle, "rl_attempted_completion_function");
        *(void **)&l->attempted_over = dlsym(l->handle, "rl_attempted_completion_over");
        if (l->readline != NULL && l->add_history != NULL && l->completion_matches != NULL &&
            l->attempted_completion != NULL) {
            *l->attempted_completion = on_completion;
            return;
        }
        dlclose(l->handle);
        *l = (struct library){0};
    }
}

static char *read_edited(struct line_editor *editor, const char *prompt)
{
    current = editor;
    char *line = editor->library.readline(prompt);

    if (line == NULL)
        return NULL;
    if (*line != '\0')
        editor->library.add_history(line);
    char *copy = g_strdup(line);

    free(line); /* the library's own malloc */
    return copy;
}

static char *read_plain(const char *prompt)
{
    char *line = NULL;
    size_t room = 0;

    fputs(prompt, stdout);
    fflush(stdout);
    ssize_t n = getline(&line, &room, stdin);
    char *copy = n >= 0 ? g_strndup(line, (gsize)n) : NULL;

    free(line);
    return copy != NULL ? g_strchomp(copy) : NULL;
}

char *line_editor_read(struct line_editor *editor, const char *prompt)
{
    if (!isatty(STDIN_FILENO))
        return read_plain("");
    if (!isatty(STDOUT_FILENO))
        return read_plain(prompt);
    if (!editor->looked_up)
        look_up(editor);
    return editor->library.handle != NULL ? read_edited(editor, prompt) : read_plain(prompt);
}
