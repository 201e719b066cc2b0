#ifndef SIDESCOPE_APP_COMMANDS_PROFILE_RUN_H
#define SIDESCOPE_APP_COMMANDS_PROFILE_RUN_H

/*
 * What the profile commands share: reading and merging their sources on the
 * command's own thread, with progress on stderr and Ctrl-C as a way out, and
 * writing to where the user wants it.
 */

#include "app/commands/profile_flags.h"
#include "app/profiles/profile_json.h"

enum {
    PROFILE_EXIT_FINE = 0,
    PROFILE_EXIT_DIFFERENT = 1, /* diff only */
    PROFILE_EXIT_UNABLE = 2,
    PROFILE_EXIT_INTERRUPTED = 130,
};

/* How --help begins; NULL-terminated argv as in main. */
struct profile_usage {
    const char *words; /* "SOURCE...", "REGEX SOURCE..." */
    const char *summary;
    const char *epilogue; /* "" for none */
};

/* One or several sources as one profile. */
struct profile_gathered {
    struct profile *profile;
    GPtrArray *origins; /* char *, raw bytes */
    char *kind;         /* of the first */
    gint64 real_us;     /* of the last */
};
void profile_gathered_clear(struct profile_gathered *input);
/* The same for a JSON document; borrowed. */
struct profile_json_source profile_run_json_source(const struct profile_gathered *input);

/*
 * Parses argv into flags. Prints the help when it was asked for. True: go on;
 * false: leave with *ret_status.
 */
bool profile_run_begin(char **argv, const struct profile_usage *usage, struct profile_flags *flags,
                       int *ret_status);

/*
 * Reads sources (char *) from first on; none at all: the running sidecar. False
 * after the sentence was printed, with *ret_status.
 */
bool profile_run_load(const struct profile_flags *flags, const GPtrArray *sources, guint first,
                      struct profile_gathered *ret, int *ret_status);
/* The profile of -base or -diff_base; *ret stays empty when there is none, which -normalize
 * does not put up with. */
bool profile_run_load_base(const struct profile_flags *flags, struct profile_gathered *ret,
                           int *ret_status);

/* Says so when there are flags that only the reports heed; true then. */
bool profile_run_refuses(const struct profile_flags *flags);

/* Writes text to -o or stdout: safe text where that is a terminal, else raw. An exit status. */
int profile_run_write(const struct profile_flags *flags, const char *text, gsize n);

/* "sidescope: sentence" on stderr, made safe. */
void profile_run_complain(const char *sentence);
/* The filters that matched nothing, in the tool's words. */
void profile_run_note_unmatched(unsigned unmatched);
/* Why the profile may hold no samples, when it holds none. */
void profile_run_note_empty(const struct profile_gathered *input);

#endif
