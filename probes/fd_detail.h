#ifndef SIDESCOPE_PROBES_FD_DETAIL_H
#define SIDESCOPE_PROBES_FD_DETAIL_H

/*
 * More about one descriptor than a census can afford: what an inotify
 * descriptor watches, what an epoll set waits for, and what fdinfo says. The
 * kernel keeps inodes, not paths, of watches: they are looked for in
 * directories that the target is known to use. Waits for files: for jobs, not
 * for the UI thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct fd_watch {
    uint64_t inode;
    uint64_t device; /* as fdinfo's sdev: major << 20 | minor */
    uint32_t mask;   /* IN_* bits */
    char *path;      /* raw bytes; NULL: not found */
    char *handle;    /* the kernel's handle of it, "TYPE:HEX"; NULL: not told */
    bool sure;       /* inode and device agree; else the inode alone (layered file systems) */
};

struct fd_member {
    int fd;
    uint32_t events; /* EPOLL* bits */
    char *link;      /* what it is, "" when closed meanwhile */
};

struct fd_detail {
    int fd;          /* asked for */
    char *info;      /* text of fdinfo; "" */
    char *error;     /* why there is none; NULL: there is */
    GArray *watches; /* struct fd_watch */
    GArray *members; /* struct fd_member */
    size_t n_found;  /* watches with a path */
    bool search_cut; /* directories were left out: too many, or too slow */
};

struct fd_detail_request {
    const char *proc_root; /* NULL: /proc */
    pid_t pid;
    int fd;
    const char *const *directories; /* of its open files, NULL-terminated; or NULL */
    const int *cancelled;           /* or NULL */
};

/* Of nothing yet: for what reads it. */
struct fd_detail *fd_detail_new(int fd);
/* Never NULL. */
struct fd_detail *fd_detail_read(const struct fd_detail_request *request);
void fd_detail_free(struct fd_detail *detail);

/* "CREATE|MODIFY|…" of IN_* bits; free with g_free. */
char *fd_watch_mask(uint32_t mask);
/* "IN|OUT|ET" of EPOLL* bits. */
char *fd_member_events(uint32_t events);

#endif
