#include "app/recording/reader.h"

#include "app/recording/reading.h"
#include "app/recording/run_points.h"
#include "app/recording/run_samples.h"
#include "app/session/series.h"

#include <string.h>

enum {
    MAX_RUNS = 10 * 1000,
    MAX_ROWS = 200 * 1000, /* of events, verdicts, sittings; the newest are left out */
};

/* What has been read of a run. */
struct loaded {
    struct run_points *points;
    struct run_samples *samples;
};

struct reader {
    struct reading reading;
    GArray *runs;       /* struct reader_run */
    GHashTable *loaded; /* gint64 -> struct loaded */
    bool is_written;
};

/* --- runs --- */

static void clear_run(void *data)
{
    struct reader_run *run = data;

    target_free(run->target);
    g_free(run->host);
    g_free(run->boot_id);
    g_free(run->program_version);
}

static char *text(sqlite3_stmt *statement, int column)
{
    return g_strdup(reading_text(statement, column));
}

/* NULL stays NULL. */
static char *optional(sqlite3_stmt *statement, int column)
{
    return g_strdup((const char *)sqlite3_column_text(statement, column));
}

#define RUN_COLUMNS                                                                                \
    "SELECT id, pid, start_ticks, boot_id, host, name, exe, command, go_version, pprof_url,"       \
    " pprof_why, is_sidecar, macos, backend, program_version, started_us, begun_us, last_us,"      \
    " ended_us, end_state"
#define RUN_ORDER " FROM run ORDER BY begun_us, id"

static const char all_of_runs[] =
    RUN_COLUMNS ", version, td_version, project, other_spaces" RUN_ORDER;
/* of a file that an earlier sidescope wrote */
static const char old_runs[] = RUN_COLUMNS ", NULL, NULL, NULL, NULL" RUN_ORDER;

static struct target *read_target(sqlite3_stmt *statement)
{
    struct target *target = g_new0(struct target, 1);

    target->id.pid = (pid_t)CLAMP(sqlite3_column_int64(statement, 1), 0, G_MAXINT);
    target->id.start_ticks = (uint64_t)sqlite3_column_int64(statement, 2);
    target->name = text(statement, 5);
    target->exe = text(statement, 6);
    target->cmdline = text(statement, 7);
    target->go_version = text(statement, 8);
    target->pprof_url = optional(statement, 9);
    target->pprof_why = optional(statement, 10);
    target->is_sidecar = sqlite3_column_int(statement, 11) != 0;
    target->version = optional(statement, 20);
    target->td_version = optional(statement, 21);
    target->project = optional(statement, 22);
    target->other_spaces = optional(statement, 23);
    target->started_real_us = reading_time(statement, 15);
    if (!platform_backend_parse(reading_text(statement, 13), &target->platform.backend))
        target->platform.backend = PLATFORM_AUTO; /* of another system */
    return target;
}

static enum process_state end_state(const char *name)
{
    if (strcmp(name, "zombie") == 0)
        return PROCESS_ZOMBIE;
    return strcmp(name, "replaced") == 0 ? PROCESS_REPLACED : PROCESS_ENDED;
}

static GArray *read_runs(struct reading *reading)
{
    GArray *runs = g_array_new(FALSE, FALSE, sizeof(struct reader_run));
    sqlite3_stmt *statement =
        reading_ask(reading, schema_has_run_words(reading->db) ? all_of_runs : old_runs, NULL, 0);

    g_array_set_clear_func(runs, clear_run);
    while (runs->len < MAX_RUNS && reading_row(reading, statement)) {
        struct reader_run run = {
            .id = sqlite3_column_int64(statement, 0),
            .target = read_target(statement),
            .boot_id = text(statement, 3),
            .host = text(statement, 4),
            .macos = sqlite3_column_int(statement, 12) != 0,
            .program_version = text(statement, 14),
            .begun_us = reading_time(statement, 16),
            .last_us = reading_time(statement, 17),
            .ended = sqlite3_column_type(statement, 18) != SQLITE_NULL,
        };

        if (run.ended)
            run.end = (struct session_end){.state = end_state(reading_text(statement, 19)),
                                           .at_us = reading_time(statement, 18),
                                           .at_real_us = reading_time(statement, 18)};

        g_array_append_val(runs, run);
    }
    reading_done(statement);
    return runs;
}

