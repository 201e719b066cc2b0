#include "app/recording/run_samples.h"

#include "app/recording/details.h"
#include "app/recording/run_lists.h"
#include "app/recording/schema.h"
#include "app/recording/sql_record.h"
#include "pprof/inflate.h"

#include <string.h>

enum { BLOBS_KEPT = 3 };

/* Decoded profiles and dumps, by their rows. */
struct blobs {
    gint64 ids[BLOBS_KEPT];
    void *objects[BLOBS_KEPT];
    guint next;
};

/* A sample and the row it was made of. */
struct made {
    gint64 at_us, mark_us;
    struct sample *sample; /* NULL: none yet */
    gint64 content_us;     /* of its profile, dump or walk, or when it was taken */
};

/* The samples of a moment, and those that growth counts from, are two collections: of the same
 * answer they are the same, else they never share a profile, which would mean that they are. */
struct collection {
    struct made made[PROBE_N_KINDS];
    struct blobs profiles, dumps;
};

struct run_samples {
    gint64 run;
    struct run_lists *lists;
    struct collection newest, base;
};

struct run_samples *run_samples_new(gint64 run)
{
    struct run_samples *samples = g_new0(struct run_samples, 1);

    samples->run = run;
    samples->lists = run_lists_new(run);
    return samples;
}

static void clear_collection(struct collection *collection)
{
    for (int kind = 0; kind < PROBE_N_KINDS; kind++)
        sample_unref(collection->made[kind].sample);
    for (int i = 0; i < BLOBS_KEPT; i++) {
        profile_unref(collection->profiles.objects[i]);
        goroutine_dump_unref(collection->dumps.objects[i]);
    }
}

void run_samples_free(struct run_samples *samples)
{
    if (samples == NULL)
        return;
    run_lists_free(samples->lists);
    clear_collection(&samples->newest);
    clear_collection(&samples->base);
    g_free(samples);
}

/* --- profiles and dumps --- */

static void *kept_blob(const struct blobs *blobs, gint64 id)
{
    for (int i = 0; i < BLOBS_KEPT; i++)
        if (blobs->objects[i] != NULL && blobs->ids[i] == id)
            return blobs->objects[i];
    return NULL;
}

/* Takes object; *ret_old is what has to go for it. */
static void keep_blob(struct blobs *blobs, gint64 id, void *object, void **ret_old)
{
    guint slot = blobs->next++ % BLOBS_KEPT;

    *ret_old = blobs->objects[slot];
    blobs->ids[slot] = id;
    blobs->objects[slot] = object;
}

/* Borrowed; NULL when it is damaged. */
static struct profile *profile_of(struct blobs *blobs, struct reading *reading, gint64 id)
{
    struct profile *profile = kept_blob(blobs, id);
    void *old;

    if (profile != NULL)
        return profile;
    sqlite3_stmt *statement = READING_ASK(reading, "SELECT bytes FROM profile WHERE id = ?", id);

    if (reading_row(reading, statement))
        profile = profile_decode(sqlite3_column_blob(statement, 0),
                                 (size_t)sqlite3_column_bytes(statement, 0), NULL);
    reading_done(statement);
    if (profile == NULL)
        return NULL;
    keep_blob(blobs, id, profile, &old);
    profile_unref(old);
    return profile;
}

static struct goroutine_dump *dump_of(struct blobs *blobs, struct reading *reading, gint64 id)
{
    struct goroutine_dump *dump = kept_blob(blobs, id);
    void *old;

    if (dump != NULL)
        return dump;
    sqlite3_stmt *statement = READING_ASK(reading, "SELECT bytes FROM dump WHERE id = ?", id);

