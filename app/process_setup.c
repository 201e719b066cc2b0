#include "app/process_setup.h"

#include "probes/http.h"
#include "probes/http_login.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#if defined(__linux__) && defined(__GLIBC__)
#include <malloc.h>
#endif

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

void process_setup(void)
{
    raise_files();
    /* Not SIG_IGN, which programs we start would inherit. */
    struct sigaction action = {.sa_handler = let_pass, .sa_flags = SA_RESTART};

    sigemptyset(&action.sa_mask);
    sigaction(SIGXFSZ, &action, NULL);
}

void process_stay_small(void)
{
#if defined(__linux__) && defined(__GLIBC__)
    enum { POOLS = 1, LARGE_BYTES = 128 * 1024 };

    mallopt(M_ARENA_MAX, POOLS);
    mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
    mallopt(M_TRIM_THRESHOLD, LARGE_BYTES);
#endif
}

/* --- arguments --- */

static const char header_option[] = "--header-file";

/* The kernel shows the bytes the program was started with. */
static void blot_out(char *argument)
{
    char *begin = strstr(argument, "://");

    if (begin == NULL)
        return;
    begin += strlen("://");
    char *at = g_strrstr_len(begin, (gssize)strcspn(begin, "/?#"), "@");

    if (at != NULL)
        memset(begin, '*', (size_t)(at - begin));
}

bool process_take_options(int *argc, char ***argv, GError **error)
{
    /* for as long as the process lives; who parses options drops pointers to texts */
    static char **kept;
    static GStringChunk *texts;
    const size_t n = strlen(header_option);
    int count = 0;
    bool ended = false; /* behind "--" all are the command's */

    kept = g_new0(char *, (gsize)*argc + 1);
    texts = g_string_chunk_new(1024);
    for (int i = 0; i < *argc; i++) {
        const char *argument = (*argv)[i];

        ended = ended || strcmp(argument, "--") == 0;
        if (ended || strncmp(argument, header_option, n) != 0 ||
            (argument[n] != '\0' && argument[n] != '=')) {
            kept[count++] = g_string_chunk_insert(texts, argument);
            blot_out((*argv)[i]);
            continue;
        }
        const char *file = argument[n] == '=' ? argument + n + 1 : (*argv)[++i];

        if (file == NULL || *file == '\0') {
            g_set_error(error, HTTP_ERROR, HTTP_ERROR_URL, "%s needs a file", header_option);
            return false;
        }
        if (!http_login_read_headers(file, error))
            return false;
    }
    *argc = count;
    *argv = kept;
    return true;
}
