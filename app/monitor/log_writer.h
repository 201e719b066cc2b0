#ifndef SIDESCOPE_APP_MONITOR_LOG_WRITER_H
#define SIDESCOPE_APP_MONITOR_LOG_WRITER_H

/*
 * Writes logs and files on a thread of its own, so that a disk or a terminal
 * that stalls never holds up the watching. A line goes out whole, in one
 * write(2), or not at all: what does not fit is taken back and waits, within
 * bounds, until there is room again. A trouble is said once on standard error,
 * and so is its end. All functions: main loop's thread.
 */

#include <glib.h>
#include <stdbool.h>

struct log_writer;
struct log;

enum log_writer_error { LOG_WRITER_ERROR_OPEN, LOG_WRITER_ERROR_OTHER_COLUMNS };
#define LOG_WRITER_ERROR (log_writer_error_quark())
GQuark log_writer_error_quark(void);

struct log_writer *log_writer_new(void);
/* Tries once more what waits, ends the thread and closes everything. False when lines are left
 * that could not be written. NULL accepted. */
bool log_writer_free(struct log_writer *writer);

/*
 * A log that begins with header (a line with its newline). A file that is there
 * is gone on with when it begins so, and else left alone: NULL with error. The
 * log lives as long as the writer.
 */
struct log *log_writer_open(struct log_writer *writer, const char *path, const char *header,
                            GError **error);
/* The same of standard output, which is waited for by nobody: what its reader does not take within
 * bounds is left out. */
struct log *log_writer_open_stdout(struct log_writer *writer, const char *header);

/* line: with its newline; taken. log NULL: nobody wants it. */
void log_writer_put(struct log_writer *writer, struct log *log, char *line);
/* Replaces a file as a whole; text is taken. A newer text replaces one that still waits. */
void log_writer_replace(struct log_writer *writer, const char *path, char *text);

#endif
