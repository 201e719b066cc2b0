#include "widgets/number.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static struct number_text absent(void)
{
    return (struct number_text){NUMBER_ABSENT};
}

/* At most three digits, or one and a tenth, then the unit: "-999B" is the longest. */
static void scaled(double value, const char *units, double base, struct number_text *out)
{
    double left = fabs(value);
    const char *sign = value < 0 ? "-" : "";
    size_t unit = 0;

    /* 999.5 would be printed with four digits; they begin the next unit */
    while (left >= 999.5 && units[unit + 1] != '\0') {
        left /= base;
        unit++;
    }
    /* below 9.95 a tenth still fits into three columns */
    g_snprintf(out->text, sizeof out->text, "%s%.*f%c", sign, unit > 0 && left < 9.95 ? 1 : 0, left,
               units[unit]);
}

struct number_text number_bytes(int64_t bytes)
{
    struct number_text out;

    if (bytes == NUMBER_UNKNOWN)
        return absent();
    scaled((double)bytes, "BKMGTPE", 1024, &out);
    return out;
}

/* 2^63 itself is no int64_t. The least one is the unknown. */
static int64_t whole(double value)
{
    return fabs(value) < 9.2e18 ? (int64_t)value : value < 0 ? INT64_MIN + 1 : INT64_MAX;
}

struct number_text number_bytes_real(double bytes)
{
    return isnan(bytes) ? absent() : number_bytes(whole(bytes));
}

static struct number_text with_sign(struct number_text plain, bool positive)
{
    struct number_text out;

    if (!positive)
        return plain;
    g_snprintf(out.text, sizeof out.text, "+%.*s", NUMBER_TEXT_MAX - 2, plain.text);
    return out;
}

struct number_text number_bytes_signed(int64_t bytes)
{
    if (bytes == 0)
        return (struct number_text){"0"};
    return with_sign(number_bytes(bytes), bytes > 0);
}

struct number_text number_count(int64_t n)
{
    struct number_text out;
    char *at = out.text + sizeof out.text - 1;
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    int digits = 0;

    if (n == NUMBER_UNKNOWN)
        return absent();
    *at = '\0';
    do { /* by hand: a table of a hundred thousand rows is searched through such texts */
        if (digits > 0 && digits % 3 == 0)
            *--at = ' ';
        *--at = (char)('0' + left % 10);
        left /= 10;
        digits++;
    } while (left > 0);
    if (n < 0)
        *--at = '-';
    memmove(out.text, at, (size_t)(out.text + sizeof out.text - at));
    return out;
}

struct number_text number_count_real(double n)
{
    return isnan(n) ? absent() : number_count(whole(n));
}

struct number_text number_count_signed(int64_t n)
{
    return with_sign(number_count(n), n > 0);
}

struct number_text number_count_short(int64_t n)
{
    struct number_text out;

    if (n > -1000 && n < 1000)
        return number_count(n);
    if (n == NUMBER_UNKNOWN)
        return absent();
    scaled((double)n, " kMGTPE", 1000, &out);
    return out;
}

/* One that is known, as the format has it. */
static struct number_text formatted(const char *format, double number)
{
    struct number_text out;

    if (isnan(number))
        return absent();
    g_snprintf(out.text, sizeof out.text, format, number);
    return out;
}

