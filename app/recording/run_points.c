#include "app/recording/run_points.h"

#include <math.h>

/* No recording that we write has more; a file that was made to fill our memory has. */
enum {
    MAX_ROWS = 8 * 1000 * 1000, /* of a query */
    MAX_PARTS = 4000,           /* of a kind */
    STATION_POINTS = 4000,      /* between two stations; going through them takes 0.1 ms */
    MAX_STATIONS = 64,          /* of a metric: some 80 KB each */
};

/* From at_us on it has this value at each tick of its clock. */
struct run_row {
    gint64 at_us;
    double value; /* NAN: a gap */
    int clock;    /* -1: no points until the next row */
};

struct part_tick {
    gint64 at_us;
    bool forget; /* what was before is of other parts */
};

struct part_row {
    gint64 at_us;
    int64_t value;
};

struct part {
    gint64 id;
    char *name;
    GArray *rows; /* struct part_row */
};

struct point {
    gint64 t_us;
    double value; /* NAN: a gap */
};

/* How far through its rows a metric has come. */
struct walk {
    guint row;
    bool inside;                    /* the row itself was told, its repetitions are next */
    guint tick[RECORDING_N_CLOCKS]; /* index into each clock's ticks; only goes forward */
};

/* A history as it was after a point, to go on from. */
struct station {
    gint64 t_us;
    struct walk walk;
    struct history *history;
};

struct run_points {
    gint64 run;
    GArray *left_us;                   /* gint64: when a sidescope ended that has a successor */
    GArray *ticks[RECORDING_N_CLOCKS]; /* gint64 */
    GArray *rows[METRIC_N];            /* struct run_row */
    guint clocks[METRIC_N];            /* of all rows: a bit each */
    GArray *stations[METRIC_N];        /* struct station, oldest first */
    GArray *part_ticks[PART_N_KINDS];  /* struct part_tick */
    GArray *parts[PART_N_KINDS];       /* struct part, in the order in which they were first seen */
};

static void clear_station(void *data)
{
    history_free(((struct station *)data)->history);
}

static void clear_part(void *data)
{
    struct part *part = data;

    g_free(part->name);
    g_array_unref(part->rows);
}

struct run_points *run_points_new(gint64 run)
{
    struct run_points *points = g_new0(struct run_points, 1);

    points->run = run;
    points->left_us = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (int i = 0; i < RECORDING_N_CLOCKS; i++)
        points->ticks[i] = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (int i = 0; i < METRIC_N; i++) {
        points->rows[i] = g_array_new(FALSE, FALSE, sizeof(struct run_row));
        points->stations[i] = g_array_new(FALSE, FALSE, sizeof(struct station));
        g_array_set_clear_func(points->stations[i], clear_station);
    }
    for (int i = 0; i < PART_N_KINDS; i++) {
        points->part_ticks[i] = g_array_new(FALSE, FALSE, sizeof(struct part_tick));
        points->parts[i] = g_array_new(FALSE, FALSE, sizeof(struct part));
        g_array_set_clear_func(points->parts[i], clear_part);
    }
    return points;
}

void run_points_free(struct run_points *points)
{
    if (points == NULL)
        return;
    g_array_unref(points->left_us);
    for (int i = 0; i < RECORDING_N_CLOCKS; i++)
        g_array_unref(points->ticks[i]);
    for (int i = 0; i < METRIC_N; i++) {
        g_array_unref(points->rows[i]);
        g_array_unref(points->stations[i]);
    }
    for (int i = 0; i < PART_N_KINDS; i++) {
        g_array_unref(points->part_ticks[i]);
        g_array_unref(points->parts[i]);
    }
    g_free(points);
}

/* --- loading --- */

/* Another row, unless there are too many. */
static bool next_row(struct reading *reading, sqlite3_stmt *statement, const GArray *into)
{
    if (!reading_row(reading, statement))
        return false;
    if (into->len < MAX_ROWS)
        return true;
    reading_damaged(reading);
    reading_done(statement);
    return false;
}

/* The time in the last element of an array of structs that begin with one; -1: it is empty. */
static gint64 newest_us(const GArray *array)
{
    guint size = g_array_get_element_size((GArray *)(uintptr_t)array);

    if (array->len == 0)
        return -1;
    return *(const gint64 *)(const void *)(array->data + (gsize)(array->len - 1) * size);
}

