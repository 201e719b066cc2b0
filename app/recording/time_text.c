#include "app/recording/time_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

GQuark time_text_error_quark(void)
{
    return g_quark_from_static_string("sidescope-time-text-error-quark");
}

static const double max_us = 9e15; /* beyond, a double loses microseconds; the year 2255 */

/* --- differences --- */

static bool parse_difference(const char *text, double *ret_us)
{
    static const struct {
        const char *suffix;
        double seconds;
    } units[] = {{"", 1},     {"s", 1},     {"m", 60},    {"min", 60},
                 {"h", 3600}, {"d", 86400}, {"w", 604800}};
    char *end;
    double value = g_ascii_strtod(text, &end);

    if (end == text || !isfinite(value))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(end, units[i].suffix) == 0) {
            *ret_us = value * units[i].seconds * G_USEC_PER_SEC;
            return true;
        }
    return false;
}

static bool parse_percent(const char *text, double *ret)
{
    char *end;

    *ret = g_ascii_strtod(text, &end);
    return end != text && strcmp(end, "%") == 0 && *ret >= 0 && *ret <= 100;
}

/* --- clock times --- */

struct typed_time {
    int year, month, day; /* 0: not typed */
    int h, m, s;
};

static bool parse_typed(const char *text, struct typed_time *ret)
{
    int used = 0;

    if (sscanf(text, "%4d-%2d-%2d%*1[ T]%n", &ret->year, &ret->month, &ret->day, &used) < 3 ||
        used == 0) {
        ret->year = ret->month = ret->day = 0;
        used = 0;
    }
    text += used;
    used = 0;
    if (sscanf(text, "%2d:%2d:%2d%n", &ret->h, &ret->m, &ret->s, &used) < 3 &&
        (ret->s = 0, sscanf(text, "%2d:%2d%n", &ret->h, &ret->m, &used) < 2))
        return false;
    return text[used] == '\0' && ret->h >= 0 && ret->h < 24 && ret->m >= 0 && ret->m < 60 &&
           ret->s >= 0 && ret->s < 60;
}

/* That time of the day which is days away from the day of near_us. */
static bool on_day(const struct typed_time *typed, gint64 near_us, int days, gint64 *ret_us)
{
    time_t near_s = (time_t)(near_us / G_USEC_PER_SEC);
    struct tm tm;

    if (localtime_r(&near_s, &tm) == NULL)
        return false;
    if (typed->year != 0) {
        tm.tm_year = typed->year - 1900;
        tm.tm_mon = typed->month - 1;
        tm.tm_mday = typed->day;
    }
    tm.tm_mday += days;
    tm.tm_hour = typed->h;
    tm.tm_min = typed->m;
    tm.tm_sec = typed->s;
    tm.tm_isdst = -1;
    time_t t = mktime(&tm);

    *ret_us = (gint64)t * G_USEC_PER_SEC;
    return t != (time_t)-1;
}

/* Typed without fractions: 22:03 begins before a recording that began at 22:03:20. */
static bool fits(gint64 t_us, const struct typed_time *typed, gint64 from_us, gint64 to_us)
{
    gint64 grain = (typed->s != 0 ? 1 : 60) * (gint64)G_USEC_PER_SEC;

    return t_us > from_us - grain && t_us <= to_us;
}

static bool find_clock(const struct typed_time *typed, gint64 at_us, gint64 from_us, gint64 to_us,
                       gint64 *ret_us)
{
    int days = typed->year != 0 ? 0 : (int)MIN((to_us - from_us) / (86400LL * 1000000) + 1, 400);
    bool found = false;

    for (int day = -days; day <= days; day++) {
        gint64 t;

        if (!on_day(typed, at_us, day, &t) || !fits(t, typed, from_us, to_us))
            continue;
        t = MAX(t, from_us);
        if (!found || ABS(t - at_us) < ABS(*ret_us - at_us))
            *ret_us = t;
        found = true;
    }
    return found;
}

bool time_text_parse(const char *text, gint64 at_us, gint64 from_us, gint64 to_us, gint64 *ret_us,
                     GError **error)
{
    struct typed_time typed = {0};
    double value;

    if (strcmp(text, "begin") == 0 || strcmp(text, "start") == 0) {
        *ret_us = from_us;
    } else if (strcmp(text, "end") == 0) {
        *ret_us = to_us;
    } else if ((*text == '-' || *text == '+') && parse_difference(text, &value)) {
        *ret_us = (gint64)CLAMP((double)at_us + value, (double)from_us, (double)to_us);
    } else if (parse_percent(text, &value)) {
        *ret_us = from_us + (gint64)((double)(to_us - from_us) * value / 100);
    } else if (!parse_typed(text, &typed)) {
        g_set_error(error, TIME_TEXT_ERROR, TIME_TEXT_ERROR_WORDS,
                    "\"%s\" is no time: use 03:12, 03:12:07, -5m, +1h, begin, end or 50%%", text);
        return false;
    } else if (!find_clock(&typed, at_us, from_us, to_us, ret_us)) {
        g_autofree char *range = time_text_range(from_us, to_us, false);

        g_set_error(error, TIME_TEXT_ERROR, TIME_TEXT_ERROR_OUTSIDE,
                    "%s is not in this recording: it has %s", text, range);
        return false;
    }
    return true;
}

/* --- as text --- */

static bool local(gint64 at_us, struct tm *ret)
{
    time_t t = (time_t)(at_us / G_USEC_PER_SEC);

    return fabs((double)at_us) < max_us && localtime_r(&t, ret) != NULL;
}

static char *format(const struct tm *tm, const char *how)
{
    char text[64];

    return strftime(text, sizeof text, how, tm) > 0 ? g_strdup(text) : g_strdup("?");
}

static bool same_day(const struct tm *a, const struct tm *b)
{
    return a->tm_year == b->tm_year && a->tm_yday == b->tm_yday;
}

char *time_text_clock(gint64 at_us, gint64 other_us)
{
    struct tm at, other;

    if (!local(at_us, &at))
        return g_strdup("?");
    return format(&at,
                  local(other_us, &other) && same_day(&at, &other) ? "%H:%M:%S" : "%d %b %H:%M:%S");
}

char *time_text_within(gint64 at_us, gint64 from_us, gint64 to_us)
{
    struct tm from, to;
    bool one_day = local(from_us, &from) && local(to_us, &to) && same_day(&from, &to);

    return time_text_clock(at_us, one_day ? at_us : at_us - 2 * 86400LL * G_USEC_PER_SEC);
}

char *time_text_range(gint64 from_us, gint64 to_us, bool unicode)
{
    struct tm from, to;

    if (!local(from_us, &from) || !local(to_us, &to))
        return g_strdup("?");
    /* a night needs no dates: longer than a day does */
    const char *how = to_us - from_us < 86400LL * G_USEC_PER_SEC ? "%H:%M" : "%d %b %H:%M";
    g_autofree char *first = format(&from, how);
    g_autofree char *last = format(&to, how);

    return g_strconcat(first, unicode ? "–" : "-", last, NULL);
}

char *time_text_iso(gint64 at_us)
{
    time_t t = (time_t)(at_us / G_USEC_PER_SEC);
    struct tm tm;

    if (at_us < 0 || (double)at_us > max_us || gmtime_r(&t, &tm) == NULL)
        return g_strdup("");
    g_autofree char *seconds = format(&tm, "%Y-%m-%dT%H:%M:%S");

    return g_strdup_printf("%s.%03dZ", seconds, (int)(at_us % G_USEC_PER_SEC / 1000));
}
