#include "probes/clock.h"
#include "probes/go_process.h"
#include "probes/goruntime/errors.h"
#include "probes/record_table.h"
#include "probes/source.h"

/* --- what a sample has --- */

static const struct record_member heap_table[] = {
    PLAIN(OPTIONAL_TEXT, heap_sample, source),
    MEMBER(TIME, heap_sample, profile_us, US),
    BYTES(heap_sample, memory_limit_bytes),
    MEMBER(INT64, heap_sample, gc_percent, PERCENT),
    PLAIN(OPTIONAL_TEXT, heap_sample, limits_source),
    PLAIN(BOOL, heap_sample, new_gc),
    MEMBER(UINT32, heap_sample, restarts, COUNT),
};

#define COUNTER(member, in) MEMBER(UINT64, memstats, member, in)

static const struct record_member memstats_table[] = {
    COUNTER(alloc, BYTES),
    COUNTER(total_alloc, BYTES),
    COUNTER(sys, BYTES),
    COUNTER(mallocs, COUNT),
    COUNTER(frees, COUNT),
    COUNTER(heap_alloc, BYTES),
    COUNTER(heap_sys, BYTES),
    COUNTER(heap_idle, BYTES),
    COUNTER(heap_inuse, BYTES),
    COUNTER(heap_released, BYTES),
    COUNTER(heap_objects, COUNT),
    COUNTER(stack_inuse, BYTES),
    COUNTER(stack_sys, BYTES),
    COUNTER(mspan_inuse, BYTES),
    COUNTER(mspan_sys, BYTES),
    COUNTER(mcache_inuse, BYTES),
    COUNTER(mcache_sys, BYTES),
    COUNTER(buck_hash_sys, BYTES),
    COUNTER(gc_sys, BYTES),
    COUNTER(other_sys, BYTES),
    COUNTER(next_gc, BYTES),
    COUNTER(last_gc_ns, NO_UNIT),
    COUNTER(last_pause_ns, NO_UNIT),
    COUNTER(num_gc, COUNT),
    COUNTER(num_forced_gc, COUNT),
    PLAIN(DOUBLE, memstats, gc_cpu_fraction),
    COUNTER(max_rss, BYTES),
    PLAIN(BOOL, memstats, complete),
};

const struct record record_heap = RECORD(heap_table, heap_sample);
const struct record record_memstats = RECORD(memstats_table, memstats);

/* --- sampling --- */

static const char heap_path[] = "heap?debug=1";

enum {
    /* from pprof-reference 6.4: what answers large or slowly is asked less often */
    LARGE_BYTES = 1 << 20,
    SLOW_US = 100 * 1000,
    SLOW_INTERVAL_US = 15 * G_USEC_PER_SEC,
    VERY_LARGE_BYTES = 4 << 20,
    VERY_SLOW_INTERVAL_US = 30 * G_USEC_PER_SEC,
    AGAIN_US = 60 * G_USEC_PER_SEC, /* pprof that did not answer, while memory does */
    HEAP_TYPES = 4,                 /* objects and bytes of all time, then of what is in use */
    HEAP_IN_USE = 2,
};

struct heap_reader {
    struct pprof_reader pprof;
    struct go_process *process;
    gint64 pprof_after_us;        /* memory is read until then, by the probe's clock */
    bool memory_agreed;           /* it said what pprof said: which is not asked any more */
    uint64_t num_gc, total_alloc; /* of the last answer */
    bool seen;
    uint32_t restarts;
};

