#ifndef SIDESCOPE_APP_RECORDING_READER_H
#define SIDESCOPE_APP_RECORDING_READER_H

/*
 * A recording, to be looked at: what was watched in it, what happened, and any
 * moment of it as a session then knew it. Opened read-only, also while another
 * process writes it; the file may be anybody's, so whatever is in it, the worst is
 * a sentence. Waits for the disk: for a worker thread, one at a time per reader.
 * What it returns may go to any thread.
 *
 * All times are of the recording: microseconds since 1970 by a clock that never
 * jumps (sidescope-recording(5)).
 */

#include "app/session/session.h"
#include "app/triage/triage.h"

struct reader;

/* NULL with error (RECORDING_ERROR, app/recording/schema.h). */
struct reader *reader_open(const char *path, GError **error);
void reader_free(struct reader *reader);
typedef struct reader reader_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(reader_auto, reader_free)

/* Takes note of what was written since; without that nothing changes but for moments, which are
 * as newer as they are asked for. */
bool reader_refresh(struct reader *reader, GError **error);

const char *reader_path(const struct reader *reader);
/* Is another process writing it? As of the last refresh. */
bool reader_is_written(const struct reader *reader);

/* One process that was watched. */
struct reader_run {
    gint64 id;
    struct target *target; /* as it was told; nothing of it need exist any more */
    char *host, *boot_id, *program_version;
    bool macos;
    gint64 begun_us, last_us;
    bool ended; /* its end was seen */
    struct session_end end;
};

/* Oldest first; borrowed until the next refresh. */
size_t reader_n_runs(const struct reader *reader);
const struct reader_run *reader_run(const struct reader *reader, size_t i);
/* The one at at_us, else the last before it, else the first. False: there are none. */
bool reader_run_at(const struct reader *reader, gint64 at_us, size_t *ret);

/* --- what happened: arrays to be freed with g_array_unref, oldest first; NULL with error --- */

/* When a sidescope was watching. */
struct reader_sitting {
    gint64 from_us, until_us;
};
GArray *reader_sittings(struct reader *reader, size_t run, GError **error);

struct reader_event {
    gint64 at_us;
    /* raw bytes; as in the table event. data is JSON, or NULL */
    char *kind, *severity, *key, *label, *data;
};
GArray *reader_events(struct reader *reader, size_t run, GError **error);

struct reader_verdict {
    gint64 at_us;             /* from then on */
    enum triage_step_id step; /* TRIAGE_N_STEPS: of all together */
    enum triage_verdict verdict;
    char *summary;
};
GArray *reader_verdicts(struct reader *reader, size_t run, GError **error);

/* --- moments --- */

/* mark_us: what growth counts from; 0: the newest mark that was set by then, if any. */
bool reader_moment(struct reader *reader, size_t run, gint64 at_us, gint64 mark_us,
                   struct session_moment *ret, GError **error);
/* The moment at which the next (steps > 0) or an earlier sample came. False, also without an
 * error: there is none. */
bool reader_step(struct reader *reader, size_t run, gint64 at_us, int steps, gint64 *ret_us,
                 GError **error);

#endif
