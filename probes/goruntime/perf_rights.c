#include "probes/goruntime/perf_rights.h"

#include "probes/goruntime/errors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { /* capabilities(7) */
       ADMIN_BIT = 21,
       PERFMON_BIT = 38,
};

/* linux/proc_ns.h: the inode number of the first user namespace */
static const char first_namespace[] = "user:[4026531837]";

/* --- looking --- */

static bool has_capability(void)
{
    static const char key[] = "\nCapEff:";
    g_autofree char *status = NULL;

    if (!g_file_get_contents("/proc/self/status", &status, NULL, NULL))
        return false;
    const char *at = strstr(status, key);
    uint64_t set = at != NULL ? strtoull(at + strlen(key), NULL, 16) : 0;

    return (set >> ADMIN_BIT & 1) != 0 || (set >> PERFMON_BIT & 1) != 0;
}

struct perf_rights perf_rights_look(int pid)
{
    struct perf_rights rights = {
        .process = rights_look(pid),
        .paranoid = PERF_RIGHTS_UNKNOWN,
        .has_perfmon = has_capability(),
        .file_limit = -1,
    };
    g_autofree char *paranoid = NULL, *space = g_file_read_link("/proc/self/ns/user", NULL);
    struct rlimit limit;

    if (g_file_get_contents("/proc/sys/kernel/perf_event_paranoid", &paranoid, NULL, NULL))
        rights.paranoid = atoi(paranoid);
    rights.own_namespace = space != NULL && strcmp(space, first_namespace) != 0;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max != RLIM_INFINITY)
        rights.file_limit = (int64_t)limit.rlim_max;
    return rights;
}

/* --- judging --- */

enum refusal {
    REFUSAL_GONE,
    REFUSAL_NAMESPACE,
    REFUSAL_OTHER_USER,
    REFUSAL_PARANOID,
    REFUSAL_NOT_DUMPABLE,
    REFUSAL_FILTERED,
    REFUSAL_MEMORY,
    REFUSAL_LIMIT,
    REFUSAL_SYSTEM_LIMIT,
    REFUSAL_ABSENT,
    REFUSAL_OTHER,
};

/* The code of the error and, but for those that carry numbers, the reason with its remedy. */
static const struct {
    enum goruntime_error code;
    const char *reason;
} refusals[] = {
    [REFUSAL_GONE] = {GORUNTIME_ERROR_GONE, ""},
    [REFUSAL_NAMESPACE] = {GORUNTIME_ERROR_DENIED,
                           "this is a container with users of its own, from which the kernel lets "
                           "nobody take one: run sidescope on the host"},
    [REFUSAL_OTHER_USER] = {GORUNTIME_ERROR_DENIED, ""},
    [REFUSAL_PARANOID] = {GORUNTIME_ERROR_DENIED, ""},
    [REFUSAL_NOT_DUMPABLE] = {GORUNTIME_ERROR_DENIED,
                              "its program is set-uid, has capabilities or may not be read by its "
                              "user: run sidescope with sudo"},
    [REFUSAL_FILTERED] = {GORUNTIME_ERROR_DENIED,
                          "a container's or security module's rules forbid it: run sidescope on "
                          "the host, or give the container the capability PERFMON"},
    [REFUSAL_MEMORY] = {GORUNTIME_ERROR_FAILED,
                        "the kernel grants no memory for its buffers: end other recorders, or "
                        "raise kernel.perf_event_mlock_kb"},
    [REFUSAL_LIMIT] = {GORUNTIME_ERROR_TOO_LARGE, ""},
    [REFUSAL_SYSTEM_LIMIT] = {GORUNTIME_ERROR_FAILED,
                              "the system has no descriptors left (fs.file-max)"},
    [REFUSAL_ABSENT] = {GORUNTIME_ERROR_FAILED, "this kernel was built without perf events"},
    [REFUSAL_OTHER] = {GORUNTIME_ERROR_FAILED, ""},
};

/* The order matters: each holds whatever the later ones say. */
static enum refusal judge_rights(const struct perf_rights *rights, int error)
{
    const struct rights_facts *process = &rights->process;
    bool may_all = rights->has_perfmon || process->has_ptrace;

    if (rights->own_namespace)
        return REFUSAL_NAMESPACE;
    if (!process->same_user && !may_all)
        return REFUSAL_OTHER_USER;
    if (rights->paranoid > 2 && !rights->has_perfmon)
        return REFUSAL_PARANOID;
    if (error == EACCES && !process->maps_readable && !may_all)
        return REFUSAL_NOT_DUMPABLE;
    return REFUSAL_FILTERED;
}

static enum refusal judge(const struct perf_rights *rights, int error)
{
    static const struct {
        int error;
        enum refusal refusal;
    } plain[] = {
        {ESRCH, REFUSAL_GONE},    {EMFILE, REFUSAL_LIMIT},  {ENFILE, REFUSAL_SYSTEM_LIMIT},
        {ENOSYS, REFUSAL_ABSENT}, {ENOENT, REFUSAL_ABSENT}, {EOPNOTSUPP, REFUSAL_ABSENT},
        {ENOMEM, REFUSAL_MEMORY},
    };

    if (rights->process.is_gone)
        return REFUSAL_GONE;
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
        if (plain[i].error == error)
            return plain[i].refusal;
    return error == EACCES || error == EPERM ? judge_rights(rights, error) : REFUSAL_OTHER;
}

static char *reason_of(const struct perf_rights *rights, const struct perf_refusal *refusal,
                       enum refusal what)
{
    switch (what) {
    case REFUSAL_OTHER_USER:
        return g_strdup_printf("it runs as another user (uid %" PRId64 ", this is uid %" PRId64
                               "): run sidescope as that user, or with sudo",
                               rights->process.target_uid, rights->process.own_uid);
    case REFUSAL_PARANOID:
        return g_strdup_printf("this system reserves it for root (kernel.perf_event_paranoid is "
                               "%d): run sidescope with sudo, or allow it until the next boot with "
                               "\"sudo sysctl kernel.perf_event_paranoid=2\"",
                               rights->paranoid);
    case REFUSAL_LIMIT:
        return g_strdup_printf(
            "%zu threads on %zu processors need %zu descriptors, and this process "
            "may have %" PRId64 ": start sidescope with a higher limit "
            "(ulimit -Hn, or LimitNOFILE of its service)",
            refusal->n_threads, refusal->n_cpus, refusal->n_threads * refusal->n_cpus,
            rights->file_limit);
    case REFUSAL_OTHER:
        return g_strdup(g_strerror(refusal->error));
    default:
        return g_strdup(refusals[what].reason);
    }
}

void perf_rights_explain(const struct perf_rights *rights, const struct perf_refusal *refusal,
                         GError **error)
{
    enum refusal what = judge(rights, refusal->error);
    g_autofree char *reason = reason_of(rights, refusal, what);

    if (what == REFUSAL_GONE)
        g_set_error(error, GORUNTIME_ERROR, GORUNTIME_ERROR_GONE, "process %d has ended",
                    refusal->pid);
    else
        g_set_error(error, GORUNTIME_ERROR, (gint)refusals[what].code,
                    "no CPU profile of process %d can be taken from outside: %s", refusal->pid,
                    reason);
}

char *perf_rights_user_only(const struct perf_rights *rights)
{
    if (rights->paranoid == PERF_RIGHTS_UNKNOWN)
        return g_strdup("it needs the capability PERFMON");
    return g_strdup_printf("kernel.perf_event_paranoid is %d", rights->paranoid);
}
