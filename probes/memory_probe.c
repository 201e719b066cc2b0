#include "probes/clock.h"
#include "probes/pace.h"
#include "probes/platform.h"
#include "probes/record.h"
#include "probes/record_table.h"
#include "probes/source.h"

#include <string.h>

/* --- what a sample has --- */

static const char *class_name(int value)
{
    return region_class_name((enum region_class)value);
}

#define PRESSURE(of_kind, member, in)                                                              \
    AS(of_kind, memory_sample, pressure.member, "pressure_" #member, in)

static const struct record_member memory_table[] = {
    BYTES(memory_sample, rss_bytes),
    BYTES(memory_sample, pss_bytes),
    BYTES(memory_sample, pss_anon_bytes),
    BYTES(memory_sample, pss_file_bytes),
    BYTES(memory_sample, pss_shmem_bytes),
    BYTES(memory_sample, anonymous_bytes),
    BYTES(memory_sample, shared_clean_bytes),
    BYTES(memory_sample, shared_dirty_bytes),
    BYTES(memory_sample, private_clean_bytes),
    BYTES(memory_sample, private_dirty_bytes),
    BYTES(memory_sample, lazyfree_bytes),
    BYTES(memory_sample, swap_bytes),
    BYTES(memory_sample, swap_pss_bytes),
    BYTES(memory_sample, locked_bytes),
    BYTES(memory_sample, anon_huge_bytes),
    BYTES(memory_sample, file_bytes),
    BYTES(memory_sample, shmem_bytes),
    WALKED(TIME, memory_sample, regions_us, US),
    WALKED(KNOWN, memory_sample, regions_cost_us, US),
    WALKED(KNOWN, memory_sample, swap_growth_bytes, BYTES),
    WALKED(KNOWN, memory_sample, swap_step_bytes, BYTES),
    WALKED(TIME, memory_sample, growth_since_us, US),
    WALKED(BOOL, memory_sample, regions_truncated, NO_UNIT),
    WALKED(BOOL, memory_sample, heap_class_guessed, NO_UNIT),
    WALKED(BOOL, memory_sample, regions_are_types, NO_UNIT),
    WALKED(INT64, memory_sample, footprint_bytes, BYTES),
    WALKED(INT64, memory_sample, footprint_peak_bytes, BYTES),
    PRESSURE(DOUBLE, some_percent, PERCENT),
    PRESSURE(DOUBLE, full_percent, PERCENT),
    PRESSURE(INT64, available_bytes, BYTES),
    PRESSURE(INT64, total_bytes, BYTES),
    PRESSURE(INT64, swap_free_bytes, BYTES),
    PRESSURE(INT64, swap_total_bytes, BYTES),
    PRESSURE(TEXT, cgroup, NO_UNIT),
    PRESSURE(INT64, cgroup_limit_bytes, BYTES),
    PRESSURE(INT64, cgroup_used_bytes, BYTES),
    PRESSURE(INT64, cgroup_oom_kills, COUNT),
    PRESSURE(INT64, cgroup_file_bytes, BYTES),
    PRESSURE(DOUBLE, cpu_some_percent, PERCENT),
    PRESSURE(DOUBLE, cpu_limit_percent, PERCENT),
    PRESSURE(INT64, throttled_us, US),
    PRESSURE(TEXT, huge_pages, NO_UNIT),
};

static const struct record_member totals_table[] = {
    COUNT(region_totals, count),          BYTES(region_totals, virtual_bytes),
    BYTES(region_totals, resident_bytes), BYTES(region_totals, pss_bytes),
    BYTES(region_totals, dirty_bytes),    BYTES(region_totals, swapped_bytes),
    BYTES(region_totals, lazyfree_bytes),
};

static const struct record_member growth_table[] = {
    AS(KNOWN, region_growth, resident_bytes, "growth_resident_bytes", BYTES),
    AS(KNOWN, region_growth, count, "growth_count", COUNT),
};

static const struct record_member region_table[] = {
    PLAIN(UINT64, region, start),
    PLAIN(UINT64, region, end),
    {.name = "perms",
     .offset = offsetof(struct region, perms),
     .kind = RECORD_CHARS,
     .n = sizeof(((struct region *)0)->perms)},
    NAMED(region, cls, class_name, REGION_N_CLASSES),
    PLAIN(TEXT, region, name),
    BYTES(region, resident_bytes),
    BYTES(region, pss_bytes),
    BYTES(region, dirty_bytes),
    BYTES(region, swapped_bytes),
    BYTES(region, lazyfree_bytes),
    COUNT(region, count),
};

static const struct record_member zone_table[] = {
    PLAIN(TEXT, malloc_zone, name),      BYTES(malloc_zone, virtual_bytes),
    BYTES(malloc_zone, resident_bytes),  BYTES(malloc_zone, dirty_bytes),
    BYTES(malloc_zone, swapped_bytes),   COUNT(malloc_zone, allocations),
    BYTES(malloc_zone, allocated_bytes), COUNT(malloc_zone, regions),
};

const struct record record_memory = RECORD(memory_table, memory_sample);
const struct record record_totals = RECORD(totals_table, region_totals);
const struct record record_growth = RECORD(growth_table, region_growth);
const struct record record_region = RECORD(region_table, region);
const struct record record_zone = RECORD(zone_table, malloc_zone);

/* --- sampling --- */

enum { REGIONS_INTERVAL_US = 30 * G_USEC_PER_SEC };

struct memory_reader {
    struct process_reader process;  /* first: process_reader_open takes either */
    struct memory_sample *walk;     /* last sample that walked the regions, or NULL */
    struct memory_sample *failed;   /* the walk after it, if that failed, or NULL */
    gint64 walk_begun_us;           /* by the probe's clock */
    gint64 walk_cost_us;            /* of the last one, failed or not; 0: none yet */
    struct memory_sample *baseline; /* the walk that growth counts from, or NULL */
    bool mark;                      /* the next walk becomes the baseline */
};

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
    if (walk) {
        /*
         * A walk that fails may have cost much, a tool that hung: it is as rare as one
         * that works. Until the next one, what it said holds.
         */
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
    } else if (reader->failed != NULL && sample->base.status == SAMPLE_OK)
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
    .open = open_source,
    .fill = fill,
    .cancel = process_reader_cancel,
    .close = close_source,
};
