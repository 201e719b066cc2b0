#ifndef SIDESCOPE_TESTS_PROC_TREE_H
#define SIDESCOPE_TESTS_PROC_TREE_H

/*
 * A recorded-looking /proc in a temporary directory, so that tests can show
 * the probes states that a live system does not hold still for.
 */

#include "probes/platform.h"

struct proc_tree {
    char *root;
    struct platform_options options;
};

struct proc_tree *proc_tree_new(void);
/* Removes the directory and all below it. */
void proc_tree_free(struct proc_tree *tree);
typedef struct proc_tree proc_tree_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(proc_tree_auto, proc_tree_free)

/* Writes <root>/<path>, making its directories; n < 0: text ends at its NUL. */
void proc_tree_write(struct proc_tree *tree, const char *path, const char *text, gssize n);
void proc_tree_link(struct proc_tree *tree, const char *path, const char *target);
void proc_tree_remove(struct proc_tree *tree, const char *path);

struct proc_tree_process {
    pid_t pid, parent;
    const char *comm;
    char state;
    uint64_t start_ticks;
    const char *cmdline; /* NULs between the arguments; NULL: none */
    size_t cmdline_n;    /* 0: up to the first NUL */
    const char *exe;
    bool forked; /* and has not called exec since */
};

/* stat, statm, status, limits, cmdline, exe, io and empty fd/ and fdinfo/. */
void proc_tree_process(struct proc_tree *tree, const struct proc_tree_process *process);
/* fd/N with its fdinfo; info NULL: pos 0, read-write, no inode. */
void proc_tree_fd(struct proc_tree *tree, pid_t pid, int fd, const char *target, const char *info);

#endif