/* --- life --- */

static void loaded_free(void *data)
{
    struct loaded *loaded = data;

    run_points_free(loaded->points);
    run_samples_free(loaded->samples);
    g_free(loaded);
}

bool reader_refresh(struct reader *reader, GError **error)
{
    struct reading *reading = &reader->reading;

    reading_begin(reading);
    g_autoptr(GArray) runs = read_runs(reading);
    sqlite3_stmt *statement = reading_ask(reading, "SELECT 1 FROM writer LIMIT 1", NULL, 0);
    bool is_written = reading_row(reading, statement);

    reading_done(statement);
    if (!reading_end(reading, error))
        return false;
    g_clear_pointer(&reader->runs, g_array_unref);
    reader->runs = g_steal_pointer(&runs);
    reader->is_written = is_written;
    return true;
}

struct reader *reader_open(const char *path, GError **error)
{
    g_autoptr(reader_auto) reader = g_new0(struct reader, 1);

    reader->loaded = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, loaded_free);
    if (!reading_open(&reader->reading, path, error) || !reader_refresh(reader, error))
        return NULL;
    return g_steal_pointer(&reader);
}

void reader_free(struct reader *reader)
{
    if (reader == NULL)
        return;
    g_clear_pointer(&reader->runs, g_array_unref);
    g_hash_table_unref(reader->loaded);
    reading_clear(&reader->reading);
    g_free(reader);
}

const char *reader_path(const struct reader *reader)
{
    return reader->reading.path;
}

bool reader_is_written(const struct reader *reader)
{
    return reader->is_written;
}

size_t reader_n_runs(const struct reader *reader)
{
    return reader->runs->len;
}

const struct reader_run *reader_run(const struct reader *reader, size_t i)
{
    return &g_array_index(reader->runs, struct reader_run, i);
}

bool reader_run_at(const struct reader *reader, gint64 at_us, size_t *ret)
{
    size_t n = reader_n_runs(reader), best = 0;

    for (size_t i = 1; i < n; i++)
        if (reader_run(reader, i)->begun_us <= at_us)
            best = i;
    *ret = best;
    return n > 0;
}

/* --- what happened --- */

/* Ends a question that filled array. */
static GArray *answer(struct reader *reader, sqlite3_stmt *statement, GArray *array, GError **error)
{
    reading_done(statement);
    if (!reading_end(&reader->reading, error))
        g_clear_pointer(&array, g_array_unref);
    return array;
}

GArray *reader_sittings(struct reader *reader, size_t run, GError **error)
{
    struct reading *reading = &reader->reading;
    GArray *sittings = g_array_new(FALSE, FALSE, sizeof(struct reader_sitting));

    reading_begin(reading);
    sqlite3_stmt *statement =
        READING_ASK(reading, "SELECT from_us, until_us FROM sitting WHERE run = ? ORDER BY from_us",
                    reader_run(reader, run)->id);

    while (sittings->len < MAX_ROWS && reading_row(reading, statement)) {
        struct reader_sitting sitting = {reading_time(statement, 0), reading_time(statement, 1)};

        g_array_append_val(sittings, sitting);
    }
    return answer(reader, statement, sittings, error);
}

static void clear_event(void *data)
{
    struct reader_event *event = data;

    g_free(event->kind);
    g_free(event->severity);
    g_free(event->key);
    g_free(event->label);
    g_free(event->data);
}

GArray *reader_events(struct reader *reader, size_t run, GError **error)
{
    struct reading *reading = &reader->reading;
    GArray *events = g_array_new(FALSE, FALSE, sizeof(struct reader_event));

    g_array_set_clear_func(events, clear_event);
    reading_begin(reading);
    sqlite3_stmt *statement =
        READING_ASK(reading,
                    "SELECT at_us, kind, severity, key, label, data FROM event"
                    " WHERE run = ? ORDER BY at_us, id",
                    reader_run(reader, run)->id);

    while (events->len < MAX_ROWS && reading_row(reading, statement)) {
        struct reader_event event = {
            .at_us = reading_time(statement, 0),
            .kind = text(statement, 1),
            .severity = text(statement, 2),
            .key = text(statement, 3),
            .label = text(statement, 4),
            .data = optional(statement, 5),
        };

        g_array_append_val(events, event);
    }
    return answer(reader, statement, events, error);
}

