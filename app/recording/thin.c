#include "app/recording/writer.h"

#include <math.h>
#include <string.h>

/*
 * What is old is kept at larger steps, so that a night and a month stay small.
 * Everything is by time of the recording; a pass over what was thinned already
 * finds nothing to do.
 */

#define MINUTE_US (60 * (gint64)G_USEC_PER_SEC)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

enum { MAX_STEPS = 120, MAX_ROWS_IN_BUCKET = 4096, MAX_ROUNDS = 8 };

/* --- blobs: one of each step, the last in it: it may hold for long --- */

static const struct age {
    gint64 from_us, until_us; /* this old */
    gint64 step_us;
} ages[] = {
    {10 * MINUTE_US, HOUR_US + 10 * MINUTE_US, MINUTE_US},
    {HOUR_US + 10 * MINUTE_US, DAY_US, 10 * MINUTE_US},
    {DAY_US, G_MAXINT64 / 2, HOUR_US},
};

static const char *const blobs[] = {
    "DELETE FROM profile WHERE run = ?1 AND keep = 0 AND at_us BETWEEN ?2 AND ?3 AND id NOT IN "
    "(SELECT max(id) FROM profile WHERE run = ?1 AND keep = 0 AND at_us BETWEEN ?2 AND ?3 "
    "GROUP BY kind, at_us / ?4)",
    "DELETE FROM dump WHERE run = ?1 AND keep = 0 AND at_us BETWEEN ?2 AND ?3 AND id NOT IN "
    "(SELECT max(id) FROM dump WHERE run = ?1 AND keep = 0 AND at_us BETWEEN ?2 AND ?3 "
    "GROUP BY at_us / ?4)",
    "DELETE FROM detail WHERE run = ?1 AND keep = 0 AND at_us BETWEEN ?2 AND ?3 AND id NOT IN "
    "(SELECT max(id) FROM detail WHERE run = ?1 AND keep = 0 AND at_us BETWEEN ?2 AND ?3 "
    "GROUP BY kind, at_us / ?4)",
    /* an offset that moves each second; the state a descriptor was born with stays */
    "DELETE FROM descriptor_state WHERE at_us BETWEEN ?2 AND ?3 AND ?1 = ?1 AND "
    "EXISTS (SELECT 1 FROM descriptor_state b WHERE b.descriptor = descriptor_state.descriptor "
    "AND b.at_us > descriptor_state.at_us AND b.at_us / ?4 = descriptor_state.at_us / ?4) AND "
    "EXISTS (SELECT 1 FROM descriptor_state b WHERE b.descriptor = descriptor_state.descriptor AND "
    "b.at_us < descriptor_state.at_us)",
};

/* --- regions: the map of each hour's beginning holds for the hour --- */

static void thin_regions(struct writer *writer)
{
    /* ?4: the hour in which the run began is none that has a beginning, and stays as it was */
    static const char *const passes[] = {
        "DELETE FROM region WHERE run = ?1 AND until_us < ?2 AND from_us > ?4 AND "
        "from_us / ?3 = until_us / ?3 AND from_us % ?3 <> 0",
        "UPDATE region SET until_us = (until_us / ?3 + 1) * ?3 WHERE run = ?1 AND until_us < ?2 "
        "AND until_us > ?4 AND until_us % ?3 <> 0",
        "UPDATE region SET from_us = (from_us / ?3 + 1) * ?3 WHERE run = ?1 AND from_us < ?2 AND "
        "from_us > ?4 AND from_us % ?3 <> 0",
        /* what an hour ended with is what the next one begins with */
        "DELETE FROM region_class WHERE run = ?1 AND at_us < ?2 AND at_us > ?4 AND "
        "at_us % ?3 <> 0 AND EXISTS (SELECT 1 FROM region_class b WHERE b.run = ?1 AND "
        "b.cls = region_class.cls AND b.at_us > region_class.at_us AND "
        "b.at_us / ?3 = region_class.at_us / ?3)",
        "UPDATE OR IGNORE region_class SET at_us = (at_us / ?3 + 1) * ?3 WHERE run = ?1 AND "
        "at_us < ?2 AND at_us > ?4 AND at_us % ?3 <> 0",
    };
    sqlite3_stmt *row =
        sql_bind(&writer->sql, "SELECT begun_us FROM run WHERE id = ?", "i", writer->run);
    gint64 begun_us = 0;

    while (sql_step(&writer->sql, row))
        begun_us = sqlite3_column_int64(row, 0);
    gint64 first_us = (begun_us / HOUR_US + 1) * HOUR_US;
    gint64 limit_us = (writer->last_us - DAY_US) / HOUR_US * HOUR_US;

    for (size_t i = 0; i < G_N_ELEMENTS(passes); i++)
        sql_run(&writer->sql, passes[i], "iiii", writer->run, limit_us, HOUR_US, first_us);
}

