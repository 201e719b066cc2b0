#ifndef SIDESCOPE_PPROF_MEASUREMENT_H
#define SIDESCOPE_PPROF_MEASUREMENT_H

/*
 * Numbers with units, written as go tool pprof writes them (pprof-reference
 * section 2.9). Pure functions over caller's buffers; any thread.
 */

#include <stddef.h>
#include <stdint.h>

enum { MEASUREMENT_TEXT_MAX = 64 };

/*
 * Writes value (in from_unit, e.g. "bytes") in to_unit: a unit name, "auto"
 * (each number its best unit) or "minimum". "512.20kB", "1.50MB", "0".
 */
void measurement_label(int64_t value, const char *from_unit, const char *to_unit,
                       char out[MEASUREMENT_TEXT_MAX]);

/* Writes |value/total| as pprof does: six columns, " 5.10%", "  100%", "    0%". */
void measurement_percentage(int64_t value, int64_t total, char out[MEASUREMENT_TEXT_MAX]);

/*
 * The unit for a whole report (2.9 "Unit choice"): smallest is the smallest
 * non-zero value shown, total the profile's. Returns a static unit name.
 */
const char *measurement_report_unit(int64_t smallest, int64_t total, const char *from_unit);

#endif
