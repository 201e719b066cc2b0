#ifndef SIDESCOPE_PROBES_GORUNTIME_RECORDS_H
#define SIDESCOPE_PROBES_GORUNTIME_RECORDS_H

/*
 * The same number of bytes at each of many addresses, in as few reads as
 * possible: structs of the runtime that hang together by pointers. One thread.
 */

#include "probes/goruntime/memory.h"

struct records {
    size_t n, bytes; /* bytes of each */
    uint8_t *data;
    struct memory_range *ranges;
};

/*
 * Reads them. False with error when the process cannot be read: what
 * memory_read_ranges says. Clear with records_clear also then.
 */
bool records_read(struct records *records, struct memory *memory, const uint64_t *addresses,
                  size_t n, size_t bytes, GError **error);
void records_clear(struct records *records);
/* The bytes of one, or NULL where nothing is mapped. */
const uint8_t *records_at(const struct records *records, size_t i);

#endif
