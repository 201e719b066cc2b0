#include "app/recording/reader.h"
#include "app/recording/recorder.h"
#include "app/recording/schema.h"
#include "tests/support/remove.h"
#include "tests/unit/recording/made.h"

#include <string.h>

/* Whatever a file is or what was done to it: an answer or a sentence, and soon. */

enum { STEPS = 400, FLIPS = 150, MOMENTS = 8 };

struct fixture {
    char *folder, *path;
    char *bytes; /* of a good recording */
    gsize n;
};

static void begin(struct fixture *fixture)
{
    g_autoptr(GError) error = NULL;

    fixture->folder = g_dir_make_tmp("sidescope-reader-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->path = g_build_filename(fixture->folder, "night.db", NULL);
    struct recorder *recorder = recorder_new(fixture->path, NULL, &error);
    struct made *made = made_new(7, 4711);

    g_assert_no_error(error);
    recorder_begin_run(recorder, made->target);
    made_set_tap(made, recorder_tap(recorder));
    for (int i = 0; i < STEPS; i++) {
        made_step(made);
        if (i % 40 == 0)
            recorder_flush(recorder);
    }
    recorder_event(recorder, "note", "look", "key", "label", "{}");
    made_set_tap(made, NULL);
    made_free(made);
    recorder_free(recorder);
    g_assert_true(g_file_get_contents(fixture->path, &fixture->bytes, &fixture->n, &error));
}

static void end(struct fixture *fixture)
{
    remove_tree(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->bytes);
}

static void put(const struct fixture *fixture, const char *bytes, gsize n)
{
    g_assert_true(g_file_set_contents(fixture->path, bytes, (gssize)n, NULL));
}

/* Everything there is to ask. True when all was answered. */
static bool look_at_all(struct reader *reader)
{
    bool ok = reader_n_runs(reader) > 0;

    for (size_t run = 0; run < MIN(reader_n_runs(reader), 3u); run++) {
        const struct reader_run *info = reader_run(reader, run);
        g_autoptr(GArray) events = reader_events(reader, run, NULL);
        g_autoptr(GArray) verdicts = reader_verdicts(reader, run, NULL);
        g_autoptr(GArray) sittings = reader_sittings(reader, run, NULL);
        gint64 at_us;

        ok = ok && events != NULL && verdicts != NULL && sittings != NULL;
        for (int i = 0; i <= MOMENTS; i++) {
            struct session_moment moment;
            gint64 span_us = info->last_us - info->begun_us;

            if (!reader_moment(reader, run, info->begun_us + span_us / MOMENTS * i, 0, &moment,
                               NULL)) {
                ok = false;
                continue;
            }
            session_moment_clear(&moment);
        }
        reader_step(reader, run, info->begun_us, 2, &at_us, NULL);
        reader_step(reader, run, info->last_us, -2, &at_us, NULL);
    }
    return ok;
}

static void expect_no_recording(const struct fixture *fixture, int code, const char *word)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(reader_open(fixture->path, &error));
    g_assert_error(error, RECORDING_ERROR, code);
    if (strstr(error->message, word) == NULL)
        g_error("\"%s\" does not say \"%s\"", error->message, word);
}

static void test_good(void)
{
    struct fixture fixture;

    begin(&fixture);
    g_autoptr(reader_auto) reader = reader_open(fixture.path, NULL);

    g_assert_nonnull(reader);
    g_assert_cmpuint(reader_n_runs(reader), ==, 1);
    g_assert_cmpstr(reader_run(reader, 0)->target->name, ==, "sidecar");
    g_assert_cmpstr(reader_run(reader, 0)->target->version, ==, "v1.3.0");
    g_assert_null(reader_run(reader, 0)->target->td_version);
    g_assert_cmpstr(reader_run(reader, 0)->target->project, ==, "shop");
    g_assert_cmpstr(reader_run(reader, 0)->target->other_spaces, ==, "pid, mount");
    g_assert_true(look_at_all(reader));
    end(&fixture);
}

