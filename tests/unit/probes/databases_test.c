/* Databases, their locks and users: the words for bytes, recorded lines, and real sqlite3 shells
 * that hold real locks. */

#include "probes/databases.h"
#include "probes/linux/locks.h"
#include "tests/unit/probes/proc_tree.h"
#include "tests/unit/probes/sqlite_shell.h"
#include "tests/unit/probes/take.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- pure --- */

static void test_bytes(void)
{
    static const struct {
        enum db_file file;
        bool write;
        uint64_t first, last;
        unsigned kinds;
    } cases[] = {
        {DB_MAIN, false, 1073741826, 1073742335, 1U << DB_LOCK_SHARED},
        {DB_MAIN, false, 1073741824, 1073741824, 1U << DB_LOCK_SHARED},
        {DB_MAIN, true, 1073741825, 1073741825, 1U << DB_LOCK_RESERVED},
        {DB_MAIN, true, 1073741824, 1073741825, 1U << DB_LOCK_PENDING},
        {DB_MAIN, true, 1073741824, 1073742335, 1U << DB_LOCK_EXCLUSIVE},
        {DB_MAIN, true, 0, UINT64_MAX, 1U << DB_LOCK_EXCLUSIVE},
        {DB_MAIN, true, 0, 100, 1U << DB_LOCK_OTHER},
        {DB_MAIN, true, 7, 6, 0},
        {DB_SHM, true, 120, 120, 1U << DB_LOCK_WRITER},
        {DB_SHM, true, 120, 121, 1U << DB_LOCK_WRITER | 1U << DB_LOCK_CHECKPOINT},
        {DB_SHM, true, 122, 122, 1U << DB_LOCK_RECOVER},
        {DB_SHM, false, 127, 128, 1U << DB_LOCK_READ_MARK | 1U << DB_LOCK_OPEN},
        {DB_SHM, false, 128, 128, 1U << DB_LOCK_OPEN},
        {DB_SHM, true, 124, 124, 1U << DB_LOCK_CHECKPOINT},
        {DB_SHM, true, 4, 5, 1U << DB_LOCK_OTHER},
        {DB_WAL, true, 120, 120, 1U << DB_LOCK_OTHER},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("case %zu", i);
        g_assert_cmphex(db_lock_kinds(cases[i].file, cases[i].write, cases[i].first, cases[i].last),
                        ==, cases[i].kinds);
    }
    for (int kind = 0; kind < DB_LOCK_N_KINDS; kind++) {
        g_assert_cmpstr(db_lock_name((enum db_lock_kind)kind), !=, "");
        g_assert_cmpstr(db_lock_meaning((enum db_lock_kind)kind), !=, "");
    }
}

