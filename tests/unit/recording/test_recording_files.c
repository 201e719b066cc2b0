#include "app/recording/details.h"
#include "app/recording/recorder.h"
#include "app/recording/schema.h"
#include "app/recording/writer.h"
#include "probes/databases.h"
#include "tests/support/remove.h"
#include "tests/unit/recording/made.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is no recording is refused in words; what happens to one leaves what was written. */

struct place {
    char *folder, *path;
};

static void place_init(struct place *place)
{
    place->folder = g_dir_make_tmp("sidescope-recording-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "night.sidescope", NULL);
}

static void place_clear(struct place *place)
{
    remove_tree(place->folder);
    g_free(place->folder);
    g_free(place->path);
}

/* One number; "" or a text as a number is a failure of the test. */
static gint64 ask(const struct place *place, const char *sql)
{
    g_autoptr(GError) error = NULL;
    sqlite3 *db = schema_open(place->path, SQLITE_OPEN_READWRITE, &error);
    struct sql statements;

    g_assert_no_error(error);
    sql_init(&statements, db);
    gint64 n = sql_number(&statements, sql, -1);

    g_assert_false(statements.failed);
    sql_clear(&statements);
    sqlite3_close(db);
    return n;
}

static void assert_sound(const struct place *place)
{
    g_assert_cmpint(ask(place,
                        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = "
                        "'ok'"),
                    ==, 1);
}

/* --- refusals --- */

static void run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

static void write_file(const char *path, const char *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* A refused file is as it was. */
static void assert_refused(const struct place *place, enum recording_error code, const char *word)
{
    g_autofree char *before = NULL, *after = NULL;
    gsize n_before, n_after;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_get_contents(place->path, &before, &n_before, NULL));
    struct recorder *recorder = recorder_new(place->path, NULL, &error);

    g_assert_null(recorder);
    g_assert_error(error, RECORDING_ERROR, (int)code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, word));
    g_assert_nonnull(strstr(error->message, place->path));
    g_assert_true(g_file_get_contents(place->path, &after, &n_after, NULL));
    g_assert_cmpuint(n_before, ==, n_after);
    g_assert_cmpint(memcmp(before, after, n_before), ==, 0);
}

