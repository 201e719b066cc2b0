#ifndef SIDESCOPE_APP_REPORT_REPORT_FOLDER_H
#define SIDESCOPE_APP_REPORT_REPORT_FOLDER_H

/*
 * Everything that was seen, in one folder: the report in its three forms, the
 * snapshot's files (snapshot_folder.h), fds.tsv and threads.tsv, which are the
 * lists of them with every column and exact numbers, config, and what procfs says of the process:
 * smaps, status, limits, io. There as a whole or not at all, never over something else. Waits for
 * the disk: not for the UI thread. Errors are those of snapshots.
 */

#include "app/report/report_content.h"

/* config: the text of the configuration in force, or NULL. */
bool report_folder_write(const struct report_content *content, const struct snapshot *snapshot,
                         const char *config, const char *path, GError **error);

#endif