/* --- samples and their points --- */

/* Samples of one kind in one step: rows, and the points of each metric at their ticks. */
struct bucket {
    enum probe_kind kind;
    gint64 from_us, until_us;
    GArray *at_us, *t_us; /* gint64: key, and tick */
    GArray *keep;         /* bool */
};

static bool load_bucket(struct writer *writer, struct bucket *bucket)
{
    static const char *const select[PROBE_N_KINDS] = {
#define ROWS(KIND, name, ...)                                                                      \
    [PROBE_##KIND] =                                                                               \
        "SELECT at_us, taken_us FROM " #name " WHERE at_us >= ? AND at_us < ? AND run = ?",
        PROBE_TABLE(ROWS)
#undef ROWS
    };
    sqlite3_stmt *row = sql_bind(&writer->sql, select[bucket->kind], "iii", bucket->from_us,
                                 bucket->until_us, writer->run);
    bool rises = true;

    g_array_set_size(bucket->at_us, 0);
    g_array_set_size(bucket->t_us, 0);
    while (sql_step(&writer->sql, row)) {
        gint64 at_us = sqlite3_column_int64(row, 0), t_us = sqlite3_column_int64(row, 1);

        if (bucket->t_us->len > 0 &&
            t_us <= g_array_index(bucket->t_us, gint64, bucket->t_us->len - 1))
            rises = false;
        g_array_append_val(bucket->at_us, at_us);
        g_array_append_val(bucket->t_us, t_us);
    }
    return rises && bucket->at_us->len > 2 && bucket->at_us->len <= MAX_ROWS_IN_BUCKET;
}

/* The value of metric at each tick. False when it is another clock's there, or has a gap. */
static bool load_values(struct writer *writer, const struct bucket *bucket, gint64 metric,
                        double *values)
{
    gint64 last_us = g_array_index(bucket->t_us, gint64, bucket->t_us->len - 1);
    gint64 first_us = g_array_index(bucket->t_us, gint64, 0);
    sqlite3_stmt *row = sql_bind(
        &writer->sql,
        "SELECT at_us, value, clock FROM point WHERE run = ?1 AND metric = ?2 AND at_us <= ?4 AND "
        "at_us >= ifnull((SELECT max(at_us) FROM point WHERE run = ?1 AND metric = ?2 AND at_us <= "
        "?3), 0) ORDER BY at_us",
        "iiii", writer->run, metric, first_us, last_us);
    guint i = 0;
    double value = NAN;
    bool regular = true;

    while (sql_step(&writer->sql, row)) {
        gint64 at_us = sqlite3_column_int64(row, 0);

        for (; i < bucket->t_us->len && g_array_index(bucket->t_us, gint64, i) < at_us; i++)
            values[i] = value;
        regular = regular && sqlite3_column_type(row, 1) != SQLITE_NULL &&
                  sqlite3_column_int(row, 2) == (int)bucket->kind &&
                  (at_us <= first_us || g_array_index(bucket->t_us, gint64, i) == at_us);
        value = sqlite3_column_double(row, 1);
    }
    for (; i < bucket->t_us->len; i++)
        values[i] = value;
    return regular && !isnan(values[0]);
}

static void keep_extremes(struct bucket *bucket, const double *values)
{
    guint least = 0, most = 0;

    for (guint i = 1; i < bucket->at_us->len; i++) {
        least = values[i] < values[least] ? i : least;
        most = values[i] > values[most] ? i : most;
    }
    g_array_index(bucket->keep, bool, least) = true;
    g_array_index(bucket->keep, bool, most) = true;
}

/* The points at kept ticks, on change again. */
static void rewrite_points(struct writer *writer, const struct bucket *bucket, gint64 metric,
                           const double *values)
{
    guint n = bucket->t_us->len;
    double told = values[0];

    sql_run(&writer->sql,
            "DELETE FROM point WHERE run = ? AND metric = ? AND at_us > ? AND at_us <= ?", "iiii",
            writer->run, metric, g_array_index(bucket->t_us, gint64, 0),
            g_array_index(bucket->t_us, gint64, n - 1));
    for (guint i = 1; i < n; i++) {
        if (!g_array_index(bucket->keep, bool, i) || values[i] == told)
            continue;
        told = values[i];
        sql_run(&writer->sql, "INSERT INTO point VALUES (?, ?, ?, ?, ?)", "iiidi", writer->run,
                metric, g_array_index(bucket->t_us, gint64, i), told,
                (gint64)RECORDING_CLOCK_OF(bucket->kind));
    }
}

/* First and last, and of each number the least and the most, stay. */
static void thin_bucket(struct writer *writer, struct bucket *bucket)
{
    if (!load_bucket(writer, bucket))
        return;
    guint n = bucket->at_us->len;
    g_autofree double *values = g_new0(double, (gsize)n *METRIC_N);
    bool regular[METRIC_N];

    g_array_set_size(bucket->keep, n);
    memset(bucket->keep->data, 0, n * sizeof(bool));
    g_array_index(bucket->keep, bool, 0) = g_array_index(bucket->keep, bool, n - 1) = true;
    for (int m = 0; m < METRIC_N; m++) {
        regular[m] = load_values(writer, bucket, writer->metrics[m].id, values + (gsize)m * n);
        if (regular[m])
            keep_extremes(bucket, values + (gsize)m * n);
    }
    for (int m = 0; m < METRIC_N; m++)
        if (regular[m])
            rewrite_points(writer, bucket, writer->metrics[m].id, values + (gsize)m * n);
    static const char *const delete[PROBE_N_KINDS] = {
#define DELETE(KIND, name, ...) [PROBE_##KIND] = "DELETE FROM " #name " WHERE at_us = ?",
        PROBE_TABLE(DELETE)
#undef DELETE
    };

    for (guint i = 0; i < bucket->at_us->len; i++)
        if (!g_array_index(bucket->keep, bool, i))
            sql_run(&writer->sql, delete[bucket->kind], "i",
                    g_array_index(bucket->at_us, gint64, i));
}

/* Returns until where it came: a long time is done in several calls. */
static gint64 thin_samples(struct writer *writer, gint64 from_us, gint64 until_us, gint64 step_us,
                           int max_steps)
{
    struct bucket bucket = {.at_us = g_array_new(FALSE, FALSE, sizeof(gint64)),
                            .t_us = g_array_new(FALSE, FALSE, sizeof(gint64)),
                            .keep = g_array_new(FALSE, TRUE, sizeof(bool))};
    gint64 at_us = from_us / step_us * step_us;

    for (; at_us + step_us <= until_us && max_steps > 0; at_us += step_us, max_steps--)
        for (int kind = 0; kind < PROBE_N_KINDS; kind++) {
            bucket.kind = (enum probe_kind)kind;
            bucket.from_us = at_us;
            bucket.until_us = at_us + step_us;
            thin_bucket(writer, &bucket);
        }
    g_array_unref(bucket.at_us);
    g_array_unref(bucket.t_us);
    g_array_unref(bucket.keep);
    return at_us;
}

static void thin_by_age(struct writer *writer, gint64 age_us, gint64 step_us, const char *ask,
                        const char *note)
{
    sqlite3_stmt *row = sql_bind(&writer->sql, ask, "i", writer->run);
    gint64 from_us = 0;

    while (sql_step(&writer->sql, row))
        from_us = sqlite3_column_int64(row, 0);
    gint64 until_us = thin_samples(writer, from_us, writer->last_us - age_us, step_us, MAX_STEPS);

    if (until_us > from_us)
        sql_run(&writer->sql, note, "ii", until_us, writer->run);
}

/* --- a bound: the oldest goes first --- */

/* Of what is told on change, the last word before ?1 stays: it holds after it. */
static const char *const drops[] = {
    "DELETE FROM profile WHERE at_us < ?1 AND keep = 0",
    "DELETE FROM dump WHERE at_us < ?1 AND keep = 0",
    "DELETE FROM detail WHERE at_us < ?1 AND id NOT IN (SELECT max(id) FROM detail WHERE at_us < "
    "?1 GROUP BY run, kind)",
    "DELETE FROM process WHERE at_us < ?1",
    "DELETE FROM memory WHERE at_us < ?1",
    "DELETE FROM files WHERE at_us < ?1",
    "DELETE FROM goroutines WHERE at_us < ?1",
    "DELETE FROM heap WHERE at_us < ?1",
    "DELETE FROM threads WHERE at_us < ?1",
    "DELETE FROM loose_tick WHERE at_us < ?1",
    "DELETE FROM part_tick WHERE at_us < ?1",
    "DELETE FROM point WHERE at_us < ?1 AND EXISTS (SELECT 1 FROM point b WHERE b.run = point.run "
    "AND b.metric = point.metric AND b.at_us > point.at_us AND b.at_us < ?1)",
    "DELETE FROM part_value WHERE at_us < ?1 AND EXISTS (SELECT 1 FROM part_value b WHERE b.part = "
    "part_value.part AND b.at_us > part_value.at_us AND b.at_us < ?1)",
    "DELETE FROM descriptor_state WHERE at_us < ?1 AND EXISTS (SELECT 1 FROM descriptor_state b "
    "WHERE b.descriptor = descriptor_state.descriptor AND b.at_us > descriptor_state.at_us AND "
    "b.at_us < ?1)",
    "DELETE FROM descriptor_state WHERE descriptor IN (SELECT id FROM descriptor WHERE died_us < "
    "?1)",
    "DELETE FROM descriptor WHERE died_us < ?1",
    "DELETE FROM region WHERE until_us < ?1",
    "DELETE FROM region_class WHERE at_us < ?1 AND EXISTS (SELECT 1 FROM region_class b WHERE "
    "b.run = region_class.run AND b.cls = region_class.cls AND b.at_us > region_class.at_us AND "
    "b.at_us < ?1)",
};

enum { N_BLOB_DROPS = 3 }; /* these go before any number does */

static void drop_before(struct writer *writer, gint64 cut_us, size_t n_drops)
{
    for (size_t i = 0; i < n_drops; i++)
        sql_run(&writer->sql, drops[i], "i", cut_us);
}

static void fit(struct writer *writer)
{
    gint64 room = writer->max_bytes / 10 * 9;
    gint64 first_us = sql_number(&writer->sql, "SELECT min(at_us) FROM process", writer->last_us);

    for (int round = 0; round < MAX_ROUNDS && !writer->sql.failed; round++) {
        gint64 watched_us = writer->last_us - first_us;
        gint64 pages = sql_number(&writer->sql, "PRAGMA page_count", 0);
        gint64 unused = sql_number(&writer->sql, "PRAGMA freelist_count", 0);

        if ((pages - unused) * sql_number(&writer->sql, "PRAGMA page_size", SCHEMA_PAGE_BYTES) <=
            room)
            return;
        if (round < 2) {
            drop_before(writer, first_us + watched_us / (round == 0 ? 2 : 1), N_BLOB_DROPS);
        } else if (round == 2) {
            thin_samples(writer, first_us, first_us + watched_us / 2, 10 * MINUTE_US, G_MAXINT);
        } else {
            first_us += watched_us / 4;
            drop_before(writer, first_us, G_N_ELEMENTS(drops));
        }
    }
}

void thin(struct writer *writer)
{
    if (writer->run == 0 || writer->sql.failed || writer->last_us - writer->thinned_us < MINUTE_US)
        return;
    writer->thinned_us = writer->last_us;

    for (size_t age = 0; age < G_N_ELEMENTS(ages); age++)
        for (size_t i = 0; i < G_N_ELEMENTS(blobs); i++)
            sql_run(&writer->sql, blobs[i], "iiii", writer->run,
                    MAX(writer->last_us - ages[age].until_us, 0),
                    writer->last_us - ages[age].from_us - 1, ages[age].step_us);

    thin_regions(writer);
    thin_by_age(writer, DAY_US, MINUTE_US, "SELECT max(thinned_us, begun_us) FROM run WHERE id = ?",
                "UPDATE run SET thinned_us = ? WHERE id = ?");
    thin_by_age(writer, 14 * DAY_US, 10 * MINUTE_US,
                "SELECT max(coarse_us, begun_us) FROM run WHERE id = ?",
                "UPDATE run SET coarse_us = ? WHERE id = ?");
    if (writer->max_bytes > 0)
        fit(writer);
}