static void test_foreign_files(void)
{
    static const struct {
        const char *sql, *text;
        enum recording_error code;
        const char *word;
    } rows[] = {
        {NULL,
         "this is no database, and it is longer than a header of one would be, at least "
         "a hundred bytes of it",
         RECORDING_ERROR_FORMAT, "no recording"},
        {"CREATE TABLE issues (id)", NULL, RECORDING_ERROR_FORMAT, "no recording"},
        {"PRAGMA application_id = 0x53534350; PRAGMA user_version = 2; CREATE TABLE run (x)", NULL,
         RECORDING_ERROR_NEWER, "later version"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct place place;

        place_init(&place);
        if (rows[i].sql != NULL)
            run_sql(place.path, rows[i].sql);
        else
            write_file(place.path, rows[i].text);
        assert_refused(&place, rows[i].code, rows[i].word);
        place_clear(&place);
    }
}

/* It says that it is one, but its tables are something else. */
static void test_hostile_tables(void)
{
    struct made *made = made_new(3, 4711);
    struct place place;
    g_autoptr(GError) error = NULL;

    place_init(&place);
    run_sql(place.path, "PRAGMA application_id = 0x53534350; PRAGMA user_version = 1;"
                        "CREATE TABLE writer (pid, start_ticks, boot_id, since_us);"
                        "INSERT INTO writer VALUES ('x', NULL, zeroblob(100), 1e300);"
                        "CREATE TABLE run (id TEXT); CREATE VIEW process AS SELECT 1;"
                        "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END;");
    struct recorder *recorder = recorder_new(place.path, NULL, &error);

    if (recorder != NULL) {
        recorder_begin_run(recorder, made->target);
        made_set_tap(made, recorder_tap(recorder));
        made_step(made);
        recorder_flush(recorder);
        g_assert_cmpstr(recorder_state(recorder).problem, !=, "");
        made_set_tap(made, NULL);
        recorder_free(recorder);
    } else {
        g_assert_cmpint((int)strlen(error->message), >, 0);
    }
    made_free(made);
    place_clear(&place);
}

static void test_second_writer(void)
{
    struct place place;

    place_init(&place);
    struct recorder *recorder = recorder_new(place.path, NULL, NULL);

    g_assert_nonnull(recorder);
    recorder_flush(recorder);
    assert_refused(&place, RECORDING_ERROR_BUSY, "writes this recording already");
    recorder_free(recorder);
    place_clear(&place);
}

static void test_no_right(void)
{
    enum { NOBODY = 65534 };
    struct place place;
    g_autoptr(GError) error = NULL;

    place_init(&place);
    g_assert_cmpint(g_chmod(place.folder, 0500), ==, 0);
    uid_t self = geteuid();

    if (self == 0) /* may write everywhere */
        g_assert_cmpint(seteuid(NOBODY), ==, 0);
    g_assert_null(recorder_new(place.path, NULL, &error));
    g_assert_cmpint(seteuid(self), ==, 0);
    g_assert_error(error, RECORDING_ERROR, RECORDING_ERROR_FILE);
    g_assert_nonnull(strstr(error->message, "ermission denied"));
    g_assert_cmpint(g_chmod(place.folder, 0700), ==, 0);
    place_clear(&place);
}

static void test_no_folder(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(recorder_new("/no/such/folder/x.sidescope", NULL, &error));
    g_assert_error(error, RECORDING_ERROR, RECORDING_ERROR_FILE);
    g_assert_nonnull(strstr(error->message, "No such file"));
}

/* --- killed --- */

/* A recorder of its own process, which tells that it has written something. */
static pid_t record_in_child(const struct place *place, guint32 seed, int told)
{
    pid_t child = fork();

    g_assert_cmpint(child, >=, 0);
    if (child > 0)
        return child;
    struct made *made = made_new(seed, 4711);
    struct recorder *recorder = recorder_new(place->path, NULL, NULL);

    if (recorder == NULL)
        _exit(1);
    recorder_begin_run(recorder, made->target);
    made_set_tap(made, recorder_tap(recorder));
    for (int i = 0;; i++) {
        for (int k = 0; k < 5; k++)
            made_step(made);
        recorder_flush(recorder);
        if (i == 0 && write(told, "x", 1) != 1)
            _exit(1);
    }
}

static void kill_one(const struct place *place, guint32 seed, gulong after_us)
{
    int pipe_fds[2], status;
    char byte;

    g_assert_cmpint(pipe(pipe_fds), ==, 0);
    pid_t child = record_in_child(place, seed, pipe_fds[1]);

    close(pipe_fds[1]);
    g_assert_cmpint(read(pipe_fds[0], &byte, 1), ==, 1);
    close(pipe_fds[0]);
    g_usleep(after_us);
    g_assert_cmpint(kill(child, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status));
}

/* Whenever it is killed, the file opens, is sound, has lost nothing of before, and goes on. */
static void test_killed(void)
{
    struct place place;
    gint64 rows = 0;

    place_init(&place);
    for (guint32 i = 0; i < 20; i++) {
        kill_one(&place, i + 1, (gulong)g_test_rand_int_range(0, 30000));
        assert_sound(&place);
        gint64 now = ask(&place, "SELECT count(*) FROM process") +
                     ask(&place, "SELECT count(*) FROM files") +
                     ask(&place, "SELECT count(*) FROM heap");

        g_assert_cmpint(now, >=, rows);
        rows = now;
        g_assert_cmpint(ask(&place, "SELECT count(*) FROM run"), ==, 1);
    }
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM sitting"), ==, 20);
    place_clear(&place);
}

/* --- no room --- */

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = bytes;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* No file may grow for a while: it is said, what was written stays, and then it goes on. */
static void test_no_room(void)
{
    struct made *made = made_new(4, 4711);
    struct place place;

    place_init(&place);
    signal(SIGXFSZ, SIG_IGN);
    struct recorder *recorder = recorder_new(place.path, NULL, NULL);

    recorder_begin_run(recorder, made->target);
    made_set_tap(made, recorder_tap(recorder));
    made_step(made);
    recorder_flush(recorder);
    limit_file_size((rlim_t)recorder_state(recorder).bytes);
    for (int i = 0; i < 60; i++)
        made_step(made);
    recorder_event(recorder, "alarm", "bad", "", "in between", NULL);
    recorder_flush(recorder);
    g_assert_cmpstr(recorder_state(recorder).problem, !=, "");
    limit_file_size(RLIM_INFINITY);
    for (int i = 0; i < 60; i++)
        made_step(made);
    recorder_flush(recorder);
    g_assert_cmpstr(recorder_state(recorder).problem, ==, "");
    made_set_tap(made, NULL);
    recorder_free(recorder);
    assert_sound(&place);
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM event WHERE label = 'in between'"), ==, 1);
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM event WHERE kind = 'gap'"), ==, 1);
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM run"), ==, 1);
    made_free(made);
    place_clear(&place);
}

/* --- thinned --- */

static struct writer *open_writer(const struct place *place, struct made *made, gint64 max_bytes,
                                  gint64 at_us)
{
    g_autoptr(GError) error = NULL;
    struct writer *writer = writer_open(place->path, max_bytes, &error);
    GQueue items = G_QUEUE_INIT;
    struct item *item = item_new(ITEM_RUN, at_us);

    g_assert_no_error(error);
    item->target = target_copy(made->target);
    item->boot_id = g_strdup("boot");
    item->axis = (struct axis){.n = 1, .parts = {{G_MININT64, 0}}};
    g_queue_push_tail(&items, item);
    g_assert_true(writer_write(writer, &items));
    return writer;
}

/* RSS that falls to 1 once in a while and rises to 1 000 000 once. */
static struct sample *sample_at(struct made *made, gint64 at_us, int i)
{
    struct process_sample *process;

    made->t_us = at_us;
    process = (struct process_sample *)made_sample(made, PROBE_PROCESS);
    process->rss_bytes = i % 1000 == 500 ? 1 : i == 3333 ? 1000000 : 500 + i % 7;
    process->fd_count = 9;
    return &process->base;
}

static void write_at(struct writer *writer, struct made *made, gint64 at_us, int i)
{
    GQueue items = G_QUEUE_INIT;
    struct item *item = item_new(ITEM_SAMPLE, at_us);
    struct sample *sample = sample_at(made, at_us, i);
    const struct process_sample *process = (const struct process_sample *)sample;

    item->sample = sample;
    item_add_point(item, &(struct item_point){METRIC_RSS, at_us, (double)process->rss_bytes});
    item_add_point(item, &(struct item_point){METRIC_FDS, at_us, 9});
    g_queue_push_tail(&items, item);
    g_assert_true(writer_write(writer, &items));
}

#define SECOND (gint64) G_USEC_PER_SEC
#define BEGUN_US (1795900000 * SECOND)

/* After a day one a minute, and the least and the most of each minute. */
static void test_thinned(void)
{
    enum { STEP_S = 10, N = 27 * 3600 / STEP_S, OLD = 3 * 3600 / STEP_S };
    struct made *made = made_new(4, 4711);
    struct place place;

    place_init(&place);
    struct writer *writer = open_writer(&place, made, 0, BEGUN_US);

    for (int i = 1; i <= N; i++)
        write_at(writer, made, BEGUN_US + i * STEP_S * SECOND, i);
    writer_close(writer);
    assert_sound(&place);
    g_autofree char *old = g_strdup_printf(
        "SELECT count(*) FROM process WHERE at_us < %" G_GINT64_FORMAT, BEGUN_US + 10000 * SECOND);
    g_autofree char *recent =
        g_strdup_printf("SELECT count(*) FROM process WHERE at_us > %" G_GINT64_FORMAT,
                        BEGUN_US + (27 - 23) * 3600 * SECOND);

    g_assert_cmpint(ask(&place, old), <=, 10000 / 60 * 4 + 8);
    g_assert_cmpint(ask(&place, old), >=, 10000 / 60 * 2);
    g_assert_cmpint(ask(&place, recent), ==, 23 * 3600 / STEP_S);
    /* of the old part: samples 500 and 1500 … are the least of their minute */
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM point p JOIN metric m ON m.id = p.metric "
                                "WHERE name = 'rss' AND value = 1"),
                    ==, N / 1000 + (N % 1000 >= 500));
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM point p JOIN metric m ON m.id = p.metric "
                                "WHERE name = 'rss' AND value = 1000000"),
                    ==, 1);
    /* each row of points has its sample still, and what never changed is one row */
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM point WHERE value NOT NULL AND at_us NOT IN "
                                "(SELECT at_us FROM tick)"),
                    ==, 0);
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM point p JOIN metric m ON m.id = p.metric "
                                "WHERE name = 'fds'"),
                    ==, 1);
    made_free(made);
    place_clear(&place);
}

