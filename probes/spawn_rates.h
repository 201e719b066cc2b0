#ifndef SIDESCOPE_PROBES_SPAWN_RATES_H
#define SIDESCOPE_PROBES_SPAWN_RATES_H

/*
 * How often a process starts which commands: totals and the last minute, per
 * command line cut to what tells commands apart. Short-lived git commands by
 * the hundred cost more than the program that starts them (sidecar-facts L9),
 * and are seen nowhere else. One thread at a time; times are monotonic.
 */

#include "probes/samples.h"

struct spawn_rates;

/* What a command is called that has ended before its name could be read. */
#define SPAWN_UNNAMED "(too short to be named)"

struct spawn_rates *spawn_rates_new(gint64 now_us);
void spawn_rates_free(struct spawn_rates *rates);

/* Counts one start of command (copied) at at_us. */
void spawn_rates_add(struct spawn_rates *rates, const char *command, gint64 at_us);

/* All that were counted. */
uint64_t spawn_rates_total(const struct spawn_rates *rates);

/* Fills spawns, n_spawns, spawns_total, spawns_last_minute and spawns_since_us, as of now_us. */
void spawn_rates_fill(struct spawn_rates *rates, gint64 now_us, struct threads_sample *sample);

/*
 * "git status --porcelain" from the n bytes of a cmdline file (arguments ended
 * by NUL): the program's base name and, where the program is one of those that
 * take subcommands, its first word that is no option; of git also the options
 * behind that, without values. Free with g_free.
 */
char *spawn_command_of(const char *arguments, size_t n);

#endif
