#ifndef SIDESCOPE_PROBES_SAMPLES_H
#define SIDESCOPE_PROBES_SAMPLES_H

/*
 * What probes publish: one struct per probe kind, each beginning with struct
 * sample. A sample is filled by its probe's thread, sealed, and never changed
 * again; any thread may then read it while holding a reference. All memory of
 * a sample lives in its arena and goes with the last reference.
 *
 * Strings are raw bytes of the target (paths, names): foreign text, made safe
 * by widgets/text at the edge to the screen. Absent numbers are SAMPLE_UNKNOWN,
 * never 0.
 */

#include "pprof/goroutines.h"
#include "pprof/memstats.h"
#include "pprof/profile.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SAMPLE_UNKNOWN INT64_MIN

enum probe_kind {
    PROBE_PROCESS,
    PROBE_MEMORY,
    PROBE_FILES,
    PROBE_GOROUTINES,
    PROBE_HEAP,
    PROBE_THREADS,
    PROBE_N_KINDS,
};

enum sample_status {
    SAMPLE_OK,
    SAMPLE_STALE,       /* values are of an earlier moment: see taken_us; reason says why */
    SAMPLE_UNSUPPORTED, /* this machine or this target cannot give it */
    SAMPLE_DENIED,      /* the user lacks a right: reason names it and what would give it */
    SAMPLE_FAILED,      /* it should have worked and did not */
    SAMPLE_GONE,        /* the target has ended (or its pid belongs to someone else now) */
};

/* "ok", "stale", …; static. */
const char *sample_status_name(enum sample_status status);
/* The same to be read: what is not there is "off". */
const char *sample_status_words(enum sample_status status);
/* Whether a sample's source is the target's memory. */
bool sample_is_from_memory(const char *source);

struct sample {
    enum probe_kind kind;
    enum sample_status status;
    const char *reason; /* one sentence a user can act on; "" when status is ok, unless a part
                           of the sample is missing or old */
    gint64 taken_us;    /* monotonic time of the newest value in it (g_get_monotonic_time) */
    gint64 real_us;     /* the same moment as wall-clock time */
    gint64 cost_us;     /* wall time the probe spent on it */
    gint64 cpu_us;      /* CPU time the probe's thread spent on it */
    gint64 bytes;       /* bytes read from the target (procfs or network) */
    uint64_t sequence;  /* 1, 2, … per probe; a gap means samples were replaced unread */
    struct sample_store *store; /* private: reference count and arena */
};

/* --- process: /proc/PID/{stat,statm,status,io,limits}, stat of fd/ --- */

enum process_state { PROCESS_ALIVE, PROCESS_ZOMBIE, PROCESS_ENDED, PROCESS_REPLACED };

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
    /* Of its end, as far as it can be known; else unknown. */
    int64_t end_signal; /* that ended it; 0: it ended by itself, see end_status */
    int64_t end_status; /* what it returned */
    /* Processes of its control group (or, when that does not count them, of the machine) that were
     * killed for want of memory between the beginning of the watch and its end. */
    int64_t oom_kills;
};

/* --- memory: smaps_rollup each time, smaps (regions) at a slower rate --- */

enum region_class {
    REGION_GO_HEAP,
    REGION_GO_RUNTIME, /* named metadata mappings of the Go runtime */
    REGION_STACK,      /* thread stacks and the main stack */
    REGION_C_HEAP,     /* malloc: [heap] and arenas */
    REGION_SQLITE,     /* mapped databases and -shm files */
    REGION_SHARED,     /* memfd, shm, SysV, shared anonymous */
    REGION_BINARY,
    REGION_LIBRARY,
    REGION_FILE,      /* other mapped files */
    REGION_DATA,      /* bss of the binary or a library */
    REGION_KERNEL,    /* vdso, vvar, vsyscall */
    REGION_ANONYMOUS, /* the rest with access */
    REGION_RESERVED,  /* no access: address space only */
    REGION_N_CLASSES,
};

/* "Go heap", "mapped file", …; static. */
const char *region_class_name(enum region_class cls);
/* What vmmap calls most of it: "VM_ALLOCATE", "mapped file", …; static. */
const char *region_class_vmmap_name(enum region_class cls);

