#include "tests/support/vt_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- in the keeper --- */

static void on_child(int number)
{
    (void)number; /* only to wake ppoll */
}

static void set_action(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void apply_environment(const char *const *env)
{
    for (; env != NULL && *env != NULL; env++) {
        if (strchr(*env, '=') != NULL)
            putenv((char *)*env);
        else
            unsetenv(*env);
    }
}

static void exec_program(const char *const *argv, const sigset_t *mask)
{
    setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpgrp());
    set_action(SIGHUP, SIG_DFL);
    set_action(SIGTTOU, SIG_DFL);
    set_action(SIGCHLD, SIG_DFL);
    set_action(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(argv[0], (char *const *)argv);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static void report(int fd, int value)
{
    if (write(fd, &value, sizeof value) != (ssize_t)sizeof value)
        _exit(1);
}

/* Returns true once the program has ended. */
static bool reap(pid_t program, int reports)
{
    int status;
    bool ended = false;

    while (waitpid(program, &status, WNOHANG | WUNTRACED) == program) {
        /* as a shell does: the terminal is ours again */
        tcsetpgrp(STDIN_FILENO, getpgrp());
        report(reports, status);
        ended = !WIFSTOPPED(status);
    }
    return ended;
}

static void keep(pid_t program, int orders, int reports, const sigset_t *mask)
{
    bool ended = false;
    char order;

    for (;;) {
        struct pollfd fd = {.fd = orders, .events = POLLIN};
        int n = ppoll(&fd, 1, NULL, mask);
        if (!ended)
            ended = reap(program, reports);
        if (n <= 0)
            continue;
        if (read(orders, &order, 1) != 1)
            break;
        tcsetpgrp(STDIN_FILENO, program);
        kill(-program, SIGCONT);
    }
    if (!ended)
        kill(-program, SIGKILL);
    _exit(0);
}

static void run_keeper(const char *const *argv, const char *const *env, int orders, int reports)
{
    sigset_t blocked, mask;
    pid_t program;

    set_action(SIGHUP, SIG_IGN);
    set_action(SIGTTOU, SIG_IGN);
    set_action(SIGCHLD, on_child);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigprocmask(SIG_BLOCK, &blocked, &mask);
    apply_environment(env);
    program = fork();
    if (program == 0)
        exec_program(argv, &mask);
    setpgid(program, program);
    tcsetpgrp(STDIN_FILENO, program);
    report(reports, program);
    keep(program, orders, reports, &mask);
}

/* --- in the test --- */

int vt_keeper_start(struct vt_keeper *keeper, const char *const *argv, const char *const *env,
                    const struct winsize *size)
{
    int orders[2], reports[2], master;
    int program;

    if (pipe2(orders, O_CLOEXEC) != 0 || pipe2(reports, O_CLOEXEC) != 0)
        return -1;
    keeper->keeper = forkpty(&master, NULL, NULL, size);
    if (keeper->keeper == 0) {
        close(orders[1]);
        close(reports[0]);
        run_keeper(argv, env, orders[0], reports[1]);
    }
    close(orders[0]);
    close(reports[1]);
    keeper->orders = orders[1];
    keeper->reports = reports[0];
    if (keeper->keeper < 0 || read(reports[0], &program, sizeof program) != sizeof program)
        return -1;
    keeper->program = program;
    fcntl(reports[0], F_SETFL, O_NONBLOCK);
    fcntl(master, F_SETFD, FD_CLOEXEC);
    return master;
}

void vt_keeper_stop(struct vt_keeper *keeper)
{
    close(keeper->orders);
    while (waitpid(keeper->keeper, NULL, 0) < 0 && errno == EINTR)
        continue;
    close(keeper->reports);
}

bool vt_keeper_read(struct vt_keeper *keeper, int *ret_status)
{
    return read(keeper->reports, ret_status, sizeof *ret_status) == sizeof *ret_status;
}

void vt_keeper_continue(struct vt_keeper *keeper)
{
    ssize_t ignored = write(keeper->orders, "c", 1);

    (void)ignored;
}
