#include "probes/platform.h"
#include "probes/source.h"
#include "probes/threads.h"

enum { INTERVAL_US = 2 * G_USEC_PER_SEC };

static void *open_source(const struct target *target)
{
    struct process_reader *reader = g_new0(struct process_reader, 1);

    reader->target = target;
    return reader;
}

static void set_unknown(void *user)
{
    files_sample_set_unknown(user);
}

/*
 * On a busy machine most of the wall time of a census is others'. Twice the CPU
 * is what it can have cost, as a large one shares its work with a thread. The
 * search through other processes paces itself.
 */
static gint64 not_ours_us(const struct files_sample *sample, gint64 wall_us, gint64 cpu_us)
{
    return sample->others_cost_us + MAX(wall_us - sample->others_cost_us - 2 * cpu_us, 0);
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct files_sample *sample = user;
    struct platform *platform = process_reader_open(source, sample);

    if (platform == NULL)
        return;
    if (turn->mark)
        platform_mark(platform);
    gint64 begun_us = g_get_monotonic_time(), cpu_us = thread_cpu_us();

    platform_read_files(platform, sample, turn->previous);
    turn->separate_us =
        not_ours_us(sample, g_get_monotonic_time() - begun_us, thread_cpu_us() - cpu_us);
}

static void close_source(void *source)
{
    process_reader_close(source);
    g_free(source);
}

const struct source_ops files_source = {
    .sample_size = sizeof(struct files_sample),
    .interval_us = INTERVAL_US,
    .thread_name = "probe-files",
    .open = open_source,
    .set_unknown = set_unknown,
    .fill = fill,
    .cancel = process_reader_cancel,
    .close = close_source,
};
