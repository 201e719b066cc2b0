#include "app/recording/export.h"

#include "app/ground/csv_text.h"
#include "app/ground/folder_writer.h"
#include "app/recording/reading.h"
#include "app/recording/time_text.h"
#include "app/session/metrics.h"
#include "app/snapshots/snapshot_folder.h"
#include "app/snapshots/snapshot_samples.h"
#include "pprof/inflate.h"

#include <math.h>
#include <string.h>

struct export
{
    struct reader *reader;
    const struct export_range *range;
    const struct redact *redact;
    struct reading reading; /* of our own: the reader's answers are for looking */
    gint64 run;
    struct folder_writer *writer;
};

/* --- cells --- */

static void add_text(GString *out, const struct redact *redact, const char *text)
{
    g_autofree char *hidden = redact != NULL ? redact_text(redact, text) : NULL;

    csv_append_text(out, hidden != NULL ? hidden : text);
}

static void add_time(GString *out, gint64 at_us)
{
    g_autofree char *text = at_us != 0 ? time_text_iso(at_us) : g_strdup("");

    g_string_append(out, text);
}

static bool put(struct export *export, const char *name, GString *text, GError **error)
{
    bool ok = folder_writer_put(export->writer, name, text->str, text->len, error);

    g_string_free(text, TRUE);
    return ok;
}

/* --- series --- */

/* The columns of the file's metrics: what a later version writes is not in ours. */
static GHashTable *metric_columns(struct reading *reading)
{
    GHashTable *columns = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    sqlite3_stmt *statement = reading_ask(reading, "SELECT id, name FROM metric", NULL, 0);

    while (reading_row(reading, statement)) {
        gint64 id = sqlite3_column_int64(statement, 0);
        enum metric metric = metric_from_id(reading_text(statement, 1));

        if (metric < METRIC_N)
            g_hash_table_insert(columns, g_memdup2(&id, sizeof id),
                                GINT_TO_POINTER((gint)metric + 1));
    }
    reading_done(statement);
    return columns;
}

static void add_series_row(GString *out, gint64 at_us, const double values[METRIC_N])
{
    add_time(out, at_us);
    for (int i = 0; i < METRIC_N; i++) {
        g_string_append_c(out, ',');

        char text[G_ASCII_DTOSTR_BUF_SIZE];

        if (!isnan(values[i]))
            g_string_append(out, g_ascii_formatd(text, sizeof text, "%.10g", values[i]));
    }
    g_string_append_c(out, '\n');
}

/* Rows are the moments of samples of the process (of goroutines, where there is none): kind 0
 * below. A point holds until the next one of its metric. */
static const char series_sql[] =
    "SELECT at_us, 1, metric, value FROM point WHERE run = ?1 AND at_us <= ?3"
    " UNION ALL SELECT taken_us, 2, 0, NULL FROM process WHERE run = ?1 AND taken_us BETWEEN ?2 AND"
    " ?3 UNION ALL SELECT taken_us, 2, 0, NULL FROM goroutines WHERE run = ?1 AND taken_us BETWEEN"
    " ?2 AND ?3 AND NOT EXISTS (SELECT 1 FROM process WHERE run = ?1)"
    " ORDER BY 1, 2";

