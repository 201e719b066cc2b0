#ifndef SIDESCOPE_PPROF_GOROUTINES_H
#define SIDESCOPE_PPROF_GOROUTINES_H

/*
 * Goroutine dumps grouped into buckets of equal stacks. Two sources give the
 * same shape: goroutine?debug=2 (states, wait times, creators, ids) and
 * goroutine?debug=1 or the binary profile (counts only; the category is then
 * guessed from the frames). Formats: pprof-reference section 5; every Go
 * version from 1.19 on. Immutable after parsing; reference counted; any thread.
 */

#include "pprof/profile.h"

enum goroutine_category {
    GOROUTINE_RUNNING, /* running, runnable, preempted */
    GOROUTINE_CHAN_RECEIVE,
    GOROUTINE_CHAN_SEND,
    GOROUTINE_CHAN_NIL, /* receive from or send to a nil channel: for ever */
    GOROUTINE_SELECT,
    GOROUTINE_SELECT_EMPTY, /* select {}: for ever */
    GOROUTINE_MUTEX,
    GOROUTINE_RWMUTEX,
    GOROUTINE_WAITGROUP,
    GOROUTINE_COND,
    GOROUTINE_SEMAPHORE,
    GOROUTINE_SLEEP,
    GOROUTINE_IO_WAIT,
    GOROUTINE_SYSCALL,
    GOROUTINE_CGO,
    GOROUTINE_SIGNAL, /* the os/signal loop */
    GOROUTINE_COROUTINE,
    GOROUTINE_RUNTIME, /* garbage collector and other runtime workers */
    GOROUTINE_OTHER,
    GOROUTINE_N_CATEGORIES,
};

/* "chan receive", "select", …: the field's own word for a category. Static. */
const char *goroutine_category_name(enum goroutine_category category);

struct goroutine_frame {
    const char *function; /* raw bytes */
    const char *file;     /* "" when unknown */
    int64_t line;         /* 0 when unknown */
    bool inlined;
    uint32_t elided;       /* > 0: this frame stands for that many frames the runtime left out */
    const char *arguments; /* as printed: "0xc000123, {0x1, ...}, _"; "" unless read exactly */
};

enum goroutine_waited_kind {
    GOROUTINE_WAITED_CHANNEL,
    GOROUTINE_WAITED_LOCK, /* and what else of sync is waited for */
    GOROUTINE_WAITED_DESCRIPTOR,
};

/* What goroutines of a dump wait for; only memory tells. */
struct goroutine_waited {
    enum goroutine_waited_kind kind;
    const char *name;   /* "channel 0xc000012345", "mutex 0xc000012345", "fd 8" */
    const char *state;  /* "3 of 3 buffered, closed", "locked"; "" */
    size_t n_waiters;   /* goroutines */
    int64_t fd;         /* of a descriptor; else -1 */
    const char *holder; /* of a lock: "goroutine 7 in main.f (chan receive)", "perhaps …"; "" */
    uint64_t holder_id; /* its number; 0: nobody was found */
    bool is_holder_certain;
    const uint64_t *ids; /* of its waiters, ascending; NULL: not told */
};

/* What is known of one goroutine of a bucket by itself. */
struct goroutine_member {
    int32_t minutes; /* it waits; -1: not known */
    bool is_locked, is_leaked;
};

/* A goroutine that is on a thread; only memory tells. */
struct goroutine_thread {
    uint64_t id;      /* of the goroutine */
    int64_t tid;      /* of the thread */
    const char *call; /* the system call it is in: "read fd 8"; "" none, or not known */
    int64_t fd;       /* the first descriptor of that call; -1 none */
};

struct goroutine_bucket {
    size_t count;
    enum goroutine_category category;
    const char *state;  /* raw wait reason of debug=2, "" when the source has none */
    const char *leaked; /* "leaked, chan send" when any is proven to be; NULL: none is */
    const char *labels; /* "key:value, …" as text, "" when none */
    const char *waits;  /* what they wait for, in words, where memory told; NULL: not known */
    const struct goroutine_waited *const *waited; /* the same one by one, into dump.waited */
    size_t n_waited;
    const struct goroutine_thread *threads; /* of those that run or are in a system call */
    size_t n_threads;
    const struct goroutine_frame *frames; /* leaf first */
    size_t n_frames;
    const struct goroutine_frame *creator; /* "created by", or NULL */
    uint64_t creator_id;                   /* 0: unknown */
    int64_t wait_min_minutes,
        wait_max_minutes; /* -1: source gives no wait time; 0: under a minute */
    size_t n_locked;      /* locked to a thread */
    size_t n_leaked;      /* marked (leaked): by a goroutineleak run, or proven from memory */
    const uint64_t *ids;  /* count ids ascending, NULL for debug=1 */
    const struct goroutine_member *members; /* of ids, in their order; NULL without */
    size_t site;         /* index of the first frame outside the standard library, 0 if none */
    uint64_t hash;       /* of all that tells it from others; equal between dumps of one process */
    uint64_t stack_hash; /* the same without arguments: hash of the bucket a usual parse has */
    bool is_profiler;    /* the profile request itself, or what waits beside it */
};

