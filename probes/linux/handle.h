#ifndef SIDESCOPE_PROBES_LINUX_HANDLE_H
#define SIDESCOPE_PROBES_LINUX_HANDLE_H

/*
 * The open target as the files of this directory see it: one directory
 * descriptor on <proc_root>/PID for everything, so that a reused number can
 * never be read by mistake, and the few files that are read every second kept
 * open. Used by one thread at a time (platform.h).
 */

#include "probes/backend.h"
#include "probes/linux/procfs.h"

struct file_baseline;
struct lock_watch;
struct spawn_rates;
struct spawn_poll;
struct spawns;
struct watched_paths;

/* Files whose content follows the process through exec, safe to keep open. */
enum kept_file { KEPT_STAT, KEPT_STATM, KEPT_STATUS, KEPT_LIMITS, KEPT_IO, KEPT_N };

struct cpu_mark {
    gint64 at_us; /* monotonic; 0: no sample yet */
    uint64_t own_ticks, child_ticks;
};

/* What is known of the target's children from one sample to the next (children.h). */
struct children {
    struct spawn_rates *seen; /* starts as far as samples can tell */
    struct spawns *spawns;    /* starts as the kernel tells them; NULL: it does not */
    struct spawn_poll *poll;  /* else: starts seen by looking often; NULL in a recorded tree */
    const char *why;          /* spawns is NULL; static */
    unsigned fills;           /* samples that spawns had to do with */
    bool started;
    gint64 orphans_us;  /* monotonic time of the last search; 0: none */
    GPtrArray *orphans; /* struct process_entry *; NULL: none known */
};

/* What is known of the log it writes (log_tail.h). */
struct log_tail {
    gint64 looked_us; /* monotonic; 0: not yet */
    int64_t warnings; /* SAMPLE_UNKNOWN: there is no such log, or it cannot be read */
    char *last;       /* the newest of them; NULL: none */
};

struct linux_platform {
    struct platform base; /* first: the same address */
    char *proc_root;
    struct process_identity id;
    int dir_fd;
    int pid_fd;     /* -1: not the system's own /proc, or an old kernel */
    bool real_proc; /* false: a recorded tree of ordinary files */
    int kept[KEPT_N];
    struct procfs_text text; /* scratch of whichever file is read */
    struct cpu_mark cpu;
    struct file_baseline *baseline; /* descriptor counts growth is measured from */
    unsigned census_turn;           /* which part of a large census is read anew */
    struct lock_watch *locks;       /* databases and who else uses them */
    struct log_tail log;
    struct watched_paths *watched; /* paths of its watches; NULL: it has had none */
    struct children children;
    bool oom_looked;    /* death.h: who counts kills for want of memory was looked for */
    char *oom_file;     /* NULL: nobody */
    int64_t oom_before; /* its count then */
    GArray *mappings;   /* scratch of the smaps walk */
    uint64_t bytes;     /* read since the sample at hand began */
};

static inline struct linux_platform *linux_platform_of(struct platform *base)
{
    return (struct linux_platform *)base;
}

/* What platform.c puts into the backend's table; see platform.h. */
void linux_read_process(struct platform *base, void *sample, const void *previous);
void linux_read_memory(struct platform *base, struct memory_sample *sample, bool with_regions);
void linux_read_files(struct platform *base, void *sample, const void *previous);
void linux_read_threads(struct platform *base, void *sample, const void *previous);
struct process_entry *linux_describe(const struct platform_options *options, pid_t pid,
                                     GError **error);
GPtrArray *linux_list(const struct platform_options *options, bool deep, GError **error);
void linux_deepen(const struct platform_options *options, struct process_entry *entry);
void linux_identify(const struct platform_options *options, struct process_entry *entry);
pid_t linux_port_owner(const struct platform_options *options, int port, bool *ret_listening);

/* Reads a kept file into platform->text; 0 or errno. */
int platform_read_kept(struct linux_platform *platform, enum kept_file file);
/* Reads any other file of the process into platform->text; 0 or errno. */
int platform_read_text(struct linux_platform *platform, const char *name);

/* What has become of the target: the state and, when it lives, its stat line. */
enum process_state platform_state(struct linux_platform *platform, struct procfs_stat *ret);

/*
 * Stamps the sample and starts counting bytes. False when the target is gone
 * (a zombie counts): the sample then says so. stat is valid on true.
 */
bool platform_begin(struct linux_platform *platform, void *sample, struct procfs_stat *ret);
/* Adds the bytes read to the sample. */
void platform_end(struct linux_platform *platform, void *sample);

/*
 * Marks sample after what (a noun: "its memory map") failed with error: GONE,
 * DENIED with the right that is missing, or FAILED.
 */
void platform_set_error(struct linux_platform *platform, void *sample, int error, const char *what);

/* Seconds since start; system_root: the clock of this machine, else the tree's uptime file. */
int64_t platform_uptime_s(const char *proc_root, bool system_root, uint64_t start_ticks);

/* Descriptors counted by listing fd/; SAMPLE_UNKNOWN when it may not be listed. */
int64_t platform_count_fd_entries(int pid_dir_fd);
/* Open descriptors by one stat call; SAMPLE_UNKNOWN when only a census can tell. */
int64_t platform_fd_count(int pid_dir_fd, bool real_proc);

/* "/proc" for NULL. */
const char *platform_root(const struct platform_options *options);
/* True when options mean the system's own procfs, where our own pid is meaningful. */
bool platform_root_is_system(const struct platform_options *options);
/* Directory descriptor on <root>/pid, or -errno. */
int platform_open_pid(const struct platform_options *options, pid_t pid);
/* Sets error for a process that procfs does not show: it has ended, hidepid hides it from this
 * user, or we have no descriptors left to tell, with what to do. */
void platform_set_missing(const struct platform_options *options, pid_t pid, GError **error);

#endif
