#include "app/recording/schema.h"

#include <string.h>

GQuark recording_error_quark(void)
{
    return g_quark_from_static_string("sidescope-recording-error-quark");
}

enum { BUSY_MS = 5000, MAX_VALUE_BYTES = 256 * 1024 * 1024, MAX_SQL_BYTES = 100 * 1000 };

/*
 * The tables besides those of samples. at_us and all other times are of the
 * recording: Unix microseconds by a clock that never jumps.
 */
static const char tables[] =
    /* one watched process; its identity is pid, start_ticks and boot_id */
    "CREATE TABLE run (\n"
    " id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, start_ticks INTEGER NOT NULL,\n"
    " boot_id TEXT NOT NULL, host TEXT NOT NULL, name TEXT NOT NULL, exe TEXT NOT NULL,\n"
    " command TEXT NOT NULL, go_version TEXT NOT NULL, pprof_url TEXT, pprof_why TEXT,\n"
    " is_sidecar INTEGER NOT NULL, macos INTEGER NOT NULL, backend TEXT NOT NULL,\n"
    " program_version TEXT NOT NULL,\n"
    " started_us INTEGER,\n"               /* wall clock: the process' own start; NULL: not known */
    " begun_us INTEGER NOT NULL,\n"        /* watched from here … */
    " last_us INTEGER NOT NULL,\n"         /* … to here */
    " ended_us INTEGER, end_state TEXT,\n" /* the process' end, when it was seen */
    /* samples before are at most one a minute, one in ten minutes */
    " thinned_us INTEGER NOT NULL DEFAULT 0, coarse_us INTEGER NOT NULL DEFAULT 0,\n"
    /* of its main module and of td; what it was open for when the watch began */
    " version TEXT, td_version TEXT, project TEXT,\n"
    " other_spaces TEXT\n" /* namespaces that are not those of sidescope */

    ") STRICT;\n"
    /* each time a sidescope wrote into the run; between two it was not watched */
    "CREATE TABLE sitting (\n"
    " run INTEGER NOT NULL, from_us INTEGER NOT NULL, until_us INTEGER NOT NULL,\n"
    " PRIMARY KEY (run, from_us)\n"
    ") STRICT, WITHOUT ROWID;\n"
    /* the sidescope that writes now; empty when the file is closed */
    "CREATE TABLE writer (\n"
    " pid INTEGER NOT NULL, start_ticks INTEGER NOT NULL, boot_id TEXT NOT NULL,\n"
    " since_us INTEGER NOT NULL\n"
    ") STRICT;\n"
    "CREATE TABLE text (id INTEGER PRIMARY KEY, bytes TEXT NOT NULL UNIQUE) STRICT;\n"
    /* a number over time */
    "CREATE TABLE metric (\n"
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, unit TEXT NOT NULL\n"
    ") STRICT;\n"
    "CREATE TABLE point (\n"
    " run INTEGER NOT NULL, metric INTEGER NOT NULL, at_us INTEGER NOT NULL,\n"
    " value REAL, clock INTEGER,\n"
    " PRIMARY KEY (run, metric, at_us)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE loose_tick (\n"
    " run INTEGER NOT NULL, at_us INTEGER NOT NULL, PRIMARY KEY (run, at_us)\n"
    ") STRICT, WITHOUT ROWID;\n"
    /* parts of a whole: kind is enum part_kind (functions, templates, files, goroutines, regions)
     */
    "CREATE TABLE part (\n"
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,\n"
    " UNIQUE (run, kind, name)\n"
    ") STRICT;\n"
    "CREATE TABLE part_tick (\n"
    " run INTEGER NOT NULL, kind INTEGER NOT NULL, at_us INTEGER NOT NULL,\n"
    " forget INTEGER NOT NULL,\n" /* 1: what was before this moment is of other parts */
    " PRIMARY KEY (run, kind, at_us)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE part_value (\n"
    " part INTEGER NOT NULL, at_us INTEGER NOT NULL, value INTEGER NOT NULL,\n"
    " PRIMARY KEY (part, at_us)\n"
    ") STRICT, WITHOUT ROWID;\n"
    /* printable stacks of the parts that are goroutines */
    "CREATE TABLE stack (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE descriptor (\n"
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, fd INTEGER NOT NULL, type TEXT NOT NULL,\n"
    " path INTEGER NOT NULL REFERENCES text, inode INTEGER NOT NULL, device INTEGER NOT NULL,\n"
    " first_seen_us INTEGER NOT NULL, born_us INTEGER NOT NULL, died_us INTEGER\n"
    ") STRICT;\n"
    "CREATE INDEX descriptor_open ON descriptor (run, born_us) WHERE died_us IS NULL;\n"
    "CREATE INDEX descriptor_died ON descriptor (run, died_us) WHERE died_us IS NOT NULL;\n"
    "CREATE TABLE descriptor_state (\n"
    " descriptor INTEGER NOT NULL, at_us INTEGER NOT NULL, offset INTEGER, flags INTEGER,\n"
    " size INTEGER, watches INTEGER, detail TEXT NOT NULL, deleted INTEGER NOT NULL,\n"
    " access TEXT NOT NULL, cls TEXT NOT NULL, peer TEXT,\n"
    " PRIMARY KEY (descriptor, at_us)\n"
    ") STRICT, WITHOUT ROWID;\n"
    /* the censuses from which growth by path and template counts */
    "CREATE TABLE census_base (\n"
    " run INTEGER NOT NULL, at_us INTEGER NOT NULL, PRIMARY KEY (run, at_us)\n"
    ") STRICT, WITHOUT ROWID;\n"
    "CREATE TABLE region (\n"
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, start INTEGER NOT NULL,\n"
    " \"end\" INTEGER NOT NULL, perms TEXT NOT NULL, cls TEXT NOT NULL,\n"
    " name INTEGER NOT NULL REFERENCES text, resident_bytes INTEGER, pss_bytes INTEGER,\n"
    " dirty_bytes INTEGER, swapped_bytes INTEGER, lazyfree_bytes INTEGER, count INTEGER,\n"
    " from_us INTEGER NOT NULL, until_us INTEGER\n"
    ") STRICT;\n"
    "CREATE INDEX region_mapped ON region (run, from_us) WHERE until_us IS NULL;\n"
    "CREATE INDEX region_until ON region (run, until_us) WHERE until_us IS NOT NULL;\n"
    /* cls 'total' is of all of them */
    "CREATE TABLE region_class (\n"
    " run INTEGER NOT NULL, cls TEXT NOT NULL, at_us INTEGER NOT NULL, count INTEGER,\n"
    " virtual_bytes INTEGER, resident_bytes INTEGER, pss_bytes INTEGER, dirty_bytes INTEGER,\n"
    " swapped_bytes INTEGER, lazyfree_bytes INTEGER, growth_resident_bytes INTEGER NOT NULL,\n"
    " growth_count INTEGER NOT NULL,\n"
    " PRIMARY KEY (run, cls, at_us)\n"
    ") STRICT, WITHOUT ROWID;\n"
    /* profile.proto in gzip; keep, here and below: 0 goes when it is old, 1 stays, 2 is a capture
     * (all kinds at one moment, beside what samples have) */
    "CREATE TABLE profile (\n"
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, at_us INTEGER NOT NULL,\n"
    " keep INTEGER NOT NULL, bytes BLOB NOT NULL\n"
    ") STRICT;\n"
    "CREATE INDEX profile_at ON profile (run, kind, at_us);\n"
    /* goroutine?debug=2 or 1 as it was sent, in gzip */
    "CREATE TABLE dump (\n"
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at_us INTEGER NOT NULL,\n"
    " source TEXT NOT NULL, keep INTEGER NOT NULL, bytes BLOB NOT NULL\n"
    ") STRICT;\n"
    "CREATE INDEX dump_at ON dump (run, at_us);\n"
    /* lists without a table of their own, as JSON in gzip: threads, databases, zones,
     * watches */
    "CREATE TABLE detail (\n"
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, at_us INTEGER NOT NULL,\n"
    " keep INTEGER NOT NULL, bytes BLOB NOT NULL\n"
    ") STRICT;\n"
    "CREATE INDEX detail_at ON detail (run, kind, at_us);\n"
    "CREATE TABLE event (\n"
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at_us INTEGER NOT NULL, kind TEXT NOT NULL,\n"
    " severity TEXT NOT NULL, key TEXT NOT NULL, label TEXT NOT NULL, data TEXT\n"
    ") STRICT;\n"
    "CREATE INDEX event_at ON event (run, at_us);\n"
    /* what the triage said from then on; step '' is all of it */
    "CREATE TABLE verdict (\n"
    " run INTEGER NOT NULL, step TEXT NOT NULL, at_us INTEGER NOT NULL, verdict TEXT NOT NULL,\n"
    " summary TEXT NOT NULL,\n"
    " PRIMARY KEY (run, step, at_us)\n"
    ") STRICT, WITHOUT ROWID;\n";

