#include "app/recording/recorder.h"
#include "app/recording/schema.h"
#include "app/recording/sql.h"
#include "pprof/inflate.h"
#include "tests/support/remove.h"
#include "tests/unit/recording/made.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* What was told is told again: every point, part, descriptor, region and row, rebuilt with SQL. */

/* --- a place --- */

struct place {
    char *folder, *path;
    sqlite3 *db;
    struct sql sql;
};

static void place_init(struct place *place)
{
    *place = (struct place){.folder = g_dir_make_tmp("sidescope-recording-XXXXXX", NULL)};
    place->path = g_build_filename(place->folder, "night.sidescope", NULL);
}

static void place_open(struct place *place)
{
    g_autoptr(GError) error = NULL;

    place->db = schema_open(place->path, SQLITE_OPEN_READONLY, &error);
    g_assert_no_error(error);
    g_assert_true(schema_check(place->db, place->path, &error));
    sql_init(&place->sql, place->db);
}

static void place_close(struct place *place)
{
    sql_clear(&place->sql);
    sqlite3_close(place->db);
}

static void place_clear(struct place *place)
{
    remove_tree(place->folder);
    g_free(place->folder);
    g_free(place->path);
}

static struct recorder *start(const struct place *place, struct made *made)
{
    g_autoptr(GError) error = NULL;
    struct recorder *recorder = recorder_new(place->path, NULL, &error);

    g_assert_no_error(error);
    recorder_begin_run(recorder, made->target);
    made_set_tap(made, recorder_tap(recorder));
    return recorder;
}

static void end(struct recorder *recorder, struct made *made)
{
    made_set_tap(made, NULL);
    recorder_free(recorder);
}

/* --- numbers --- */

static gint64 offset_of(struct place *place, const struct made *made)
{
    const struct sample *first = made->told->pdata[0];
    g_autofree char *ask = g_strdup_printf("SELECT taken_us FROM %s WHERE sequence = 1",
                                           probe_info(first->kind)->name);

    gint64 offset_us = sql_number(&place->sql, ask, 0) - first->taken_us;

    g_hash_table_remove(place->sql.statements, ask);
    return offset_us;
}

/* As the man page says: a row is a point, repeated at each tick of its clock until the next row. */
static struct history *rebuild(struct place *place, enum metric metric, gint64 offset_us)
{
    static const char rows[] =
        "SELECT p.at_us, p.value, p.clock, lead(p.at_us) OVER (ORDER BY p.at_us) FROM point p "
        "JOIN metric m ON m.id = p.metric WHERE m.name = ? ORDER BY p.at_us";
    static const char ticks[] = "SELECT DISTINCT at_us FROM tick WHERE clock = ? AND at_us > ? AND "
                                "at_us < ? ORDER BY at_us";
    struct history *history = history_new(512);
    sqlite3_stmt *row = sql_bind(&place->sql, rows, "t", metric_info(metric)->id);

    while (sql_step(&place->sql, row)) {
        bool null = sqlite3_column_type(row, 1) == SQLITE_NULL;
        double value = null ? NAN : sqlite3_column_double(row, 1);
        gint64 at_us = sqlite3_column_int64(row, 0), clock = sqlite3_column_int64(row, 2);
        gint64 next_us =
            sqlite3_column_type(row, 3) == SQLITE_NULL ? G_MAXINT64 : sqlite3_column_int64(row, 3);

        if (sqlite3_column_type(row, 2) == SQLITE_NULL)
            continue;
        history_add(history, at_us - offset_us, value);
        sqlite3_stmt *tick = sql_bind(&place->sql, ticks, "iii", clock, at_us, next_us);

        while (sql_step(&place->sql, tick))
            history_add(history, sqlite3_column_int64(tick, 0) - offset_us, value);
    }
    g_assert_false(place->sql.failed);
    return history;
}

