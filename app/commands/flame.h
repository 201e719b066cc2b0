#ifndef SIDESCOPE_APP_COMMANDS_FLAME_H
#define SIDESCOPE_APP_COMMANDS_FLAME_H

/*
 * sidescope flame SOURCE…: a flame graph, full-screen on a terminal, else (or
 * with -o) as an SVG file, or as --json. Exit status as command_report.
 */
int command_flame(int argc, char **argv);

#endif
