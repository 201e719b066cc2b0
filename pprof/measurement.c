#include "pprof/measurement.h"

#include "pprof/decimal.h"

#include <glib.h>
#include <math.h>
#include <string.h>

struct unit {
    const char *name;
    const char *aliases[4]; /* lower case, without a plural s */
    double factor;
};

struct family {
    const struct unit *units; /* ascending */
    size_t n;
    struct unit smallest; /* for values below every unit */
};

static const struct unit memory_units[] = {
    {"B", {"b", "byte"}, 1},
    {"kB", {"kb", "kbyte", "kilobyte"}, 0x1p10},
    {"MB", {"mb", "mbyte", "megabyte"}, 0x1p20},
    {"GB", {"gb", "gbyte", "gigabyte"}, 0x1p30},
    {"TB", {"tb", "tbyte", "terabyte"}, 0x1p40},
    {"PB", {"pb", "pbyte", "petabyte"}, 0x1p50},
};

static const struct unit time_units[] = {
    {"ns", {"ns", "nanosecond"}, 1},       {"us", {"us", "microsecond"}, 1e3},
    {"ms", {"ms", "millisecond"}, 1e6},    {"s", {"s", "sec", "second"}, 1e9},
    {"hrs", {"hour", "hr"}, 3600.0 * 1e9},
};

static const struct unit gcu_units[] = {
    {"n*GCU", {"nanogcu"}, 1e-9}, {"u*GCU", {"microgcu"}, 1e-6}, {"m*GCU", {"milligcu"}, 1e-3},
    {"GCU", {"gcu"}, 1},          {"k*GCU", {"kilogcu"}, 1e3},   {"M*GCU", {"megagcu"}, 1e6},
    {"G*GCU", {"gigagcu"}, 1e9},  {"T*GCU", {"teragcu"}, 1e12},  {"P*GCU", {"petagcu"}, 1e15},
};

static const struct family families[] = {
    {memory_units, G_N_ELEMENTS(memory_units), {"B", {NULL}, 1}},
    {time_units, G_N_ELEMENTS(time_units), {"s", {NULL}, 1e9}},
    {gcu_units, G_N_ELEMENTS(gcu_units), {"GCU", {NULL}, 1}},
};

/* Case does not matter; the plural s is only taken off words of more than two letters. */
static const struct unit *find(const struct family *family, const char *word)
{
    enum { LONGEST = 15 };
    char alias[LONGEST + 1];
    size_t n = strlen(word);

    if (n > LONGEST)
        return NULL;
    for (size_t i = 0; i <= n; i++)
        alias[i] = g_ascii_tolower(word[i]);
    if (n > 2 && alias[n - 1] == 's')
        alias[n - 1] = '\0';
    for (size_t i = 0; i < family->n; i++)
        for (size_t a = 0; a < G_N_ELEMENTS(family->units[i].aliases); a++)
            if (g_strcmp0(family->units[i].aliases[a], alias) == 0)
                return &family->units[i];
    return NULL;
}

static const struct unit *best(const struct family *family, double value)
{
    const struct unit *unit = &family->smallest;

    for (size_t i = 0; i < family->n; i++)
        if (value / family->units[i].factor >= 1)
            unit = &family->units[i];
    return unit;
}

static bool is_best_wanted(const char *unit)
{
    return strcmp(unit, "minimum") == 0 || strcmp(unit, "auto") == 0;
}

static bool is_silent(const char *unit)
{
    static const char *const words[] = {"count", "sample", "unit"};

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(unit, words[i]) == 0)
            return true;
    return is_best_wanted(unit);
}

double measurement_scale(int64_t value, const char *from_unit, const char *to_unit,
                         const char **ret_unit)
{
    if (value < 0 && value != INT64_MIN)
        return -measurement_scale(-value, from_unit, to_unit, ret_unit);
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        const struct unit *from = find(&families[i], from_unit);

        if (from == NULL)
            continue;
        double base = (double)value * from->factor;
        const struct unit *to =
            is_best_wanted(to_unit) ? best(&families[i], base) : find(&families[i], to_unit);

        if (to == NULL)
            to = &families[i].smallest;
        *ret_unit = to->name;
        return base / to->factor;
    }
    *ret_unit = is_silent(to_unit) ? "" : to_unit;
    return (double)value;
}

