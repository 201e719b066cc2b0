#include "probes/macos/handle.h"
#include "probes/macos/lsof.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

enum { MIB = 1024 * 1024 };

/*
 * A tool that hangs costs its probe this long and no more. vmmap may need
 * seconds for a large process, lsof for many descriptors.
 */
static const struct {
    const char *name;
    int timeout_ms;
    size_t max_bytes;
} tools[] = {
    [TOOL_PS] = {"ps", 5 * 1000, 64 * MIB},
    [TOOL_LSOF] = {"lsof", 30 * 1000, 256 * MIB},
    [TOOL_VMMAP] = {"vmmap", 30 * 1000, 16 * MIB},
    [TOOL_FOOTPRINT] = {"footprint", 10 * 1000, 4 * MIB},
};

bool tool_run(struct runner *runner, enum tool tool, const char *const *argv,
              struct run_result *ret)
{
    struct run_spec spec = {
        .argv = argv,
        .timeout_ms = tools[tool].timeout_ms,
        .max_bytes = tools[tool].max_bytes,
    };

    return run_tool(runner, &spec, ret);
}

bool tool_ps(struct runner *runner, enum ps_question question, pid_t pid, struct run_result *ret)
{
    g_autofree char *pid_text = pid ? g_strdup_printf("%d", (int)pid) : NULL;
    g_autoptr(GPtrArray) argv = ps_arguments((enum ps_flavour)COMMANDS_PS, question, pid_text);

    return tool_run(runner, TOOL_PS, (const char *const *)(void *)argv->pdata, ret);
}

bool tool_lsof(struct runner *runner, pid_t pid, const char *descriptors, struct run_result *ret)
{
    g_autofree char *pid_text = g_strdup_printf("%d", (int)pid);
    /* -a: the selections are alternatives otherwise; -nP: no names of hosts and ports */
    const char *argv[] = {"lsof", "-nP",       "-w", "-a", "-p", pid_text,
                          "-F",   LSOF_FIELDS, NULL, NULL, NULL};

    if (descriptors) {
        argv[8] = "-d";
        argv[9] = descriptors;
    }
    return tool_run(runner, TOOL_LSOF, argv, ret);
}

/* The first line of what it said, or its status. */
static char *complaint(const struct run_result *result)
{
    const char *text = result->errors->str;
    size_t n = strcspn(text, "\n");

    if (n > 0)
        return g_strndup(text, n);
    if (result->status < 0)
        return g_strdup_printf("ended by signal %d", -result->status);
    return g_strdup_printf("exit status %d", result->status);
}

char *tool_why(enum tool tool, const struct run_result *result, const char *what)
{
    const char *name = tools[tool].name;
    g_autofree char *said = complaint(result);

    switch (result->outcome) {
    case RUN_MISSING:
        if (!COMMANDS_ON_DARWIN && (tool == TOOL_VMMAP || tool == TOOL_FOOTPRINT))
            return g_strdup_printf(
                "%s need %s, which only macOS has; run without --backend commands "
                "to read them from procfs",
                what, tools[tool].name);
        if (COMMANDS_ON_DARWIN)
            return g_strdup_printf(
                "%s need %s, which is not in PATH; add /usr/bin and /usr/sbin to "
                "PATH",
                what, tools[tool].name);
        return g_strdup_printf("%s need %s, which is not in PATH; install it", what,
                               tools[tool].name);
    case RUN_TIMEOUT:
        return g_strdup_printf("%s did not answer within %d s and was ended, so %s are not known; "
                               "it is tried again",
                               name, tools[tool].timeout_ms / 1000, what);
    case RUN_CANCELLED:
        return g_strdup_printf("%s was interrupted", name);
    case RUN_FAILED:
        if (result->error == EBUSY)
            return g_strdup_printf("an earlier %s still hangs in the kernel, so %s are not known; "
                                   "no other is started until it ends",
                                   name, what);
        return g_strdup_printf("%s could not be started (%s), so %s are not known", name,
                               g_strerror(result->error), what);
    case RUN_TRUNCATED:
        return g_strdup_printf("%s printed more than %zu MiB, so %s are not all known", name,
                               tools[tool].max_bytes / MIB, what);
    case RUN_ENDED:
    default:
        return g_strdup_printf("%s could not tell %s (%s); it is tried again", name, what, said);
    }
}

enum sample_status tool_status(const struct run_result *result)
{
    return result->outcome == RUN_MISSING ? SAMPLE_UNSUPPORTED : SAMPLE_FAILED;
}

static bool take_first_path(const struct lsof_process *process, const struct lsof_file *file,
                            void *user)
{
    char **path = user;

    (void)process;
    if (strcmp(file->fd, "txt") != 0 || file->name[0] != '/')
        return true;
    *path = g_strdup(file->name);
    return false;
}

static void take_command(const struct ps_row *row, void *user)
{
    char **path = user;

    if (!*path)
        *path = g_strndup(row->text, row->text_n);
}

char *commands_program(struct runner *runner, pid_t pid)
{
    struct run_result result;
    char *path = NULL;

    if (COMMANDS_ON_DARWIN) {
        if (tool_ps(runner, PS_COMMAND, pid, &result))
            ps_parse(result.output->str, result.output->len, take_command, &path);
    } else if (tool_lsof(runner, pid, "txt", &result)) {
        lsof_parse(result.output->str, result.output->len, take_first_path, &path);
    }
    run_result_clear(&result);
    return path ? path : g_strdup("");
}
