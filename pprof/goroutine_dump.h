#ifndef SIDESCOPE_PPROF_GOROUTINE_DUMP_H
#define SIDESCOPE_PPROF_GOROUTINE_DUMP_H

/*
 * Goroutines as they are read, put into buckets of equal stacks. A stack is
 * looked up as pointers to interned names, so what is seen before costs no
 * memory. Private to pprof/; one thread per collection.
 */

#include "pprof/goroutine_names.h"
#include "pprof/lines.h"
#include "pprof/names.h"

struct goroutine {
    bool has_id;
    uint64_t id;
    size_t count;
    const char *state, *labels; /* interned */
    int64_t minutes;            /* -1: unknown */
    bool locked;
    bool has_creator;
    struct goroutine_frame creator;
    uint64_t creator_id;
};

struct goroutine_collection {
    struct goroutine_dump *dump;
    struct store *arena;
    struct names names;
    struct hash_index by_stack;
    GArray *buckets;              /* struct goroutine_bucket */
    GArray *ids;                  /* struct { bucket, id }: of all goroutines */
    GArray *waits;                /* struct { id, text }: what the text says of some, interned */
    GArray *waited, *waited_by;   /* of goroutine_waited.c */
    bool tells_waited;            /* the text says what is waited for, if only that nothing is */
    GArray *frames;               /* struct goroutine_frame: of the goroutine being read */
    GHashTable *states;           /* interned text -> struct goroutine_state * */
    const char *last_state;       /* the goroutine before usually has the same */
    struct goroutine_state state; /* of last_state */
    bool exact;                   /* arguments count */
    bool has_runtime;             /* frames of the runtime are not hidden by the source */
    GString *label_text;
};

void collection_init(struct goroutine_collection *c);
const char *collection_intern(struct goroutine_collection *c, struct span span);
/* Labels in any of Go's spellings as "k:v, k2:v2". */
const char *collection_labels(struct goroutine_collection *c, struct span span);
void collection_clear_frames(struct goroutine_collection *c);
/* Without arguments (NULL) it gets "". */
void collection_add_frame(struct goroutine_collection *c, const struct goroutine_frame *frame);
/* Puts the goroutine with the frames collected into its bucket. */
void collection_add(struct goroutine_collection *c, const struct goroutine *g);
/* What the goroutine of that id waits for; text is interned. */
void collection_add_waits(struct goroutine_collection *c, uint64_t id, const char *text);
/* goroutine_waited.c: a line of what is waited for; then, with buckets that have ids, all of it. */
void collection_init_waited(struct goroutine_collection *c);
void collection_read_waited(struct goroutine_collection *c, struct span line);
void collection_take_waited(struct goroutine_collection *c, struct goroutine_bucket *buckets,
                            size_t n);
void collection_clear_waited(struct goroutine_collection *c);
/* Gives the dump, sorted, with one reference; the collection is empty afterwards. */
struct goroutine_dump *collection_finish(struct goroutine_collection *c);

/* The two texts. */
void goroutine_read_debug1(struct goroutine_collection *c, struct lines *lines);
void goroutine_read_debug2(struct goroutine_collection *c, struct lines *lines);

#endif
