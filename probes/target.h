#ifndef SIDESCOPE_PROBES_TARGET_H
#define SIDESCOPE_PROBES_TARGET_H

/*
 * What the probes of one session look at: a process (pid + start time), a
 * pprof server, or both. Immutable after target_new but for the source; read by
 * all threads.
 */

#include "probes/platform.h"

/* Where goroutines, heap and CPU profiles come from: what the user chose. */
enum target_source {
    TARGET_SOURCE_AUTO,   /* what disturbs the process least of what there is */
    TARGET_SOURCE_PPROF,  /* its pprof server only */
    TARGET_SOURCE_MEMORY, /* its memory, and the kernel for CPU; pprof is not asked */
    TARGET_N_SOURCES,
};

struct target {
    struct process_identity id; /* pid 0: pprof URL only, no process known */
    struct platform_options platform;
    char *proc_root;
    char *name;                       /* comm, raw bytes; or the host for a URL */
    char *exe, *cmdline, *go_version; /* "" when unknown */
    char *version, *td_version;       /* "v1.3.0" of its main module and of td; NULL: not known */
    char *cwd, *home, *state_home;    /* as in struct process_entry; NULL: not known */
    struct go_settings go_settings;   /* of its environment when it was attached to */
    char *other_spaces;               /* namespaces that are not ours: "pid, mount"; NULL: none */
    char *project;                    /* what it is open for when attached to; NULL: not known */
    char *pprof_url;                  /* base without trailing slash, or NULL */
    char *pprof_why;                  /* when pprof_url is NULL: why, and what to do; else NULL,
                         or why it is not sure that pprof is there */
    struct leak_marks *leaks;         /* probes/leak_marks.h; shared by its copies */
    gint source;                      /* atomic: see target_source; the one thing that changes */
    gint64 started_real_us;           /* wall clock start, 0: unknown */
    /* What it is open for now, and since when (wall clock); false: it does not tell. Called on a
     * probe's thread; the name is free'd with g_free. NULL: nobody can ask it. */
    bool (*project_now)(const struct target *target, char **ret_project, gint64 *ret_opened_us);
    bool is_sidecar; /* the documented thresholds apply to it as such */
};

/* process may be NULL (URL only). Strings are copied; pprof_url/pprof_why may be NULL. */
struct target *target_new(const struct platform_options *options,
                          const struct process_entry *process, const char *pprof_url,
                          const char *pprof_why);
/* How its pprof is turned on, a command or what its source needs. Static. */
const char *target_pprof_recipe(const struct target *target);
/* For what outlives the session. */
struct target *target_copy(const struct target *target);
void target_free(struct target *target);

/* Any thread. */
enum target_source target_source(const struct target *target);
void target_set_source(struct target *target, enum target_source source);
/* "auto", "pprof", "memory", NULL: by number. Static. */
const char *const *target_source_names(void);
typedef struct target target_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(target_auto, target_free)

#endif
