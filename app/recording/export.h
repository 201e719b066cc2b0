#ifndef SIDESCOPE_APP_RECORDING_EXPORT_H
#define SIDESCOPE_APP_RECORDING_EXPORT_H

/*
 * A recording as a folder of standard files:
 *   series.csv       every number over time, a row per sample of the process
 *   descriptors.csv  everything that was open, with its birth and death
 *   events.csv       what happened; verdicts.csv: what the triage said, on change
 *   profiles/, dumps/  .pb.gz and .txt files, as they were kept
 *   snapshot.json and its files     all that was known at the end (snapshot_folder.h)
 * Times are of UTC, as in 2026-11-29T03:12:07.250Z; what is not known is empty.
 * There as a whole or not at all. Waits for the disk: any thread but the UI's.
 */

#include "app/ground/redact.h"
#include "app/recording/reader.h"

struct export_range {
    size_t run;
    gint64 from_us, to_us; /* what was between them, both included */
};

/* redact may be NULL. False with a sentence; path must not be there yet. */
bool export_recording(struct reader *reader, const struct export_range *range,
                      const struct redact *redact, const char *path, GError **error);

/* Homes and users that paths of the recording name, its host, and this machine's own. */
struct redact *export_redact(struct reader *reader, const struct export_range *range);

#endif