static void test_foreign(void)
{
    struct fixture fixture;

    begin(&fixture);
    put(&fixture, "", 0);
    expect_no_recording(&fixture, RECORDING_ERROR_FORMAT, "recording");
    put(&fixture, "just some words\n", 16);
    expect_no_recording(&fixture, RECORDING_ERROR_FORMAT, "no recording");
    fixture.bytes[68] ^= 1; /* application_id */
    put(&fixture, fixture.bytes, fixture.n);
    expect_no_recording(&fixture, RECORDING_ERROR_FORMAT, "no recording");
    fixture.bytes[68] ^= 1;
    fixture.bytes[63] = 99; /* user_version */
    put(&fixture, fixture.bytes, fixture.n);
    expect_no_recording(&fixture, RECORDING_ERROR_NEWER, "later version");
    remove_tree(fixture.path);
    expect_no_recording(&fixture, RECORDING_ERROR_FILE, "No such file");
    g_assert_true(g_file_set_contents(fixture.path, "", 0, NULL)); /* for end */
    end(&fixture);
}

static void test_truncated(void)
{
    struct fixture fixture;

    begin(&fixture);
    for (int i = 1; i < 20; i++) {
        put(&fixture, fixture.bytes, fixture.n / 20 * (gsize)i);
        g_autoptr(GError) error = NULL;
        g_autoptr(reader_auto) reader = reader_open(fixture.path, &error);

        g_assert_true(reader != NULL || *error->message != '\0');
        if (reader != NULL)
            look_at_all(reader);
    }
    end(&fixture);
}

/* Bits and whole stretches, anywhere behind the header. */
static void test_damaged(void)
{
    struct fixture fixture;
    GRand *random = g_rand_new_with_seed(11);

    begin(&fixture);
    for (int i = 0; i < FLIPS; i++) {
        g_autofree char *bytes = g_memdup2(fixture.bytes, fixture.n);

        for (int k = g_rand_int_range(random, 1, 40); k > 0; k--)
            bytes[g_rand_int_range(random, 100, (gint32)fixture.n)] =
                (char)g_rand_int_range(random, 0, 256);
        if (i % 5 == 0)
            memset(bytes + g_rand_int_range(random, 100, (gint32)fixture.n - 3000), i, 3000);
        put(&fixture, bytes, fixture.n);
        g_autoptr(reader_auto) reader = reader_open(fixture.path, NULL);

        if (reader != NULL)
            look_at_all(reader);
    }
    end(&fixture);
    g_rand_free(random);
}

