#ifndef SIDESCOPE_PROBES_DATABASES_H
#define SIDESCOPE_PROBES_DATABASES_H

/*
 * SQLite databases a target has open and who holds which lock on them, as part
 * of a files_sample (os-reference 5). A database is its main file together
 * with -wal, -shm and -journal. The functions are pure; any thread.
 */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* In rising order of how much they keep others from working. */
enum db_lock_kind {
    DB_LOCK_OPEN,       /* WAL: held by every connection, harmless */
    DB_LOCK_SHARED,     /* reads, rollback mode; in WAL mode held by every connection */
    DB_LOCK_READ_MARK,  /* WAL: a read transaction is open: the log cannot be reset past it */
    DB_LOCK_OTHER,      /* bytes that SQLite gives no meaning */
    DB_LOCK_CHECKPOINT, /* WAL: moves the log into the database; readers and a writer go on */
    DB_LOCK_RESERVED,   /* is about to write: readers go on, other writers wait */
    DB_LOCK_WRITER,     /* WAL: the one writer */
    DB_LOCK_GUARD,      /* td's own lock file beside the database: other td processes wait */
    DB_LOCK_RECOVER,    /* WAL: rebuilds the index: everybody waits */
    DB_LOCK_PENDING,    /* waits for the readers to end: new readers wait as well */
    DB_LOCK_EXCLUSIVE,  /* writes, rollback mode: everybody waits */
    DB_LOCK_N_KINDS,
};

/* SQLite's word: "SHARED", "RESERVED", "WAL write", …; static. */
const char *db_lock_name(enum db_lock_kind kind);
/* What it means to the others, half a sentence; static. */
const char *db_lock_meaning(enum db_lock_kind kind);
struct db_lock;
/* Who holds it: "4711 td list", "the process itself", or why nobody can be named. New string. */
char *db_lock_holder(const struct db_lock *lock);
/* Keeps other writers waiting. */
bool db_lock_blocks(enum db_lock_kind kind);

struct db_lock {
    enum db_lock_kind kind;
    bool write;
    bool waiting;         /* asks for it and sleeps in the kernel until it is free */
    bool own;             /* the target's */
    pid_t pid;            /* 0: in another pid name space; -1: of an open file, no process */
    const char *command;  /* of pid; "" when unknown */
    gint64 first_seen_us; /* monotonic: the first census that saw it held by the same process */
};

/* Another process that has the database open. */
struct db_user {
    pid_t pid;
    const char *command;
    uint32_t fds; /* of the database and its side files */
};

enum db_file { DB_MAIN, DB_WAL, DB_SHM, DB_JOURNAL, DB_N_FILES };

struct database {
    const char *path; /* of the main file, raw bytes */
    bool deleted;
    uint32_t fds[DB_N_FILES];    /* descriptors of the target */
    int64_t size[DB_N_FILES];    /* SAMPLE_UNKNOWN when the target does not have it open */
    const struct db_lock *locks; /* those that block most first; waiting ones at the end */
    size_t n_locks;
    const struct db_user *users; /* other processes, by pid */
    size_t n_users;
};

/*
 * Which file of a database a path names (by its ending), and how many bytes of
 * the path name the main file. False for other paths.
 */
bool db_file_of(const char *path, enum db_file *ret_file, size_t *ret_main_n);

/* The lock that keeps others waiting most, or NULL. */
const struct db_lock *database_blocker(const struct database *database);

/*
 * What a lock of bytes first..last means, as a set of (1 << db_lock_kind).
 * Neighbouring bytes come as one range from the kernel. 0: nothing.
 */
unsigned db_lock_kinds(enum db_file file, bool write, uint64_t first, uint64_t last);

#endif
