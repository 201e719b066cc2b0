#include "probes/goruntime/rights.h"

#include "probes/goruntime/errors.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CAP_PTRACE_BIT = 19 }; /* CAP_SYS_PTRACE, capabilities(7) */

/* --- looking --- */

/* The text behind "\nKey:" of a status file; NULL when it is not there. */
static const char *status_value(const char *status, const char *key)
{
    g_autofree char *line = g_strdup_printf("\n%s:", key);
    const char *at = strstr(status, line);

    return at != NULL ? at + strlen(line) : NULL;
}

/* "Uid:" and "Gid:" have the real, effective, saved and file system id. */
static bool are_ids_ours(const char *value, uint64_t own)
{
    for (int i = 0; value != NULL && i < 3; i++) {
        char *end;
        uint64_t id = strtoull(value, &end, 10);

        if (end == value || id != own)
            return false;
        value = end;
    }
    return value != NULL;
}

static void look_at_target(int pid, struct rights_facts *facts)
{
    g_autofree char *status_path = g_strdup_printf("/proc/%d/status", pid);
    g_autofree char *maps_path = g_strdup_printf("/proc/%d/maps", pid);
    g_autofree char *status = NULL;

    if (!g_file_get_contents(status_path, &status, NULL, NULL)) {
        facts->is_gone = access(status_path, F_OK) != 0;
        return;
    }
    const char *uid = status_value(status, "Uid");

    /* the effective one, the second */
    if (uid == NULL || sscanf(uid, "%*d %" SCNd64, &facts->target_uid) != 1)
        facts->target_uid = -1;
    facts->same_user =
        are_ids_ours(uid, getuid()) && are_ids_ours(status_value(status, "Gid"), getgid());
    int fd = open(maps_path, O_RDONLY | O_CLOEXEC);
    char byte;

    facts->maps_readable = fd >= 0 && read(fd, &byte, 1) == 1;
    if (fd >= 0)
        close(fd);
}

struct rights_facts rights_look(int pid)
{
    struct rights_facts facts = {.target_uid = -1};
    g_autofree char *status = NULL, *scope = NULL;

    facts.own_uid = (int64_t)geteuid();
    if (g_file_get_contents("/proc/self/status", &status, NULL, NULL)) {
        const char *capabilities = status_value(status, "CapEff");
        const char *seccomp = status_value(status, "Seccomp");

        facts.has_ptrace =
            capabilities != NULL && (strtoull(capabilities, NULL, 16) >> CAP_PTRACE_BIT & 1) != 0;
        facts.seccomp_mode = seccomp != NULL ? atoi(seccomp) : 0;
    }
    facts.yama_scope = -1;
    if (g_file_get_contents("/proc/sys/kernel/yama/ptrace_scope", &scope, NULL, NULL))
        facts.yama_scope = atoi(scope);
    look_at_target(pid, &facts);
    return facts;
}

/* --- judging --- */

enum rights_problem rights_judge(const struct rights_facts *facts)
{
    if (facts->is_gone)
        return RIGHTS_GONE;
    if (facts->yama_scope >= 3)
        return RIGHTS_YAMA_NOBODY;
    if (facts->has_ptrace)
        return RIGHTS_FILTERED;
    if (!facts->same_user)
        return RIGHTS_OTHER_USER;
    if (!facts->maps_readable)
        return RIGHTS_NOT_DUMPABLE;
    if (facts->yama_scope == 2)
        return RIGHTS_YAMA_ADMIN;
    return facts->yama_scope == 1 ? RIGHTS_YAMA_CHILDREN : RIGHTS_FILTERED;
}

/* %d is the process, %s whose it is. */
static const char *const reasons[] = {
    [RIGHTS_NONE] = "",
    [RIGHTS_GONE] = "",
    [RIGHTS_OTHER_USER] = "it runs as another user%s: run sidescope as that user, or with sudo",
    [RIGHTS_NOT_DUMPABLE] =
        "its program is set-uid, has capabilities, may not be read by its user or asked not to "
        "be dumped%s: run sidescope with sudo",
    [RIGHTS_YAMA_CHILDREN] =
        "this system lets only a parent look into it (kernel.yama.ptrace_scope is 1)%s: run "
        "sidescope with sudo, or allow it until the next boot with "
        "\"sudo sysctl kernel.yama.ptrace_scope=0\"",
    [RIGHTS_YAMA_ADMIN] = "this system lets only root look into it (kernel.yama.ptrace_scope is "
                          "2)%s: run sidescope with sudo",
    [RIGHTS_YAMA_NOBODY] = "this system lets nobody look into a process until it is booted anew "
                           "(kernel.yama.ptrace_scope is 3)%s",
    [RIGHTS_FILTERED] =
        "a container's or security module's rules forbid it%s: run sidescope on the host, or give "
        "the container the capability SYS_PTRACE and the target's PID namespace",
};

static char *whose(const struct rights_facts *facts)
{
    if (facts->target_uid < 0)
        return g_strdup("");
    return g_strdup_printf(" (uid %" PRId64 ", this is uid %" PRId64 ")", facts->target_uid,
                           facts->own_uid);
}

char *rights_sentence(const struct rights_facts *facts, enum rights_problem problem, int pid)
{
    if (problem == RIGHTS_GONE)
        return g_strdup_printf("process %d has ended", pid);
    if (problem == RIGHTS_NONE)
        return g_strdup_printf("the memory of process %d may be read", pid);
    g_autofree char *user = problem == RIGHTS_OTHER_USER ? whose(facts) : g_strdup("");
    g_autofree char *reason = g_strdup_printf(reasons[problem], user);

    return g_strdup_printf("the memory of process %d may not be read: %s", pid, reason);
}

bool rights_fail(int pid, int error_number, GError **error)
{
    struct rights_facts facts = {.target_uid = -1};
    enum rights_problem problem = RIGHTS_GONE;

    if (error_number == EPERM || error_number == EACCES) {
        facts = rights_look(pid);
        problem = rights_judge(&facts);
    } else if (error_number != ESRCH && error_number != ENOENT) {
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_FAILED,
                    "the memory of process %d cannot be read: %s", pid, g_strerror(error_number));
        return false;
    }
    g_autofree char *sentence = rights_sentence(&facts, problem, pid);

    g_set_error_literal(error, GORUNTIME_ERROR,
                        problem == RIGHTS_GONE ? GORUNTIME_ERROR_GONE : GORUNTIME_ERROR_DENIED,
                        sentence);
    return false;
}
