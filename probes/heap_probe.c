#include "probes/source.h"

enum {
    INTERVAL_US = 5 * G_USEC_PER_SEC,
    /* from pprof-reference 6.4: what answers large or slowly is asked less often */
    LARGE_BYTES = 1 << 20,
    SLOW_US = 100 * 1000,
    SLOW_INTERVAL_US = 15 * G_USEC_PER_SEC,
    VERY_LARGE_BYTES = 4 << 20,
    VERY_SLOW_INTERVAL_US = 30 * G_USEC_PER_SEC,
};

struct heap_reader {
    struct pprof_reader pprof;
    uint64_t num_gc, total_alloc; /* of the last answer */
    bool seen;
    uint32_t restarts;
};

static void *open_source(const struct target *target)
{
    struct heap_reader *reader = g_new0(struct heap_reader, 1);

    pprof_reader_init(&reader->pprof, target);
    return reader;
}

static void set_unknown(void *sample)
{
    (void)sample; /* everything in it is a pointer, and absent is NULL */
}

/*
 * These counters only grow in one life of a process. True when they went back:
 * another process answers now.
 */
static bool follow_counters(struct heap_reader *reader, struct heap_sample *sample)
{
    const struct memstats *now = sample->memstats;

    if (now == NULL)
        return false;
    bool restarted =
        reader->seen && (now->num_gc < reader->num_gc || now->total_alloc < reader->total_alloc);

    reader->restarts += restarted;
    sample->new_gc = !reader->seen || now->num_gc != reader->num_gc;
    reader->num_gc = now->num_gc;
    reader->total_alloc = now->total_alloc;
    reader->seen = true;
    return restarted;
}

/* One answer feeds both: the counters of the runtime and the sampled profile. */
static void parse(struct heap_sample *sample, const GByteArray *body)
{
    struct memstats *memstats = sample_alloc(sample, sizeof *memstats);
    g_autoptr(GError) no_memstats = NULL;
    g_autoptr(GError) no_profile = NULL;

    if (memstats_parse((const char *)body->data, body->len, memstats, &no_memstats))
        sample->memstats = memstats;
    sample->profile = profile_decode(body->data, body->len, &no_profile);
    if (sample->profile != NULL) {
        sample_hold(sample, sample->profile, (GDestroyNotify)profile_unref);
        sample->profile_us = sample->base.taken_us;
    }
    if (sample->profile == NULL && sample->memstats == NULL)
        sample_set_status(sample, SAMPLE_FAILED,
                          "pprof sent something else than a heap profile: %s", no_profile->message);
    else if (sample->profile == NULL)
        sample_set_status(sample, SAMPLE_OK, "the heap profile could not be read: %s",
                          no_profile->message);
    else if (sample->memstats == NULL)
        sample_set_status(sample, SAMPLE_OK, "the memory counters could not be read: %s",
                          no_memstats->message);
}

static gint64 floor_us(size_t bytes, gint64 latency_us)
{
    if (bytes > VERY_LARGE_BYTES)
        return VERY_SLOW_INTERVAL_US;
    return bytes > LARGE_BYTES || latency_us > SLOW_US ? SLOW_INTERVAL_US : 0;
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct heap_reader *reader = source;
    struct heap_sample *sample = user;
    struct http_response response;
    g_autoptr(GError) error = NULL;

    if (!pprof_reader_usable(&reader->pprof, sample))
        return;
    if (!pprof_reader_get(&reader->pprof, "heap?debug=1", turn, sample, &response, &error)) {
        pprof_reader_fail(&reader->pprof, sample, error);
        return;
    }
    sample_stamp(sample);
    turn->floor_us = floor_us(response.body->len, response.latency_us);
    parse(sample, response.body);
    http_response_clear(&response);
    if (follow_counters(reader, sample))
        pprof_reader_gone(&reader->pprof, sample); /* a successor has taken the port */
    sample->restarts = reader->restarts;
}

static void cancel(void *source)
{
    struct heap_reader *reader = source;

    http_cancel(reader->pprof.client);
}

static void close_source(void *source)
{
    struct heap_reader *reader = source;

    pprof_reader_clear(&reader->pprof);
    g_free(reader);
}

const struct source_ops heap_source = {
    .sample_size = sizeof(struct heap_sample),
    .interval_us = INTERVAL_US,
    .thread_name = "probe-heap",
    .is_http = true,
    .open = open_source,
    .set_unknown = set_unknown,
    .fill = fill,
    .cancel = cancel,
    .close = close_source,
};