    if (reading_row(reading, statement)) {
        const void *data = sqlite3_column_blob(statement, 0);
        size_t n = (size_t)sqlite3_column_bytes(statement, 0);
        g_autoptr(GByteArray) text = inflate_gzip(data, n, NULL);

        dump =
            text != NULL ? goroutine_dump_parse((const char *)text->data, text->len, NULL) : NULL;
    }
    reading_done(statement);
    if (dump == NULL)
        return NULL;
    keep_blob(blobs, id, dump, &old);
    goroutine_dump_unref(old);
    return dump;
}

/* Did a collection end between the answer that the profile is of and that of the sample? Then the
 * sample's own profile was another one, which is not kept. */
static bool is_older(struct run_samples *samples, struct reading *reading, gint64 profile_us,
                     gint64 at_us)
{
    sqlite3_stmt *statement =
        READING_ASK(reading,
                    "SELECT 1 FROM heap WHERE run = ?1 AND at_us > ?2 AND at_us <= ?3"
                    " AND new_gc = 1 AND profile_us > ?2 LIMIT 1",
                    samples->run, profile_us, at_us);
    bool older = reading_row(reading, statement);

    reading_done(statement);
    return older;
}

static void take_profile(struct run_samples *samples, struct collection *collection,
                         struct reading *reading, gint64 at_us, struct heap_sample *heap)
{
    sqlite3_stmt *statement =
        READING_ASK(reading,
                    "SELECT id, at_us FROM profile WHERE run = ? AND at_us <= ?"
                    " AND kind = 'heap' AND keep < 2 ORDER BY at_us DESC LIMIT 1",
                    samples->run, heap->profile_us);
    bool found = heap->profile_us != 0 && reading_row(reading, statement);
    gint64 id = found ? sqlite3_column_int64(statement, 0) : 0;
    gint64 profile_us = found ? reading_time(statement, 1) : 0;

    reading_done(statement);
    heap->profile = found ? profile_of(&collection->profiles, reading, id) : NULL;
    if (heap->profile == NULL) {
        heap->profile_us = 0;
        return;
    }
    sample_hold(heap, profile_ref(heap->profile), (GDestroyNotify)profile_unref);
    if (profile_us != heap->profile_us && is_older(samples, reading, profile_us, at_us))
        heap->profile_us = profile_us;
}

static void take_dump(struct run_samples *samples, struct collection *collection,
                      struct reading *reading, struct goroutines_sample *goroutines)
{
    sqlite3_stmt *statement = READING_ASK(reading,
                                          "SELECT id, at_us, source FROM dump WHERE run = ? AND "
                                          "at_us <= ? AND keep < 2 ORDER BY at_us DESC LIMIT 1",
                                          samples->run, goroutines->dump_us);
    bool found = goroutines->dump_us != 0 && reading_row(reading, statement);
    gint64 id = found ? sqlite3_column_int64(statement, 0) : 0;

    goroutines->dump_us = found ? reading_time(statement, 1) : 0;
    if (found)
        goroutines->source = sample_strdup(goroutines, reading_text(statement, 2));
    reading_done(statement);
    struct goroutine_dump *dump = found ? dump_of(&collection->dumps, reading, id) : NULL;

    goroutines->dump = dump;
    if (dump == NULL)
        goroutines->dump_us = 0;
    else
        sample_hold(goroutines, goroutine_dump_ref(dump), (GDestroyNotify)goroutine_dump_unref);
}

/* at_us: when the sample was. */
static void take_details(struct run_samples *samples, struct reading *reading, gint64 at_us,
                         enum details_kind kind, struct sample *sample)
{
    sqlite3_stmt *statement = READING_ASK(reading,
                                          "SELECT bytes FROM detail WHERE run = ? AND at_us <= ?"
                                          " AND kind = ? ORDER BY at_us DESC LIMIT 1",
                                          samples->run, at_us);