static void clear_verdict(void *data)
{
    g_free(((struct reader_verdict *)data)->summary);
}

static enum triage_verdict verdict_named(const char *name)
{
    for (int verdict = 0; verdict < TRIAGE_UNKNOWN; verdict++)
        if (strcmp(name, triage_verdict_name((enum triage_verdict)verdict)) == 0)
            return (enum triage_verdict)verdict;
    return TRIAGE_UNKNOWN;
}

GArray *reader_verdicts(struct reader *reader, size_t run, GError **error)
{
    struct reading *reading = &reader->reading;
    GArray *verdicts = g_array_new(FALSE, FALSE, sizeof(struct reader_verdict));

    g_array_set_clear_func(verdicts, clear_verdict);
    reading_begin(reading);
    sqlite3_stmt *statement =
        READING_ASK(reading,
                    "SELECT at_us, step, verdict, summary FROM verdict WHERE run = ?"
                    " ORDER BY at_us",
                    reader_run(reader, run)->id);

    while (verdicts->len < MAX_ROWS && reading_row(reading, statement)) {
        struct reader_verdict verdict = {
            .at_us = reading_time(statement, 0),
            .step = triage_step_from_key(reading_text(statement, 1)),
            .verdict = verdict_named(reading_text(statement, 2)),
            .summary = text(statement, 3),
        };

        g_array_append_val(verdicts, verdict);
    }
    return answer(reader, statement, verdicts, error);
}

/* --- moments --- */

static struct loaded *loaded_of(struct reader *reader, gint64 run)
{
    struct loaded *loaded = g_hash_table_lookup(reader->loaded, &run);

    if (loaded != NULL)
        return loaded;
    loaded = g_new0(struct loaded, 1);
    loaded->points = run_points_new(run);
    loaded->samples = run_samples_new(run);
    g_hash_table_insert(reader->loaded, g_memdup2(&run, sizeof run), loaded);
    return loaded;
}

static gint64 mark_before(struct reading *reading, gint64 run, gint64 at_us)
{
    sqlite3_stmt *statement = READING_ASK(
        reading, "SELECT max(at_us) FROM event WHERE run = ? AND at_us <= ? AND kind = 'mark'", run,
        at_us);
    gint64 mark_us = reading_row(reading, statement) ? reading_time(statement, 0) : 0;

    reading_done(statement);
    return mark_us;
}

/* Points of a sample count from when it had come; those of a failed one end what was before. */
static void note_limits(struct run_limits *limits, const struct sample *sample, gint64 content_us)
{
    static const struct {
        enum probe_kind kind;
        enum part_kind part;
    } parts[] = {
        {PROBE_HEAP, PART_FUNCTIONS}, {PROBE_FILES, PART_TEMPLATES},
        {PROBE_FILES, PART_FILES},    {PROBE_GOROUTINES, PART_GOROUTINES},
        {PROBE_MEMORY, PART_REGIONS},
    };

    gint64 told_us = sample->taken_us + (sample->status != SAMPLE_OK);

    limits->clock_us[RECORDING_CLOCK_OF(sample->kind)] = told_us;
    limits->clock_us[RECORDING_CLOCK_LOOSE] = MAX(limits->clock_us[RECORDING_CLOCK_LOOSE], told_us);
    if (sample->kind == PROBE_MEMORY)
        limits->clock_us[RECORDING_CLOCK_WALK] = content_us;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i].kind == sample->kind)
            limits->part_us[parts[i].part] = content_us;
}

static void take_samples(struct loaded *loaded, struct reading *reading,
                         const struct run_when *when, struct run_limits *limits,
                         struct session_moment *moment)
{
    for (int i = 0; i < PROBE_N_KINDS; i++) {
        enum probe_kind kind = (enum probe_kind)i;
        gint64 content_us;
        struct sample *sample = run_samples_at(loaded->samples, reading, kind, when, &content_us);

        moment->samples[kind] = sample;
        if (sample != NULL)
            note_limits(limits, sample, content_us);
    }
    moment->base_heap =
        (struct heap_sample *)run_samples_base(loaded->samples, reading, PROBE_HEAP, when);
    moment->base_goroutines = (struct goroutines_sample *)run_samples_base(loaded->samples, reading,
                                                                           PROBE_GOROUTINES, when);
}

