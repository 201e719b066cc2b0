#include "tests/unit/probes/proc_tree.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct proc_tree *proc_tree_new(void)
{
    struct proc_tree *tree = g_new0(struct proc_tree, 1);
    g_autoptr(GError) error = NULL;
    tree->root = g_dir_make_tmp("sidescope-proc-XXXXXX", &error);
    g_assert_no_error(error);
    tree->options.proc_root = tree->root;
    proc_tree_write(tree, "uptime", "5000.50 9000.00\n", -1);
    return tree;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void proc_tree_free(struct proc_tree *tree)
{
    if (!tree)
        return;
    nftw(tree->root, remove_one, 64, FTW_DEPTH | FTW_PHYS);
    g_free(tree->root);
    g_free(tree);
}

static char *make_place(struct proc_tree *tree, const char *path)
{
    char *full = g_build_filename(tree->root, path, NULL);
    g_autofree char *dir = g_path_get_dirname(full);
    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    return full;
}

void proc_tree_write(struct proc_tree *tree, const char *path, const char *text, gssize n)
{
    g_autofree char *full = make_place(tree, path);
    g_autoptr(GError) error = NULL;
    g_file_set_contents(full, text, n, &error);
    g_assert_no_error(error);
}

void proc_tree_link(struct proc_tree *tree, const char *path, const char *target)
{
    g_autofree char *full = make_place(tree, path);
    g_unlink(full);
    g_assert_cmpint(symlink(target, full), ==, 0);
}

void proc_tree_remove(struct proc_tree *tree, const char *path)
{
    g_autofree char *full = g_build_filename(tree->root, path, NULL);
    nftw(full, remove_one, 64, FTW_DEPTH | FTW_PHYS);
}

static void write_file(struct proc_tree *tree, pid_t pid, const char *name, const char *text)
{
    g_autofree char *path = g_strdup_printf("%d/%s", (int)pid, name);
    proc_tree_write(tree, path, text, -1);
}

static void make_dir(struct proc_tree *tree, pid_t pid, const char *name)
{
    g_autofree char *path = g_strdup_printf("%d/%s/.", (int)pid, name);
    g_free(make_place(tree, path));
}

void proc_tree_process(struct proc_tree *tree, const struct proc_tree_process *process)
{
    g_autofree char *stat = g_strdup_printf(
        "%d (%s) %c %d 1 1 0 -1 %d 100 200 3 4 150 50 20 10 20 0 7 0 %" G_GUINT64_FORMAT
        " 104857600 2560 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n",
        (int)process->pid, process->comm, process->state ? process->state : 'S',
        (int)process->parent, 4194304 | (process->forked ? 0x40 : 0), process->start_ticks);
    write_file(tree, process->pid, "stat", stat);
    write_file(tree, process->pid, "statm", "25600 2560 512 10 0 2048 0\n");
    write_file(tree, process->pid, "status",
               "Name:\tx\nVmPeak:\t  110000 kB\nVmSize:\t  102400 kB\nVmLck:\t       0 kB\n"
               "VmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\nRssAnon:\t    8192 kB\n"
               "RssFile:\t    1024 kB\nRssShmem:\t    1024 kB\nVmSwap:\t     512 kB\n"
               "Threads:\t7\nvoluntary_ctxt_switches:\t11\nnonvoluntary_ctxt_switches:\t12\n");
    write_file(tree, process->pid, "io",
               "rchar: 1\nwchar: 2\nread_bytes: 4096\nwrite_bytes: 8192\n");
    write_file(tree, process->pid, "limits",
               "Limit                     Soft Limit           Hard Limit           Units     \n"
               "Max stack size            8388608              unlimited            bytes     \n"
               "Max open files            1024                 4096                 files     \n");
    g_autofree char *cmdline = g_strdup_printf("%d/cmdline", (int)process->pid);
    proc_tree_write(tree, cmdline, process->cmdline ? process->cmdline : "",
                    process->cmdline_n ? (gssize)process->cmdline_n : -1);
    g_autofree char *exe = g_strdup_printf("%d/exe", (int)process->pid);
    if (process->exe)
        proc_tree_link(tree, exe, process->exe);
    make_dir(tree, process->pid, "fd");
    make_dir(tree, process->pid, "fdinfo");
}

void proc_tree_fd(struct proc_tree *tree, pid_t pid, int fd, const char *target, const char *info)
{
    g_autofree char *link = g_strdup_printf("%d/fd/%d", (int)pid, fd);
    g_autofree char *name = g_strdup_printf("fdinfo/%d", fd);
    proc_tree_link(tree, link, target);
    write_file(tree, pid, name, info ? info : "pos:\t0\nflags:\t0100002\nmnt_id:\t1\n");
}
