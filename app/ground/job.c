#include "app/ground/job.h"

#include "app/ground/bell_watch.h"
#include "probes/threads.h"

#include <pthread.h>

/*
 * Two owners: the thread and the main loop. Whoever lets go last frees it, so
 * that cancelling never waits for a thread that hangs in a system call.
 */
struct job {
    struct job_ops ops;
    void *data;
    pthread_mutex_t lock;
    void *result;  /* under lock, until taken */
    int finished;  /* under lock */
    int cancelled; /* atomic: read by the work */
    int owners;    /* atomic */
    struct bell *bell;
    guint source;
};

static void release(struct job *job)
{
    if (__atomic_sub_fetch(&job->owners, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (job->result != NULL && job->ops.free_result != NULL)
        job->ops.free_result(job->result);
    pthread_mutex_destroy(&job->lock);
    bell_free(job->bell);
    g_free(job);
}

static int running; /* threads of jobs; atomic */

static void *run(void *user)
{
    struct job *job = user;
    void *result = job->ops.work(job->data, &job->cancelled);

    if (job->ops.free_data != NULL)
        job->ops.free_data(job->data);
    pthread_mutex_lock(&job->lock);
    job->result = result;
    job->finished = 1;
    pthread_mutex_unlock(&job->lock);
    bell_ring(job->bell);
    release(job);
    __atomic_sub_fetch(&running, 1, __ATOMIC_RELEASE);
    return NULL;
}

static gboolean on_bell(gint fd, GIOCondition condition, gpointer user)
{
    struct job *job = user;
    void *result;

    (void)fd;
    (void)condition;
    bell_clear(job->bell);
    pthread_mutex_lock(&job->lock);
    int finished = job->finished;

    result = job->result;
    job->result = NULL;
    pthread_mutex_unlock(&job->lock);
    if (!finished)
        return G_SOURCE_CONTINUE;
    job->source = 0;
    job->ops.done(result, job->ops.user);
    release(job);
    return G_SOURCE_REMOVE;
}

struct job *job_start(const struct job_ops *ops, void *data)
{
    struct job *job = g_new0(struct job, 1);

    job->ops = *ops;
    job->data = data;
    job->owners = 2;
    job->bell = bell_new();
    pthread_mutex_init(&job->lock, NULL);
    job->source = bell_watch(job->bell, on_bell, job);
    __atomic_add_fetch(&running, 1, __ATOMIC_RELAXED);
    /* without a thread the work is done here: slow beats never */
    if (!thread_start_detached(run, job))
        run(job);
    return job;
}

void job_cancel(struct job *job)
{
    if (job == NULL)
        return;
    __atomic_store_n(&job->cancelled, 1, __ATOMIC_RELAXED);
    if (job->source != 0)
        g_source_remove(job->source);
    job->source = 0;
    release(job);
}

bool job_wait_all(int patience_ms)
{
    enum { STEP_MS = 2 };

    for (; __atomic_load_n(&running, __ATOMIC_ACQUIRE) > 0; patience_ms -= STEP_MS) {
        if (patience_ms <= 0)
            return false;
        g_usleep(STEP_MS * 1000);
    }
    return true;
}
