#include "app/recording/writer.h"

#include "app/recording/boot.h"
#include "probes/platform.h"
#include "probes/secrets.h"
#include "widgets/safe_text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* --- who writes --- */

/* 0: it does not live; one that was killed and not collected by its parent writes no more. */
static uint64_t start_of(pid_t pid)
{
    struct platform_options options = {0};
    g_autoptr(process_entry_auto) process = platform_describe(&options, pid, NULL);

    return process != NULL && process->state != 'Z' ? process->id.start_ticks : 0;
}

static bool sign(struct writer *writer, GError **error)
{
    g_autofree char *boot = boot_id();
    /* Another sidescope that lives, by the mark it left in the file; 0: nobody. A mark of one that
     * was killed is worth nothing. */
    sqlite3_stmt *row =
        sql_prepare(&writer->sql, "SELECT pid, start_ticks, boot_id FROM writer LIMIT 1");
    pid_t other = 0;

    while (sql_step(&writer->sql, row)) {
        pid_t its = (pid_t)sqlite3_column_int64(row, 0);
        const char *its_boot = (const char *)sqlite3_column_text(row, 2);

        if (g_strcmp0(its_boot, boot) == 0 &&
            start_of(its) == (uint64_t)sqlite3_column_int64(row, 1))
            other = its;
    }

    if (other != 0) {
        g_set_error(error, RECORDING_ERROR, RECORDING_ERROR_BUSY,
                    "%s: process %d writes this recording already; end it first, or choose "
                    "another file",
                    writer->path, (int)other);
        return false;
    }
    sql_run(&writer->sql, "DELETE FROM writer", "");
    sql_run(&writer->sql, "INSERT INTO writer VALUES (?, ?, ?, ?)", "iiti", (gint64)getpid(),
            (gint64)start_of(getpid()), boot, g_get_real_time());
    if (writer->sql.failed)
        schema_fail(writer->db, writer->path, error);
    return !writer->sql.failed;
}

/* --- opening --- */

