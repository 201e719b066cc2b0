#ifndef SIDESCOPE_PROBES_BACKEND_H
#define SIDESCOPE_PROBES_BACKEND_H

/*
 * Inside platform.h: one table per way of asking the operating system. Every
 * function means what the one of the same name in platform.h says; a handle is
 * used with the table it was opened by. probes/linux fills procfs, probes/macos
 * commands; platform.c chooses.
 */

#include "probes/platform.h"

struct platform_backend {
    const char *name; /* what --backend calls it */
    struct platform *(*open)(const struct platform_options *options, pid_t pid,
                             const struct process_identity *identity, GError **error);
    void (*close)(struct platform *platform);
    struct process_identity (*identity)(const struct platform *platform);
    bool (*alive)(struct platform *platform, bool *ret_zombie); /* ret_zombie is never NULL */
    int (*exit_fd)(const struct platform *platform);
    /* NULL: this way of asking cannot tell that kind, or (memory) has more to be told first */
    void (*read[PROBE_N_KINDS])(struct platform *platform, void *sample, const void *previous);
    void (*read_memory)(struct platform *platform, struct memory_sample *sample, bool with_regions);
    void (*mark)(struct platform *platform);
    struct process_entry *(*describe)(const struct platform_options *options, pid_t pid,
                                      GError **error);
    GPtrArray *(*list)(const struct platform_options *options, bool deep, GError **error);
    void (*deepen)(const struct platform_options *options, struct process_entry *entry);
    void (*identify)(const struct platform_options *options, struct process_entry *entry);
    pid_t (*port_owner)(const struct platform_options *options, int port, bool *ret_listening);
    bool (*same_space)(const struct platform_options *options, pid_t pid,
                       enum platform_space space);
    const char *(*starts_why)(const struct platform_options *options);
};

/* What every backend's handle begins with. */
struct platform {
    const struct platform_backend *backend;
};

#if SIDESCOPE_HAVE_PROCFS
extern const struct platform_backend platform_procfs;
#endif
extern const struct platform_backend platform_commands;

/* --- what both find out about a process the same way --- */

/* value of SIDECAR_PPROF in its environment. */
void process_entry_take_env(struct process_entry *entry, const char *value);
/* The asked-for port when it listens there, else its first loopback listener when pprof is on. */
int process_entry_choose_port(const struct process_entry *entry);
/* "there is no process N (any more)…", PLATFORM_ERROR_NO_PROCESS. */
void platform_set_no_process(GError **error, pid_t pid);
/* "process N has ended and its number belongs to another", the same code. */
void platform_set_replaced(GError **error, pid_t pid);

#endif
