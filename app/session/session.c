#include "app/session/session.h"

#include "app/ground/bell_watch.h"
#include "app/session/series.h"
#include "app/session/timeline.h"
#include "probes/clock.h"

/* A process younger than this is still loading. */
enum { STARTUP_S = 5 };

/* What growth columns count from. */
struct session_base {
    const struct heap_sample *heap;
    const struct goroutines_sample *goroutines;
    GHashTable *bucket_counts; /* guint64 hash -> count, of the goroutine dump */
};

struct session {
    struct target *target;
    bool replay;
    gint64 now_us;                       /* of a replay: the moment shown */
    struct probe *probes[PROBE_N_KINDS]; /* NULL in a replay */
    struct sample *latest[PROBE_N_KINDS];
    struct sample *shown[PROBE_N_KINDS]; /* only while frozen */
    struct sample *alive[PROBE_N_KINDS]; /* the newest of the living target that told something */
    struct series_set *series;
    struct timeline *timeline;
    struct session_parts *parts;
    struct bell *bell; /* rung by the probes */
    guint bell_source;
    session_listener listener;
    void *listener_user;
    bool frozen;
    gint64 frozen_us;
    gint64 mark_us;
    struct session_base base;
    struct session_end end;
    bool ended;
    void *companion;
    GDestroyNotify companion_free;
    const struct session_tap *tap;
    struct parts_tap parts_tap; /* what the parts are given to pass on to it */
};

/* --- baselines --- */

static void set_base_heap(struct session_base *base, const struct heap_sample *heap)
{
    sample_unref((void *)(uintptr_t)base->heap);
    base->heap = sample_ref(heap);
}

static void set_base_goroutines(struct session_base *base, const struct goroutines_sample *sample)
{
    sample_unref((void *)(uintptr_t)base->goroutines);
    g_clear_pointer(&base->bucket_counts, g_hash_table_unref);
    base->goroutines = NULL;
    if (sample != NULL) {
        base->goroutines = sample_ref(sample);
        const struct goroutine_dump *dump = sample->dump;
        GHashTable *counts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);

        for (size_t i = 0; i < dump->n_buckets; i++) {
            gint64 *key = g_new(gint64, 1);

            *key = (gint64)dump->buckets[i].hash;
            g_hash_table_replace(counts, key, GSIZE_TO_POINTER(dump->buckets[i].count));
        }
        base->bucket_counts = counts;
    }
}

/* The first answers after the start or after a mark without data become the baseline. */
static void complete_base(struct session *session, const struct sample *sample)
{
    if (sample->status != SAMPLE_OK)
        return;
    if (sample->kind == PROBE_HEAP && session->base.heap == NULL) {
        const struct heap_sample *heap = (const struct heap_sample *)sample;

        if (heap->profile != NULL)
            set_base_heap(&session->base, heap);
    } else if (sample->kind == PROBE_GOROUTINES && session->base.goroutines == NULL) {
        const struct goroutines_sample *goroutines = (const struct goroutines_sample *)sample;

        if (goroutines->dump != NULL)
            set_base_goroutines(&session->base, goroutines);
    }
}

/* --- samples arriving --- */

static void note_end(struct session *session, const struct sample *sample)
{
    const struct process_sample *process = (const struct process_sample *)sample;

    if (session->ended)
        return;
    if (sample->kind != PROBE_PROCESS) {
        /* another probe saw it first: the process probe knows what exactly happened */
        if (sample->status == SAMPLE_GONE && session->target->id.pid != 0)
            probe_refresh(session->probes[PROBE_PROCESS]);
        return;
    }
    if (sample->status != SAMPLE_GONE && process->state == PROCESS_ALIVE)
        return;
    session->ended = true;
    session->end = (struct session_end){
        .state = process->state == PROCESS_ALIVE ? PROCESS_ENDED : process->state,
        .at_us = g_get_monotonic_time(),
        .at_real_us = g_get_real_time(),
    };
    session_end_note(&session->end, process);
    if (session->tap != NULL && session->tap->end != NULL)
        session->tap->end(&session->end, session->tap->user);
    for (size_t i = 0; i < PROBE_N_KINDS; i++)
        probe_set_paused(session->probes[i], true);
}

static void keep_alive(struct session *session, struct sample *sample)
{
    if (session->ended || !sample_is_of_living(sample))
        return;
    sample_unref(session->alive[sample->kind]);
    session->alive[sample->kind] = sample_ref(sample);
}

