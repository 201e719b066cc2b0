#ifndef SIDESCOPE_PROBES_FILES_SAMPLE_H
#define SIDESCOPE_PROBES_FILES_SAMPLE_H

/* Every descriptor, by path and by template. See sample.h. */

#include "probes/sample.h"

struct database;

enum fd_type {
    FD_REG,
    FD_DIR,
    FD_CHR,
    FD_BLK,
    FD_FIFO, /* named and unnamed pipes; PIPE on macOS */
    FD_IPV4,
    FD_IPV6,
    FD_UNIX,
    FD_SOCK,    /* other or unbound socket */
    FD_INOTIFY, /* lsof: a_inode */
    FD_EPOLL,   /* lsof: a_inode; KQUEUE on macOS */
    FD_ANON,    /* other a_inode: eventfd, timerfd, pidfd, … */
    FD_OTHER,
    FD_N_TYPES,
};

/* lsof's TYPE word: "REG", "DIR", "FIFO", "IPv4", "unix", "a_inode" … ; static. */
const char *fd_type_name(enum fd_type type);
/* Our finer word for the same: "inotify", "eventpoll", else as fd_type_name. Static. */
const char *fd_type_label(enum fd_type type);

/* Known kinds of path; order is the order of tests. */
enum path_class {
    PATH_CLAUDE,   /* .claude/projects, .config/claude/projects */
    PATH_CODEX,    /* .codex/sessions */
    PATH_SESSION,  /* files of any other adapter */
    PATH_DATABASE, /* .db .sqlite .sqlite3 .db3 and their -wal -shm -journal */
    PATH_GIT,      /* below a .git directory */
    PATH_TD,       /* .todos, when not a database */
    PATH_LOG,      /* *.log */
    PATH_OTHER,
    PATH_N_CLASSES,
};
const char *path_class_name(enum path_class cls);

struct fd_entry {
    int fd;
    enum fd_type type;
    const char *path;   /* link text without " (deleted)"; sockets: "127.0.0.1:6060->…" text */
    const char *detail; /* "[eventfd]", "LISTEN", …; "" when none */
    enum path_class cls;
    bool deleted;
    char access;            /* 'r' 'w' 'u'; ' ' unknown */
    uint64_t inode, device; /* 0: unknown */
    /* Of this moment up to 500 descriptors in all; above, of a census before, each in its turn. */
    int64_t offset, flags; /* fdinfo pos and flags (O_* bits); SAMPLE_UNKNOWN when not read */
    int64_t size;          /* of a regular file */
    int64_t watches;       /* inotify watches; SAMPLE_UNKNOWN otherwise */
    gint64 first_seen_us;  /* monotonic; when this (fd, inode) was first seen open */
    const char *peer; /* pipes: "4711 git status", another process that has it; NULL: none seen */
};

/* Descriptors with the same path, largest count first. */
struct fd_group {
    const char *path;
    enum fd_type type;
    enum path_class cls;
    uint32_t first, count; /* files_sample.by_group[first .. first+count): indices into fds */
    uint32_t deleted;      /* how many of them are deleted */
    int64_t growth;        /* count now minus count when the probe began (or at the last mark) */
    gint64 oldest_us;      /* first_seen_us of its oldest descriptor */
};

/*
 * Descriptors whose paths fold to one template: UUIDs, dates and digit runs
 * become placeholders ("…/projects/<project>/<uuid>.jsonl", see paths.h). One level above groups.
 */
struct fd_template {
    const char *text;
    enum fd_type type;
    enum path_class cls;
    uint32_t first, count; /* files_sample.by_template[first ..]: indices into fds */
    uint32_t n_paths;      /* distinct paths in it */
    int64_t growth;
};

/* A path that inotify descriptors watch. */
struct watched_path {
    const char *path;
    uint32_t times; /* by so many of them */
    const int *fds; /* the first of these descriptors; NULL: not told */
    size_t n_fds;
};

struct files_sample {
    struct sample base;
    int64_t count;      /* descriptors at the moment of the census */
    int64_t soft_limit; /* SAMPLE_UNKNOWN: none known */
    int64_t by_type[FD_N_TYPES];
    int64_t by_class[PATH_N_CLASSES]; /* regular files only */
    const struct fd_entry *fds;       /* by number; n_fds < count when truncated or denied */
    size_t n_fds;
    const uint32_t *by_group;
    const struct fd_group *groups;
    size_t n_groups;
    const uint32_t *by_template;
    const struct fd_template *templates;
    size_t n_templates;
    int64_t inotify_watches;                            /* sum over inotify descriptors */
    int64_t inotify_max_instances, inotify_max_watches; /* per user */
    int64_t inotify_user_instances;     /* of all its user's processes, as old as others_us */
    const struct watched_path *watched; /* of the inotify descriptors, most often watched first */
    size_t n_watched;
    size_t watched_unnamed;  /* watches whose paths were not found */
    int64_t not_descriptors; /* rows of lsof that are none: cwd, txt, mem, …; else unknown */
    uint64_t opened, closed; /* descriptor births and deaths since the previous census */
    bool truncated;
    const struct database *databases; /* see probes/databases.h; those with a blocking lock first */
    size_t n_databases;
    const char *locks_why;               /* why locks could not be read; NULL: they could */
    const struct files_sample *lists_of; /* private: the sample whose lists these are, or NULL */
    int64_t log_warnings; /* lines of the last ten minutes in its debug.log; unknown: none open */
    const char *log_last; /* the newest of them; NULL: none */
    /* Threads that sleep in flock or fcntl until a file lock is free; of the first of them which
     * file (NULL: not known), who has it (0: in another pid name space, -1: an open file, no
     * process) and by what command (NULL: not known), and the first census that saw that. */
    int64_t lock_waits;
    const char *lock_path, *lock_command;
    int64_t lock_holder;
    gint64 lock_since_us;
    gint64 others_us;      /* monotonic: when all other processes had been looked through for users
                              of the databases and for the far ends of pipes; 0: not yet */
    gint64 others_cost_us; /* of this sample's cost: a search that paces itself */
    int64_t others_denied; /* processes that could not be looked into */
};

/* Every number of it that a platform may leave unfilled becomes unknown. */
void files_sample_set_unknown(struct files_sample *sample);

#endif
