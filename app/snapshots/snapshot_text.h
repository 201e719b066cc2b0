#ifndef SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_TEXT_H
#define SIDESCOPE_APP_SNAPSHOTS_SNAPSHOT_TEXT_H

/*
 * The parts of a snapshot as the texts people know: descriptors as lsof lists
 * them, the memory map as vmmap does.
 * Foreign names are made safe: these are for reading, snapshot_manifest.h is
 * for programs. Free with g_free. Pure; any thread.
 */

#include "app/snapshots/snapshots.h"

char *snapshot_text_files(const struct files_sample *files);
char *snapshot_text_regions(const struct memory_sample *memory);

#endif