static bool take(struct session *session, enum probe_kind kind)
{
    struct sample *sample = probe_take(session->probes[kind]);

    if (sample == NULL)
        return false;
    if (session->tap != NULL && session->tap->sample != NULL)
        session->tap->sample(sample, session->tap->user);
    series_set_add(session->series, sample);
    timeline_add(session->timeline, sample);
    session_parts_add(session->parts, sample);
    /* Whoever wanted the text of the dump has it by now. */
    if (sample->kind == PROBE_GOROUTINES)
        g_bytes_unref(goroutines_sample_take_text((const struct goroutines_sample *)sample));
    complete_base(session, sample);
    note_end(session, sample);
    keep_alive(session, sample);
    sample_unref(session->latest[kind]);
    session->latest[kind] = sample;
    return true;
}

static gboolean on_bell(gint fd, GIOCondition condition, gpointer user)
{
    struct session *session = user;
    unsigned kinds = 0;

    (void)fd;
    (void)condition;
    bell_clear(session->bell); /* before taking: a ring in between then only wakes us once more */
    for (size_t i = 0; i < PROBE_N_KINDS; i++)
        if (take(session, (enum probe_kind)i))
            kinds |= 1U << i;
    if (kinds != 0 && session->listener != NULL)
        session->listener(session, kinds, session->listener_user);
    return G_SOURCE_CONTINUE;
}

/* --- life --- */

gint64 session_trend_from_us(gint64 started_us)
{
    return started_us != 0 ? started_us + STARTUP_S * (gint64)G_USEC_PER_SEC : 0;
}

/* Moment of the monotonic clock from which trends count. */
static gint64 trend_start_us(const struct target *target)
{
    gint64 now = g_get_monotonic_time();

    if (target->started_real_us == 0)
        return now;
    return MAX(session_trend_from_us(now - (g_get_real_time() - target->started_real_us)), now);
}

/* For the kinds that count growth and ages by themselves. */
static const struct sample *past_of(const struct session_options *options, enum probe_kind kind)
{
    if (options->past == NULL || (kind != PROBE_FILES && kind != PROBE_MEMORY))
        return NULL;
    return options->past->samples[kind];
}

struct session *session_new(struct target *target, const struct session_options *options)
{
    struct session *session = g_new0(struct session, 1);
    struct series_options series = {.since_us = trend_start_us(target)};
    struct trend_options parts = {.since_us = series.since_us};

    if (options != NULL) {
        parts.min_window_s = series.min_window_s = options->trend_min_window_s;
        parts.min_points = series.min_points = options->trend_min_points;
    }
    session->target = target;
    session->series = series_set_new(&series);
    session->timeline = timeline_new();
    session->parts = session_parts_new(&parts);
    session->bell = bell_new();
    session->bell_source = bell_watch(session->bell, on_bell, session);
    for (size_t i = 0; i < PROBE_N_KINDS; i++) {
        struct probe_options one = {.bell_fd = bell_ring_end(session->bell)};

        if (options != NULL) {
            one.past = past_of(options, (enum probe_kind)i);
            one.interval_us = options->interval_us[i];
            one.max_duty =
                options->duty_scale * probe_default_duty((enum probe_kind)i, session->target);
        }
        session->probes[i] = probe_start((enum probe_kind)i, session->target, &one);
    }
    if (options != NULL && options->past != NULL) {
        /* The probes have what they need of it. */
        struct session_moment *past = options->past;

        series_set_free(session->series);
        session->series = g_steal_pointer(&past->series);
        series_set_break(session->series);
        session_parts_free(session->parts);
        session->parts = g_steal_pointer(&past->parts);
        session->mark_us = past->mark_us;
        set_base_heap(&session->base, past->base_heap);
        set_base_goroutines(&session->base, past->base_goroutines);
        session_moment_clear(past);
    }
    return session;
}

struct session *session_new_replay(struct target *target)
{
    struct session *session = g_new0(struct session, 1);

    session->replay = true;
    session->target = target;
    session->series = series_set_new(&(struct series_options){0});
    session->timeline = timeline_new();
    session->parts = session_parts_new(&(struct trend_options){0});
    return session;
}

