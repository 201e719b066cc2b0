#include "app/recording/reading.h"

#include "app/recording/schema.h"

#include <string.h>
#include <sys/stat.h>

enum {
    PATIENCE_S = 20,       /* for one reading_begin … reading_end */
    STEPS_BETWEEN = 20000, /* of SQLite's machine, until the clock is looked at */
    BUSY_MS = 1000,        /* a writer's locks are short */
};

static const gint64 latest_us = (gint64)16725225600 * G_USEC_PER_SEC; /* in the year 2500 */

/* --- opening --- */

static int on_progress(void *user)
{
    const struct reading *reading = user;

    return reading->until_us != 0 && g_get_monotonic_time() > reading->until_us;
}

/* Everything that is read is a table of its own: no view and no virtual table. */
static bool has_tables(struct reading *reading, GError **error)
{
    static const char *const names[] = {
        "run",   "sitting",   "process",    "memory", "files",       "goroutines",       "heap",
        "event", "threads",   "loose_tick", "text",   "descriptor",  "descriptor_state", "point",
        "part",  "part_tick", "part_value", "region", "census_base", "region_class",     "metric",
        "dump",  "detail",    "profile",    "verdict"};
    sqlite3_stmt *statement = NULL;
    size_t found = 0;

    if (sqlite3_prepare_v2(reading->db,
                           "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0",
                           -1, &statement, NULL) == SQLITE_OK)
        while (sqlite3_step(statement) == SQLITE_ROW)
            for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
                found += strcmp(reading_text(statement, 0), names[i]) == 0;
    sqlite3_finalize(statement);
    if (found == G_N_ELEMENTS(names))
        return true;
    g_set_error(error, RECORDING_ERROR, RECORDING_ERROR_FORMAT,
                "%s: the recording is damaged: tables are missing in it", reading->path);
    return false;
}

static bool try_open(struct reading *reading, const char *name, int flags, GError **error)
{
    reading->db = schema_open(name, SQLITE_OPEN_READONLY | flags, error);
    if (reading->db == NULL)
        return false;
    sqlite3_busy_timeout(reading->db, BUSY_MS);
    sqlite3_progress_handler(reading->db, STEPS_BETWEEN, on_progress, reading);
    return schema_check(reading->db, reading->path, error) && has_tables(reading, error) &&
           schema_add_missing(reading->db, error);
}

static bool has_log(const char *path)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    struct stat info;

    return stat(log, &info) == 0 && info.st_size > 0;
}

bool reading_open(struct reading *reading, const char *path, GError **error)
{
    g_autoptr(GError) problem = NULL;

    *reading = (struct reading){.path = g_strdup(path), .statements = g_hash_table_new(NULL, NULL)};
    if (try_open(reading, path, 0, &problem))
        return true;
    int result = reading->db != NULL ? sqlite3_errcode(reading->db) & 0xff : SQLITE_CANTOPEN;
    bool is_held = result == SQLITE_CANTOPEN || result == SQLITE_READONLY;

    if (is_held && has_log(path)) {
        g_set_error(error, RECORDING_ERROR, RECORDING_ERROR_FILE,
                    "%s: its writer was interrupted and its directory is read-only: copy it "
                    "together with %s-wal to a directory that you may write to, and open that",
                    path, path);
        return false;
    }
    if (is_held && reading->db != NULL) {
        sqlite3_close(g_steal_pointer(&reading->db));

        /*
         * A recording whose writer was killed is still in the form for writing, for which
         * SQLite wants to make a file beside it. Where it may not, and where there is
         * nothing beside it that could be missed, the file alone is all there is.
         */
        g_autofree char *absolute = g_canonicalize_filename(reading->path, NULL);
        g_autofree char *uri = g_filename_to_uri(absolute, NULL, error);

        if (uri == NULL)
            return false;
        g_autofree char *name = g_strconcat(uri, "?immutable=1", NULL);

        return try_open(reading, name, SQLITE_OPEN_URI, error);
    }
    g_propagate_error(error, g_steal_pointer(&problem));
    return false;
}

void reading_clear(struct reading *reading)
{
    GHashTableIter iter;
    gpointer statement;

    if (reading->statements != NULL) {
        g_hash_table_iter_init(&iter, reading->statements);
        while (g_hash_table_iter_next(&iter, NULL, &statement))
            sqlite3_finalize(statement);
        g_hash_table_unref(reading->statements);
    }
    sqlite3_close(reading->db);
    g_clear_error(&reading->error);
    g_free(reading->path);
    *reading = (struct reading){0};
}

/* --- asking --- */

static void note_error(struct reading *reading)
{
    if (reading->error != NULL)
        return;
    if (sqlite3_errcode(reading->db) == SQLITE_INTERRUPT)
        g_set_error(&reading->error, RECORDING_ERROR, RECORDING_ERROR_FORMAT,
                    "%s: it takes longer to read than any recording does: it is damaged",
                    reading->path);
    else
        schema_fail(reading->db, reading->path, &reading->error);
}

void reading_damaged(struct reading *reading)
{
    if (reading->error == NULL)
        g_set_error(&reading->error, RECORDING_ERROR, RECORDING_ERROR_FORMAT,
                    "%s: the recording is damaged", reading->path);
}

void reading_begin(struct reading *reading)
{
    g_clear_error(&reading->error);
    reading->until_us = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;
    reading_row(reading, reading_ask(reading, "BEGIN", NULL, 0));
}

bool reading_end(struct reading *reading, GError **error)
{
    reading->until_us = 0;
    if (!sqlite3_get_autocommit(reading->db))
        sqlite3_exec(reading->db, "ROLLBACK", NULL, NULL, NULL);
    if (reading->error == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&reading->error));
    return false;
}

sqlite3_stmt *reading_ask(struct reading *reading, const char *sql, const gint64 *numbers, size_t n)
{
    sqlite3_stmt *statement = g_hash_table_lookup(reading->statements, sql);

    if (reading->error != NULL)
        return NULL;
    if (statement == NULL) {
        if (sqlite3_prepare_v3(reading->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
            SQLITE_OK) {
            note_error(reading);
            return NULL;
        }
        g_hash_table_insert(reading->statements, (gpointer)(uintptr_t)sql, statement);
    }
    sqlite3_reset(statement);
    for (size_t i = 0; i < n; i++)
        sqlite3_bind_int64(statement, (int)i + 1, numbers[i]);
    return statement;
}

bool reading_row(struct reading *reading, sqlite3_stmt *statement)
{
    if (statement == NULL || reading->error != NULL)
        return false;
    int result = sqlite3_step(statement);

    if (result == SQLITE_ROW)
        return true;
    if (result != SQLITE_DONE)
        note_error(reading);
    sqlite3_reset(statement);
    return false;
}

void reading_done(sqlite3_stmt *statement)
{
    sqlite3_reset(statement); /* NULL is accepted */
}

/* --- columns --- */

gint64 reading_time(sqlite3_stmt *statement, int column)
{
    return CLAMP(sqlite3_column_int64(statement, column), 0, latest_us);
}

int64_t reading_number(sqlite3_stmt *statement, int column)
{
    const int64_t most = INT64_C(1) << 42; /* times a million, they still fit */

    if (sqlite3_column_type(statement, column) == SQLITE_NULL)
        return INT64_MIN; /* SAMPLE_UNKNOWN */
    return CLAMP(sqlite3_column_int64(statement, column), -most, most);
}

const char *reading_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);

    return text != NULL ? text : "";
}
