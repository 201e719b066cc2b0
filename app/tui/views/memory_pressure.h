#ifndef SIDESCOPE_APP_TUI_VIEWS_MEMORY_PRESSURE_H
#define SIDESCOPE_APP_TUI_VIEWS_MEMORY_PRESSURE_H

/* The memory that is left, in a line, judged as the triage judges it. Pure. */

#include "app/triage/thresholds.h"
#include "probes/samples.h"
#include "widgets/role.h"

/*
 * "cgroup 1.2G of 2.0G (60%)  machine 3.1G free  stalls 12%", with the role of
 * the worst of it; NULL when there is neither a limit nor pressure. Free with
 * g_free.
 */
char *memory_pressure_text(const struct memory_pressure *pressure,
                           const struct thresholds *thresholds, enum theme_role *ret_role);

#endif
