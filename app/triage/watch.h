#ifndef SIDESCOPE_APP_TRIAGE_WATCH_H
#define SIDESCOPE_APP_TRIAGE_WATCH_H

/*
 * A long watch as a report tells it: from when to when, how it ended, when the
 * verdict changed, what happened. Filled by whoever watched or reads a
 * recording; then immutable. Any thread.
 */

#include "app/triage/triage.h"

enum { WATCH_MAX_ROWS = 60 };

/* A change of verdict, or an event. */
struct watch_row {
    gint64 real_us;   /* wall clock */
    const char *kind; /* "verdict", or the event's: "mark", "target-ended", …; raw bytes */
    const char *text; /* raw bytes */
    enum triage_verdict verdict; /* colours it; UNKNOWN: of no verdict */
};

struct watch {
    gint64 from_real_us, to_real_us;
    double gap_s;          /* of that time nothing was sampled; 0: none */
    const char *ending;    /* a sentence: "The process ended at …"; "" while it goes on */
    const char *recording; /* path of the file that has it all; "" for none */
    GArray *rows;          /* struct watch_row, oldest first */
    GStringChunk *strings; /* private */
};

struct watch *watch_new(gint64 from_real_us, gint64 to_real_us);
void watch_free(struct watch *watch);
typedef struct watch watch_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(watch_auto, watch_free)

/* Texts are copied. */
void watch_set_ending(struct watch *watch, const char *sentence);
void watch_set_recording(struct watch *watch, const char *path);
void watch_add(struct watch *watch, const struct watch_row *row);

/* By time; equal times keep their order. */
void watch_sort(struct watch *watch);

/* "2026-11-28 03:12:07" in local time; "-" for 0. Free with g_free. */
char *watch_time(gint64 real_us);

#endif