/* Changes for an hour or two and stands still then: offsets of a file, a mapping, the databases. */
static struct sample *changing_at(struct made *made, enum probe_kind kind, gint64 at_us, int step)
{
    struct sample *sample = NULL;

    if (kind == PROBE_FILES) {
        struct files_sample *files = sample_new(kind, sizeof *files);
        struct fd_entry *fd = sample_alloc(files, sizeof *fd);
        struct database *database = sample_alloc(files, sizeof *database);

        *fd = (struct fd_entry){
            .fd = 3, .path = "/a.log", .detail = "", .access = 'w', .offset = step};
        *database = (struct database){.path = "/a.db", .size = {step}};
        files->fds = fd;
        files->databases = database;
        files->n_fds = files->n_databases = 1;
        sample = &files->base;
    } else {
        struct memory_sample *memory = sample_new(kind, sizeof *memory);
        struct region *region = sample_alloc(memory, sizeof *region);

        *region = (struct region){.start = 4096, .end = 8192, .name = "", .resident_bytes = step};
        memory->regions = region;
        memory->n_regions = 1;
        memory->regions_us = at_us;
        memory->total.resident_bytes = step;
        sample = &memory->base;
    }
    sample->taken_us = at_us;
    sample->sequence = ++made->sequence;
    return sample;
}

