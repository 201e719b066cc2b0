#ifndef SIDESCOPE_PROBES_THREADS_H
#define SIDESCOPE_PROBES_THREADS_H

/*
 * The few thread tools the probes need: a lock that clang's -Wthread-safety
 * understands, a wake-up that waits on the monotonic clock, and threads that
 * take no signals. In C the analysis cannot see "this member belongs to that
 * lock", so state behind a lock is touched only in functions that are marked
 * THREADS_REQUIRES. Locks here are leaves: held for a few lines, nothing else
 * is locked meanwhile.
 */

#include <glib.h>
#include <pthread.h>
#include <stdbool.h>

#if defined(__clang__)
#define THREADS_ATTRIBUTE(x) __attribute__((x))
#else
#define THREADS_ATTRIBUTE(x)
#endif
#define THREADS_CAPABILITY(name) THREADS_ATTRIBUTE(capability(name))
#define THREADS_ACQUIRE(...) THREADS_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define THREADS_RELEASE(...) THREADS_ATTRIBUTE(release_capability(__VA_ARGS__))
#define THREADS_REQUIRES(...) THREADS_ATTRIBUTE(requires_capability(__VA_ARGS__))

struct THREADS_CAPABILITY("mutex") lock {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

void lock_init(struct lock *lock);
void lock_clear(struct lock *lock);
void lock_acquire(struct lock *lock) THREADS_ACQUIRE(*lock);
void lock_release(struct lock *lock) THREADS_RELEASE(*lock);
/* Wakes every waiter of the lock. */
void lock_notify(struct lock *lock) THREADS_REQUIRES(*lock);
/* Waits for a notification, at most until until_us of the monotonic clock; -1: without end. */
void lock_wait(struct lock *lock, gint64 until_us) THREADS_REQUIRES(*lock);

/*
 * Starts a joinable thread with all signals blocked, called name (at most 15
 * bytes are kept). False when the system has no thread left to give.
 */
bool thread_start(pthread_t *ret, const char *name, void *(*run)(void *), void *user);

/* The same without a name, and nobody waits for its end. */
bool thread_start_detached(void *(*run)(void *), void *user);

/* CPU time the calling thread has used. */
gint64 thread_cpu_us(void);

#endif
