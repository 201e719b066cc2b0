#ifndef SIDESCOPE_APP_COMMANDS_REPORT_H
#define SIDESCOPE_APP_COMMANDS_REPORT_H

/*
 * sidescope top|peek|tree|traces|tags|raw SOURCE...: what go tool pprof prints for
 * the same flags, or --json. argv[0] is the command's name and chooses the
 * report. Notes and errors go to stderr. Exit status: 0, 2 when it could not be
 * done, 130 after Ctrl-C.
 */
int command_report(int argc, char **argv);

#endif
