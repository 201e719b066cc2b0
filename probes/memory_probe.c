#include "probes/clock.h"
#include "probes/pace.h"
#include "probes/platform.h"
#include "probes/source.h"

#include <string.h>

enum { INTERVAL_US = 5 * G_USEC_PER_SEC, REGIONS_INTERVAL_US = 30 * G_USEC_PER_SEC };

struct memory_reader {
    struct process_reader process;  /* first: process_reader_open takes either */
    struct memory_sample *walk;     /* last sample that walked the regions, or NULL */
    gint64 walk_begun_us;           /* by the probe's clock */
    struct memory_sample *baseline; /* the walk that growth counts from, or NULL */
    bool mark;                      /* the next walk becomes the baseline */
};

static void *open_source(const struct target *target)
{
    struct memory_reader *reader = g_new0(struct memory_reader, 1);

    reader->process.target = target;
    return reader;
}

static void set_unknown(void *user)
{
    struct memory_sample *sample = user;
    int64_t *const numbers[] = {
        &sample->rss_bytes,           &sample->pss_bytes,          &sample->pss_anon_bytes,
        &sample->pss_file_bytes,      &sample->pss_shmem_bytes,    &sample->anonymous_bytes,
        &sample->shared_clean_bytes,  &sample->shared_dirty_bytes, &sample->private_clean_bytes,
        &sample->private_dirty_bytes, &sample->lazyfree_bytes,     &sample->swap_bytes,
        &sample->swap_pss_bytes,      &sample->locked_bytes,       &sample->file_bytes,
        &sample->shmem_bytes,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        *numbers[i] = SAMPLE_UNKNOWN;
    sample->pressure = memory_pressure_unknown;
}

/*
 * The walk is a second, dearer reading inside this probe. Each of the two may
 * use half of the share, so that together they stay within it.
 */
static gint64 walk_interval_us(const struct memory_reader *reader, const struct turn *turn)
{
    struct pace_input input = {
        .interval_us = turn->detail ? 0 : REGIONS_INTERVAL_US,
        .cost_us = reader->walk != NULL ? reader->walk->regions_cost_us : 0,
        .max_duty = turn->max_duty / 2,
    };

    return pace_interval_us(&input);
}

static bool walk_is_due(const struct memory_reader *reader, const struct turn *turn)
{
    return reader->walk == NULL || turn->forced ||
           clock_now_us() - reader->walk_begun_us >= walk_interval_us(reader, turn);
}

/* Growth of each class since the baseline, for which the first walk after a mark is taken. */
static void count_growth(struct memory_reader *reader, struct memory_sample *sample)
{
    if (reader->baseline == NULL || reader->mark) {
        sample_unref(reader->baseline);
        reader->baseline = sample_ref(sample);
        reader->mark = false;
    }
    sample->growth_since_us = reader->baseline->regions_us;
    for (int i = 0; i < REGION_N_CLASSES; i++) {
        const struct region_totals *then = &reader->baseline->classes[i];

        sample->growth[i] = (struct region_growth){
            .resident_bytes = sample->classes[i].resident_bytes - then->resident_bytes,
            .count = sample->classes[i].count - then->count,
        };
    }
}

/* The regions of the last walk, shared with it. */
static void carry_regions(struct memory_sample *sample, struct memory_sample *walk)
{
    sample->regions_us = walk->regions_us;
    sample->regions_cost_us = walk->regions_cost_us;
    memcpy(sample->classes, walk->classes, sizeof sample->classes);
    memcpy(sample->growth, walk->growth, sizeof sample->growth);
    sample->growth_since_us = walk->growth_since_us;
    sample->total = walk->total;
    sample->regions = walk->regions;
    sample->n_regions = walk->n_regions;
    sample->regions_truncated = walk->regions_truncated;
    sample->heap_class_guessed = walk->heap_class_guessed;
    sample_hold(sample, sample_ref(walk), sample_unref);
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct memory_reader *reader = source;
    struct memory_sample *sample = user;
    struct platform *platform = process_reader_open(&reader->process, sample);

    if (platform == NULL)
        return;
    reader->mark = reader->mark || turn->mark;
    bool walk = reader->mark || walk_is_due(reader, turn);

    turn->share = 0.5;
    if (walk)
        reader->walk_begun_us = clock_now_us();
    platform_read_memory(platform, sample, walk);
    if (sample->base.status == SAMPLE_OK && sample->regions_us != 0) {
        turn->separate_us = sample->regions_cost_us;
        count_growth(reader, sample);
        sample_unref(reader->walk);
        reader->walk = sample_ref(sample);
    } else if (reader->walk != NULL) {
        carry_regions(sample, reader->walk);
    }
}

static void close_source(void *source)
{
    struct memory_reader *reader = source;

    process_reader_close(&reader->process);
    sample_unref(reader->walk);
    sample_unref(reader->baseline);
    g_free(reader);
}

const struct source_ops memory_source = {
    .sample_size = sizeof(struct memory_sample),
    .interval_us = INTERVAL_US,
    .thread_name = "probe-memory",
    .open = open_source,
    .set_unknown = set_unknown,
    .fill = fill,
    .close = close_source,
};
