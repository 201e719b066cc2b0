#ifndef SIDESCOPE_PROBES_GORUNTIME_WRITABLE_H
#define SIDESCOPE_PROBES_GORUNTIME_WRITABLE_H

/*
 * The memory that a process can write to, of whatever kind: Go's heap, variables, memory of C,
 * stacks of threads. Of a live one from /proc/PID/maps; what was never touched is left out by
 * /proc/PID/pagemap where that can be read. One thread; blocks for these files.
 */

#include "probes/goruntime/module.h"

struct writable;

/* NULL with error: DENIED, GONE, TOO_LARGE. Free with writable_free. */
struct writable *writable_of_process(int pid, GError **error);
/* These (struct module_area, ascending, all there), of which it takes a reference. */
struct writable *writable_of_areas(GArray *areas);
/* As the source of a memory knows it; NULL with error: FAILED where it does not, or as above. */
struct writable *writable_of_memory(struct memory *memory, GError **error);
/*
 * Leaves out the stack that the program began on (of a live process): above its frames are
 * arguments and environment, which do not belong in a file.
 */
void writable_leave_first_stack(struct writable *writable);
void writable_free(struct writable *writable);

/*
 * Mappings that are private, or shared and of no file (MAP_SHARED | MAP_ANONYMOUS): struct
 * module_area, ascending.
 */
const GArray *writable_areas(const struct writable *writable);
/*
 * The pages from an address on that have anything in them, of at most n bytes: bytes to skip,
 * and behind them bytes there are. Both 0 at the end. Without rights all of it.
 */
struct writable_run {
    uint64_t skip, n;
};
struct writable_run writable_next(const struct writable *writable, uint64_t address, uint64_t n);

#endif
