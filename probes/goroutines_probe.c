#include "probes/clock.h"
#include "probes/go_process.h"
#include "probes/goroutines_memory.h"
#include "probes/goruntime/errors.h"
#include "probes/leak_marks.h"
#include "probes/limits.h"
#include "probes/pace.h"
#include "probes/pprof_index.h"
#include "probes/record_table.h"
#include "probes/source.h"
#include "probes/threads.h"

#include <inttypes.h>

/* --- what a sample has --- */

static const struct record_member goroutines_table[] = {
    COUNT(goroutines_sample, count),           COUNT(goroutines_sample, os_threads),
    COUNT(goroutines_sample, leaks),           MEMBER(TIME, goroutines_sample, dump_us, US),
    PLAIN(TEXT, goroutines_sample, source),    PLAIN(BOOL, goroutines_sample, needs_consent),
    PLAIN(BOOL, goroutines_sample, is_silent),
};

const struct record record_goroutines = RECORD(goroutines_table, goroutines_sample);

/* --- sampling --- */

/* How often stacks are read (pprof-reference 6.4); counts come with every sample. */
enum {
    DUMP_INTERVAL_US = 10 * G_USEC_PER_SEC,
    MANY_GOROUTINES = 10000,
    MANY_INTERVAL_US = 30 * G_USEC_PER_SEC,
    VERY_MANY_GOROUTINES = 50000,
    VERY_MANY_INTERVAL_US = 60 * G_USEC_PER_SEC,
    AGAIN_US = 60 * G_USEC_PER_SEC,          /* pprof that did not answer, while memory does */
    CONSENTED_KEPT_US = 60 * G_USEC_PER_SEC, /* states somebody paid for are not replaced at once */
};

static const char states_path[] = "goroutine?debug=2";
static const char counts_path[] = "goroutine?debug=1";

/* Where stacks come from while there are both: settled by one comparison. */
enum trust { TRUST_UNKNOWN, TRUST_MEMORY, TRUST_PPROF };

struct goroutines_reader {
    struct pprof_reader pprof;
    struct go_process *process;
    enum trust trust;
    gint64 pprof_after_us; /* it did not answer: memory is read until then, by the probe's clock */
    bool no_index;         /* only single handlers are mounted: counts come from dumps */
    bool no_states;        /* debug=2 failed where debug=1 did not; tried again when asked for */

    struct goroutine_dump *dump; /* last good one, or NULL */
    gint64 dump_us;              /* monotonic time of dump */
    const char *source;          /* the path it came from */
    GBytes *text;                /* its text, until a sample has it */
    GError *dump_error;          /* why there is no newer one; NULL after a good one */

    /* pace of dumps, by the probe's clock */
    gint64 tried_us;
    gint64 kept_until_us;
    struct pace_input pace;
};

static void *open_source(const struct target *target)
{
    struct goroutines_reader *reader = g_new0(struct goroutines_reader, 1);

    pprof_reader_init(&reader->pprof, target);
    reader->process = go_process_new(target);
    /* a port that says nothing: what is behind it is asked when memory has told the first */
    if (target->pprof_why != NULL && go_process_possible(target))
        reader->pprof_after_us = clock_now_us() + AGAIN_US;
    reader->pace.interval_us = probe_info(PROBE_GOROUTINES)->interval_us;
    return reader;
}

/* --- the index page: counts --- */

static bool parse_index(const struct http_response *response, struct goroutines_sample *sample)
{
    const char *html = (const char *)response->body->data;
    size_t n = response->body->len;

    if (!pprof_index_count(html, n, "goroutine", &sample->count))
        return false;
    if (!pprof_index_count(html, n, "threadcreate", &sample->os_threads))
        sample->os_threads = SAMPLE_UNKNOWN;
    if (!pprof_index_count(html, n, "goroutineleak", &sample->leaks))
        sample->leaks = SAMPLE_UNKNOWN;
    return true;
}

/* False with the sample's status set when pprof cannot be talked to. */
static bool read_index(struct goroutines_reader *reader, struct turn *turn,
                       struct goroutines_sample *sample)
{
    struct http_response response;
    g_autoptr(GError) error = NULL;

    if (reader->no_index && !turn->forced)
        return true;
    reader->no_index = false;
    if (pprof_reader_get(&reader->pprof, "", turn, sample, &response, &error)) {
        reader->no_index = !parse_index(&response, sample);
        http_response_clear(&response);
    } else if (response.status == 404 || response.status == 405) {
        reader->no_index = true;
    } else {
        pprof_reader_fail(&reader->pprof, sample, error);
        return false;
    }
    return true;
}

/* --- dumps: stacks --- */

