#include "probes/clock.h"
#include "probes/pace.h"
#include "probes/platform.h"
#include "probes/record.h"
#include "probes/source.h"

#include <string.h>

enum { INTERVAL_US = 5 * G_USEC_PER_SEC, REGIONS_INTERVAL_US = 30 * G_USEC_PER_SEC };

struct memory_reader {
    struct process_reader process;  /* first: process_reader_open takes either */
    struct memory_sample *walk;     /* last sample that walked the regions, or NULL */
    struct memory_sample *failed;   /* the walk after it, if that failed, or NULL */
    gint64 walk_begun_us;           /* by the probe's clock */
    gint64 walk_cost_us;            /* of the last one, failed or not; 0: none yet */
    struct memory_sample *baseline; /* the walk that growth counts from, or NULL */
    bool mark;                      /* the next walk becomes the baseline */
};

static void set_unknown(void *sample)
{
    memory_sample_set_unknown(sample);
}

static void *open_source(const struct target *target)
{
    struct memory_reader *reader = g_new0(struct memory_reader, 1);

    reader->process.target = target;
    return reader;
}

/*
 * The walk is a second, dearer reading inside this probe. Each of the two may
 * use half of the share, so that together they stay within it.
 */
static gint64 walk_interval_us(const struct memory_reader *reader, const struct turn *turn)
{
    /* vmmap may stop its target meanwhile: not more often because somebody looks */
    bool gentle = reader->walk != NULL && reader->walk->regions_are_types;
    struct pace_input input = {
        .interval_us = turn->detail && !gentle ? 0 : REGIONS_INTERVAL_US,
        .cost_us = reader->walk_cost_us,
        .max_duty = turn->max_duty / 2,
    };

    return pace_interval_us(&input);
}

static bool walk_is_due(const struct memory_reader *reader, const struct turn *turn)
{
    return (reader->walk == NULL && reader->failed == NULL) || turn->forced ||
           clock_now_us() - reader->walk_begun_us >= walk_interval_us(reader, turn);
}

/* The walk that growth counted from in an earlier look at the process; NULL: there was none. */
static struct memory_sample *baseline_before(const struct memory_sample *past)
{
    if (past == NULL || past->growth_since_us == 0)
        return NULL;
    struct memory_sample *baseline = sample_new(PROBE_MEMORY, sizeof *baseline);

    memory_sample_set_unknown(baseline);
    baseline->regions_us = past->growth_since_us;
    if (past->swap_bytes != SAMPLE_UNKNOWN)
        baseline->swap_bytes = past->swap_bytes - past->swap_growth_bytes;
    for (int i = 0; i < REGION_N_CLASSES; i++) {
        baseline->classes[i].resident_bytes =
            past->classes[i].resident_bytes - past->growth[i].resident_bytes;
        baseline->classes[i].count = past->classes[i].count - past->growth[i].count;
    }
    return baseline;
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
    if (sample->swap_bytes != SAMPLE_UNKNOWN && reader->baseline->swap_bytes != SAMPLE_UNKNOWN)
        sample->swap_growth_bytes = sample->swap_bytes - reader->baseline->swap_bytes;
    for (int i = 0; i < REGION_N_CLASSES; i++) {
        const struct region_totals *then = &reader->baseline->classes[i];

        sample->growth[i] = (struct region_growth){
            .resident_bytes = sample->classes[i].resident_bytes - then->resident_bytes,
            .count = sample->classes[i].count - then->count,
        };
    }
}

/* The regions of the last walk, shared with it, and what is as old as they. */
static void carry_regions(struct memory_sample *sample, struct memory_sample *walk)
{
    record_carry_walked(&record_memory, sample, walk);
    memcpy(sample->classes, walk->classes, sizeof sample->classes);
    memcpy(sample->growth, walk->growth, sizeof sample->growth);
    sample->total = walk->total;
    sample->regions = walk->regions;
    sample->n_regions = walk->n_regions;
    sample->zones = walk->zones;
    sample->n_zones = walk->n_zones;
    if (walk->regions_are_types) {
        /* what the cheap reading of macOS does not tell either */
        sample->swap_bytes = walk->swap_bytes;
        sample->private_dirty_bytes = walk->private_dirty_bytes;
    }
    sample_hold(sample, sample_ref(walk), sample_unref);
}

/*
 * A walk that fails may have cost much, a tool that hung: it is as rare as one
 * that works. Until the next one, what it said holds.
 */
static void note_walk(struct memory_reader *reader, struct turn *turn, struct memory_sample *sample)
{
    bool ok = sample->base.status == SAMPLE_OK && sample->regions_us != 0;
    struct memory_sample **kept = ok ? &reader->walk : &reader->failed;

    turn->separate_us = reader->walk_cost_us = sample->regions_cost_us;
    if (ok && reader->baseline == NULL)
        reader->baseline = baseline_before(turn->previous);
    if (ok)
        count_growth(reader, sample);
    sample_unref(*kept);
    *kept = sample_ref(sample);
    if (ok)
        g_clear_pointer(&reader->failed, sample_unref);
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct memory_reader *reader = source;
    struct memory_sample *sample = user;
    struct platform *platform = process_reader_open(&reader->process, sample);

    if (platform == NULL)
        return;
    reader->mark = reader->mark || turn->mark;
    bool walk = turn->mark || walk_is_due(reader, turn);

    turn->share = 0.5;
    if (walk)
        reader->walk_begun_us = clock_now_us();
    platform_read_memory(platform, sample, walk);
    if (walk)
        note_walk(reader, turn, sample);
    else if (reader->failed != NULL && sample->base.status == SAMPLE_OK)
        sample_set_status(sample, reader->failed->base.status, "%s", reader->failed->base.reason);
    if (sample->regions_us == 0 && reader->walk != NULL)
        carry_regions(sample, reader->walk);
}

static void close_source(void *source)
{
    struct memory_reader *reader = source;

    process_reader_close(&reader->process);
    sample_unref(reader->walk);
    sample_unref(reader->baseline);
    sample_unref(reader->failed);
    g_free(reader);
}

const struct source_ops memory_source = {
    .sample_size = sizeof(struct memory_sample),
    .interval_us = INTERVAL_US,
    .thread_name = "probe-memory",
    .open = open_source,
    .set_unknown = set_unknown,
    .fill = fill,
    .cancel = process_reader_cancel,
    .close = close_source,
};