/* Times go up; one that does not would lead a search astray. */
static void add_tick(GArray *ticks, gint64 at_us)
{
    if (at_us > newest_us(ticks))
        g_array_append_val(ticks, at_us);
}

static void load_ticks(struct run_points *points, struct reading *reading)
{
    /* at_us is when a sample came, the tick is when it was taken: that is never later */
    static const char *const queries[RECORDING_N_CLOCKS] = {
#define TICKS(KIND, name, ...)                                                                     \
    [RECORDING_CLOCK_OF(PROBE_##KIND)] =                                                           \
        "SELECT taken_us FROM " #name " WHERE run = ? AND at_us > ? ORDER BY at_us",
        PROBE_TABLE(TICKS)
#undef TICKS
            [RECORDING_CLOCK_WALK] = ("SELECT regions_us FROM memory WHERE run = ? AND at_us > ?"
                                      " AND regions_us IS NOT NULL ORDER BY at_us"),
        [RECORDING_CLOCK_LOOSE] =
            "SELECT at_us FROM loose_tick WHERE run = ? AND at_us > ? ORDER BY at_us",
    };

    for (int i = 0; i < RECORDING_N_CLOCKS; i++) {
        GArray *ticks = points->ticks[i];
        sqlite3_stmt *statement = READING_ASK(reading, queries[i], points->run, newest_us(ticks));

        while (next_row(reading, statement, ticks))
            add_tick(ticks, reading_time(statement, 0));
    }
}

static void load_metric(struct run_points *points, struct reading *reading, gint64 id,
                        enum metric metric)
{
    GArray *rows = points->rows[metric];
    sqlite3_stmt *statement =
        READING_ASK(reading,
                    "SELECT at_us, value, clock FROM point"
                    " WHERE run = ? AND metric = ? AND at_us > ? ORDER BY at_us",
                    points->run, id, newest_us(rows));

    while (next_row(reading, statement, rows)) {
        bool has_clock = sqlite3_column_type(statement, 2) != SQLITE_NULL;
        bool has_value = sqlite3_column_type(statement, 1) != SQLITE_NULL;
        gint64 clock = has_clock ? sqlite3_column_int64(statement, 2) : -1;
        struct run_row row = {
            .at_us = reading_time(statement, 0),
            .value = has_value ? sqlite3_column_double(statement, 1) : (double)NAN,
            .clock = (int)CLAMP(clock, -1, RECORDING_N_CLOCKS - 1),
        };

        if (row.clock >= 0)
            points->clocks[metric] |= 1U << row.clock;
        g_array_append_val(rows, row);
    }
}

static void load_part_names(struct run_points *points, struct reading *reading, int kind)
{
    GArray *parts = points->parts[kind];
    gint64 newest =
        parts->len > 0 ? g_array_index(parts, struct part, parts->len - 1).id : G_MININT64;
    sqlite3_stmt *statement = READING_ASK(
        reading, "SELECT id, name FROM part WHERE run = ? AND kind = ? AND id > ? ORDER BY id",
        points->run, kind, newest);

    while (parts->len < MAX_PARTS && reading_row(reading, statement)) {
        struct part part = {.id = sqlite3_column_int64(statement, 0),
                            .name = g_strdup(reading_text(statement, 1)),
                            .rows = g_array_new(FALSE, FALSE, sizeof(struct part_row))};

        g_array_append_val(parts, part);
    }
    reading_done(statement);
}

static void load_part_rows(struct reading *reading, struct part *part)
{
    sqlite3_stmt *statement = READING_ASK(
        reading, "SELECT at_us, value FROM part_value WHERE part = ? AND at_us > ? ORDER BY at_us",
        part->id, newest_us(part->rows));

    while (next_row(reading, statement, part->rows)) {
        struct part_row row = {reading_time(statement, 0), sqlite3_column_int64(statement, 1)};

        g_array_append_val(part->rows, row);
    }
}

static void load_parts(struct run_points *points, struct reading *reading, int kind)
{
    GArray *ticks = points->part_ticks[kind];
    gint64 seen_us = newest_us(ticks);
    sqlite3_stmt *statement =
        READING_ASK(reading,
                    "SELECT at_us, forget FROM part_tick"
                    " WHERE run = ? AND kind = ? AND at_us > ? ORDER BY at_us",
                    points->run, kind, seen_us);

    while (next_row(reading, statement, ticks)) {
        struct part_tick tick = {reading_time(statement, 0), sqlite3_column_int(statement, 1) != 0};

        g_array_append_val(ticks, tick);
    }
    if (newest_us(ticks) == seen_us)
        return;
    load_part_names(points, reading, kind);
    for (guint i = 0; i < points->parts[kind]->len; i++)
        load_part_rows(reading, &g_array_index(points->parts[kind], struct part, i));
}

/* Few, and the last one grows. */
static void load_sittings(struct run_points *points, struct reading *reading)
{
    sqlite3_stmt *statement = READING_ASK(
        reading, "SELECT until_us FROM sitting WHERE run = ? ORDER BY from_us", points->run);

    g_array_set_size(points->left_us, 0);
    while (next_row(reading, statement, points->left_us))
        add_tick(points->left_us, reading_time(statement, 0));
    if (points->left_us->len > 0)
        g_array_set_size(points->left_us, points->left_us->len - 1);
}

void run_points_load(struct run_points *points, struct reading *reading)
{
    load_sittings(points, reading);
    load_ticks(points, reading);

    gint64 ids[METRIC_N];
    bool known[METRIC_N] = {false};
    sqlite3_stmt *statement = reading_ask(reading, "SELECT id, name FROM metric", NULL, 0);

    while (reading_row(reading, statement)) {
        enum metric metric = metric_from_id(reading_text(statement, 1));

        if (metric == METRIC_N) /* of another version */
            continue;
        known[metric] = true;
        ids[metric] = sqlite3_column_int64(statement, 0);
    }
    for (int i = 0; i < METRIC_N; i++)
        if (known[i])
            load_metric(points, reading, ids[i], (enum metric)i);

    for (int kind = 0; kind < PART_N_KINDS; kind++)
        load_parts(points, reading, kind);
}

/* --- histories of a moment --- */

/* A gap that a failed sample left is of the moment of the last good one; no two rows have one time,
 * so it stands a microsecond behind. */
static gint64 gap_us(const GArray *ticks, guint next, gint64 at_us)
{
    bool behind = next > 0 && g_array_index(ticks, gint64, next - 1) == at_us - 1;

    return behind ? at_us - 1 : at_us;
}

/* The value of a row again, at the next tick of its clock before before_us. */
static bool repeat(struct walk *walk, const struct run_row *row, const GArray *ticks,
                   gint64 before_us, gint64 limit_us, struct point *ret)
{
    guint *tick = &walk->tick[row->clock];

    if (isnan(row->value) || *tick == ticks->len) /* a gap is one, however long */
        return false;
    *ret = (struct point){g_array_index(ticks, gint64, *tick), row->value};
    if (ret->t_us >= before_us || ret->t_us > limit_us)
        return false;
    ++*tick;
    return true;
}

/* The next point, or false: all have been told. */
static bool walk_next(struct walk *walk, const struct run_points *points,
                      const struct run_limits *limits, enum metric metric, struct point *ret)
{
    const GArray *rows = points->rows[metric];

    for (; walk->row < rows->len; walk->row++, walk->inside = false) {
        const struct run_row *row = &g_array_index(rows, struct run_row, walk->row);
        gint64 before_us = walk->row + 1 < rows->len ? row[1].at_us : G_MAXINT64;

        if (row->clock < 0 || row->at_us > limits->clock_us[row->clock])
            continue;
        const GArray *ticks = points->ticks[row->clock];

        if (walk->inside) {
            if (repeat(walk, row, ticks, before_us, limits->clock_us[row->clock], ret))
                return true;
            continue;
        }
        walk->inside = true;

        /* Goes to the first tick after at_us. */
        guint *tick = &walk->tick[row->clock];

        while (*tick < ticks->len && g_array_index(ticks, gint64, *tick) <= row->at_us)
            ++*tick;

        *ret = (struct point){isnan(row->value) ? gap_us(ticks, walk->tick[row->clock], row->at_us)
                                                : row->at_us,
                              row->value};
        return true;
    }
    return false;
}

/* Up to here every clock of the metric has told all: what was walked is the same at any later
 * moment. */
static gint64 settled_us(const struct run_points *points, const struct run_limits *limits,
                         enum metric metric)
{
    gint64 settled_us = G_MAXINT64;

    for (int clock = 0; clock < RECORDING_N_CLOCKS; clock++)
        if (points->clocks[metric] & 1U << clock)
            settled_us = MIN(settled_us, limits->clock_us[clock]);
    return settled_us;
}

/* The last station that is behind nothing that is still to come; NULL: from the beginning. */
static const struct station *find_station(const struct run_points *points, enum metric metric,
                                          gint64 until_us)
{
    const GArray *stations = points->stations[metric];

    for (guint i = stations->len; i-- > 0;) {
        const struct station *station = &g_array_index(stations, struct station, i);

        if (station->t_us <= until_us)
            return station;
    }
    return NULL;
}

/* When somebody had ended between two points, nobody watched: that is a gap. */
static void end_sitting(const struct run_points *points, gint64 last_us, gint64 at_us,
                        guint *sitting, struct history *history)
{
    bool ended = false;

    for (; *sitting < points->left_us->len; ++*sitting) {
        gint64 left_us = g_array_index(points->left_us, gint64, *sitting);

        if (left_us >= at_us)
            break;
        ended = ended || left_us >= last_us;
    }
    if (ended && last_us != 0)
        history_add(history, last_us, NAN);
}

static struct history *history_of(struct run_points *points, const struct run_limits *limits,
                                  enum metric metric)
{
    gint64 until_us = settled_us(points, limits, metric);
    const struct station *from = find_station(points, metric, until_us);
    struct history *history = from != NULL ? history_copy(from->history) : series_history_new();
    gint64 last_us = from != NULL ? from->t_us : 0;
    struct point point;
    struct walk walk;
    guint n = 0, sitting = 0;

    if (from != NULL) {
        walk = from->walk;
    } else {
        walk = (struct walk){0};
    }
    while (walk_next(&walk, points, limits, metric, &point)) {
        end_sitting(points, last_us, point.t_us, &sitting, history);
        last_us = point.t_us;
        history_add(history, point.t_us, point.value);
        if (++n % STATION_POINTS == 0 && point.t_us <= until_us) {
            gint64 t_us = point.t_us;
            GArray *stations = points->stations[metric];

            if (newest_us(stations) >= t_us || stations->len >= MAX_STATIONS)
                continue;
            struct station station = {t_us, walk, history_copy(history)};

            g_array_append_val(stations, station);
        }
    }
    end_sitting(points, last_us, limits->now_us, &sitting, history);
    return history;
}

void run_points_fill(struct run_points *points, const struct run_limits *limits,
                     struct series_set *set)
{
    for (int i = 0; i < METRIC_N; i++)
        series_set_put(set, (enum metric)i, history_of(points, limits, (enum metric)i));
}

/* Number of rows up to at_us. */
static guint rows_until(const GArray *rows, gint64 at_us)
{
    guint low = 0, high = rows->len;

    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (g_array_index(rows, struct part_row, middle).at_us <= at_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What a part had at each of the moments; false: it had not been seen. */
static bool values_of(const struct part *part, const struct part_moments *moments, gint64 from_us,
                      int64_t values[PART_HISTORY_POINTS])
{
    guint first = from_us == G_MININT64 ? 0 : rows_until(part->rows, from_us - 1);

    if (moments->n == 0 || rows_until(part->rows, moments->at_us[moments->n - 1]) <= first)
        return false;
    for (size_t i = 0; i < moments->n; i++) {
        guint n = rows_until(part->rows, moments->at_us[i]);

        values[i] = n > first ? g_array_index(part->rows, struct part_row, n - 1).value : 0;
    }
    return true;
}

struct part_history *run_points_parts(const struct run_points *points,
                                      const struct run_limits *limits, enum part_kind kind)
{
    gint64 from_us;
    /* The moments that a history had kept; from_us is since when it has been of the same parts. */
    gint64 limit_us = limits->part_us[kind];
    struct part_moments moments = {0};

    from_us = G_MININT64;
    for (guint i = 0; i < points->part_ticks[kind]->len; i++) {
        const struct part_tick *tick =
            &g_array_index(points->part_ticks[kind], struct part_tick, i);

        if (tick->at_us > limit_us)
            break;
        if (tick->forget) {
            moments = (struct part_moments){0};
            from_us = tick->at_us;
        }
        part_moments_add(&moments, tick->at_us);
    }
    struct part_history *history = part_history_new_at(&moments);
    int64_t values[PART_HISTORY_POINTS];

    for (guint i = 0; i < points->parts[kind]->len; i++) {
        const struct part *part = &g_array_index(points->parts[kind], struct part, i);

        if (values_of(part, &moments, from_us, values))
            part_history_fill(history, part->name, values);
    }
    return history;
}