static void write_changing(struct writer *writer, struct made *made, gint64 at_us, int step)
{
    static const enum probe_kind kinds[] = {PROBE_FILES, PROBE_MEMORY};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        GQueue items = G_QUEUE_INIT;
        struct item *item = item_new(ITEM_SAMPLE, at_us);

        item->sample = changing_at(made, kinds[i], at_us, step);
        g_queue_push_tail(&items, item);
        g_assert_true(writer_write(writer, &items));
    }
}

/* The newest row of what is told on change holds until now: thinning must not take that one. */
static void test_thinned_changes_end_right(void)
{
    enum { STEP_S = 30, CHANGES = 95 * 60 / STEP_S, N = 30 * 3600 / STEP_S };
    struct made *made = made_new(4, 4711);
    struct place place;

    place_init(&place);
    struct writer *writer = open_writer(&place, made, 0, BEGUN_US);

    for (int i = 1; i <= N; i++)
        write_changing(writer, made, BEGUN_US + i * STEP_S * SECOND, MIN(i, CHANGES));
    writer_close(writer);
    static const char *const newest[] = {
        "SELECT offset FROM descriptor_state ORDER BY at_us DESC LIMIT 1",
        "SELECT resident_bytes FROM region WHERE until_us IS NULL",
        "SELECT resident_bytes FROM region_class WHERE cls = 'total' ORDER BY at_us DESC LIMIT 1",
    };
    static const char *const first[] = {
        "SELECT offset FROM descriptor_state ORDER BY at_us LIMIT 1",
        "SELECT resident_bytes FROM region ORDER BY from_us LIMIT 1",
        "SELECT resident_bytes FROM region_class WHERE cls = 'total' ORDER BY at_us LIMIT 1",
    };
    static const char *const counts[] = {
        "SELECT count(*) FROM descriptor_state",
        /* the hour it began in is kept: this one began 400 s after a full one */
        "SELECT count(*) FROM region WHERE from_us > (SELECT begun_us + 3200000000 FROM run)",
        ("SELECT count(*) FROM region_class WHERE cls = 'total' AND at_us > (SELECT begun_us + "
         "3200000000 FROM run)"),
        "SELECT count(*) FROM detail",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(newest); i++) {
        g_test_message("%s", newest[i]);
        g_assert_cmpint(ask(&place, newest[i]), ==, CHANGES);
        g_assert_cmpint(ask(&place, first[i]), ==, 1);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++)
        g_assert_cmpint(ask(&place, counts[i]), <=, 5);
    g_autofree char *last_change = g_strdup_printf("SELECT max(at_us) = %" G_GINT64_FORMAT
                                                   " FROM detail WHERE kind = 'databases'",
                                                   BEGUN_US + CHANGES * STEP_S * SECOND);

    g_assert_cmpint(ask(&place, last_change), ==, 1);
    /* at no moment is there a hole in the map, nor two of the same mapping */
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM region a JOIN region b ON b.id = (SELECT id "
                                "FROM region WHERE from_us > a.from_us ORDER BY from_us LIMIT 1) "
                                "WHERE a.until_us <> b.from_us"),
                    ==, 0);
    made_free(made);
    place_clear(&place);
}

