#include "probes/platform.h"
#include "probes/source.h"

#include <math.h>

enum { INTERVAL_US = G_USEC_PER_SEC };

static void *open_source(const struct target *target)
{
    struct process_reader *reader = g_new0(struct process_reader, 1);

    reader->target = target;
    return reader;
}

static void set_unknown(void *user)
{
    struct process_sample *sample = user;

    sample->state_letter = '?';
    sample->cpu_percent = sample->cpu_children_percent = NAN;
    int64_t *const numbers[] = {
        &sample->rss_bytes,       &sample->vsz_bytes,
        &sample->rss_anon_bytes,  &sample->rss_file_bytes,
        &sample->rss_shmem_bytes, &sample->rss_peak_bytes,
        &sample->swap_bytes,      &sample->footprint_bytes,
        &sample->cpu_user_us,     &sample->footprint_peak_bytes,
        &sample->cpu_system_us,   &sample->threads,
        &sample->fd_count,        &sample->fd_soft_limit,
        &sample->fd_hard_limit,   &sample->minor_faults,
        &sample->major_faults,    &sample->voluntary_switches,
        &sample->io_read_bytes,   &sample->involuntary_switches,
        &sample->io_write_bytes,  &sample->uptime_s,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        *numbers[i] = SAMPLE_UNKNOWN;
}

/* A process that could not even be opened has ended, or its number is another's now. */
static void note_gone(struct process_sample *sample)
{
    if (sample->base.status == SAMPLE_GONE && sample->state == PROCESS_ALIVE)
        sample->state = PROCESS_ENDED;
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct platform *platform = process_reader_open(source, user);

    (void)turn;
    if (platform != NULL)
        platform_read_process(platform, user);
    note_gone(user);
}

/* What became of the process is the one thing that is new in a sample of its end. */
static void keep_fresh(void *user, const void *user_failed)
{
    struct process_sample *sample = user;
    const struct process_sample *failed = user_failed;

    sample->state = failed->state;
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
