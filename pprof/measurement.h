#ifndef SIDESCOPE_PPROF_MEASUREMENT_H
#define SIDESCOPE_PPROF_MEASUREMENT_H

/*
 * Numbers with units, written as go tool pprof writes them (pprof-reference
 * section 2.9). Pure functions over caller's buffers; any thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEASUREMENT_TEXT_MAX = 64 };

/*
 * Writes value (in from_unit, e.g. "bytes") in to_unit: a unit name, "auto"
 * (each number its best unit) or "minimum". "512.20kB", "1.50MB", "0". A unit
 * that is not of memory or time is written as it is, cut to the buffer.
 */
void measurement_label(int64_t value, const char *from_unit, const char *to_unit,
                       char out[MEASUREMENT_TEXT_MAX]);

/* The same in full, whatever the length of the unit. Newly allocated. */
char *measurement_text(int64_t value, const char *from_unit, const char *to_unit);

/*
 * The number behind measurement_label(); ret_unit gets the unit's printed
 * name, static or to_unit itself, "" for plain counts.
 */
double measurement_scale(int64_t value, const char *from_unit, const char *to_unit,
                         const char **ret_unit);

/* What is behind the point goes; beyond 63 bits the limit of the sign. NAN: INT64_MAX. */
int64_t measurement_whole(double value);

/* Whether both units measure the same thing, or are the same word. */
bool measurement_same_family(const char *unit, const char *other);

/* Writes |value/total| as pprof does: six columns, " 5.10%", "  100%", "    0%". */
void measurement_percentage(int64_t value, int64_t total, char out[MEASUREMENT_TEXT_MAX]);

/*
 * The unit for a whole report (2.9 "Unit choice"): low is the smallest
 * non-zero value shown, or total where all are zero; total is the profile's.
 * Returns a static unit name, or
 * from_unit when it is not of memory or time.
 */
const char *measurement_report_unit(int64_t low, int64_t total, const char *from_unit);

#endif
