#include "app/triage/numbers.h"

#include "probes/samples.h"
#include "widgets/text.h"

#include <inttypes.h>
#include <math.h>

static struct number_text absent(void)
{
    return (struct number_text){"-"};
}

struct number_text number_bytes(int64_t bytes)
{
    struct number_text ret;

    if (bytes == SAMPLE_UNKNOWN)
        return absent();
    text_bytes(bytes, ret.text);
    return ret;
}

struct number_text number_bytes_signed(int64_t bytes)
{
    struct number_text ret;

    if (bytes == SAMPLE_UNKNOWN)
        return absent();
    text_bytes_signed(bytes, ret.text);
    return ret;
}

struct number_text number_count(int64_t n)
{
    struct number_text ret;

    if (n == SAMPLE_UNKNOWN)
        return absent();
    text_count(n, ret.text);
    return ret;
}

struct number_text number_growth(int64_t growth)
{
    struct number_text ret = {""};

    if (growth != SAMPLE_UNKNOWN && growth != 0)
        g_snprintf(ret.text, sizeof ret.text, " (%+" PRId64 ")", growth);
    return ret;
}

struct number_text number_percent(double percent)
{
    struct number_text ret;

    if (isnan(percent))
        return absent();
    g_snprintf(ret.text, sizeof ret.text, percent < 10 ? "%.1f%%" : "%.0f%%", percent);
    return ret;
}

struct number_text number_duration(double seconds)
{
    struct number_text ret;

    text_duration(seconds, ret.text);
    return ret;
}

/* Units of time, each used from a change of least within it on: leaks are spoken of per hour, so
 * minutes are only for what is much faster. */
static const struct unit {
    double seconds, least;
    const char *name;
} units[] = {{1, 1, "s"}, {60, 10, "min"}, {3600, 1, "h"}, {86400, 0, "day"}};

/* scale: what counts as one; n: units allowed, the last one takes the rest. */
static const struct unit *unit_for(double per_second, double scale, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (fabs(per_second) * units[i].seconds >= units[i].least * scale)
            return &units[i];
    return &units[n - 1];
}

static struct number_text bytes_in(double per_second, const struct unit *unit)
{
    struct number_text ret;
    char amount[TEXT_NUMBER_MAX];

    text_bytes_signed((int64_t)(per_second * unit->seconds), amount);
    g_snprintf(ret.text, sizeof ret.text, "%s/%s", amount, unit->name);
    return ret;
}

static struct number_text count_in(double per_second, const struct unit *unit)
{
    double amount = per_second * unit->seconds;
    struct number_text ret;

    g_snprintf(ret.text, sizeof ret.text, fabs(amount) < 10 ? "%+.1f/%s" : "%+.0f/%s", amount,
               unit->name);
    return ret;
}

static const struct unit *bytes_unit(double per_second)
{
    return unit_for(per_second, 1024.0 * 1024, 3);
}

static const struct unit *count_unit(double per_second)
{
    return unit_for(per_second, 1, G_N_ELEMENTS(units));
}

struct number_text number_rate_bytes(double per_second)
{
    return bytes_in(per_second, bytes_unit(per_second));
}

struct number_text number_rate_count(double per_second)
{
    return count_in(per_second, count_unit(per_second));
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

    return is_still(trend, &ret) ? ret : number_rate_bytes(trend->per_second);
}

struct number_text number_trend_count(const struct trend *trend)
{
    struct number_text ret;

    return is_still(trend, &ret) ? ret : number_rate_count(trend->per_second);
}

static bool trend_moves(const struct trend *trend)
{
    return trend->verdict == TREND_GROWING || trend->verdict == TREND_SHRINKING;
}

struct number_text number_range_bytes(const struct trend *trend)
{
    struct number_text ret;

    if (!trend_moves(trend))
        return (struct number_text){"within noise"};
    const struct unit *unit = bytes_unit(trend->per_second); /* one for both: they are compared */

    g_snprintf(ret.text, sizeof ret.text, "90%% sure: %s to %s", bytes_in(trend->low, unit).text,
               bytes_in(trend->high, unit).text);
    return ret;
}

struct number_text number_range_count(const struct trend *trend)
{
    struct number_text ret;

    if (!trend_moves(trend))
        return (struct number_text){"within noise"};
    const struct unit *unit = count_unit(trend->per_second);

    g_snprintf(ret.text, sizeof ret.text, "90%% sure: %s to %s", count_in(trend->low, unit).text,
               count_in(trend->high, unit).text);
    return ret;
}
