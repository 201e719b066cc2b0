#include "tests/unit/probes/take.h"

struct process_sample *take_process(struct platform *platform)
{
    struct process_sample *sample = sample_new(PROBE_PROCESS, sizeof *sample);
    platform_read(platform, sample, NULL);
    return sample;
}

struct memory_sample *take_memory(struct platform *platform, bool with_regions)
{
    struct memory_sample *sample = sample_new(PROBE_MEMORY, sizeof *sample);
    platform_read_memory(platform, sample, with_regions);
    return sample;
}

struct files_sample *take_files(struct platform *platform, const struct files_sample *previous)
{
    struct files_sample *sample = sample_new(PROBE_FILES, sizeof *sample);
    platform_read(platform, sample, previous);
    return sample;
}

struct threads_sample *take_threads(struct platform *platform,
                                    const struct threads_sample *previous)
{
    struct threads_sample *sample = sample_new(PROBE_THREADS, sizeof *sample);
    platform_read(platform, sample, previous);
    return sample;
}
