#ifndef SIDESCOPE_APP_COMMANDS_DASHBOARD_H
#define SIDESCOPE_APP_COMMANDS_DASHBOARD_H

/*
 * sidescope [TARGET]: the full-screen dashboard; without a terminal on stdout
 * the triage report instead. Exit status: 0, or the report's; 2 when the
 * terminal or the arguments do not do.
 */
int command_dashboard(int argc, char **argv);

/* Its options with what they do, a line each below the titles of their groups. g_free. */
char *command_dashboard_options(void);

#endif
