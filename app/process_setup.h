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
 * For what runs for days: memory that probes take on their threads and the main
 * loop gives back is one pool, and large answers go back to the system at once.
 * glibc's own rules keep a pool for each thread, which creeps up by megabytes.
 * Before any thread; costs a one-off command time.
 */
void process_stay_small(void);

/*
 * Takes what every command understands out of the arguments: --header-file FILE
 * (http_login.h). Users and passwords of addresses disappear from what ps shows
 * of us. The new arguments live as long as the process. False with a sentence.
 */
bool process_take_options(int *argc, char ***argv, GError **error);

#endif
