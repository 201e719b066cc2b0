#ifndef SIDESCOPE_APP_RECORDING_REMEMBERED_H
#define SIDESCOPE_APP_RECORDING_REMEMBERED_H

/*
 * What the dashboard keeps of a process between two looks at it: a bounded
 * recording below state_dir("recordings"), one file a process (by pid and start
 * time). Attached again, the session goes on from there. Opening waits for the
 * disk: for a worker thread; then it belongs to the main loop's.
 */

#include "app/recording/recorder.h"

struct remembered {
    char *path;
    struct recorder *recorder;   /* NULL: nothing is written, see problem */
    struct session_moment *past; /* for session_options.past; NULL: never looked at before */
    gint64 from_real_us;         /* wall clock: watched since; 0: from now on */
    gint64 until_real_us;        /* wall clock: seen again */
    gint64 gap_real_us;          /* wall clock: the last that was seen before now */
    char *problem;               /* a sentence; NULL: none */
};

/*
 * Never NULL. Another sidescope that watches the same process keeps writing: then
 * its past is read and nothing is written here. Recordings of ended processes
 * go, the oldest first, when all take more than a few times max_bytes.
 */
struct remembered *remembered_open(const struct target *target, gint64 max_bytes);
/* Closes the file, for which it may wait. NULL accepted. */
void remembered_free(struct remembered *remembered);

/* "watched since 21:04, gap 02:10 to 06:55"; NULL when there is no past. Free with g_free. */
char *remembered_words(const struct remembered *remembered);

#endif