struct region_totals {
    int64_t virtual_bytes, resident_bytes, pss_bytes, dirty_bytes, swapped_bytes, lazyfree_bytes;
    int64_t count;
};

struct region {
    uint64_t start, end;
    char perms[5];
    enum region_class cls;
    const char *name; /* "" for anonymous */
    int64_t resident_bytes, pss_bytes, dirty_bytes, swapped_bytes, lazyfree_bytes;
    int64_t count; /* mappings in it: 1, unless memory_sample.regions_are_types */
};

/* C's malloc by vmmap: its zones and what is allocated in them. SAMPLE_UNKNOWN: not printed. */
struct malloc_zone {
    const char *name; /* "DefaultMallocZone_0x106233000" */
    int64_t virtual_bytes, resident_bytes, dirty_bytes, swapped_bytes;
    int64_t allocations, allocated_bytes;
    int64_t regions;
};

/* What is left for the target; unknown where the system does not tell. */
struct memory_pressure {
    double some_percent, full_percent;    /* of the last 10 s some / all tasks waited for memory */
    int64_t available_bytes, total_bytes; /* of the machine */
    int64_t swap_free_bytes, swap_total_bytes;
    const char *cgroup; /* the group with the tightest limit above the target; "" for none */
    int64_t cgroup_limit_bytes, cgroup_used_bytes;
    int64_t cgroup_oom_kills;  /* since that group was made */
    int64_t cgroup_file_bytes; /* of cgroup_used_bytes: pages of files, which it can have back */
    double cpu_some_percent;   /* of the last 10 s tasks waited for a core */
    double cpu_limit_percent;  /* of one core: the tightest limit of a group; NAN: none */
    int64_t throttled_us;      /* kept from running by that limit, since the group was made */
    const char *huge_pages;    /* the machine's setting: "always", "madvise", "never"; "" unknown */
};

extern const struct memory_pressure memory_pressure_unknown;

/* Resident memory and regions of a class, now minus at the first walk or the last mark. */
struct region_growth {
    int64_t resident_bytes, count;
};

struct memory_sample {
    struct sample base;
    /* smaps_rollup (bytes) */
    int64_t rss_bytes, pss_bytes, pss_anon_bytes, pss_file_bytes, pss_shmem_bytes;
    int64_t anonymous_bytes, shared_clean_bytes, shared_dirty_bytes, private_clean_bytes,
        private_dirty_bytes, lazyfree_bytes, swap_bytes, swap_pss_bytes, locked_bytes;
    int64_t anon_huge_bytes; /* of anonymous_bytes: in huge pages, which come and go whole */
    int64_t file_bytes;      /* rss - anonymous - shmem */
    int64_t shmem_bytes;
    /* regions: of the last full walk; regions_us is 0 when there was none yet */
    gint64 regions_us; /* monotonic time of that walk */
    gint64 regions_cost_us;
    struct region_totals classes[REGION_N_CLASSES], total;
    struct region_growth growth[REGION_N_CLASSES];
    int64_t swap_growth_bytes;    /* as growth, of swap_bytes */
    int64_t swap_step_bytes;      /* swap_bytes is rounded to these; 0: exact */
    gint64 growth_since_us;       /* monotonic; 0 before the first walk */
    const struct region *regions; /* by address */
    size_t n_regions;
    bool regions_truncated;  /* more mappings than PROBES_MAX_REGIONS */
    bool heap_class_guessed; /* Go heap found by shape, not by name */
    struct memory_pressure pressure;
    /* Each region stands for all of one type of vmmap, named so: no addresses, only a size. */
    bool regions_are_types;
    const struct malloc_zone *zones; /* as old as the regions; none on Linux */
    size_t n_zones;
    int64_t footprint_bytes, footprint_peak_bytes; /* macOS; as old as the regions */
};

/*
 * What of the process is swapped out: its own number, or where the system has
 * none (macOS) that of the last walk. Either may be NULL; SAMPLE_UNKNOWN when
 * neither tells.
 */
int64_t samples_swap_bytes(const struct process_sample *process,
                           const struct memory_sample *memory);

/* --- files: every descriptor --- */

struct database;

