#ifndef SIDESCOPE_WIDGETS_NUMBER_H
#define SIDESCOPE_WIDGETS_NUMBER_H

/*
 * The one formatter of numbers: screens, tables, reports and sentences say the
 * same amount in the same way. Each returns a string that lives inside an
 * expression, as number_bytes(x).text. What is unknown, NUMBER_UNKNOWN or NAN,
 * reads NUMBER_ABSENT and never 0. Pure; any thread.
 */

#include <stdint.h>

/* An integer that is not known: the value of SAMPLE_UNKNOWN, for layers that know no samples. */
#define NUMBER_UNKNOWN INT64_MIN
#define NUMBER_ABSENT "-"

enum { NUMBER_TEXT_MAX = 64 };

struct number_text {
    char text[NUMBER_TEXT_MAX];
};

/* 1024-based "6.2G", "410M", "9.9K", "512B": at most 5 columns. */
struct number_text number_bytes(int64_t bytes);
/* The same of what was computed: the fraction goes, beyond 63 bits stands the limit. */
struct number_text number_bytes_real(double bytes);
struct number_text number_bytes_signed(int64_t bytes); /* "+4.1M", "-12K", "0" */
struct number_text number_count(int64_t n);            /* "1 412" */
/* The word for so many of a thing: one of them has its own, what is unknown is many. */
const char *number_word(int64_t n, const char *one, const char *many);
struct number_text number_count_real(double n);           /* as number_bytes_real() */
struct number_text number_count_signed(int64_t n);        /* "+1 412", "-3", "0" */
struct number_text number_count_short(int64_t n);         /* "1.4k": at most 5 columns */
struct number_text number_percent(double percent);        /* "2.1%", "43%", "<0.1%" */
struct number_text number_percent_whole(double percent);  /* "2%" */
struct number_text number_percent_signed(double percent); /* "+24%", "-3%" */
/* Seconds: "58s", "1m00s", "14h07m", "2d03h": at most 6 columns up to 999 days; below 0: unknown.
 */
struct number_text number_duration(double seconds);
/* How long ago, in seconds: "now", "14h07m ago". */
struct number_text number_age(double seconds);
struct number_text number_seconds(double seconds);  /* of CPU: "0.24 s" */
struct number_text number_interval(double seconds); /* between samples: "2.0 s" */
struct number_text number_cost(double us);          /* "340 us", "1.2 ms", "1.7 s" */
/*
 * A slope with its unit of time, the largest that keeps it readable: leaks are
 * spoken of per hour, so "+410M/h", and per minute or second only what is much
 * faster; counts that hardly move per day.
 */
struct number_text number_rate_bytes(double per_second);
struct number_text number_rate_count(double per_second);
/* The same of a slope that was seen for so long: per hour after minutes, per day after hours. */
struct number_text number_rate_bytes_over(double per_second, double window_s);
struct number_text number_rate_count_over(double per_second, double window_s);
/* A stretch of time as hours to divide by; NAN when it is too short to speak of an hour. */
double number_rate_hours(double seconds);
/* The ends of a range of slopes, in the unit of
 * per_second seen for so long: "+380M/h to +420M/h". */
struct number_text number_range_of_bytes(double per_second, double low, double high,
                                         double window_s);
struct number_text number_range_of_count(double per_second, double low, double high,
                                         double window_s);

#endif
