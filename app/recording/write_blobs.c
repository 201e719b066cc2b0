#include "app/recording/writer.h"

#include "pprof/encode.h"
#include "pprof/inflate.h"

#include <string.h>

/* Profiles, goroutine dumps and the lists that have no table: whole, in gzip, when they change. */

static GBytes *gzip(const void *data, size_t n)
{
    return g_byte_array_free_to_bytes(deflate_gzip(data, n));
}

/* The column keep. Captures are no part of the samples: a moment is shown without them. */
enum { KEEP_NOT, KEEP_FOR_GOOD, KEEP_CAPTURE };

static void put_profile(struct writer *writer, const char *kind, gint64 at_us, int keep,
                        GBytes *bytes)
{
    sql_run(&writer->sql,
            "INSERT INTO profile (run, kind, at_us, keep, bytes) VALUES (?, ?, ?, ?, ?)", "itiib",
            writer->run, kind, at_us, (gint64)keep, bytes);
}

static void put_dump(struct writer *writer, const char *source, gint64 at_us, int keep,
                     GBytes *text)
{
    gsize n;
    const void *data = g_bytes_get_data(text, &n);
    g_autoptr(GBytes) bytes = gzip(data, n);

    sql_run(&writer->sql,
            "INSERT INTO dump (run, at_us, source, keep, bytes) VALUES (?, ?, ?, ?, ?)", "iitib",
            writer->run, at_us, source, (gint64)keep, bytes);
}

/* What was too large to be encoded is left out: the row of the sample stays. */
static GBytes *encode(const struct profile *profile)
{
    GByteArray *bytes = profile_encode(profile, NULL);

    return bytes != NULL ? g_byte_array_free_to_bytes(bytes) : NULL;
}

/* Between two collections the profile mostly stands still, once the first of them has swept. */
static void take_heap(struct writer *writer, const struct heap_sample *heap)
{
    if (heap->profile == NULL || heap->base.status != SAMPLE_OK)
        return;
    /* Of all numbers in it that are not 0: rows with nothing in them come and go. */
    const struct profile *profile = heap->profile;
    guint64 hash = 14695981039346656037U; /* FNV-1a, by numbers */

    for (size_t i = 0; i < profile->n_samples * profile->n_sample_types; i++)
        if (profile->values[i] != 0)
            hash = (hash ^ (guint64)profile->values[i]) * 1099511628211U;

    if (writer->heap_seen && !heap->new_gc && writer->heap_hash == hash)
        return;
    writer->heap_hash = hash;
    g_autoptr(GBytes) bytes = encode(heap->profile);

    if (bytes == NULL)
        return;
    put_profile(writer, "heap", axis_of(&writer->axis, heap->profile_us),
                writer->keep_profile ? KEEP_FOR_GOOD : KEEP_NOT, bytes);
    writer->heap_seen = true;
    writer->keep_profile = false;
}

static void take_details(struct writer *writer, enum details_kind kind, const struct sample *sample,
                         gint64 at_us)
{
    g_autofree char *json = details_write(kind, sample, &writer->axis);
    const char *text = json != NULL ? json : "[]";

    if (g_strcmp0(writer->details[kind], text) == 0 ||
        (json == NULL && writer->details[kind] == NULL))
        return;
    g_autoptr(GBytes) bytes = gzip(text, strlen(text));

    sql_run(&writer->sql,
            "INSERT INTO detail (run, kind, at_us, keep, bytes) VALUES (?, ?, ?, ?, ?)", "itiib",
            writer->run, details_name(kind), at_us,
            (gint64)(writer->details[kind] == NULL ? KEEP_FOR_GOOD : KEEP_NOT), bytes);
    g_free(writer->details[kind]);
    writer->details[kind] = g_strdup(text);
}

void write_blobs(struct writer *writer, const struct item *item, gint64 at_us)
{
    if (item->sample->kind == PROBE_HEAP)
        take_heap(writer, (const struct heap_sample *)item->sample);
    if (item->text != NULL) {
        const struct goroutines_sample *sample = (const struct goroutines_sample *)item->sample;

        put_dump(writer, sample->source, axis_of(&writer->axis, sample->dump_us),
                 writer->keep_dump ? KEEP_FOR_GOOD : KEEP_NOT, item->text);
        writer->keep_dump = false;
    }
    for (int kind = 0; kind < DETAILS_N_KINDS; kind++)
        if (details_probe((enum details_kind)kind) == item->sample->kind &&
            item->sample->status == SAMPLE_OK)
            take_details(writer, (enum details_kind)kind, item->sample, at_us);
}

void write_blobs_keep(struct writer *writer)
{
    sql_run(&writer->sql,
            "UPDATE profile SET keep = 1 WHERE id = (SELECT id FROM profile WHERE run = ? AND kind "
            "= 'heap' AND keep < 2 ORDER BY at_us DESC LIMIT 1)",
            "i", writer->run);
    sql_run(&writer->sql,
            "UPDATE dump SET keep = 1 WHERE id = (SELECT id FROM dump WHERE run = ? "
            "AND keep < 2 ORDER BY at_us DESC LIMIT 1)",
            "i", writer->run);
    writer->keep_profile = writer->keep_dump = true;
}

/* --- snapshots --- */

static const char *source_of(GBytes *text)
{
    gsize n;
    const char *data = g_bytes_get_data(text, &n);

    return n > strlen("goroutine profile:") && g_str_has_prefix(data, "goroutine profile:")
               ? "goroutine?debug=1"
               : "goroutine?debug=2";
}

void write_snapshot(struct writer *writer, const struct item *item)
{
    const struct snapshot *snapshot = item->snapshot;
    /* as far as it is of this machine's present: what was asked for is a little older than now */
    gint64 at_us =
        snapshot->taken_us != 0 ? axis_of(&writer->axis, snapshot->taken_us) : item->at_us;

    for (guint i = 0; i < snapshot->profiles->len; i++) {
        const struct snapshot_profile *profile =
            &g_array_index(snapshot->profiles, struct snapshot_profile, i);
        gsize n = 0;
        const void *data = profile->bytes != NULL ? g_bytes_get_data(profile->bytes, &n) : NULL;
        g_autoptr(GBytes) bytes = data != NULL && inflate_is_gzip(data, n)
                                      ? g_bytes_ref(profile->bytes)
                                      : encode(profile->profile);

        if (bytes != NULL)
            put_profile(writer, profile->kind, at_us, KEEP_CAPTURE, bytes);
    }
    if (snapshot->goroutines_text != NULL)
        put_dump(writer, source_of(snapshot->goroutines_text), at_us, KEEP_CAPTURE,
                 snapshot->goroutines_text);
    write_event(writer, item->at_us, "capture", "info", "", item->label, NULL);
}
