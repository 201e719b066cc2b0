#ifndef SIDESCOPE_APP_COMMANDS_EXPORT_H
#define SIDESCOPE_APP_COMMANDS_EXPORT_H

/* sidescope export FILE DIR: a recording as standard files. Exit status. */
int command_export(int argc, char **argv);

#endif
