#ifndef SIDESCOPE_APP_COMMANDS_DIFF_H
#define SIDESCOPE_APP_COMMANDS_DIFF_H

/*
 * sidescope diff BEFORE AFTER: what grew between two profiles, either of which
 * may be a live target. Exit status: 0 nothing grew, 1 something did, 2 it could
 * not be done, 130 after Ctrl-C.
 */
int command_diff(int argc, char **argv);

#endif
