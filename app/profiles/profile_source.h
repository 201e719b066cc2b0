#ifndef SIDESCOPE_APP_PROFILES_PROFILE_SOURCE_H
#define SIDESCOPE_APP_PROFILES_PROFILE_SOURCE_H

/*
 * Where a profile comes from (a file, standard input, a pprof URL, a running
 * process), and reading it from there. Reading waits for files, network and
 * procfs: call it off the UI thread. No state; any thread.
 */

#include "pprof/profile.h"

#include <glib.h>
#include <stdbool.h>

enum { PROFILE_SOURCE_CPU_SECONDS = 30 }; /* when nothing was said; what go tool pprof takes */

enum profile_source_error {
    PROFILE_SOURCE_ERROR_USAGE,
    PROFILE_SOURCE_ERROR_FILE,   /* cannot be read */
    PROFILE_SOURCE_ERROR_TARGET, /* no process, several, or one without pprof */
    PROFILE_SOURCE_ERROR_SERVER, /* pprof did not give the profile */
    PROFILE_SOURCE_ERROR_FORMAT, /* what was read is no profile */
    PROFILE_SOURCE_ERROR_CANCELLED,
};
#define PROFILE_SOURCE_ERROR (profile_source_error_quark())
GQuark profile_source_error_quark(void);

enum profile_source_kind {
    PROFILE_SOURCE_STDIN, /* "-" */
    PROFILE_SOURCE_FILE,  /* any path that exists, and whatever cannot be anything else */
    PROFILE_SOURCE_URL,   /* one profile, or a server to be asked for the wanted one */
    PROFILE_SOURCE_LIVE,  /* pid or process name */
};

/* What to ask a server or process for; a file is what it is. */
struct profile_wanted {
    const char *profile; /* "heap", "cpu", a row of the index page; NULL: heap */
    int seconds;         /* 0: as the profile needs */
    const char *pprof;   /* --pprof of a live target, or NULL */
};

struct profile_source {
    enum profile_source_kind kind;
    char *text; /* as given: path, pid, name */
    char *base; /* URL: where pprof is mounted, without trailing slash */
    char *path; /* URL and live: what to ask for below it, without seconds= */
    char *name; /* URL and live: as snapshot_profile.kind */
    char *pprof;
    int seconds; /* 0: answered at once */
};

/* Decides what text means, looking only at whether such a file exists. False with a sentence. */
bool profile_source_parse(const char *text, const struct profile_wanted *wanted,
                          struct profile_source *ret, GError **error);
void profile_source_clear(struct profile_source *source);

/* How to wait; all may be NULL or false. */
struct profile_waiting {
    bool profile_only;    /* the bytes of a file are not wanted: they go as soon as they can */
    const int *cancelled; /* set from any thread or a signal handler: reading ends soon */
    /* On the reading thread, some times a second while a server collects; 0..1. */
    void (*progress)(const struct profile_source *source, double fraction, void *user);
    void *user;
};

struct profile_loaded {
    struct profile *profile;
    GBytes *bytes;  /* as they were read; what is saved as a file; NULL with profile_only */
    char *origin;   /* file as given, URL, or "sidecar 41822 heap"; raw bytes */
    char *kind;     /* as snapshot_profile.kind, from the values where it was not asked for */
    gint64 real_us; /* wall clock: when it was fetched, or as the profile says; 0: unknown */
};

/* False with error (PROFILE_SOURCE_ERROR), a sentence that names the source; ret is empty then. */
bool profile_source_load(const struct profile_source *source, const struct profile_waiting *waiting,
                         struct profile_loaded *ret, GError **error);
void profile_loaded_clear(struct profile_loaded *loaded);

/* Just a file, with the same limits and sentences. */
bool profile_source_load_file(const char *path, const struct profile_waiting *waiting,
                              struct profile_loaded *ret, GError **error);

/* "heap", "allocs", "profile", …: guessed from the sample types; "" when they say nothing. */
const char *profile_source_guess_kind(const struct profile *profile);

#endif
