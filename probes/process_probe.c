#include "probes/platform.h"
#include "probes/record_table.h"
#include "probes/source.h"

#include <math.h>

/* --- what a sample has --- */

static const char *state_name(int value)
{
    static const char *const names[] = {[PROCESS_ALIVE] = "alive",
                                        [PROCESS_ZOMBIE] = "zombie",
                                        [PROCESS_ENDED] = "ended",
                                        [PROCESS_REPLACED] = "replaced"};

    return names[value];
}

static const struct record_member process_table[] = {
    NAMED(process_sample, state, state_name, PROCESS_REPLACED + 1),
    LETTER(process_sample, state_letter, '?'),
    BYTES(process_sample, rss_bytes),
    BYTES(process_sample, vsz_bytes),
    BYTES(process_sample, rss_anon_bytes),
    BYTES(process_sample, rss_file_bytes),
    BYTES(process_sample, rss_shmem_bytes),
    BYTES(process_sample, rss_peak_bytes),
    BYTES(process_sample, swap_bytes),
    BYTES(process_sample, footprint_bytes),
    BYTES(process_sample, footprint_peak_bytes),
    MEMBER(DOUBLE, process_sample, cpu_percent, PERCENT),
    MEMBER(DOUBLE, process_sample, cpu_children_percent, PERCENT),
    MEMBER(INT64, process_sample, cpu_user_us, US),
    MEMBER(INT64, process_sample, cpu_system_us, US),
    COUNT(process_sample, threads),
    COUNT(process_sample, fd_count),
    COUNT(process_sample, fd_soft_limit),
    COUNT(process_sample, fd_hard_limit),
    COUNT(process_sample, minor_faults),
    COUNT(process_sample, major_faults),
    COUNT(process_sample, voluntary_switches),
    COUNT(process_sample, involuntary_switches),
    BYTES(process_sample, io_read_bytes),
    BYTES(process_sample, io_write_bytes),
    MEMBER(INT64, process_sample, uptime_s, SECONDS),
    PLAIN(OPTIONAL_TEXT, process_sample, project),
    MEMBER(INT64, process_sample, project_opened_us, US),
    MEMBER(INT64, process_sample, end_signal, NO_UNIT),
    MEMBER(INT64, process_sample, end_status, NO_UNIT),
    COUNT(process_sample, oom_kills),
};

const struct record record_process = RECORD(process_table, process_sample);

/* --- sampling --- */

static void fill(void *source, struct turn *turn, void *user)
{
    process_reader_fill(source, turn, user);

    struct process_sample *sample = user;

    /* What a sidecar says of itself, beside what the system says of it. */
    const struct target *target = ((const struct process_reader *)source)->target;
    g_autofree char *project = NULL;
    gint64 opened_us = 0;

    if (sample->base.status == SAMPLE_OK && target->project_now != NULL &&
        target->project_now(target, &project, &opened_us)) {
        sample->project = project != NULL ? sample_strdup(sample, project) : NULL;
        sample->project_opened_us = opened_us;
    }

    /* A process that could not even be opened has ended, or its number is another's now. */
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

const struct source_ops process_source = {
    .open = process_reader_new,
    .fill = fill,
    .keep_fresh = keep_fresh,
    .cancel = process_reader_cancel,
    .close = process_reader_free,
};