/* The moments at which points are repeated, see point. */
static void declare_ticks(GString *sql)
{
    g_string_append(sql, "CREATE VIEW tick (run, clock, at_us) AS\n");
    for (int kind = 0; kind < PROBE_N_KINDS; kind++)
        g_string_append_printf(sql, " SELECT run, %d, taken_us FROM %s UNION ALL\n",
                               RECORDING_CLOCK_OF(kind), probe_info((enum probe_kind)kind)->name);
    g_string_append_printf(
        sql,
        " SELECT DISTINCT run, %d, regions_us FROM memory WHERE regions_us IS NOT NULL\n"
        " UNION ALL SELECT run, %d, at_us FROM loose_tick\n"
        " UNION ALL SELECT run, 16 + kind, at_us FROM part_tick;\n",
        RECORDING_CLOCK_WALK, RECORDING_CLOCK_LOOSE);
}

/* --- tables of samples: the columns are those of the records --- */

const struct sql_columns *schema_columns(enum probe_kind kind, int part)
{
    static const struct sql_columns of_all = {&record_sample, ""};
    static const struct sql_columns of_kind[PROBE_N_KINDS] = {
#define PROBE_COLUMNS(KIND, name, ...) [PROBE_##KIND] = {&record_##name, ""},
        PROBE_TABLE(PROBE_COLUMNS)
#undef PROBE_COLUMNS
    };
    static const struct sql_columns besides[PROBE_N_KINDS] = {
        [PROBE_HEAP] = {&record_memstats, "ms_"}};
    const struct sql_columns *const parts[] = {&of_all, &of_kind[kind], &besides[kind]};
    const struct sql_columns *columns = parts[part];

    return columns->record != NULL ? columns : NULL;
}

