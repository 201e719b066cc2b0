#ifndef SIDESCOPE_APP_REPORT_REPORT_CONTENT_H
#define SIDESCOPE_APP_REPORT_REPORT_CONTENT_H

/*
 * Everything a report is written from, taken out of a session at one moment and
 * kept by itself, so that the writing may happen on another thread and after
 * the session has ended. Made on the main loop's thread; then immutable but for
 * the setters, which are for its maker.
 */

#include "app/report/report.h"
#include "app/session/session.h"
#include "app/snapshots/snapshots.h"

struct report_content;

/*
 * mark (may be NULL): what growth counts from instead of the session's own
 * baseline, and what the report is compared with; a reference is taken.
 */
struct report_content *report_content_new(struct session *session,
                                          const struct thresholds *thresholds,
                                          const struct snapshot *mark);
void report_content_free(struct report_content *content);
typedef struct report_content report_content_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(report_content_auto, report_content_free)

/* Takes a reference each; NULL: none. */
void report_content_set_redact(struct report_content *content, struct redact *redact);
void report_content_set_tools(struct report_content *content, GPtrArray *tools);

/* Takes it; NULL: none. */
void report_content_set_watch(struct report_content *content, struct watch *watch);

/* Where it was seen, when that was not here: of a file. Copied. */
void report_content_set_host(struct report_content *content, const char *host);

/* TRIAGE_N_STEPS: all. */
void report_content_set_only(struct report_content *content, enum triage_step_id step);

/* What was seen, whose steps come first; of a live session it is what the user said there. */
void report_content_set_symptom(struct report_content *content, enum symptom symptom);

/* What the writers of triage/report.h take; lives as long as content. */
const struct triage_report *report_content_view(const struct report_content *content);

/* A snapshot of the samples at hand, for folders and marks. Free with snapshot_free. */
struct snapshot *report_content_snapshot(const struct report_content *content);

/* Who and where of this machine and of the target's owner, to be hidden. Asks the user
 * database, which may wait. */
struct redact *report_redact_for(const struct target *target);

#endif
