#ifndef SIDESCOPE_APP_REPORT_RECORDING_REPORT_H
#define SIDESCOPE_APP_REPORT_RECORDING_REPORT_H

/*
 * A report of a recording: the triage at one moment of it over all that was
 * seen until then, compared with the first capture, and the watch told as it
 * went. The same after a night that ended well, after the target's death, and
 * after our own. Waits for the disk; one thread at a time per reader.
 */

#include "app/recording/reader.h"
#include "app/report/report_content.h"

/* Free with report_content_free; NULL with error. at_us is a time of the run (reader.h). */
struct report_content *recording_report(struct reader *reader, size_t run, gint64 at_us,
                                        const struct thresholds *thresholds, GError **error);

#endif
