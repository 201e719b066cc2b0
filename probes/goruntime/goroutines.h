#ifndef SIDESCOPE_PROBES_GORUNTIME_GOROUTINES_H
#define SIDESCOPE_PROBES_GORUNTIME_GOROUTINES_H

/*
 * The goroutines of a running process, read from its memory while it goes on
 * (facts 4): which there are, their stacks, what state they are in, who made
 * them. Each goroutine is read twice around its stack; one that moved meanwhile
 * is read again and, when it keeps moving, stands without a stack (is_moved).
 * The same can be had as the dump that goroutine?debug=2 gives. The thread of the
 * runtime reads a list; a finished one is immutable, but its symbols belong to
 * the runtime's.
 */

#include "pprof/goroutines.h"
#include "probes/goruntime/runtime.h"

/* g.atomicstatus without the scan bit, runtime2.go. */
enum goroutine_status {
    GOROUTINE_STATUS_IDLE = 0,
    GOROUTINE_STATUS_RUNNABLE = 1,
    GOROUTINE_STATUS_RUNNING = 2,
    GOROUTINE_STATUS_SYSCALL = 3,
    GOROUTINE_STATUS_WAITING = 4,
    GOROUTINE_STATUS_DEAD = 6,
    GOROUTINE_STATUS_COPYSTACK = 8,
    GOROUTINE_STATUS_PREEMPTED = 9,
    GOROUTINE_STATUS_LEAKED = 10,     /* Go 1.26 */
    GOROUTINE_STATUS_DEAD_EXTRA = 11, /* Go 1.26 */
};

struct live_goroutine {
    uint64_t address;       /* of its g */
    uint64_t id, parent_id; /* parent 0: unknown (before Go 1.21), or started by the runtime */
    enum goroutine_status status;
    const char *state;  /* the words of debug=2: "chan receive", "running"; static or of the list */
    uint8_t reason;     /* g.waitreason, this version's number */
    int64_t waiting_ns; /* how long it waits; -1: no collection has run since, so nobody knows */
    uint8_t stops;      /* how often it stopped running, modulo 256 */
    bool is_locked;     /* to its thread */
    bool is_system;     /* the runtime's own: debug=2 leaves it out */
    bool is_moved;      /* it ran while it was read: no stack */
    bool is_truncated;  /* the stack was larger than what is copied, or deeper */
    const char *problem; /* why the stack ends early, static; NULL: it is whole */
    uint64_t m;          /* address of the thread's m; 0: on none */
    uint64_t thread;     /* its TID while it runs or is in a system call; 0: none, unknown */
    const struct symbol *const *stack; /* innermost first; NULL for one that runs */
    size_t n_stack;
    const struct symbol *start;       /* its first function */
    const struct symbol_frame *meant; /* what a wrapper that it is starts; else itself, or NULL */
    const struct symbol *creator; /* the go statement; NULL: none (main, or made by the runtime) */
    const char *labels;           /* "key:value, …"; "" none */
    uint64_t stack_lo, stack_hi, sp; /* of its stack; sp 0: not known (it runs) */
    uint64_t waiting;                /* g.waiting: its first sudog, 0: none */
};

struct goroutine_list {
    struct live_goroutine *goroutines; /* in the order of the runtime's list */
    size_t n;
    size_t n_all; /* g's there are: the runtime keeps dead ones, and they cost time here */
    const uint64_t *records; /* n_all: addresses of all g's, in the order of the runtime's list */
    size_t n_system;         /* of n */
    size_t n_moved;          /* of n: without a stack because they ran */
    size_t n_incomplete;     /* of n: with a problem */
    bool truncated;          /* more than this reader takes */
    int64_t taken_ns;        /* CLOCK_MONOTONIC */
    struct goroutine_lists *own; /* private */
};

/*
 * Reads all that live. now_ns: CLOCK_MONOTONIC, against which wait times are
 * counted. NULL with error: what memory_read_ranges and go_runtime_need say,
 * MISMATCH when the runtime's list makes no sense. Free with goroutine_list_free
 * before the runtime.
 */
struct goroutine_list *goroutines_read(const struct go_runtime *runtime, int64_t now_ns,
                                       GError **error);
void goroutine_list_free(struct goroutine_list *list);
typedef struct goroutine_list goroutine_list_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(goroutine_list_auto, goroutine_list_free)

/*
 * The goroutine whose g is at an address, or NULL.
 */
const struct live_goroutine *goroutine_list_find(const struct goroutine_list *list, uint64_t g);

/*
 * Says " (leaked)" behind the state of those that wait and that is_leaked knows, by their
 * numbers, as the runtime does. Before anybody else has the list.
 */
typedef bool goroutine_is_leaked(uint64_t id, void *user);
void goroutine_list_mark_leaked(struct goroutine_list *list, goroutine_is_leaked *is_leaked,
                                void *user);

/*
 * Visits the frames that debug=2 shows of a stack, innermost first: without the
 * runtime's own and the compiler's wrappers; all when nothing else is left. Names
 * are the printed ones ("panic", "f[...]"), valid during the call.
 */
typedef void goroutine_visit_frame(const struct goroutine_frame *frame, void *user);
void goroutine_visit_shown(const struct live_goroutine *g, goroutine_visit_frame *visit,
                           void *user);
/*
 * Its first function (what a go statement names, not the wrapper made of it), and the go statement
 * that made it, as debug=2 prints them; false when there is none to be shown. name has to live as
 * long as *ret is used.
 */
bool goroutine_shown_start(const struct live_goroutine *g, GString *name,
                           struct goroutine_frame *ret);
bool goroutine_shown_creator(const struct live_goroutine *g, GString *name,
                             struct goroutine_frame *ret);

/*
 * The same as the parsed text of goroutine?debug=2: user goroutines in buckets of
 * equal stacks, with states, wait times, creators and ids. Stacks are whole, also
 * where the text would leave frames out. Running ones and those that moved have
 * no frames of their own and stand with their first function. Wait times that
 * nobody knows are -1. One new reference; independent of list.
 */
struct goroutine_dump *goroutine_list_to_dump(const struct goroutine_list *list);
/* The text itself, without arguments. One new reference. */
GBytes *goroutine_list_to_text(const struct goroutine_list *list);

#endif