static int64_t last_count(const struct goroutines_reader *reader,
                          const struct goroutines_sample *sample)
{
    if (sample->count != SAMPLE_UNKNOWN)
        return sample->count;
    return reader->dump != NULL ? (int64_t)reader->dump->total : SAMPLE_UNKNOWN;
}

/* Unknown counts as many: the cheap form tells how many there are. */
static bool is_too_many(int64_t count)
{
    return count == SAMPLE_UNKNOWN || count >= PROBES_DEBUG2_MAX_GOROUTINES;
}

static bool dump_is_due(const struct goroutines_reader *reader, const struct turn *turn,
                        int64_t count)
{
    struct pace_input pace = reader->pace;
    gint64 now = clock_now_us();

    if (turn->consent || turn->forced || reader->tried_us == 0)
        return true;
    if (now < reader->kept_until_us && is_too_many(count))
        return false;
    pace.interval_us = count >= VERY_MANY_GOROUTINES ? VERY_MANY_INTERVAL_US
                       : count >= MANY_GOROUTINES    ? MANY_INTERVAL_US
                                                     : DUMP_INTERVAL_US;
    return now - reader->tried_us >= pace_interval_us(&pace);
}

static void keep_dump(struct goroutines_reader *reader, struct goroutine_dump *dump, GBytes *text,
                      const char *source)
{
    g_bytes_unref(reader->text);
    goroutine_dump_unref(reader->dump);
    reader->text = text;
    reader->dump = dump;
    reader->dump_us = g_get_monotonic_time();
    reader->source = source;
}

static bool read_dump(struct goroutines_reader *reader, const char *path, struct turn *turn,
                      struct goroutines_sample *sample, GError **error)
{
    struct http_response response;

    if (!pprof_reader_get(&reader->pprof, path, turn, sample, &response, error))
        return false;
    /* the answer, with the marks of goroutines that were proven leaked */
    const char *answer = (const char *)response.body->data;
    gsize n;
    char *marked = leak_marks_apply_text(go_process_target(reader->process)->leaks, answer,
                                         response.body->len, &n);
    GBytes *text =
        marked != NULL ? g_bytes_new_take(marked, n) : g_bytes_new(answer, response.body->len);
    const char *bytes = g_bytes_get_data(text, &n);
    struct goroutine_dump *dump = goroutine_dump_parse(bytes, n, error);

    http_response_clear(&response);
    if (dump == NULL) {
        g_bytes_unref(text);
        return false;
    }
    keep_dump(reader, dump, text, path);
    return true;
}

/* Stacks with states, or without when those are too dear or do not come through. */
static bool read_some_dump(struct goroutines_reader *reader, struct turn *turn,
                           struct goroutines_sample *sample, GError **error)
{
    int64_t count = last_count(reader, sample);
    bool states = turn->consent || (!is_too_many(count) && (!reader->no_states || turn->forced));
    g_autoptr(GError) refused = NULL;

    if (states && read_dump(reader, states_path, turn, sample, &refused)) {
        reader->no_states = false;
        return true;
    }
    /* a server's WriteTimeout cuts the long answer, and a wrapper may forbid it */
    if (refused != NULL && refused->domain == HTTP_ERROR &&
        (refused->code == HTTP_ERROR_CANCELLED || refused->code == HTTP_ERROR_CONNECT)) {
        g_propagate_error(error, g_steal_pointer(&refused));
        return false;
    }
    reader->no_states = reader->no_states || states;
    return read_dump(reader, counts_path, turn, sample, error);
}

/* The dump's own latency and cost decide when the next one comes, not when the next count does. */
static void pace_dump(struct goroutines_reader *reader, struct turn *turn, gint64 latency_us,
                      gint64 cpu_us, bool ok)
{
    reader->pace.latency_us = latency_us;
    reader->pace.cost_us = cpu_us;
    reader->pace.max_duty = turn->max_duty / 2;
    reader->pace.failures = ok ? 0 : reader->pace.failures + 1;
    turn->separate_us += cpu_us;
    if (ok && turn->consent && reader->dump->has_states)
        reader->kept_until_us = reader->tried_us + CONSENTED_KEPT_US;
}

/* --- memory --- */

/* What may be read of this target, as it is and as the user chose. */
struct sources {
    bool memory, pprof;
};

static struct sources sources_of(const struct target *target)
{
    enum target_source chosen = target_source(target);
    bool memory = chosen != TARGET_SOURCE_PPROF && go_process_possible(target);

    return (struct sources){memory, target->pprof_url != NULL &&
                                        !(memory && chosen == TARGET_SOURCE_MEMORY)};
}