static void drop_samples(struct sample *samples[PROBE_N_KINDS])
{
    for (size_t i = 0; i < PROBE_N_KINDS; i++)
        g_clear_pointer(&samples[i], sample_unref);
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    if (!session->replay) {
        g_source_remove(session->bell_source);
        for (size_t i = 0; i < PROBE_N_KINDS; i++)
            probe_stop(session->probes[i]);
        bell_free(session->bell);
    }
    drop_samples(session->latest);
    drop_samples(session->alive);
    drop_samples(session->shown);
    set_base_heap(&session->base, NULL);
    set_base_goroutines(&session->base, NULL);
    series_set_free(session->series);
    timeline_free(session->timeline);
    session_parts_free(session->parts);
    if (session->companion != NULL)
        session->companion_free(session->companion);
    target_free(session->target);
    g_free(session);
}

const struct target *session_target(const struct session *session)
{
    return session->target;
}

void session_set_source(struct session *session, enum target_source source)
{
    target_set_source(session->target, source);
    probe_refresh(session->probes[PROBE_GOROUTINES]);
    probe_refresh(session->probes[PROBE_HEAP]);
}

/* --- the moment shown, and time --- */

bool session_is_replay(const struct session *session)
{
    return session->replay;
}

void session_show(struct session *session, struct session_moment *moment)
{
    g_return_if_fail(session->replay && moment->series != NULL && moment->parts != NULL);
    session->now_us = moment->now_us;
    drop_samples(session->latest);
    for (size_t i = 0; i < PROBE_N_KINDS; i++) {
        session->latest[i] = g_steal_pointer(&moment->samples[i]);
        sample_unref(session->alive[i]);
        session->alive[i] = g_steal_pointer(&moment->alive[i]);
    }
    series_set_free(session->series);
    session->series = g_steal_pointer(&moment->series);
    session_parts_free(session->parts);
    session->parts = g_steal_pointer(&moment->parts);
    session->mark_us = moment->mark_us;
    set_base_heap(&session->base, moment->base_heap);
    set_base_goroutines(&session->base, moment->base_goroutines);
    session->ended = moment->ended;
    session->end = moment->end;
    session_moment_clear(moment);
    if (session->listener != NULL)
        session->listener(session, (1U << PROBE_N_KINDS) - 1, session->listener_user);
}

gint64 session_now_us(const struct session *session)
{
    return session->replay ? session->now_us : clock_now_us();
}

/* The clock of a recording counts microseconds since 1970. */
gint64 session_real_us(const struct session *session, gint64 t_us)
{
    return session->replay ? t_us : g_get_real_time() - (clock_now_us() - t_us);
}

/* --- what is known --- */

const struct sample *session_sample(const struct session *session, enum probe_kind kind)
{
    return session->frozen ? session->shown[kind] : session->latest[kind];
}

const struct sample *session_evidence(const struct session *session, enum probe_kind kind)
{
    return session->ended && session->alive[kind] != NULL ? session->alive[kind]
                                                          : session->latest[kind];
}

const struct sample *session_newest(const struct session *session, enum probe_kind kind)
{
    return session->latest[kind];
}

const struct process_sample *session_process(const struct session *session)
{
    return (const struct process_sample *)session_sample(session, PROBE_PROCESS);
}

const struct memory_sample *session_memory(const struct session *session)
{
    return (const struct memory_sample *)session_sample(session, PROBE_MEMORY);
}

const struct files_sample *session_files(const struct session *session)
{
    return (const struct files_sample *)session_sample(session, PROBE_FILES);
}

const struct goroutines_sample *session_goroutines(const struct session *session)
{
    return (const struct goroutines_sample *)session_sample(session, PROBE_GOROUTINES);
}

const struct heap_sample *session_heap(const struct session *session)
{
    return (const struct heap_sample *)session_sample(session, PROBE_HEAP);
}

const struct threads_sample *session_threads(const struct session *session)
{
    return (const struct threads_sample *)session_sample(session, PROBE_THREADS);
}

struct history *session_history(const struct session *session, enum metric series)
{
    return series_set_history(session->series, series);
}

const struct session_parts *session_parts(const struct session *session)
{
    return session->parts;
}

const struct trend *session_trend(struct session *session, enum metric series)
{
    return series_set_trend(session->series, series);
}

void session_set_listener(struct session *session, session_listener listener, void *user)
{
    session->listener = listener;
    session->listener_user = user;
}

/* --- the tap --- */

static void pass_begin(enum part_kind kind, gint64 t_us, void *user)
{
    const struct session_tap *tap = user;

    if (tap->parts_begin != NULL)
        tap->parts_begin(kind, t_us, tap->user);
}

