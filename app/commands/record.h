#ifndef SIDESCOPE_APP_COMMANDS_RECORD_H
#define SIDESCOPE_APP_COMMANDS_RECORD_H

/* sidescope record: keeps what is seen of a process in a file. Main thread. */

/* Exit status: 0 healthy, 1 findings, 2 nothing could be recorded or examined. */
int command_record(int argc, char **argv);

#endif
