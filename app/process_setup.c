#include "app/process_setup.h"

#include <signal.h>
#include <sys/resource.h>

static void raise_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= PROCESS_MAX_FILES)
        return;
    limit.rlim_cur = limit.rlim_max < PROCESS_MAX_FILES ? limit.rlim_max : PROCESS_MAX_FILES;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void let_pass(int number)
{
    (void)number;
}

/* Not SIG_IGN, which programs we start would inherit. */
static void pass_file_limit(void)
{
    struct sigaction action = {.sa_handler = let_pass, .sa_flags = SA_RESTART};

    sigemptyset(&action.sa_mask);
    sigaction(SIGXFSZ, &action, NULL);
}

void process_setup(void)
{
    raise_files();
    pass_file_limit();
}
