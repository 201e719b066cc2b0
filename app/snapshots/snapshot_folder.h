#ifndef SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_FOLDER_H
#define SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_FOLDER_H

/*
 * Snapshots on disk: a folder of files that other tools read as well
 *   snapshot.json          which file is what; the samples whole (snapshot_manifest.h)
 *   heap.pb.gz, …          profiles, for go tool pprof
 *   goroutine.debug2.txt   the dump as the target sent it (debug1 without states)
 *   memstats.txt  files.txt  regions.txt   for reading (snapshot_text.h)
 * Several snapshots are a folder of such folders. Waits for the disk: not for
 * the UI thread. No state; any thread.
 */

#include "app/ground/folder_writer.h"
#include "app/ground/redact.h"
#include "app/snapshots/snapshot_manifest.h"

enum { SNAPSHOT_MAX_FOLDERS = 256 };

/*
 * Writes snapshots (struct snapshot *) as path, which must not exist yet: it is
 * there as a whole or not at all. Readable by the user only. False with error
 * (FILE_ERROR).
 */
bool snapshot_folder_save(const GPtrArray *snapshots, const char *path, GError **error);

/* The files of one snapshot into a folder under way; with redact not as they came, but hidden. */
bool snapshot_folder_put(struct folder_writer *writer, const struct snapshot *snapshot,
                         const struct redact *redact, GError **error);

/* A folder of one or several snapshots. */
bool snapshot_folder_is_one(const char *path);

/*
 * What is at path: a folder written by the function above, a profile, the text
 * of a goroutine dump, or what lsof or vmmap --summary printed. Snapshots that own themselves
 * (struct snapshot *), not yet part of a store. cancelled as in job.h, may be NULL. NULL with
 * error, a sentence that names the file.
 */
GPtrArray *snapshot_load(const char *path, const int *cancelled, GError **error);

#endif
