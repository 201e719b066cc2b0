#include "tests/unit/app/fake_source.h"

#include <pthread.h>

enum { S = G_USEC_PER_SEC };

struct fake_source {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool open, stuck, broken, growing;
    gint64 to_us;
    int asked;
};

static int alive;

struct fake_source *fake_source_new(void)
{
    struct fake_source *source = g_new0(struct fake_source, 1);

    pthread_mutex_init(&source->lock, NULL);
    pthread_cond_init(&source->moved, NULL);
    source->open = true;
    source->to_us = 2000 * (gint64)S;
    __atomic_add_fetch(&alive, 1, __ATOMIC_SEQ_CST);
    return source;
}

static void free_source(void *data)
{
    struct fake_source *source = data;

    pthread_mutex_destroy(&source->lock);
    pthread_cond_destroy(&source->moved);
    g_free(source);
    __atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST);
}

int fake_sources_alive(void)
{
    return __atomic_load_n(&alive, __ATOMIC_SEQ_CST);
}

static void set_flag(struct fake_source *source, bool *flag, bool value)
{
    pthread_mutex_lock(&source->lock);
    *flag = value;
    pthread_cond_broadcast(&source->moved);
    pthread_mutex_unlock(&source->lock);
}

void fake_source_set_gate(struct fake_source *source, bool open)
{
    set_flag(source, &source->open, open);
}

void fake_source_set_broken(struct fake_source *source, bool broken)
{
    set_flag(source, &source->broken, broken);
}

void fake_source_set_end(struct fake_source *source, gint64 to_us, bool growing)
{
    pthread_mutex_lock(&source->lock);
    source->to_us = to_us;
    source->growing = growing;
    pthread_mutex_unlock(&source->lock);
}

void fake_source_wait_stuck(struct fake_source *source)
{
    pthread_mutex_lock(&source->lock);
    while (!source->stuck)
        pthread_cond_wait(&source->moved, &source->lock);
    pthread_mutex_unlock(&source->lock);
}

int fake_source_asked(struct fake_source *source)
{
    pthread_mutex_lock(&source->lock);
    int asked = source->asked;

    pthread_mutex_unlock(&source->lock);
    return asked;
}

/* --- the source --- */

static size_t n_runs(void *data)
{
    (void)data;
    return 2;
}

static struct target *target(void *data, size_t run)
{
    struct target *target = g_new0(struct target, 1);

    (void)data;
    target->id.pid = run == 0 ? 100 : 200;
    target->name = g_strdup("fake");
    return target;
}

static struct player_outline *outline(void *data, size_t run, GError **error)
{
    struct fake_source *source = data;
    struct player_outline *outline = player_outline_new();
    struct player_gap gap = {1600 * (gint64)S, 1700 * (gint64)S};

    (void)error;
    outline->from_us = run == 0 ? 100 * (gint64)S : 1000 * (gint64)S;
    pthread_mutex_lock(&source->lock);
    outline->to_us = run == 0 ? 200 * (gint64)S : source->to_us;
    outline->growing = run == 1 && source->growing;
    pthread_mutex_unlock(&source->lock);
    if (run == 0)
        return outline;
    player_outline_add_event(outline, 1200 * (gint64)S, "mark", "info", "", "project switch");
    player_outline_add_event(outline, 1500 * (gint64)S, "alarm", "bad", "rss", "RSS");
    player_outline_add_verdict(outline, 1000 * (gint64)S, TRIAGE_HEALTHY, "");
    player_outline_add_verdict(outline, 1300 * (gint64)S, TRIAGE_BAD, "");
    g_array_append_val(outline->gaps, gap);
    return outline;
}

static bool step(void *data, size_t run, gint64 at_us, int steps, gint64 *ret_us)
{
    (void)data;
    (void)run;
    *ret_us = at_us + steps * (gint64)S;
    return true;
}

static struct session_moment *moment(void *data, size_t run, gint64 at_us, GError **error)
{
    struct fake_source *source = data;

    (void)run;
    pthread_mutex_lock(&source->lock);
    source->asked++;
    source->stuck = true;
    pthread_cond_broadcast(&source->moved);
    while (!source->open)
        pthread_cond_wait(&source->moved, &source->lock);
    source->stuck = false;
    bool broken = source->broken;

    pthread_mutex_unlock(&source->lock);
    if (broken) {
        g_set_error(error, G_FILE_ERROR, 0, "the recording is damaged");
        return NULL;
    }
    struct session_moment *moment = g_new0(struct session_moment, 1);

    moment->now_us = at_us;
    return moment;
}

const struct player_source_ops fake_source_ops = {
    .n_runs = n_runs,
    .target = target,
    .outline = outline,
    .step = step,
    .moment = moment,
    .free = free_source,
};
