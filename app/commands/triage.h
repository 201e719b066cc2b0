#ifndef SIDESCOPE_APP_COMMANDS_TRIAGE_H
#define SIDESCOPE_APP_COMMANDS_TRIAGE_H

/*
 * sidescope triage [TARGET]: the documented flow without a screen. Watches the
 * target for a few seconds and prints the report on stdout (text or --json);
 * errors and progress go to stderr. Runs a main loop of its own. argv[0] is
 * the command's name. Exit status: 0 healthy, 1 findings, 2 not examined.
 */
int command_triage(int argc, char **argv);

#endif