/* However long it is written, the file stays as small as was asked. */
static void test_bounded(void)
{
    enum { MAX_BYTES = 600 * 1000, STEP_S = 30, N = 40000 };
    struct made *made = made_new(4, 4711);
    struct place place;
    gint64 most = 0;

    place_init(&place);
    struct writer *writer = open_writer(&place, made, MAX_BYTES, BEGUN_US);

    for (int i = 1; i <= N; i++) {
        write_at(writer, made, BEGUN_US + i * STEP_S * SECOND, i);
        if (i % 100 == 0) {
            GStatBuf info;

            g_assert_cmpint(g_stat(place.path, &info), ==, 0);
            most = MAX(most, (gint64)info.st_size);
        }
    }
    writer_close(writer);
    assert_sound(&place);
    g_test_message("%" G_GINT64_FORMAT " bytes at most", most);
    g_assert_cmpint(most, <, MAX_BYTES + MAX_BYTES / 10);
    g_assert_cmpint(most, >, MAX_BYTES / 2);
    /* what is left is the end, and what is told on change is known there */
    g_assert_cmpint(ask(&place, "SELECT max(at_us) FROM process"), ==,
                    BEGUN_US + N * STEP_S * SECOND);
    g_assert_cmpint(ask(&place, "SELECT count(*) FROM point p JOIN metric m ON m.id = p.metric "
                                "WHERE name = 'fds'"),
                    ==, 1);
    made_free(made);
    place_clear(&place);
}

/* --- time --- */

static void test_axis(void)
{
    struct axis axis = {.n = 1,
                        .wall_us = 1000 * SECOND,
                        .boot_us = 50 * SECOND,
                        .parts = {{G_MININT64, 990 * SECOND}}};
    gint64 slept_us, moved_us;

    g_assert_cmpint(axis_of(&axis, 10 * SECOND), ==, 1000 * SECOND);
    g_assert_cmpint(axis_of(&axis, 0), ==, 0);
    g_assert_false(
        axis_look_at(&axis, 20 * SECOND, 60 * SECOND, 1010 * SECOND, &slept_us, &moved_us));
    g_assert_cmpint(slept_us, ==, 0);
    g_assert_cmpint(moved_us, ==, 0);
    /* an hour is put back: daylight saving of a clock that is wrong; nothing moves here */
    g_assert_false(axis_look_at(&axis, 30 * SECOND, 70 * SECOND, (1020 - 3600) * SECOND, &slept_us,
                                &moved_us));
    g_assert_cmpint(moved_us, ==, -3600 * SECOND);
    g_assert_cmpint(axis_of(&axis, 30 * SECOND), ==, 1020 * SECOND);
    /* the machine sleeps for 100 s: what was before stays where it was */
    g_assert_true(axis_look_at(&axis, 40 * SECOND, 180 * SECOND, (1130 - 3600) * SECOND, &slept_us,
                               &moved_us));
    g_assert_cmpint(slept_us, ==, 100 * SECOND);
    g_assert_cmpint(moved_us, ==, 0);
    g_assert_cmpint(axis_of(&axis, 40 * SECOND), ==, 1130 * SECOND);
    g_assert_cmpint(axis_of(&axis, 39 * SECOND), ==, 1029 * SECOND);
    /* many sleeps: the newest are known */
    for (int i = 0; i < 3 * AXIS_MAX_SLEEPS; i++)
        axis_look_at(&axis, (50 + i) * SECOND, (200 + 10 * i) * SECOND, 0, &slept_us, &moved_us);
    g_assert_cmpint(axis.n, ==, AXIS_MAX_SLEEPS);
    g_assert_cmpint(axis_of(&axis, (50 + 3 * AXIS_MAX_SLEEPS - 1) * SECOND), ==,
                    (1000 + 150 + 10 * (3 * AXIS_MAX_SLEEPS - 1)) * SECOND);
}

