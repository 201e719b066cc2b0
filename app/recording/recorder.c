#include "app/recording/recorder.h"

#include "app/recording/boot.h"
#include "app/recording/writer.h"
#include "probes/clock.h"
#include "probes/threads.h"

#include <string.h>

enum {
    COMMIT_US = 2 * G_USEC_PER_SEC,
    MAX_WAITING = 64,        /* samples of a kind that wait for the disk */
    MAX_WAITING_OTHER = 512, /* events, marks, verdicts */
    GAP_US = 10 * G_USEC_PER_SEC,
    GAP_INTERVALS = 4, /* so many times the usual pause between two samples is a gap as well */
};

/* What both threads touch, behind the lock. */
struct shared {
    GQueue waiting; /* struct item *, oldest first */
    guint n_waiting[PROBE_N_KINDS];
    bool stop, busy;
    bool hurry;                       /* somebody waits for it */
    uint64_t left_out, told_left_out; /* samples; so many the recording knows of */
    struct recorder_state state;
};

struct recorder {
    /* main loop's thread */
    struct axis axis;
    struct item *open; /* the sample whose points are still coming; NULL: none */
    guint close_source;
    gint64 last_sample_us; /* of the axis; 0: none yet */
    gint64 usual_us;       /* between two samples */
    struct session_tap tap;
    char *boot;
    pthread_t thread;
    bool has_thread;

    struct lock lock;
    struct shared shared;  /* behind it */
    struct writer *writer; /* the thread's */
};

/* --- the queue --- */

static void drop_oldest(struct shared *shared, int kind)
{
    for (GList *link = shared->waiting.head; link != NULL; link = link->next) {
        const struct item *item = link->data;

        if (kind < PROBE_N_KINDS ? item->kind == ITEM_SAMPLE && (int)item->sample->kind == kind
                                 : item->kind == ITEM_EVENT || item->kind == ITEM_VERDICT) {
            item_free(link->data);
            g_queue_delete_link(&shared->waiting, link);
            shared->left_out++;
            return;
        }
    }
}

static void hand_over(struct recorder *recorder, struct item *item)
{
    lock_acquire(&recorder->lock);
    struct shared *shared = &recorder->shared;

    if (item->kind == ITEM_SAMPLE) {
        if (shared->n_waiting[item->sample->kind] == MAX_WAITING)
            drop_oldest(shared, (int)item->sample->kind);
        else
            shared->n_waiting[item->sample->kind]++;
    } else if (shared->waiting.length > MAX_WAITING * PROBE_N_KINDS + MAX_WAITING_OTHER) {
        drop_oldest(shared, PROBE_N_KINDS);
    }
    g_queue_push_tail(&shared->waiting, item);
    lock_release(&recorder->lock);
}

static void close_open(struct recorder *recorder)
{
    g_clear_handle_id(&recorder->close_source, g_source_remove);
    if (recorder->open != NULL)
        hand_over(recorder, g_steal_pointer(&recorder->open));
}

static gboolean on_idle(gpointer user)
{
    struct recorder *recorder = user;

    recorder->close_source = 0;
    close_open(recorder);
    return G_SOURCE_REMOVE;
}

/* --- the thread --- */

static struct item *left_out_event(struct shared *shared)
{
    const struct item *newest = g_queue_peek_tail(&shared->waiting);
    struct item *item = item_new(ITEM_EVENT, newest->at_us);

    item->event = g_strdup("left-out");
    item->severity = g_strdup("info");
    item->label = g_strdup("the disk could not follow");
    item->json = g_strdup_printf("{\"samples\":%" G_GUINT64_FORMAT "}",
                                 (guint64)(shared->left_out - shared->told_left_out));
    shared->told_left_out = shared->left_out;
    return item;
}

/* A batch; the lock is let go while it is written. */
static void write_waiting(struct recorder *recorder) THREADS_REQUIRES(recorder->lock)
{
    struct shared *shared = &recorder->shared;

    if (shared->left_out != shared->told_left_out && shared->waiting.length > 0)
        g_queue_push_tail(&shared->waiting, left_out_event(shared));
    GQueue items = shared->waiting;

    g_queue_init(&shared->waiting);
    memset(shared->n_waiting, 0, sizeof shared->n_waiting);
    shared->busy = true;
    shared->hurry = false;
    lock_release(&recorder->lock);
    bool ok = writer_write(recorder->writer, &items);

    lock_acquire(&recorder->lock);
    /* What failed and can be told later goes before what has come meanwhile. */
    struct item *item;

    while ((item = g_queue_pop_tail(&items)) != NULL)
        g_queue_push_head(&recorder->shared.waiting, item);
    struct recorder_state *state = &recorder->shared.state;

    state->bytes = writer_bytes(recorder->writer);
    state->full_disk = recorder->writer->full_disk;
    g_strlcpy(state->problem, recorder->writer->problem, sizeof state->problem);
    if (ok)
        state->written_us = g_get_monotonic_time();
    shared->busy = false;
    lock_notify(&recorder->lock);
}

