#ifndef SIDESCOPE_APP_MONITOR_CSV_H
#define SIDESCOPE_APP_MONITOR_CSV_H

/*
 * The log of the monitor as text. Its first five columns are documented and
 * never change: time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb. What
 * is unknown reads N/A; decimals have a point in every locale. Every line has
 * all columns: there are no comments in it. Pure.
 */

#include "app/monitor/values.h"

struct csv_form {
    bool with_process; /* behind the five: pid,name */
    bool extended;     /* behind those: all other metrics */
    bool iso_times;    /* 2026-11-28T23:11:44+01:00 instead of 23:11:44 */
};

/* One line of it. */
struct csv_row {
    gint64 real_us; /* Unix microseconds */
    pid_t pid;      /* 0: none known */
    const char *name;
    const struct values *values;
};

/* With its newline; free with g_free. */
char *csv_header(const struct csv_form *form);
char *csv_line(const struct csv_form *form, const struct csv_row *row);

#endif
