#ifndef SIDESCOPE_APP_REPORT_REPORT_H
#define SIDESCOPE_APP_REPORT_REPORT_H

/*
 * What a report says, and its three forms: plain text for a terminal, Markdown
 * for an issue tracker, JSON for programs. All print the same facts; the text
 * is the short one. Foreign bytes (paths, names, what a server sent) are made
 * safe for where they stand, and pass the redaction first. Pure.
 */

#include "app/ground/redact.h"
#include "app/ground/tools.h"
#include "app/triage/since.h"
#include "app/triage/symptoms.h"
#include "app/triage/watch.h"

/* How much of a long list a report shows; what is left out is said. */
enum {
    REPORT_MAX_PATHS = 25,
    REPORT_MAX_TEMPLATES = 15,
    REPORT_MAX_STACKS = 12,
    REPORT_MAX_FRAMES = 48,
    REPORT_MAX_FUNCTIONS = 20,
    REPORT_MAX_ROWS = 40,
};

/* One number over the time that was watched. */
struct report_series {
    enum metric metric;
    GArray *points; /* struct history_point; gaps are NAN */
};

struct triage_report {
    const struct triage_input *input;
    const struct triage_result *result;
    const struct redact *redact;      /* NULL: nothing is hidden */
    gint64 made_real_us, now_us;      /* wall clock; monotonic, which ages count back from */
    const char *system;               /* "Linux 6.8.0 x86_64"; "" not known */
    const char *host;                 /* "" not known */
    const char *backend;              /* "procfs" */
    const GArray *series;             /* struct report_series; NULL: none */
    const GPtrArray *tools;           /* struct tool *; NULL: none */
    const struct triage_since *since; /* NULL: nothing is compared with a mark */
    const struct watch *watch;        /* a long watch; NULL: a look of this moment */
    enum symptom symptom;             /* what was seen: the steps that answer it come first */
    const struct triage_step *only;   /* a report of this step alone; NULL: of all */
};

/* Plain text for a terminal; ASCII when unicode is false. Free with g_free. */
char *triage_report_text(const struct triage_report *report, bool unicode);
/* GitHub-flavoured Markdown; no byte of it is markup that the target chose. */
char *triage_report_markdown(const struct triage_report *report, bool unicode);
/* One JSON document, newline at the end; foreign bytes kept losslessly (see the source). */
char *triage_report_json(const struct triage_report *report);

/* 0 healthy, 1 findings, 2 not examined: of the whole, or of the only step. */
int triage_report_status(const struct triage_report *report);

#endif