static void assert_same_history(const char *name, const struct history *a, const struct history *b)
{
    g_autoptr(GArray) live = history_since(a, G_MININT64);
    g_autoptr(GArray) kept = history_since(b, G_MININT64);

    if (live->len != kept->len)
        g_error("%s: %u points were told, %u are kept", name, live->len, kept->len);
    for (guint i = 0; i < live->len; i++) {
        const struct history_point *x = &g_array_index(live, struct history_point, i);
        const struct history_point *y = &g_array_index(kept, struct history_point, i);
        bool same = x->value == y->value || (isnan(x->value) && isnan(y->value));

        /* a gap at the moment of a value comes one microsecond later */
        if (!same || ABS(x->t_us - y->t_us) > isnan(x->value))
            g_error("%s: point %u is %g at %" G_GINT64_FORMAT ", kept %g at %" G_GINT64_FORMAT,
                    name, i, x->value, x->t_us, y->value, y->t_us);
    }
}

static void assert_same_points(struct place *place, struct made *made)
{
    gint64 offset_us = offset_of(place, made);

    for (int metric = 0; metric < METRIC_N; metric++) {
        struct history *kept = rebuild(place, (enum metric)metric, offset_us);

        assert_same_history(metric_info((enum metric)metric)->id,
                            series_set_history(made->series, (enum metric)metric), kept);
        history_free(kept);
    }
}

/* --- parts --- */

static void assert_same_parts(struct place *place, const struct made *made, enum part_kind kind)
{
    const struct part_history *live = session_parts_history(made->parts, kind);
    gint64 offset_us = offset_of(place, made);
    sqlite3_stmt *row = sql_bind(
        &place->sql,
        "SELECT p.name, t.at_us, (SELECT value FROM part_value v WHERE v.part = p.id AND v.at_us "
        "<= t.at_us ORDER BY v.at_us DESC LIMIT 1) FROM part p JOIN part_tick t ON t.kind = p.kind "
        "WHERE p.kind = ? ORDER BY p.id, t.at_us",
        "i", (gint64)kind);
    size_t n = part_history_n_points(live), seen = 0;

    while (sql_step(&place->sql, row)) {
        const int64_t *values =
            part_history_values(live, (const char *)sqlite3_column_text(row, 0));

        g_assert_nonnull(values);
        for (size_t i = 0; i < n; i++)
            if (part_history_at_us(live, i) == sqlite3_column_int64(row, 1) - offset_us) {
                g_assert_cmpint(values[i], ==, sqlite3_column_int64(row, 2));
                seen++;
            }
    }
    g_assert_true(n == 0 || seen >= n);
}

/* --- lists --- */

static gint64 row_of(struct place *place, const struct sample *sample)
{
    g_autofree char *ask =
        g_strdup_printf("SELECT at_us FROM %s WHERE sequence = %" G_GUINT64_FORMAT,
                        probe_info(sample->kind)->name, (guint64)sample->sequence);
    gint64 at_us = sql_number(&place->sql, ask, 0);

    g_hash_table_remove(place->sql.statements, ask);
    g_assert_cmpint(at_us, !=, 0);
    return at_us;
}

static void assert_same_text(sqlite3_stmt *row, int column, const char *text)
{
    g_assert_cmpstr((const char *)sqlite3_column_text(row, column), ==, text);
}

static void assert_same_fds(struct place *place, const struct files_sample *files, gint64 offset_us)
{
    sqlite3_stmt *row = sql_bind(
        &place->sql,
        "SELECT fd, type, bytes, inode, first_seen_us, s.offset, s.flags, s.size, s.detail, "
        "s.peer, "
        "s.access FROM descriptor d JOIN text ON text.id = path JOIN descriptor_state s ON "
        "s.descriptor = d.id AND s.at_us = (SELECT max(at_us) FROM descriptor_state WHERE "
        "descriptor = d.id AND at_us <= ?1) WHERE born_us <= ?1 AND (died_us IS NULL OR died_us > "
        "?1) ORDER BY fd",
        "i", row_of(place, &files->base));
    size_t n = 0;

    for (; sql_step(&place->sql, row); n++) {
        const struct fd_entry *fd = &files->fds[n];
        const char access[] = {fd->access, '\0'};

        g_assert_cmpuint(n, <, files->n_fds);
        g_assert_cmpint(sqlite3_column_int(row, 0), ==, fd->fd);
        assert_same_text(row, 1, fd_type_label(fd->type));
        assert_same_text(row, 2, fd->path);
        g_assert_cmpint(sqlite3_column_int64(row, 3), ==, (gint64)fd->inode);
        g_assert_cmpint(sqlite3_column_int64(row, 4), ==, fd->first_seen_us + offset_us);
        g_assert_cmpint(sqlite3_column_int64(row, 5), ==, fd->offset);
        g_assert_true((sqlite3_column_type(row, 6) == SQLITE_NULL) ==
                      (fd->flags == SAMPLE_UNKNOWN));
        g_assert_cmpint(sqlite3_column_int64(row, 7), ==, fd->size);
        assert_same_text(row, 8, fd->detail);
        assert_same_text(row, 9, fd->peer);
        assert_same_text(row, 10, access);
    }
    g_assert_cmpuint(n, ==, files->n_fds);
}