static void *run(void *user)
{
    struct recorder *recorder = user;
    struct shared *shared = &recorder->shared;
    gint64 next_us = g_get_monotonic_time() + COMMIT_US;

    lock_acquire(&recorder->lock);
    while (!shared->stop) {
        if (g_get_monotonic_time() < next_us && !shared->hurry) {
            lock_wait(&recorder->lock, next_us);
            continue;
        }
        next_us = g_get_monotonic_time() + COMMIT_US;
        if (shared->waiting.length > 0 || shared->hurry)
            write_waiting(recorder);
    }
    write_waiting(recorder);
    lock_release(&recorder->lock);
    return NULL;
}

/* --- what the session tells --- */

static gint64 now_us(const struct recorder *recorder)
{
    return axis_of(&recorder->axis, g_get_monotonic_time());
}

static void add_event(struct recorder *recorder, const char *kind, const char *severity,
                      const char *key, const char *label, const char *json)
{
    struct item *item = item_new(ITEM_EVENT, now_us(recorder));

    item->event = g_strdup(kind);
    item->severity = g_strdup(severity);
    item->key = g_strdup(key);
    item->label = g_strdup(label);
    item->json = g_strdup(json);
    hand_over(recorder, item);
}

static void tell_span(struct recorder *recorder, const char *kind, gint64 by_us)
{
    g_autofree char *json = g_strdup_printf("{\"us\":%" G_GINT64_FORMAT "}", by_us);

    add_event(recorder, kind, "info", "", "", json);
}

static void on_sample(const struct sample *sample, void *user)
{
    struct recorder *recorder = user;

    close_open(recorder);
    gint64 slept_us, moved_us;

    if (axis_look(&recorder->axis, &slept_us, &moved_us)) {
        struct item *item = item_new(ITEM_CLOCK, now_us(recorder));

        item->axis = recorder->axis;
        hand_over(recorder, item);
        tell_span(recorder, "suspended", slept_us);
        recorder->last_sample_us = 0;
    }
    if (moved_us != 0)
        tell_span(recorder, "clock-jump", moved_us);
    gint64 at_us = now_us(recorder);

    /* No sample of any kind for long: the machine was busy, or this program was stopped. */
    gint64 pause_us = at_us - recorder->last_sample_us;

    if (recorder->last_sample_us != 0 && recorder->usual_us != 0 && pause_us > GAP_US &&
        pause_us > GAP_INTERVALS * recorder->usual_us)
        tell_span(recorder, "gap", pause_us);
    else if (recorder->last_sample_us != 0)
        recorder->usual_us = MAX(pause_us, recorder->usual_us - recorder->usual_us / 16);
    recorder->last_sample_us = at_us;

    recorder->open = item_new(ITEM_SAMPLE, at_us);
    recorder->open->sample = sample_ref(sample);
    if (sample->kind == PROBE_GOROUTINES)
        recorder->open->text =
            goroutines_sample_take_text((const struct goroutines_sample *)sample);
    recorder->close_source = g_idle_add(on_idle, recorder);
}

static void on_point(enum metric metric, gint64 t_us, double value, void *user)
{
    struct recorder *recorder = user;

    if (recorder->open != NULL)
        item_add_point(recorder->open, &(struct item_point){metric, t_us, value});
}

static void add_part(struct recorder *recorder, const struct item_part *part)
{
    if (recorder->open != NULL)
        item_add_part(recorder->open, part);
}

static void on_parts_begin(enum part_kind kind, gint64 t_us, void *user)
{
    add_part(user, &(struct item_part){.what = ITEM_PARTS_BEGIN, .kind = kind, .t_us = t_us});
}

static void on_part(enum part_kind kind, const char *part, int64_t value, void *user)
{
    add_part(user, &(struct item_part){.what = ITEM_PARTS_SET,
                                       .kind = kind,
                                       .name = (char *)(uintptr_t)part,
                                       .value = value});
}

static void on_parts_clear(enum part_kind kind, void *user)
{
    add_part(user, &(struct item_part){.what = ITEM_PARTS_CLEAR, .kind = kind});
}