int64_t measurement_whole(double value)
{
    /* 2^63 itself is no int64_t */
    return fabs(value) < 9.2e18 ? (int64_t)value : value < 0 ? INT64_MIN : INT64_MAX;
}

bool measurement_same_family(const char *unit, const char *other)
{
    if (strcmp(unit, other) == 0)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
        if (find(&families[i], unit) != NULL && find(&families[i], other) != NULL)
            return true;
    return false;
}

/* Two digits after the point unless both are 0. The unit is "" for a plain 0. */
static const char *write_number(int64_t value, const char *from_unit, const char *to_unit,
                                char number[DECIMAL_MAX])
{
    const char *unit;
    double scaled = measurement_scale(value, from_unit, to_unit, &unit);
    size_t n = decimal_write(scaled, 2, number);

    if (n > 3 && strcmp(number + n - 3, ".00") == 0)
        number[n - 3] = '\0';
    if (strcmp(number, "0") != 0 && strcmp(number, "-0") != 0)
        return unit;
    g_strlcpy(number, "0", DECIMAL_MAX);
    return "";
}

void measurement_label(int64_t value, const char *from_unit, const char *to_unit,
                       char out[MEASUREMENT_TEXT_MAX])
{
    char number[DECIMAL_MAX];
    const char *unit = write_number(value, from_unit, to_unit, number);

    g_strlcpy(out, number, MEASUREMENT_TEXT_MAX);
    g_strlcat(out, unit, MEASUREMENT_TEXT_MAX);
}

char *measurement_text(int64_t value, const char *from_unit, const char *to_unit)
{
    char number[DECIMAL_MAX];
    const char *unit = write_number(value, from_unit, to_unit, number);

    return g_strconcat(number, unit, NULL);
}

/* Two digits that count, as "%.2g"; of what is smaller than these nothing would be left. */
static size_t write_below_one(double ratio, char number[DECIMAL_MAX])
{
    enum { LEAST = 2, MOST = 5 };
    unsigned digits = LEAST;
    size_t n;

    for (double limit = 0.1; digits < MOST && ratio < limit; limit /= 10)
        digits++;
    if (ratio != 0 && ratio < 0.0002)
        return (size_t)g_snprintf(number, DECIMAL_MAX, "%.2g", ratio);
    n = decimal_write(ratio, digits, number);
    while (number[n - 1] == '0')
        n--;
    n -= number[n - 1] == '.';
    number[n] = '\0';
    return n;
}

void measurement_percentage(int64_t value, int64_t total, char out[MEASUREMENT_TEXT_MAX])
{
    double ratio = total != 0 ? fabs((double)value / (double)total) * 100 : 0;

    if (ratio >= 99.95 && ratio <= 100.05)
        g_strlcpy(out, "  100%", MEASUREMENT_TEXT_MAX);
    else {
        /* Six columns with the sign. */
        enum { COLUMNS = 5 };
        char number[DECIMAL_MAX];
        size_t n = ratio >= 1 ? decimal_write(ratio, 2, number) : write_below_one(ratio, number);
        size_t blanks = n < COLUMNS ? COLUMNS - n : 0;

        memset(out, ' ', blanks);
        memcpy(out + blanks, number, n);
        memcpy(out + blanks + n, "%", 2);
    }
}

const char *measurement_report_unit(int64_t low, int64_t total, const char *from_unit)
{
    const char *low_unit, *high_unit;

    measurement_scale(low, from_unit, "minimum", &low_unit);
    measurement_scale(total, from_unit, "minimum", &high_unit);
    /* two digits more are readable; beyond that a coarser unit is */
    if (strcmp(low_unit, high_unit) != 0 && low < INT64_MAX / 100 && low * 100 < total)
        measurement_scale(low * 100, from_unit, "minimum", &low_unit);
    return *low_unit != '\0' ? low_unit : from_unit;
}
