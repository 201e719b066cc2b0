#ifndef SIDESCOPE_APP_SNAPSHOTS_SNAPSHOTS_H
#define SIDESCOPE_APP_SNAPSHOTS_SNAPSHOTS_H

/*
 * What was kept of a process at one moment, to be compared with another moment
 * later: profiles (heap and whatever else was captured), goroutines, open
 * files, memory map. Taken from a running session, or loaded from disk. The
 * store belongs to the main loop's thread; everything in a snapshot is
 * immutable and reference counted, so work off that thread may hold it.
 */

#include "pprof/goroutines.h"
#include "pprof/memstats.h"
#include "pprof/profile.h"
#include "probes/samples.h"

#include <glib.h>

/* One profile of a snapshot. kind is its name below /debug/pprof/: "heap", "allocs", "profile"
 * (CPU), "goroutine", "block", "mutex", "threadcreate", "goroutineleak" or a custom one. */
struct snapshot_profile {
    char *kind;
    struct profile *profile;
    GBytes *bytes; /* as the target sent it; NULL: encode profile to save it */
};

struct snapshot {
    unsigned id;      /* 1, 2, … in the order taken or loaded; never used again */
    char *name;       /* given by the user; "" when not */
    char *origin;     /* "sidecar 41822", or the file or folder it was loaded from; raw bytes */
    char *whom;       /* "sidecar 41822", where a file tells and origin does not; or NULL */
    bool automatic;   /* taken by the timer */
    gint64 taken_us;  /* monotonic; 0: loaded from disk */
    gint64 real_us;   /* wall clock; 0: unknown */
    GArray *profiles; /* struct snapshot_profile */
    struct goroutine_dump *goroutines; /* with states where they were had; NULL: none */
    GBytes *goroutines_text;           /* the dump as sent; NULL: none */
    /* What the dump, and the heap profile with memstats, came from, as samples say it: "memory",
     * "goroutine?debug=2"; "" not known. */
    char *goroutines_source, *heap_source;
    bool has_memstats;
    struct memstats memstats;
    struct process_sample *process; /* NULL: none */
    struct memory_sample *memory;   /* NULL: none */
    struct files_sample *files;     /* NULL: none */
};

struct snapshots;

struct snapshots *snapshots_new(void);
void snapshots_free(struct snapshots *snapshots);

/* In the order of ids; borrowed until the next change of the store. */
size_t snapshots_count(const struct snapshots *snapshots);
const struct snapshot *snapshots_at(const struct snapshots *snapshots, size_t index);
const struct snapshot *snapshots_find(const struct snapshots *snapshots, unsigned id);

/* An empty snapshot to be filled by its maker before it is added. Strings are copied. */
struct snapshot *snapshot_new(const char *name, const char *origin);
void snapshot_free(struct snapshot *snapshot);
typedef struct snapshot snapshot_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(snapshot_auto, snapshot_free)
/* The same snapshot once more, id and name of this moment included; what is in it is shared. For
 * work off the main loop's thread. Free with snapshot_free. */
struct snapshot *snapshot_copy(const struct snapshot *snapshot);
/* Says it; source: NULL or "" when that is not known. */
void snapshot_set_source(char **member, const char *source);
/* Takes one reference of each; bytes may be NULL. Replaces a profile of the same kind. */
void snapshot_set_profile(struct snapshot *snapshot, const char *kind, struct profile *profile,
                          GBytes *bytes);
/* Borrowed; NULL when the snapshot has none of that kind. */
struct profile *snapshot_profile(const struct snapshot *snapshot, const char *kind);

/* Takes the snapshot, numbers it, keeps it. Returns its id. */
unsigned snapshots_add(struct snapshots *snapshots, struct snapshot *snapshot);
bool snapshots_rename(struct snapshots *snapshots, unsigned id, const char *name);
bool snapshots_delete(struct snapshots *snapshots, unsigned id);

/*
 * Makes room for what the timer takes: of the automatic snapshots nobody has
 * named, the oldest go until at most max_count of them and max_bytes are left.
 * The newest stays in any case. Returns how many went.
 */
size_t snapshots_trim(struct snapshots *snapshots, size_t max_count, size_t max_bytes);

/* "3 before lunch", "3 09:10:22": what lists and titles call it; raw bytes. Free with g_free. */
char *snapshot_label(const struct snapshot *snapshot);

#endif