static void pass_part(enum part_kind kind, const char *part, int64_t value, void *user)
{
    const struct session_tap *tap = user;

    if (tap->part != NULL)
        tap->part(kind, part, value, tap->user);
}

static void pass_clear(enum part_kind kind, void *user)
{
    const struct session_tap *tap = user;

    if (tap->parts_clear != NULL)
        tap->parts_clear(kind, tap->user);
}

void session_set_tap(struct session *session, const struct session_tap *tap)
{
    session->tap = tap;
    session->parts_tap = (struct parts_tap){
        .begin = pass_begin,
        .part = pass_part,
        .clear = pass_clear,
        .user = (void *)(uintptr_t)tap,
    };
    session_parts_set_tap(session->parts, tap != NULL ? &session->parts_tap : NULL);
    series_set_set_tap(session->series, tap != NULL ? tap->point : NULL,
                       tap != NULL ? tap->user : NULL);
}

struct probe *session_probe(const struct session *session, enum probe_kind kind)
{
    return session->probes[kind];
}

/* --- freeze, refresh, mark --- */

void session_freeze(struct session *session, bool frozen)
{
    if (frozen == session->frozen || session->replay)
        return;
    drop_samples(session->shown);
    if (frozen) {
        session->frozen_us = g_get_monotonic_time();
        for (size_t i = 0; i < PROBE_N_KINDS; i++)
            session->shown[i] = session->latest[i] != NULL ? sample_ref(session->latest[i]) : NULL;
    }
    session->frozen = frozen;
}

bool session_frozen(const struct session *session, gint64 *ret_since_us)
{
    if (session->frozen && ret_since_us != NULL)
        *ret_since_us = session->frozen_us;
    return session->frozen;
}

/* Shows the samples of that moment; a kind with none so old shows nothing. */
static void show_moment(struct session *session, gint64 at_us)
{
    drop_samples(session->shown);
    for (size_t i = 0; i < PROBE_N_KINDS; i++) {
        struct sample *sample = timeline_at(session->timeline, (enum probe_kind)i, at_us);

        session->shown[i] = sample_ref(sample);
    }
    session->frozen_us = at_us;
    if (session->listener != NULL)
        session->listener(session, (1U << PROBE_N_KINDS) - 1, session->listener_user);
}

bool session_step(struct session *session, int samples)
{
    gint64 at_us;

    if (!session->frozen || !timeline_step(session->timeline, session->frozen_us, samples, &at_us))
        return false;
    show_moment(session, at_us);
    return true;
}

bool session_seek(struct session *session, gint64 at_us)
{
    gint64 first_us;

    if (!session->frozen || !timeline_first(session->timeline, &first_us) || at_us < first_us)
        return false;
    show_moment(session, MIN(at_us, g_get_monotonic_time()));
    return true;
}

void session_refresh(struct session *session)
{
    for (size_t i = 0; i < PROBE_N_KINDS; i++)
        probe_refresh(session->probes[i]);
}

void session_mark(struct session *session)
{
    session->mark_us = session->replay ? session->now_us : g_get_monotonic_time();
    set_base_heap(&session->base, NULL);
    set_base_goroutines(&session->base, NULL);
    for (size_t i = 0; i < PROBE_N_KINDS; i++) {
        if (session->latest[i] != NULL)
            complete_base(session, session->latest[i]);
        probe_mark(session->probes[i]);
    }
    if (session->tap != NULL && session->tap->mark != NULL)
        session->tap->mark(session->mark_us, session->tap->user);
}

gint64 session_mark_us(const struct session *session)
{
    return session->mark_us;
}

const struct heap_sample *session_mark_heap(const struct session *session)
{
    return session->base.heap;
}

const struct goroutines_sample *session_mark_goroutines(const struct session *session)
{
    return session->base.goroutines;
}

size_t session_mark_bucket_count(const struct session *session, uint64_t hash)
{
    gint64 key = (gint64)hash;

    if (session->base.bucket_counts == NULL)
        return 0;
    return GPOINTER_TO_SIZE(g_hash_table_lookup(session->base.bucket_counts, &key));
}

bool session_ended(const struct session *session, struct session_end *ret)
{
    if (session->ended && ret != NULL)
        *ret = session->end;
    return session->ended;
}

void *session_companion(const struct session *session)
{
    return session->companion;
}

void session_set_companion(struct session *session, void *companion, GDestroyNotify destroy)
{
    g_assert(session->companion == NULL);
    session->companion = companion;
    session->companion_free = destroy;
}
