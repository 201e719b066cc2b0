#ifndef SIDESCOPE_PROBES_GORUNTIME_WAITS_H
#define SIDESCOPE_PROBES_GORUNTIME_WAITS_H

/*
 * What parked goroutines wait for (facts 8): the channel, the lock, the
 * descriptor, and who else waits for the same. Each link is checked from both
 * ends: a sudog must name its goroutine, a pollDesc the goroutine that waits on
 * it; what does not is left out. The thread of the runtime; a finished list is
 * immutable and independent of the process, its goroutines are the list's.
 */

#include "probes/goruntime/goroutines.h"

enum wait_kind {
    WAIT_CHANNEL,
    WAIT_MUTEX,
    WAIT_RWMUTEX,
    WAIT_GROUP,     /* sync.WaitGroup */
    WAIT_ONCE,      /* sync.Once, while another does it */
    WAIT_WEIGHTED,  /* semaphore.Weighted of golang.org/x/sync */
    WAIT_CONDITION, /* sync.Cond */
    WAIT_SEMAPHORE, /* of none of these */
    WAIT_DESCRIPTOR,
    WAIT_N_KINDS,
};

/* What it waits to do there. */
enum wait_direction {
    WAIT_SOME, /* one case of a select: whatever it is */
    WAIT_RECEIVE,
    WAIT_SEND,
    WAIT_LOCK,
    WAIT_RLOCK,
    WAIT_READ,
    WAIT_WRITE,
    WAIT_TURN, /* a descriptor: until another goroutine has done its read or write */
    WAIT_DONE, /* a group, a condition, a semaphore */
};

/* Who holds a lock that others wait for, as the stacks tell. */
struct wait_holder {
    size_t n;             /* goroutines of whom the same is to be said; 0: nobody was found */
    uint32_t goroutine;   /* the first of them: place in the list of goroutines */
    uint64_t id;          /* its own number */
    const char *state;    /* its own, of the list: what it does instead of unlocking */
    const char *function; /* whose frame tells, of the list's symbols; "" for one that runs */
    bool is_certain;      /* it has put off its Unlock; otherwise it looks like it */
    bool waits_itself;    /* for the lock that it holds: for ever */
    bool is_nowhere; /* n is 0 though all stacks were looked through: it has ended, or went on */
};

/* Numbers are as the object itself has them; -1: not known. */
struct wait_object {
    enum wait_kind kind;
    uint64_t address; /* in the target; of the whole object, 0 for a descriptor */
    /* channel */
    int64_t length, capacity; /* values that lie in it; of a Weighted: what is taken, of how much */
    int64_t element_bytes;
    bool is_closed;
    /* locks */
    int64_t is_locked; /* 1 it is, 0 it is not; of an RWMutex: by a writer; a Once: being done */
    int64_t n_readers; /* that hold an RWMutex */
    int64_t n_behind;  /* readers that came behind its writer, and wait until he was there */
    bool is_wanted;    /* a writer waits until its readers are gone */
    int64_t n_counted; /* waiters of a mutex; what a group counts down from; of a Weighted how
                        * much its first waiter wants */
    struct wait_holder holder;
    int64_t fd;              /* descriptor */
    const uint32_t *waiters; /* places in the list of goroutines, ascending, once each */
    size_t n_waiters;
};

/* One link; a select has one for each case. */
struct wait_link {
    uint32_t goroutine, object; /* places in the two lists */
    uint64_t word;              /* address of the channel or of the semaphore; 0: a descriptor */
    enum wait_direction direction;
    bool in_select;
    bool stands_for_others; /* what the goroutine's channels are of: nothing that wakes it itself */
};

struct wait_list {
    const struct wait_link *waits; /* by goroutine */
    size_t n;
    const struct wait_object *objects; /* most waiters first, then by address */
    size_t n_objects;
    size_t n_unknown;       /* parked user goroutines that wait for something that was not found */
    const bool *is_partial; /* by goroutine: it went on while its cases were read, or has more */
    bool truncated;         /* more links than this reader follows */
    struct store *memory;   /* private */
};

/*
 * Finds them for all goroutines of list. NULL with error: what memory_read_ranges
 * says. Free with wait_list_free.
 */
struct wait_list *waits_read(const struct go_runtime *runtime, const struct goroutine_list *list,
                             GError **error);
void wait_list_free(struct wait_list *list);
typedef struct wait_list wait_list_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(wait_list_auto, wait_list_free)

/* The links of one goroutine by its place; n 0: nothing known. */
const struct wait_link *wait_list_of(const struct wait_list *list, size_t goroutine, size_t *ret_n);

/* "channel", "mutex", …: the field's own word. Static. */
const char *wait_kind_name(enum wait_kind kind);
/* Append "channel 0xc000012345", "fd 8"; "3 of 3 buffered", "locked", or nothing; both. */
void wait_object_name(const struct wait_object *object, GString *out);
void wait_object_state(const struct wait_object *object, GString *out);
void wait_object_describe(const struct wait_object *object, GString *out);
/*
 * Appends "goroutine 7 in main.(*cache).load (chan receive)", with "perhaps " before it when
 * that is a guess and with how many others it may be; "whoever took it is in no frame with it"
 * where all were looked at, nothing where somebody may have been missed.
 */
void wait_holder_describe(const struct wait_holder *holder, GString *out);
/* Appends "receive from channel …", with how many others wait there. */
void wait_describe(const struct wait_list *list, const struct wait_link *wait, GString *out);

/*
 * Says in the buckets of a dump, which was made of list and nobody else has yet, what
 * their goroutines wait for: goroutine_bucket.waits and waited, goroutine_dump.waited.
 */
void goroutine_dump_add_waits(struct goroutine_dump *dump, const struct goroutine_list *list,
                              const struct wait_list *waits);
/*
 * The same for the threads that they are on, goroutine_bucket.threads: the system call of each is
 * read from /proc of process pid, the paths in it from memory.
 */
void goroutine_dump_add_threads(struct goroutine_dump *dump, const struct goroutine_list *list,
                                const struct go_runtime *runtime, int pid);

#endif
