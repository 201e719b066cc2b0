#include "probes/platform.h"
#include "probes/source.h"

enum { INTERVAL_US = 2 * G_USEC_PER_SEC };

static void *open_source(const struct target *target)
{
    struct process_reader *reader = g_new0(struct process_reader, 1);

    reader->target = target;
    return reader;
}

static void set_unknown(void *user)
{
    struct threads_sample *sample = user;

    sample->count = SAMPLE_UNKNOWN;
    sample->spawns_why = "";
}

static void fill(void *source, struct turn *turn, void *user)
{
    struct platform *platform = process_reader_open(source, user);

    if (platform != NULL)
        platform_read_threads(platform, user, turn->previous);
}

static void close_source(void *source)
{
    process_reader_close(source);
    g_free(source);
}

const struct source_ops threads_source = {
    .sample_size = sizeof(struct threads_sample),
    .interval_us = INTERVAL_US,
    .thread_name = "probe-threads",
    .open = open_source,
    .set_unknown = set_unknown,
    .fill = fill,
    .cancel = process_reader_cancel,
    .close = close_source,
};
