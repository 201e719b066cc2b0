#include "app/recording/export.h"
#include "app/recording/file_kind.h"
#include "app/recording/recorded_side.h"
#include "app/recording/time_text.h"
#include "app/snapshots/snapshot_folder.h"
#include "tests/support/remove.h"
#include "tests/unit/recording/made.h"

#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

/* What is exported is compared with what the reader says of the same recording. */

struct place {
    char *folder, *path, *out;
    struct reader *reader;
};

static void place_init(struct place *place, guint32 seed, int steps)
{
    struct made *made = made_new(seed, 4711);
    g_autoptr(GError) error = NULL;

    place->folder = g_dir_make_tmp("sidescope-export-XXXXXX", NULL);
    place->path = g_build_filename(place->folder, "night.sidescope", NULL);
    place->out = g_build_filename(place->folder, "out", NULL);
    struct recorder *recorder = recorder_new(place->path, NULL, &error);

    g_assert_no_error(error);
    recorder_begin_run(recorder, made->target);
    made_set_tap(made, recorder_tap(recorder));
    for (int i = 0; i < steps; i++)
        made_step(made);
    recorder_event(recorder, "mark", "info", "", "a \"quoted\", odd\nlabel", NULL);
    made_set_tap(made, NULL);
    recorder_free(recorder);
    made_free(made);
    place->reader = reader_open(place->path, &error);
    g_assert_no_error(error);
}

static void place_clear(struct place *place)
{
    reader_free(place->reader);
    remove_tree(place->folder);
    g_free(place->folder);
    g_free(place->path);
    g_free(place->out);
}

static struct export_range all_of(const struct place *place)
{
    struct export_range range = {.run = 0};

    /* the story's clock runs faster than the one that stamps the run */
    g_assert_true(reader_step(place->reader, 0, G_MAXINT64 / 2, -1, &range.to_us, NULL));
    return range;
}

static void export_all(struct place *place, const struct redact *redact)
{
    struct export_range range = all_of(place);

    range.to_us = MAX(range.to_us, reader_run(place->reader, 0)->last_us); /* the event's clock */
    g_autoptr(GError) error = NULL;

    g_assert_true(export_recording(place->reader, &range, redact, place->out, &error));
    g_assert_no_error(error);
}

static char *read_out(const struct place *place, const char *name)
{
    g_autofree char *path = g_build_filename(place->out, name, NULL);
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

/* --- series --- */

/* The last row is what the histories end with. */
static void test_series(void)
{
    for (guint32 seed = 1; seed <= 5; seed++) {
        struct place place;
        g_autoptr(GError) error = NULL;

        place_init(&place, seed, 300);
        export_all(&place, NULL);
        g_autofree char *text = read_out(&place, "series.csv");
        g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
        guint n = g_strv_length(lines);
        g_auto(GStrv) names = g_strsplit(lines[0], ",", -1),
                      cells = g_strsplit(lines[n - 1], ",", -1);
        struct session_moment moment;
        struct export_range range = all_of(&place);

        g_assert_cmpuint(g_strv_length(names), ==, METRIC_N + 1);
        g_assert_cmpuint(g_strv_length(cells), ==, METRIC_N + 1);
        g_assert_true(reader_moment(place.reader, 0, range.to_us, 0, &moment, &error));
        g_assert_cmpint(n, >, 30);
        for (int i = 0; i < METRIC_N; i++) {
            struct history_point last = {.value = NAN};

            g_assert_cmpstr(names[i + 1], ==, metric_info((enum metric)i)->id);
            /* of the process: its row is that of the last sample */
            if (metric_info((enum metric)i)->readings[0].kind != PROBE_PROCESS ||
                !history_last(series_set_history(moment.series, (enum metric)i), &last) ||
                isnan(last.value))
                continue;
            double told = *cells[i + 1] != '\0' ? g_ascii_strtod(cells[i + 1], NULL) : NAN;

            if (last.t_us == moment.samples[PROBE_PROCESS]->taken_us)
                g_assert_cmpfloat_with_epsilon(told, last.value, fabs(last.value) * 1e-9 + 1e-9);
        }
        session_moment_clear(&moment);
        place_clear(&place);
    }
}

static void test_range(void)
{
    struct place place;
    g_autoptr(GError) error = NULL;

    place_init(&place, 3, 300);
    struct export_range range = all_of(&place);
    gint64 middle = range.from_us + (range.to_us - range.from_us) / 2;
    g_autofree char *border = time_text_iso(middle);

    range.from_us = middle;
    g_assert_true(export_recording(place.reader, &range, NULL, place.out, &error));
    g_autofree char *text = read_out(&place, "series.csv");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);

    g_assert_cmpuint(g_strv_length(lines), >, 2);
    for (size_t i = 1; lines[i] != NULL; i++) {
        lines[i][strcspn(lines[i], ",")] = '\0';
        g_assert_cmpstr(lines[i], >=, border);
    }
    place_clear(&place);
}