/* create: "CREATE TABLE", or of which kind. */
static void declare_kind(GString *sql, enum probe_kind kind, const char *create)
{
    g_string_append_printf(sql, "%s %s (\n at_us INTEGER PRIMARY KEY, run INTEGER NOT NULL", create,
                           probe_info(kind)->name);
    for (int part = 0; part < SCHEMA_N_PARTS; part++) {
        const struct sql_columns *columns = schema_columns(kind, part);

        if (columns != NULL)
            sql_record_declare(sql, columns);
    }
    g_string_append(sql, kind == PROBE_FILES ? ",\n listed INTEGER\n) STRICT;\n" : "\n) STRICT;\n");
}

/* All of it as SQL. Free with g_free. */
static char *schema_sql(void)
{
    GString *sql = g_string_new(NULL);

    for (int kind = 0; kind < PROBE_N_KINDS; kind++)
        declare_kind(sql, (enum probe_kind)kind, "CREATE TABLE");
    g_string_append(sql, tables);
    declare_ticks(sql);
    return g_string_free(sql, FALSE);
}

/* --- opening --- */

static enum recording_error code_of(int result)
{
    switch (result & 0xff) {
    case SQLITE_FULL:
        return RECORDING_ERROR_FULL;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        return RECORDING_ERROR_FORMAT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return RECORDING_ERROR_BUSY;
    default:
        return RECORDING_ERROR_FILE;
    }
}

