#ifndef SIDESCOPE_PROBES_GO_SETTINGS_H
#define SIDESCOPE_PROBES_GO_SETTINGS_H

/*
 * What the environment of a Go program tells its collector (runtime package,
 * "Environment Variables"). A program may say otherwise later
 * (debug.SetMemoryLimit, debug.SetGCPercent): in force is what its memory says.
 * Pure.
 */

#include <stdbool.h>
#include <stdint.h>

struct go_settings {
    bool known;           /* false: the environment could not be read; the rest means nothing */
    int64_t memory_limit; /* GOMEMLIMIT in bytes; INT64_MAX: none */
    int64_t gc_percent;   /* GOGC; -1: off */
};

/* Those of a program whose environment has been read and says nothing. */
extern const struct go_settings go_settings_default;

/* A variable as it stands there, "GOGC=50"; of another name, or of a value that Go does not take,
 * nothing changes. */
void go_settings_take(struct go_settings *settings, const char *variable);

#endif
