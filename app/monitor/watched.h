#ifndef SIDESCOPE_APP_MONITOR_WATCHED_H
#define SIDESCOPE_APP_MONITOR_WATCHED_H

/*
 * One process under watch: its session, asked anew at each line so that all
 * numbers of a line are of its moment. It may be attached to a successor, when
 * the process ended and came back. Main loop's thread; nothing waits.
 */

#include "app/alerts/alert_options.h"
#include "app/monitor/finder.h"
#include "app/monitor/values.h"
#include "app/target/capture_run.h"
#include "app/triage/triage.h"

struct log;
struct watched;

struct watched_options {
    gint64 interval_us;                    /* of lines */
    bool everything;                       /* also what the five columns do not need */
    bool between_lines;                    /* somebody asks at any time: not only at lines */
    const struct session_options *session; /* of the configuration */
    /* What is to be done at alerts; NULL: nobody wants any, and the triage is not asked. */
    const struct alert_options *alerts;
    const struct thresholds *thresholds;
};

/* finding's target and project are taken out of it. */
struct watched *watched_new(struct finding *finding, const struct watched_options *options);
void watched_free(void *watched);
/* Goes on with another process, or with the same one in another way. */
void watched_attach(struct watched *watched, struct finding *finding);

const struct target *watched_target(const struct watched *watched);
struct session *watched_session(const struct watched *watched);
const char *watched_project(const struct watched *watched); /* NULL: not known */
/* When it ended (monotonic), 0: it has not. */
gint64 watched_ended_us(const struct watched *watched);
/* When it was last seen alive, in Unix microseconds; 0: never. */
gint64 watched_seen_real_us(const struct watched *watched);
gint64 watched_attached_us(const struct watched *watched);

/* Asks all that lines need, now: a line is due. */
void watched_ask(struct watched *watched);
bool watched_is_due(const struct watched *watched);
void watched_set_written(struct watched *watched);
/* Has everything answered, well or not? */
bool watched_answered(const struct watched *watched);
/* What was answered since it was asked. */
void watched_answers(const struct watched *watched, struct values *ret);
/* The newest of everything, as far as it is not old. */
void watched_newest(const struct watched *watched, struct values *ret);

/*
 * Has the target collect a CPU profile for some seconds, unless one is under way
 * or it has no pprof. done gets the result, which is the caller's for the call.
 */
typedef void (*watched_captured)(struct watched *watched, const struct capture_result *result,
                                 void *user);
void watched_capture_cpu(struct watched *watched, int seconds, watched_captured done, void *user);

/* profile_us of the heap profile that was pushed last; 0: none. */
gint64 watched_pushed_us(const struct watched *watched);
void watched_set_pushed_us(struct watched *watched, gint64 profile_us);

/* The log it is written to; borrowed. */
void watched_set_log(struct watched *watched, struct log *log);
struct log *watched_log(const struct watched *watched);

#endif
