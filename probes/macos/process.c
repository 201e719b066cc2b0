#include "probes/macos/handle.h"
#include "probes/macos/vmmap.h"

#include <math.h>

enum {
    FOOTPRINT_EVERY_US = 10 * G_USEC_PER_SEC,
    FOOTPRINT_COST_FACTOR = 50, /* it walks the map: never more than this share of the time */
};

static int64_t count_threads(struct commands_platform *platform, const struct ps_row *row)
{
    struct run_result result;
    int64_t count = row->threads;

    if (count != SAMPLE_UNKNOWN || !COMMANDS_ON_DARWIN)
        return count;
    if (tool_ps(&platform->runner, PS_THREADS, row->pid, &result)) {
        count = ps_count_threads(result.output->str, result.output->len, row->pid);
    }
    run_result_clear(&result);
    return count > 0 ? count : SAMPLE_UNKNOWN;
}

static void run_footprint(struct commands_platform *platform)
{
    g_autofree char *pid_text = g_strdup_printf("%d", (int)platform->id.pid);
    const char *const argv[] = {"footprint", "--noCategories", "-f", "bytes", pid_text, NULL};
    struct run_result result;
    int64_t bytes = SAMPLE_UNKNOWN, peak_bytes = SAMPLE_UNKNOWN;
    gint64 began_us = g_get_monotonic_time();
    bool ran = tool_run(&platform->runner, TOOL_FOOTPRINT, argv, &result);
    gint64 now_us = g_get_monotonic_time();

    platform->no_footprint = result.outcome == RUN_MISSING;
    if (ran && footprint_parse(result.output->str, result.output->len, &bytes, &peak_bytes)) {
        platform->footprint_bytes = bytes;
        platform->footprint_peak_bytes = peak_bytes;
    }
    platform->footprint_due_us =
        now_us + MAX((gint64)FOOTPRINT_EVERY_US, (now_us - began_us) * FOOTPRINT_COST_FACTOR);
    run_result_clear(&result);
}

void commands_read_process(struct platform *base, void *user, const void *previous)
{
    struct process_sample *sample = user;
    struct commands_platform *platform = commands_platform_of(base);
    struct ps_row row;

    (void)previous;
    process_sample_set_unknown(sample);
    if (commands_begin(platform, sample, &row)) {
        sample->state_letter = row.state;
        sample->rss_bytes = row.rss_bytes;
        sample->vsz_bytes = row.vsz_bytes;
        sample->uptime_s = row.elapsed_s;

        /* Where ps prints whole seconds only, its own percentage has to do. */
        double seconds = (double)(sample->base.taken_us - platform->cpu_at_us) / G_USEC_PER_SEC;

        if (!row.cpu_is_fine)
            sample->cpu_percent = row.cpu_percent;
        else if (platform->cpu_at_us && seconds > 0 && row.cpu_us >= platform->cpu_us)
            sample->cpu_percent =
                (double)(row.cpu_us - platform->cpu_us) / G_USEC_PER_SEC / seconds * 100;
        platform->cpu_at_us = sample->base.taken_us;
        platform->cpu_us = row.cpu_us;

        sample->threads = count_threads(platform, &row);

        /* Dearer than ps and asked less often: the last answer serves in between. */
        if (!platform->no_footprint && g_get_monotonic_time() >= platform->footprint_due_us)
            run_footprint(platform);
        sample->footprint_bytes = platform->footprint_bytes;
        sample->footprint_peak_bytes = platform->footprint_peak_bytes;
    } else if (sample->state == PROCESS_ZOMBIE) {
        sample->state_letter = row.state;
    }
    commands_end(platform, sample);
}