static void on_mark(gint64 t_us, void *user)
{
    struct recorder *recorder = user;

    close_open(recorder);
    struct item *item = item_new(ITEM_MARK, axis_of(&recorder->axis, t_us));

    item->t_us = t_us;
    hand_over(recorder, item);
}

static void on_end(const struct session_end *end, void *user)
{
    struct recorder *recorder = user;

    close_open(recorder);
    struct item *item = item_new(ITEM_END, now_us(recorder));

    item->end = *end;
    hand_over(recorder, item);
}

/* --- life --- */

struct recorder *recorder_new(const char *path, const struct recorder_options *options,
                              GError **error)
{
    struct writer *writer = writer_open(path, options != NULL ? options->max_bytes : 0, error);

    if (writer == NULL)
        return NULL;
    struct recorder *recorder = g_new0(struct recorder, 1);

    recorder->writer = writer;
    recorder->boot = boot_id();
    axis_init(&recorder->axis, writer_newest_us(writer));
    recorder->tap = (struct session_tap){on_sample,      on_point, on_parts_begin, on_part,
                                         on_parts_clear, on_mark,  on_end,         recorder};
    g_queue_init(&recorder->shared.waiting);
    recorder->shared.state.bytes = writer_bytes(writer);
    lock_init(&recorder->lock);
    recorder->has_thread = thread_start(&recorder->thread, "recorder", run, recorder);
    if (recorder->has_thread)
        return recorder;
    g_set_error(error, RECORDING_ERROR, RECORDING_ERROR_FILE,
                "%s: the system has no thread left to write it", path);
    recorder_free(recorder);
    return NULL;
}

static void stop(struct recorder *recorder)
{
    lock_acquire(&recorder->lock);
    recorder->shared.stop = true;
    lock_notify(&recorder->lock);
    lock_release(&recorder->lock);
    pthread_join(recorder->thread, NULL);
}

static void free_item(gpointer item)
{
    item_free(item);
}

void recorder_free(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    close_open(recorder);
    if (recorder->has_thread)
        stop(recorder);
    writer_close(recorder->writer);
    g_queue_clear_full(&recorder->shared.waiting, free_item);
    lock_clear(&recorder->lock);
    g_free(recorder->boot);
    g_free(recorder);
}

void recorder_begin_run(struct recorder *recorder, const struct target *target)
{
    close_open(recorder);
    struct item *item = item_new(ITEM_RUN, now_us(recorder));

    item->target = target_copy(target);
    item->boot_id = g_strdup(recorder->boot);
    item->axis = recorder->axis;
    recorder->last_sample_us = 0;
    hand_over(recorder, item);
}

const struct session_tap *recorder_tap(struct recorder *recorder)
{
    return &recorder->tap;
}

void recorder_event(struct recorder *recorder, const char *kind, const char *severity,
                    const char *key, const char *label, const char *json)
{
    close_open(recorder);
    add_event(recorder, kind, severity, key, label, json);
}

void recorder_verdict(struct recorder *recorder, const struct triage_result *result)
{
    struct item *item = item_new(ITEM_VERDICT, now_us(recorder));

    item_add_verdict(item, "", triage_verdict_name(result->verdict), result->diagnosis);
    for (int i = 0; i < TRIAGE_N_STEPS; i++)
        item_add_verdict(item, result->steps[i].key, triage_verdict_name(result->steps[i].verdict),
                         result->steps[i].summary);
    hand_over(recorder, item);
}

void recorder_snapshot(struct recorder *recorder, const struct snapshot *snapshot,
                       const char *label)
{
    struct item *item = item_new(ITEM_SNAPSHOT, now_us(recorder));

    item->snapshot = snapshot_copy(snapshot);
    item->label = g_strdup(label);
    hand_over(recorder, item);
}

gint64 recorder_axis_us(const struct recorder *recorder, gint64 monotonic_us)
{
    return axis_of(&recorder->axis, monotonic_us);
}

struct recorder_state recorder_state(struct recorder *recorder)
{
    lock_acquire(&recorder->lock);
    struct recorder_state state = recorder->shared.state;

    state.left_out = recorder->shared.left_out;
    lock_release(&recorder->lock);
    return state;
}

void recorder_flush(struct recorder *recorder)
{
    close_open(recorder);
    lock_acquire(&recorder->lock);
    while (recorder->shared.busy)
        lock_wait(&recorder->lock, -1);
    recorder->shared.hurry = true;
    lock_notify(&recorder->lock);
    while (recorder->shared.hurry || recorder->shared.busy)
        lock_wait(&recorder->lock, -1);
    lock_release(&recorder->lock);
}
