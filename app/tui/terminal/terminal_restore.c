#include "app/tui/terminal/terminal_restore.h"

#include "app/tui/terminal/terminal_tty.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CRASH_STACK_SIZE = 64 * 1024 };

struct guarded_signal {
    int number;
    bool crash; /* taken even from another handler, which still gets its turn */
    bool ours;
    struct sigaction old;
};

static struct guarded_signal guarded[] = {
    {.number = SIGSEGV, .crash = true},
    {.number = SIGBUS, .crash = true},
    {.number = SIGFPE, .crash = true},
    {.number = SIGILL, .crash = true},
    {.number = SIGABRT, .crash = true},
    {.number = SIGTRAP, .crash = true},
    {.number = SIGSYS, .crash = true},
    {.number = SIGTERM},
    {.number = SIGHUP},
    {.number = SIGINT},
    {.number = SIGQUIT},
    {.number = SIGALRM},
    {.number = SIGVTALRM},
    {.number = SIGPROF},
    {.number = SIGUSR1},
    {.number = SIGUSR2},
    {.number = SIGPIPE},
    {.number = SIGXCPU},
    {.number = SIGXFSZ},
#ifdef __linux__
    {.number = SIGIO},
    {.number = SIGPWR},
    {.number = SIGSTKFLT},
#endif
};
enum { N_GUARDED = sizeof guarded / sizeof guarded[0] };

static atomic_bool armed;
/* Written before armed is set, read after it was taken down. */
static struct {
    pid_t owner; /* a forked child that dies must not touch its parent's screen */
    int fd;
    struct termios modes;
    char bytes[RESTORE_BYTES_MAX];
    size_t n_bytes;
} prepared;

/* A stack overflow leaves no room on the stack it happened on. */
static char crash_stack[CRASH_STACK_SIZE];
static stack_t old_stack;

static void write_prepared(void)
{
    size_t done = 0;
    bool flushed = false;

    while (done < prepared.n_bytes) {
        ssize_t n = tty_write_now(prepared.fd, prepared.bytes + done, prepared.n_bytes - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN && !flushed) {
            flushed = tcflush(prepared.fd, TCOFLUSH) == 0;
            done = 0; /* what went out of it may just have been thrown away */
            if (flushed)
                continue;
        }
        if (n <= 0)
            break;
        done += (size_t)n;
    }
}

void restore_now(void)
{
    sigset_t mask, old;

    if (!atomic_exchange(&armed, false) || getpid() != prepared.owner)
        return;
    /* a process in the background may set modes only with SIGTTOU blocked */
    sigemptyset(&mask);
    sigaddset(&mask, SIGTTOU);
    pthread_sigmask(SIG_BLOCK, &mask, &old);
    write_prepared();
    /* mouse reports on their way would be typed at the shell */
    tcflush(prepared.fd, TCIFLUSH);
    tcsetattr(prepared.fd, TCSANOW, &prepared.modes);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* A faulting instruction faults again when the handler returns, with the right address for whoever
 * looks at it next; anything else has to be sent again. */
static bool faults_again(int number, const siginfo_t *info)
{
    return info->si_code > 0 &&
           (number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL);
}

static void on_fatal(int number, siginfo_t *info, void *context)
{
    (void)context;
    restore_now();
    for (size_t i = 0; i < N_GUARDED; i++)
        if (guarded[i].number == number)
            sigaction(number, &guarded[i].old, NULL);
    /* delivered, with the action of before, as soon as this handler returns */
    if (!faults_again(number, info))
        raise(number);
}

static void guard(struct guarded_signal *signal)
{
    struct sigaction action = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    if (sigaction(signal->number, NULL, &signal->old) != 0)
        return;
    if (!signal->crash && signal->old.sa_handler != SIG_DFL)
        return;
    sigfillset(&action.sa_mask);
    signal->ours = sigaction(signal->number, &action, NULL) == 0;
}

static void unguard(struct guarded_signal *signal)
{
    struct sigaction now;

    if (signal->ours && sigaction(signal->number, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
        now.sa_sigaction == on_fatal)
        sigaction(signal->number, &signal->old, NULL);
    signal->ours = false;
}

void restore_install(void)
{
    static bool at_exit;
    stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof crash_stack};

    if (!at_exit)
        at_exit = atexit(restore_now) == 0;
    sigaltstack(&stack, &old_stack);
    for (size_t i = 0; i < N_GUARDED; i++)
        guard(&guarded[i]);
}

void restore_uninstall(void)
{
    for (size_t i = 0; i < N_GUARDED; i++)
        unguard(&guarded[i]);
    sigaltstack(&old_stack, NULL);
}

void restore_arm(int fd, const struct termios *modes, const char *bytes, size_t n)
{
    atomic_store(&armed, false);
    prepared.owner = getpid();
    prepared.fd = fd;
    prepared.modes = *modes;
    prepared.n_bytes = n < sizeof prepared.bytes ? n : sizeof prepared.bytes;
    memcpy(prepared.bytes, bytes, prepared.n_bytes);
    atomic_store(&armed, true);
}

void restore_disarm(void)
{
    atomic_store(&armed, false);
}
