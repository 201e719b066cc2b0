#include "app/monitor/csv.h"

#include "app/ground/csv_text.h"
#include "widgets/safe_text.h"

#include <math.h>
#include <string.h>

static const double mib = 1024.0 * 1024.0;
static const char unknown[] = "N/A";

/* Those that the documented columns are of. */
static const enum metric documented[] = {METRIC_HEAP_ALLOC, METRIC_HEAP_INUSE, METRIC_GOROUTINES,
                                         METRIC_RSS};

static bool is_documented(enum metric metric)
{
    for (size_t i = 0; i < G_N_ELEMENTS(documented); i++)
        if (documented[i] == metric)
            return true;
    return false;
}

char *csv_header(const struct csv_form *form)
{
    GString *out = g_string_new("time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb");

    if (form->with_process)
        g_string_append(out, ",pid,name");
    for (size_t i = 0; form->extended && i < METRIC_N; i++)
        if (!is_documented((enum metric)i)) {
            g_string_append_c(out, ',');
            values_append_name(out, (enum metric)i);
        }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

/* printf would take the point from the locale. */
static void append_number(GString *out, double value, int decimals)
{
    char format[8], text[G_ASCII_DTOSTR_BUF_SIZE];

    if (isnan(value)) {
        g_string_append(out, unknown);
        return;
    }
    g_snprintf(format, sizeof format, "%%.%df", decimals);
    g_string_append(out, g_ascii_formatd(text, sizeof text, format, value));
}

static int decimals_of(enum metric metric)
{
    enum metric_unit unit = metric_info(metric)->unit;

    return unit == METRIC_PERCENT || unit == METRIC_SECONDS ? 2 : 0;
}

/* A name is foreign: what a spreadsheet would run as a formula is only text behind an apostrophe.
 */
static void append_text(GString *out, const char *text)
{
    g_autofree char *safe = text_safe(text, -1, true);

    if (*safe != '\0' && strchr("=+-@", *safe) != NULL) {
        char *quoted = g_strconcat("'", safe, NULL);

        g_free(safe);
        safe = quoted;
    }
    csv_append_text(out, safe);
}

char *csv_line(const struct csv_form *form, const struct csv_row *row)
{
    const double *value = row->values->value;
    GString *out = g_string_new(NULL);
    gint64 real_us = row->real_us;
    bool iso = form->iso_times;
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(real_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_local(utc) : NULL;
    g_autofree char *text =
        local != NULL ? g_date_time_format(local, iso ? "%Y-%m-%dT%H:%M:%S%:z" : "%H:%M:%S") : NULL;

    g_string_append(out, text != NULL ? text : unknown);
    for (size_t i = 0; i < G_N_ELEMENTS(documented); i++) {
        bool in_mb = documented[i] == METRIC_RSS;

        g_string_append_c(out, ',');
        append_number(out, in_mb ? value[documented[i]] / mib : value[documented[i]],
                      in_mb ? 1 : 0);
    }
    if (form->with_process) {
        if (row->pid != 0)
            g_string_append_printf(out, ",%d,", (int)row->pid);
        else
            g_string_append_printf(out, ",%s,", unknown);
        append_text(out, row->name);
    }
    for (size_t i = 0; form->extended && i < METRIC_N; i++)
        if (!is_documented((enum metric)i)) {
            g_string_append_c(out, ',');
            append_number(out, value[i], decimals_of((enum metric)i));
        }
    g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}