static bool put_series(struct export *export, GError **error)
{
    GString *out = g_string_new("time");
    double values[METRIC_N];
    gint64 written_us = 0;

    for (int i = 0; i < METRIC_N; i++) {
        values[i] = NAN;
        g_string_append_printf(out, ",%s", metric_info((enum metric)i)->id);
    }
    g_string_append_c(out, '\n');
    reading_begin(&export->reading);
    g_autoptr(GHashTable) columns = metric_columns(&export->reading);
    sqlite3_stmt *statement = READING_ASK(&export->reading, series_sql, export->run,
                                          export->range->from_us, export->range->to_us);

    while (reading_row(&export->reading, statement)) {
        gint64 at_us = reading_time(statement, 0), id = sqlite3_column_int64(statement, 2);
        int column = GPOINTER_TO_INT(g_hash_table_lookup(columns, &id));

        if (sqlite3_column_int(statement, 1) == 1 && column > 0)
            values[column - 1] = sqlite3_column_type(statement, 3) != SQLITE_NULL
                                     ? sqlite3_column_double(statement, 3)
                                     : NAN;
        else if (sqlite3_column_int(statement, 1) == 2 && at_us != written_us)
            add_series_row(out, written_us = at_us, values);
    }
    reading_done(statement);
    if (reading_end(&export->reading, error))
        return put(export, "series.csv", out, error);
    g_string_free(out, TRUE);
    return false;
}

/* --- tables that are one question each --- */

enum cell_kind { CELL_END, CELL_TIME, CELL_TEXT, CELL_NUMBER };

struct sheet {
    const char *file, *header, *sql; /* ?1 run, ?2 from, ?3 to */
    enum cell_kind cells[16];
};

static const struct sheet sheets[] = {
    {"descriptors.csv",
     "fd,type,path,first_seen,born,died,inode,device,access,deleted,size,offset,class,detail,peer",
     "SELECT d.fd, d.type, t.bytes, d.first_seen_us, d.born_us, d.died_us, d.inode, d.device,"
     " s.access, s.deleted, s.size, s.offset, s.cls, s.detail, s.peer"
     " FROM descriptor d LEFT JOIN text t ON t.id = d.path"
     " LEFT JOIN descriptor_state s ON s.descriptor = d.id AND s.at_us ="
     " (SELECT max(at_us) FROM descriptor_state WHERE descriptor = d.id AND at_us <= ?3)"
     " WHERE d.run = ?1 AND d.born_us <= ?3 AND (d.died_us IS NULL OR d.died_us > ?2)"
     " ORDER BY d.born_us, d.fd",
     {CELL_NUMBER, CELL_TEXT, CELL_TEXT, CELL_TIME, CELL_TIME, CELL_TIME, CELL_NUMBER, CELL_NUMBER,
      CELL_TEXT, CELL_NUMBER, CELL_NUMBER, CELL_NUMBER, CELL_TEXT, CELL_TEXT, CELL_TEXT}},
    {"events.csv",
     "time,kind,severity,key,label,data",
     "SELECT at_us, kind, severity, key, label, data FROM event"
     " WHERE run = ?1 AND at_us BETWEEN ?2 AND ?3 ORDER BY at_us, id",
     {CELL_TIME, CELL_TEXT, CELL_TEXT, CELL_TEXT, CELL_TEXT, CELL_TEXT}},
    {"verdicts.csv",
     "time,step,verdict,summary",
     "SELECT at_us, CASE step WHEN '' THEN 'all' ELSE step END, verdict, summary FROM verdict"
     " WHERE run = ?1 AND at_us BETWEEN ?2 AND ?3 ORDER BY at_us, step",
     {CELL_TIME, CELL_TEXT, CELL_TEXT, CELL_TEXT}},
};

static bool put_sheet(struct export *export, const struct sheet *sheet, GError **error)
{
    GString *out = g_string_new(sheet->header);

    g_string_append_c(out, '\n');
    reading_begin(&export->reading);
    sqlite3_stmt *statement = READING_ASK(&export->reading, sheet->sql, export->run,
                                          export->range->from_us, export->range->to_us);

    while (reading_row(&export->reading, statement)) {
        for (int i = 0; sheet->cells[i] != CELL_END; i++) {
            if (i > 0)
                g_string_append_c(out, ',');

            if (sqlite3_column_type(statement, i) == SQLITE_NULL)
                continue;
            if (sheet->cells[i] == CELL_TIME)
                add_time(out, reading_time(statement, i));
            else if (sheet->cells[i] == CELL_NUMBER)
                g_string_append_printf(out, "%" G_GINT64_FORMAT,
                                       (gint64)sqlite3_column_int64(statement, i));
            else
                add_text(out, export->redact, reading_text(statement, i));
        }
        g_string_append_c(out, '\n');
    }
    reading_done(statement);
    if (reading_end(&export->reading, error))
        return put(export, sheet->file, out, error);
    g_string_free(out, TRUE);
    return false;
}

