#include "widgets/text.h"

#include <math.h>

/* At most three digits, or one and a tenth, then the unit: "-999B" is the longest. */
static void scaled(double value, const char *units, double base, char *out, size_t size)
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
    g_snprintf(out, size, "%s%.*f%c", sign, unit > 0 && left < 9.95 ? 1 : 0, left, units[unit]);
}

void text_bytes(int64_t bytes, char out[TEXT_NUMBER_MAX])
{
    scaled((double)bytes, "BKMGTPE", 1024, out, TEXT_NUMBER_MAX);
}

void text_bytes_signed(int64_t bytes, char out[TEXT_NUMBER_MAX])
{
    g_strlcpy(out, bytes > 0 ? "+" : "0", TEXT_NUMBER_MAX);
    if (bytes != 0)
        scaled((double)bytes, "BKMGTPE", 1024, out + (bytes > 0), TEXT_NUMBER_MAX - 1);
}

void text_count(int64_t n, char out[TEXT_NUMBER_MAX])
{
    char digits[TEXT_NUMBER_MAX];
    size_t length = (size_t)g_snprintf(digits, sizeof digits, "%" G_GINT64_FORMAT, (gint64)n);
    size_t at = 0;

    for (size_t i = 0; i < length; i++) {
        if (i > 0 && digits[i - 1] != '-' && (length - i) % 3 == 0)
            out[at++] = ' ';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

void text_count_short(int64_t n, char out[TEXT_NUMBER_MAX])
{
    if (n > -1000 && n < 1000)
        g_snprintf(out, TEXT_NUMBER_MAX, "%d", (int)n);
    else
        scaled((double)n, " kMGTPE", 1000, out, TEXT_NUMBER_MAX);
}

void text_duration(double seconds, char out[TEXT_NUMBER_MAX])
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
    gint64 s = seconds > 0 ? (gint64)fmin(seconds, 1e15) : 0; /* a NAN is 0 too */

    if (s < 60) {
        g_snprintf(out, TEXT_NUMBER_MAX, "%ds", (int)s);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
        if (s < steps[i].below) {
            g_snprintf(out, TEXT_NUMBER_MAX, "%d%c%02d%c", (int)(s / steps[i].big),
                       steps[i].big_unit, (int)(s % steps[i].big / steps[i].small),
                       steps[i].small_unit);
            return;
        }
    g_snprintf(out, TEXT_NUMBER_MAX, "%" G_GINT64_FORMAT "d", s / 86400);
}
