#ifndef SIDESCOPE_APP_GROUND_STATE_DIR_H
#define SIDESCOPE_APP_GROUND_STATE_DIR_H

/* Where sidescope keeps what it remembers between runs: $XDG_STATE_HOME/sidescope, by default
 * ~/.local/state/sidescope. Any thread. */

/* Folder below it; NULL: itself. Not made. Free with g_free. */
char *state_dir(const char *folder);

#endif