/* With each sample, unless it costs too much: nothing is stopped for it. */
static bool memory_is_due(const struct goroutines_reader *reader, const struct turn *turn)
{
    return turn->consent || turn->forced || reader->dump == NULL || reader->dump_error != NULL ||
           clock_now_us() - reader->tried_us >= pace_interval_us(&reader->pace);
}

/* Copying the program's tables is paid once: it says nothing of what a reading costs. */
static void open_memory(struct goroutines_reader *reader, struct turn *turn)
{
    gint64 cpu_us = thread_cpu_us();

    if (go_process_open(reader->process, NULL) != NULL)
        turn->separate_us += thread_cpu_us() - cpu_us;
}

static bool read_memory(struct goroutines_reader *reader, struct turn *turn, GError **error)
{
    open_memory(reader, turn);
    gint64 cpu_us = thread_cpu_us();
    struct goroutine_dump *dump;
    GBytes *text;
    bool ok = goroutines_memory_read(reader->process, &dump, &text, error);

    reader->tried_us = clock_now_us();
    g_clear_error(&reader->dump_error);
    pace_dump(reader, turn, 0, thread_cpu_us() - cpu_us, ok);
    if (ok)
        keep_dump(reader, dump, text, go_process_source);
    return ok;
}

/* Both are there: is what memory says what pprof just said? Then it is read from now on. */
static void settle_trust(struct goroutines_reader *reader, struct turn *turn)
{
    struct goroutine_dump *dump;
    GBytes *text;

    reader->trust = TRUST_PPROF;
    open_memory(reader, turn);
    if (!goroutines_memory_read(reader->process, &dump, &text, NULL))
        return;
    if (goroutines_memory_agrees(dump, reader->dump)) {
        reader->trust = TRUST_MEMORY;
        keep_dump(reader, dump, text, go_process_source);
    } else {
        goroutine_dump_unref(dump);
        g_bytes_unref(text);
    }
}

static bool read_from_pprof(struct goroutines_reader *reader, struct turn *turn,
                            struct goroutines_sample *sample)
{
    struct turn dump_turn = *turn;
    gint64 cpu_us = thread_cpu_us();

    reader->tried_us = clock_now_us();
    dump_turn.latency_us = 0;
    g_clear_error(&reader->dump_error);
    bool ok = read_some_dump(reader, &dump_turn, sample, &reader->dump_error);

    pace_dump(reader, turn, dump_turn.latency_us, thread_cpu_us() - cpu_us, ok);
    return ok;
}

/* Memory once it has proved itself; pprof before, and after memory could not be read. */
static void try_dump(struct goroutines_reader *reader, struct turn *turn,
                     struct goroutines_sample *sample, bool may_read_memory)
{
    if (may_read_memory && reader->trust == TRUST_MEMORY) {
        if (read_memory(reader, turn, NULL))
            return;
        reader->trust = TRUST_PPROF;
    }
    if (read_from_pprof(reader, turn, sample) && may_read_memory && reader->trust == TRUST_UNKNOWN)
        settle_trust(reader, turn);
}

/* --- the sample --- */

static void attach_dump(struct goroutines_reader *reader, struct goroutines_sample *sample)
{
    if (reader->dump == NULL)
        return;
    sample->dump = goroutine_dump_ref(reader->dump);
    sample->dump_us = reader->dump_us;
    sample->source = reader->source;
    sample_hold(sample, reader->dump, (GDestroyNotify)goroutine_dump_unref);
    if (reader->text != NULL)
        goroutines_sample_set_text(sample, reader->text);
    g_clear_pointer(&reader->text, g_bytes_unref);
    if (sample->count != SAMPLE_UNKNOWN)
        return;
    sample->count = (int64_t)reader->dump->total;
    sample->base.real_us -= sample->base.taken_us - reader->dump_us;
    sample->base.taken_us = reader->dump_us;
}

/* --- from pprof --- */

static void fill_from_pprof(struct goroutines_reader *reader, struct turn *turn,
                            struct goroutines_sample *sample, bool may_read_memory)
{
    bool is_memory = may_read_memory && reader->trust == TRUST_MEMORY;

