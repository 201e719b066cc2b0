#ifndef SIDESCOPE_PROBES_GORUNTIME_DESCRIPTORS_H
#define SIDESCOPE_PROBES_GORUNTIME_DESCRIPTORS_H

/*
 * Who holds an open file: from a descriptor to its Go object (os.file, net.netFD)
 * and back along the pointers that keep it alive to a variable, with the functions
 * that use it, or to a goroutine, with its frame. Types and fields are named in
 * stripped programs too. The thread of the runtime.
 */

#include "probes/goruntime/holders.h"

enum descriptor_state {
    DESCRIPTOR_HELD,
    DESCRIPTOR_UNHELD,    /* nobody holds its object: the next collection closes it */
    DESCRIPTOR_NO_OBJECT, /* of C code or of a raw call */
};

/* What stands in a root between a goroutine and the function that created it. */
#define DESCRIPTOR_CREATED_BY ", created by "

struct descriptor {
    int fd;
    char *link; /* what /proc has of it: a path, "socket:[41]"; raw bytes */
    enum descriptor_state state;
    bool is_guess; /* found by a word of a stack that may be dead */
    char *name;    /* the object's own: the name it was opened by, "tcp 127.0.0.1:80"; or NULL */
    char *root;    /* "variable 0x58eb40 used by main.main"; NULL unless held */
    GPtrArray
        *chain;    /* char *, from what the root points to down to the object; empty unless held */
    char *request; /* of an HTTP connection: "GET 127.0.0.1:8080/feed/12"; NULL: none is known */
    bool is_unclosed_body; /* the answer to it was not closed, or not read to its end */
    guint group;           /* of descriptors.groups */
};

/* Descriptors that are held in the same way. */
struct descriptor_group {
    enum descriptor_state state;
    bool is_guess;
    char *text;  /* "variable 0x58eb40 used by main.main -> *main.adapter.open -> []*os.File" */
    GArray *fds; /* int */
    guint first; /* of descriptors.all: one of them */
};

struct descriptors {
    GArray *all;      /* struct descriptor, by number */
    GArray *groups;   /* struct descriptor_group, largest first */
    size_t n_changed; /* opened or closed meanwhile: left out */
    size_t n_unread;  /* goroutines that ran: what their stacks hold is not known */
    double took_s;
};

/*
 * All that are open. pid is the process of the runtime: /proc/PID/fd is read before
 * and after. Steps as holders_read has them. NULL with error: what that says.
 */
struct descriptors *descriptors_read(struct go_runtime *runtime, int pid,
                                     holders_progress *progress, void *user, GError **error);
/* Of nothing yet. */
struct descriptors *descriptors_new(void);
void descriptors_free(struct descriptors *descriptors);
typedef struct descriptors descriptors_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(descriptors_auto, descriptors_free)

/* The one of that number, or NULL. */
const struct descriptor *descriptors_find(const struct descriptors *descriptors, int fd);

#endif