/* --- the other files --- */

/* Who is open at the end has no death, and they are those of the last census. */
static void test_descriptors(void)
{
    struct place place;
    struct session_moment moment;
    guint open = 0;

    place_init(&place, 4, 400);
    export_all(&place, NULL);
    g_autofree char *text = read_out(&place, "descriptors.csv");
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    struct export_range range = all_of(&place);

    g_assert_true(reader_moment(place.reader, 0, range.to_us, 0, &moment, NULL));
    for (size_t i = 1; lines[i] != NULL; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i], ",", -1);

        if (g_strv_length(cells) == 15) /* no cell with a comma in it */
            open += *cells[5] == '\0';
    }
    g_assert_cmpuint(open, ==, ((const struct files_sample *)moment.samples[PROBE_FILES])->n_fds);
    session_moment_clear(&moment);
    place_clear(&place);
}

/* The moments of the first looks that found something closed. */
static GArray *moments_of_closing(const struct place *place)
{
    enum { ENOUGH = 20 };
    static const char sql[] =
        "SELECT DISTINCT died_us FROM descriptor WHERE died_us IS NOT NULL ORDER BY died_us";
    GArray *moments = g_array_new(FALSE, FALSE, sizeof(gint64));
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;

    g_assert_cmpint(sqlite3_open(place->path, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    while (moments->len < ENOUGH && sqlite3_step(statement) == SQLITE_ROW) {
        gint64 at_us = sqlite3_column_int64(statement, 0);

        g_array_append_val(moments, at_us);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return moments;
}

/* Of one moment what was open then: what a look has found closed was not. */
static void test_descriptors_of_a_moment(void)
{
    struct place place;

    place_init(&place, 4, 400);
    g_autoptr(GArray) moments = moments_of_closing(&place);

    g_assert_cmpuint(moments->len, >, 3);
    for (guint i = 0; i < moments->len; i++) {
        struct session_moment moment;
        gint64 at_us = g_array_index(moments, gint64, i);
        struct export_range range = {.run = 0, .from_us = at_us, .to_us = at_us};
        g_autofree char *out = g_strdup_printf("%s-%u", place.out, i);
        g_autofree char *csv = g_build_filename(out, "descriptors.csv", NULL);
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;

        g_assert_true(export_recording(place.reader, &range, NULL, out, &error));
        g_assert_true(g_file_get_contents(csv, &text, NULL, NULL));
        g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);

        g_assert_true(reader_moment(place.reader, 0, at_us, 0, &moment, NULL));
        g_assert_cmpuint(g_strv_length(lines) - 1, ==,
                         ((const struct files_sample *)moment.samples[PROBE_FILES])->n_fds);
        session_moment_clear(&moment);
    }
    place_clear(&place);
}

static void test_events(void)
{
    struct place place;

    place_init(&place, 5, 50);
    export_all(&place, NULL);
    g_autofree char *text = read_out(&place, "events.csv");

    g_assert_true(g_str_has_prefix(text, "time,kind,severity,key,label,data\n"));
    g_assert_nonnull(strstr(text, ",mark,info,,\"a \"\"quoted\"\", odd\nlabel\","));
    place_clear(&place);
}

/* What is exported can be opened again, and compared. */
static void test_snapshot(void)
{
    struct place place;
    g_autoptr(GError) error = NULL;

    place_init(&place, 6, 300);
    export_all(&place, NULL);
    g_autoptr(GPtrArray) list = snapshot_load(place.out, NULL, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_nonnull(((struct snapshot *)list->pdata[0])->goroutines);
    g_assert_cmpint(((struct snapshot *)list->pdata[0])->real_us, >=, all_of(&place).to_us);
    place_clear(&place);
}

static void test_taken(void)
{
    struct place place;
    g_autoptr(GError) error = NULL;
    struct export_range range;

    place_init(&place, 7, 20);
    range = all_of(&place);
    g_assert_cmpint(g_mkdir(place.out, 0700), ==, 0);
    g_assert_false(export_recording(place.reader, &range, NULL, place.out, &error));
    g_assert_nonnull(strstr(error->message, "there already"));
    place_clear(&place);
}

static bool is_in(const char *folder, const char *word)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL), *text = NULL;
        gsize n;

        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            if (is_in(path, word))
                return true;
        } else if (g_file_get_contents(path, &text, &n, NULL) &&
                   memmem(text, n, word, strlen(word)))
            return true;
    }
    return false;
}

