#ifndef SIDESCOPE_APP_COMMANDS_MONITOR_H
#define SIDESCOPE_APP_COMMANDS_MONITOR_H

/*
 * sidescope monitor [TARGET|PORT [INTERVAL]]: the documented log of memory over
 * time, and the same numbers for other programs. Runs a main loop of its own
 * until --duration is over or a signal ends it. argv[0] is the command's name.
 * Exit status: 0 ended as asked, 2 could not do it or could not write all of it.
 */
int command_monitor(int argc, char **argv);

#endif
