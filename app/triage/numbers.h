#ifndef SIDESCOPE_APP_TRIAGE_NUMBERS_H
#define SIDESCOPE_APP_TRIAGE_NUMBERS_H

/*
 * Numbers inside the sentences of a report: a string that lives in an
 * expression, as number_bytes(x).text. Absent values read "-". Pure.
 */

#include "probes/trend.h"

#include <stdint.h>

enum { NUMBER_TEXT_MAX = 128 };

struct number_text {
    char text[NUMBER_TEXT_MAX];
};

struct number_text number_bytes(int64_t bytes);
struct number_text number_bytes_signed(int64_t bytes);
struct number_text number_count(int64_t n);
/* What follows a count: " (+12)"; "" when nothing changed or nothing is known. */
struct number_text number_growth(int64_t growth);
struct number_text number_percent(double percent); /* "2.1%"; "-" for NAN */
struct number_text number_duration(double seconds);
/* A trend's slope in the largest unit of time that keeps it readable: "+410M/h", "+3/min". */
struct number_text number_rate_bytes(double per_second);
struct number_text number_rate_count(double per_second);

/* The same for a fact: "flat" and "level" instead of a rate that means nothing. */
struct number_text number_trend_bytes(const struct trend *trend);
/* How sure the slope is: "90% sure: +380M/h to +420M/h", or "within noise". */
struct number_text number_range_bytes(const struct trend *trend);
struct number_text number_trend_count(const struct trend *trend);
struct number_text number_range_count(const struct trend *trend);

#endif
