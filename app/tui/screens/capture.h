#ifndef SIDESCOPE_APP_TUI_SCREENS_CAPTURE_H
#define SIDESCOPE_APP_TUI_SCREENS_CAPTURE_H

/*
 * Capturing a profile from within the dashboard: a strip with its progress
 * over the screen it was started from, which stays alive and in use below.
 * At the end the profile is kept as a snapshot and opened.
 */

#include "app/profiles/profile_kinds.h"
#include "app/tui/shell/workbench.h"
#include "probes/target.h"

struct capture_order {
    const struct profile_kind *kind;
    const char *name; /* row of the index page; kind->name, or that of a program's own profile */
    int seconds;      /* of collecting (CPU) or of change (others); 0: as it is now */
};

/* Starts it, or says why not (one at a time). Consent has been given. */
void capture_begin(struct ui *ui, const struct capture_order *order);

/* What a user asks for in seconds: "30", "30s", "2m". 0 with a sentence when it is not within 1
 * and the longest that is allowed. */
int capture_parse_seconds(const char *text, char **ret_why);

/* Whether the kernel is the only one who takes this profile. No I/O. */
bool capture_is_from_kernel(const struct target *target, const struct profile_kind *kind);

/* True when there is a target to take one of; says what is wrong otherwise. */
bool capture_has_target(struct ui *ui);
/* The same, and no capture is under way. */
bool capture_possible(struct ui *ui);

#endif
