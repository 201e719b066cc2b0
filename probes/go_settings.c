#include "probes/go_settings.h"

#include <glib.h>
#include <string.h>

const struct go_settings go_settings_default = {true, INT64_MAX, 100};

/* "150MiB", "1073741824", "off". False for what the runtime refuses. */
static bool parse_limit(const char *text, int64_t *ret)
{
    static const struct {
        const char *unit;
        int shift;
    } units[] = {{"", 0}, {"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
    char *end = NULL;

    if (strcmp(text, "off") == 0) {
        *ret = INT64_MAX;
        return true;
    }
    if (!g_ascii_isdigit(*text))
        return false;
    guint64 number = g_ascii_strtoull(text, &end, 10);

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(end, units[i].unit) == 0 && number <= (guint64)INT64_MAX >> units[i].shift) {
            *ret = (int64_t)(number << units[i].shift);
            return true;
        }
    return false;
}

static bool parse_percent(const char *text, int64_t *ret)
{
    char *end = NULL;
    gint64 number = g_ascii_strtoll(text, &end, 10);

    if (strcmp(text, "off") == 0)
        number = -1;
    else if (end == text || *end != '\0' || number > INT32_MAX)
        return false;
    *ret = MAX(number, -1); /* any negative one is off */
    return true;
}

void go_settings_take(struct go_settings *settings, const char *variable)
{
    static const char limit[] = "GOMEMLIMIT=", percent[] = "GOGC=";

    if (g_str_has_prefix(variable, limit))
        parse_limit(variable + strlen(limit), &settings->memory_limit);
    else if (g_str_has_prefix(variable, percent))
        parse_percent(variable + strlen(percent), &settings->gc_percent);
}