const char *number_word(int64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

struct number_text number_percent(double percent)
{
    if (percent > 0 && percent < 0.05) /* what is not nothing */
        return (struct number_text){"<0.1%"};
    return formatted(percent < 9.95 ? "%.1f%%" : "%.0f%%", percent);
}

struct number_text number_percent_whole(double percent)
{
    return formatted("%.0f%%", percent);
}

struct number_text number_percent_signed(double percent)
{
    return formatted("%+.0f%%", percent);
}

struct number_text number_duration(double seconds)
{
    static const struct {
        gint64 below; /* seconds */
        gint64 big, small;
        char big_unit, small_unit;
    } steps[] = {
        {3600, 60, 1, 'm', 's'},
        {86400, 3600, 60, 'h', 'm'},
        {1000 * 86400, 86400, 3600, 'd', 'h'},
    };
    struct number_text out;

    if (isnan(seconds) || seconds < 0)
        return absent();
    gint64 s = (gint64)fmin(seconds, 1e15);

    if (s < 60) {
        g_snprintf(out.text, sizeof out.text, "%ds", (int)s);
        return out;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        if (s < steps[i].below) {
            g_snprintf(out.text, sizeof out.text, "%d%c%02d%c", (int)(s / steps[i].big),
                       steps[i].big_unit, (int)(s % steps[i].big / steps[i].small),
                       steps[i].small_unit);
            return out;
        }
    g_snprintf(out.text, sizeof out.text, "%" G_GINT64_FORMAT "d", s / 86400);
    return out;
}

struct number_text number_age(double seconds)
{
    struct number_text out;

    if (isnan(seconds))
        return absent();
    if (seconds < 1.5)
        return (struct number_text){"now"};
    g_snprintf(out.text, sizeof out.text, "%.20s ago", number_duration(seconds).text);
    return out;
}

struct number_text number_seconds(double seconds)
{
    return formatted("%.2f s", seconds);
}

struct number_text number_interval(double seconds)
{
    return formatted("%.1f s", seconds);
}

struct number_text number_cost(double us)
{
    if (us < 999.5) /* what would be rounded to a thousand begins the next unit */
        return formatted("%.0f us", us);
    return us < 999950 ? formatted("%.1f ms", us / 1000) : formatted("%.1f s", us / 1e6);
}

/* --- rates --- */

/*
 * Units of time, each used from a change of least within it on. That is below the round rate it is
 * for: a measured one a second swings around 1 and still reads in one unit.
 */
static const struct unit {
    double seconds, least;
    const char *name;
} units[] = {{1, 0.75, "s"}, {60, 7.5, "min"}, {3600, 0.75, "h"}, {86400, 0, "day"}};

enum { LEAST_FOR_HOURS_S = 180 };

double number_rate_hours(double seconds)
{
    return fabs(seconds) >= LEAST_FOR_HOURS_S ? seconds / 3600 : NAN;
}

/* Of a slope that was seen for a shorter time the unit may not be: seconds tell nothing of an hour.
 */
static const struct {
    double window_s;
    size_t n_units;
} allowed[] = {{LEAST_FOR_HOURS_S, 2}, {3600, 3}, {INFINITY, G_N_ELEMENTS(units)}};

/* scale: what counts as one; n: units there are, the last one allowed takes the rest. */
static const struct unit *unit_for(double per_second, double scale, size_t n, double window_s)
{
    size_t i = 0;

    while (window_s >= allowed[i].window_s && i + 1 < G_N_ELEMENTS(allowed))
        i++;
    n = MIN(n, allowed[i].n_units);
    for (i = 0; i + 1 < n; i++)
        if (fabs(per_second) * units[i].seconds >= units[i].least * scale)
            return &units[i];
    return &units[n - 1];
}

static const struct unit *bytes_unit(double per_second, double window_s)
{
    return unit_for(per_second, 1024.0 * 1024, 3, window_s);
}

static const struct unit *count_unit(double per_second, double window_s)
{
    return unit_for(per_second, 1, G_N_ELEMENTS(units), window_s);
}

static struct number_text bytes_in(double per_second, const struct unit *unit)
{
    struct number_text out;

    g_snprintf(out.text, sizeof out.text, "%.20s/%s",
               number_bytes_signed(whole(per_second * unit->seconds)).text, unit->name);
    return out;
}

static struct number_text count_in(double per_second, const struct unit *unit)
{
    double amount = per_second * unit->seconds;
    struct number_text out;

    g_snprintf(out.text, sizeof out.text, fabs(amount) < 10 ? "%+.1f/%s" : "%+.0f/%s", amount,
               unit->name);
    return out;
}

struct number_text number_rate_bytes_over(double per_second, double window_s)
{
    return isnan(per_second) ? absent() : bytes_in(per_second, bytes_unit(per_second, window_s));
}

struct number_text number_rate_count_over(double per_second, double window_s)
{
    return isnan(per_second) ? absent() : count_in(per_second, count_unit(per_second, window_s));
}

struct number_text number_rate_bytes(double per_second)
{
    return number_rate_bytes_over(per_second, INFINITY);
}

struct number_text number_rate_count(double per_second)
{
    return number_rate_count_over(per_second, INFINITY);
}

static struct number_text from_to(struct number_text from, struct number_text to)
{
    struct number_text out;

    if (strcmp(from.text, to.text) == 0) /* closer than what is shown */
        return from;
    g_snprintf(out.text, sizeof out.text, "%.28s to %.28s", from.text, to.text);
    return out;
}

struct number_text number_range_of_bytes(double per_second, double low, double high,
                                         double window_s)
{
    const struct unit *unit =
        bytes_unit(per_second, window_s); /* one for both: they are compared */

    return from_to(bytes_in(low, unit), bytes_in(high, unit));
}

struct number_text number_range_of_count(double per_second, double low, double high,
                                         double window_s)
{
    const struct unit *unit = count_unit(per_second, window_s);

    return from_to(count_in(low, unit), count_in(high, unit));
}
