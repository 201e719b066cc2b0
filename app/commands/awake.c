#include "app/commands/awake.h"

#include "app/target/attach.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct awake {
    GPid pid;  /* 0: it has ended by itself */
    int input; /* of the child: it ends when this is closed, by whatever */
};

#ifdef __APPLE__
static const char *const command[] = {"caffeinate", "-i", "cat", NULL};
#else
static const char *const command[] = {"systemd-inhibit",
                                      "--what=sleep:idle",
                                      "--who=sidescope",
                                      "--why=recording a process",
                                      "cat",
                                      NULL};
#endif

struct awake *awake_new(GError **error)
{
    struct awake awake = {0};
    g_autoptr(GError) cause = NULL;

    if (g_spawn_async_with_pipes(NULL, (char **)(uintptr_t)command, NULL,
                                 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                     G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                                 NULL, NULL, &awake.pid, &awake.input, NULL, NULL, &cause))
        return g_memdup2(&awake, sizeof awake);
    g_set_error(error, ATTACH_ERROR, ATTACH_ERROR_NOT_FOUND,
                "the machine may go to sleep meanwhile: there is no %s here", command[0]);
    return NULL;
}

bool awake_lost(struct awake *awake)
{
    if (awake == NULL || awake->pid == 0 || waitpid(awake->pid, NULL, WNOHANG) != awake->pid)
        return false;
    g_spawn_close_pid(awake->pid);
    awake->pid = 0;
    return true;
}

void awake_free(struct awake *awake)
{
    if (awake == NULL)
        return;
    close(awake->input);
    if (awake->pid != 0) {
        kill(awake->pid, SIGTERM);
        waitpid(awake->pid, NULL, 0);
        g_spawn_close_pid(awake->pid);
    }
    g_free(awake);
}
