#ifndef SIDESCOPE_APP_RECORDING_BOOT_H
#define SIDESCOPE_APP_RECORDING_BOOT_H

/* Which start of the machine this is: with pid and start time it tells a process from all others.
 * "" when the system does not say. Free with g_free. Any thread. */
char *boot_id(void);

#endif
