#ifndef SIDESCOPE_PROBES_MACOS_LSOF_H
#define SIDESCOPE_PROBES_MACOS_LSOF_H

/*
 * The field output of lsof (-F; os-reference 9.1), of Darwin and of Linux,
 * with fields ended by NUL or by newline. Pure: text in, files out. Any thread.
 */

#include "probes/samples.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What to ask for: everything struct lsof_file holds, ended by NULs. */
#define LSOF_FIELDS "pcuRftaDdsikPGnT0"

struct lsof_process {
    pid_t pid, parent; /* parent 0: not given */
    uid_t uid;         /* (uid_t)-1: not given */
    const char *command;
};

/* One row. Strings live for the call; absent ones are "". */
struct lsof_file {
    const char *fd;             /* "3", "*003" for 10003, "cwd", "txt", … as lsof says */
    int number;                 /* of a descriptor; -1 for the rows that are none */
    const char *type;           /* "REG", "PIPE", "KQUEUE", … */
    char access;                /* 'r' 'w' 'u'; ' ' not known */
    const char *name;           /* raw bytes: lsof's escapes are undone */
    const char *protocol;       /* "TCP", "UDP" */
    const char *state;          /* of TCP and of a unix socket: "LISTEN", … */
    const char *device_text;    /* the kernel address of a Darwin pipe or socket */
    uint64_t inode, device;     /* 0: not given */
    int64_t size, links, flags; /* SAMPLE_UNKNOWN: not given */
};

/* False ends the walk. */
typedef bool (*lsof_file_fn)(const struct lsof_process *process, const struct lsof_file *file,
                             void *user);

/* Calls each for every file of every process; number of files. */
typedef size_t (*lsof_walk)(const char *text, size_t n, lsof_file_fn each, void *user);

/* Of the field output. */
size_t lsof_parse(const char *text, size_t n, lsof_file_fn each, void *user);

/*
 * Undoes the escapes of a name: \n \t \r \b \f \\ \xHH and ^X. A caret is not
 * escaped itself, so that a name with a caret before a capital cannot be told
 * from a control character; the latter is assumed.
 */
void lsof_unescape(const char *text, size_t n, GString *ret);

/* The type of a descriptor in our words. name tells the anonymous inodes of Linux apart. */
enum fd_type lsof_fd_type(const char *type, const char *name);

/* An endpoint of a name, "127.0.0.1:6060" or "*:80" of "…->…" (-P was given). */
struct lsof_endpoint {
    int port;      /* 0: none */
    bool loopback; /* 127.0.0.0/8 or ::1 */
    bool any;      /* "*" */
};
/* The local one; false when name is no address. */
bool lsof_local_endpoint(const char *name, struct lsof_endpoint *ret);

#endif
