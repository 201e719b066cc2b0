#include "app/session/timeline.h"

enum { BUDGET_BYTES = 2 * 1024 * 1024 }; /* per kind */

struct timeline {
    GQueue kept[PROBE_N_KINDS]; /* struct sample *, oldest first */
    int64_t bytes[PROBE_N_KINDS];
};

/* Rough size of a sample; what its parts share with others is counted each time, which only errs
 * towards keeping less. */
static int64_t weigh(const struct sample *sample)
{
    enum {
        FIXED = 1024,
        PER_FD = 200,
        PER_REGION = 120,
        PER_BUCKET = 2048,
        PER_STACK = 400,
        PER_THREAD = 120
    };

    switch (sample->kind) {
    case PROBE_FILES:
        return FIXED + PER_FD * (int64_t)((const struct files_sample *)(const void *)sample)->n_fds;
    case PROBE_MEMORY:
        return FIXED + PER_REGION *
                           (int64_t)((const struct memory_sample *)(const void *)sample)->n_regions;
    case PROBE_GOROUTINES: {
        const struct goroutines_sample *g = (const struct goroutines_sample *)(const void *)sample;

        return FIXED + PER_BUCKET * (int64_t)(g->dump != NULL ? g->dump->n_buckets : 0);
    }
    case PROBE_HEAP: {
        const struct heap_sample *h = (const struct heap_sample *)(const void *)sample;

        return FIXED + PER_STACK * (int64_t)(h->profile != NULL ? h->profile->n_samples : 0);
    }
    case PROBE_THREADS: {
        const struct threads_sample *t = (const struct threads_sample *)(const void *)sample;

        return FIXED + PER_THREAD * (int64_t)(t->n_threads + t->n_children + t->n_spawns);
    }
    default:
        return FIXED;
    }
}

struct timeline *timeline_new(void)
{
    struct timeline *timeline = g_new0(struct timeline, 1);

    for (int k = 0; k < PROBE_N_KINDS; k++)
        g_queue_init(&timeline->kept[k]);
    return timeline;
}

static void drop_oldest(struct timeline *timeline, enum probe_kind kind)
{
    struct sample *oldest = g_queue_pop_head(&timeline->kept[kind]);

    timeline->bytes[kind] -= weigh(oldest);
    sample_unref(oldest);
}

void timeline_free(struct timeline *timeline)
{
    if (timeline == NULL)
        return;
    for (int k = 0; k < PROBE_N_KINDS; k++)
        while (timeline->kept[k].length > 0)
            drop_oldest(timeline, (enum probe_kind)k);
    g_free(timeline);
}

void timeline_add(struct timeline *timeline, struct sample *sample)
{
    enum probe_kind kind = sample->kind;

    g_queue_push_tail(&timeline->kept[kind], sample_ref(sample));
    timeline->bytes[kind] += weigh(sample);
    while (timeline->bytes[kind] > BUDGET_BYTES && timeline->kept[kind].length > 2)
        drop_oldest(timeline, kind);
}

/* When the sample was made: a stale one's values are older than that. */
static gint64 moment(const struct sample *sample)
{
    return sample->taken_us;
}

struct sample *timeline_at(const struct timeline *timeline, enum probe_kind kind, gint64 at_us)
{
    for (GList *l = timeline->kept[kind].tail; l != NULL; l = l->prev)
        if (moment(l->data) <= at_us)
            return l->data;
    return NULL;
}

static enum probe_kind clock_kind(const struct timeline *timeline)
{
    for (int k = 0; k < PROBE_N_KINDS; k++)
        if (timeline->kept[k].length > 0)
            return (enum probe_kind)k;
    return PROBE_PROCESS;
}

bool timeline_step(const struct timeline *timeline, gint64 at_us, int steps, gint64 *ret_us)
{
    GList *l = timeline->kept[clock_kind(timeline)].tail;

    while (l != NULL && moment(l->data) > at_us)
        l = l->prev;
    for (; l != NULL && steps < 0; steps++)
        l = l->prev;
    for (; l != NULL && steps > 0; steps--)
        l = l->next;
    if (l == NULL)
        return false;
    *ret_us = moment(l->data);
    return true;
}

bool timeline_first(const struct timeline *timeline, gint64 *ret_us)
{
    const GQueue *kept = &timeline->kept[clock_kind(timeline)];

    if (kept->length == 0)
        return false;
    *ret_us = moment(kept->head->data);
    return true;
}
