#ifndef SIDESCOPE_APP_RECORDING_FILE_KIND_H
#define SIDESCOPE_APP_RECORDING_FILE_KIND_H

/*
 * What a file or folder is, told by what is in it: a word on the command line
 * may be a process, and a program called so may lie in the working directory.
 * Reads the beginning only. Any thread; waits for the disk.
 */

#include <stddef.h>

enum file_kind {
    FILE_KIND_NONE,      /* there is nothing of that name */
    FILE_KIND_FOREIGN,   /* something that sidescope cannot show */
    FILE_KIND_RECORDING, /* sidescope-recording(5), of whatever version */
    FILE_KIND_CAPTURE,   /* a profile, a dump, what lsof or vmmap printed, a saved snapshot */
};

enum { FILE_KIND_BYTES = 64 * 1024 }; /* more of it is not looked at */

enum file_kind file_kind_of(const char *path);
/* Of its first n bytes; never FILE_KIND_NONE. */
enum file_kind file_kind_of_bytes(const char *bytes, size_t n);

#endif
