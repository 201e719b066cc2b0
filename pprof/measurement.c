#include "pprof/measurement.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;    /* as printed */
    const char *aliases; /* blank-separated, lower case, without a plural s */
    double factor;       /* in the family's smallest unit */
};

struct family {
    const struct unit *units;
    size_t n;
    const char *fallback; /* for values below the smallest unit */
};

static const struct unit byte_units[] = {
    {"B", "b byte", 1},
    {"kB", "kb kbyte kilobyte", 0x1p10},
    {"MB", "mb mbyte megabyte", 0x1p20},
    {"GB", "gb gbyte gigabyte", 0x1p30},
    {"TB", "tb tbyte terabyte", 0x1p40},
    {"PB", "pb pbyte petabyte", 0x1p50},
};
static const struct unit time_units[] = {
    {"ns", "ns nanosecond", 1}, {"us", "us μs microsecond", 1e3}, {"ms", "ms millisecond", 1e6},
    {"s", "s sec second", 1e9}, {"hrs", "hr hour", 3600e9},
};
static const struct family families[] = {
    {byte_units, G_N_ELEMENTS(byte_units), "B"},
    {time_units, G_N_ELEMENTS(time_units), "s"},
};

static bool has_alias(const struct unit *unit, const char *name)
{
    size_t n = strlen(name);

    for (const char *p = unit->aliases; (p = strstr(p, name)) != NULL; p += n)
        if ((p == unit->aliases || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' '))
            return true;
    return false;
}

static const struct family *find_unit(const char *name, const struct unit **ret)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    size_t n = strlen(lower);

    if (n == 0)
        return NULL;
    if (n > 2 && lower[n - 1] == 's')
        lower[n - 1] = '\0';
    for (size_t f = 0; f < G_N_ELEMENTS(families); f++)
        for (size_t i = 0; i < families[f].n; i++)
            if (has_alias(&families[f].units[i], lower)) {
                *ret = &families[f].units[i];
                return &families[f];
            }
    return NULL;
}

/* The largest unit in which base (in the family's smallest) is at least 1. */
static const struct unit *auto_unit(const struct family *family, double base)
{
    for (size_t i = family->n; i-- > 0;)
        if (fabs(base) >= family->units[i].factor)
            return &family->units[i];
    for (size_t i = 0; i < family->n; i++)
        if (strcmp(family->units[i].name, family->fallback) == 0)
            return &family->units[i];
    return &family->units[0];
}

static void write_number(double value, const char *unit, char out[MEASUREMENT_TEXT_MAX])
{
    char number[48];
    size_t n = (size_t)snprintf(number, sizeof number, "%.2f", value);

    if (n > 3 && strcmp(number + n - 3, ".00") == 0)
        number[n - 3] = '\0';
    if (strcmp(number, "0") == 0 || strcmp(number, "-0") == 0)
        g_strlcpy(out, "0", MEASUREMENT_TEXT_MAX);
    else
        snprintf(out, MEASUREMENT_TEXT_MAX, "%s%.15s", number, unit);
}

void measurement_label(int64_t value, const char *from_unit, const char *to_unit,
                       char out[MEASUREMENT_TEXT_MAX])
{
    const struct unit *from, *to;
    const struct family *family = find_unit(from_unit, &from);

    if (family == NULL) {
        bool silent = strcmp(from_unit, "count") == 0 || strcmp(from_unit, "sample") == 0 ||
                      strcmp(from_unit, "unit") == 0 || strcmp(from_unit, "samples") == 0 ||
                      strcmp(from_unit, "counts") == 0;

        write_number((double)value, silent ? "" : from_unit, out);
        return;
    }
    double base = (double)value * from->factor;

    if (find_unit(to_unit, &to) != family)
        to = auto_unit(family, base);
    write_number(base / to->factor, to->name, out);
}

void measurement_percentage(int64_t value, int64_t total, char out[MEASUREMENT_TEXT_MAX])
{
    double ratio = total != 0 ? fabs((double)value / (double)total) * 100 : 0;

    if (ratio >= 99.95 && ratio <= 100.05)
        g_strlcpy(out, "  100%", MEASUREMENT_TEXT_MAX);
    else if (ratio >= 1)
        snprintf(out, MEASUREMENT_TEXT_MAX, "%5.2f%%", ratio);
    else
        snprintf(out, MEASUREMENT_TEXT_MAX, "%5.2g%%", ratio);
}

const char *measurement_report_unit(int64_t smallest, int64_t total, const char *from_unit)
{
    const struct unit *from;
    const struct family *family = find_unit(from_unit, &from);

    if (family == NULL)
        return from_unit;
    double low = fabs((double)(smallest != 0 ? smallest : total)) * from->factor;
    double high = fabs((double)total) * from->factor;
    const struct unit *small = auto_unit(family, low), *large = auto_unit(family, high);

    /* two digits more are readable; beyond that a coarser unit is */
    if (small != large && low * 100 < high)
        small = auto_unit(family, low * 100);
    return small->name;
}