/* Of the path of every descriptor something is hidden, in every file. */
static void test_redact(void)
{
    struct place place;
    g_autoptr(redact_auto) redact = redact_new();

    place_init(&place, 8, 300);
    redact_add_user(redact, "quoted"); /* a word that is known to be in it */
    export_all(&place, redact);
    g_assert_false(is_in(place.out, "quoted"));
    place_clear(&place);
}

/* --- beside another --- */

static void test_side(void)
{
    struct place place;
    g_autoptr(GError) error = NULL;

    place_init(&place, 9, 300);
    struct recorded_side *side = recorded_side_new(opened_file_new(place.path, &error), &error);

    g_assert_no_error(error);
    const GArray *points = side->points[METRIC_RSS];

    g_assert_cmpuint(points->len, >, 10);
    side->outline->to_us = all_of(&place).to_us;
    for (guint i = 0; i < points->len; i++) {
        const struct history_point *point = &g_array_index(points, struct history_point, i);
        double value = recorded_side_value(side, METRIC_RSS, point->t_us);

        if (i + 1 < points->len && point[1].t_us == point->t_us)
            continue; /* the later one of a moment holds */
        g_assert_true(value == point->value || (isnan(value) && isnan(point->value)));
    }
    g_assert_true(isnan(recorded_side_value(side, METRIC_RSS, 0)));
    g_assert_true(isnan(recorded_side_value(side, METRIC_RSS, side->outline->to_us + 1)));
    struct snapshot *snapshot = recorded_side_snapshot(side, side->outline->to_us, &error);

    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(snapshot->name, "night.sidescope +"));
    snapshot_free(snapshot);
    recorded_side_free(side);
    place_clear(&place);
}

/* --- while it is written --- */

/* Its header is in the log beside it at first: it is a recording all the same. */
static void test_young(void)
{
    g_autofree char *folder = g_dir_make_tmp("sidescope-export-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "night.sidescope", NULL);
    struct made *made = made_new(1, 4711);
    g_autoptr(GError) error = NULL;
    struct recorder *recorder = recorder_new(path, NULL, &error);

    g_assert_no_error(error);
    recorder_begin_run(recorder, made->target);
    recorder_flush(recorder);
    g_assert_cmpint(file_kind_of(path), ==, FILE_KIND_RECORDING);
    recorder_free(recorder);
    g_assert_cmpint(file_kind_of(path), ==, FILE_KIND_RECORDING);
    made_free(made);
    remove_tree(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/export/series", test_series);
    g_test_add_func("/export/range", test_range);
    g_test_add_func("/export/descriptors", test_descriptors);
    g_test_add_func("/export/descriptors-of-a-moment", test_descriptors_of_a_moment);
    g_test_add_func("/export/events", test_events);
    g_test_add_func("/export/snapshot", test_snapshot);
    g_test_add_func("/export/taken", test_taken);
    g_test_add_func("/export/redact", test_redact);
    g_test_add_func("/export/side", test_side);
    g_test_add_func("/export/young", test_young);
    return g_test_run();
}
