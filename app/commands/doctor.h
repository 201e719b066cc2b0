#ifndef SIDESCOPE_APP_COMMANDS_DOCTOR_H
#define SIDESCOPE_APP_COMMANDS_DOCTOR_H

/*
 * sidescope doctor [TARGET]: what can be seen here and what is missing, as text
 * or --json on stdout. argv[0] is the command's name. Exit status: 0 all is
 * there, 1 something is limited or missing, 2 unusable, or wrong arguments.
 */
int command_doctor(int argc, char **argv);

#endif
