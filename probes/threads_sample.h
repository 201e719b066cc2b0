#ifndef SIDESCOPE_PROBES_THREADS_SAMPLE_H
#define SIDESCOPE_PROBES_THREADS_SAMPLE_H

/* Threads and children, and what the process starts: /proc/PID/task. See sample.h. */

#include "probes/sample.h"

struct thread_entry {
    pid_t tid;
    const char *name; /* a Go program's threads all carry its own */
    char state;       /* as in stat(5) */
    uint64_t start_ticks;
    double cpu_percent;  /* of one core since the last sample; NAN at first */
    int64_t cpu_us;      /* since its start */
    int64_t run_wait_us; /* ready, but waiting for a core, since its start */
    /* kernel function it sleeps in; "" when it runs or may not be known */
    const char *wait_channel;
    int64_t voluntary_switches, involuntary_switches; /* since its start */
};

struct child_entry {
    pid_t pid, parent;
    const char *command; /* arguments with blanks between; the name in [] for a zombie */
    char state;
    uint64_t start_ticks;
    double cpu_percent;
    int64_t cpu_us, uptime_s;
    int64_t rss_bytes;
};

/* How often one command line ("git status", "tmux capture-pane") was started. */
struct spawn_rate {
    const char *command;
    uint64_t total;       /* since the probe began */
    uint64_t last_minute; /* in the 60 s before the sample */
};

struct threads_sample {
    struct sample base;
    int64_t count;                      /* threads; SAMPLE_UNKNOWN when not readable */
    const struct thread_entry *threads; /* by tid; n_threads < count when truncated */
    size_t n_threads;
    const struct child_entry *children; /* alive or not collected yet, by pid */
    size_t n_children, n_zombies;
    /* Processes that look like the target's own terminal clients (tmux -C) but belong to nobody
     * any more. */
    const struct child_entry *orphans;
    size_t n_orphans;
    const struct spawn_rate *spawns; /* most of the last minute first */
    size_t n_spawns;
    uint64_t spawns_total, spawns_last_minute;
    gint64 spawns_since_us; /* monotonic: since when they are counted; 0: not counted */
    /* True: the kernel reports every start. False: only children seen alive were counted, so that
     * the numbers are at least so many; spawns_why says what would count them all. */
    bool spawns_exact;
    const char *spawns_why;
    bool truncated;
};

/*
 * So many starts of the last minute as starts per minute: less than a minute
 * after counting began, of the time there was. NAN before that is a few seconds.
 */
double samples_starts_per_minute(const struct threads_sample *threads, uint64_t starts);

#endif
