#ifndef SIDESCOPE_PROBES_GORUNTIME_WAITS_PRIVATE_H
#define SIDESCOPE_PROBES_GORUNTIME_WAITS_PRIVATE_H

/* What the parts of waits.c share: channels and selects, semaphores, descriptors. */

#include "pprof/hash.h"
#include "pprof/store.h"
#include "probes/goruntime/waits.h"

/* Where the mutex of a sync.Once is in it (sync/once.go), the same since Go 1.19. */
enum { WAIT_ONCE_MUTEX = 4 };

struct wait_reader {
    const struct go_runtime *runtime;
    const struct goroutine_list *goroutines;
    GArray *waits;               /* struct wait_link */
    GArray *objects;             /* struct wait_object */
    struct hash_index by_object; /* of objects: kind and address, or descriptor */
    bool *is_found;              /* by goroutine: it has a wait */
    bool *is_partial;            /* by goroutine: see struct wait_list */
    bool truncated;
};

/* A link to the object of this kind and address (of a descriptor: its number), while there is room.
 */
void wait_add(struct wait_reader *r, uint32_t goroutine, enum wait_kind kind, uint64_t address,
              struct wait_link wait);

/* Does a function that begins so stand on the stack, before the program's own code? */
bool wait_has_frame(const struct live_goroutine *g, const char *prefix);

/*
 * Bytes above the stack pointer that the frames of the runtime and of one more package take
 * which a goroutine waits in, and that of who called them; at most WAIT_FRAME_BYTES.
 */
enum { WAIT_FRAME_BYTES = 1024 };
size_t wait_frame_bytes(const struct live_goroutine *g, const char *package);

/*
 * A goroutine that waits for the semaphore at an address: which object that is part
 * of, by the functions that wait (sync's and poll's own layout, the same since 1.19).
 */
void wait_add_semaphore(struct wait_reader *r, uint32_t goroutine, uint64_t semaphore);

/* Each looks for the waits of its own; false with error when the process cannot be read. */
bool wait_find_sudogs(struct wait_reader *r, GError **error);
bool wait_find_semaphores(struct wait_reader *r, GError **error);
bool wait_find_descriptors(struct wait_reader *r, GError **error);
bool wait_find_conditions(struct wait_reader *r, GError **error);
/* Behind those of sudogs: whose channels they are. */
bool wait_find_weighted(struct wait_reader *r, GError **error);

/* Reads the state of all objects that were found. */
bool wait_read_objects(struct wait_reader *r, GError **error);
/* Then: who holds the locks among them. What cannot be read leaves them unknown. */
void wait_find_holders(struct wait_reader *r);

#endif
