#ifndef SIDESCOPE_PROBES_FIND_H
#define SIDESCOPE_PROBES_FIND_H

/*
 * From what the user typed to a target. Rules: os-reference 1.2 (ranking
 * instead of pgrep), 6.4 (pprof port) and sidecar-facts 1 and 2. Reads procfs:
 * call it off the UI thread.
 */

#include "probes/platform.h"

/* What was asked for. */
enum target_query_kind {
    TARGET_QUERY_ALL, /* nothing given: processes that are a sidecar */
    TARGET_QUERY_PID,
    TARGET_QUERY_NAME,
    TARGET_QUERY_URL, /* http://host:port[/base], or host:port */
};

struct target_query {
    enum target_query_kind kind;
    pid_t pid;
    char *name;
    char *url; /* normalised: "http://127.0.0.1:6060/debug/pprof" without trailing slash */
};

enum find_error { FIND_ERROR_SYNTAX, FIND_ERROR_NOT_FOUND, FIND_ERROR_FAILED };
#define FIND_ERROR (find_error_quark())
GQuark find_error_quark(void);

/* Understands text (NULL or "": all). False with a sentence when it fits nothing. */
bool target_query_parse(const char *text, struct target_query *ret, GError **error);
void target_query_clear(struct target_query *query);

enum find_rank {
    FIND_RANK_EXE, /* basename of the executable is the wanted name */
    FIND_RANK_COMM,
    FIND_RANK_ARGV0,
    FIND_RANK_CMDLINE, /* the name occurs in the command line */
    FIND_RANK_GO,      /* some other Go process (picker only) */
};

struct find_result {
    struct process_entry *process;
    enum find_rank rank;
};

/*
 * Candidates for query, best first: struct find_result * with free function.
 * include_go adds every other Go process behind them. Zombies, short-lived
 * subcommands (sidecar open|create|notify|help, --agents), our own ancestors
 * and ourselves are left out. Empty when nothing fits.
 */
GPtrArray *find_targets(const struct platform_options *options, const struct target_query *query,
                        bool include_go, GError **error);

/* Number of leading results that share the best rank, FIND_RANK_CMDLINE and GO not counted. */
size_t find_exact(const GPtrArray *results);

/*
 * The pprof base URL of a process ("http://127.0.0.1:6060/debug/pprof"), proven:
 * the listener's inode is the target's and the answer looks like pprof. NULL
 * with a sentence in error: why there is none and what to do about it.
 * Where no port answers as pprof and one takes the question and stays silent,
 * the server may be slow or hung: that address, and in *ret_doubt (else NULL,
 * caller frees) a sentence that says so. ret_doubt NULL: proven ones only.
 * A Go program without net/http/pprof is not asked: its ports speak something else.
 * For a URL query the owner of the port is looked up: *ret_owner (0: unknown).
 */
char *find_pprof(const struct platform_options *options, const struct process_entry *process,
                 char **ret_doubt, GError **error);
pid_t find_port_owner(const struct platform_options *options, int port);

#endif
