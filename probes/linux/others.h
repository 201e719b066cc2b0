#ifndef SIDESCOPE_PROBES_LINUX_OTHERS_H
#define SIDESCOPE_PROBES_LINUX_OTHERS_H

/*
 * Which other processes have the same databases and pipes open as the target.
 * That is known to no file of the system: every process must be looked
 * through. It is done in slices of a few milliseconds and begun again seldom,
 * so that a machine with many processes costs as little as an idle one. Used
 * by the thread that takes the census.
 */

#include "probes/linux/procfs.h"

struct others;

struct others *others_new(void);
void others_free(struct others *others);

/*
 * Goes on looking for who has files with these link texts open (as in
 * /proc/PID/fd, "/a/b.db" or "pipe:[7]"; copied). skip: the target.
 */
void others_look(struct others *others, const char *proc_root, const GPtrArray *links, pid_t skip);

struct other_user {
    pid_t pid;
    const char *link;
    uid_t uid;
    uint32_t fds;        /* open on that link */
    const char *command; /* its arguments with blanks between, cut */
};
/* Finds of the last complete search with that link (const struct other_user *), or NULL. */
const GPtrArray *others_of(const struct others *others, const char *link);
/* Monotonic time of its end; 0: none yet. */
gint64 others_searched_us(const struct others *others);
/* Processes it was not allowed to look into. */
int64_t others_denied(const struct others *others);
/* Bytes read since the last call. */
uint64_t others_take_bytes(struct others *others);

/* Arguments of a process with blanks between, else its name; "" when it is gone. Free with g_free.
 */
char *others_command(const char *proc_root, pid_t pid);

#endif
