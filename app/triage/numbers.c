#include "app/triage/numbers.h"

#include "probes/samples.h"

#include <math.h>

G_STATIC_ASSERT(NUMBER_UNKNOWN == SAMPLE_UNKNOWN);

struct number_text number_growth(int64_t growth)
{
    struct number_text ret = {""};

    if (growth != SAMPLE_UNKNOWN && growth != 0)
        g_snprintf(ret.text, sizeof ret.text, " (%.50s)", number_count_signed(growth).text);
    return ret;
}

struct number_text number_rise_count(const struct trend *trend)
{
    return number_count_signed(isnan(trend->rise) ? NUMBER_UNKNOWN : (int64_t)round(trend->rise));
}

struct number_text number_slope_bytes(const struct trend *trend)
{
    return number_rate_bytes_over(trend->per_second, trend->window_s);
}

struct number_text number_slope_count(const struct trend *trend)
{
    return number_rate_count_over(trend->per_second, trend->window_s);
}

static bool is_still(const struct trend *trend, struct number_text *ret)
{
    if (trend->verdict == TREND_FLAT)
        *ret = (struct number_text){"flat"};
    else if (trend->verdict == TREND_PLATEAU)
        *ret = (struct number_text){"level"};
    else
        return false;
    return true;
}

struct number_text number_trend_bytes(const struct trend *trend)
{
    struct number_text ret;

    return is_still(trend, &ret) ? ret : number_slope_bytes(trend);
}

struct number_text number_trend_count(const struct trend *trend)
{
    struct number_text ret;

    return is_still(trend, &ret) ? ret : number_slope_count(trend);
}

static bool trend_moves(const struct trend *trend)
{
    return trend->verdict == TREND_GROWING || trend->verdict == TREND_SHRINKING;
}

static struct number_text how_sure(struct number_text range)
{
    struct number_text ret;

    g_snprintf(ret.text, sizeof ret.text, "90%% sure: %.50s", range.text);
    return ret;
}

struct number_text number_range_bytes(const struct trend *trend)
{
    if (!trend_moves(trend))
        return (struct number_text){"within noise"};
    return how_sure(
        number_range_of_bytes(trend->per_second, trend->low, trend->high, trend->window_s));
}

struct number_text number_range_count(const struct trend *trend)
{
    if (!trend_moves(trend))
        return (struct number_text){"within noise"};
    return how_sure(
        number_range_of_count(trend->per_second, trend->low, trend->high, trend->window_s));
}
