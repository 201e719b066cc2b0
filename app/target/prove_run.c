#include "app/target/prove_run.h"

#include "app/ground/job.h"
#include "app/ground/shared.h"
#include "probes/go_process.h"
#include "probes/leak_marks.h"

/* Of the run and of its thread. */
struct search {
    struct target *target;
    struct go_process *process;
    const int *cancelled; /* the thread's */
    const char *step;     /* atomic; static */
    gint at, n;           /* atomic */
};

struct prove_run {
    struct search *search; /* one reference */
    struct job *job;       /* NULL: it is over */
    void (*done)(void *user);
    void *user;
};

static void clear_search(void *data)
{
    struct search *search = data;

    go_process_free(search->process);
    target_free(search->target);
}

/* --- on its thread --- */

static void on_step(const char *step, unsigned at, unsigned n, void *user)
{
    struct search *search = user;

    g_atomic_pointer_set(&search->step, (gpointer)(uintptr_t)step);
    g_atomic_int_set(&search->at, (gint)at);
    g_atomic_int_set(&search->n, (gint)n);
    if (__atomic_load_n(search->cancelled, __ATOMIC_RELAXED))
        go_process_cancel(search->process);
}

static void *work(void *data, const int *cancelled)
{
    struct search *search = data;
    g_autoptr(GError) error = NULL;

    search->cancelled = cancelled;
    struct go_runtime *runtime = go_process_open(search->process, &error);
    g_autoptr(proofs_auto) proofs =
        runtime != NULL ? proofs_read(runtime, on_step, search, &error) : NULL;

    if (proofs != NULL)
        leak_marks_add(search->target->leaks, proofs);
    else
        leak_marks_fail(search->target->leaks, error->message);
    return NULL;
}

/* --- on the main loop --- */

static void on_done(void *result, void *user)
{
    struct prove_run *run = user;

    (void)result;
    run->job = NULL;
    run->done(run->user);
}

struct prove_run *prove_run_start(const struct target *target, void (*done)(void *user), void *user)
{
    struct prove_run *run = g_new0(struct prove_run, 1);

    run->search = shared_new(sizeof(struct search), clear_search);
    run->search->target = target_copy(target);
    run->search->process = go_process_new(run->search->target);
    run->done = done;
    run->user = user;
    run->job = job_start(
        &(struct job_ops){.work = work, .done = on_done, .free_data = shared_unref, .user = run},
        shared_ref(run->search));
    return run;
}

void prove_run_free(struct prove_run *run)
{
    if (run == NULL)
        return;
    if (run->job != NULL) {
        go_process_cancel(run->search->process);
        job_cancel(run->job);
    }
    shared_unref(run->search);
    g_free(run);
}

bool prove_run_over(const struct prove_run *run)
{
    return run->job == NULL;
}

void prove_run_say(const struct prove_run *run, GString *out)
{
    const char *step = g_atomic_pointer_get(&run->search->step);

    g_string_append_printf(
        out, "looking for leaked goroutines: %s (%d of %d)", step != NULL ? step : "attaching",
        g_atomic_int_get(&run->search->at) + 1, MAX(g_atomic_int_get(&run->search->n), 1));
}