static void test_paths(void)
{
    static const struct {
        const char *path;
        bool is;
        enum db_file file;
        size_t n;
    } cases[] = {
        {"/w/.todos/issues.db", true, DB_MAIN, 19},
        {"/w/.todos/issues.db-wal", true, DB_WAL, 19},
        {"/w/.todos/issues.db-shm", true, DB_SHM, 19},
        {"/a/state_5.sqlite-journal", true, DB_JOURNAL, 17},
        {"/a/data.sqlite3", true, DB_MAIN, 15},
        {"/a/notes.txt-wal", false, DB_MAIN, 0},
        {"pipe:[7]", false, DB_MAIN, 0},
        {"", false, DB_MAIN, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        enum db_file file = DB_N_FILES;
        size_t n = 0;
        bool is = db_file_of(cases[i].path, &file, &n);

        g_assert_true(is == cases[i].is);
        if (is) {
            g_assert_cmpint(file, ==, cases[i].file);
            g_assert_cmpuint(n, ==, cases[i].n);
        }
    }
}

static void test_line(void)
{
    static const char text[] =
        "12: -> POSIX  ADVISORY  WRITE 4711 fd:1f:264321 1073741825 1073741825";
    struct lock_line line;

    g_assert_true(lock_line_parse(text, strlen(text), &line));
    g_assert_true(line.waiting && line.write);
    g_assert_cmpint(line.cls, ==, LOCK_POSIX);
    g_assert_cmpint(line.pid, ==, 4711);
    g_assert_cmpuint(line.major, ==, 0xfd);
    g_assert_cmpuint(line.minor, ==, 0x1f);
    g_assert_cmpuint(line.inode, ==, 264321);
    g_assert_cmpuint(line.first, ==, 1073741825);
    static const char ofd[] = "1: OFDLCK ADVISORY  READ -1 08:01:5 0 EOF";

    g_assert_true(lock_line_parse(ofd, strlen(ofd), &line));
    g_assert_cmpint(line.cls, ==, LOCK_OFD);
    g_assert_cmpint(line.pid, ==, -1);
    g_assert_true(!line.write && !line.waiting && line.last == UINT64_MAX);
    /* cut anywhere it is refused or whole, and never read past its end */
    for (size_t n = 0; n < strlen(text); n++) {
        g_autofree char *cut = g_memdup2(text, MAX(n, 1));

        if (lock_line_parse(cut, n, &line))
            g_assert_cmpuint(line.inode, ==, 264321);
    }
}

/* --- a recorded tree --- */

enum { PID = 4182, HOLDER = 77 };

static const struct proc_tree_process target = {
    .pid = PID, .parent = 1, .comm = "sidecar", .start_ticks = 1000};
static const struct proc_tree_process holder = {.pid = HOLDER,
                                                .parent = 1,
                                                .comm = "td",
                                                .start_ticks = 1000,
                                                .cmdline = "td\0list\0",
                                                .cmdline_n = 8};

static const char locks_text[] =
    "1: POSIX  ADVISORY  WRITE 77 08:01:500 1073741825 1073741825\n"
    "2: POSIX  ADVISORY  READ 4182 08:01:500 1073741826 1073742335\n"
    "2: -> POSIX  ADVISORY  WRITE 4182 08:01:500 1073741825 1073741825\n"
    "3: POSIX  ADVISORY  WRITE 77 08:02:500 1073741824 1073742335\n" /* another file system */
    "4: FLOCK  ADVISORY  WRITE 77 08:01:9 0 EOF\n"
    "nonsense\n";

static struct proc_tree *record_tree(void)
{
    struct proc_tree *tree = proc_tree_new();
    static const char info[] = "pos:\t0\nflags:\t0100002\nmnt_id:\t29\nino:\t500\n";

    proc_tree_process(tree, &target);
    proc_tree_process(tree, &holder);
    proc_tree_fd(tree, PID, 5, "/gone/app/.todos/issues.db", info);
    proc_tree_fd(tree, PID, 6, "/gone/app/.todos/issues.db", info);
    proc_tree_fd(tree, PID, 7, "/gone/app/.todos/issues.db-journal", NULL);
    proc_tree_fd(tree, PID, 8, "pipe:[900]", NULL);
    proc_tree_fd(tree, HOLDER, 3, "/gone/app/.todos/issues.db", info);
    proc_tree_fd(tree, HOLDER, 4, "pipe:[900]", NULL);
    proc_tree_write(tree, "4182/mountinfo", "29 1 8:1 / / rw - ext4 /dev/sda1 rw\n", -1);
    proc_tree_write(tree, "locks", locks_text, -1);
    return tree;
}

static void check_recorded(const struct files_sample *sample)
{
    g_assert_cmpuint(sample->n_databases, ==, 1);
    const struct database *database = sample->databases;

    g_assert_cmpstr(database->path, ==, "/gone/app/.todos/issues.db");
    g_assert_cmpuint(database->fds[DB_MAIN], ==, 2);
    g_assert_cmpuint(database->fds[DB_JOURNAL], ==, 1);
    g_assert_cmpuint(database->fds[DB_WAL], ==, 0);
    g_assert_cmpuint(database->n_locks, ==, 3);
    const struct db_lock *blocker = database_blocker(database);

    g_assert_nonnull(blocker);
    g_assert_cmpint(blocker->kind, ==, DB_LOCK_RESERVED);
    g_assert_cmpint(blocker->pid, ==, HOLDER);
    g_assert_cmpstr(blocker->command, ==, "td list");
    g_assert_false(blocker->own);
    g_assert_cmpint(database->locks[1].kind, ==, DB_LOCK_SHARED);
    g_assert_true(database->locks[1].own);
    g_assert_true(database->locks[2].waiting);
}

static void test_recorded(void)
{
    g_autoptr(proc_tree_auto) tree = record_tree();
    struct platform *platform = platform_open(&tree->options, PID, NULL, NULL);
    struct files_sample *first = take_files(platform, NULL);

    check_recorded(first);
    g_assert_cmpint(first->others_us, >, 0);
    g_assert_cmpuint(first->databases->n_users, ==, 1);
    g_assert_cmpint(first->databases->users[0].pid, ==, HOLDER);
    g_assert_cmpuint(first->databases->users[0].fds, ==, 1);
    g_assert_cmpstr(first->fds[3].peer, ==, "77 td list");
    /* the same holder: held since the first sight; another one: since now */
    struct files_sample *second = take_files(platform, first);

    g_assert_cmpint(second->databases->locks[0].first_seen_us, ==, first->base.taken_us);
    proc_tree_write(tree, "locks",
                    "1: POSIX  ADVISORY  WRITE 4182 08:01:500 1073741825 1073741825\n", -1);
    struct files_sample *third = take_files(platform, second);

    g_assert_cmpuint(third->databases->n_locks, ==, 1);
    g_assert_true(third->databases->locks[0].own);
    g_assert_cmpint(third->databases->locks[0].first_seen_us, ==, third->base.taken_us);
    sample_unref(first);
    sample_unref(second);
    sample_unref(third);
    platform_close(platform);
}

/* Whoever has the lock that a thread of the target sleeps for stands above it in the list. */
static void test_waits(void)
{
    g_autoptr(proc_tree_auto) tree = record_tree();

    g_autofree char *path = g_build_filename(tree->options.proc_root, "stat", NULL);
    struct stat st;

    proc_tree_write(tree, "stat", "", 0); /* any file that is there */
    g_assert_cmpint(stat(path, &st), ==, 0);
    proc_tree_fd(tree, PID, 9, path, NULL);
    g_autofree char *locks =
        g_strdup_printf("1: FLOCK  ADVISORY  WRITE 77 08:01:%1$" PRIu64 " 0 EOF\n"
                        "1: -> FLOCK  ADVISORY  WRITE 99 08:01:%1$" PRIu64 " 0 EOF\n"
                        "1: -> FLOCK  ADVISORY  WRITE 4182 08:01:%1$" PRIu64 " 0 EOF\n"
                        "1:    -> FLOCK  ADVISORY  READ 4182 08:01:%1$" PRIu64 " 0 EOF\n"
                        "2: FLOCK  ADVISORY  WRITE 98 08:01:501 0 EOF\n",
                        (uint64_t)st.st_ino);

    proc_tree_write(tree, "locks", locks, -1);
    struct platform *platform = platform_open(&tree->options, PID, NULL, NULL);
    struct files_sample *first = take_files(platform, NULL);
    struct files_sample *second = take_files(platform, first);

    g_assert_cmpint(first->lock_waits, ==, 2);
    g_assert_cmpint(first->lock_holder, ==, HOLDER);
    g_assert_cmpstr(first->lock_command, ==, "td list");
    g_assert_cmpstr(first->lock_path, ==, path);
    g_assert_cmpint(first->lock_since_us, ==, first->base.taken_us);
    g_assert_cmpint(second->lock_since_us, ==, first->base.taken_us);
    proc_tree_write(tree, "locks", "2: FLOCK  ADVISORY  WRITE 98 08:01:501 0 EOF\n", -1);
    struct files_sample *third = take_files(platform, second);

    g_assert_cmpint(third->lock_waits, ==, 0);
    g_assert_null(third->lock_path);
    sample_unref(first);
    sample_unref(second);
    sample_unref(third);
    platform_close(platform);
}

static void test_no_locks(void)
{
    g_autoptr(proc_tree_auto) tree = record_tree();

    proc_tree_remove(tree, "locks");
    struct platform *platform = platform_open(&tree->options, PID, NULL, NULL);
    struct files_sample *sample = take_files(platform, NULL);

    g_assert_cmpint(sample->base.status, ==, SAMPLE_OK);
    g_assert_nonnull(sample->locks_why);
    g_assert_cmpint(sample->lock_waits, ==, SAMPLE_UNKNOWN);
    g_assert_cmpuint(sample->databases->n_locks, ==, 0);
    sample_unref(sample);
    platform_close(platform);
}

/* --- real shells --- */

static const struct {
    const char *name, *mode, *hold;
    enum db_lock_kind kind;
    bool blocks;
} live_cases[] = {
    {"read", "delete", "BEGIN; SELECT count(*) FROM t;", DB_LOCK_SHARED, false},
    {"immediate", "delete", "BEGIN IMMEDIATE;", DB_LOCK_RESERVED, true},
    {"exclusive", "delete", "BEGIN EXCLUSIVE;", DB_LOCK_EXCLUSIVE, true},
    {"wal-read", "wal", "BEGIN; SELECT count(*) FROM t;", DB_LOCK_READ_MARK, false},
    {"wal-immediate", "wal", "BEGIN IMMEDIATE;", DB_LOCK_WRITER, true},
};

static const struct db_lock *lock_of(const struct database *database, enum db_lock_kind kind,
                                     pid_t pid)
{
    for (size_t i = 0; i < database->n_locks; i++)
        if (database->locks[i].kind == kind && database->locks[i].pid == pid)
            return &database->locks[i];
    return NULL;
}

static void check_live(struct platform *platform, const char *path, pid_t holder_pid, size_t index)
{
    struct files_sample *sample = take_files(platform, NULL);

    g_assert_cmpuint(sample->n_databases, ==, 1);
    const struct database *database = sample->databases;

    g_assert_cmpstr(database->path, ==, path);
    const struct db_lock *lock = lock_of(database, live_cases[index].kind, holder_pid);

    g_assert_nonnull(lock);
    g_assert_false(lock->own);
    g_assert_nonnull(strstr(lock->command, "sqlite3"));
    const struct db_lock *blocker = database_blocker(database);

    g_assert_true((blocker != NULL) == live_cases[index].blocks);
    g_assert_true(blocker == NULL || blocker == lock);
    bool is_wal = strcmp(live_cases[index].mode, "wal") == 0;

    g_assert_true((database->fds[DB_SHM] > 0) == is_wal);
    g_assert_true((database->fds[DB_WAL] > 0) == is_wal);
    sample_unref(sample);
}

/* Takes censuses until every process was looked through. */
static void check_users(struct platform *platform, pid_t holder_pid)
{
    struct files_sample *sample = take_files(platform, NULL);

    for (int i = 0; sample->others_us == 0 && i < 1000; i++) {
        struct files_sample *next = take_files(platform, sample);

        sample_unref(sample);
        sample = next;
    }
    const struct database *database = sample->databases;
    bool found = false;

    for (size_t i = 0; i < database->n_users; i++)
        found |= database->users[i].pid == holder_pid;
    g_assert_true(found);
    sample_unref(sample);
}

static void test_live(gconstpointer data)
{
    size_t index = GPOINTER_TO_SIZE(data);

    if (!sqlite_shell_available()) {
        g_test_skip("sqlite3 is not installed");
        return;
    }
    g_autofree char *dir = g_dir_make_tmp("sidescope-db-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "issues.db", NULL);
    struct sqlite_shell *watched = sqlite_shell_start(path);
    struct sqlite_shell *other = sqlite_shell_start(path);
    g_autofree char *mode = g_strdup_printf("PRAGMA journal_mode=%s;", live_cases[index].mode);

    sqlite_shell_run(watched, mode);
    sqlite_shell_run(watched, "CREATE TABLE t(x); SELECT * FROM t;");
    sqlite_shell_run(other, live_cases[index].hold);
    struct platform *platform = platform_open(NULL, sqlite_shell_pid(watched), NULL, NULL);

    check_live(platform, path, sqlite_shell_pid(other), index);
    check_users(platform, sqlite_shell_pid(other));
    sqlite_shell_run(other, "COMMIT;");
    struct files_sample *after = take_files(platform, NULL);

    g_assert_null(database_blocker(after->databases));
    sample_unref(after);
    platform_close(platform);
    sqlite_shell_end(other);
    sqlite_shell_end(watched);
    sqlite_remove(path);
    g_rmdir(dir);
}

/* td's guard: a flock on a file beside the database, which the target need not have open. */
static void test_guard(void)
{
    if (!sqlite_shell_available()) {
        g_test_skip("sqlite3 is not installed");
        return;
    }
    g_autofree char *root = g_dir_make_tmp("sidescope-db-XXXXXX", NULL);
    g_autofree char *dir = g_build_filename(root, ".todos", NULL);
    g_autofree char *path = g_build_filename(dir, "issues.db", NULL);
    g_autofree char *guard = g_build_filename(dir, "db.lock", NULL);

    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    struct sqlite_shell *watched = sqlite_shell_start(path);
    int fd = g_open(guard, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

    sqlite_shell_run(watched, "CREATE TABLE t(x); SELECT * FROM t;");
    g_assert_cmpint(flock(fd, LOCK_EX | LOCK_NB), ==, 0);
    struct platform *platform = platform_open(NULL, sqlite_shell_pid(watched), NULL, NULL);
    struct files_sample *sample = take_files(platform, NULL);
    const struct db_lock *blocker = database_blocker(sample->databases);

    g_assert_nonnull(blocker);
    g_assert_cmpint(blocker->kind, ==, DB_LOCK_GUARD);
    g_assert_cmpint(blocker->pid, ==, getpid());
    sample_unref(sample);
    platform_close(platform);
    sqlite_shell_end(watched);
    close(fd);
    g_unlink(guard);
    sqlite_remove(path);
    g_rmdir(dir);
    g_rmdir(root);
}

/* A lock of an open file belongs to no process; the target's own is the target's. */
static void test_holders(void)
{
    enum { RESERVED_BYTE = 0x40000001 }; /* SQLite's file format: the lock byte page */
    struct flock reserved = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = RESERVED_BYTE, .l_len = 1};

    if (!sqlite_shell_available()) {
        g_test_skip("sqlite3 is not installed");
        return;
    }
    g_autofree char *dir = g_dir_make_tmp("sidescope-db-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "issues.db", NULL);
    struct sqlite_shell *watched = sqlite_shell_start(path);

    sqlite_shell_run(watched, "CREATE TABLE t(x); SELECT * FROM t;");
    int fd = g_open(path, O_RDWR | O_CLOEXEC, 0);
    struct platform *platform = platform_open(NULL, sqlite_shell_pid(watched), NULL, NULL);

    g_assert_cmpint(fcntl(fd, F_OFD_SETLK, &reserved), ==, 0);
    struct files_sample *sample = take_files(platform, NULL);
    const struct db_lock *lock = database_blocker(sample->databases);

    g_assert_nonnull(lock);
    g_assert_cmpint(lock->kind, ==, DB_LOCK_RESERVED);
    g_assert_cmpint(lock->pid, ==, -1);
    g_autofree char *nobody = db_lock_holder(lock);

    g_assert_nonnull(strstr(nobody, "open file description"));
    close(fd);
    sqlite_shell_run(watched, "BEGIN IMMEDIATE;");
    struct files_sample *after = take_files(platform, sample);

    lock = database_blocker(after->databases);
    g_assert_nonnull(lock);
    g_assert_true(lock->own);
    /* another holder: not the time of the lock before it */
    g_assert_cmpint(lock->first_seen_us, ==, after->base.taken_us);
    g_autofree char *own = db_lock_holder(lock);

    g_assert_cmpstr(own, ==, "the process itself");
    sample_unref(sample);
    sample_unref(after);
    platform_close(platform);
    sqlite_shell_end(watched);
    sqlite_remove(path);
    g_rmdir(dir);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/databases/bytes", test_bytes);
    g_test_add_func("/databases/paths", test_paths);
    g_test_add_func("/databases/line", test_line);
    g_test_add_func("/databases/recorded", test_recorded);
    g_test_add_func("/databases/no-locks", test_no_locks);
    g_test_add_func("/databases/waits", test_waits);
    for (size_t i = 0; i < G_N_ELEMENTS(live_cases); i++) {
        g_autofree char *name = g_strdup_printf("/databases/live/%s", live_cases[i].name);

        g_test_add_data_func(name, GSIZE_TO_POINTER(i), test_live);
    }
    g_test_add_func("/databases/guard", test_guard);
    g_test_add_func("/databases/holders", test_holders);
    return g_test_run();
}
