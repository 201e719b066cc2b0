#ifndef SIDESCOPE_TESTS_SUPPORT_VT_KEEPER_H
#define SIDESCOPE_TESTS_SUPPORT_VT_KEEPER_H

/* The process between test and program, see vt.h. It ends, and ends the program, when the test's
 * side of the orders pipe is closed, be it by a crash of the test. */

#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/types.h>

struct vt_keeper {
    pid_t keeper, program;
    int orders;  /* to the keeper */
    int reports; /* wait statuses from it */
};

/* Returns the emulator's end of the terminal, or -1. */
int vt_keeper_start(struct vt_keeper *keeper, const char *const *argv, const char *const *env,
                    const struct winsize *size);
void vt_keeper_stop(struct vt_keeper *keeper);
/* A status that was reported; false when there is none yet. */
bool vt_keeper_read(struct vt_keeper *keeper, int *ret_status);
void vt_keeper_continue(struct vt_keeper *keeper);

#endif