enum fd_type {
    FD_REG,
    FD_DIR,
    FD_CHR,
    FD_BLK,
    FD_FIFO, /* named and unnamed pipes; PIPE on macOS */
    FD_IPV4,
    FD_IPV6,
    FD_UNIX,
    FD_SOCK,    /* other or unbound socket */
    FD_INOTIFY, /* lsof: a_inode */
    FD_EPOLL,   /* lsof: a_inode; KQUEUE on macOS */
    FD_ANON,    /* other a_inode: eventfd, timerfd, pidfd, … */
    FD_OTHER,
    FD_N_TYPES,
};

/* lsof's TYPE word: "REG", "DIR", "FIFO", "IPv4", "unix", "a_inode" … ; static. */
const char *fd_type_name(enum fd_type type);
/* Our finer word for the same: "inotify", "eventpoll", else as fd_type_name. Static. */
const char *fd_type_label(enum fd_type type);

/* Known kinds of path; order is the order of tests. */
enum path_class {
    PATH_CLAUDE,   /* .claude/projects, .config/claude/projects */
    PATH_CODEX,    /* .codex/sessions */
    PATH_SESSION,  /* files of any other adapter */
    PATH_DATABASE, /* .db .sqlite .sqlite3 .db3 and their -wal -shm -journal */
    PATH_GIT,      /* below a .git directory */
    PATH_TD,       /* .todos, when not a database */
    PATH_LOG,      /* *.log */
    PATH_OTHER,
    PATH_N_CLASSES,
};
const char *path_class_name(enum path_class cls);

struct fd_entry {
    int fd;
    enum fd_type type;
    const char *path;   /* link text without " (deleted)"; sockets: "127.0.0.1:6060->…" text */
    const char *detail; /* "[eventfd]", "LISTEN", …; "" when none */
    enum path_class cls;
    bool deleted;
    char access;            /* 'r' 'w' 'u'; ' ' unknown */
    uint64_t inode, device; /* 0: unknown */
    /* Of this moment up to 500 descriptors in all; above, of a census before, each in its turn. */
    int64_t offset, flags; /* fdinfo pos and flags (O_* bits); SAMPLE_UNKNOWN when not read */
    int64_t size;          /* of a regular file */
    int64_t watches;       /* inotify watches; SAMPLE_UNKNOWN otherwise */
    gint64 first_seen_us;  /* monotonic; when this (fd, inode) was first seen open */
    const char *peer; /* pipes: "4711 git status", another process that has it; NULL: none seen */
};

/* Descriptors with the same path, largest count first. */
struct fd_group {
    const char *path;
    enum fd_type type;
    enum path_class cls;
    uint32_t first, count; /* files_sample.by_group[first .. first+count): indices into fds */
    uint32_t deleted;      /* how many of them are deleted */
    int64_t growth;        /* count now minus count when the probe began (or at the last mark) */
    gint64 oldest_us;      /* first_seen_us of its oldest descriptor */
};

/*
 * Descriptors whose paths fold to one template: UUIDs, dates and digit runs
 * become placeholders ("…/projects/<project>/<uuid>.jsonl", see paths.h). One level above groups.
 */
struct fd_template {
    const char *text;
    enum fd_type type;
    enum path_class cls;
    uint32_t first, count; /* files_sample.by_template[first ..]: indices into fds */
    uint32_t n_paths;      /* distinct paths in it */
    int64_t growth;
};

/* A path that inotify descriptors watch. */
struct watched_path {
    const char *path;
    uint32_t times; /* by so many of them */
};

