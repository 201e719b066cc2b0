#include "tests/unit/probes/sqlite_shell.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct sqlite_shell {
    GPid pid;
    int in;
    FILE *out;
};

bool sqlite_shell_available(void)
{
    g_autofree char *program = g_find_program_in_path("sqlite3");

    return program != NULL;
}

struct sqlite_shell *sqlite_shell_start(const char *path)
{
    struct sqlite_shell *shell = g_new0(struct sqlite_shell, 1);
    const char *argv[] = {"sqlite3", "-bail", "-batch", path, NULL};
    g_autoptr(GError) error = NULL;
    int out;

    g_spawn_async_with_pipes(NULL, (char **)(uintptr_t)argv, NULL,
                             G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                             &shell->pid, &shell->in, &out, NULL, &error);
    g_assert_no_error(error);
    shell->out = fdopen(out, "r");
    return shell;
}

void sqlite_shell_run(struct sqlite_shell *shell, const char *statements)
{
    g_autofree char *text = g_strdup_printf("%s\nSELECT 'd' || 'one';\n", statements);
    char line[256];

    g_assert_cmpint(write(shell->in, text, strlen(text)), ==, (gssize)strlen(text));
    do
        g_assert_nonnull(fgets(line, sizeof line, shell->out));
    while (strcmp(line, "done\n") != 0);
}

GPid sqlite_shell_pid(const struct sqlite_shell *shell)
{
    return shell->pid;
}

void sqlite_shell_end(struct sqlite_shell *shell)
{
    close(shell->in);
    fclose(shell->out);
    kill(shell->pid, SIGKILL);
    waitpid(shell->pid, NULL, 0);
    g_free(shell);
}

void sqlite_remove(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *file = g_strconcat(path, suffixes[i], NULL);

        g_unlink(file);
    }
}
