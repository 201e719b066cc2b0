#include "app/recording/writer.h"

#include <math.h>
#include <string.h>

/*
 * Numbers over time, on change. Between two rows of a metric a reader repeats
 * the earlier one's value at each tick of its clock; so at each tick what the
 * session added to its histories is compared with what a reader would.
 */

/* --- points --- */

static const char insert_point[] = "INSERT OR REPLACE INTO point VALUES (?, ?, ?, ?, ?)";

static void load_metric(struct writer *writer, enum metric metric)
{
    const struct metric_info *info = metric_info(metric);
    struct written_metric *state = &writer->metrics[metric];

    sql_run(&writer->sql, "INSERT OR IGNORE INTO metric (name, unit) VALUES (?, ?)", "tt", info->id,
            metric_unit_name(info->unit));
    *state = (struct written_metric){.clock = -1, .value = NAN, .last_us = state->last_us};
    sqlite3_stmt *row =
        sql_bind(&writer->sql, "SELECT id FROM metric WHERE name = ?", "t", info->id);

    while (sql_step(&writer->sql, row))
        state->id = sqlite3_column_int64(row, 0);
    row = sql_bind(&writer->sql,
                   "SELECT at_us, value, clock FROM point WHERE run = ? AND metric = ? "
                   "ORDER BY at_us DESC LIMIT 1",
                   "ii", writer->run, state->id);
    while (sql_step(&writer->sql, row)) {
        bool null = sqlite3_column_type(row, 1) == SQLITE_NULL;

        state->any = true;
        state->last_us = MAX(state->last_us, sqlite3_column_int64(row, 0));
        state->value = null ? NAN : sqlite3_column_double(row, 1);
        state->clock = sqlite3_column_type(row, 2) == SQLITE_NULL ? -1 : sqlite3_column_int(row, 2);
    }
}

static void put_point(struct writer *writer, struct written_metric *state, gint64 t_us,
                      double value, int clock)
{
    gint64 at_us = MAX(t_us, state->last_us + 1);

    if (clock >= 0)
        sql_run(&writer->sql, insert_point, "iiidi", writer->run, state->id, at_us, value,
                (gint64)clock);
    else
        sql_run(&writer->sql, insert_point, "iii", writer->run, state->id, at_us);
    *state = (struct written_metric){state->id, true, value, clock, at_us};
}

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* The ticks that this sample brings: of its kind, and of a walk of the regions. */
struct ticks {
    int own;                         /* clock of its kind */
    gint64 t_us[RECORDING_N_CLOCKS]; /* 0: none */
};

static void add_tick(struct writer *writer, struct ticks *ticks, int clock, gint64 t_us)
{
    if (t_us <= writer->tick_us[clock])
        return;
    ticks->t_us[clock] = writer->tick_us[clock] = t_us;
}

static int clock_at(struct writer *writer, const struct ticks *ticks,
                    const struct written_metric *state, gint64 t_us)
{
    if (state->clock >= 0 && ticks->t_us[state->clock] == t_us)
        return state->clock;
    for (int clock = 0; clock < RECORDING_N_CLOCKS; clock++)
        if (ticks->t_us[clock] == t_us)
            return clock;
    sql_run(&writer->sql, "INSERT OR IGNORE INTO loose_tick VALUES (?, ?)", "ii", writer->run,
            t_us);
    return RECORDING_CLOCK_LOOSE;
}

static void take_point(struct writer *writer, const struct ticks *ticks,
                       const struct item_point *point)
{
    struct written_metric *state = &writer->metrics[point->metric];
    gint64 t_us = axis_of(&writer->axis, point->t_us);

    /* A sample that failed has the time of the last good one: a gap right behind what that one
     * told. */
    if (ticks->t_us[ticks->own] == 0 && writer->tick_us[ticks->own] == t_us) {
        put_point(writer, state, t_us + 1, point->value, ticks->own);
        return;
    }
    int clock = clock_at(writer, ticks, state, t_us);

    if (state->any && state->clock == clock && clock != RECORDING_CLOCK_LOOSE &&
        is_same(state->value, point->value) && t_us > state->last_us)
        state->last_us = t_us;
    else
        put_point(writer, state, t_us, point->value, clock);
}

void write_points(struct writer *writer, const struct item *item)
{
    const struct sample *sample = item->sample;
    const struct memory_sample *memory = (const struct memory_sample *)sample;
    struct ticks ticks = {.own = RECORDING_CLOCK_OF(sample->kind)};

    add_tick(writer, &ticks, ticks.own, axis_of(&writer->axis, sample->taken_us));
    if (sample->kind == PROBE_MEMORY && memory->regions_us != 0)
        add_tick(writer, &ticks, RECORDING_CLOCK_WALK, axis_of(&writer->axis, memory->regions_us));
    bool told[METRIC_N] = {false};

    for (guint i = 0; item->points != NULL && i < item->points->len; i++) {
        const struct item_point *point = &g_array_index(item->points, struct item_point, i);

        take_point(writer, &ticks, point);
        told[point->metric] = true;
    }
    /* Metrics that a reader would repeat at these ticks, and that had no point. */
    for (int metric = 0; metric < METRIC_N; metric++) {
        struct written_metric *state = &writer->metrics[metric];

        if (!told[metric] && state->clock >= 0 && ticks.t_us[state->clock] != 0)
            put_point(writer, state, ticks.t_us[state->clock], NAN, -1);
    }
}