struct goroutine_dump {
    struct goroutine_bucket *buckets; /* largest count first, then by hash */
    size_t n_buckets;
    size_t total;
    size_t by_category[GOROUTINE_N_CATEGORIES];
    bool has_states;    /* from debug=2 */
    bool has_arguments; /* grouped by argument values too; never from debug=1 */
    bool truncated;     /* cut at Go's 64 MiB, by the reader's cap, or mid-block */
    size_t n_unparsed;  /* blocks skipped */
    const struct goroutine_waited *waited; /* most waiters first; NULL: not known */
    size_t n_waited;
    size_t n_waited_all;           /* of a text, which keeps those with the most waiters */
    struct goroutine_store *store; /* private */
};

/*
 * What its goroutines are in: "chan send", the category where the source has no state; and
 * "leaked, chan send" for what is proven, which goes first as room may be short.
 */
const char *goroutine_bucket_words(const struct goroutine_bucket *bucket);

/*
 * Parses the text of goroutine?debug=2 or debug=1 (told apart by its first
 * line), or of a crash log holding such blocks. The text is copied as needed.
 * Stacks count as equal whatever the values of their arguments are. Returns a
 * dump with one reference, or NULL with error (PROFILE_ERROR) when nothing in
 * it is a goroutine.
 */
struct goroutine_dump *goroutine_dump_parse(const char *text, size_t n, GError **error);

/*
 * The same with equal stacks in the strict sense: frames carry their arguments,
 * and buckets differ where these do. A pointer the runtime is not sure of
 * ("0xc000123?") is not the one it is sure of. A debug=1 text has no arguments;
 * its buckets are as above then.
 */
struct goroutine_dump *goroutine_dump_parse_exact(const char *text, size_t n, GError **error);

/* The same from a binary goroutine profile. */
struct goroutine_dump *goroutine_dump_from_profile(const struct profile *profile, GError **error);

/*
 * The other way: counted stacks with the labels "state", "labels" and "created
 * by" where the dump has them. One new reference.
 */
struct profile *goroutine_dump_to_profile(const struct goroutine_dump *dump);
/* Whether a line of the text begins a goroutine of debug=2 or of a crash. */
bool goroutine_dump_looks_like(const uint8_t *data, size_t n);

/*
 * Appends what is known of waits, "waits 12: send to channel …" with the id of a bucket's first
 * goroutine, and what is waited for: of each kind the thousand with the most waiters. Behind the
 * text of goroutine?debug=2 the parser takes them again.
 */
void goroutine_dump_write_waits(const struct goroutine_dump *dump, GString *out);

/* A copy of text, or n zeroed bytes, that live as long as the dump; before others have it. */
void *goroutine_dump_alloc(struct goroutine_dump *dump, size_t n);
const char *goroutine_dump_keep_text(struct goroutine_dump *dump, const char *text);

/* The lock that goroutines of a bucket wait for and of which memory told who holds it, or NULL. */
const struct goroutine_waited *goroutine_bucket_held(const struct goroutine_bucket *bucket);

/*
 * Of a bucket those alone that wait for one thing: the same bucket with their numbers, ids and wait
 * times. All of it when it is not told who of them waits there. What it points to has to live as
 * long as the dump; end it with goroutine_part_clear.
 */
struct goroutine_part {
    struct goroutine_bucket bucket;
    uint64_t *ids; /* what follows is private */
    struct goroutine_member *members;
    char *waits;
};
/* What of that name its goroutines wait for, as an element of bucket.waited, or NULL. */
const struct goroutine_waited *const *goroutine_bucket_waited(const struct goroutine_bucket *bucket,
                                                              const char *name);
void goroutine_part_take(struct goroutine_part *ret, const struct goroutine_bucket *bucket,
                         const struct goroutine_waited *const *waited);
void goroutine_part_clear(struct goroutine_part *part);

struct goroutine_dump *goroutine_dump_ref(struct goroutine_dump *dump);
void goroutine_dump_unref(struct goroutine_dump *dump);
typedef struct goroutine_dump goroutine_dump_auto; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(goroutine_dump_auto, goroutine_dump_unref)

/* Of a package of the standard library, or of none. */
bool goroutine_is_standard(const char *function);

#endif
