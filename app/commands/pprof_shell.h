#ifndef SIDESCOPE_APP_COMMANDS_PPROF_SHELL_H
#define SIDESCOPE_APP_COMMANDS_PPROF_SHELL_H

/*
 * The shell of sidescope pprof: one line is a report with its words ("top20",
 * "list REGEX", "tree FOCUS -IGNORE >FILE"), or a setting ("focus=REGEX", "cum").
 * Settings begin as the command line's flags. Main thread only.
 */

#include "app/commands/profile_run.h"

/* Until the end of the input or "quit". An exit status. */
int pprof_shell_run(const struct profile_flags *flags, const struct profile_gathered *input,
                    const struct profile_gathered *base);

#endif
