#include "probes/threads.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

void lock_init(struct lock *lock)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&lock->mutex, NULL);
    pthread_condattr_init(&attributes);
#if !defined(__APPLE__)
    /* a set wall clock must neither delay a sample nor cause a burst of them */
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
#endif
    pthread_cond_init(&lock->changed, &attributes);
    pthread_condattr_destroy(&attributes);
}

void lock_clear(struct lock *lock)
{
    pthread_cond_destroy(&lock->changed);
    pthread_mutex_destroy(&lock->mutex);
}

/* The analysis follows struct lock, not the pthread mutex inside: these two are its axioms. */
void lock_acquire(struct lock *lock) THREADS_ATTRIBUTE(no_thread_safety_analysis)
{
    pthread_mutex_lock(&lock->mutex);
}

void lock_release(struct lock *lock) THREADS_ATTRIBUTE(no_thread_safety_analysis)
{
    pthread_mutex_unlock(&lock->mutex);
}

void lock_notify(struct lock *lock)
{
    pthread_cond_broadcast(&lock->changed);
}

#if defined(__APPLE__)
static void wait_until(struct lock *lock, gint64 until_us)
{
    gint64 left_us = MAX(until_us - g_get_monotonic_time(), 0);
    struct timespec left = {
        .tv_sec = (time_t)(left_us / G_USEC_PER_SEC),
        .tv_nsec = (long)(left_us % G_USEC_PER_SEC) * 1000,
    };

    pthread_cond_timedwait_relative_np(&lock->changed, &lock->mutex, &left);
}
#else
static void wait_until(struct lock *lock, gint64 until_us)
{
    struct timespec until = {
        .tv_sec = (time_t)(until_us / G_USEC_PER_SEC),
        .tv_nsec = (long)(until_us % G_USEC_PER_SEC) * 1000,
    };

    pthread_cond_timedwait(&lock->changed, &lock->mutex, &until);
}
#endif

void lock_wait(struct lock *lock, gint64 until_us)
{
    if (until_us < 0)
        pthread_cond_wait(&lock->changed, &lock->mutex);
    else
        wait_until(lock, until_us);
}

/* --- threads --- */

struct start {
    char name[16]; /* what the kernel keeps */
    void *(*run)(void *);
    void *user;
};

static void *enter(void *user)
{
    struct start start = *(struct start *)user;

    g_free(user);
#if defined(__APPLE__)
    pthread_setname_np(start.name);
#else
    pthread_setname_np(pthread_self(), start.name);
#endif
    return start.run(start.user);
}

/* Signals are blocked before it exists: one in between would run a handler on the wrong thread. */
static bool create(pthread_t *ret, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *user)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(ret, attributes, run, user);

    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

bool thread_start(pthread_t *ret, const char *name, void *(*run)(void *), void *user)
{
    struct start *start = g_new0(struct start, 1);

    g_strlcpy(start->name, name, sizeof start->name);
    start->run = run;
    start->user = user;
    bool ok = create(ret, NULL, enter, start);

    if (!ok)
        g_free(start);
    return ok;
}

bool thread_start_detached(void *(*run)(void *), void *user)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    bool ok = create(&thread, &attributes, run, user);

    pthread_attr_destroy(&attributes);
    return ok;
}

gint64 thread_cpu_us(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0)
        return 0;
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}
