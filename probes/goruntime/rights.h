#ifndef SIDESCOPE_PROBES_GORUNTIME_RIGHTS_H
#define SIDESCOPE_PROBES_GORUNTIME_RIGHTS_H

/*
 * Why the memory of a process may not be read, and what gives the right: Yama,
 * another user, a program that is not dumpable, a container. Linux: ptrace(2)
 * "Ptrace access mode checking", Documentation/admin-guide/LSM/Yama.rst. Reads a
 * few files of /proc and blocks for them; any thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum rights_problem {
    RIGHTS_NONE,          /* nothing stands in the way that can be seen */
    RIGHTS_GONE,          /* no such process */
    RIGHTS_OTHER_USER,    /* it runs as another user */
    RIGHTS_NOT_DUMPABLE,  /* setuid, file capabilities, not readable by its user, PR_SET_DUMPABLE */
    RIGHTS_YAMA_CHILDREN, /* kernel.yama.ptrace_scope 1: only descendants */
    RIGHTS_YAMA_ADMIN,    /* 2: CAP_SYS_PTRACE only */
    RIGHTS_YAMA_NOBODY,   /* 3: nobody, until the next boot */
    RIGHTS_FILTERED,      /* seccomp or another security module, as in containers */
};

/* What was seen; tests fill it by hand. */
struct rights_facts {
    int64_t own_uid, target_uid; /* effective ids of us; -1: unknown */
    bool has_ptrace;             /* CAP_SYS_PTRACE among our effective capabilities */
    bool same_user;              /* all ids of the target are ours */
    bool is_gone;
    bool maps_readable; /* /proc/PID/maps: needs ptrace read access, which Yama does not guard */
    int yama_scope;     /* 0 to 3; -1: no Yama */
    int seccomp_mode;   /* of ourselves: 0 none, 2 filter */
};

/* Looks at the process and at ourselves. */
struct rights_facts rights_look(int pid);
/* Which of them explains that reading was refused. Pure. */
enum rights_problem rights_judge(const struct rights_facts *facts);
/*
 * One sentence with the remedy: "the memory of process 41 may not be read: it
 * belongs to another user (uid 0): run as that user or root". g_free it. Pure.
 */
char *rights_sentence(const struct rights_facts *facts, enum rights_problem problem, int pid);
/*
 * The error for a look at a process that failed with error_number: DENIED with
 * that sentence, GONE, or FAILED. Returns false.
 */
bool rights_fail(int pid, int error_number, GError **error);

#endif