bool reader_moment(struct reader *reader, size_t run, gint64 at_us, gint64 mark_us,
                   struct session_moment *ret, GError **error)
{
    const struct reader_run *info = reader_run(reader, run);
    struct loaded *loaded = loaded_of(reader, info->id);
    struct reading *reading = &reader->reading;
    struct session_moment moment = {.now_us = at_us, .mark_us = mark_us};
    struct run_limits limits = {.now_us = at_us};

    reading_begin(reading);
    run_points_load(loaded->points, reading);
    if (mark_us == 0)
        moment.mark_us = mark_before(reading, info->id, at_us);
    moment.ended = info->ended && info->end.at_us <= at_us;
    take_samples(loaded, reading, &(struct run_when){at_us, moment.mark_us}, &limits, &moment);
    if (moment.ended) {
        /* Of a process that has ended its last words are no evidence, what came before is. */
        for (int i = 0; i < PROBE_N_KINDS; i++)
            moment.alive[i] = run_samples_alive(loaded->samples, reading, (enum probe_kind)i,
                                                &(struct run_when){at_us, moment.mark_us});
    }
    if (!reading_end(reading, error)) {
        session_moment_clear(&moment);
        g_hash_table_remove(reader->loaded, &info->id); /* what of it is whole, nobody knows */
        return false;
    }
    gint64 since_us = session_trend_from_us(info->target->started_real_us);
    struct part_history *parts[PART_N_KINDS];

    moment.series = series_set_new(&(struct series_options){.since_us = since_us});
    run_points_fill(loaded->points, &limits, moment.series);
    for (int i = 0; i < PROBE_N_KINDS; i++)
        if (moment.samples[i] != NULL)
            series_set_note(moment.series, moment.samples[i]);
    for (int i = 0; i < PART_N_KINDS; i++)
        parts[i] = run_points_parts(loaded->points, &limits, (enum part_kind)i);
    moment.parts =
        session_parts_new_of(&(struct trend_options){.since_us = since_us}, parts, moment.samples);
    moment.end = info->end;
    if (moment.ended && moment.samples[PROBE_PROCESS] != NULL)
        session_end_note(&moment.end, (const struct process_sample *)moment.samples[PROBE_PROCESS]);
    *ret = moment;
    return true;
}

static bool step(struct reader *reader, const char *sql, gint64 run, gint64 at_us, gint64 skip,
                 gint64 *ret_us)
{
    sqlite3_stmt *statement = READING_ASK(&reader->reading, sql, run, at_us, skip);
    bool found = reading_row(&reader->reading, statement);

    if (found)
        *ret_us = reading_time(statement, 0);
    reading_done(statement);
    return found;
}

#define NEXT(table)                                                                                \
    "SELECT at_us FROM " table " WHERE run = ? AND at_us > ? ORDER BY at_us LIMIT 1 OFFSET ?"
#define BEFORE(table)                                                                              \
    "SELECT at_us FROM " table " WHERE run = ? AND at_us < ? ORDER BY at_us DESC LIMIT 1 OFFSET ?"

bool reader_step(struct reader *reader, size_t run, gint64 at_us, int steps, gint64 *ret_us,
                 GError **error)
{
    gint64 id = reader_run(reader, run)->id, skip = ABS((gint64)steps) - 1;
    bool found = false;

    if (steps == 0)
        return false;
    reading_begin(&reader->reading);
    /* the process' samples are the most; of an address without one there are others */
    found =
        step(reader, steps > 0 ? NEXT("process") : BEFORE("process"), id, at_us, skip, ret_us) ||
        step(reader, steps > 0 ? NEXT("goroutines") : BEFORE("goroutines"), id, at_us, skip,
             ret_us) ||
        step(reader, steps > 0 ? NEXT("heap") : BEFORE("heap"), id, at_us, skip, ret_us);
    return reading_end(&reader->reading, error) && found;
}
