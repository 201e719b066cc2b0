#ifndef SIDESCOPE_PROBES_GORUNTIME_HOLDERS_H
#define SIDESCOPE_PROBES_GORUNTIME_HOLDERS_H

/*
 * Who holds the memory of a Go process: the variables and goroutines that keep its
 * objects alive, each with what it alone was the first to reach, and what that
 * consists of. Every object counts once. It needs no heap profile and no symbols.
 */

#include "probes/goruntime/reach.h"

struct holder_type {
    char *name; /* "*main.session", "[]uint8", "96 B" where no type is known */
    uint64_t bytes;
    uint64_t n;
};

struct holder {
    enum reach_kind kind;
    bool is_guess;
    char *key;         /* the same in a later look at the same process */
    char *name;        /* "variable used by main.main", "goroutine in main.wait" */
    uint64_t n_roots;  /* goroutines of the same kind are one holder */
    uint64_t bytes, n; /* of objects */
    GArray *types;     /* struct holder_type, largest first */
};

struct holders {
    GArray *holders;     /* struct holder, largest first */
    GHashTable *by_key;  /* private: key -> place + 1; NULL: made by hand */
    uint64_t heap_bytes; /* of spans in use, with what is free in them */
    uint64_t reached_bytes;
    uint64_t unheld_bytes; /* of slots that nothing holds: they go with the next collection */
    size_t n_objects;      /* reached */
    size_t n_goroutines;
    double took_s;
};

/* How it goes; called on the reading thread at each step of n. */
typedef void holders_progress(const char *step, unsigned at, unsigned n, void *user);

/*
 * Reads and follows the whole heap: some 10 ms for each 10 MB, copies as much as the
 * heap has pointers in. NULL with error: what objects_read, variables_read and
 * goroutines_read say. Free with holders_free.
 */
struct holders *holders_read(struct go_runtime *runtime, holders_progress *progress, void *user,
                             GError **error);
/* Of nothing yet, and the types of one of its holders. */
struct holders *holders_new(void);
GArray *holders_new_types(void);
void holders_free(struct holders *holders);
typedef struct holders holders_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(holders_auto, holders_free)

/* The one of that key, or NULL. */
const struct holder *holders_find(const struct holders *holders, const char *key);
/* Bytes that a holder has more than in an earlier look at the same process. */
int64_t holders_growth(const struct holder *holder, const struct holders *before);

#endif
