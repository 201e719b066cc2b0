#ifndef SIDESCOPE_PROBES_GORUNTIME_BLOCKS_H
#define SIDESCOPE_PROBES_GORUNTIME_BLOCKS_H

/*
 * Small reads of memory that never changes (tables of the program, buckets,
 * types) through a cache of whole blocks, so that many of them cost few system
 * calls. One thread per object.
 */

#include "probes/goruntime/memory.h"

struct blocks;

/* memory is borrowed. Free with blocks_free. */
struct blocks *blocks_new(struct memory *memory);
void blocks_free(struct blocks *blocks);
/*
 * n bytes at address; false when some of them are not there or nothing can be
 * read any more. What was not there once is not asked for again. Above
 * GORUNTIME_MAX_CACHE the cache begins anew.
 */
bool blocks_read(struct blocks *blocks, uint64_t address, void *ret, size_t n);

#endif
