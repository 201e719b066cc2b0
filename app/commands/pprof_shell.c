#include "app/commands/pprof_shell.h"

#include "app/commands/report.h"
#include "app/ground/line_editor.h"
#include "app/profiles/graphviz.h"
#include "app/profiles/profile_source.h"
#include "widgets/safe_text.h"

#include <string.h>
#include <unistd.h>

enum { TOP_ROWS = 10 }; /* of top without a number, as in the tool's shell */

struct shell {
    const struct profile_gathered *input, *base;
    struct profile_flags settings; /* copies of what the command line said, then of what is typed */
};

/* One line, taken apart. */
struct request {
    const struct report_command *command;
    char *pattern;
    GPtrArray *flags; /* char *: as on a command line; NULL-terminated by the caller */
};

static void add_flag(struct request *request, const char *name, const char *value)
{
    g_ptr_array_add(request->flags, g_strdup_printf("-%s=%s", name, value));
}

/* --- settings --- */

static const struct profile_flag *flag_called(const char *name)
{
    size_t n;
    const struct profile_flag *table = profile_flag_table(&n);

    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

/* "focus=main", "cum", "focus=" (as it was at first). */
static bool set(struct shell *shell, const char *line)
{
    g_autofree char *word = g_strdup_printf("-%s", line);
    const char *const argv[] = {word, NULL};
    g_autoptr(GError) error = NULL;

    if (profile_flags_parse(&shell->settings, argv, &error))
        return true;
    profile_run_complain(error->message);
    return false;
}

static bool is_setting(const char *line)
{
    size_t n = strcspn(line, "= ");
    g_autofree char *name = g_strdup_printf("%.*s", (int)n, line);

    return flag_called(name) != NULL && (line[n] == '=' || line[n] == '\0');
}

/* --- one line --- */

/* "top20" as "top" and 20. */
static const struct report_command *command_of(const char *word, struct request *request)
{
    size_t n = strlen(word);

    while (n > 0 && g_ascii_isdigit(word[n - 1]))
        n--;
    g_autofree char *name = g_strndup(word, n);
    const struct report_command *command = report_command_find(name);

    if (command != NULL && word[n] != '\0')
        add_flag(request, "nodecount", word + n);
    return command;
}

static void join(GString *pattern, const char *more)
{
    if (pattern->len > 0)
        g_string_append_c(pattern, '|');
    g_string_append(pattern, more);
}

/* Numbers count rows, words are what to focus on, words behind a dash what to ignore. */
static void take_word(struct request *request, char **words, guint *at, GString *focus,
                      GString *ignore)
{
    const char *word = words[*at];

    if (word[0] == '>') {
        const char *file = word[1] != '\0' ? word + 1 : words[*at + 1];

        if (file != NULL) {
            add_flag(request, "output", file);
            g_ptr_array_add(request->flags, g_strdup("-force"));
        }
        *at += word[1] == '\0' && file != NULL;
    } else if (strspn(word, "0123456789") == strlen(word)) {
        add_flag(request, "nodecount", word);
    } else if (word[0] == '-' && flag_called(word + 1 + (word[1] == '-')) != NULL) {
        g_ptr_array_add(request->flags, g_strdup(word));
    } else if (word[0] == '-') {
        join(ignore, word + 1);
    } else {
        join(focus, word);
    }
}

/* Flags for one report: what is set, then what the line says on top. */
static bool with_settings(const struct shell *shell, const struct request *request,
                          struct profile_flags *ret)
{
    g_autoptr(GError) error = NULL;

    profile_flags_copy(ret, &shell->settings);
    if (ret->node_count < 0 && request->command->kind == REPORT_TOP)
        ret->node_count = TOP_ROWS;
    g_ptr_array_add(request->flags, NULL);
    if (profile_flags_parse(ret, (const char *const *)request->flags->pdata, &error))
        return true;
    profile_run_complain(error->message);
    return false;
}

static void print(const struct shell *shell, struct request *request)
{
    struct profile_flags flags;

    if (request->command->has_pattern && *request->pattern == '\0')
        profile_run_complain("say which functions: a regular expression");
    else if (with_settings(shell, request, &flags)) {
        report_print(&(struct report_job){.command = request->command,
                                          .pattern = request->pattern,
                                          .flags = &flags,
                                          .input = shell->input,
                                          .base = shell->base});
        profile_flags_clear(&flags);
    } else {
        profile_flags_clear(&flags);
    }
}

static void report(const struct shell *shell, const char *line)
{
    g_auto(GStrv) words = g_strsplit_set(line, " \t", -1);
    struct request request = {.flags = g_ptr_array_new_with_free_func(g_free)};
    guint n = 0;

    for (guint i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0')
            words[n++] = words[i];
        else
            g_free(words[i]);
    words[n] = NULL;
    request.command = n > 0 ? command_of(words[0], &request) : NULL;
    if (n > 0 && request.command != NULL) {
        g_autoptr(GString) focus = g_string_new(NULL), ignore = g_string_new(NULL);
        bool tags = request.command->kind == REPORT_TAGS;

        for (guint i = 1; words[i] != NULL; i++) {
            take_word(&request, words, &i, focus, ignore);
            if (words[i] == NULL)
                break;
        }
        if (request.command->has_pattern)
            request.pattern = g_strdup(focus->str);
        else if (focus->len > 0)
            add_flag(&request, tags ? "tagfocus" : "focus", focus->str);
        if (ignore->len > 0)
            add_flag(&request, tags ? "tagignore" : "ignore", ignore->str);

        print(shell, &request);
    } else if (n > 0) {
        g_autofree char *sentence =
            g_strdup_printf("there is no command \"%s\": help lists them", words[0]);

        profile_run_complain(sentence);
    }
    g_free(request.pattern);
    g_ptr_array_unref(request.flags);
}

/* --- words of the shell itself --- */

static void help(struct shell *shell)
{
    g_autofree char *flags = profile_flags_help();
    size_t n;
    const struct report_command *commands = report_commands(&n);

    (void)shell;
    g_print("Reports (a number limits rows: top20; words focus, -words ignore, >FILE writes):\n");
    for (size_t i = 0; i < n; i++)
        g_print("  %-10s %s\n", commands[i].name, commands[i].summary);
    g_print("  web        The call graph in the browser.\n"
            "  options    What is set. help, quit.\n\n"
            "Settings (NAME=VALUE or NAME, without the dash):\n%s",
            flags);
}

static void options(struct shell *shell)
{
    g_autofree char *text = profile_flags_describe(&shell->settings);
    const struct profile *p = shell->input->profile;

    profile_run_write(&(struct profile_flags){0}, text, strlen(text));
    g_print("sample types:");
    for (size_t i = 0; i < p->n_sample_types; i++) {
        g_autofree char *type = text_safe(p->sample_types[i].type, -1, g_get_charset(NULL));

        g_print(" %s", type);
    }
    g_print("\n");
}

/* The graph as a file of its own, shown by what the desktop has for it. */
static void web(struct shell *shell)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("sidescope-XXXXXX.svg", &path, NULL);

    if (fd < 0) {
        profile_run_complain("no file for the graph can be made");
        return;
    }
    close(fd);
    g_autofree char *line = g_strconcat("svg >", path, NULL);

    report(shell, line);
    g_autoptr(GError) error = NULL;

    if (graphviz_is_drawn(path) && !graphviz_show(path, &error))
        profile_run_complain(error->message);
}

static const struct word {
    const char *name;
    void (*run)(struct shell *shell); /* NULL: the end */
} shell_words[] = {{"help", help}, {"options", options}, {"o", options}, {"web", web},
                   {"quit", NULL}, {"exit", NULL},       {"q", NULL}};

static const struct word *word_of(const char *line)
{
    for (size_t i = 0; i < G_N_ELEMENTS(shell_words); i++)
        if (strcmp(shell_words[i].name, line) == 0)
            return &shell_words[i];
    return NULL;
}

/* --- completion --- */

static void add_word(GPtrArray *words, const char *text)
{
    g_autofree char *safe = text_safe(text, -1, true);

    /* only what can be typed, and is what it looks like */
    if (strcmp(safe, text) == 0 && strpbrk(text, " \t") == NULL)
        g_ptr_array_add(words, g_strdup(text));
}

/* What may begin a line. */
static void add_commands(GPtrArray *words)
{
    size_t n;
    const struct report_command *commands = report_commands(&n);

    for (size_t i = 0; i < n; i++)
        add_word(words, commands[i].name);
    for (size_t i = 0; i < G_N_ELEMENTS(shell_words); i++)
        add_word(words, shell_words[i].name);
    const struct profile_flag *flags = profile_flag_table(&n);

    for (size_t i = 0; i < n; i++) {
        g_autofree char *name = g_strconcat(flags[i].name, flags[i].arg != NULL ? "=" : "", NULL);

        if (*flags[i].help != '\0')
            add_word(words, name);
    }
}

static GPtrArray *complete(const char *before, const char *word, void *user)
{
    const struct shell *shell = user;
    const struct profile *p = shell->input->profile;
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

    (void)word;
    if (g_str_has_suffix(before, "sample_index="))
        for (size_t i = 0; i < p->n_sample_types; i++)
            add_word(words, p->sample_types[i].type);
    else if (*before == '\0')
        add_commands(words);
    else
        for (size_t i = 0; i < p->n_functions; i++)
            add_word(words, p->functions[i].name);
    return words;
}

/* --- the loop --- */

/* False at the end. */
static bool run_line(struct shell *shell, char *line)
{
    const struct word *word = word_of(g_strstrip(line));

    if (word != NULL && word->run == NULL)
        return false;
    if (word != NULL)
        word->run(shell);
    else if (*line == '\0' || *line == '#')
        return true;
    else if (is_setting(line) && report_command_find(line) == NULL)
        set(shell, line);
    else
        report(shell, line);
    return true;
}

int pprof_shell_run(const struct profile_flags *flags, const struct profile_gathered *input,
                    const struct profile_gathered *base)
{
    struct shell shell = {.input = input, .base = base};
    struct line_editor *editor = line_editor_new(complete, &shell);
    bool more = true;

    profile_flags_copy(&shell.settings, flags);
    profile_run_note_empty(input);
    while (more) {
        g_autofree char *line = line_editor_read(editor, "(pprof) ");

        more = line != NULL && run_line(&shell, line);
    }
    line_editor_free(editor);
    profile_flags_clear(&shell.settings);
    return PROFILE_EXIT_FINE;
}
