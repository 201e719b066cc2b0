#ifndef SIDESCOPE_APP_TUI_SCREENS_SNAPSHOTS_DISK_H
#define SIDESCOPE_APP_TUI_SCREENS_SNAPSHOTS_DISK_H

/* Snapshots to and from the disk: the questions, and the jobs that do it. */

#include "app/tui/shell/workbench.h"

/* A profile, a goroutine dump or a folder saved earlier; goes into the store. */
void snapshots_ask_load(struct ui *ui);
/* As a folder (app/snapshots/snapshot_folder.h). id 0: all. */
void snapshots_ask_save(struct ui *ui, unsigned id);

#endif
