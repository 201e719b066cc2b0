#include "tests/screens/fake_session.h"

#include "probes/clock.h"
#include "tests/screens/fake_samples.h"

#include <math.h>
#include <string.h>

enum { S = G_USEC_PER_SEC };

static enum fake_story next_story;
static gint64 fake_now = (gint64)100000 * S;

struct session {
    enum fake_story story;
    bool replay;
    gint64 now_us; /* of a replay: what is shown */
    struct target *target;
    struct sample *samples[PROBE_N_KINDS];
    struct heap_sample *mark_heap;
    struct session_parts *parts;
    struct goroutines_sample *mark_goroutines;
    struct history *histories[METRIC_N];
    struct trend trends[METRIC_N];
    session_listener listener;
    void *listener_user;
    gint64 mark_us;
    gint64 frozen_us;
    void *companion;
    GDestroyNotify companion_free;
};

gint64 clock_now_us(void)
{
    return fake_now;
}

void fake_clock_advance(gint64 us)
{
    fake_now += us;
}

void fake_session_prepare(enum fake_story story)
{
    next_story = story;
}

const char *fake_story_name(enum fake_story story)
{
    static const char *const names[FAKE_N_STORIES] = {"leaking", "healthy", "no-pprof", "denied",
                                                      "hostile", "empty",   "ended",    "stale"};

    return names[story];
}

struct target *fake_target_new(enum fake_story story)
{
    struct target *target = g_new0(struct target, 1);

    target->id.pid = 41822;
    target->name = g_strdup(story == FAKE_HOSTILE ? "si\x1b[31mde\ncar" : "sidecar");
    target->exe = g_strdup("/usr/local/bin/sidecar");
    target->cmdline = g_strdup("sidecar");
    target->go_version = g_strdup("go1.26.8");
    target->proc_root = g_strdup("/nonexistent"); /* not even where such a process exists */
    target->platform.proc_root = target->proc_root;
    target->pprof_url =
        fake_has_pprof(story) ? g_strdup("http://127.0.0.1:6061/debug/pprof") : NULL;
    target->pprof_why = fake_has_pprof(story)
                            ? NULL
                            : g_strdup("pprof is off in this process. Restart it with "
                                       "SIDECAR_PPROF=1; a restart loses the present state.");
    target->is_sidecar = true;
    target->leaks = leak_marks_new();
    return target;
}

/* The heap as it was: less of it, the further back. */
static void add_parts(struct session *session, enum fake_story story)
{
    struct heap_sample heap = {.base = {.kind = PROBE_HEAP, .status = SAMPLE_OK}, .new_gc = true};

    session->parts = session_parts_new(&(struct trend_options){0});
    for (int i = 1; i <= 5 && fake_leaks(story); i++) {
        g_autofree char *text = g_strdup_printf(
            "heap profile: 1: %d [1: 62914560] @ heap/2\n1: %d [1: 62914560] @ 0x401001\n"
            "#\t0x401000\tbufio.(*Scanner).Scan+0x10\t/usr/lib/go/src/bufio/scan.go:200\n",
            i * 4194304, i * 4194304);
        g_autoptr(profile_auto) profile = profile_decode((const uint8_t *)text, strlen(text), NULL);

        heap.profile = profile;
        heap.profile_us = fake_now - (6 - i) * 60 * (gint64)S;
        session_parts_add(session->parts, &heap.base);
    }
}

/* --- histories --- */

static void grow(struct session *session, enum metric series, double from, double to)
{
    for (int i = 0; i <= FAKE_HISTORY_S; i++)
        history_add(session->histories[series], fake_now - (gint64)(FAKE_HISTORY_S - i) * S,
                    from + (to - from) * i / FAKE_HISTORY_S);
    session->trends[series] = (struct trend){
        .verdict = to > from * 1.02 ? TREND_GROWING : TREND_FLAT,
        .per_second = (to - from) / FAKE_HISTORY_S,
        .window_s = FAKE_HISTORY_S,
        .n = FAKE_HISTORY_S,
        .rise = to - from,
    };
}

