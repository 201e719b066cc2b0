#ifndef SIDESCOPE_APP_SESSION_SESSION_MOVE_H
#define SIDESCOPE_APP_SESSION_SESSION_MOVE_H

/*
 * What is known by one clock, told by another: a recording's moment for a session
 * of today, a snapshot's for one of the past. Samples are const to all but their
 * makers: nobody else may hold these yet. Any thread.
 */

#include "app/session/session.h"

/* Every time in it, and in its lists, becomes by_us later; the wall clock's stay. NULL accepted. */
void sample_move(struct sample *sample, gint64 by_us);
void session_moment_move(struct session_moment *moment, gint64 by_us);

#endif
