#ifndef SIDESCOPE_PPROF_TEXT_RECORD_H
#define SIDESCOPE_PPROF_TEXT_RECORD_H

/*
 * One record of a profile as text: a line of numbers with the addresses of a
 * stack, and perhaps lines that give the frames their names,
 *
 *   3 @ 0x4a1 0x4b2
 *   # labels: {"k":"v"}
 *   #	0x4a0	main.grow+0x20	/app/c.go:12
 *
 * and the map of the process that may follow all records. Private to pprof/;
 * one thread.
 */

#include "pprof/builder.h"
#include "pprof/lines.h"

/* Takes blanks off the front. */
void text_skip_blanks(struct span *span);
/* A line that says nothing: empty, blank, or a comment. */
bool text_is_void(struct span line);
/* A line that begins as a record does: it must not be passed over in silence. */
bool text_is_record(struct span line);

/*
 * Reads what belongs to the record whose line was read: its names or, when there
 * are none, the addresses of stack (" 0x4a1 0x4b2"), which are return addresses.
 * Adds values and sample. Stops before the next record, also without an empty
 * line between.
 */
void text_record_read(struct builder *builder, struct lines *lines, struct span stack,
                      struct profile_sample *sample, const int64_t *values, guint n_values);

/* "--- Memory map: ---" or "MAPPED_LIBRARIES:" */
bool text_is_map(struct span line);
/* Reads the mappings below such a line and finds the ones that locations are in. */
void text_map_read(struct builder *builder, struct lines *lines);

#endif
