#ifndef SIDESCOPE_PROBES_PLATFORM_H
#define SIDESCOPE_PROBES_PLATFORM_H

/*
 * What one operating system can tell about a process. probes/linux/ reads
 * procfs below a directory given at creation (so a recorded tree can stand in
 * for /proc); probes/macos/ runs ps, lsof and vmmap, as found in PATH, and can
 * be chosen on Linux as well. Every function fills a
 * sample made by the caller and returns nothing: what went wrong is the
 * sample's status and reason. Called on probe threads; a handle is used by one
 * thread at a time (each probe opens its own).
 */

#include "probes/go_settings.h"
#include "probes/samples.h"

/* pid + start time: a process, not a number. */
struct process_identity {
    pid_t pid;
    uint64_t start_ticks; /* platform's own unit; equal means the same process */
};

struct platform; /* one open target */

/* A process seen while looking for targets; strings are raw bytes owned by the list. */
struct process_entry {
    struct process_identity id;
    pid_t parent;
    uid_t uid;
    char state;
    char *comm;
    char *exe;     /* "" when not readable; " (deleted)" stripped */
    char *cmdline; /* arguments joined with blanks */
    char *argv0;
    int64_t rss_bytes, fd_count; /* SAMPLE_UNKNOWN when not readable */
    int64_t uptime_s;
    bool is_go;              /* its executable carries Go build information */
    char *go_version;        /* "go1.26.8", "" when unknown */
    char *module;            /* deep, path of its main module; NULL: not known. So the next: */
    char *version;           /* of that module, "v1.3.0" */
    char *td_version;        /* of the td that is built into it */
    char *cwd;               /* deep, its working directory; NULL: may not be read */
    char *home, *state_home; /* deep, HOME and XDG_STATE_HOME of its environment; NULL: not set */
    struct go_settings go_settings; /* deep, of its environment */
    char *project;         /* what a sidecar is open for, filled by who knows; NULL: not known */
    bool forked;           /* has not called exec since its parent made it */
    int pprof_port;        /* from SIDECAR_PPROF and its own listening sockets; 0: none found */
    GArray *listen_ports;  /* of struct platform_listener: loopback/any TCP listeners it owns */
    bool env_pprof;        /* SIDECAR_PPROF is set and not empty */
    int env_port;          /* the port it asks for; 0: none, random or not a number */
    bool listeners_denied; /* its descriptors may not be listed: listeners are unknown */
};

struct platform_listener {
    int port;
    bool ipv6;     /* only reachable through [::1] */
    bool loopback; /* bound to a loopback address (not to all) */
};

enum platform_error {
    PLATFORM_ERROR_NO_PROCESS,
    PLATFORM_ERROR_DENIED,
    PLATFORM_ERROR_FAILED,
};
#define PLATFORM_ERROR (platform_error_quark())
GQuark platform_error_quark(void);

enum platform_backend_id {
    PLATFORM_AUTO, /* procfs where there is one */
    PLATFORM_PROCFS,
    PLATFORM_COMMANDS, /* ps, lsof, vmmap */
};

struct platform_options {
    const char *proc_root; /* NULL: "/proc" */
    enum platform_backend_id backend;
    const int *cancelled; /* set atomically: ends what a command waits for; NULL: never */
};

/* "auto", "procfs", "commands"; false for any other name and for what this system lacks. */
bool platform_backend_parse(const char *name, enum platform_backend_id *ret);
/* "procfs" or "commands": what runs with these options. Static. */
const char *platform_backend_name(const struct platform_options *options);

/*
 * Opens pid. identity (may be NULL) must match when given, else NO_PROCESS.
 * NULL with error set when there is no such process.
 */
struct platform *platform_open(const struct platform_options *options, pid_t pid,
                               const struct process_identity *identity, GError **error);
/* NULL accepted. */
void platform_close(struct platform *platform);
struct process_identity platform_identity(const struct platform *platform);

/* True while the process exists and is the same one. *ret_zombie when exited but not reaped. */
bool platform_alive(struct platform *platform, bool *ret_zombie);

/* Becomes readable (POLLIN) when the process exits; -1 where the system has no such descriptor. */
int platform_exit_fd(const struct platform *platform);

/*
 * Fills a sample of the kinds that are read at once: process, files, threads and
 * what else a backend has; SAMPLE_UNSUPPORTED for a kind it has not. Also stamps
 * taken_us and real_us and adds the bytes it read to base.bytes. previous (may be
 * NULL) is the last sample of that kind, which CPU percentages, births and deaths
 * of descriptors count from; of a census only what changed is read again. Growth of
 * files counts from the handle's first census or the last platform_mark.
 */
void platform_read(struct platform *platform, void *sample, const void *previous);
/* The same of memory. with_regions: also walk smaps (expensive: see os-reference 2.4). Else only
 * the rollup. */
void platform_read_memory(struct platform *platform, struct memory_sample *sample,
                          bool with_regions);
/* The next census becomes the baseline of growth. */
void platform_mark(struct platform *platform);

/* Everything about pid that the picker shows; NULL with error. Free with process_entry_free. */
struct process_entry *platform_describe(const struct platform_options *options, pid_t pid,
                                        GError **error);
/*
 * All processes (struct process_entry *), cheap fields only unless deep; deep
 * reads exe build info and sockets too. Kernel threads and ourselves left out.
 */
GPtrArray *platform_list(const struct platform_options *options, bool deep, GError **error);
/* Fills the deep fields (exe build info, environment, listeners) of one cheap entry. */
void platform_deepen(const struct platform_options *options, struct process_entry *entry);
/* Only is_go and go_version of the deep fields: cheap enough for every process. */
void platform_identify(const struct platform_options *options, struct process_entry *entry);
void process_entry_free(struct process_entry *entry);
/*
 * By its executable, or the module that was built into it; by the task name only
 * where the executable may not be read. An argument that mentions it does not count.
 */
bool process_entry_is_sidecar(const struct process_entry *entry);
typedef struct process_entry process_entry_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(process_entry_auto, process_entry_free)

/*
 * The process that listens on a TCP port of our network; 0 when none is known:
 * *ret_listening (may be NULL) tells whether somebody does.
 */
pid_t platform_port_owner(const struct platform_options *options, int port, bool *ret_listening);

/* What a container may have of its own. */
enum platform_space {
    PLATFORM_SPACE_NETWORK, /* its loopback is not ours */
    PLATFORM_SPACE_PIDS,    /* it knows processes by other numbers */
    PLATFORM_SPACE_MOUNTS,  /* its paths are other files here: /proc/PID/root leads to them */
};
/* True when target and we have the same one; on doubt true. */
bool platform_same_space(const struct platform_options *options, pid_t pid,
                         enum platform_space space);

/* Why the system does not report each start of a command here (a sentence without its end,
 * static); NULL when it may. */
const char *platform_starts_why(const struct platform_options *options);

#endif
