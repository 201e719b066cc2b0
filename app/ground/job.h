#ifndef SIDESCOPE_APP_GROUND_JOB_H
#define SIDESCOPE_APP_GROUND_JOB_H

/*
 * One piece of work that may wait (files, network, child processes), off the
 * main loop's thread. The work runs on its own pthread with signals blocked;
 * when it is done the main loop calls back with its result. What the work
 * reads must be its own; the result is handed over under a mutex.
 */

#include <glib.h>
#include <stdbool.h>

struct job;

struct job_ops {
    /* On the job's thread. cancelled becomes true when nobody wants the result any more. */
    void *(*work)(void *data, const int *cancelled);
    /* On the main loop: takes ownership of result. Not called after job_cancel. */
    void (*done)(void *result, void *user);
    GDestroyNotify free_data;   /* of data, after the work; may be NULL */
    GDestroyNotify free_result; /* of a result nobody took */
    void *user;
};

/* Starts the work; data is given to the job. The job frees itself after done. */
struct job *job_start(const struct job_ops *ops, void *data);

/*
 * Forgets the job: done will not be called. Does not wait: the thread ends by
 * itself and frees what it held. NULL accepted. Not to be called after done.
 */
void job_cancel(struct job *job);

/*
 * Waits so long for the threads of all jobs, cancelled ones too, to have ended.
 * False when some still run: then the process has to leave by _exit, since exit
 * handlers of libraries would take away what such a thread is using.
 */
bool job_wait_all(int patience_ms);

#endif
