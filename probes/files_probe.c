#include "probes/databases.h"
#include "probes/platform.h"
#include "probes/record_table.h"
#include "probes/source.h"
#include "probes/threads.h"

/* --- what a sample has --- */

static const char *type_name(int value)
{
    return fd_type_label((enum fd_type)value);
}

static const char *path_name(int value)
{
    return path_class_name((enum path_class)value);
}

static const char *lock_name(int value)
{
    return db_lock_name((enum db_lock_kind)value);
}

static const struct record_member files_table[] = {
    COUNT(files_sample, count),
    COUNT(files_sample, soft_limit),
    COUNT(files_sample, inotify_watches),
    COUNT(files_sample, inotify_max_instances),
    COUNT(files_sample, inotify_max_watches),
    COUNT(files_sample, inotify_user_instances),
    MEMBER(UINT64, files_sample, watched_unnamed, COUNT),
    COUNT(files_sample, not_descriptors),
    MEMBER(UINT64, files_sample, opened, COUNT),
    MEMBER(UINT64, files_sample, closed, COUNT),
    PLAIN(BOOL, files_sample, truncated),
    PLAIN(OPTIONAL_TEXT, files_sample, locks_why),
    COUNT(files_sample, log_warnings),
    PLAIN(OPTIONAL_TEXT, files_sample, log_last),
    COUNT(files_sample, lock_waits),
    PLAIN(OPTIONAL_TEXT, files_sample, lock_path),
    PLAIN(OPTIONAL_TEXT, files_sample, lock_command),
    MEMBER(INT64, files_sample, lock_holder, NO_UNIT),
    MEMBER(TIME, files_sample, lock_since_us, US),
    MEMBER(TIME, files_sample, others_us, US),
    MEMBER(KNOWN, files_sample, others_cost_us, US),
    MEMBER(KNOWN, files_sample, others_denied, COUNT),
};

static const struct record_member fd_table[] = {
    PLAIN(INT, fd_entry, fd),
    NAMED(fd_entry, type, type_name, FD_N_TYPES),
    PLAIN(TEXT, fd_entry, path),
    PLAIN(TEXT, fd_entry, detail),
    NAMED(fd_entry, cls, path_name, PATH_N_CLASSES),
    PLAIN(BOOL, fd_entry, deleted),
    LETTER(fd_entry, access, ' '),
    PLAIN(UINT64, fd_entry, inode),
    PLAIN(UINT64, fd_entry, device),
    MEMBER(INT64, fd_entry, offset, BYTES),
    PLAIN(INT64, fd_entry, flags),
    BYTES(fd_entry, size),
    COUNT(fd_entry, watches),
    MEMBER(TIME, fd_entry, first_seen_us, US),
    PLAIN(OPTIONAL_TEXT, fd_entry, peer),
};

static const struct record_member database_table[] = {
    PLAIN(TEXT, database, path),
    PLAIN(BOOL, database, deleted),
    AS(UINT32, database, fds[DB_MAIN], "fds_main", COUNT),
    AS(UINT32, database, fds[DB_WAL], "fds_wal", COUNT),
    AS(UINT32, database, fds[DB_SHM], "fds_shm", COUNT),
    AS(UINT32, database, fds[DB_JOURNAL], "fds_journal", COUNT),
    AS(INT64, database, size[DB_MAIN], "size_main", BYTES),
    AS(INT64, database, size[DB_WAL], "size_wal", BYTES),
    AS(INT64, database, size[DB_SHM], "size_shm", BYTES),
    AS(INT64, database, size[DB_JOURNAL], "size_journal", BYTES),
};

static const struct record_member db_lock_table[] = {
    NAMED(db_lock, kind, lock_name, DB_LOCK_N_KINDS),
    PLAIN(BOOL, db_lock, write),
    PLAIN(BOOL, db_lock, waiting),
    PLAIN(BOOL, db_lock, own),
    PLAIN(INT, db_lock, pid),
    PLAIN(TEXT, db_lock, command),
    MEMBER(TIME, db_lock, first_seen_us, US),
};

static const struct record_member db_user_table[] = {
    PLAIN(INT, db_user, pid),
    PLAIN(TEXT, db_user, command),
    MEMBER(UINT32, db_user, fds, COUNT),
};

const struct record record_files = RECORD(files_table, files_sample);
const struct record record_fd = RECORD(fd_table, fd_entry);
static const struct record_member watched_table[] = {
    PLAIN(TEXT, watched_path, path),
    MEMBER(UINT32, watched_path, times, COUNT),
};

const struct record record_watched = RECORD(watched_table, watched_path);
const struct record record_database = RECORD(database_table, database);
const struct record record_db_lock = RECORD(db_lock_table, db_lock);
const struct record record_db_user = RECORD(db_user_table, db_user);

/* --- sampling --- */

static void set_unknown(void *user)
{
    files_sample_set_unknown(user);
}

/*
 * On a busy machine most of the wall time of a census is others'. Twice the CPU
 * is what it can have cost, as a large one shares its work with a thread. The
 * search through other processes paces itself.
 */
static gint64 not_ours_us(const struct files_sample *sample, gint64 wall_us, gint64 cpu_us)
{
    return sample->others_cost_us + MAX(wall_us - sample->others_cost_us - 2 * cpu_us, 0);
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct files_sample *sample = user;
    struct platform *platform = process_reader_open(source, sample);

    if (platform == NULL)
        return;
    if (turn->mark)
        platform_mark(platform);
    gint64 begun_us = g_get_monotonic_time(), cpu_us = thread_cpu_us();

    platform_read(platform, sample, turn->previous);
    turn->separate_us =
        not_ours_us(sample, g_get_monotonic_time() - begun_us, thread_cpu_us() - cpu_us);
}

const struct source_ops files_source = {
    .open = process_reader_new,
    .set_unknown = set_unknown,
    .fill = fill,
    .cancel = process_reader_cancel,
    .close = process_reader_free,
};