/* SQLite's own words say neither what it means here nor what to do. */
static const char *words_of(sqlite3 *db)
{
    static const struct {
        int result;
        const char *words;
    } words[] = {
        {SQLITE_FULL, "the disk is full"},
        {SQLITE_NOTADB, "it is no recording: not a database at all"},
        {SQLITE_CORRUPT, "the recording is damaged"},
        {SQLITE_READONLY, "it may not be written: the file or its directory is read-only"},
        {SQLITE_BUSY, "another program holds it locked"},
        {SQLITE_PERM, "you have no right to open it"},
        {SQLITE_TOOBIG, "something in it is larger than anything sidescope writes"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if ((sqlite3_errcode(db) & 0xff) == words[i].result)
            return words[i].words;
    if (sqlite3_system_errno(db) != 0)
        return g_strerror(sqlite3_system_errno(db));
    return sqlite3_errmsg(db);
}

void schema_fail(sqlite3 *db, const char *path, GError **error)
{
    g_set_error(error, RECORDING_ERROR, (int)code_of(sqlite3_errcode(db)), "%s: %s", path,
                words_of(db));
}

sqlite3 *schema_open(const char *path, int flags, GError **error)
{
    sqlite3 *db = NULL;

    if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) !=
        SQLITE_OK) {
        schema_fail(db, path, error);
        sqlite3_close(db);
        return NULL;
    }
    /* the file may be anybody's */
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES);
    sqlite3_busy_timeout(db, BUSY_MS);
    return db;
}

static bool ask_number(sqlite3 *db, const char *sql, gint64 *ret)
{
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_ROW;

    if (ok)
        *ret = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return ok;
}

bool schema_is_empty(sqlite3 *db)
{
    gint64 n = -1;

    return ask_number(db, "SELECT count(*) FROM sqlite_schema", &n) && n == 0;
}

bool schema_check(sqlite3 *db, const char *path, GError **error)
{
    gint64 id = 0, version = 0;

    if (!ask_number(db, "PRAGMA application_id", &id) ||
        !ask_number(db, "PRAGMA user_version", &version)) {
        schema_fail(db, path, error);
        return false;
    }
    if (id == SCHEMA_APPLICATION_ID && version > SCHEMA_VERSION) {
        g_set_error(error, RECORDING_ERROR, RECORDING_ERROR_NEWER,
                    "%s: a later version of sidescope wrote it (format %" G_GINT64_FORMAT
                    ", this one reads up to %d): use that version",
                    path, version, SCHEMA_VERSION);
        return false;
    }
    if (id == SCHEMA_APPLICATION_ID && version == SCHEMA_VERSION)
        return true;
    g_set_error(error, RECORDING_ERROR, RECORDING_ERROR_FORMAT,
                "%s: it is a database, but no recording of sidescope", path);
    return false;
}

bool schema_create(sqlite3 *db, GError **error)
{
    g_autofree char *sql = schema_sql();
    g_autofree char *marks =
        g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                        SCHEMA_APPLICATION_ID, SCHEMA_VERSION);

    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, marks, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    schema_fail(db, "a new recording", error);
    return false;
}

/* --- columns that came later --- */

static GHashTable *columns_in(sqlite3 *db, const char *table)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?)", -1, &statement, NULL) ==
        SQLITE_OK) {
        sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC);
        while (sqlite3_step(statement) == SQLITE_ROW)
            g_hash_table_add(names, g_strdup((const char *)sqlite3_column_text(statement, 0)));
    }
    sqlite3_finalize(statement);
    return names;
}

