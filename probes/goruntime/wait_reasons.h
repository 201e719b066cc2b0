#ifndef SIDESCOPE_PROBES_GORUNTIME_WAIT_REASONS_H
#define SIDESCOPE_PROBES_GORUNTIME_WAIT_REASONS_H

/*
 * The words the runtime has for what a goroutine waits for, by their numbers,
 * which change with the version: read from the process itself, as its own
 * waitReasonStrings has them. One thread.
 */

#include "probes/goruntime/runtime.h"

struct wait_reasons {
    GPtrArray *texts; /* const char *, by number; "" for one that is empty */
};

/*
 * Reads them; empty when the table was not found. False with error when the process
 * cannot be read. Clear with wait_reasons_clear also then.
 */
bool wait_reasons_read(struct wait_reasons *reasons, const struct go_runtime *runtime,
                       GError **error);
void wait_reasons_clear(struct wait_reasons *reasons);
/* The text of a number, or NULL when there is none. Valid until cleared. */
const char *wait_reasons_text(const struct wait_reasons *reasons, uint8_t number);

#endif