static void assert_same_regions(struct place *place, const struct memory_sample *memory,
                                gint64 offset_us)
{
    static const struct sql_columns columns = {&record_region, ""};
    void *arena = sample_new(PROBE_MEMORY, sizeof(struct sample));
    const struct axis axis = {.n = 1, .parts = {{G_MININT64, offset_us}}};
    sqlite3_stmt *row = sql_bind(
        &place->sql,
        "SELECT start, \"end\", perms, cls, bytes AS name, resident_bytes, pss_bytes, dirty_bytes, "
        "swapped_bytes, lazyfree_bytes, count FROM region JOIN text ON text.id = region.name WHERE "
        "from_us "
        "<= ?1 AND (until_us IS NULL OR until_us > ?1) ORDER BY region.start",
        "i", row_of(place, &memory->base));
    size_t n = 0;

    g_assert_cmpint(axis_of(&axis, memory->regions_us), >, 0);
    for (; sql_step(&place->sql, row); n++) {
        struct region region = {0};

        g_assert_cmpuint(n, <, memory->n_regions);
        sql_record_read(row, &columns, &region, arena);
        g_assert_true(region.start == memory->regions[n].start);
        g_assert_cmpstr(region.perms, ==, memory->regions[n].perms);
        g_assert_cmpstr(region.name, ==, memory->regions[n].name);
        g_assert_cmpint(region.cls, ==, memory->regions[n].cls);
        g_assert_cmpint(region.resident_bytes, ==, memory->regions[n].resident_bytes);
        g_assert_cmpint(region.pss_bytes, ==, memory->regions[n].pss_bytes);
    }
    g_assert_cmpuint(n, ==, memory->n_regions);
    sample_unref(arena);
}

static void assert_same_lists(struct place *place, const struct made *made)
{
    gint64 offset_us = offset_of(place, made);

    for (guint i = 0; i < made->told->len; i++) {
        const struct sample *sample = made->told->pdata[i];

        if (sample->kind == PROBE_FILES)
            assert_same_fds(place, (const struct files_sample *)sample, offset_us);
        else if (sample->kind == PROBE_MEMORY &&
                 ((const struct memory_sample *)sample)->regions_us != 0)
            assert_same_regions(place, (const struct memory_sample *)sample, offset_us);
    }
    g_assert_false(place->sql.failed);
}

/* --- rows --- */

static bool equal_but_times(const struct record_member *member, const void *a, const void *b)
{
    if (member->kind == RECORD_TIME)
        return (*(const gint64 *)a != 0) == (*(const gint64 *)b != 0);
    if (member->kind == RECORD_TEXT || member->kind == RECORD_OPTIONAL_TEXT)
        return g_strcmp0(*(const char *const *)a, *(const char *const *)b) == 0;
    if (member->kind == RECORD_DOUBLE)
        return *(const double *)a == *(const double *)b || isnan(*(const double *)a);
    if (member->kind == RECORD_INT64 || member->kind == RECORD_KNOWN ||
        member->kind == RECORD_UINT64)
        return *(const int64_t *)a == *(const int64_t *)b;
    return *(const char *)a == *(const char *)b;
}

static void assert_same_row(struct place *place, const struct sample *sample)
{
    g_autofree char *ask =
        g_strdup_printf("SELECT * FROM %s WHERE sequence = %" G_GUINT64_FORMAT,
                        probe_info(sample->kind)->name, (guint64)sample->sequence);
    struct sample *kept = sample_new(sample->kind, record_of_kind(sample->kind)->size);
    sqlite3_stmt *row = sql_prepare(&place->sql, ask);

    g_assert_true(sql_step(&place->sql, row));
    for (int part = 0; part < 2; part++) {
        const struct sql_columns *columns = schema_columns(sample->kind, part);

        sql_record_read(row, columns, kept, kept);
        for (size_t i = 0; i < columns->record->n; i++)
            if (!equal_but_times(&columns->record->members[i],
                                 record_at(&columns->record->members[i], sample),
                                 record_at(&columns->record->members[i], kept)))
                g_error("%s differs in sample %d", columns->record->members[i].name,
                        (int)sample->sequence);
    }
    g_hash_table_remove(place->sql.statements, ask);
    sample_unref(kept);
}