static bool add_column(sqlite3 *db, const char *table, const struct sql_columns *columns, size_t i)
{
    const struct record one = {&columns->record->members[i], 1, 0};
    g_autoptr(GString) declared = g_string_new(NULL);
    g_autofree char *sql = NULL;

    sql_record_declare(declared, &(struct sql_columns){&one, columns->prefix});
    sql = g_strdup_printf("ALTER TABLE %s ADD COLUMN %s", table, declared->str + strlen(",\n "));
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool add_columns(sqlite3 *db, const char *table, const struct sql_columns *columns)
{
    g_autoptr(GHashTable) there = columns_in(db, table);

    for (size_t i = 0; i < columns->record->n; i++) {
        g_autofree char *name =
            g_strconcat(columns->prefix, columns->record->members[i].name, NULL);

        if (!g_hash_table_contains(there, name) && !add_column(db, table, columns, i))
            return false;
    }
    return true;
}

static bool add_parts(sqlite3 *db, enum probe_kind kind)
{
    for (int part = 0; part < SCHEMA_N_PARTS; part++) {
        const struct sql_columns *columns = schema_columns(kind, part);

        if (columns != NULL && !add_columns(db, probe_info(kind)->name, columns))
            return false;
    }
    return true;
}

/* Tables of the kinds that came later and are not there. */
static bool add_tables(sqlite3 *db, const char *create, bool *ret_any)
{
    *ret_any = false;
    for (int kind = SCHEMA_N_FIRST_KINDS; kind < PROBE_N_KINDS; kind++) {
        g_autoptr(GHashTable) there = columns_in(db, probe_info((enum probe_kind)kind)->name);
        g_autoptr(GString) sql = g_string_new(NULL);

        if (g_hash_table_size(there) > 0)
            continue;
        declare_kind(sql, (enum probe_kind)kind, create);
        if (sqlite3_exec(db, sql->str, NULL, NULL, NULL) != SQLITE_OK)
            return false;
        *ret_any = true;
    }
    return true;
}

static bool renew_ticks(sqlite3 *db)
{
    g_autoptr(GString) sql = g_string_new("DROP VIEW IF EXISTS tick;\n");

    declare_ticks(sql);
    return sqlite3_exec(db, sql->str, NULL, NULL, NULL) == SQLITE_OK;
}

static const char *const later_of_run[] = {"version", "td_version", "project", "other_spaces"};

bool schema_has_run_words(sqlite3 *db)
{
    g_autoptr(GHashTable) there = columns_in(db, "run");

    for (size_t i = 0; i < G_N_ELEMENTS(later_of_run); i++)
        if (!g_hash_table_contains(there, later_of_run[i]))
            return false;
    return true;
}

static bool add_run_words(sqlite3 *db)
{
    g_autoptr(GHashTable) there = columns_in(db, "run");

    for (size_t i = 0; i < G_N_ELEMENTS(later_of_run); i++) {
        g_autofree char *sql =
            g_strdup_printf("ALTER TABLE run ADD COLUMN %s TEXT", later_of_run[i]);

        if (!g_hash_table_contains(there, later_of_run[i]) &&
            sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
            return false;
    }
    return true;
}

bool schema_add_columns(sqlite3 *db, GError **error)
{
    bool any,
        ok = add_tables(db, "CREATE TABLE", &any) && (!any || renew_ticks(db)) && add_run_words(db);

    for (int kind = 0; ok && kind < PROBE_N_KINDS; kind++)
        ok = add_parts(db, (enum probe_kind)kind);
    if (!ok)
        schema_fail(db, "the recording", error);
    return ok;
}

bool schema_add_missing(sqlite3 *db, GError **error)
{
    bool any, ok = add_tables(db, "CREATE TEMP TABLE", &any);

    if (!ok)
        schema_fail(db, "the recording", error);
    return ok;
}
