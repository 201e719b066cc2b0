#ifndef SIDESCOPE_PROBES_GORUNTIME_REACH_H
#define SIDESCOPE_PROBES_GORUNTIME_REACH_H

/*
 * What keeps each object of a heap alive: all are followed from global variables
 * and from the stacks of goroutines, breadth first, so that every object has one
 * parent, one root and one of the shortest ways to it. An object that several hold
 * counts with the first: the program's own variables, then words of stacks that the
 * compiler calls live, then other words of stacks (a guess), and the runtime's own
 * variables last. Immutable once made; any thread.
 */

#include "probes/goruntime/goroutines.h"
#include "probes/goruntime/objects.h"
#include "probes/goruntime/types.h"
#include "probes/goruntime/variables.h"

#define REACH_NONE INT32_MIN /* nothing holds it: it goes with the next collection */

enum reach_kind { REACH_GLOBAL, REACH_GOROUTINE, REACH_RUNTIME };

struct reach_root {
    enum reach_kind kind;
    bool is_guess;                   /* a word of a stack that is in no map of live ones */
    const struct variable *variable; /* of a global; NULL: the runtime's, nobody names it */
    const struct live_goroutine *goroutine;
    uint64_t bytes; /* of slots that it was the first to hold */
    size_t n;
};

struct reach {
    const struct objects *objects;
    GArray *roots;    /* struct reach_root */
    int32_t *parent;  /* by slot: a slot, ~ the number of a root, or REACH_NONE */
    uint32_t *offset; /* of the word that points there: in the parent, the variable, above sp */
    uint32_t *owner;  /* number of the root; meaningless without a parent */
    uint64_t reached_bytes;
    size_t n_reached;
};

/* Two words that stand side by side in a variable or on a stack: an interface, perhaps. */
typedef void reach_see_pair(uint64_t first, uint64_t second, void *user);

/*
 * Reads variables and stacks and follows them; all that is given must outlive the
 * result. progress (or NULL) is called some times with 0..1. NULL with error: what
 * memory_read_ranges and go_runtime_need say.
 */
struct reach_input {
    struct go_runtime *runtime;
    const struct objects *objects;
    const struct variables *variables;
    const struct goroutine_list *goroutines;
    struct go_types *types;
    reach_see_pair *see_pair;
    void *user;
};
struct reach *reach_follow(const struct reach_input *input, GError **error);
void reach_free(struct reach *reach);

/*
 * Of each word of a runtime.p whether it may point: the program tells no one else, and a
 * processor keeps bare addresses of pages, at which objects begin. Empty where its type is not
 * found. GByteArray, to be freed.
 */
GByteArray *reach_processor_words(struct go_types *types);

/* The function whose frame an offset above sp is in, the innermost inlined one; "" none. */
const char *reach_frame(const struct live_goroutine *goroutine, enum go_arch arch, uint32_t offset);

#endif