    if (!pprof_reader_usable(&reader->pprof, sample) || !read_index(reader, turn, sample))
        return;
    sample_stamp(sample);
    if (is_memory ? memory_is_due(reader, turn)
                  : dump_is_due(reader, turn, last_count(reader, sample)))
        try_dump(reader, turn, sample, may_read_memory);
    attach_dump(reader, sample);
    if (reader->dump_error != NULL) {
        /* Counts are fine while stacks are not: the sample is good, its stacks are missing or old.
         */
        const GError *error = reader->dump_error;

        if (sample->count == SAMPLE_UNKNOWN || reader->no_index)
            pprof_reader_fail(&reader->pprof, sample, error);
        else if (reader->dump == NULL)
            sample_set_status(sample, SAMPLE_OK, "stacks could not be read: %s", error->message);
        else
            sample_set_status(sample, SAMPLE_OK,
                              "the stacks are old, newer ones could not be read: %s",
                              error->message);
    } else if (reader->dump != NULL && !reader->dump->has_states) {
        /* Stacks without wait reasons: why, and what gives them. */
        sample->needs_consent = true;
        if (is_too_many(sample->count))
            sample_set_status(sample, SAMPLE_OK,
                              "%" PRId64 " goroutines: wait reasons and times would stop the "
                              "process while they are written, so they are read only when you ask",
                              sample->count);
        else
            sample_set_status(
                sample, SAMPLE_OK,
                "wait reasons and times (%s) did not come through, so stacks are shown "
                "without them; ask for them to try again",
                states_path);
    }
}

/* --- from memory --- */

static bool fill_from_memory(struct goroutines_reader *reader, struct turn *turn,
                             struct goroutines_sample *sample, GError **error)
{
    struct go_memstats stats;

    open_memory(reader, turn);
    if (!go_process_memstats(reader->process, &stats, error) ||
        (memory_is_due(reader, turn) && !read_memory(reader, turn, error)))
        return false;
    sample_stamp(sample);
    if (stats.n_goroutines >= 0)
        sample->count = stats.n_goroutines;
    attach_dump(reader, sample);
    sample->is_silent = sources_of(reader->pprof.target).pprof;
    return true;
}

/* What keeps memory from being read comes first, since no restart is needed for it. */
static void explain_neither(struct goroutines_reader *reader, struct goroutines_sample *sample,
                            const GError *no_memory)
{
    bool denied = g_error_matches(no_memory, GORUNTIME_ERROR, GORUNTIME_ERROR_DENIED);
    g_autofree char *pprof = g_strdup(sample->base.reason);

    if (sample->base.status == SAMPLE_GONE || pprof_reader_gone(&reader->pprof, sample))
        return;
    sample_set_status(sample, denied ? SAMPLE_DENIED : SAMPLE_FAILED,
                      "goroutines cannot be read from memory: %s%s%s", no_memory->message,
                      *pprof != '\0' ? "; nor by pprof: " : "", pprof);
}

/* --- either --- */

static bool is_memory_first(const struct goroutines_reader *reader, const struct turn *turn,
                            struct sources sources)
{
    return sources.memory &&
           (!sources.pprof || (!turn->forced && clock_now_us() < reader->pprof_after_us));
}

/* With memory as what is left when pprof does not answer. */
static void fill_pprof_first(struct goroutines_reader *reader, struct turn *turn,
                             struct goroutines_sample *sample, bool may_read_memory)
{
    g_autoptr(GError) no_memory = NULL;

    fill_from_pprof(reader, turn, sample, may_read_memory);
    if (!may_read_memory || sample->base.status == SAMPLE_OK || sample->base.status == SAMPLE_GONE)
        return;
    reader->pprof_after_us = clock_now_us() + AGAIN_US;
    if (fill_from_memory(reader, turn, sample, &no_memory))
        sample_set_status(sample, SAMPLE_OK, "%s", "");
    else
        explain_neither(reader, sample, no_memory);
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct goroutines_reader *reader = source;
    struct goroutines_sample *sample = user;
    const struct target *target = reader->pprof.target;
    struct sources sources = sources_of(target);
    g_autoptr(GError) no_memory = NULL;

    turn->share = 0.5;
    if (!is_memory_first(reader, turn, sources)) {
        fill_pprof_first(reader, turn, sample, sources.memory);
        return;
    }
    if (fill_from_memory(reader, turn, sample, &no_memory))
        return;
    reader->trust = TRUST_UNKNOWN;
    if (sources.pprof || target->pprof_url == NULL)
        fill_from_pprof(reader, turn, sample, false);
    if (!sources.pprof || sample->base.status != SAMPLE_OK)
        explain_neither(reader, sample, no_memory);
}

static void cancel(void *source)
{
    struct goroutines_reader *reader = source;

    http_cancel(reader->pprof.client);
    go_process_cancel(reader->process);
}

static void close_source(void *source)
{
    struct goroutines_reader *reader = source;

    pprof_reader_clear(&reader->pprof);
    go_process_free(reader->process);
    goroutine_dump_unref(reader->dump);
    g_bytes_unref(reader->text);
    g_clear_error(&reader->dump_error);
    g_free(reader);
}

const struct source_ops goroutines_source = {
    .is_http = true,
    .open = open_source,
    .fill = fill,
    .cancel = cancel,
    .close = close_source,
};
