#ifndef SIDESCOPE_APP_TRIAGE_NUMBERS_H
#define SIDESCOPE_APP_TRIAGE_NUMBERS_H

/* What a trend and a change say in a sentence, by the formatter of all numbers. Pure. */

#include "probes/trend.h"
#include "widgets/number.h"

/* What follows a count: " (+12)"; "" when nothing changed or nothing is known. */
struct number_text number_growth(int64_t growth);
/* What a number has risen by while it was watched: "+1 412". */
struct number_text number_rise_count(const struct trend *trend);
/* The slope of a trend, in a unit that suits the time it was seen for. */
struct number_text number_slope_bytes(const struct trend *trend);
struct number_text number_slope_count(const struct trend *trend);
/* A trend for a fact: "flat" and "level" instead of a rate that means nothing. */
struct number_text number_trend_bytes(const struct trend *trend);
struct number_text number_trend_count(const struct trend *trend);
/* How sure the slope is: "90% sure: +380M/h to +420M/h", or "within noise". */
struct number_text number_range_bytes(const struct trend *trend);
struct number_text number_range_count(const struct trend *trend);

#endif
