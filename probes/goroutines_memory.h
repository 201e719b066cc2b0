#ifndef SIDESCOPE_PROBES_GOROUTINES_MEMORY_H
#define SIDESCOPE_PROBES_GOROUTINES_MEMORY_H

/*
 * A dump of all goroutines out of a target's memory, and whether it says what
 * pprof's own says. The thread of the process's reader.
 */

#include "pprof/goroutines.h"
#include "probes/go_process.h"

/*
 * One new reference each; the text is what goroutine?debug=2 would have been,
 * without arguments. False with error: what go_process_open and goroutines_read say.
 */
bool goroutines_memory_read(struct go_process *process, struct goroutine_dump **ret_dump,
                            GBytes **ret_text, GError **error);

/*
 * Whether both are of the same goroutines at about the same moment: most of those
 * that rest have the same stack and state in both. Of a dump without states only
 * the number is compared. What runs moves on between two looks. Pure.
 */
bool goroutines_memory_agrees(const struct goroutine_dump *memory,
                              const struct goroutine_dump *pprof);

#endif
