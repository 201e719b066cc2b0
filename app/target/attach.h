#ifndef SIDESCOPE_APP_TARGET_ATTACH_H
#define SIDESCOPE_APP_TARGET_ATTACH_H

/*
 * From what was typed (TARGET, --pprof) to a target, shared by all commands.
 * Reads the process list and may ask a pprof server: call it off the UI thread.
 * Any thread; attach_use_backend before there are others.
 */

#include "probes/find.h"
#include "probes/target.h"

enum attach_error { ATTACH_ERROR_USAGE, ATTACH_ERROR_NOT_FOUND, ATTACH_ERROR_AMBIGUOUS };
#define ATTACH_ERROR (attach_error_quark())
GQuark attach_error_quark(void);

struct attach_outcome {
    struct target *target; /* NULL: see error */
    GPtrArray *candidates; /* struct find_result *: what fits when several do; may be NULL */
    GError *error;         /* a sentence; ATTACH_ERROR_AMBIGUOUS when several fit */
};

/* For command lines: ATTACH_ERROR_USAGE with that sentence; false. */
bool attach_refuse(GError **error, const char *sentence);
/* The one target of a command line of which only that is left (new string; NULL: none is named). */
bool attach_take_target(int argc, char **argv, char **ret, GError **error);

/* How the operating system is asked, for the whole program: "auto", "procfs" or "commands"; NULL:
 * as it is. */
bool attach_use_backend(const char *name, GError **error);
/*
 * Where goroutines, heap and CPU profiles of every target come from. What the option
 * says counts more than what the configuration says, whichever comes first.
 */
void attach_prefer_source(enum target_source source);
/* For G_OPTION_ARG_CALLBACK. */
gboolean attach_source_option(const gchar *name, const gchar *value, gpointer data, GError **error);
/* The same options for every command; pprof and backend are char **. */
#define ATTACH_ENTRIES(pprof, backend)                                                             \
    {"pprof",  0, 0, G_OPTION_ARG_STRING, pprof, "pprof server to use: port, host:port or URL",    \
     "ADDRESS"},                                                                                   \
        {"backend", 0,                                                                             \
         0,         G_OPTION_ARG_STRING,                                                           \
         backend,   "how to ask the system: auto, procfs or commands (ps, lsof, vmmap)",           \
         "NAME"},                                                                                  \
    {                                                                                              \
        "source", 0, 0, G_OPTION_ARG_CALLBACK, (gpointer)attach_source_option,                     \
            "what goroutines, heap and CPU are read from: auto, pprof or memory", "NAME"           \
    }

/* With that choice; for those who look for processes themselves. */
struct platform_options attach_platform(void);

/*
 * text: pid, process name, pprof URL or host:port; NULL: every running sidecar.
 * pprof: a port, host:port or URL to use instead of what is found; or NULL.
 * Never NULL; free with attach_outcome_free.
 */
struct attach_outcome *attach_find(const char *text, const char *pprof);
void attach_outcome_free(struct attach_outcome *outcome);
void attach_outcome_free_void(void *outcome); /* the same as a GDestroyNotify */

/* "  41822  sidecar  up 14h07m  RSS 6.2G  sidecar -state ..." per candidate, made safe; what is cut
 * of command lines is said. g_free. */
char *attach_list_candidates(const GPtrArray *candidates);

#endif
