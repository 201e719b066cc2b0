#include "pprof/report_time.h"

#include <string.h>

enum { NS_DIGITS = 9 };
static const int64_t second_ns = 1000 * 1000 * 1000;

/* ".5344": a fraction of digits places without the zeros at its end; nothing for 0. */
static void append_fraction(GString *out, uint64_t fraction, int digits)
{
    if (fraction == 0)
        return;
    g_string_append_printf(out, ".%0*" G_GUINT64_FORMAT, digits, (guint64)fraction);
    while (out->str[out->len - 1] == '0')
        g_string_truncate(out, out->len - 1);
}

void report_time_append(GString *out, int64_t time_ns, GTimeZone *zone, enum report_time form)
{
    int64_t seconds = time_ns / second_ns, fraction = time_ns % second_ns;

    if (fraction < 0) {
        seconds--;
        fraction += second_ns;
    }
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(seconds);
    g_autoptr(GDateTime) time =
        zone != NULL ? g_date_time_to_timezone(utc, zone) : g_date_time_ref(utc);

    if (form == REPORT_TIME_OLD) {
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        int hour = g_date_time_get_hour(time);

        g_string_append_printf(
            out, "%.3s %d, %d at %d:%02d%s (%s)", months + 3 * (g_date_time_get_month(time) - 1),
            g_date_time_get_day_of_month(time), g_date_time_get_year(time), (hour + 11) % 12 + 1,
            g_date_time_get_minute(time), hour < 12 ? "am" : "pm",
            g_date_time_get_timezone_abbreviation(time));
        return;
    }
    g_string_append_printf(out, "%04d-%02d-%02d %02d:%02d:%02d", g_date_time_get_year(time),
                           g_date_time_get_month(time), g_date_time_get_day_of_month(time),
                           g_date_time_get_hour(time), g_date_time_get_minute(time),
                           g_date_time_get_second(time));
    if (form == REPORT_TIME_FULL) {
        append_fraction(out, (uint64_t)fraction, NS_DIGITS);

        gint64 minutes = g_date_time_get_utc_offset(time) / G_TIME_SPAN_MINUTE;
        gint64 size = minutes < 0 ? -minutes : minutes;

        g_string_append_printf(out, " %c%02d%02d", minutes < 0 ? '-' : '+', (int)(size / 60),
                               (int)(size % 60));
    }
    g_string_append_printf(out, " %s", g_date_time_get_timezone_abbreviation(time));
}

/* Under a second: in the largest unit that leaves a digit before the point. */
static void append_short(GString *out, uint64_t ns)
{
    static const struct {
        uint64_t ns;
        int digits;
        const char *unit;
    } units[] = {{1000 * 1000, 6, "ms"}, {1000, 3, "\u00b5s"}, {1, 0, "ns"}};

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (ns < units[i].ns)
            continue;
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, (guint64)(ns / units[i].ns));
        append_fraction(out, ns % units[i].ns, units[i].digits);
        g_string_append(out, units[i].unit);
        return;
    }
    g_string_append(out, "0s");
}

void report_duration_append(GString *out, int64_t duration_ns)
{
    uint64_t ns = duration_ns < 0 ? 0 - (uint64_t)duration_ns : (uint64_t)duration_ns;
    uint64_t seconds = ns / (uint64_t)second_ns;

    if (duration_ns < 0)
        g_string_append_c(out, '-');
    if (seconds == 0) {
        append_short(out, ns);
        return;
    }
    if (seconds >= 3600)
        g_string_append_printf(out, "%" G_GUINT64_FORMAT "h", (guint64)(seconds / 3600));
    if (seconds >= 60)
        g_string_append_printf(out, "%dm", (int)(seconds / 60 % 60));
    g_string_append_printf(out, "%d", (int)(seconds % 60));
    append_fraction(out, ns % (uint64_t)second_ns, NS_DIGITS);
    g_string_append_c(out, 's');
}