static void exec(const struct fixture *fixture, const char *sql)
{
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open(fixture->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

/* Of a sidescope that did not know these columns yet: nothing is known of them, and who writes on
 * adds them. */
static void test_without_words(void)
{
    struct fixture fixture;
    g_autoptr(GError) error = NULL;

    begin(&fixture);
    exec(&fixture, "ALTER TABLE run DROP COLUMN version; ALTER TABLE run DROP COLUMN project");
    struct reader *reader = reader_open(fixture.path, NULL);

    g_assert_null(reader_run(reader, 0)->target->version);
    g_assert_null(reader_run(reader, 0)->target->project);
    g_assert_true(look_at_all(reader));
    reader_free(reader);
    recorder_free(recorder_new(fixture.path, NULL, &error));
    g_assert_no_error(error);
    g_autoptr(reader_auto) again = reader_open(fixture.path, NULL);

    g_assert_null(reader_run(again, 0)->target->project);
    g_assert_true(look_at_all(again));
    end(&fixture);
}

/* Made on purpose: values of other kinds, endless views, numbers at the ends of their range. */
static void test_hostile(void)
{
    static const char *const deeds[] = {
        "DROP TABLE point; CREATE VIEW point AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
        "SELECT i + 1 FROM n) SELECT 1 AS run, 1 AS metric, i AS at_us, 1.0 AS value, 0 AS clock "
        "FROM n",
        "UPDATE process SET taken_us = -9223372036854775808",
        "UPDATE process SET taken_us = 9223372036854775807, rss_bytes = 9223372036854775807",
        "UPDATE point SET value = 9e999, clock = 77",
        "UPDATE point SET clock = -3",
        "UPDATE part_tick SET forget = 1",
        "UPDATE part_value SET value = -9223372036854775808",
        "UPDATE descriptor SET fd = 9223372036854775807, path = -5, type = 'x'",
        "UPDATE descriptor_state SET watches = 9223372036854775807, size = 9223372036854775807, "
        "access = '', cls = 'x', detail = zeroblob(0) || 'x'",
        "UPDATE descriptor SET born_us = 0, died_us = NULL",
        "UPDATE region SET cls = 'x', perms = 'rwxprwxprwxp', name = 9223372036854775807",
        "UPDATE dump SET bytes = x'1f8b08'; UPDATE profile SET bytes = zeroblob(100)",
        "UPDATE detail SET bytes = zeroblob(3)",
        "UPDATE memory SET status = 'x', reason = NULL",
        "UPDATE run SET begun_us = 9223372036854775807, last_us = -1, started_us = 1, "
        "backend = 'x', ended_us = -7, end_state = ''",
        "DELETE FROM text; DELETE FROM metric; DELETE FROM sitting",
        "INSERT INTO run SELECT NULL, pid, start_ticks, boot_id, host, name, exe, command, "
        "go_version, pprof_url, pprof_why, is_sidecar, macos, backend, program_version, "
        "started_us, begun_us, last_us, ended_us, end_state, thinned_us, coarse_us, version, "
        "td_version, project, other_spaces FROM run",
    };
    struct fixture fixture;

    begin(&fixture);
    for (size_t i = 0; i < G_N_ELEMENTS(deeds); i++) {
        put(&fixture, fixture.bytes, fixture.n);
        g_test_message("%s", deeds[i]);
        exec(&fixture, deeds[i]);
        g_autoptr(GError) error = NULL;
        g_autoptr(reader_auto) reader = reader_open(fixture.path, &error);

        g_assert_true(reader != NULL || error != NULL);
        if (reader != NULL)
            look_at_all(reader);
    }
    end(&fixture);
}

/* Beside the one who writes: what is committed is there, and after a refresh so is what came. */
static void test_while_it_is_written(void)
{
    struct fixture fixture;
    g_autoptr(GError) error = NULL;

    begin(&fixture);
    struct recorder *recorder = recorder_new(fixture.path, NULL, &error);
    struct made *made = made_new(8, 4712);

    g_assert_no_error(error);
    recorder_begin_run(recorder, made->target);
    made_set_tap(made, recorder_tap(recorder));
    for (int i = 0; i < 50; i++)
        made_step(made);
    recorder_flush(recorder);
    g_autoptr(reader_auto) reader = reader_open(fixture.path, &error);

    g_assert_no_error(error);
    g_assert_true(reader_is_written(reader));
    g_assert_cmpuint(reader_n_runs(reader), ==, 2);
    gint64 last_us = reader_run(reader, 1)->last_us;

    g_assert_true(look_at_all(reader));
    for (int i = 0; i < 50; i++)
        made_step(made);
    recorder_flush(recorder);
    g_assert_true(reader_refresh(reader, &error));
    g_assert_cmpint(reader_run(reader, 1)->last_us, >, last_us);
    g_assert_true(look_at_all(reader));
    made_set_tap(made, NULL);
    recorder_free(recorder);
    g_assert_true(reader_refresh(reader, &error));
    g_assert_false(reader_is_written(reader));
    g_assert_true(look_at_all(reader));
    made_free(made);
    end(&fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reader/good", test_good);
    g_test_add_func("/reader/foreign", test_foreign);
    g_test_add_func("/reader/truncated", test_truncated);
    g_test_add_func("/reader/damaged", test_damaged);
    g_test_add_func("/reader/without-words", test_without_words);
    g_test_add_func("/reader/hostile", test_hostile);
    g_test_add_func("/reader/while-it-is-written", test_while_it_is_written);
    return g_test_run();
}