static void *open_source(const struct target *target)
{
    struct heap_reader *reader = g_new0(struct heap_reader, 1);

    pprof_reader_init(&reader->pprof, target);
    reader->process = go_process_new(target);
    /* a port that says nothing: what is behind it is asked when memory has told the first */
    if (target->pprof_why != NULL && go_process_possible(target))
        reader->pprof_after_us = clock_now_us() + AGAIN_US;
    return reader;
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

static gint64 floor_us(size_t bytes, gint64 latency_us)
{
    if (bytes > VERY_LARGE_BYTES)
        return VERY_SLOW_INTERVAL_US;
    return bytes > LARGE_BYTES || latency_us > SLOW_US ? SLOW_INTERVAL_US : 0;
}

static bool ask_pprof(struct heap_reader *reader, struct turn *turn, struct heap_sample *sample,
                      GError **error)
{
    struct http_response response;

    if (!pprof_reader_get(&reader->pprof, heap_path, turn, sample, &response, error))
        return false;
    sample_stamp(sample);
    turn->floor_us = floor_us(response.body->len, response.latency_us);

    /* One answer feeds both: the counters of the runtime and the sampled profile. */
    struct memstats *memstats = sample_alloc(sample, sizeof *memstats);
    g_autoptr(GError) no_memstats = NULL;
    g_autoptr(GError) no_profile = NULL;

    if (memstats_parse((const char *)response.body->data, response.body->len, memstats,
                       &no_memstats))
        sample->memstats = memstats;
    sample->profile = profile_decode(response.body->data, response.body->len, &no_profile);
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

    sample->source = heap_path;
    http_response_clear(&response);
    return true;
}

/* For Go the largest number is no limit. */
static void tell_settings(struct heap_sample *sample, int64_t memory_limit, int64_t gc_percent,
                          const char *source)
{
    sample->memory_limit_bytes = memory_limit != INT64_MAX ? memory_limit : 0;
    sample->gc_percent = gc_percent;
    sample->limits_source = source;
}

/*
 * The same from the process's own memory. The counters are there when there is a
 * profile or a reason why the program keeps none.
 */
static bool read_memory(struct heap_reader *reader, struct heap_sample *sample, GError **error)
{
    struct go_memstats stats;
    g_autoptr(GError) off = NULL;

    if (!go_process_memstats(reader->process, &stats, error))
        return false;
    sample->profile = go_process_profile(reader->process, "heap", &off);
    if (sample->profile == NULL && !g_error_matches(off, GORUNTIME_ERROR, GORUNTIME_ERROR_OFF)) {
        g_propagate_error(error, g_steal_pointer(&off));
        return false;
    }
    struct memstats *memstats = sample_alloc(sample, sizeof *memstats);

    *memstats = stats.memstats;
    sample->memstats = memstats;
    sample->source = go_process_source;
    tell_settings(sample, stats.memory_limit, stats.gc_percent, "memory");
    sample_stamp(sample);
    if (sample->profile != NULL) {
        sample_hold(sample, sample->profile, (GDestroyNotify)profile_unref);
        sample->profile_us = sample->base.taken_us;
    } else {
        sample_set_status(sample, SAMPLE_OK, "%s", off->message);
    }
    return true;
}

/* The sums of a heap profile, of which those over all time hardly move from one look to the next.
 */
static void sum_up(const struct profile *profile, int64_t ret[HEAP_TYPES])
{
    memset(ret, 0, HEAP_TYPES * sizeof *ret);
    for (size_t i = 0; profile != NULL && i < profile->n_samples; i++)
        for (size_t k = 0; k < HEAP_TYPES && k < profile->n_sample_types; k++)
            ret[k] += profile->values[i * profile->n_sample_types + k];
}

/* Of the same collection all four are the same; between two, what is in use is another. */
static bool is_same_heap(const struct heap_sample *memory, const struct heap_sample *pprof)
{
    enum { SHARE = 20 };
    int64_t ours[HEAP_TYPES], theirs[HEAP_TYPES];
    bool same_gc = memory->memstats->num_gc == pprof->memstats->num_gc;

    sum_up(memory->profile, ours);
    sum_up(pprof->profile, theirs);
    for (size_t k = 0; k < HEAP_TYPES; k++) {
        int64_t apart = MAX(ours[k], theirs[k]) - MIN(ours[k], theirs[k]);

        if ((same_gc || k < HEAP_IN_USE) && apart > MAX(ours[k], theirs[k]) / SHARE)
            return false;
    }
    return same_gc || ours[0] > 0;
}

/*
 * Does memory say what pprof has just said? Then the sample is memory's, and so are all to come:
 * to be asked costs the process some MB of garbage each time, and stops it.
 */
static void settle_trust(struct heap_reader *reader, struct heap_sample *sample)
{
    const struct heap_sample pprof = *sample;

    if (sample->memstats == NULL || sample->profile == NULL)
        return;
    reader->memory_agreed = read_memory(reader, sample, NULL) && is_same_heap(sample, &pprof);
    if (!reader->memory_agreed)
        *sample = pprof;
}

/*
 * pprof where it answers, until memory was seen to say the same, else memory; after a failure of
 * pprof memory goes first for a while.
 */
static bool read_either(struct heap_reader *reader, struct turn *turn, struct heap_sample *sample)
{
    const struct target *target = reader->pprof.target;
    enum target_source source = target_source(target);
    bool has_pprof = target->pprof_url != NULL && source != TARGET_SOURCE_MEMORY;
    bool has_memory = go_process_possible(target) && source != TARGET_SOURCE_PPROF;
    bool pprof_first =
        has_pprof && (!has_memory || (!reader->memory_agreed &&
                                      (turn->forced || clock_now_us() >= reader->pprof_after_us)));
    g_autoptr(GError) no_pprof = NULL;
    g_autoptr(GError) no_memory = NULL;

    reader->pprof_after_us = pprof_first ? 0 : reader->pprof_after_us;
    if (pprof_first && ask_pprof(reader, turn, sample, &no_pprof)) {
        if (has_memory)
            settle_trust(reader, sample);
        return true;
    }
    if (has_memory && read_memory(reader, sample, &no_memory)) {
        if (pprof_first)
            reader->pprof_after_us = clock_now_us() + AGAIN_US;
        return true;
    }
    reader->memory_agreed = false;
    if (has_pprof && !pprof_first && ask_pprof(reader, turn, sample, &no_pprof))
        return true;

    /* Neither: what keeps memory from being read comes first, since no restart is needed for it. */
    if (no_pprof != NULL)
        pprof_reader_fail(&reader->pprof, sample, no_pprof);
    else
        pprof_reader_usable(&reader->pprof, sample);
    if (no_memory != NULL && sample->base.status != SAMPLE_GONE &&
        !pprof_reader_gone(&reader->pprof, sample)) {
        bool denied = g_error_matches(no_memory, GORUNTIME_ERROR, GORUNTIME_ERROR_DENIED);
        g_autofree char *pprof = g_strdup(sample->base.reason);

        sample_set_status(sample, denied ? SAMPLE_DENIED : sample->base.status,
                          "the heap cannot be read from memory: %s; nor by pprof: %s",
                          no_memory->message, pprof);
    }
    return false;
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct heap_reader *reader = source;
    struct heap_sample *sample = user;

    if (!read_either(reader, turn, sample))
        return;

    /* Its memory says what is in force; without it there is what the process began with. */
    const struct go_settings *settings = &reader->pprof.target->go_settings;

    if (settings->known && sample->limits_source == NULL) {
        tell_settings(sample, settings->memory_limit, settings->gc_percent, "environment");
    }

    if (follow_counters(reader, sample))
        pprof_reader_gone(&reader->pprof, sample); /* a successor has taken the port */
    sample->restarts = reader->restarts;
}

static void cancel(void *source)
{
    struct heap_reader *reader = source;

    http_cancel(reader->pprof.client);
    go_process_cancel(reader->process);
}

static void close_source(void *source)
{
    struct heap_reader *reader = source;

    pprof_reader_clear(&reader->pprof);
    go_process_free(reader->process);
    g_free(reader);
}

const struct source_ops heap_source = {
    .is_http = true,
    .open = open_source,
    .fill = fill,
    .cancel = cancel,
    .close = close_source,
};