    if (statement != NULL)
        sqlite3_bind_text(statement, 3, details_name(kind), -1, SQLITE_STATIC);
    if (reading_row(reading, statement)) {
        g_autoptr(GByteArray) json = inflate_gzip(sqlite3_column_blob(statement, 0),
                                                  (size_t)sqlite3_column_bytes(statement, 0), NULL);

        if (json == NULL || !details_read(kind, (const char *)json->data, json->len, sample))
            reading_damaged(reading);
    }
    reading_done(statement);
}

/* --- one sample --- */

static bool has_value(sqlite3_stmt *statement, const char *name)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++)
        if (g_strcmp0(sqlite3_column_name(statement, i), name) == 0)
            return sqlite3_column_type(statement, i) != SQLITE_NULL;
    return false;
}

/* The columns of the statement's row; what else belongs to it is asked for afterwards. */
static struct sample *read_columns(sqlite3_stmt *statement, enum probe_kind kind, bool *ret_listed)
{
    struct sample *sample = sample_new(kind, record_of_kind(kind)->size);

    sql_record_read(statement, schema_columns(kind, 0), sample, sample);
    sql_record_read(statement, schema_columns(kind, 1), sample, sample);
    if (kind == PROBE_HEAP) {
        struct heap_sample *heap = (struct heap_sample *)sample;

        if (has_value(statement, "ms_heap_alloc")) {
            struct memstats *memstats = sample_alloc(heap, sizeof *memstats);

            sql_record_read(statement, schema_columns(PROBE_HEAP, 2), memstats, heap);
            heap->memstats = memstats;
        }
    }
    if (kind == PROBE_FILES) {
        struct files_sample *files = (struct files_sample *)sample;

        for (size_t i = 0; i < FD_N_TYPES; i++)
            files->by_type[i] = SAMPLE_UNKNOWN;
        for (size_t i = 0; i < PATH_N_CLASSES; i++)
            files->by_class[i] = SAMPLE_UNKNOWN;
    }
    *ret_listed = has_value(statement, "listed");
    return sample;
}

static gint64 content_us(const struct sample *sample)
{
    switch (sample->kind) {
    case PROBE_MEMORY:
        return ((const struct memory_sample *)sample)->regions_us;
    case PROBE_GOROUTINES:
        return ((const struct goroutines_sample *)sample)->dump_us;
    case PROBE_HEAP:
        return ((const struct heap_sample *)sample)->profile_us;
    default:
        return sample->taken_us;
    }
}

/* Takes the statement's row. */
static struct made make_sample(struct run_samples *samples, struct collection *collection,
                               struct reading *reading, sqlite3_stmt *statement,
                               enum probe_kind kind, gint64 mark_us)
{
    gint64 at_us = reading_time(statement, 0);
    bool listed;
    struct sample *sample = read_columns(statement, kind, &listed);
    struct made made = {at_us, mark_us, sample, content_us(sample)};

    reading_done(statement);
    if (kind == PROBE_HEAP)
        take_profile(samples, collection, reading, at_us, (struct heap_sample *)sample);
    else if (kind == PROBE_GOROUTINES)
        take_dump(samples, collection, reading, (struct goroutines_sample *)sample);
    else if (kind == PROBE_FILES && listed)
        run_lists_descriptors(samples->lists, reading, at_us, mark_us,
                              (struct files_sample *)sample);
    else if (kind == PROBE_MEMORY && ((struct memory_sample *)sample)->regions_us != 0)
        run_lists_regions(samples->lists, reading, at_us, (struct memory_sample *)sample);
    for (int details = 0; details < DETAILS_N_KINDS; details++)
        if (details_probe((enum details_kind)details) == kind)
            take_details(samples, reading, at_us, (enum details_kind)details, sample);
    return made;
}

/* The one of the statement's row, out of what was made last when it is that. */
static struct sample *take_row(struct run_samples *samples, struct collection *collection,
                               struct reading *reading, sqlite3_stmt *statement,
                               enum probe_kind kind, gint64 mark_us)
{
    struct made *made = &collection->made[kind];

