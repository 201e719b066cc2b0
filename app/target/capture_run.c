#include "app/target/capture_run.h"

#include "app/ground/bell_watch.h"

struct capture_run {
    struct capture *capture;
    struct bell *bell;
    guint source;
    capture_run_done done;
    void *user;
};

static gboolean on_bell(gint fd, GIOCondition condition, gpointer user)
{
    struct capture_run *run = user;

    (void)fd;
    (void)condition;
    bell_clear(run->bell);
    struct capture_result *result = capture_take(run->capture);

    if (result == NULL)
        return G_SOURCE_CONTINUE;
    run->source = 0;
    run->done(result, run->user);
    return G_SOURCE_REMOVE;
}

struct capture_run *capture_run_start(const struct target *target,
                                      const struct capture_request *request, capture_run_done done,
                                      void *user, GError **error)
{
    struct bell *bell = bell_new();
    struct capture_request own = *request;

    own.bell_fd = bell_ring_end(bell);
    struct capture *capture = capture_start(target, &own, error);

    if (capture == NULL) {
        bell_free(bell);
        return NULL;
    }
    struct capture_run *run = g_new0(struct capture_run, 1);

    *run = (struct capture_run){.capture = capture, .bell = bell, .done = done, .user = user};
    run->source = bell_watch(bell, on_bell, run);
    return run;
}

void capture_run_free(struct capture_run *run)
{
    if (run == NULL)
        return;
    if (run->source != 0)
        g_source_remove(run->source);
    capture_free(run->capture); /* joins the thread: nobody rings any more */
    bell_free(run->bell);
    g_free(run);
}

bool capture_run_over(const struct capture_run *run)
{
    return run->source == 0;
}

double capture_run_progress(const struct capture_run *run)
{
    return capture_progress(run->capture);
}

size_t capture_run_received(const struct capture_run *run)
{
    return capture_received(run->capture);
}
