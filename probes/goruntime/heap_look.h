#ifndef SIDESCOPE_PROBES_GORUNTIME_HEAP_LOOK_H
#define SIDESCOPE_PROBES_GORUNTIME_HEAP_LOOK_H

/*
 * One look at a whole heap, which holders.c and descriptors.c share: goroutines,
 * objects, variables, who holds what, and types. Private to them.
 */

#include "probes/goruntime/descriptors.h"
#include "probes/goruntime/object_types.h"

struct heap_look {
    struct go_runtime *runtime;
    holders_progress *progress;
    void *user;
    unsigned step;
    int64_t began_ns;
    struct goroutine_list *goroutines;
    struct objects *objects;
    struct variables *variables;
    struct go_types *types;
    struct object_types *object_types;
    struct reach *reach;
};

/* Fills all of it; clear in either case. */
bool heap_look_read(struct heap_look *look, struct go_runtime *runtime, holders_progress *progress,
                    void *user, GError **error);
void heap_look_clear(struct heap_look *look);
double heap_look_seconds(const struct heap_look *look);

/* "variable 0x58eb40 used by main.main", "goroutine in main.wait". g_free it. */
char *heap_look_root_name(const struct heap_look *look, const struct reach_root *root);
/* The innermost function of a goroutine that is neither the runtime's nor of the library. */
const char *heap_look_user_frame(const struct live_goroutine *goroutine);
bool heap_look_is_user(const char *function);

/* holders.c: what the look says of the heap. */
struct holders *holders_of_look(const struct heap_look *look);
/* descriptors.c: what is open, char * by int; NULL with error. */
GHashTable *descriptor_links_read(int pid, GError **error);
/*
 * What the look says of those links that are still the same in the process (0: of recorded
 * memory, all are); takes out the others.
 */
struct descriptors *descriptors_of_look(const struct heap_look *look, int pid, GHashTable *links);

#endif
