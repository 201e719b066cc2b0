#include "probes/platform.h"
#include "probes/source.h"

#include <math.h>

enum { INTERVAL_US = G_USEC_PER_SEC };

static void set_unknown(void *sample)
{
    process_sample_set_unknown(sample);
}

static void *open_source(const struct target *target)
{
    struct process_reader *reader = g_new0(struct process_reader, 1);

    reader->target = target;
    return reader;
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct platform *platform = process_reader_open(source, user);

    (void)turn;
    if (platform != NULL)
        platform_read_process(platform, user);

    /* A process that could not even be opened has ended, or its number is another's now. */
    struct process_sample *sample = user;

    if (sample->base.status == SAMPLE_GONE && sample->state == PROCESS_ALIVE)
        sample->state = PROCESS_ENDED;
}

/* What became of the process is the one thing that is new in a sample of its end. */
static void keep_fresh(void *user, const void *user_failed)
{
    struct process_sample *sample = user;
    const struct process_sample *failed = user_failed;

    sample->state = failed->state;
    sample->end_signal = failed->end_signal;
    sample->end_status = failed->end_status;
    sample->oom_kills = failed->oom_kills;
    if (failed->base.status == SAMPLE_GONE)
        sample->state_letter = failed->state_letter;
}

static void close_source(void *source)
{
    process_reader_close(source);
    g_free(source);
}

const struct source_ops process_source = {
    .sample_size = sizeof(struct process_sample),
    .interval_us = INTERVAL_US,
    .thread_name = "probe-process",
    .open = open_source,
    .set_unknown = set_unknown,
    .fill = fill,
    .keep_fresh = keep_fresh,
    .cancel = process_reader_cancel,
    .close = close_source,
};
