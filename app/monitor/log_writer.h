#ifndef SIDESCOPE_APP_MONITOR_WRITER_H
#define SIDESCOPE_APP_MONITOR_WRITER_H

/*
 * Writes logs and files on a thread of its own, so that a disk or a terminal
 * that stalls never holds up the watching. A line goes out whole, in one
 * write(2), or not at all: what does not fit is taken back and waits, within
 * bounds, until there is room again. A trouble is said once on standard error,
 * and so is its end. All functions: main loop's thread.
 */

#include <glib.h>
#include <stdbool.h>

struct writer;
struct log;

enum writer_error { WRITER_ERROR_OPEN, WRITER_ERROR_OTHER_COLUMNS };
#define WRITER_ERROR (writer_error_quark())
GQuark writer_error_quark(void);

struct writer *writer_new(void);
/* Tries once more what waits, ends the thread and closes everything. False when lines are left
 * that could not be written. NULL accepted. */
bool writer_free(struct writer *writer);

/*
 * A log that begins with header (a line with its newline). A file that is there
 * is gone on with when it begins so, and else left alone: NULL with error. The
 * log lives as long as the writer.
 */
struct log *writer_open(struct writer *writer, const char *path, const char *header,
                        GError **error);
/* The same of standard output, which is waited for by nobody: what its reader does not take within
 * bounds is left out. */
struct log *writer_open_stdout(struct writer *writer, const char *header);

/* line: with its newline; taken. log NULL: nobody wants it. */
void writer_put(struct writer *writer, struct log *log, char *line);
/* Replaces a file as a whole; text is taken. A newer text replaces one that still waits. */
void writer_replace(struct writer *writer, const char *path, char *text);

#endif