struct files_sample {
    struct sample base;
    int64_t count;      /* descriptors at the moment of the census */
    int64_t soft_limit; /* SAMPLE_UNKNOWN: none known */
    int64_t by_type[FD_N_TYPES];
    int64_t by_class[PATH_N_CLASSES]; /* regular files only */
    const struct fd_entry *fds;       /* by number; n_fds < count when truncated or denied */
    size_t n_fds;
    const uint32_t *by_group;
    const struct fd_group *groups;
    size_t n_groups;
    const uint32_t *by_template;
    const struct fd_template *templates;
    size_t n_templates;
    int64_t inotify_watches;                            /* sum over inotify descriptors */
    int64_t inotify_max_instances, inotify_max_watches; /* per user */
    int64_t inotify_user_instances;     /* of all its user's processes, as old as others_us */
    const struct watched_path *watched; /* of the inotify descriptors, most often watched first */
    size_t n_watched;
    size_t watched_unnamed;  /* watches whose paths were not found */
    int64_t not_descriptors; /* rows of lsof that are none: cwd, txt, mem, …; else unknown */
    uint64_t opened, closed; /* descriptor births and deaths since the previous census */
    bool truncated;
    const struct database *databases; /* see probes/databases.h; those with a blocking lock first */
    size_t n_databases;
    const char *locks_why;               /* why locks could not be read; NULL: they could */
    const struct files_sample *lists_of; /* private: the sample whose lists these are, or NULL */
    int64_t log_warnings;  /* lines of the last ten minutes in its debug.log; unknown: none open */
    const char *log_last;  /* the newest of them; NULL: none */
    gint64 others_us;      /* monotonic: when all other processes had been looked through for users
                              of the databases and for the far ends of pipes; 0: not yet */
    gint64 others_cost_us; /* of this sample's cost: a search that paces itself */
    int64_t others_denied; /* processes that could not be looked into */
};

/* --- goroutines --- */

struct goroutines_sample {
    struct sample base;
    int64_t count;      /* from the newest source; SAMPLE_UNKNOWN without pprof */
    int64_t os_threads; /* threadcreate count of the index page */
    int64_t
        leaks; /* goroutineleak count of the index page; unknown: the target does not serve it */
    const struct goroutine_dump *dump; /* NULL until one was read */
    gint64 dump_us;                    /* monotonic time of dump */
    const char *source;     /* of dump: "goroutine?debug=2", "goroutine?debug=1", "memory" */
    bool is_silent;         /* pprof was asked and did not answer: all of it is from memory */
    struct dump_text *text; /* private: of a sample that brought the dump; NULL otherwise */
    bool needs_consent;     /* states (debug=2) not asked for: too many goroutines, see reason */
};

/* --- heap and memstats --- */

struct heap_sample {
    struct sample base;
    const struct memstats *memstats; /* NULL when the source had none */
    struct profile *profile;         /* heap profile of the same answer; NULL when not readable */
    gint64 profile_us;
    const char *source; /* "heap?debug=1", or "memory": read from the process's own; "" unknown */
    bool new_gc; /* a collection finished since the previous sample: profile values may differ */
    uint32_t restarts; /* times the counters went back: another process answers than before */
};

/* --- threads and children: /proc/PID/task, and what the process starts --- */

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

/* Every number of the sample that a platform may leave unfilled becomes unknown. */
void process_sample_set_unknown(struct process_sample *sample);
void memory_sample_set_unknown(struct memory_sample *sample);
void files_sample_set_unknown(struct files_sample *sample);

/*
 * The text that the sample's dump was read from, for who comes first: a dump of
 * many goroutines is large, and only a recording has a use for its text, once.
 * NULL when it has been taken, or when an earlier sample brought the dump. Any
 * thread; free with g_bytes_unref.
 */
GBytes *goroutines_sample_take_text(const struct goroutines_sample *sample);
/* For probes: keeps the text until it is taken or the sample goes. */
void goroutines_sample_set_text(struct goroutines_sample *sample, GBytes *text);

/* Whether it tells something of a target that lives: a failed one does not, nor one of a zombie. */
bool sample_is_of_living(const struct sample *sample);
/* One more / one less reference; NULL accepted. Any thread. A sample is never written to after it
 * was sealed: a const one may be held as well. */
void *sample_ref(const void *sample);
void sample_unref(void *sample);

/*
 * For probes: a zeroed sample of size bytes (its first member is struct sample)
 * with one reference and an empty arena; text and arrays are added with
 * sample_alloc / sample_strdup (NUL kept inside n is not allowed: strings end
 * at the first NUL), and hold_* lets it keep other objects alive until freed.
 */
void *sample_new(enum probe_kind kind, size_t size);
void *sample_alloc(void *sample, size_t bytes);
const char *sample_strdup(void *sample, const char *text);
const char *sample_strndup(void *sample, const char *text, size_t n);
const char *sample_printf(void *sample, const char *format, ...) G_GNUC_PRINTF(2, 3);
void sample_hold(void *sample, gpointer object, GDestroyNotify release);
/* Sets status and reason (copied into the arena). */
void sample_set_status(void *sample, enum sample_status status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

#endif