/* --- the tests --- */

static void assert_same(struct place *place, struct made *made)
{
    place_open(place);
    for (guint i = 0; i < made->told->len; i++)
        assert_same_row(place, made->told->pdata[i]);
    assert_same_points(place, made);
    for (int kind = 0; kind < PART_N_KINDS; kind++)
        assert_same_parts(place, made, (enum part_kind)kind);
    assert_same_lists(place, made);
    place_close(place);
}

static void test_rebuilt(void)
{
    for (guint32 seed = 1; seed <= 8; seed++) {
        struct made *made = made_new(seed, 4711);
        struct place place;

        place_init(&place);
        struct recorder *recorder = start(&place, made);

        for (int i = 0; i < 400; i++) {
            made_step(made);
            if (i % 97 == 0)
                recorder_flush(recorder);
        }
        end(recorder, made);
        assert_same(&place, made);
        made_free(made);
        place_clear(&place);
    }
}

static gint64 number(struct place *place, const char *ask)
{
    place_open(place);
    gint64 n = sql_number(&place->sql, ask, -1);

    g_assert_false(place->sql.failed);
    place_close(place);
    return n;
}

/* The same process goes on in its run, and descriptors that stayed are the same rows. */
static void test_continued(void)
{
    struct made *made = made_new(5, 4711), *other = made_new(6, 4712);
    struct place place;

    place_init(&place);
    for (int sitting = 0; sitting < 3; sitting++) {
        struct recorder *recorder = start(&place, made);

        for (int i = 0; i < 100; i++)
            made_step(made);
        end(recorder, made);
    }
    g_assert_cmpint(number(&place, "SELECT count(*) FROM run"), ==, 1);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM sitting"), ==, 3);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM event WHERE kind = 'gap'"), ==, 2);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM (SELECT fd FROM descriptor WHERE died_us "
                                   "IS NULL GROUP BY fd HAVING count(*) > 1)"),
                    ==, 0);
    end(start(&place, other), other);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM run"), ==, 2);
    made_free(made);
    made_free(other);
    place_clear(&place);
}

static void test_descriptors_stay_the_same_rows(void)
{
    struct made *made = made_new(9, 4711);
    struct sample *files = made_sample(made, PROBE_FILES);
    struct place place;
    gint64 before = 0;

    place_init(&place);
    for (int sitting = 0; sitting < 2; sitting++) {
        struct recorder *recorder = start(&place, made);

        made->tap->sample(files, made->tap->user);
        end(recorder, made);
        gint64 n = number(&place, "SELECT count(*) FROM descriptor");

        g_assert_cmpint(n, >, 0);
        g_assert_true(sitting == 0 || n == before);
        before = n;
    }
    g_assert_cmpint(number(&place, "SELECT count(*) FROM descriptor WHERE died_us NOT NULL"), ==,
                    0);
    sample_unref(files);
    made_free(made);
    place_clear(&place);
}

