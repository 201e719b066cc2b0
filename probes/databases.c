#include "probes/databases.h"

#include "probes/paths.h"

#include <string.h>

/* Lock bytes: SQLite's os.h and wal.c, os-reference 5.1. */
enum {
    PENDING_BYTE = 0x40000000,
    RESERVED_BYTE = PENDING_BYTE + 1,
    SHARED_FIRST = PENDING_BYTE + 2,
    SHARED_LAST = SHARED_FIRST + 509,
    WAL_WRITE_BYTE = 120,
    WAL_CHECKPOINT_BYTE = 121,
    WAL_RECOVER_BYTE = 122,
    WAL_READ_FIRST = 123,
    WAL_READ_LAST = 127,
    WAL_OPEN_BYTE = 128,
};

static const struct {
    const char *name, *meaning;
    bool blocks;
} kinds[DB_LOCK_N_KINDS] = {
    [DB_LOCK_OPEN] = {"WAL open", "connected, no transaction", false},
    [DB_LOCK_SHARED] = {"SHARED", "reads; nobody waits but a writer that commits", false},
    [DB_LOCK_READ_MARK] = {"WAL read", "reads; the log cannot be reset meanwhile", false},
    [DB_LOCK_OTHER] = {"lock", "not one of SQLite's", false},
    [DB_LOCK_CHECKPOINT] = {"WAL checkpoint", "moves the log into the database", false},
    [DB_LOCK_RESERVED] = {"RESERVED", "is about to write; other writers wait", true},
    [DB_LOCK_WRITER] = {"WAL write", "writes; other writers wait", true},
    [DB_LOCK_GUARD] = {"td guard", "td writes; other td processes wait", true},
    [DB_LOCK_RECOVER] = {"WAL recover", "rebuilds the index; everybody waits", true},
    [DB_LOCK_PENDING] = {"PENDING", "waits for readers to end; new ones wait", true},
    [DB_LOCK_EXCLUSIVE] = {"EXCLUSIVE", "writes; everybody waits", true},
};

const char *db_lock_name(enum db_lock_kind kind)
{
    return kinds[kind].name;
}

const char *db_lock_meaning(enum db_lock_kind kind)
{
    return kinds[kind].meaning;
}

bool db_lock_blocks(enum db_lock_kind kind)
{
    return kinds[kind].blocks;
}

bool db_file_of(const char *path, enum db_file *ret_file, size_t *ret_main_n)
{
    static const char *const suffixes[DB_N_FILES] = {"", "-wal", "-shm", "-journal"};
    size_t n = strlen(path);

    if (path[0] != '/' || path_classify(path) != PATH_DATABASE)
        return false;
    *ret_file = DB_MAIN;
    *ret_main_n = n;
    for (int file = DB_WAL; file < DB_N_FILES; file++)
        if (g_str_has_suffix(path, suffixes[file])) {
            *ret_file = (enum db_file)file;
            *ret_main_n = n - strlen(suffixes[file]);
        }
    return true;
}

const struct db_lock *database_blocker(const struct database *database)
{
    for (size_t i = 0; i < database->n_locks; i++)
        if (!database->locks[i].waiting && db_lock_blocks(database->locks[i].kind))
            return &database->locks[i];
    return NULL;
}

/* --- bytes to words --- */

struct range {
    uint64_t first, last;
};

static bool covers(struct range range, uint64_t first, uint64_t last)
{
    return range.first <= last && range.last >= first;
}

static unsigned shm_kinds(struct range range, bool write)
{
    unsigned set = 0;

    if (covers(range, WAL_WRITE_BYTE, WAL_WRITE_BYTE))
        set |= 1U << DB_LOCK_WRITER;
    if (covers(range, WAL_CHECKPOINT_BYTE, WAL_CHECKPOINT_BYTE))
        set |= 1U << DB_LOCK_CHECKPOINT;
    if (covers(range, WAL_RECOVER_BYTE, WAL_RECOVER_BYTE))
        set |= 1U << DB_LOCK_RECOVER;
    if (covers(range, WAL_READ_FIRST, WAL_READ_LAST)) /* for writing: a checkpoint moves the mark */
        set |= 1U << (write ? DB_LOCK_CHECKPOINT : DB_LOCK_READ_MARK);
    if (covers(range, WAL_OPEN_BYTE, WAL_OPEN_BYTE)) /* for writing: the first or last to use it */
        set |= 1U << (write ? DB_LOCK_RECOVER : DB_LOCK_OPEN);
    return set ? set : 1U << DB_LOCK_OTHER;
}

unsigned db_lock_kinds(enum db_file file, bool write, uint64_t first, uint64_t last)
{
    struct range range = {first, last};

    if (first > last)
        return 0;
    if (file == DB_MAIN) {
        /* Each of these locks implies those below it, so the strongest says all. */
        if (covers(range, SHARED_FIRST, SHARED_LAST))
            return 1U << (write ? DB_LOCK_EXCLUSIVE : DB_LOCK_SHARED);
        if (covers(range, PENDING_BYTE, PENDING_BYTE)) /* for reading: on the way to SHARED */
            return 1U << (write ? DB_LOCK_PENDING : DB_LOCK_SHARED);
        if (covers(range, RESERVED_BYTE, RESERVED_BYTE))
            return 1U << (write ? DB_LOCK_RESERVED : DB_LOCK_SHARED);
        return 1U << DB_LOCK_OTHER;
    }
    return file == DB_SHM ? shm_kinds(range, write) : 1U << DB_LOCK_OTHER;
}

char *db_lock_holder(const struct db_lock *lock)
{
    if (lock->own)
        return g_strdup("the process itself");
    if (lock->pid < 0)
        return g_strdup("an open file description (the kernel names no process)");
    if (lock->pid == 0)
        return g_strdup("a process of another pid namespace");
    return g_strdup_printf("%d %s", (int)lock->pid, lock->command);
}
