#include "app/tui/screens/recordings_table.h"

#include "app/session/series.h"
#include "widgets/number.h"

#include <math.h>

enum { COLUMN_METRIC, COLUMN_FIRST, COLUMN_SECOND, COLUMN_CHANGE, COLUMN_PERCENT };

static const struct listing_column columns[] = {
    /* in the order of the metrics, not of their names */
    [COLUMN_METRIC] =
        {.id = "metric", .title = "WHAT", .kind = LISTING_WORD, .min_width = 12, .max_width = 32},
    [COLUMN_FIRST] = {.id = "first",
                      .title = "FIRST",
                      .kind = LISTING_CHANGE,
                      .width = 11,
                      .smallest_first = true},
    [COLUMN_SECOND] = {.id = "second",
                       .title = "SECOND",
                       .kind = LISTING_CHANGE,
                       .width = 11,
                       .smallest_first = true},
    [COLUMN_CHANGE] = {.id = "difference",
                       .title = "DIFFERENCE",
                       .kind = LISTING_CHANGE,
                       .width = 11},
    [COLUMN_PERCENT] = {.id = "difference_percent",
                        .title = "%",
                        .kind = LISTING_PERCENT_WHOLE,
                        .width = 7,
                        .drop = 1},
};

void recordings_at_init(struct recordings_at *ret, const struct recorded_side *first,
                        const struct recorded_side *second)
{
    *ret = (struct recordings_at){.sides = {first, second}, .span_us = G_USEC_PER_SEC};
    ret->at_us = G_MAXINT64;
    for (int i = 0; i < RECORDINGS_N_SIDES; i++) {
        gint64 span_us = ret->sides[i]->outline->to_us - ret->sides[i]->outline->from_us;

        ret->span_us = MAX(ret->span_us, span_us);
        ret->at_us = MIN(ret->at_us, span_us);
    }
    for (int m = 0; m < METRIC_N; m++)
        if (first->points[m]->len > 0 || second->points[m]->len > 0)
            ret->rows[ret->n_rows++] = (enum metric)m;
}

double recordings_value(const struct recordings_at *at, enum metric metric, int side)
{
    return recorded_side_value(at->sides[side], metric,
                               at->sides[side]->outline->from_us + at->at_us);
}

void recordings_append_value(GString *out, enum metric metric, double value, bool with_sign)
{
    if (isnan(value))
        g_string_append(out, "-");
    else if (metric_is_bytes(metric))
        g_string_append(out, with_sign ? number_bytes_signed((int64_t)value).text
                                       : number_bytes((int64_t)value).text);
    else if (metric_info(metric)->unit == METRIC_COUNT)
        g_string_append(out, with_sign ? number_count_signed((int64_t)llround(value)).text
                                       : number_count((int64_t)llround(value)).text);
    else
        g_string_append_printf(out, with_sign ? "%+.1f" : "%.1f", value);
    static const char *const units[] = {[METRIC_PERCENT] = "%",
                                        [METRIC_BYTES_PER_SECOND] = "/s",
                                        [METRIC_PER_MINUTE] = "/min",
                                        [METRIC_SECONDS] = "s"};
    enum metric_unit unit = metric_info(metric)->unit;

    if (!isnan(value) && unit < G_N_ELEMENTS(units) && units[unit] != NULL)
        g_string_append(out, units[unit]);
}

static double change_of(const struct recordings_at *at, enum metric metric)
{
    return recordings_value(at, metric, 1) - recordings_value(at, metric, 0);
}

/* A number of that metric with its unit. */
static void take_number(enum metric metric, double number, bool with_sign,
                        struct listing_value *ret)
{
    g_autoptr(GString) text = g_string_new(NULL);

    ret->x = number;
    recordings_append_value(text, metric, number, with_sign);
    listing_say(ret, "%s", text->str);
}

static enum metric metric_at(const void *model, size_t row)
{
    return ((const struct recordings_at *)model)->rows[row];
}

static void value(const void *model, size_t row, size_t column, struct listing_value *ret)
{
    const struct recordings_at *at = model;
    enum metric metric = metric_at(model, row);

    switch (column) {
    case COLUMN_METRIC:
        ret->n = metric;
        ret->text = metric_info(metric)->words;
        break;
    case COLUMN_FIRST:
    case COLUMN_SECOND:
        take_number(metric, recordings_value(at, metric, column == COLUMN_SECOND), false, ret);
        break;
    case COLUMN_CHANGE:
        take_number(metric, change_of(at, metric), true, ret);
        break;
    default: {
        double first = recordings_value(at, metric, 0);

        ret->x = first > 0 ? 100 * change_of(at, metric) / first : NAN;
        ret->text = "";
        if (!isnan(ret->x) && fabs(ret->x) < 1e6)
            listing_say(ret, "%s", number_percent_signed(ret->x).text);
    }
    }
}

static uint64_t key(const void *model, size_t row)
{
    return (uint64_t)metric_at(model, row) + 1;
}

static void search(const void *model, size_t row, GString *out)
{
    const struct metric_info *info = metric_info(metric_at(model, row));

    g_string_append_printf(out, "%s %s", info->name, info->id);
}

const struct listing recordings_listing = {
    .id = "metrics",
    .columns = columns,
    .n_columns = G_N_ELEMENTS(columns),
    .order = COLUMN_METRIC,
    .value = value,
    .key = key,
    .search = search,
};