static void fill_histories(struct session *session)
{
    bool leak = fake_leaks(session->story);

    for (int s = 0; s < METRIC_N; s++)
        session->histories[s] = history_new(512);
    if (session->story == FAKE_EMPTY)
        return;
    grow(session, METRIC_RSS, leak ? 5.9e9 : 69e6, leak ? 6.6e9 : 69e6);
    grow(session, METRIC_FDS, leak ? 1380 : 15, leak ? 1412 : 15);
    grow(session, METRIC_CPU, 30, 30);
    grow(session, METRIC_GOROUTINES, leak ? 40 : 29, leak ? 61 : 29);
    grow(session, METRIC_HEAP_ALLOC, leak ? 20e6 : 10e6, leak ? 31e6 : 10e6);
}

/* --- app/session/session.h --- */

static void make_samples(struct session *session)
{
    for (int k = 0; k < PROBE_N_KINDS; k++) {
        sample_unref(session->samples[k]);
        session->samples[k] = session->story == FAKE_EMPTY ? NULL
                              : k == PROBE_GOROUTINES
                                  ? fake_goroutines_new(session->story, session->target->leaks)
                                  : fake_sample_new(session->story, (enum probe_kind)k);
    }
}

struct session *session_new(struct target *target, const struct session_options *options)
{
    struct session *session = g_new0(struct session, 1);

    (void)options;
    session->story = next_story;
    session->target = target;
    make_samples(session);
    fill_histories(session);
    add_parts(session, session->story);
    if (session->story != FAKE_EMPTY && fake_has_pprof(session->story)) {
        session->mark_heap = sample_ref(session->samples[PROBE_HEAP]);
        session->mark_goroutines = sample_ref(session->samples[PROBE_GOROUTINES]);
    }
    return session;
}

struct session *session_new_replay(struct target *target)
{
    struct session *session = session_new(target, NULL);

    session->replay = true;
    return session;
}

void session_moment_clear(struct session_moment *moment)
{
    *moment = (struct session_moment){0};
}

void session_show(struct session *session, struct session_moment *moment)
{
    session->now_us = moment->now_us;
    session_moment_clear(moment);
    fake_session_ring(session);
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    for (int k = 0; k < PROBE_N_KINDS; k++)
        sample_unref(session->samples[k]);
    for (int s = 0; s < METRIC_N; s++)
        history_free(session->histories[s]);
    sample_unref(session->mark_heap);
    session_parts_free(session->parts);
    sample_unref(session->mark_goroutines);
    target_free(session->target);
    if (session->companion != NULL)
        session->companion_free(session->companion);
    g_free(session);
}

void fake_session_ring(struct session *session)
{
    make_samples(session);
    if (session->listener != NULL)
        session->listener(session, ~0u, session->listener_user);
}

const struct target *session_target(const struct session *session)
{
    return session->target;
}

void session_set_source(struct session *session, enum target_source source)
{
    target_set_source(session->target, source);
}

void session_set_tap(struct session *session, const struct session_tap *tap)
{
    (void)session;
    (void)tap;
}

bool session_is_replay(const struct session *session)
{
    return session->replay;
}

gint64 session_now_us(const struct session *session)
{
    return session->replay ? session->now_us : fake_now;
}

gint64 session_real_us(const struct session *session, gint64 t_us)
{
    if (session->replay)
        return t_us;
    return g_get_real_time() - (fake_now - t_us);
}

const struct sample *session_sample(const struct session *session, enum probe_kind kind)
{
    return session->samples[kind];
}

const struct sample *session_newest(const struct session *session, enum probe_kind kind)
{
    return session->samples[kind];
}

const struct sample *session_evidence(const struct session *session, enum probe_kind kind)
{
    return session->samples[kind];
}

const struct process_sample *session_process(const struct session *session)
{
    return (const struct process_sample *)(const void *)session->samples[PROBE_PROCESS];
}