/* --- parts --- */

/* What a bucket of goroutines is, for who reads the parts with SQL. */
static void write_stack(struct writer *writer, const struct sample *sample, const char *key)
{
    const struct goroutine_dump *dump = ((const struct goroutines_sample *)sample)->dump;
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; sample->kind == PROBE_GOROUTINES && dump != NULL && i < dump->n_buckets;
         i++) {
        const struct goroutine_bucket *bucket = &dump->buckets[i];

        if (strcmp(session_parts_bucket_key(bucket->hash).text, key) != 0)
            continue;
        g_string_append_printf(text, "[%s]\n", goroutine_category_name(bucket->category));
        for (size_t f = 0; f < bucket->n_frames; f++)
            g_string_append_printf(text, "%s\n\t%s:%" G_GINT64_FORMAT "\n",
                                   bucket->frames[f].function, bucket->frames[f].file,
                                   (gint64)bucket->frames[f].line);
        if (bucket->creator != NULL)
            g_string_append_printf(text, "created by %s\n", bucket->creator->function);
        sql_run(&writer->sql, "INSERT OR IGNORE INTO stack VALUES (?, ?)", "tt", key, text->str);
        return;
    }
}

static struct written_part *find_part(struct writer *writer, const struct item *item,
                                      enum part_kind kind, const char *name)
{
    struct written_part *part = g_hash_table_lookup(writer->parts[kind], name);

    if (part != NULL)
        return part;
    sql_run(&writer->sql, "INSERT OR IGNORE INTO part (run, kind, name) VALUES (?, ?, ?)", "iit",
            writer->run, (gint64)kind, name);
    if (kind == PART_GOROUTINES)
        write_stack(writer, item->sample, name);
    sqlite3_stmt *row =
        sql_bind(&writer->sql, "SELECT id FROM part WHERE run = ? AND kind = ? AND name = ?", "iit",
                 writer->run, (gint64)kind, name);

    part = g_new0(struct written_part, 1);
    while (sql_step(&writer->sql, row))
        part->id = sqlite3_column_int64(row, 0);
    g_hash_table_replace(writer->parts[kind], g_strdup(name), part);
    return part;
}

static void put_part(struct writer *writer, enum part_kind kind, struct written_part *part,
                     int64_t value)
{
    if (!part->known || part->value != value)
        sql_run(&writer->sql, "INSERT OR REPLACE INTO part_value VALUES (?, ?, ?)", "iii", part->id,
                writer->part_tick_us[kind], (gint64)value);
    part->known = true;
    part->value = value;
}

/* Those that were not set at the moment that is over have 0; nobody needs to know them longer. */
static void end_parts(struct writer *writer, enum part_kind kind)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, writer->parts[kind]);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct written_part *part = value;

        if (part->turn == writer->part_turn)
            continue;
        if (part->known && part->value != 0)
            put_part(writer, kind, part, 0);
        g_hash_table_iter_remove(&iter);
    }
}

void write_parts(struct writer *writer, const struct item *item)
{
    int open = -1;

    for (guint i = 0; item->parts != NULL && i < item->parts->len; i++) {
        const struct item_part *told = &g_array_index(item->parts, struct item_part, i);

        if (told->what == ITEM_PARTS_CLEAR) {
            g_hash_table_remove_all(writer->parts[told->kind]);
            writer->part_forget[told->kind] = true;
        } else if (told->what == ITEM_PARTS_BEGIN) {
            if (open >= 0)
                end_parts(writer, (enum part_kind)open);
            enum part_kind kind = told->kind;
            gint64 t_us = MAX(axis_of(&writer->axis, told->t_us), writer->part_tick_us[kind] + 1);

            writer->part_turn++;
            writer->part_tick_us[kind] = t_us;
            sql_run(&writer->sql, "INSERT OR REPLACE INTO part_tick VALUES (?, ?, ?, ?)", "iiii",
                    writer->run, (gint64)kind, t_us, (gint64)writer->part_forget[kind]);
            writer->part_forget[kind] = false;
            open = (int)told->kind;
        } else if ((int)told->kind == open) {
            struct written_part *part = find_part(writer, item, told->kind, told->name);

            part->turn = writer->part_turn;
            put_part(writer, told->kind, part, told->value);
        }
    }
    if (open >= 0)
        end_parts(writer, (enum part_kind)open);
}

void write_points_load(struct writer *writer)
{
    for (int metric = 0; metric < METRIC_N; metric++)
        load_metric(writer, (enum metric)metric);
    for (int kind = 0; kind < PART_N_KINDS; kind++)
        g_hash_table_remove_all(writer->parts[kind]);
    sqlite3_stmt *row =
        sql_bind(&writer->sql,
                 "SELECT id, kind, name, (SELECT value FROM part_value WHERE part = part.id "
                 "ORDER BY at_us DESC LIMIT 1) AS v FROM part WHERE run = ? AND v <> 0",
                 "i", writer->run);

    while (sql_step(&writer->sql, row)) {
        int kind = sqlite3_column_int(row, 1);

        if (kind < 0 || kind >= PART_N_KINDS)
            continue;
        struct written_part part = {.id = sqlite3_column_int64(row, 0),
                                    .value = sqlite3_column_int64(row, 3),
                                    .known = true};

        g_hash_table_replace(writer->parts[kind],
                             g_strdup((const char *)sqlite3_column_text(row, 2)),
                             g_memdup2(&part, sizeof part));
    }
}