static void test_axis_never_goes_back(void)
{
    struct axis axis;
    gint64 future_us = g_get_real_time() + 3600 * SECOND;

    axis_init(&axis, future_us);
    g_assert_cmpint(axis_of(&axis, g_get_monotonic_time()), >, future_us);
    axis_init(&axis, 0);
    g_assert_cmpint(ABS(axis_of(&axis, g_get_monotonic_time()) - g_get_real_time()), <, SECOND);
}

/* --- details --- */

static void test_details(void)
{
    struct made *made = made_new(4, 4711);
    const struct axis axis = {.n = 1};
    struct threads_sample *before = (struct threads_sample *)made_sample(made, PROBE_THREADS);
    struct threads_sample *after = sample_new(PROBE_THREADS, sizeof *after);
    g_autofree char *json = details_write(DETAILS_THREADS, &before->base, &axis);

    g_assert_true(details_read(DETAILS_THREADS, json, strlen(json), &after->base));
    g_assert_cmpuint(after->n_threads, ==, 1);
    g_assert_cmpint(after->threads[0].tid, ==, 9);
    g_assert_true(isnan(after->threads[0].cpu_percent));
    g_assert_cmpint(after->threads[0].run_wait_us, ==, SAMPLE_UNKNOWN);
    g_assert_cmpstr(after->spawns[0].command, ==, "git status");
    g_assert_cmpuint(after->n_children, ==, 0);
    sample_unref(before);
    sample_unref(after);
    made_free(made);
}

static void test_hostile_details(void)
{
    static const char *const texts[] = {
        "",     "[",    "{\"threads\":1}",      "[1,2,null]", "{\"threads\":[[],{},3]}",
        "\xff", "null", "[[[[[[[[[[[[[[[[[[[[", "7",          "{\"threads\":[{\"tid\":1e99}]}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        for (int kind = 0; kind < DETAILS_N_KINDS; kind++) {
            static const enum probe_kind probes[DETAILS_N_KINDS] = {
                [DETAILS_THREADS] = PROBE_THREADS,
                [DETAILS_DATABASES] = PROBE_FILES,
                [DETAILS_ZONES] = PROBE_MEMORY,
                [DETAILS_WATCHES] = PROBE_FILES};
            struct sample *sample = sample_new(
                probes[kind], MAX(MAX(sizeof(struct memory_sample), sizeof(struct files_sample)),
                                  sizeof(struct threads_sample)));

            details_read((enum details_kind)kind, texts[i], strlen(texts[i]), sample);
            sample_unref(sample);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recording/foreign-files", test_foreign_files);
    g_test_add_func("/recording/hostile-tables", test_hostile_tables);
    g_test_add_func("/recording/second-writer", test_second_writer);
    g_test_add_func("/recording/no-right", test_no_right);
    g_test_add_func("/recording/no-folder", test_no_folder);
    g_test_add_func("/recording/killed", test_killed);
    g_test_add_func("/recording/no-room", test_no_room);
    g_test_add_func("/recording/thinned", test_thinned);
    g_test_add_func("/recording/thinned-changes", test_thinned_changes_end_right);
    g_test_add_func("/recording/bounded", test_bounded);
    g_test_add_func("/recording/axis", test_axis);
    g_test_add_func("/recording/axis-never-back", test_axis_never_goes_back);
    g_test_add_func("/recording/details", test_details);
    g_test_add_func("/recording/hostile-details", test_hostile_details);
    return g_test_run();
}
