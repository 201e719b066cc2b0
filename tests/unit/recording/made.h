#ifndef SIDESCOPE_TESTS_RECORDING_MADE_H
#define SIDESCOPE_TESTS_RECORDING_MADE_H

/*
 * A process that is made up: samples of it, told to a recorder as a session
 * would, and the histories the session would have. Same seed, same story.
 */

#include "app/recording/recorder.h"
#include "app/session/series.h"

enum { MADE_MAX_FDS = 60, MADE_MAX_REGIONS = 40 };

struct made {
    GRand *random;
    struct target *target;
    gint64 t_us; /* monotonic: of the newest sample */
    uint64_t sequence;
    struct fd_entry fds[MADE_MAX_FDS]; /* sorted; fd < 0: closed */
    struct region regions[MADE_MAX_REGIONS];
    struct memory_sample *walk;
    uint64_t num_gc, total_alloc;
    struct file_baseline *baseline;
    struct process_sample *good;
    struct goroutine_dump *dump;
    gint64 dump_us;
    struct series_set *series;
    struct session_parts *parts;
    const struct session_tap *tap;
    GPtrArray *told; /* struct sample *: all of them, a reference each */
    struct parts_tap parts_tap;
};

struct made *made_new(guint32 seed, pid_t pid);
void made_free(struct made *made);

/* Whom it is told from now on; NULL: nobody. */
void made_set_tap(struct made *made, const struct session_tap *tap);
/* One more sample of a random kind, a little later than the last; sometimes one that failed. */
void made_step(struct made *made);
/* Of that kind. One reference, with all lists; not told to anybody. */
struct sample *made_sample(struct made *made, enum probe_kind kind);
void made_tell(struct made *made, struct sample *sample);

#endif