static bool exec(struct writer *writer, const char *sql, GError **error)
{
    if (sqlite3_exec(writer->db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    schema_fail(writer->db, writer->path, error);
    return false;
}

/* Nothing is written into a file that is something else. */
static bool prepare(struct writer *writer, GError **error)
{
    bool fresh = schema_is_empty(writer->db);

    if (!fresh && !schema_check(writer->db, writer->path, error))
        return false;
    if (fresh && !exec(writer, "PRAGMA page_size = 4096", error))
        return false;
    if (!exec(
            writer,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            "PRAGMA journal_size_limit = 4000000; PRAGMA wal_autocheckpoint = 500; BEGIN IMMEDIATE",
            error))
        return false;
    bool ok = (fresh ? schema_create(writer->db, error) : schema_add_columns(writer->db, error)) &&
              sign(writer, error);

    return exec(writer, ok ? "COMMIT" : "ROLLBACK", ok ? error : NULL) && ok;
}

static void make_inserts(struct writer *writer)
{
    for (int kind = 0; kind < PROBE_N_KINDS; kind++) {
        GString *sql = g_string_new(NULL);
        bool files = kind == PROBE_FILES;

        g_string_append_printf(sql, "INSERT INTO %s (at_us, run%s",
                               probe_info((enum probe_kind)kind)->name, files ? ", listed" : "");
        for (int part = 0; part < SCHEMA_N_PARTS; part++)
            if (schema_columns((enum probe_kind)kind, part) != NULL)
                sql_record_names(sql, schema_columns((enum probe_kind)kind, part));
        g_string_append(sql, files ? ") VALUES (?, ?, ?" : ") VALUES (?, ?");
        for (int part = 0; part < SCHEMA_N_PARTS; part++)
            if (schema_columns((enum probe_kind)kind, part) != NULL)
                sql_record_marks(sql, schema_columns((enum probe_kind)kind, part));
        g_string_append_c(sql, ')');
        writer->insert[kind] = g_string_free(sql, FALSE);
    }
}

struct writer *writer_open(const char *path, gint64 max_bytes, GError **error)
{
    bool made;

    /* What is in a recording is the user's business only. */
    int fd = g_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    made = fd >= 0;
    if (fd < 0 && errno != EEXIST) {
        g_set_error(error, RECORDING_ERROR, RECORDING_ERROR_FILE, "%s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    if (fd >= 0)
        close(fd);
    struct writer *writer = g_new0(struct writer, 1);

    writer->path = g_strdup(path);
    writer->max_bytes = max_bytes;
    writer->verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    for (int kind = 0; kind < PART_N_KINDS; kind++)
        writer->parts[kind] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    writer->db = schema_open(path, SQLITE_OPEN_READWRITE, error);
    sql_init(&writer->sql, writer->db);
    make_inserts(writer);
    if (writer->db != NULL && prepare(writer, error))
        return writer;
    g_clear_pointer(&writer->sql.statements, g_hash_table_unref);
    sqlite3_close(g_steal_pointer(&writer->db));
    writer_close(writer);
    if (made)
        g_unlink(path);
    return NULL;
}

gint64 writer_newest_us(struct writer *writer)
{
    return sql_number(&writer->sql, "SELECT max(last_us) FROM run", 0);
}

/* --- runs --- */

static gint64 find_run(struct writer *writer)
{
    const struct target *target = writer->target;
    sqlite3_stmt *row = sql_bind(
        &writer->sql,
        "SELECT id FROM run WHERE pid = ? AND start_ticks = ? AND boot_id = ? AND ended_us IS NULL "
        "AND (pid <> 0 OR pprof_url IS ?) ORDER BY id DESC LIMIT 1",
        "iitt", (gint64)target->id.pid, (gint64)target->id.start_ticks, writer->boot_id,
        target->pprof_url);
    gint64 run = 0;

    while (sql_step(&writer->sql, row))
        run = sqlite3_column_int64(row, 0);
    return run;
}

static const char *backend_name(const struct target *target)
{
    static const char *const names[] = {
        [PLATFORM_AUTO] = "auto", [PLATFORM_PROCFS] = "procfs", [PLATFORM_COMMANDS] = "commands"};

    return names[target->platform.backend];
}

static void add_run(struct writer *writer, gint64 at_us)
{
    const struct target *target = writer->target;
#ifdef __APPLE__
    const bool macos = true;
#else
    const bool macos = false;
#endif

    g_autofree char *command = secrets_hide(target->cmdline); /* recordings are passed on */

    sql_run(&writer->sql,
            "INSERT INTO run (pid, start_ticks, boot_id, host, name, exe, command, go_version, "
            "pprof_url, pprof_why, is_sidecar, macos, backend, program_version, started_us, "
            "begun_us, last_us, version, td_version, project, other_spaces) VALUES "
            "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            "iittttttttiittuiitttt", (gint64)target->id.pid, (gint64)target->id.start_ticks,
            writer->boot_id, g_get_host_name(), target->name, target->exe, command,
            target->go_version, target->pprof_url, target->pprof_why, (gint64)target->is_sidecar,
            (gint64)macos, backend_name(target), SIDESCOPE_VERSION,
            target->started_real_us != 0 ? (gint64)target->started_real_us : SAMPLE_UNKNOWN, at_us,
            at_us, target->version, target->td_version, target->project, target->other_spaces);
    writer->run = sqlite3_last_insert_rowid(writer->db);
    write_event(writer, at_us, "begin", "info", "", "", NULL);
}

/* What is in the file of the run, from scratch. */
static void begin_run(struct writer *writer, gint64 at_us)
{
    gint64 run = find_run(writer);

    writer->run = run;
    write_lists_clear(writer);
    if (run != 0) {
        sqlite3_stmt *row =
            sql_bind(&writer->sql, "SELECT last_us FROM run WHERE id = ?", "i", writer->run);
        gint64 last_us = at_us;

        while (sql_step(&writer->sql, row))
            last_us = sqlite3_column_int64(row, 0);
        g_autofree char *data = g_strdup_printf(
            "{\"from_us\":%" G_GINT64_FORMAT ",\"until_us\":%" G_GINT64_FORMAT "}", last_us, at_us);

        write_event(writer, at_us, "gap", "info", "", "", data);
    } else {
        add_run(writer, at_us);
    }
    writer->sitting_us = at_us;
    sql_run(&writer->sql, "INSERT OR IGNORE INTO sitting VALUES (?, ?, ?)", "iii", writer->run,
            at_us, at_us);
    g_hash_table_remove_all(writer->verdicts);
    for (int kind = 0; kind < DETAILS_N_KINDS; kind++)
        g_clear_pointer(&writer->details[kind], g_free);
    writer->heap_seen = false;
    writer->keep_profile = writer->keep_dump = run == 0;
    write_points_load(writer);
    write_lists_load(writer);
    writer->lost = false;
}

/* --- items --- */

void write_event(struct writer *writer, gint64 at_us, const char *kind, const char *severity,
                 const char *key, const char *label, const char *json)
{
    sql_run(&writer->sql,
            "INSERT INTO event (run, at_us, kind, severity, key, label, data) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            "iittttt", writer->run, at_us, kind, severity != NULL ? severity : "",
            key != NULL ? key : "", label != NULL ? label : "", json);
}

static void write_sample(struct writer *writer, const struct item *item)
{
    const struct sample *sample = item->sample;
    /* at_us is the key of the table */
    gint64 at_us = MAX(item->at_us, writer->row_us[sample->kind] + 1);

    writer->row_us[sample->kind] = at_us;
    sqlite3_stmt *statement = sql_prepare(&writer->sql, writer->insert[sample->kind]);
    const struct files_sample *files = (const struct files_sample *)sample;
    int column = 3;

    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, at_us);
        sqlite3_bind_int64(statement, 2, writer->run);
        if (sample->kind == PROBE_FILES && files->by_type[0] != SAMPLE_UNKNOWN)
            sqlite3_bind_int64(statement, 3, (gint64)files->n_fds);
        column += sample->kind == PROBE_FILES;
        for (int part = 0; part < SCHEMA_N_PARTS; part++) {
            const struct sql_columns *columns = schema_columns(sample->kind, part);

            if (columns != NULL) {
                /* The parts of the sample after its base. */
                column = sql_record_bind(statement, column, columns->record,
                                         part < 2 ? (const void *)sample
                                                  : ((const struct heap_sample *)sample)->memstats,
                                         &writer->axis);
            }
        }
        sql_step(&writer->sql, statement);
    }
    write_points(writer, item);
    write_parts(writer, item);
    if (sample->kind == PROBE_FILES)
        write_files(writer, (const struct files_sample *)sample, at_us);
    else if (sample->kind == PROBE_MEMORY)
        write_regions(writer, (const struct memory_sample *)sample, at_us);
    write_blobs(writer, item, at_us);
}

static void write_end(struct writer *writer, const struct item *item)
{
    static const char *const names[] = {[PROCESS_ALIVE] = "alive",
                                        [PROCESS_ZOMBIE] = "zombie",
                                        [PROCESS_ENDED] = "ended",
                                        [PROCESS_REPLACED] = "replaced"};
    gint64 at_us = axis_of(&writer->axis, item->end.at_us);

    sql_run(&writer->sql, "UPDATE run SET ended_us = ?, end_state = ? WHERE id = ?", "iti", at_us,
            names[item->end.state], writer->run);
    write_event(writer, at_us, "target-ended", "bad", "", names[item->end.state], NULL);
    write_blobs_keep(writer);
}

/* A sentence without its numbers and their units: "12m of observation" says each time the same. */
static char *shape_of(const char *text)
{
    GString *shape = g_string_new(NULL);
    bool number = false;

    for (const char *at = text; *at != '\0'; at++) {
        bool digit = g_ascii_isdigit(*at) || (number && strchr(".,", *at) != NULL);

        if (!digit && !(number && g_ascii_isalpha(*at)))
            g_string_append_c(shape, *at);
        number = digit || (number && g_ascii_isalpha(*at));
    }
    return g_string_free(shape, FALSE);
}

static void write_verdicts(struct writer *writer, const struct item *item)
{
    for (guint i = 0; i < item->verdicts->len; i++) {
        const struct item_verdict *verdict = &g_array_index(item->verdicts, struct item_verdict, i);
        g_autofree char *shape = shape_of(verdict->summary);
        g_autofree char *now = g_strconcat(verdict->verdict, " ", shape, NULL);
        const char *before = g_hash_table_lookup(writer->verdicts, verdict->step);

        if (g_strcmp0(before, now) == 0)
            continue;
        sql_run(&writer->sql, "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?)", "ititt",
                writer->run, verdict->step, item->at_us, verdict->verdict, verdict->summary);
        if (*verdict->step == '\0' &&
            (before == NULL || !g_str_has_prefix(before, verdict->verdict)))
            write_event(writer, item->at_us, "verdict", verdict->verdict, "", verdict->summary,
                        NULL);
        g_hash_table_replace(writer->verdicts, (void *)(uintptr_t)verdict->step,
                             g_steal_pointer(&now));
    }
}

static void write_item(struct writer *writer, const struct item *item)
{
    writer->last_us = MAX(writer->last_us, item->at_us);
    if (item->kind == ITEM_RUN) {
        target_free(writer->target);
        g_free(writer->boot_id);
        writer->target = target_copy(item->target);
        writer->boot_id = g_strdup(item->boot_id);
        writer->axis = item->axis;
        begin_run(writer, item->at_us);
    } else if (item->kind == ITEM_CLOCK) {
        writer->axis = item->axis;
    } else if (writer->run == 0) {
        return;
    } else if (item->kind == ITEM_SAMPLE) {
        write_sample(writer, item);
    } else if (item->kind == ITEM_MARK) {
        write_event(writer, item->at_us, "mark", "info", "", item->label, NULL);
        write_blobs_keep(writer);
        writer->base_due = true;
        writer->base_after_us = item->t_us;
    } else if (item->kind == ITEM_END) {
        write_end(writer, item);
    } else if (item->kind == ITEM_EVENT) {
        write_event(writer, item->at_us, item->event, item->severity, item->key, item->label,
                    item->json);
    } else if (item->kind == ITEM_VERDICT) {
        write_verdicts(writer, item);
    } else {
        write_snapshot(writer, item);
    }
}

/* --- a batch --- */

static void drop_samples(GQueue *items)
{
    for (GList *link = items->head; link != NULL;) {
        GList *next = link->next;
        struct item *item = link->data;

        if (item->kind == ITEM_SAMPLE) {
            item_free(item);
            g_queue_delete_link(items, link);
        }
        link = next;
    }
}

static void free_item(gpointer item)
{
    item_free(item);
}

bool writer_write(struct writer *writer, GQueue *items)
{
    sql_run(&writer->sql, "BEGIN IMMEDIATE", "");
    if (writer->lost && writer->target != NULL && items->head != NULL)
        begin_run(writer, ((const struct item *)items->head->data)->at_us);
    for (GList *link = items->head; link != NULL && !writer->sql.failed; link = link->next)
        write_item(writer, link->data);
    if (writer->run != 0) {
        sql_run(&writer->sql, "UPDATE run SET last_us = ? WHERE id = ?", "ii", writer->last_us,
                writer->run);
        sql_run(&writer->sql, "UPDATE sitting SET until_us = ? WHERE run = ? AND from_us = ?",
                "iii", writer->last_us, writer->run, writer->sitting_us);
    }
    thin(writer);
    gint64 pages = sql_number(&writer->sql, "PRAGMA page_count", 0);

    sql_run(&writer->sql, "COMMIT", "");
    if (writer->sql.failed) {
        /* The file is as after the last commit; what we know of it is not. */
        g_autoptr(GError) error = NULL;

        schema_fail(writer->db, writer->path, &error);
        writer->full_disk = error->code == RECORDING_ERROR_FULL;
        g_strlcpy(writer->problem, error->message, sizeof writer->problem);
        writer->sql.failed = false;
        g_hash_table_remove_all(writer->sql.statements);
        sqlite3_exec(writer->db, "ROLLBACK", NULL, NULL, NULL);
        writer->lost = true;
        drop_samples(items);
        return false;
    }
    writer->bytes = pages * SCHEMA_PAGE_BYTES;
    writer->problem[0] = '\0';
    writer->full_disk = false;
    g_queue_clear_full(items, free_item);
    return true;
}

gint64 writer_bytes(const struct writer *writer)
{
    return writer->bytes;
}

/* --- the end --- */

void writer_close(struct writer *writer)
{
    if (writer == NULL)
        return;
    if (writer->db != NULL) {
        /* One plain file again; readers that are still there keep it as it is, which is fine as
         * well. */
        sql_run(&writer->sql, "DELETE FROM writer", "");
        sql_clear(&writer->sql);
        sqlite3_busy_timeout(writer->db, 0);
        sqlite3_exec(writer->db, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE",
                     NULL, NULL, NULL);
        sqlite3_close(writer->db);
    }
    write_lists_clear(writer);
    g_hash_table_unref(writer->verdicts);
    for (int kind = 0; kind < PART_N_KINDS; kind++)
        g_hash_table_unref(writer->parts[kind]);
    for (int kind = 0; kind < PROBE_N_KINDS; kind++)
        g_free(writer->insert[kind]);
    for (int kind = 0; kind < DETAILS_N_KINDS; kind++)
        g_free(writer->details[kind]);
    target_free(writer->target);
    g_free(writer->boot_id);
    g_free(writer->path);
    g_free(writer);
}
