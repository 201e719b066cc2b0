#ifndef SIDESCOPE_APP_ALERTS_ALERT_CAPTURE_H
#define SIDESCOPE_APP_ALERTS_ALERT_CAPTURE_H

/*
 * Everything there is to have of a process at the moment of an alarm: a
 * snapshot (snapshot_capture.h), every other profile that disturbs nobody, and
 * a few seconds of CPU profile; together with the triage's report of that
 * moment in one folder (report_folder.h). Main loop's thread; the disk is
 * waited for on a job's.
 */

#include "app/ground/redact.h"
#include "app/report/report_content.h"

enum { ALERT_CAPTURE_CPU_S = 5 };

struct alert_capture;

/* folder: where it is, NULL when somebody else keeps the snapshot or it could not be written;
 * problem: what is missing, NULL: nothing. Both borrowed. */
typedef void (*alert_capture_done)(const char *folder, const char *problem, void *user);

struct alert_capture_options {
    const struct thresholds *thresholds;
    const char *directory; /* in which the folder is made; NULL: the working directory */
    struct redact *redact; /* NULL: nothing is hidden */
    const char *config;    /* text of the configuration for the folder, or NULL */
    /* The snapshot goes to whoever keeps it (a recorder); true: no folder is needed. NULL: none. */
    bool (*keep)(const struct snapshot *snapshot, void *user);
    alert_capture_done done;
    void *user; /* of both */
};

/* Starts it; session is borrowed for this call only. done is called once, later, unless it is
 * freed before. */
struct alert_capture *alert_capture_start(struct session *session,
                                          const struct alert_capture_options *options);
/* Ends it when it still runs. NULL accepted; not from within done. */
void alert_capture_free(struct alert_capture *capture);

#endif
