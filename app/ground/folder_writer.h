#ifndef SIDESCOPE_APP_GROUND_FOLDER_WRITER_H
#define SIDESCOPE_APP_GROUND_FOLDER_WRITER_H

/*
 * A folder that is there as a whole or not at all: its files are written beside
 * it, and one rename puts them in place. Readable by the user only; what is
 * there already is never touched. Waits for the disk: not for the UI thread.
 * Errors: FILE_ERROR (file_error.h), with the path in the sentence.
 */

#include <glib.h>
#include <stdbool.h>

struct folder_writer;

/* NULL with error when path is there already or cannot be made. */
struct folder_writer *folder_writer_begin(const char *path, GError **error);
/* name: of a file, or "folder/file". */
bool folder_writer_put(struct folder_writer *writer, const char *name, const void *data, size_t n,
                       GError **error);
/* The same of text, which is taken. */
bool folder_writer_put_text(struct folder_writer *writer, const char *name, char *text,
                            GError **error);
/* Puts everything in place. Frees the writer; on failure nothing is left of it. */
bool folder_writer_finish(struct folder_writer *writer, GError **error);
/* Removes what was written. NULL accepted. */
void folder_writer_abort(struct folder_writer *writer);

/* Removes a folder written by this module, files and one level of folders in it. */
void folder_remove(const char *path);

/*
 * One file, as a whole or not at all. replace false: it must not be there yet.
 */
bool file_write(const char *path, const void *data, size_t n, bool replace, GError **error);
/* All of it to what is open, however many writes that takes; false with errno. */
bool file_write_all(int fd, const void *data, size_t n);

#endif
