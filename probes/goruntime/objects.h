#ifndef SIDESCOPE_PROBES_GORUNTIME_OBJECTS_H
#define SIDESCOPE_PROBES_GORUNTIME_OBJECTS_H

/*
 * A copy of a Go heap: every span that is in use, the slots in it, which of them
 * are handed out, and the bytes of those that hold pointers. Made while the process
 * goes on, so words of different spans are of moments some milliseconds apart. A
 * finished copy is immutable and needs the process no more; any thread.
 */

#include "probes/goruntime/runtime.h"

#define OBJECT_NONE UINT32_MAX

struct objects;

/*
 * Copies it. NULL with error: MISMATCH when the list of spans makes no sense,
 * TOO_LARGE when the copy and what looks note of it would be above runtime->max_heap_copy, or
 * half of what this machine has to spare; what go_runtime_need and memory_read_ranges say. About
 * 1 ms for 3 MB. Free with objects_free.
 */
struct objects *objects_read(struct go_runtime *runtime, GError **error);
void objects_free(struct objects *objects);
typedef struct objects objects_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(objects_auto, objects_free)

/*
 * Spans that came into use since then, or from which something was handed out, are copied
 * once more: what was made meanwhile is to be found too. objects_find then gives new slots,
 * and objects_older those that they were before (OBJECT_NONE: they are new). False with error
 * as above.
 */
bool objects_read_more(struct objects *objects, struct go_runtime *runtime, GError **error);
uint32_t objects_older(const struct objects *objects, uint32_t slot);

/* Slots have numbers from 0; not all are handed out. */
size_t objects_count(const struct objects *objects);
/* Bytes of all spans in use. */
uint64_t objects_span_bytes(const struct objects *objects);
/* The slot that an address is in, handed out or not; OBJECT_NONE outside of all. */
uint32_t objects_find(const struct objects *objects, uint64_t address);

/* Spans whose bytes could not be read: what is in them is not known. */
size_t objects_n_unread(const struct objects *objects);
/* Whether an address is in an arena of the runtime, used or not, stacks included. */
bool objects_in_arena(const struct objects *objects, uint64_t address);
/* Addresses of the runtime's records of all spans, uint64_t, ascending. */
const GArray *objects_records(const struct objects *objects);
/* What hangs on objects of a span (runtime.special): a chain of records. */
struct object_special {
    uint64_t first, span; /* address of the first record, and of the span's first slot */
};
const GArray *objects_specials(const struct objects *objects);

/* What is known of one slot. */
struct object {
    uint64_t address, bytes; /* of the whole slot */
    const uint8_t *data;     /* its bytes; NULL when it holds no pointers */
    size_t header_bytes;     /* of a type descriptor's address in front of the value: 0, 8 */
    uint64_t type;           /* address of the descriptor by header or span; 0: not told */
    const uint8_t *bits; /* one for each word from first_bit on: may it be a pointer; NULL: any */
    size_t first_bit;
    bool is_used;
};
struct object objects_at(const struct objects *objects, uint32_t slot);
static inline bool object_may_point(const struct object *object, size_t word)
{
    size_t bit = object->first_bit + word;

    return object->bits == NULL || (object->bits[bit / 8] >> bit % 8 & 1) != 0;
}

#endif
