#include "app/lists/costs_list.h"

#include <math.h>

enum {
    COST_PROBE,
    COST_EVERY,
    COST_LAST,
    COST_MEAN,
    COST_CPU,
    COST_BYTES,
    COST_RATE,
    COST_SAMPLES,
    COST_FAILED
};

static const struct listing_column columns[] = {
    [COST_PROBE] =
        {.id = "probe", .title = "PROBE", .kind = LISTING_WORD, .min_width = 10, .max_width = 20},
    [COST_EVERY] = {.id = "interval_s",
                    .title = "EVERY",
                    .kind = LISTING_DURATION,
                    .width = 18,
                    .smallest_first = true},
    [COST_LAST] = {.id = "last_us", .title = "LAST", .kind = LISTING_COST, .width = 8},
    [COST_MEAN] = {.id = "mean_us", .title = "MEAN", .kind = LISTING_COST, .width = 8, .drop = 3},
    [COST_CPU] = {.id = "cpu_us", .title = "OUR CPU", .kind = LISTING_COST, .width = 8, .drop = 2},
    [COST_BYTES] = {.id = "read_bytes", .title = "READ", .kind = LISTING_BYTES, .width = 7},
    [COST_RATE] = {.id = "read_per_sample_bytes",
                   .title = "PER SAMPLE",
                   .kind = LISTING_BYTES,
                   .width = 10,
                   .drop = 4},
    [COST_SAMPLES] =
        {.id = "samples", .title = "SAMPLES", .kind = LISTING_COUNT, .width = 8, .drop = 1},
    [COST_FAILED] = {.id = "failures", .title = "FAILED", .kind = LISTING_COUNT, .width = 7},
};

double costs_mean_us(const struct probe_pace *pace)
{
    return pace->samples > 0 ? (double)pace->total_cost_us / (double)pace->samples : NAN;
}

static void take_pace(const struct probe_pace *pace, struct listing_value *ret)
{
    double asked = (double)pace->interval_us / G_USEC_PER_SEC;

    ret->x = (double)pace->effective_us / G_USEC_PER_SEC;
    if (pace->paused)
        ret->text = "paused";
    else if (pace->effective_us > pace->interval_us)
        listing_say(ret, "%s (not %s)", number_interval(ret->x).text, number_interval(asked).text);
    else
        listing_say(ret, "%s", number_interval(asked).text);
    if (pace->paused || pace->effective_us > pace->interval_us)
        ret->role = THEME_LOOK;
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct probe_pace *pace = &((const struct costs_list *)model)->paces[row];

    switch (column) {
    case COST_PROBE:
        ret->n = (int64_t)row;
        ret->text = probe_info((enum probe_kind)row)->title;
        break;
    case COST_EVERY:
        take_pace(pace, ret);
        break;
    case COST_LAST:
        if (pace->samples > 0)
            ret->x = (double)pace->last_cost_us;
        break;
    case COST_MEAN:
        ret->x = costs_mean_us(pace);
        break;
    case COST_CPU:
        ret->x = (double)pace->total_cpu_us;
        break;
    case COST_BYTES:
        ret->n = pace->total_bytes;
        break;
    case COST_RATE:
        if (pace->samples > 0)
            ret->n = pace->total_bytes / (int64_t)pace->samples;
        break;
    case COST_SAMPLES:
        ret->n = (int64_t)pace->samples;
        break;
    default:
        ret->n = (int64_t)pace->failures;
        ret->role = pace->failures > 0 ? THEME_LOOK : THEME_DIM;
    }
}

static uint64_t key(const void *model, size_t row)
{
    (void)model;
    return (uint64_t)row + 1;
}

const struct listing costs_listing = {
    .id = "costs",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COST_PROBE,
    .value = value,
    .key = key,
};
