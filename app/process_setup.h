#ifndef SIDESCOPE_APP_PROCESS_SETUP_H
#define SIDESCOPE_APP_PROCESS_SETUP_H

#include <glib.h>
#include <stdbool.h>

/* What the process needs of the system before anything else runs. Main thread, once. */

/*
 * Raises the limit of open files to what the system allows (macOS starts
 * programs with 256), up to PROCESS_MAX_FILES: some programs we start walk all
 * numbers up to the limit. Turns SIGXFSZ (a file grew beyond ulimit -f) into
 * the write's error, which has a sentence.
 */
enum { PROCESS_MAX_FILES = 10240 };
void process_setup(void);

/*
 * Takes what every command understands out of the arguments: --header-file FILE
 * (http_login.h). Users and passwords of addresses disappear from what ps shows
 * of us. The new arguments live as long as the process. False with a sentence.
 */
bool process_take_options(int *argc, char ***argv, GError **error);

#endif
