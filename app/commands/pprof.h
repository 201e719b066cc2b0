#ifndef SIDESCOPE_APP_COMMANDS_PPROF_H
#define SIDESCOPE_APP_COMMANDS_PPROF_H

/*
 * sidescope pprof: what people type after go tool pprof. With the flag of a
 * report (-top, -list REGEX, -proto, -svg, …) that report; without one, an
 * interactive shell over the profile.
 */
int command_pprof(int argc, char **argv);

#endif
