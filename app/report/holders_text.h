#ifndef SIDESCOPE_APP_REPORT_HOLDERS_TEXT_H
#define SIDESCOPE_APP_REPORT_HOLDERS_TEXT_H

/*
 * Who holds the memory of a process, and its open files, as lines for the command,
 * the screen and the triage. Lines hold raw bytes of the target: made safe where they
 * are shown. Pure; any thread.
 */

#include "probes/goruntime/descriptors.h"
#include "probes/goruntime/holders.h"

/* Line by line, each told with what it is. */
enum holders_line { HOLDERS_LINE_HEAD, HOLDERS_LINE_ROW, HOLDERS_LINE_DETAIL, HOLDERS_LINE_NOTE };
typedef void holders_add_line(enum holders_line line, const char *text, void *user);

/*
 * Roots by what they hold, with the types of it; most: rows, 0 for all. With an
 * earlier look at the same process (before, or NULL): growth, largest first.
 */
void holders_text(const struct holders *holders, const struct holders *before, guint most,
                  holders_add_line *add, void *user);
/* Ways in which descriptors are held, the one of most descriptors first. */
void descriptors_text(const struct descriptors *descriptors, guint most, holders_add_line *add,
                      void *user);
/* How one descriptor is held, from the root down, a line for each object. */
void descriptor_chain_text(const struct descriptor *descriptor, holders_add_line *add, void *user);

/* const struct holder *, in the order of holders_text. Free with g_ptr_array_unref. */
GPtrArray *holders_in_order(const struct holders *holders, const struct holders *before);

#endif
