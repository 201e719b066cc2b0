#ifndef SIDESCOPE_PROBES_GORUNTIME_PROOFS_PRIVATE_H
#define SIDESCOPE_PROBES_GORUNTIME_PROOFS_PRIVATE_H

/* What the parts of proofs.c share: who waits for what, where to begin, and following. */

#include "probes/goruntime/proofs.h"
#include "probes/goruntime/stack_words.h"
#include "probes/goruntime/waits.h"
#include "probes/goruntime/writable.h"

enum { PROOF_LOWEST = 1 << 16 }; /* no pointer is below */

/* --- proof_census.c: the goroutines of one moment --- */

struct census {
    struct goroutine_list *list;
    struct wait_list *waits;
    bool *is_suspect; /* by place: nobody but a channel or lock can wake it */
    size_t n_suspects, n_unread;
    bool any_runs;
};

bool census_read(struct census *census, const struct go_runtime *runtime, GError **error);
void census_clear(struct census *census);
/*
 * Whether a goroutine, by its place in one census, is a suspect in a later one and has not
 * run since: the same stack, the same record, the same things it waits for.
 */
bool census_is_same(const struct census *before, size_t place, const struct census *after);

/* --- proof_roots.c: where to begin --- */

/* A thread that runs something, and how often its processor has taken up something else. */
struct proof_thread {
    uint64_t m, p, ticks;
};

struct proof_roots {
    const struct go_runtime *runtime;
    struct blocks *blocks;
    struct stack_words words;
    GArray *values;  /* uint64_t: what may be pointers */
    GArray *caches;  /* struct module_area: where the runtime remembers what it has looked at */
    GArray *threads; /* struct proof_thread */
    uint64_t ticks;  /* of all processors: equal when nothing ran meanwhile */
    const char *why; /* static: something could not be read, so nothing is proven; NULL */
};

void proof_roots_init(struct proof_roots *roots, const struct go_runtime *runtime);
void proof_roots_clear(struct proof_roots *roots);
/*
 * Each appends to values. False with error when the process cannot be read; what is
 * missing otherwise goes to why.
 */
bool proof_roots_goroutine(struct proof_roots *roots, const struct live_goroutine *g,
                           GError **error);
bool proof_roots_variables(struct proof_roots *roots, GError **error);
/* System stacks of threads that run something; and ticks, caches, threads. */
bool proof_roots_processors(struct proof_roots *roots, GError **error);
/*
 * The bounds of a stack in the record of a goroutine are no pointers: what begins where it ends is
 * another's. To caches.
 */
void proof_roots_skip_stack(struct proof_roots *roots, uint64_t g);

/* --- proof_threads.c --- */

/* Behind proof_roots_processors: the same of what threads themselves are as goroutines. */
void proof_roots_threads(struct proof_roots *roots, const struct goroutine_list *list);

/* --- proof_mark.c: following --- */

struct proof_marker;

/* All borrowed. is_suspect: by place in list. */
struct proof_marker *proof_marker_new(struct proof_roots *roots, const struct objects *objects,
                                      const struct census *before, const struct census *after,
                                      const bool *is_suspect);
void proof_marker_free(struct proof_marker *marker);
/* From all writable memory but Go's heap; from objects that have finalizers or weak pointers. */
bool proof_marker_add_memory(struct proof_marker *marker, const struct writable *writable,
                             GError **error);
bool proof_marker_add_specials(struct proof_marker *marker, GError **error);
/* Until nothing is added. */
bool proof_marker_follow(struct proof_marker *marker, GError **error);
/* Whether a suspect, by its place, may still be woken. */
bool proof_marker_may_wake(const struct proof_marker *marker, size_t place);

#endif