static void test_one_plain_file(void)
{
    struct made *made = made_new(5, 4711);
    struct place place;
    const char *name;

    place_init(&place);
    struct recorder *recorder = start(&place, made);

    made_step(made);
    recorder_flush(recorder);
    g_assert_cmpint(recorder_state(recorder).bytes, >, 0);
    g_assert_cmpint(recorder_state(recorder).written_us, >, 0);
    g_assert_cmpstr(recorder_state(recorder).problem, ==, "");
    end(recorder, made);
    g_autoptr(GDir) dir = g_dir_open(place.folder, 0, NULL);

    while ((name = g_dir_read_name(dir)) != NULL)
        g_assert_cmpstr(name, ==, "night.sidescope");
    GStatBuf info;

    g_assert_cmpint(g_stat(place.path, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0600);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM writer"), ==, 0);
    made_free(made);
    place_clear(&place);
}

/* Events, marks, verdicts, the end. */
static void test_events(void)
{
    struct made *made = made_new(5, 4711);
    struct triage_result result = {.verdict = TRIAGE_LOOK, .diagnosis = (char *)"it leaks"};
    struct place place;

    for (int i = 0; i < TRIAGE_N_STEPS; i++)
        result.steps[i] = (struct triage_step){.key = "rss", .summary = (char *)"6G"};
    place_init(&place);
    struct recorder *recorder = start(&place, made);

    made_step(made);
    recorder_event(recorder, "alarm", "bad", "fds", "1 000 descriptors", "{\"fds\":1000}");
    recorder_verdict(recorder, &result);
    result.diagnosis = (char *)"it leaks 1.5M/h, seen for 12m30s";
    recorder_verdict(recorder, &result);
    result.diagnosis = (char *)"it leaks 2M/h, seen for 1h02m";
    recorder_verdict(recorder, &result);
    result.verdict = TRIAGE_BAD;
    recorder_verdict(recorder, &result);
    made->tap->mark(g_get_monotonic_time(), made->tap->user);
    made->tap->end(&(struct session_end){.state = PROCESS_ENDED,
                                         .at_us = g_get_monotonic_time(),
                                         .at_real_us = 5},
                   made->tap->user);
    end(recorder, made);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM event WHERE kind = 'alarm' AND "
                                   "json_extract(data, '$.fds') = 1000"),
                    ==, 1);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM verdict WHERE step = ''"), ==, 3);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM event WHERE kind = 'verdict'"), ==, 2);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM event WHERE kind = 'mark'"), ==, 1);
    g_assert_cmpint(number(&place,
                           "SELECT count(*) FROM run WHERE end_state = 'ended' AND ended_us "
                           "NOT NULL"),
                    ==, 1);
    made_free(made);
    place_clear(&place);
}

static void test_dumps(void)
{
    struct made *made = made_new(5, 4711);
    struct place place;

    place_init(&place);
    struct recorder *recorder = start(&place, made);

    for (int i = 0; i < 30; i++)
        made_tell(made, made_sample(made, PROBE_GOROUTINES));
    end(recorder, made);
    place_open(&place);
    sqlite3_stmt *row = sql_prepare(&place.sql, "SELECT bytes FROM dump ORDER BY id LIMIT 1");

    g_assert_true(sql_step(&place.sql, row));
    g_autoptr(GByteArray) text =
        inflate_gzip(sqlite3_column_blob(row, 0), (size_t)sqlite3_column_bytes(row, 0), NULL);

    g_assert_nonnull(text);
    g_assert_true(g_str_has_prefix((const char *)text->data, "goroutine "));
    place_close(&place);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM stack WHERE text LIKE '%main.worker%'"), >,
                    0);
    g_assert_cmpint(number(&place, "SELECT count(*) FROM dump WHERE keep = 1"), ==, 1);
    made_free(made);
    place_clear(&place);
}

/* Faster than the disk: the oldest of a kind go, the newest are there, and it is said. */
static void test_left_out(void)
{
    enum { N = 300 };
    struct made *made = made_new(5, 4711);
    struct place place;

    place_init(&place);
    struct recorder *recorder = start(&place, made);

    recorder_flush(recorder);
    for (int i = 0; i < N; i++) {
        made->t_us += G_USEC_PER_SEC;
        made_tell(made, made_sample(made, PROBE_PROCESS));
    }
    end(recorder, made);
    gint64 kept = number(&place, "SELECT count(*) FROM process");

    g_assert_cmpint(kept, <, N);
    g_assert_cmpint(number(&place, "SELECT max(sequence) FROM process"), ==, N);
    g_assert_cmpint(number(&place, "SELECT sum(json_extract(data, '$.samples')) FROM event WHERE "
                                   "kind = 'left-out'"),
                    ==, N - kept);
    made_free(made);
    place_clear(&place);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorder/rebuilt", test_rebuilt);
    g_test_add_func("/recorder/continued", test_continued);
    g_test_add_func("/recorder/same-rows", test_descriptors_stay_the_same_rows);
    g_test_add_func("/recorder/one-plain-file", test_one_plain_file);
    g_test_add_func("/recorder/events", test_events);
    g_test_add_func("/recorder/left-out", test_left_out);
    g_test_add_func("/recorder/dumps", test_dumps);
    return g_test_run();
}
