#ifndef SIDESCOPE_PROBES_PROCESS_SAMPLE_H
#define SIDESCOPE_PROBES_PROCESS_SAMPLE_H

/* The process as a whole: /proc/PID/{stat,statm,status,io,limits}, stat of fd/. See sample.h. */

#include "probes/sample.h"

enum process_state { PROCESS_ALIVE, PROCESS_ZOMBIE, PROCESS_ENDED, PROCESS_REPLACED };

/* Marks a sample of any kind GONE with the sentence for state. */
void sample_set_gone(void *sample, int pid, enum process_state state);

struct process_sample {
    struct sample base;
    enum process_state state;
    char state_letter; /* R S D Z T t X I as in stat(5); '?' unknown */
    int64_t rss_bytes, vsz_bytes;
    int64_t rss_anon_bytes, rss_file_bytes, rss_shmem_bytes;
    int64_t rss_peak_bytes;                        /* VmHWM */
    int64_t swap_bytes;                            /* VmSwap */
    int64_t footprint_bytes, footprint_peak_bytes; /* macOS; unknown on Linux */
    double cpu_percent; /* of one core over the interval since the last sample; NAN first */
    double cpu_children_percent;        /* reaped children, same unit */
    int64_t cpu_user_us, cpu_system_us; /* since start */
    int64_t threads;
    int64_t fd_count;                     /* open descriptors */
    int64_t fd_soft_limit, fd_hard_limit; /* SAMPLE_UNKNOWN when unlimited or not readable */
    int64_t minor_faults, major_faults;   /* since start */
    int64_t voluntary_switches, involuntary_switches; /* main thread only */
    int64_t io_read_bytes, io_write_bytes; /* from storage, since start; unknown without rights */
    int64_t uptime_s;
    /* What a sidecar is open for (raw bytes; NULL: it does not tell), and the wall clock's time at
     * which it says so since: another project is opened when that changes. */
    const char *project;
    int64_t project_opened_us;
    /* Of its end, as far as it can be known; else unknown. */
    int64_t end_signal; /* that ended it; 0: it ended by itself, see end_status */
    int64_t end_status; /* what it returned */
    /* Processes of its control group (or, when that does not count them, of the machine) that were
     * killed for want of memory between the beginning of the watch and its end. */
    int64_t oom_kills;
};

/* Every number of it that a platform may leave unfilled becomes unknown. */
void process_sample_set_unknown(struct process_sample *sample);

#endif