/* --- profiles and dumps --- */

/* "profiles/heap-20261129T031207.250Z.pb.gz"; kind is foreign text. */
static char *dated_name(const char *folder, const char *kind, gint64 at_us, const char *ending)
{
    g_autofree char *time = time_text_iso(at_us), *safe = g_strdup(kind);
    g_auto(GStrv) digits = g_strsplit_set(time, "-:", -1);
    g_autofree char *stamp = g_strjoinv("", digits);

    g_strcanon(safe, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_", '_');
    return g_strdup_printf("%s/%s-%s%s", folder, safe, stamp, ending);
}

static bool put_profile(struct export *export, sqlite3_stmt *statement, GError **error)
{
    const uint8_t *bytes = sqlite3_column_blob(statement, 2);
    size_t n = (size_t)sqlite3_column_bytes(statement, 2);
    g_autofree char *name =
        dated_name("profiles", reading_text(statement, 0), reading_time(statement, 1), ".pb.gz");

    if (export->redact == NULL)
        return folder_writer_put(export->writer, name, bytes, n, error);
    g_autoptr(profile_auto) profile = profile_decode(bytes, n, error);
    g_autoptr(GByteArray) hidden =
        profile != NULL ? redact_profile(export->redact, profile, error) : NULL;

    return hidden != NULL &&
           folder_writer_put(export->writer, name, hidden->data, hidden->len, error);
}

static bool put_dump(struct export *export, sqlite3_stmt *statement, GError **error)
{
    g_autoptr(GByteArray) text = inflate_gzip(sqlite3_column_blob(statement, 2),
                                              (size_t)sqlite3_column_bytes(statement, 2), error);
    g_autofree char *name = dated_name("dumps", "goroutine", reading_time(statement, 1), ".txt");

    if (text == NULL)
        return false;
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(g_steal_pointer(&text));
    g_autoptr(GBytes) hidden = redact_bytes(export->redact, bytes);
    gsize n;
    const void *data = g_bytes_get_data(hidden, &n);

    return folder_writer_put(export->writer, name, data, n, error);
}

static bool put_blobs(struct export *export, const char *sql,
                      bool (*put_one)(struct export *, sqlite3_stmt *, GError **), GError **error)
{
    bool ok = true;

    reading_begin(&export->reading);
    sqlite3_stmt *statement = READING_ASK(&export->reading, sql, export->run,
                                          export->range->from_us, export->range->to_us);

    while (ok && reading_row(&export->reading, statement))
        ok = put_one(export, statement, error);
    reading_done(statement);
    return reading_end(&export->reading, ok ? error : NULL) && ok;
}

/* --- all that was known at the end --- */

/* The text of the last dump: without it a saved snapshot has no stacks. */
static void take_dump(struct export *export, struct snapshot *snapshot)
{
    reading_begin(&export->reading);
    sqlite3_stmt *statement =
        READING_ASK(&export->reading,
                    "SELECT bytes, source FROM dump WHERE run = ?1 AND at_us <= ?2"
                    " ORDER BY at_us DESC, id DESC LIMIT 1",
                    export->run, export->range->to_us);
    g_autoptr(GByteArray) text = NULL;
    g_autofree char *source = NULL;

    if (reading_row(&export->reading, statement)) {
        text = inflate_gzip(sqlite3_column_blob(statement, 0),
                            (size_t)sqlite3_column_bytes(statement, 0), NULL);
        source = g_strdup(reading_text(statement, 1));
    }
    reading_done(statement);
    /* what is wrong with the file is told by those who need it */
    if (!reading_end(&export->reading, NULL) || text == NULL)
        return;
    struct goroutine_dump *dump = goroutine_dump_parse((const char *)text->data, text->len, NULL);

    if (dump == NULL)
        return;
    goroutine_dump_unref(snapshot->goroutines);
    snapshot->goroutines = dump;
    snapshot->goroutines_text = g_byte_array_free_to_bytes(g_steal_pointer(&text));
    snapshot_set_source(&snapshot->goroutines_source, source);
}

static bool put_snapshot(struct export *export, GError **error)
{
    const struct reader_run *run = reader_run(export->reader, export->range->run);
    struct session_moment moment;

    if (!reader_moment(export->reader, export->range->run, export->range->to_us, 0, &moment, error))
        return false;
    g_autoptr(snapshot_auto) snapshot = snapshot_of_samples(run->target, moment.samples);

    snapshot->taken_us = 0;
    snapshot->real_us = export->range->to_us;
    session_moment_clear(&moment);
    if (snapshot->goroutines != NULL)
        take_dump(export, snapshot);
    return snapshot_folder_put(export->writer, snapshot, export->redact, error);
}

static bool put_all(struct export *export, GError **error)
{
    if (!put_series(export, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(sheets); i++)
        if (!put_sheet(export, &sheets[i], error))
            return false;
    return put_blobs(export,
                     "SELECT kind, at_us, bytes FROM profile WHERE run = ?1 AND at_us BETWEEN ?2"
                     " AND ?3 ORDER BY at_us, id",
                     put_profile, error) &&
           put_blobs(export,
                     "SELECT source, at_us, bytes FROM dump WHERE run = ?1 AND at_us BETWEEN ?2"
                     " AND ?3 ORDER BY at_us, id",
                     put_dump, error) &&
           put_snapshot(export, error);
}

bool export_recording(struct reader *reader, const struct export_range *range,
                      const struct redact *redact, const char *path, GError **error)
{
    struct export export = {.reader = reader, .range = range, .redact = redact};
    bool ok = false;

    export.run = reader_run(reader, range->run)->id;
    if (reading_open(&export.reading, reader_path(reader), error) &&
        (export.writer = folder_writer_begin(path, error)) != NULL) {
        ok = put_all(&export, error);
        if (ok)
            ok = folder_writer_finish(export.writer, error);
        else
            folder_writer_abort(export.writer);
    }
    reading_clear(&export.reading);
    return ok;
}

/* --- what is hidden --- */

/* "/home/me/x": home "/home/me", user "me". */
static void add_owner(struct redact *redact, const char *path)
{
    static const char *const roots[] = {"/home/", "/Users/"};

    for (size_t i = 0; i < G_N_ELEMENTS(roots); i++) {
        size_t n = strlen(roots[i]), length;

        if (strncmp(path, roots[i], n) != 0 || (length = strcspn(path + n, "/")) == 0)
            continue;
        g_autofree char *home = g_strndup(path, n + length);

        redact_add_home(redact, home);
        redact_add_user(redact, home + n);
    }
}

struct redact *export_redact(struct reader *reader, const struct export_range *range)
{
    const struct reader_run *run = reader_run(reader, range->run);
    struct redact *redact = redact_new();
    struct session_moment moment;

    redact_add_ourselves(redact);
    redact_add_host(redact, run->host);
    add_owner(redact, run->target->exe);
    add_owner(redact, run->target->cmdline);
    if (!reader_moment(reader, range->run, range->to_us, 0, &moment, NULL))
        return redact;
    const struct files_sample *files = (const struct files_sample *)moment.samples[PROBE_FILES];

    for (size_t i = 0; files != NULL && i < files->n_groups; i++)
        add_owner(redact, files->groups[i].path);
    session_moment_clear(&moment);
    return redact;
}