const struct memory_sample *session_memory(const struct session *session)
{
    return (const struct memory_sample *)(const void *)session->samples[PROBE_MEMORY];
}

const struct files_sample *session_files(const struct session *session)
{
    return (const struct files_sample *)(const void *)session->samples[PROBE_FILES];
}

const struct goroutines_sample *session_goroutines(const struct session *session)
{
    return (const struct goroutines_sample *)(const void *)session->samples[PROBE_GOROUTINES];
}

const struct heap_sample *session_heap(const struct session *session)
{
    return (const struct heap_sample *)(const void *)session->samples[PROBE_HEAP];
}

const struct threads_sample *session_threads(const struct session *session)
{
    return (const struct threads_sample *)(const void *)session->samples[PROBE_THREADS];
}

const struct session_parts *session_parts(const struct session *session)
{
    return session->parts;
}

struct history *session_history(const struct session *session, enum metric series)
{
    return session->histories[series];
}

const struct trend *session_trend(struct session *session, enum metric series)
{
    return &session->trends[series];
}

gint64 session_trend_from_us(gint64 started_real_us)
{
    return started_real_us;
}

void session_set_listener(struct session *session, session_listener listener, void *user)
{
    session->listener = listener;
    session->listener_user = user;
}

/* There are no probes; what asks one for its pace gets zeros (see below). */
struct probe *session_probe(const struct session *session, enum probe_kind kind)
{
    (void)session;
    (void)kind;
    return NULL;
}

void session_freeze(struct session *session, bool frozen)
{
    session->frozen_us = frozen ? fake_now : 0;
}

bool session_frozen(const struct session *session, gint64 *ret_since_us)
{
    if (session->frozen_us != 0 && ret_since_us != NULL)
        *ret_since_us = session->frozen_us;
    return session->frozen_us != 0;
}

bool session_step(struct session *session, int samples)
{
    (void)session;
    (void)samples;
    return false;
}

bool session_seek(struct session *session, gint64 at_us)
{
    (void)session;
    (void)at_us;
    return false;
}

void session_refresh(struct session *session)
{
    fake_session_ring(session);
}

void session_mark(struct session *session)
{
    session->mark_us = session_now_us(session);
}

gint64 session_mark_us(const struct session *session)
{
    return session->mark_us;
}

const struct heap_sample *session_mark_heap(const struct session *session)
{
    return session->mark_heap;
}

const struct goroutines_sample *session_mark_goroutines(const struct session *session)
{
    return session->mark_goroutines;
}

size_t session_mark_bucket_count(const struct session *session, uint64_t hash)
{
    (void)session;
    (void)hash;
    return 1;
}

bool session_ended(const struct session *session, struct session_end *ret)
{
    if (session->story != FAKE_ENDED)
        return false;
    if (ret != NULL)
        *ret = (struct session_end){.state = PROCESS_ENDED,
                                    .at_us = fake_now - 5 * S,
                                    .at_real_us = (gint64)1700000000 * S};
    return true;
}

/* --- probes/probe.h, the few calls screens make --- */

struct probe_pace probe_pace(struct probe *probe)
{
    (void)probe;
    return (struct probe_pace){.interval_us = S,
                               .effective_us = S,
                               .samples = 10,
                               .last_cost_us = 300,
                               .total_cost_us = 3000,
                               .total_cpu_us = 2000,
                               .total_bytes = 40960};
}

void probe_set_interval(struct probe *probe, gint64 interval_us)
{
    (void)probe;
    (void)interval_us;
}

void probe_set_detail(struct probe *probe, bool detail)
{
    (void)probe;
    (void)detail;
}

void probe_refresh(struct probe *probe)
{
    (void)probe;
}

void probe_consent_once(struct probe *probe)
{
    (void)probe;
}

void *session_companion(const struct session *session)
{
    return session->companion;
}

void session_set_companion(struct session *session, void *companion, GDestroyNotify destroy)
{
    session->companion = companion;
    session->companion_free = destroy;
}
