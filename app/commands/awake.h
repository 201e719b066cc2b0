#ifndef SIDESCOPE_APP_COMMANDS_AWAKE_H
#define SIDESCOPE_APP_COMMANDS_AWAKE_H

/*
 * Keeps the machine awake as long as this program lives, where the system has
 * a command for it (systemd-inhibit, caffeinate). It is let go however the
 * program ends. Main loop's thread.
 */

#include <glib.h>
#include <stdbool.h>

struct awake;

/* NULL with error, a sentence, when the machine may sleep all the same. */
struct awake *awake_new(GError **error);
/* Once true when the command has given up: the machine may go to sleep. */
bool awake_lost(struct awake *awake);
/* NULL accepted. */
void awake_free(struct awake *awake);

#endif