    if (made->sample == NULL || made->at_us != reading_time(statement, 0) ||
        made->mark_us != mark_us) {
        sample_unref(made->sample);
        *made = make_sample(samples, collection, reading, statement, kind, mark_us);
    }
    reading_done(statement);
    return sample_ref(made->sample);
}

struct sample *run_samples_at(struct run_samples *samples, struct reading *reading,
                              enum probe_kind kind, const struct run_when *when,
                              gint64 *ret_content_us)
{
    static const char *const queries[PROBE_N_KINDS] = {
#define NEWEST(KIND, name, ...)                                                                    \
    [PROBE_##KIND] =                                                                               \
        "SELECT * FROM " #name " WHERE run = ? AND at_us <= ? ORDER BY at_us DESC LIMIT 1",
        PROBE_TABLE(NEWEST)
#undef NEWEST
    };
    sqlite3_stmt *statement = READING_ASK(reading, queries[kind], samples->run, when->at_us);

    *ret_content_us = 0;
    if (!reading_row(reading, statement))
        return NULL;
    struct sample *sample =
        take_row(samples, &samples->newest, reading, statement, kind, when->mark_us);

    *ret_content_us = samples->newest.made[kind].content_us;
    return sample;
}

struct sample *run_samples_alive(struct run_samples *samples, struct reading *reading,
                                 enum probe_kind kind, const struct run_when *when)
{
    enum { TRIES = 4 }; /* nobody looks longer at what has ended */
    struct run_when before = *when;
    gint64 unused;

    for (int tries = 0; tries < TRIES; tries++) {
        struct sample *sample = run_samples_at(samples, reading, kind, &before, &unused);

        if (sample == NULL || sample_is_of_living(sample))
            return sample;
        sample_unref(sample);
        before.at_us = samples->newest.made[kind].at_us - 1;
    }
    return NULL;
}

/* --- what growth counts from --- */

/* One that growth counts from, of the very answer that the newest one is of. */
static bool is_the_newest(const struct run_samples *samples, enum probe_kind kind)
{
    const struct made *newest = &samples->newest.made[kind], *base = &samples->base.made[kind];

    return newest->sample != NULL && newest->content_us == base->content_us &&
           newest->at_us == base->at_us;
}

#define COMPLETE(table, member)                                                                    \
    "SELECT * FROM " table " WHERE run = ? AND at_us > ? AND at_us <= ? AND status = 'ok'"         \
    " AND " member " IS NOT NULL ORDER BY at_us LIMIT 1"
#define AT_MARK(table, member)                                                                     \
    "SELECT * FROM (SELECT * FROM " table " WHERE run = ? AND at_us <= ?"                          \
    " ORDER BY at_us DESC LIMIT 1) WHERE status = 'ok' AND " member " IS NOT NULL"

struct sample *run_samples_base(struct run_samples *samples, struct reading *reading,
                                enum probe_kind kind, const struct run_when *when)
{
    bool heap = kind == PROBE_HEAP;
    sqlite3_stmt *statement = READING_ASK(
        reading, heap ? AT_MARK("heap", "profile_us") : AT_MARK("goroutines", "dump_us"),
        samples->run, when->mark_us);

    if (!reading_row(reading, statement)) {
        statement = READING_ASK(
            reading, heap ? COMPLETE("heap", "profile_us") : COMPLETE("goroutines", "dump_us"),
            samples->run, when->mark_us, when->at_us);
        if (!reading_row(reading, statement))
            return NULL;
    }
    struct sample *base = take_row(samples, &samples->base, reading, statement, kind, 0);

    if (is_the_newest(samples, kind)) {
        sample_unref(base);
        base = sample_ref(samples->newest.made[kind].sample);
    }
    bool complete = heap ? ((struct heap_sample *)base)->profile != NULL
                         : ((struct goroutines_sample *)base)->dump != NULL;

    if (!complete)
        g_clear_pointer(&base, sample_unref);
    return base;
}
