#ifndef SIDESCOPE_APP_COMMANDS_HOLDERS_H
#define SIDESCOPE_APP_COMMANDS_HOLDERS_H

/*
 * sidescope holders TARGET: who keeps the memory of a Go process alive, or its open
 * files (--files), read from its memory. Exit status: 0 told, 2 could not be read.
 */
int command_holders(int argc, char **argv);

#endif
