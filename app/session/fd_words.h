#ifndef SIDESCOPE_APP_SESSION_FD_WORDS_H
#define SIDESCOPE_APP_SESSION_FD_WORDS_H

/* What a descriptor is, in words: of a descriptor that a goroutine waits for. Pure; any thread. */

#include "probes/samples.h"

/*
 * Appends "inotify, watching /a, /b and 3 more", "socket 127.0.0.1:6060->…", "pipe, other end
 * 4711 git status", "REG /a/b"; raw bytes. False, nothing appended: the sample has none of this
 * number, or is NULL.
 */
bool fd_words(const struct files_sample *files, int64_t fd, GString *out);

#endif
